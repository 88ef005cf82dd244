package stytch_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// TestNoCacheKeepsCookies checks that an answer which sets or clears cookies is not cacheable. The
// handler cannot change that, however it begins to answer.
func TestNoCacheKeepsCookies(t *testing.T) {
	handlers := map[string]func(http.ResponseWriter){
		"nothing": func(http.ResponseWriter) {},
		"a status": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusCreated)
		},
		"a body": func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, "hello")
		},
		"a hint before": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusEarlyHints)
			w.Header().Set("Cache-Control", "public")
			_, _ = io.WriteString(w, "hello")
		},
		"a flush": func(w http.ResponseWriter) {
			w.(http.Flusher).Flush()
		},
		"a controller's flush": func(w http.ResponseWriter) {
			_ = http.NewResponseController(w).Flush()
		},
	}
	s := newSite(t, stytch.MiddlewareOptions{})
	for _, ended := range []bool{false, true} {
		if ended {
			s.srv.Clock().Advance(2 * time.Hour)
		}
		for name, handler := range handlers {
			page := s.client.Sessions.Middleware(stytch.MiddlewareOptions{Optional: true})(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				for header, value := range map[string]string{"Cache-Control": "public, max-age=3600", "Expires": "Wed, 01 Jan 2200 00:00:00 GMT", "CDN-Cache-Control": "max-age=600"} {
					w.Header().Set(header, value)
				}
				if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Hour)); err != nil {
					t.Errorf("%s: no deadline: %v", name, err)
				}
				handler(w)
			}))
			server := httptest.NewServer(page)
			t.Cleanup(server.Close)
			get := func(cookies string) http.Header {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Cookie", cookies)
				resp, err := server.Client().Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				return resp.Header
			}
			header := get("stytch_session=" + s.session.Token)
			if header.Get("Set-Cookie") == "" || header.Get("Cache-Control") != "no-store" || header.Get("Expires") != "" || header.Get("CDN-Cache-Control") != "" {
				t.Errorf("%s, of a session that has ended: %v: the answer has %v", name, ended, header)
			}
			if header := get("theme=dark"); header.Get("Cache-Control") == "no-store" {
				t.Errorf("%s: an answer without cookies is not to be stored: %v", name, header)
			}
		}
	}
}

// plain is a ResponseWriter without optional methods.
type plain struct{ http.ResponseWriter }

// TestWriterCanWhatItCould checks that the middleware keeps the writer's ability to flush and hijack,
// and adds none.
func TestWriterCanWhatItCould(t *testing.T) {
	s := newSite(t, stytch.MiddlewareOptions{})
	bare := plain{httptest.NewRecorder()}
	for name, w := range map[string]http.ResponseWriter{
		"plain":   bare,
		"flushes": httptest.NewRecorder(),
		"hijacks": struct {
			plain
			http.Hijacker
		}{bare, nil},
		"both": struct {
			plain
			http.Flusher
			http.Hijacker
		}{bare, nil, nil},
	} {
		_, flushes := w.(http.Flusher)
		_, hijacks := w.(http.Hijacker)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.AddCookie(&http.Cookie{Name: "stytch_session", Value: s.session.Token})
		s.client.Sessions.Middleware(stytch.MiddlewareOptions{})(http.HandlerFunc(func(inner http.ResponseWriter, _ *http.Request) {
			if _, ok := inner.(http.Flusher); ok != flushes {
				t.Errorf("%s: flushes: %v, want %v", name, ok, flushes)
			}
			if _, ok := inner.(http.Hijacker); ok != hijacks {
				t.Errorf("%s: hijacks: %v, want %v", name, ok, hijacks)
			}
			if inner == w {
				t.Errorf("%s: the writer is the same: this tests nothing", name)
			}
		})).ServeHTTP(w, r)
	}
}

// TestProxyBehindTheMiddleware checks that cache headers of a proxied server do not count either, over
// HTTP/1 and HTTP/2, even when it streams.
func TestProxyBehindTheMiddleware(t *testing.T) {
	s := newSite(t, stytch.MiddlewareOptions{})
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=3600")
		w.Header().Set("Set-Cookie", "theme=dark")
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, "first ")
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, "second")
	}))
	t.Cleanup(upstream.Close)
	target, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }, FlushInterval: -1}
	page := s.client.Sessions.Middleware(stytch.MiddlewareOptions{})(proxy)
	for _, http2 := range []bool{false, true} {
		server := httptest.NewUnstartedServer(page)
		server.EnableHTTP2 = http2
		server.StartTLS()
		t.Cleanup(server.Close)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: "stytch_session", Value: s.session.Token})
		resp, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || string(body) != "first second" || (resp.ProtoMajor == 2) != http2 {
			t.Errorf("%s answers %q, %v", resp.Proto, body, err)
		}
		if got := resp.Header["Cache-Control"]; len(got) != 1 || got[0] != "no-store" || len(resp.Cookies()) != 2 {
			t.Errorf("%s: Cache-Control %q, cookies %v", resp.Proto, got, resp.Cookies())
		}
	}
}

// TestManyVisitorsAtOnce makes concurrent renewals, logins and logouts with one client.
func TestManyVisitorsAtOnce(t *testing.T) {
	s := newShelf(t, stytch.WithSessionCookies(stytch.SessionCookies{Domain: "example.com"}))
	page := s.client.Sessions.Middleware(stytch.MiddlewareOptions{MaxTokenAge: -1, Optional: true})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if session, ok := stytch.SessionFrom(r.Context()); ok && session.SessionID != s.named["mine"].ID {
			t.Errorf("the session is %s", session.SessionID)
		}
		_, _ = io.WriteString(w, stytch.SessionJWTFrom(r))
	}))
	var group sync.WaitGroup
	for n := range 200 {
		cookies := []string{"token of mine, JWT of mine", "token of theirs, token of mine", "token of a", "JWT of revoked"}[n%4]
		group.Go(func() {
			r, w := s.request(cookies), httptest.NewRecorder()
			switch n % 5 {
			case 0:
				if err := s.client.Sessions.Logout(w, s.request("token of a, JWT of revoked")); err != nil {
					t.Error(err)
				}
			case 1:
				s.client.Sessions.SetCookies(w, r, "token", "a.b.c", nil)
			default:
				page.ServeHTTP(w, r)
			}
		})
	}
	group.Wait()
}
