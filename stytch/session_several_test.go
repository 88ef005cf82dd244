package stytch_test

import (
	"errors"
	"fmt"
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

// shelf has sessions for cookies. The visitor is logged in. So is the attacker, who has another account
// and a site in the same domain.
type shelf struct {
	*testing.T
	srv    *stytchtest.Server
	client *stytch.Client
	named  map[string]stytchtest.Session
}

func newShelf(t *testing.T, opts ...stytch.Option) *shelf {
	t.Helper()
	srv := stytchtest.NewServer(t)
	return fill(t, srv, srv.Client(append(opts, stytch.WithMaxRetries(0))...))
}

// fill creates new sessions of a shelf for each test.
func fill(t *testing.T, srv *stytchtest.Server, client *stytch.Client) *shelf {
	t.Helper()
	s := &shelf{t, srv, client, map[string]stytchtest.Session{}}
	visitor, attacker := srv.AddUser(stytch.User{}).UserID, srv.AddUser(stytch.User{}).UserID
	s.add("mine", visitor, time.Hour)
	s.add("mine too", visitor, time.Hour)
	s.add("theirs", attacker, time.Hour)
	s.add("short", attacker, 5*time.Minute)
	s.add("revoked", attacker, time.Hour)
	if _, err := s.client.Sessions.Revoke(t.Context(), stytch.SessionsRevokeRequest{SessionID: new(s.named["revoked"].ID)}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shelf) add(name, userID string, life time.Duration) {
	s.Helper()
	session, err := s.srv.AddSession(userID, life, nil)
	if err != nil {
		s.Fatal(err)
	}
	s.named[name] = session
}

// cookies returns the Cookie header for a list such as "token of mine, JWT of theirs".
func (s *shelf) cookies(list string) string {
	var header []string
	for one := range strings.SplitSeq(list, ", ") {
		kind, name, _ := strings.Cut(one, " of ")
		session, ok := s.named[name]
		switch {
		case kind == "":
		case kind == "JWT" && ok:
			header = append(header, "stytch_session_jwt="+session.JWT)
		case ok:
			header = append(header, "stytch_session="+session.Token)
		case kind == "JWT":
			header = append(header, "stytch_session_jwt="+name)
		default:
			header = append(header, "stytch_session="+name)
		}
	}
	return strings.Join(header, "; ")
}

// request returns a request of a browser to app.example.com.
func (s *shelf) request(list string) *http.Request {
	r := httptest.NewRequestWithContext(s.Context(), http.MethodGet, "https://app.example.com/", nil)
	r.Header.Set("Cookie", s.cookies(list))
	return r
}

// TestSeveralCookies sends several cookies of one name, whose order means nothing. All count, and only
// those are cleared that the service or a local check has rejected.
func TestSeveralCookies(t *testing.T) {
	stranger := rs256(newIssuer(), nil) // signed for another project
	tests := map[string]struct {
		cookies string
		later   bool   // the earlier JWTs have expired; "now" is a JWT from after that
		want    string // whose session reaches the handler
		err     error
		calls   int
		changed string // the cookies that are set or cleared
	}{
		"three dead ones before a live one":        {cookies: "token of a, token of b, token of c, token of mine", want: "mine", calls: 4, changed: "jwt"},
		"three dead ones behind a live one":        {cookies: "token of mine, token of a, token of b, token of c", want: "mine", calls: 4, changed: "jwt"},
		"one dead one twice":                       {cookies: "token of a, token of a, token of mine", want: "mine", calls: 2, changed: "jwt"},
		"dead ones only":                           {cookies: "token of a, token of b, token of c, token of d", err: stytch.ErrSessionNotFound, calls: 4, changed: "token"},
		"a dead token beside the JWT of a session": {cookies: "token of a, JWT of mine", later: true, want: "mine", calls: 2, changed: "token jwt"},
		"a dead token beside a dead JWT":           {cookies: "token of a, JWT of revoked", later: true, err: stytch.ErrSessionNotFound, calls: 2, changed: "token jwt"},
		"a dead JWT beside a live token":           {cookies: "JWT of revoked, token of mine", later: true, want: "mine", calls: 2, changed: "jwt"},
		"more than anybody has":                    {cookies: strings.Repeat("JWT of x, ", 3) + "token of mine, token of a, token of b, token of c, token of d, token of e, token of f, token of g, token of h, token of i", err: stytch.ErrAmbiguousSession},
		"as many as can be":                        {cookies: "token of mine, token of a, token of b, token of c, token of d, token of e, token of f, token of g, token of h, token of i", want: "mine", calls: 10, changed: "jwt"},
		"an empty one":                             {cookies: "token of , token of mine", want: "mine", calls: 1, changed: "jwt"},

		"a token tossed in front":                   {cookies: "token of theirs, token of mine, JWT of mine", later: true, err: stytch.ErrAmbiguousSession, calls: 2},
		"a token tossed behind":                     {cookies: "token of mine, token of theirs, JWT of mine", later: true, err: stytch.ErrAmbiguousSession, calls: 2},
		"a token tossed, and no JWT":                {cookies: "token of theirs, token of mine", err: stytch.ErrAmbiguousSession, calls: 2},
		"a token tossed in place of ours":           {cookies: "token of theirs, JWT of mine", later: true, err: stytch.ErrAmbiguousSession, calls: 2},
		"a token tossed beside a fresh JWT":         {cookies: "token of theirs, token of mine, JWT of mine", want: "mine"},
		"both tossed":                               {cookies: "token of theirs, JWT of theirs, token of mine, JWT of mine", later: true, err: stytch.ErrAmbiguousSession, calls: 2},
		"both tossed, all fresh":                    {cookies: "token of theirs, JWT of theirs, token of mine, JWT of mine", err: stytch.ErrAmbiguousSession},
		"a fresh JWT tossed beside ours of before":  {cookies: "JWT of now, JWT of mine, token of mine", later: true, err: stytch.ErrAmbiguousSession, calls: 1},
		"a fresh JWT tossed behind ours of before":  {cookies: "JWT of mine, JWT of now, token of mine", later: true, err: stytch.ErrAmbiguousSession, calls: 1},
		"a JWT tossed that has expired":             {cookies: "JWT of theirs, token of mine", later: true, err: stytch.ErrAmbiguousSession, calls: 2},
		"the session that was tossed has ended":     {cookies: "token of revoked, JWT of revoked, token of mine, JWT of mine", later: true, want: "mine", calls: 3, changed: "jwt"},
		"a JWT whose session has ended, as it says": {cookies: "JWT of short, JWT of now", later: true, want: "now"},
		"a JWT whose session was ended":             {cookies: "JWT of revoked, JWT of now too", later: true, want: "now too", calls: 1, changed: "jwt"},

		"two sessions of one user":           {cookies: "token of mine, token of mine too", want: "mine too", calls: 2, changed: "jwt"},
		"two JWTs of one user":               {cookies: "JWT of mine too, JWT of mine", want: "mine"},
		"a JWT and a token of one user":      {cookies: "JWT of mine, token of mine too", later: true, want: "mine too", calls: 1, changed: "jwt"},
		"a JWT of another project":           {cookies: "JWT of " + stranger + ", token of a", err: stytch.ErrJWTAudience, calls: 1},
		"a JWT of another project, and ours": {cookies: "JWT of " + stranger + ", token of mine", want: "mine", calls: 1, changed: "jwt"},
		"a JWT of another project alone":     {cookies: "JWT of " + stranger, err: stytch.ErrJWTAudience},
		"a broken JWT beside a fresh one":    {cookies: "JWT of a.b.c, JWT of mine", want: "mine"},
		"a broken JWT alone":                 {cookies: "JWT of a.b.c", err: stytch.ErrJWTMalformed, changed: "jwt"},
	}
	one := newShelf(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := fill(t, one.srv, one.client)
			before := s.srv.Calls("consumer.sessions.authenticate")
			if test.later {
				s.srv.Clock().Advance(6 * time.Minute)
				s.add("now", s.named["theirs"].UserID, time.Hour)
				s.add("now too", s.named["mine"].UserID, time.Hour)
			}
			var got *stytch.Session
			var reason error
			page := s.client.Sessions.Middleware(stytch.MiddlewareOptions{Optional: true})(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				got, _ = stytch.SessionFrom(r.Context())
				reason = stytch.SessionErrorFrom(r.Context())
			}))
			w := httptest.NewRecorder()
			page.ServeHTTP(w, s.request(test.cookies))
			if w.Code != http.StatusOK || !errors.Is(reason, test.err) || (got == nil) != (test.want == "") || got != nil && got.SessionID != s.named[test.want].ID {
				t.Errorf("status %d, session %v, error %v", w.Code, got, reason)
			}
			if n := s.srv.Calls("consumer.sessions.authenticate") - before; n != test.calls {
				t.Errorf("%d calls, want %d", n, test.calls)
			}
			var changed []string
			for _, c := range w.Result().Cookies() {
				kind := map[string]string{"stytch_session": "token", "stytch_session_jwt": "jwt"}[c.Name]
				if len(changed) == 0 || changed[len(changed)-1] != kind {
					changed = append(changed, kind)
				}
				if test.want == "" && (c.Value != "" || c.MaxAge >= 0) {
					t.Errorf("the cookie %s is set without a session", c.Name)
				}
			}
			if strings.Join(changed, " ") != test.changed {
				t.Errorf("changed: %v, want %s", changed, test.changed)
			}
			if len(changed) > 0 != (w.Header().Get("Cache-Control") == "no-store") {
				t.Errorf("Cache-Control %q on an answer that changes %v", w.Header().Get("Cache-Control"), changed)
			}
		})
	}
}

// TestSeveralCookiesInAnOutage checks that no cookie is cleared while one of them cannot be checked.
func TestSeveralCookiesInAnOutage(t *testing.T) {
	s := newShelf(t)
	s.srv.Fail(stytchtest.Fault{Call: "consumer.sessions.authenticate", ErrorType: "session_not_found", Times: 1})
	s.srv.Fail(stytchtest.Fault{Call: "consumer.sessions.authenticate", Status: 500})
	w := httptest.NewRecorder()
	s.client.Sessions.Middleware(stytch.MiddlewareOptions{Optional: true})(http.NotFoundHandler()).ServeHTTP(w, s.request("token of a, token of b"))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("status %d, cookies %v", w.Code, w.Result().Cookies())
	}
}

// TestCredentialsOfTheSession checks that behind the middleware the JWT is always that of the validated
// session, and so is the token if it is known.
func TestCredentialsOfTheSession(t *testing.T) {
	one := newShelf(t)
	one.srv.Grant("stytch_user", "documents", "read")
	for name, test := range map[string]struct {
		cookies, header string
		opts            stytch.MiddlewareOptions
		token           string // whose it is, or what
		fresh           bool   // the JWT is new
	}{
		"a JWT alone":                 {cookies: "JWT of mine"},
		"a JWT that was asked about":  {cookies: "JWT of mine", opts: stytch.MiddlewareOptions{MaxTokenAge: -1}, token: "mine", fresh: true},
		"a token alone":               {cookies: "token of mine", token: "mine", fresh: true},
		"a JWT beside its token":      {cookies: "token of mine, JWT of mine", token: "mine"},
		"a JWT beside several tokens": {cookies: "token of theirs, token of mine, JWT of mine"},
		"the second of two tokens":    {cookies: "token of mine, token of a", token: "mine", fresh: true},
		"a JWT in the header":         {cookies: "token of theirs", header: "JWT of mine"},
		"a token in the header":       {cookies: "token of theirs, JWT of theirs", header: "token of mine", token: "mine", fresh: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := fill(t, one.srv, one.client)
			s.srv.Clock().Advance(time.Second) // so that a new JWT differs
			reached := false
			page := s.client.Sessions.Middleware(test.opts)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				reached = true
				if token := stytch.SessionTokenFrom(r); token != s.named[test.token].Token {
					t.Errorf("the token is %q", token)
				}
				jwt := stytch.SessionJWTFrom(r)
				if (jwt != s.named["mine"].JWT) != test.fresh {
					t.Error("the JWT is another one")
				}
				session, err := s.client.Sessions.AuthenticateJWT(r.Context(), stytch.AuthenticateJWTRequest{SessionJWT: jwt,
					AuthorizationCheck: &stytch.AuthorizationCheck{ResourceID: "documents", Action: "read"}})
				if err != nil || session.SessionID != s.named["mine"].ID {
					t.Errorf("an authorization check with the JWT: session %v, error %v", session, err)
				}
			}))
			r := s.request(test.cookies)
			if test.header != "" {
				_, value, _ := strings.Cut(s.cookies(test.header), "=")
				r.Header.Set("Authorization", "Bearer "+value)
			}
			page.ServeHTTP(httptest.NewRecorder(), r)
			if !reached {
				t.Error("not let in")
			}
		})
	}
	// Without a session or without the middleware, they are the last ones in the request.
	s := one
	check := func(w http.ResponseWriter, r *http.Request) {
		if token, jwt := stytch.SessionTokenFrom(r), stytch.SessionJWTFrom(r); token != "b" || jwt != "d" {
			t.Errorf("the token is %q, the JWT %q", token, jwt)
		}
	}
	r := s.request("token of a, token of b, JWT of c, JWT of d")
	check(nil, r)
	s.client.Sessions.Middleware(stytch.MiddlewareOptions{Optional: true})(http.HandlerFunc(check)).ServeHTTP(httptest.NewRecorder(), r)
	r.Header.Set("Authorization", "Bearer x")
	if token, jwt := stytch.SessionTokenFrom(r), stytch.SessionJWTFrom(r); token != "x" || jwt != "" {
		t.Errorf("with a header, the token is %q, the JWT %q", token, jwt)
	}
}

// TestContextWithSession tests a handler without the middleware.
func TestContextWithSession(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.AddCookie(&http.Cookie{Name: "stytch_session_jwt", Value: "a.b.c"})
	in := r.WithContext(stytch.ContextWithSession(r.Context(), &stytch.Session{UserID: "user-test-1"}))
	if session, ok := stytch.SessionFrom(in.Context()); !ok || session.UserID != "user-test-1" || stytch.SessionErrorFrom(in.Context()) != nil || stytch.SessionJWTFrom(in) != "a.b.c" {
		t.Errorf("session %v, %v, error %v, JWT %q", session, ok, stytch.SessionErrorFrom(in.Context()), stytch.SessionJWTFrom(in))
	}
	out := stytch.ContextWithSession(in.Context(), nil)
	if session, ok := stytch.SessionFrom(out); ok || session != nil || !errors.Is(stytch.SessionErrorFrom(out), stytch.ErrNoSession) {
		t.Errorf("session %v, %v, error %v", session, ok, stytch.SessionErrorFrom(out))
	}
}

// browser is a visitor's browser at app.example.com, which stores cookies.
type browser struct {
	*testing.T
	jar  http.CookieJar
	page *url.URL
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, jar, &url.URL{Scheme: "https", Host: "app.example.com", Path: "/"}}
}

func (b *browser) has(name, value, domain string) {
	b.jar.SetCookies(b.page, []*http.Cookie{{Name: name, Value: value, Domain: domain, Path: "/"}})
}

func (b *browser) get(h http.Handler) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(b.Context(), http.MethodGet, b.page.String(), nil)
	for _, c := range b.jar.Cookies(b.page) {
		r.AddCookie(c)
	}
	h.ServeHTTP(w, r)
	b.jar.SetCookies(b.page, w.Result().Cookies())
	return w
}

// wants checks which cookies the browser has.
func (b *browser) wants(what string, names ...string) {
	b.Helper()
	var have []string
	for _, c := range b.jar.Cookies(b.page) {
		have = append(have, c.Name)
	}
	if fmt.Sprint(have) != fmt.Sprint(names) {
		b.Errorf("%s: the browser has %v, want %v", what, have, names)
	}
}

// TestCookiesOfADomain checks that cookies which a browser SDK shares between subdomains are cleared
// when their session has ended, and not earlier.
func TestCookiesOfADomain(t *testing.T) {
	s := newShelf(t)
	page := s.client.Sessions.Middleware(stytch.MiddlewareOptions{})(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, domain := range []string{"", "app.example.com", "example.com"} {
		b := newBrowser(t)
		b.has("stytch_session", s.named["mine"].Token, domain)
		b.has("stytch_session_jwt", s.named["mine"].JWT, domain)
		if w := b.get(page); w.Code != http.StatusOK {
			t.Fatalf("%q: status %d", domain, w.Code)
		}
		b.wants(domain+", a live session", "stytch_session", "stytch_session_jwt")
	}
	b := newBrowser(t)
	b.has("stytch_session", "ended", "example.com")
	b.has("stytch_session", s.named["revoked"].Token, "")
	if w := b.get(page); w.Code != http.StatusUnauthorized {
		t.Errorf("status %d", w.Code)
	}
	b.wants("ended sessions")

	// Another project's site in the same domain stays logged in.
	b.has("stytch_session", "theirs", "example.com")
	b.has("stytch_session_jwt", rs256(newIssuer(), nil), "example.com")
	b.get(page)
	b.wants("another project", "stytch_session", "stytch_session_jwt")
	b.get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.client.Sessions.SetCookies(w, r, s.named["mine"].Token, s.named["mine"].JWT, nil)
	}))
	if w := b.get(page); w.Code != http.StatusOK {
		t.Errorf("logged in beside another project: status %d", w.Code)
	}
	b.get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.client.Sessions.Logout(w, r); err != nil {
			t.Error(err)
		}
	}))
	b.wants("logged out beside another project", "stytch_session", "stytch_session_jwt")
}

// TestLoginAgain checks that a login replaces all sessions in the browser, including one that another
// site of the domain has set.
func TestLoginAgain(t *testing.T) {
	s := newShelf(t)
	page := s.client.Sessions.Middleware(stytch.MiddlewareOptions{MaxTokenAge: -1})(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if session, _ := stytch.SessionFrom(r.Context()); session.SessionID != s.named["mine too"].ID {
			t.Errorf("the session is %s", session.SessionID)
		}
	}))
	b := newBrowser(t)
	b.has("stytch_session", s.named["mine"].Token, "")
	b.has("stytch_session", s.named["theirs"].Token, "example.com")
	b.has("stytch_session_jwt", s.named["theirs"].JWT, "example.com")
	if w := b.get(page); w.Code != http.StatusUnauthorized || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("before: status %d, cookies %v", w.Code, w.Result().Cookies())
	}
	b.get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.client.Sessions.SetCookies(w, r, s.named["mine too"].Token, s.named["mine too"].JWT, nil)
	}))
	b.wants("logged in", "stytch_session", "stytch_session_jwt")
	if w := b.get(page); w.Code != http.StatusOK {
		t.Errorf("after: status %d", w.Code)
	}
}
