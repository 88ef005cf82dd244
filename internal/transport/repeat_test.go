package transport

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// These tests cover requests that net/http would repeat by itself.

// The HTTP/2 frames that the tests use.
const (
	frameData      = 0x0
	frameHeaders   = 0x1
	frameRSTStream = 0x3
	frameSettings  = 0x4
	endStream      = 0x1
	ack            = 0x1
)

// serveFrames is an HTTP/2 server that reads each request to its end and resets its stream with the
// given code.
func serveFrames(conn net.Conn, code uint32, reached *atomic.Int64) {
	defer conn.Close()
	if _, err := io.ReadFull(conn, make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))); err != nil {
		return
	}
	frame := func(kind, flags byte, stream uint32, payload []byte) {
		header := []byte{0, 0, byte(len(payload)), kind, flags, 0, 0, 0, 0}
		binary.BigEndian.PutUint32(header[5:], stream)
		_, _ = conn.Write(append(header, payload...))
	}
	frame(frameSettings, 0, 0, nil)
	for {
		var header [9]byte
		if _, err := io.ReadFull(conn, header[:]); err != nil {
			return
		}
		size := int64(header[0])<<16 | int64(header[1])<<8 | int64(header[2])
		if _, err := io.CopyN(io.Discard, conn, size); err != nil {
			return
		}
		kind, flags := header[3], header[4]
		switch {
		case kind == frameSettings && flags&ack == 0:
			frame(frameSettings, ack, 0, nil)
		case (kind == frameData || kind == frameHeaders) && flags&endStream != 0:
			reached.Add(1)
			frame(frameRSTStream, 0, binary.BigEndian.Uint32(header[5:])&0x7fffffff, binary.BigEndian.AppendUint32(nil, code))
		}
	}
}

// TestHTTP2Resets uses a server that accepts each request and resets its stream. With PROTOCOL_ERROR,
// net/http would repeat the request several times.
func TestHTTP2Resets(t *testing.T) {
	tests := []struct {
		name                string
		code                uint32
		safe, unsent, never want // the most requests
	}{
		{"PROTOCOL_ERROR", 1, want{3 * connectionsPerAttempt, false}, want{1, true}, want{1, true}},
		{"INTERNAL_ERROR", 2, want{3, false}, want{1, true}, want{1, true}},
		{"REFUSED_STREAM", 7, want{3 * connectionsPerAttempt, false}, want{1, true}, want{1, true}},
	}
	for _, tt := range tests {
		for class, want := range map[RetryClass]want{Safe: tt.safe, Unsent: tt.unsent, Never: tt.never} {
			for how, listen := range map[string]func(*testing.T) (net.Listener, string, func(*Config)){"TLS": listenTLS, "cleartext": listenCleartext} {
				t.Run(tt.name+"/"+classNames[class]+"/"+how, func(t *testing.T) {
					t.Parallel()
					ln, scheme, trust := listen(t)
					t.Cleanup(func() { ln.Close() })
					var reached atomic.Int64
					go func() {
						for {
							conn, err := ln.Accept()
							if err != nil {
								return
							}
							go serveFrames(conn, tt.code, &reached)
						}
					}()
					c := newClient(t, scheme+"://"+ln.Addr().String(), trust)
					_, err := send(t.Context(), c, class)
					f := failureOf(t, err)
					if n := int(reached.Load()); n < 1 || n > want.reached {
						t.Errorf("reached the server %d times, want at most %d", n, want.reached)
					}
					if f.OutcomeUnknown != want.unknown {
						t.Errorf("outcome unknown %v, want %v: %v", f.OutcomeUnknown, want.unknown, err)
					}
					if want.unknown && !strings.Contains(err.Error(), "stream") {
						t.Errorf("error %v does not say that it was the stream", err)
					}
				})
			}
		}
	}
}

// listenTLS listens for HTTP/2 over TLS. It returns the scheme, and the setting that makes a client
// trust the server.
func listenTLS(t *testing.T) (net.Listener, string, func(*Config)) {
	certificate := httptest.NewUnstartedServer(nil)
	certificate.StartTLS()
	t.Cleanup(certificate.Close)
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certificate.TLS.Certificates, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	return ln, "https", trusting(t, certificate)
}

// listenCleartext listens for HTTP/2 without TLS, which only an application's own transport uses.
func listenCleartext(t *testing.T) (net.Listener, string, func(*Config)) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	own := &http.Transport{Protocols: new(http.Protocols)}
	own.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(own.CloseIdleConnections)
	return ln, "http", func(cfg *Config) { cfg.HTTPClient = &http.Client{Transport: own} }
}

// TestIdempotencyHeaders uses a server that closes a kept connection after it has read a request. The
// request has a header that net/http takes as a permission to repeat it.
func TestIdempotencyHeaders(t *testing.T) {
	for _, name := range repeatHeaders {
		for how, change := range map[string]func(*Config){
			"middleware": func(cfg *Config) {
				cfg.Middleware = append(cfg.Middleware, func(next http.RoundTripper) http.RoundTripper {
					return roundTripperFunc(func(r *http.Request) (*http.Response, error) {
						r.Header.Set(name, "1")
						return next.RoundTrip(r)
					})
				})
			},
			"call option": func(*Config) {},
		} {
			t.Run(name+" by "+how, func(t *testing.T) {
				requests := 0
				server := newFaultServer(t, func(conn net.Conn) bool {
					if requests++; requests == 1 {
						return reply(200, "application/json", `{"request_id":"r","phone_id":"p"}`)(conn)
					}
					return false
				})
				c := newClient(t, server.url, change)
				header := CallOptionFunc(func(s *CallSettings) { s.Header = http.Header{name: {"1"}} })
				for i := range 2 {
					_, err := Call(t.Context(), c, sendEndpoint(Unsent), &sendRequest{PhoneNumber: testPhone}, []CallOption{header})
					if i == 1 && !failureOf(t, err).OutcomeUnknown {
						t.Errorf("error %v, want an unknown outcome", err)
					}
				}
				if n := server.reached.Load(); n != 2 {
					t.Errorf("two calls reached the server %d times", n)
				}
			})
		}
	}
}

// TestNoProxyToThisMachine checks that calls over plain http to this machine do not go through a proxy,
// which would see the secret.
func TestNoProxyToThisMachine(t *testing.T) {
	for _, host := range []string{"localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.9.9.9", "[::1]"} {
		r := httptest.NewRequest(http.MethodGet, "http://"+host+":9/", nil)
		if u, err := proxy(r); u != nil || err != nil {
			t.Errorf("%s goes through the proxy %v (%v)", host, u, err)
		}
	}
}
