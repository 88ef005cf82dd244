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

// newSite starts an application whose page names the session that it is shown,
// and gives the browser the cookies of a session of one hour.
func newSite(t *testing.T, opts stytch.MiddlewareOptions, clientOpts ...stytch.Option) *site {
	t.Helper()
	srv := stytchtest.NewServer(t)
	client := srv.Client(append(clientOpts, stytch.WithMaxRetries(0))...)
	s := &site{T: t, srv: srv, client: client}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		stytch.SetSessionCookies(w, r, s.session.Token, s.session.JWT, s.session.ExpiresAt)
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

// get asks for a page as the browser does, and returns its text.
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
		client = http.DefaultClient // a program, without the browser's cookies
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

// calls are the calls of the service since the last time.
func (s *site) calls(want int, what string) {
	s.Helper()
	if n := s.srv.Calls("sessions.authenticate"); n != want {
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
	if n := s.srv.Calls("sessions.get_jwks"); n != 1 {
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

	// A browser that lost one of the two cookies.
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

	// What is no JWT at all, beside a good token.
	s.browser.Jar.SetCookies(at, []*http.Cookie{{Name: "stytch_session_jwt", Value: "x.y.z", Path: "/"}})
	s.get("/", http.StatusOK)
	s.calls(4, "a broken JWT")
}

// TestMiddlewareRenewsForAsLong: a renewal changes nothing about how long the browser keeps a
// login: what it writes ends with the browser, and a token that is there is not written again.
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
	s.get("/", http.StatusOK) // the JWT is good for five minutes
	s.srv.Clock().Advance(6 * time.Minute)
	text, resp := s.get("/", http.StatusUnauthorized)
	if resp.Header.Get("WWW-Authenticate") != "Bearer" || strings.Contains(text, "session_not_found") || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the page says %q, to be kept: %q", text, resp.Header.Get("Cache-Control"))
	}
	if left := s.cookies(); len(left) != 0 {
		t.Errorf("%d cookies are left", len(left))
	}
	s.calls(1, "a session that has ended")
	_, resp = s.get("/", http.StatusUnauthorized)
	if resp.Header.Get("Set-Cookie") != "" {
		t.Error("cookies are cleared where there are none")
	}
	s.calls(1, "no credentials")
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
	// Another scheme is somebody else's business.
	s.get("/", http.StatusOK, "Authorization", "Basic eDp5", "Cookie", both)
}

// TestMiddlewareStaleCookies: an old cookie of another path or domain, which cannot be cleared from here,
// does not keep anybody out.
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

	// However many a stranger sends, the service is asked about few.
	s.get("/", http.StatusUnauthorized, "Cookie", strings.Repeat("stytch_session=nobody; ", 50)+"x=y")
	s.calls(5, "fifty tokens that are none")
	s.get("/", http.StatusUnauthorized, "Cookie", "stytch_session="+strings.Repeat("x", 20_000))
	s.get("/", http.StatusUnauthorized, "Authorization", "Bearer "+strings.Repeat("x", 20_000))
	s.calls(5, "tokens longer than any")
}

// TestSessionTokenBehindTheMiddleware: it is that of the session that was let in, so that a logout
// ends no other.
func TestSessionTokenBehindTheMiddleware(t *testing.T) {
	s := newSite(t, stytch.MiddlewareOptions{})
	other, err := s.srv.AddSession(s.srv.AddUser(stytch.User{}).UserID, time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, jwt, others := s.session.Token, s.session.JWT, "stytch_session="+other.Token
	tests := map[string]struct {
		header, value, cookies, want string
		opts                         stytch.MiddlewareOptions
	}{
		"the second of two cookies":  {"Cookie", "stytch_session=nobody; stytch_session=" + token, "", token, stytch.MiddlewareOptions{}},
		"a fresh JWT beside it":      {"Cookie", "stytch_session=" + token + "; stytch_session_jwt=" + jwt, "", token, stytch.MiddlewareOptions{}},
		"a JWT that was asked about": {"Cookie", "stytch_session_jwt=" + jwt, "", token, stytch.MiddlewareOptions{MaxTokenAge: -1}},
		"a token in the header":      {"Authorization", "Bearer " + token, others, token, stytch.MiddlewareOptions{}},
		"a JWT in the header":        {"Authorization", "Bearer " + jwt, others, "", stytch.MiddlewareOptions{}},
		"nobody":                     {"Cookie", "stytch_session=nobody", "", "nobody", stytch.MiddlewareOptions{Optional: true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := "not let in"
			page := s.client.Sessions.Middleware(test.opts)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				got = stytch.SessionTokenFrom(r)
			}))
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.Header.Set("Cookie", test.cookies)
			r.Header.Set(test.header, test.value)
			page.ServeHTTP(httptest.NewRecorder(), r)
			if got != test.want {
				t.Errorf("the token is %q, want %q", got, test.want)
			}
		})
	}
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

// TestMiddlewareClockBehind: a JWT that this machine's clock does not believe yet is the service's
// to judge, and logs nobody out while it cannot be asked.
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

// TestMiddlewareOutage: when nobody can know, nobody is logged out.
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
			test.fault.Call = "sessions.authenticate"
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
	s.get("/login", http.StatusOK) // the cookies of the session that has expired
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

// TestLoggedOutByWhatIsNoToken: a request that was not sent logs out when what was shown can be no
// session, and not when the application is wrong about something else.
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
				t.Errorf("%v is told as %+v", test.err, stytch.PublicErrorOf(test.err))
			}
		})
	}
}

// leaving is a transport that ends somebody else's request when it is used.
type leaving struct {
	http.RoundTripper
	leave func()
}

func (l leaving) RoundTrip(r *http.Request) (*http.Response, error) {
	l.leave()
	return l.RoundTripper.RoundTrip(r)
}

// TestMiddlewareGivesUp: a browser that goes away takes the call for it along.
func TestMiddlewareGivesUp(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	reason := make(chan error, 1)
	s := newSite(t, stytch.MiddlewareOptions{MaxTokenAge: -1, Unavailable: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reason <- stytch.SessionErrorFrom(r.Context())
	})}, stytch.WithMiddleware(func(next http.RoundTripper) http.RoundTripper { return leaving{next, leave} }))
	s.srv.Fail(stytchtest.Fault{Delay: time.Hour})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := s.browser.Do(r); !errors.Is(err, context.Canceled) {
		t.Fatalf("the request ended with %v and %v", resp, err)
	}
	if err := <-reason; !errors.Is(err, context.Canceled) {
		t.Errorf("the call for it ended with %v", err)
	}
}

func TestSessionCookies(t *testing.T) {
	in := time.Now().Add(time.Hour)
	tests := map[string]struct {
		url     string
		expires time.Time
		secure  bool
		maxAge  int // -1: at once; 0: with the browser; 1: with the session
		header  string
	}{
		"TLS":                          {"https://app.example.com/", in, true, 1, ""},
		"TLS on loopback":              {"https://localhost/", in, true, 1, ""},
		"behind a proxy":               {"http://app.example.com/", in, true, 1, ""},
		"loopback":                     {"http://127.0.0.1:3000/", in, false, 1, ""},
		"loopback, v6":                 {"http://[::1]:3000/", in, false, 1, ""},
		"localhost":                    {"http://LOCALHOST:3000/", in, false, 1, ""},
		"below localhost":              {"http://app.localhost/", in, false, 1, ""},
		"like localhost":               {"http://localhost.example.com/", in, true, 1, ""},
		"like loopback":                {"http://127.0.0.1.example.com/", in, true, 1, ""},
		"another machine":              {"http://192.168.1.7/", in, true, 1, ""},
		"a proxy that says so":         {"http://127.0.0.1:8080/", in, true, 1, "X-Forwarded-Proto: https"},
		"a proxy, by its other header": {"http://localhost:8080/", in, true, 1, "Forwarded: for=192.0.2.1"},
		"a page of elsewhere":          {"http://127.0.0.1:8080/", in, true, 1, "Origin: https://app.example.com"},
		"a link of elsewhere":          {"http://127.0.0.1:8080/", in, true, 1, "Referer: https://app.example.com/login"},
		"a page of here":               {"http://127.0.0.1:3000/", in, false, 1, "Origin: http://127.0.0.1:3000"},
		"a page of nowhere":            {"http://127.0.0.1:3000/", in, false, 1, "Origin: null"},
		"no end":                       {"https://app.example.com/", time.Time{}, true, 0, ""},
		"the session is over":          {"https://app.example.com/", time.Now().Add(-time.Second), true, -1, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, test.url, nil)
			if name, value, ok := strings.Cut(test.header, ": "); ok {
				r.Header.Set(name, value)
			}
			stytch.SetSessionCookies(w, r, "old", "old", in)
			stytch.SetSessionCookies(w, r, "the token", "a.b.c", test.expires)
			cookies := w.Result().Cookies()
			if len(cookies) != 2 {
				t.Fatalf("%d cookies, want 2", len(cookies))
			}
			for _, c := range cookies {
				want := map[string]string{"stytch_session": "the token", "stytch_session_jwt": "a.b.c"}[c.Name]
				if c.Value != want || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != test.secure {
					t.Errorf("the cookie is %v", c)
				}
				switch {
				case test.maxAge == 1 && (c.MaxAge < 3000 || c.MaxAge > 3600 || c.Expires.Unix() != in.Unix()),
					test.maxAge == 0 && (c.MaxAge != 0 || !c.Expires.IsZero()),
					test.maxAge == -1 && c.MaxAge >= 0:
					t.Errorf("%s lives for %d s, until %v", c.Name, c.MaxAge, c.Expires)
				}
			}
			w = httptest.NewRecorder()
			stytch.ClearSessionCookies(w, r)
			for _, c := range w.Result().Cookies() {
				if c.Value != "" || c.MaxAge >= 0 || c.Secure != test.secure || c.Path != "/" {
					t.Errorf("to clear it, the cookie is %v", c)
				}
			}
		})
	}

	// What browsers would drop without a word is not sent.
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	stytch.SetSessionCookies(w, r, "token", strings.Repeat("x", 4096), in)
	for _, c := range w.Result().Cookies() {
		if c.Name == "stytch_session_jwt" && (c.Value != "" || c.MaxAge >= 0) || c.Name == "stytch_session" && c.Value != "token" {
			t.Errorf("a JWT of 4096 bytes: the cookie %s has %d bytes", c.Name, len(c.Value))
		}
	}
	// A login that brought nothing leaves nothing of the one before.
	for _, login := range []struct{ token, jwt string }{{"token", ""}, {"", "a.b.c"}, {"", ""}} {
		w = httptest.NewRecorder()
		stytch.SetSessionCookies(w, r, login.token, login.jwt, in)
		cookies := w.Result().Cookies()
		if len(cookies) != 2 {
			t.Errorf("%+v: %d cookies, want 2", login, len(cookies))
		}
		for _, c := range cookies {
			want := map[string]string{"stytch_session": login.token, "stytch_session_jwt": login.jwt}[c.Name]
			if c.Value != want || (c.MaxAge < 0) != (want == "") {
				t.Errorf("%+v: the cookie %s is %q and lives for %d s", login, c.Name, c.Value, c.MaxAge)
			}
		}
	}
	if got := stytch.SessionTokenFrom(r); got != "" {
		t.Errorf("without a cookie the token is %q", got)
	}
	r.AddCookie(&http.Cookie{Name: "stytch_session", Value: "the-token"})
	if got := stytch.SessionTokenFrom(r); got != "the-token" {
		t.Errorf("the token is %q", got)
	}
}
