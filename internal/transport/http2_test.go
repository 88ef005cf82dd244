package transport

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// newHTTP2Server starts a TLS server for HTTP/2, and returns a setting that makes a client trust it.
func newHTTP2Server(t *testing.T, h http.HandlerFunc) (*httptest.Server, func(*Config)) {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, trusting(t, server)
}

// trusting returns a setting that makes a client trust the server. In everything else the client's
// transport is like the shared one.
func trusting(t *testing.T, server *httptest.Server) func(*Config) {
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	own := sharedPool().transport.Clone()
	own.TLSClientConfig.RootCAs = roots
	t.Cleanup(own.CloseIdleConnections)
	return func(cfg *Config) { cfg.HTTPClient = &http.Client{Transport: own} }
}

func TestHTTP2Faults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                string
		handler             http.HandlerFunc
		status              int
		safe, unsent, never want
	}{
		{"stream reset", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0,
			want{3, false}, want{1, true}, want{1, true}},
		{"stream reset within the body", func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "{")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, 200,
			want{3, false}, want{1, true}, want{1, true}},
		{"429 that passes", respond(429, answerTooMany), 429,
			want{3, false}, want{3, false}, want{1, false}},
		{"429 that stays", respond(429, answerLocked), 429,
			want{1, false}, want{1, false}, want{1, false}},
		{"502 with HTML", respond(502, answerHTML), 502,
			want{3, false}, want{1, true}, want{1, true}},
		{"200 without a body", respond(200, ""), 200,
			want{3, false}, want{1, true}, want{1, true}},
		{"404 of the service", respond(404, answerNotFound), 404,
			want{1, false}, want{1, false}, want{1, false}},
	}
	for _, tt := range tests {
		for class, want := range map[RetryClass]want{Safe: tt.safe, Unsent: tt.unsent, Never: tt.never} {
			t.Run(tt.name+"/"+classNames[class], func(t *testing.T) {
				t.Parallel()
				var reached atomic.Int64
				server, trust := newHTTP2Server(t, func(w http.ResponseWriter, r *http.Request) {
					if r.ProtoMajor != 2 {
						t.Errorf("protocol %s, want HTTP/2", r.Proto)
					}
					reached.Add(1)
					tt.handler(w, r)
				})
				_, err := send(t.Context(), newClient(t, server.URL, trust), class)
				f := failureOf(t, err)
				if n := int(reached.Load()); n != want.reached || f.Attempts != n {
					t.Errorf("reached the server %d times in %d attempts, want %d", n, f.Attempts, want.reached)
				}
				if f.StatusCode != tt.status || f.OutcomeUnknown != want.unknown {
					t.Errorf("status %d, outcome unknown %v, want %d, %v", f.StatusCode, f.OutcomeUnknown, tt.status, want.unknown)
				}
			})
		}
	}
}

func TestCancelWhileServed(t *testing.T) {
	t.Parallel()
	cause := errors.New("the user left")
	handler := func(reached chan<- struct{}) http.HandlerFunc {
		return func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body) // otherwise the server does not notice that the client disconnects
			reached <- struct{}{}
			<-r.Context().Done()
		}
	}
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2"} {
		for class, unknown := range map[RetryClass]bool{Safe: false, Unsent: true, Never: true} {
			t.Run(protocol+"/"+classNames[class], func(t *testing.T) {
				t.Parallel()
				reached := make(chan struct{}, 10)
				var c *Client
				if protocol == "HTTP/2" {
					server, trust := newHTTP2Server(t, handler(reached))
					c = newClient(t, server.URL, trust)
				} else {
					c = newClient(t, serve(t, handler(reached)).URL)
				}
				ctx, cancel := context.WithCancelCause(t.Context())
				go func() {
					<-reached
					cancel(cause)
				}()
				_, err := send(ctx, c, class)
				f := failureOf(t, err)
				if !errors.Is(err, context.Canceled) || f.StatusCode != 0 || f.Attempts != 1 {
					t.Errorf("status %d, %d attempts, error %v, want 0, 1, context.Canceled", f.StatusCode, f.Attempts, err)
				}
				if f.OutcomeUnknown != unknown {
					t.Errorf("outcome unknown %v, want %v", f.OutcomeUnknown, unknown)
				}
			})
		}
	}
}
