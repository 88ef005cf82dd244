package sessionweb

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/internal/sessionjwt"
)

// FuzzRequest: whatever a request shows, it costs few calls, is let in only with what
// lives, and its answer has few cookies, all of them ours.
func FuzzRequest(f *testing.F) {
	f.Add("stytch_session=live; stytch_session_jwt=a.b.c", "", "app.example.com")
	f.Add("stytch_session=dead; stytch_session=\"live\"; stytch_session=", "Basic x", "APP.example.com.:8443")
	f.Add("stytch_session_jwt=e30.eyJhdWQiOlsib3VycyJdLCJzdWIiOiJhZGEifQ.x", "Bearer", "[::1]:3000")
	f.Add("stytch_session=a; stytch_session=b; stytch_session=c; stytch_session=d; stytch_session=e; stytch_session=f; stytch_session=g; stytch_session=h; stytch_session=i; stytch_session=j", "bearer  live", "a.b.c.d.e.f.g.example.com")
	f.Fuzz(func(t *testing.T, cookies, authorization, host string) {
		for _, opts := range []Options{{}, {MaxTokenAge: -1}, {Optional: true}} {
			calls := 0
			b := fake(&calls)
			b.Local = func(_ context.Context, jwt string) (*session, time.Duration, error) {
				if _, ok := sessionjwt.Peek(jwt); !ok {
					return nil, 0, sessionjwt.ErrMalformed
				}
				return nil, 0, sessionjwt.ErrUnknownKey
			}
			b.Remote = func(_ context.Context, token, _ string, _ time.Duration) (Renewal[session], error) {
				calls++
				if strings.Contains(token, "live") {
					return Renewal[session]{&session{"ada"}, "token", "JWT"}, nil
				}
				return Renewal[session]{}, errDead
			}
			b.Revoke = func(context.Context, string, string) error { return nil }
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.Host = host
			r.Header.Set("Cookie", cookies)
			r.Header.Set("Authorization", authorization)
			for name, handler := range map[string]http.Handler{
				"the middleware": b.Middleware(opts)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					if _, ok := From[session](r.Context()); ok && !strings.Contains(cookies+authorization, "live") {
						t.Error("let in without a session")
					}
				})),
				"a login":  http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.Set(w, r, "token", "JWT", time.Time{}) }),
				"a logout": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _ = b.Logout(w, r) }),
			} {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				if lines := w.Header()["Set-Cookie"]; len(lines) != len(w.Result().Cookies()) || len(lines) > 2*(2+maxParents) {
					t.Errorf("%s sets %q", name, lines)
				}
				for _, c := range w.Result().Cookies() {
					if c.Name != defaultTokenName && c.Name != defaultJWTName || c.Path != "/" || !c.HttpOnly || c.Value != "" && c.Value != "token" && c.Value != "JWT" {
						t.Errorf("%s sets %v", name, c)
					}
				}
			}
			if calls > maxShown {
				t.Errorf("%d calls", calls)
			}
		}
	})
}
