package stytch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// site is a web application behind the middleware, a browser, and the service.
type site struct {
	*testing.T
	srv     *stytchtest.Server
	client  *stytch.Client
	session stytchtest.Session
	url     string
	browser *http.Client
}

// newSite starts an application whose page shows the session's user. The browser has the cookies of a
// session of one hour.
func newSite(t *testing.T, opts stytch.MiddlewareOptions, clientOpts ...stytch.Option) *site {
	t.Helper()
	srv := stytchtest.NewServer(t)
	client := srv.Client(append(clientOpts, stytch.WithMaxRetries(0))...)
	s := &site{T: t, srv: srv, client: client}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		client.Sessions.SetCookies(w, r, s.session.Token, s.session.JWT, &stytch.Session{ExpiresAt: &s.session.ExpiresAt})
	})
	mux.Handle("GET /", client.Sessions.Middleware(opts)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, ok := stytch.SessionFrom(r.Context())
		if !ok {
			fmt.Fprint(w, "nobody: ", stytch.SessionErrorFrom(r.Context()))
			return
		}
		fmt.Fprintf(w, "%s plan=%v", session.SessionID, session.CustomClaims["plan"])
	})))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.url = server.URL
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.browser = &http.Client{Jar: jar}
	if s.session, err = srv.AddSession(srv.AddUser(stytch.User{}).UserID, time.Hour, map[string]any{"plan": "pro"}); err != nil {
		t.Fatal(err)
	}
	s.get("/login", http.StatusOK)
	return s
}

// get requests a page as the browser does, and returns its text.
func (s *site) get(path string, status int, header ...string) (string, *http.Response) {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	client := s.browser
	if len(header) > 0 {
		client = http.DefaultClient // a client without the browser's cookies
	}
	resp, err := client.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	if resp.StatusCode != status {
		s.Fatalf("GET %s: status %d, want %d: %s", path, resp.StatusCode, status, body)
	}
	return strings.TrimSpace(string(body)), resp
}

// calls returns the calls of the service since the last time.
func (s *site) calls(want int, what string) {
	s.Helper()
	if n := s.srv.Calls("consumer.sessions.authenticate"); n != want {
		s.Errorf("%s: %d calls of sessions.authenticate so far, want %d", what, n, want)
	}
}

func (s *site) cookies() map[string]string {
	at, _ := url.Parse(s.url)
	values := map[string]string{}
	for _, c := range s.browser.Jar.Cookies(at) {
		values[c.Name] = c.Value
	}
	return values
}

func TestMiddlewareFreshJWT(t *testing.T) {
	s := newSite(t, stytch.MiddlewareOptions{})
	for range 3 {
		if text, resp := s.get("/", http.StatusOK); text != s.session.ID+" plan=pro" || resp.Header.Get("Set-Cookie") != "" {
			t.Errorf("the page says %q and sets %q", text, resp.Header.Get("Set-Cookie"))
		}
	}
	s.calls(0, "a fresh JWT")
	if n := s.srv.Calls("consumer.sessions.get_jwks"); n != 1 {
		t.Errorf("the keys were fetched %d times, want once", n)
	}
}

func TestMiddlewareRenews(t *testing.T) {
	s := newSite(t, stytch.MiddlewareOptions{})
	before := s.cookies()
	s.srv.Clock().Advance(6 * time.Minute)
	text, resp := s.get("/", http.StatusOK)
	if text != s.session.ID+" plan=pro" {
		t.Errorf("the page says %q", text)
	}
	if resp.Header.Get("Cache-Control") != "no-store" {
		t.Error("an answer with a session's cookies may be stored")
	}
	after := s.cookies()
	if after["stytch_session_jwt"] == before["stytch_session_jwt"] || after["stytch_session"] == "" {
		t.Error("the browser has no fresh JWT")
	}
	s.calls(1, "an expired JWT")
	s.get("/", http.StatusOK)
	s.calls(1, "the fresh JWT after it")

	// A browser that has lost one of the two cookies.
	at, _ := url.Parse(s.url)
	s.browser.Jar.SetCookies(at, []*http.Cookie{{Name: "stytch_session_jwt", MaxAge: -1}})
	s.get("/", http.StatusOK)
	s.calls(2, "a token alone")
	s.get("/", http.StatusOK)
	s.calls(2, "the JWT that came for it")
	s.browser.Jar.SetCookies(at, []*http.Cookie{{Name: "stytch_session", MaxAge: -1}})
	s.get("/", http.StatusOK)
	s.calls(2, "a JWT alone")
	s.srv.Clock().Advance(6 * time.Minute)
	s.get("/", http.StatusOK)
	s.calls(3, "an expired JWT alone")
	if s.cookies()["stytch_session"] == "" {
		t.Error("the browser did not get the token back")
	}

	// Text that is not a JWT, next to a valid token.
	s.browser.Jar.SetCookies(at, []*http.Cookie{{Name: "stytch_session_jwt", Value: "x.y.z", Path: "/"}})
	s.get("/", http.StatusOK)
	s.calls(4, "a broken JWT")
}

// TestMiddlewareRenewsForAsLong checks that a renewal does not change how long the browser stays logged
// in. Its cookie ends with the browser, and an existing token is not set again.
func TestMiddlewareRenewsForAsLong(t *testing.T) {
	s := newSite(t, stytch.MiddlewareOptions{})
	s.srv.Clock().Advance(6 * time.Minute)
	for name, test := range map[string]struct {
		cookies string
		written int
	}{
		"both":              {"stytch_session=" + s.session.Token + "; stytch_session_jwt=" + s.session.JWT, 1},
		"a token alone":     {"stytch_session=" + s.session.Token, 1},
		"a JWT alone":       {"stytch_session_jwt=" + s.session.JWT, 2},
		"after a stale one": {"stytch_session=nobody; stytch_session=" + s.session.Token, 1},
	} {
		_, resp := s.get("/", http.StatusOK, "Cookie", test.cookies)
		if got := resp.Cookies(); len(got) != test.written {
			t.Errorf("%s: %d cookies are written, want %d", name, len(got), test.written)
		}
		for _, c := range resp.Cookies() {
			if c.Value == "" || c.MaxAge != 0 || !c.Expires.IsZero() {
				t.Errorf("%s: the cookie %s of %d bytes lives for %d s, until %v", name, c.Name, len(c.Value), c.MaxAge, c.Expires)
			}
		}
	}
}

func TestMiddlewareLoggedOut(t *testing.T) {
	s := newSite(t, stytch.MiddlewareOptions{})
	if _, err := s.client.Sessions.Revoke(t.Context(), stytch.SessionsRevokeRequest{SessionToken: &s.session.Token}); err != nil {
		t.Fatal(err)
	}
	s.get("/", http.StatusOK) // the JWT is valid for five minutes
	s.srv.Clock().Advance(6 * time.Minute)
	text, resp := s.get("/", http.StatusUnauthorized)
	if resp.Header.Get("WWW-Authenticate") != "Bearer" || strings.Contains(text, "session_not_found") || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the page says %q, to be kept: %q", text, resp.Header.Get("Cache-Control"))
	}
	if left := s.cookies(); len(left) != 0 {
		t.Errorf("%d cookies are left", len(left))
	}
	s.calls(2, "a token and a JWT of a session that has ended")
	_, resp = s.get("/", http.StatusUnauthorized)
	if resp.Header.Get("Set-Cookie") != "" {
		t.Error("cookies are cleared where there are none")
	}
	s.calls(2, "no credentials")
}

func TestMiddlewareHeader(t *testing.T) {
	s := newSite(t, stytch.MiddlewareOptions{})
	for name, value := range map[string]string{"JWT": "Bearer " + s.session.JWT, "token": "bearer  " + s.session.Token} {
		text, resp := s.get("/", http.StatusOK, "Authorization", value)
		if text != s.session.ID+" plan=pro" || resp.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: the page says %q and sets %q", name, text, resp.Header.Get("Set-Cookie"))
		}
	}
	s.calls(1, "a token in the header")
	both := "stytch_session=" + s.session.Token
	for name, value := range map[string]string{"wrong": "Bearer nobody", "empty": "Bearer ", "broken": "Bearer a.b.c"} {
		_, resp := s.get("/", http.StatusUnauthorized, "Authorization", value, "Cookie", both)
		if resp.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: a program's cookies are cleared", name)
		}
	}
	// Another scheme is not for this middleware.
	s.get("/", http.StatusOK, "Authorization", "Basic eDp5", "Cookie", both)
}

// TestMiddlewareStaleCookies checks that an old cookie of another path or domain, which cannot be
// cleared here, does not lock the visitor out.
func TestMiddlewareStaleCookies(t *testing.T) {
	s := newSite(t, stytch.MiddlewareOptions{})
	stale, err := s.srv.AddSession(s.srv.AddUser(stytch.User{}).UserID, time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.srv.Clock().Advance(6 * time.Minute)
	cookies := "stytch_session_jwt=" + stale.JWT + "; stytch_session=" + stale.Token + "; stytch_session=" + s.session.Token
	text, resp := s.get("/", http.StatusOK, "Cookie", cookies)
	if text != s.session.ID+" plan=pro" || len(resp.Cookies()) != 1 {
		t.Errorf("the page says %q, %d cookies are set", text, len(resp.Cookies()))
	}
	s.calls(2, "a stale token before a good one")
	var fresh string
	for _, c := range resp.Cookies() {
		if c.Name == "stytch_session_jwt" {
			fresh = c.Value
		}
	}
	s.get("/", http.StatusOK, "Cookie", "stytch_session_jwt="+stale.JWT+"; stytch_session_jwt="+fresh+"; stytch_session="+stale.Token)
	s.calls(2, "a stale JWT before a fresh one")

	// The service is asked about a few cookies only, even if a request has many.
	s.get("/", http.StatusUnauthorized, "Cookie", strings.Repeat("stytch_session=nobody; ", 50)+"x=y")
	s.calls(3, "one token that is none, fifty times")
	var many strings.Builder
	for n := range 50 {
		fmt.Fprintf(&many, "stytch_session=nobody-%d; ", n)
	}
	_, resp = s.get("/", http.StatusUnauthorized, "Cookie", many.String()+"x=y")
	s.calls(3, "fifty tokens")
	if resp.Header.Get("Set-Cookie") != "" {
		t.Error("cookies are cleared that the service was not asked about")
	}
	s.get("/", http.StatusUnauthorized, "Cookie", "stytch_session="+strings.Repeat("x", 20_000))
	s.get("/", http.StatusUnauthorized, "Authorization", "Bearer "+strings.Repeat("x", 20_000))
	s.calls(3, "tokens longer than any")
}

func TestMiddlewareMaxTokenAge(t *testing.T) {
	minute := newSite(t, stytch.MiddlewareOptions{MaxTokenAge: time.Minute})
	minute.get("/", http.StatusOK)
	minute.calls(0, "a young JWT")
	minute.srv.Clock().Advance(2 * time.Minute)
	minute.get("/", http.StatusOK)
	minute.calls(1, "a JWT past the age")
	never := newSite(t, stytch.MiddlewareOptions{MaxTokenAge: -1})
	never.get("/", http.StatusOK)
	never.get("/", http.StatusOK)
	never.calls(2, "no local check")
	if _, err := never.client.Sessions.Revoke(t.Context(), stytch.SessionsRevokeRequest{SessionToken: &never.session.Token}); err != nil {
		t.Fatal(err)
	}
	never.get("/", http.StatusUnauthorized)
}

// TestMiddlewareClockBehind checks a JWT that is not valid yet by this machine's clock. The service is
// asked, and the visitor stays logged in while it cannot be reached.
func TestMiddlewareClockBehind(t *testing.T) {
	s := newSite(t, stytch.MiddlewareOptions{}, stytch.WithClock(func() time.Time { return time.Now().Add(-10 * time.Second) }))
	if text, _ := s.get("/", http.StatusOK); text != s.session.ID+" plan=pro" {
		t.Errorf("the page says %q", text)
	}
	s.calls(1, "a JWT from the future")
	session, err := s.client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionJWT: s.session.JWT})
	if err != nil || session.SessionID != s.session.ID {
		t.Errorf("without the middleware: %v with the error %v", session, err)
	}
	s.calls(2, "a JWT from the future, without the middleware")
	s.srv.Fail(stytchtest.Fault{Status: 500})
	s.get("/", http.StatusServiceUnavailable)
	if len(s.cookies()) != 2 {
		t.Errorf("%d cookies are left, want 2", len(s.cookies()))
	}
	if stytch.LoggedOut(stytch.ErrJWTNotYetValid) {
		t.Error("a JWT that is not valid yet logs out")
	}
}

// TestMiddlewareOutage checks that no visitor is logged out while sessions cannot be checked.
func TestMiddlewareOutage(t *testing.T) {
	faults := map[string]struct {
		fault      stytchtest.Fault
		retryAfter string
	}{
		"internal error":     {stytchtest.Fault{Status: 500}, ""},
		"a gateway's page":   {stytchtest.Fault{HTML: true}, ""},
		"a reset connection": {stytchtest.Fault{Reset: true}, ""},
		"too many requests":  {stytchtest.Fault{ErrorType: "too_many_requests", RetryAfter: 7 * time.Second}, "7"},
		"wrong credentials":  {stytchtest.Fault{ErrorType: "unauthorized_credentials"}, ""},
	}
	for name, test := range faults {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, stytch.MiddlewareOptions{Optional: true})
			s.get("/", http.StatusOK)
			test.fault.Call = "consumer.sessions.authenticate"
			s.srv.Fail(test.fault)
			s.get("/", http.StatusOK)
			s.calls(0, "an outage while the JWT is fresh")
			s.srv.Clock().Advance(6 * time.Minute)
			text, resp := s.get("/", http.StatusServiceUnavailable)
			if got := resp.Header.Get("Retry-After"); got != test.retryAfter || resp.Header.Get("Set-Cookie") != "" || strings.Contains(text, "credential") {
				t.Errorf("Retry-After %q, Set-Cookie %q, text %q", got, resp.Header.Get("Set-Cookie"), text)
			}
			s.srv.ClearFaults()
			s.get("/", http.StatusOK)
		})
	}
}

func TestMiddlewareHandlers(t *testing.T) {
	var reasons []error
	handler := func(status int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reasons = append(reasons, stytch.SessionErrorFrom(r.Context()))
			if _, ok := stytch.SessionFrom(r.Context()); ok {
				t.Error("there is a session")
			}
			w.WriteHeader(status)
		})
	}
	s := newSite(t, stytch.MiddlewareOptions{Unauthorized: handler(http.StatusTeapot), Unavailable: handler(http.StatusGatewayTimeout)})
	s.srv.Clock().Advance(2 * time.Hour)
	s.get("/", http.StatusTeapot)
	s.get("/", http.StatusTeapot)
	s.get("/login", http.StatusOK) // sets the cookies of a session that has expired
	if len(s.cookies()) != 2 {
		t.Fatal("the browser's clock is not the machine's")
	}
	s.srv.Fail(stytchtest.Fault{Status: 503})
	s.get("/", http.StatusGatewayTimeout)
	if len(reasons) != 3 || !errors.Is(reasons[0], stytch.ErrSessionNotFound) || !errors.Is(reasons[1], stytch.ErrNoSession) || stytch.LoggedOut(reasons[2]) {
		t.Errorf("the handlers were told %v", reasons)
	}
}

func TestMiddlewareOptional(t *testing.T) {
	s := newSite(t, stytch.MiddlewareOptions{Optional: true})
	if text, _ := s.get("/", http.StatusOK); text != s.session.ID+" plan=pro" {
		t.Errorf("the page says %q", text)
	}
	s.srv.Clock().Advance(2 * time.Hour)
	if text, _ := s.get("/", http.StatusOK); !strings.HasPrefix(text, "nobody: ") || len(s.cookies()) != 0 {
		t.Errorf("the page says %q, %d cookies are left", text, len(s.cookies()))
	}
}

// TestLoggedOutByWhatIsNoToken checks that a value which cannot be a token means "logged out", and
// another mistake of the application does not.
func TestLoggedOutByWhatIsNoToken(t *testing.T) {
	client := newIssuer().offline(t, time.Now())
	authenticate := func(req stytch.SessionsAuthenticateRequest) error {
		_, err := client.Sessions.Authenticate(t.Context(), req)
		return err
	}
	_, noAddress := client.OTPs.Email.LoginOrCreate(t.Context(), stytch.OTPsEmailLoginOrCreateRequest{Email: "x"})
	_, noToken := client.Sessions.Revoke(t.Context(), stytch.SessionsRevokeRequest{SessionToken: new("")})
	tests := map[string]struct {
		err  error
		want bool
	}{
		"an empty token":                {authenticate(stytch.SessionsAuthenticateRequest{SessionToken: new("")}), true},
		"an empty JWT":                  {authenticate(stytch.SessionsAuthenticateRequest{SessionJWT: new("")}), true},
		"bytes that are no text":        {authenticate(stytch.SessionsAuthenticateRequest{SessionToken: new("\xff")}), true},
		"an empty token to revoke":      {noToken, true},
		"neither token nor JWT":         {authenticate(stytch.SessionsAuthenticateRequest{}), true},
		"a session of no minutes":       {authenticate(stytch.SessionsAuthenticateRequest{SessionToken: new("x"), SessionDurationMinutes: new(0)}), false},
		"an empty token, of no minutes": {authenticate(stytch.SessionsAuthenticateRequest{SessionToken: new(""), SessionDurationMinutes: new(0)}), false},
		"an address that is none":       {noAddress, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if invalid := new(stytch.ValidationError); !errors.As(test.err, &invalid) {
				t.Fatalf("error %v, want a ValidationError", test.err)
			}
			if got := stytch.LoggedOut(test.err); got != test.want {
				t.Errorf("%v: logged out: %v", test.err, got)
			}
			if got := stytch.PublicErrorOf(test.err).Code == stytch.CodeLoginFirst; got != test.want {
				t.Errorf("%v becomes %+v", test.err, stytch.PublicErrorOf(test.err))
			}
		})
	}
}

// leaving is a transport that cancels another request when it is used.
type leaving struct {
	http.RoundTripper
	leave func()
}

func (l leaving) RoundTrip(r *http.Request) (*http.Response, error) {
	l.leave()
	return l.RoundTripper.RoundTrip(r)
}

// TestMiddlewareGivesUp checks that the call ends when the visitor disconnects, and that this is not an
// outage.
func TestMiddlewareGivesUp(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	answered := func(http.ResponseWriter, *http.Request) { t.Error("a handler answers a visitor who has gone") }
	s := newSite(t, stytch.MiddlewareOptions{}, stytch.WithMiddleware(func(next http.RoundTripper) http.RoundTripper { return leaving{next, leave} }))
	s.srv.Fail(stytchtest.Fault{Delay: time.Hour})
	page := s.client.Sessions.Middleware(stytch.MiddlewareOptions{
		MaxTokenAge: -1, Optional: true, Unavailable: http.HandlerFunc(answered), Unauthorized: http.HandlerFunc(answered),
	})(http.HandlerFunc(answered))
	w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: "stytch_session", Value: s.session.Token})
	page.ServeHTTP(w, r)
	if w.Code != stytch.StatusCanceled || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("the answer is %d with %v", w.Code, w.Header())
	}
}
