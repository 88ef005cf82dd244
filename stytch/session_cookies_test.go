package stytch_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

func TestSessionCookies(t *testing.T) {
	client := newIssuer().offline(t, time.Now())
	set := func(w http.ResponseWriter, r *http.Request, token, jwt string, expires time.Time) {
		client.Sessions.SetCookies(w, r, token, jwt, &stytch.Session{ExpiresAt: &expires})
	}
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
			set(w, r, "old", "old", in)
			set(w, r, "the token", "a.b.c", test.expires)
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

	// A cookie that browsers would silently drop is not sent.
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	set(w, r, "token", strings.Repeat("x", 4096), in)
	for _, c := range w.Result().Cookies() {
		if c.Name == "stytch_session_jwt" && (c.Value != "" || c.MaxAge >= 0) || c.Name == "stytch_session" && c.Value != "token" {
			t.Errorf("a JWT of 4096 bytes: the cookie %s has %d bytes", c.Name, len(c.Value))
		}
	}
	// A login without a session removes the previous session.
	for _, login := range []struct{ token, jwt string }{{"token", ""}, {"", "a.b.c"}, {"", ""}} {
		w = httptest.NewRecorder()
		set(w, r, login.token, login.jwt, in)
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

// TestWithSessionCookies checks that the settings apply to setting, reading and clearing cookies.
func TestWithSessionCookies(t *testing.T) {
	for name, test := range map[string]struct {
		look   stytch.SessionCookies
		url    string
		set    string // the token's cookie, without its value and its end
		places int    // where the token's cookie is cleared
	}{
		"the default":       {stytch.SessionCookies{}, "https://app.example.com/", "stytch_session=; Path=/; HttpOnly; Secure; SameSite=Lax", 3},
		"other names":       {stytch.SessionCookies{TokenName: "sid", JWTName: "jwt"}, "https://app.example.com/", "sid=; Path=/; HttpOnly; Secure; SameSite=Lax", 3},
		"of this host only": {stytch.SessionCookies{TokenName: "__Host-sid", JWTName: "__Host-jwt"}, "https://app.example.com/", "__Host-sid=; Path=/; HttpOnly; Secure; SameSite=Lax", 1},
		"of this host, without TLS": {stytch.SessionCookies{TokenName: "__Host-sid", JWTName: "__Host-jwt"}, "http://localhost:3000/",
			"__Host-sid=; Path=/; HttpOnly; Secure; SameSite=Lax", 1},
		"with a domain":           {stytch.SessionCookies{Domain: "Example.com"}, "https://app.example.com/", "stytch_session=; Path=/; Domain=example.com; HttpOnly; Secure; SameSite=Lax", 3},
		"with a dot":              {stytch.SessionCookies{Domain: ".example.com"}, "https://app.example.com/", "stytch_session=; Path=/; Domain=example.com; HttpOnly; Secure; SameSite=Lax", 3},
		"behind a proxy":          {stytch.SessionCookies{Domain: "example.com"}, "http://10.0.0.7:8080/", "stytch_session=; Path=/; Domain=example.com; HttpOnly; Secure; SameSite=Lax", 2},
		"with a path":             {stytch.SessionCookies{Path: "/app"}, "https://app.example.com/app/", "stytch_session=; Path=/app; HttpOnly; Secure; SameSite=Lax", 6},
		"strict":                  {stytch.SessionCookies{SameSite: http.SameSiteStrictMode}, "https://app.example.com/", "stytch_session=; Path=/; HttpOnly; Secure; SameSite=Strict", 3},
		"in frames":               {stytch.SessionCookies{SameSite: http.SameSiteNoneMode}, "http://localhost/", "stytch_session=; Path=/; HttpOnly; Secure; SameSite=None", 1},
		"secure here":             {stytch.SessionCookies{Secure: new(true)}, "http://127.0.0.1:3000/", "stytch_session=; Path=/; HttpOnly; Secure; SameSite=Lax", 1},
		"insecure there":          {stytch.SessionCookies{Secure: new(false)}, "http://192.168.1.7/", "stytch_session=; Path=/; HttpOnly; SameSite=Lax", 1},
		"a host of one name":      {stytch.SessionCookies{}, "https://intranet/", "stytch_session=; Path=/; HttpOnly; Secure; SameSite=Lax", 1},
		"an address":              {stytch.SessionCookies{}, "https://[2001:db8::1]:8443/", "stytch_session=; Path=/; HttpOnly; Secure; SameSite=Lax", 1},
		"a host with a dot":       {stytch.SessionCookies{}, "https://app.example.com./", "stytch_session=; Path=/; HttpOnly; Secure; SameSite=Lax", 1},
		"a port":                  {stytch.SessionCookies{}, "https://APP.example.com:8443/", "stytch_session=; Path=/; HttpOnly; Secure; SameSite=Lax", 3},
		"a host with many labels": {stytch.SessionCookies{}, "https://a.b.c.d.e.f.g.h.i.example.com/", "stytch_session=; Path=/; HttpOnly; Secure; SameSite=Lax", 7},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t, stytch.WithSessionCookies(test.look))
			names := []string{"stytch_session", "stytch_session_jwt"}
			if test.look.TokenName != "" {
				names = []string{test.look.TokenName, test.look.JWTName}
			}
			request := func(cookies ...string) *http.Request {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, test.url, nil)
				for i := range cookies {
					r.AddCookie(&http.Cookie{Name: names[i], Value: cookies[i]})
				}
				return r
			}
			w := httptest.NewRecorder()
			s.client.Sessions.SetCookies(w, request(), s.named["mine"].Token, s.named["mine"].JWT, nil)
			if got := w.Header()["Set-Cookie"]; len(got) != 2 || strings.Replace(got[0], s.named["mine"].Token, "", 1) != test.set {
				t.Errorf("the cookies are set as %q", got)
			}
			// The middleware reads the cookies, and so does the handler behind it.
			page := s.client.Sessions.Middleware(stytch.MiddlewareOptions{MaxTokenAge: -1})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if stytch.SessionTokenFrom(r) != s.named["mine"].Token {
					t.Error("the handler gets another token")
				}
				stytch.ClearSessionCookies(w, r)
			}))
			w = httptest.NewRecorder()
			page.ServeHTTP(w, request(s.named["mine"].Token, s.named["mine"].JWT))
			if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, %v", w.Code, w.Header())
			}
			clears := func(what string, w *httptest.ResponseRecorder, count int) {
				t.Helper()
				places := map[string]int{}
				for _, c := range w.Result().Cookies() {
					places[c.Name]++
					if c.Value != "" || c.MaxAge >= 0 || !c.HttpOnly {
						t.Errorf("%s: %v is set", what, c)
					}
				}
				if places[names[0]] != count || places[names[1]] != count {
					t.Errorf("%s: cleared in %v, want %d places each: %q", what, places, count, w.Header()["Set-Cookie"])
				}
			}
			clears("by the handler", w, test.places)
			w = httptest.NewRecorder()
			page.ServeHTTP(w, request("nobody", "a.b.c"))
			if w.Code != http.StatusUnauthorized {
				t.Errorf("status %d", w.Code)
			}
			clears("by the middleware", w, test.places)
			w = httptest.NewRecorder()
			if err := s.client.Sessions.Logout(w, request(s.named["mine"].Token, s.named["mine"].JWT)); err != nil {
				t.Error(err)
			}
			clears("by a logout", w, test.places)
			w = httptest.NewRecorder()
			if err := s.client.Sessions.Logout(w, request()); err != nil {
				t.Error(err)
			}
			clears("by a logout without a session", w, 1)
			if _, err := s.client.Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: new(s.named["mine"].Token)}); !errors.Is(err, stytch.ErrSessionNotFound) {
				t.Errorf("the session lives on: %v", err)
			}
		})
	}
}

// TestHostsOfNobody checks that an arbitrary Host header neither gets into a cookie nor costs much.
func TestHostsOfNobody(t *testing.T) {
	client := newIssuer().offline(t, time.Now())
	for _, host := range []string{"", ".", "..", "a..b", "-", "ex ample.com", "example.com; Domain=evil.example", "example.com\r\nX: y", "[::1", "a:b:c", "%41.com", "müller.example",
		strings.Repeat("a.", 4000) + "com", strings.Repeat("a", 5000) + ".com", "1.2.3.4", "example.com:80:80"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Host = host
		r.AddCookie(&http.Cookie{Name: "stytch_session", Value: "x"})
		w := httptest.NewRecorder()
		client.Sessions.SetCookies(w, r, "token", "a.b.c", nil)
		lines := w.Header()["Set-Cookie"]
		if text := strings.Join(lines, "\n"); len(lines) > 14 || strings.Contains(text, "evil") || strings.Contains(text, "\r") || !strings.Contains(text, "stytch_session=token; Path=/; HttpOnly") {
			t.Errorf("Host %.40q: %d cookies: %.300q", host, len(lines), lines)
		}
	}
}

// TestCookiesThatNoBrowserKeeps checks that wrong settings are an error of NewClient, not a login that
// does not last.
func TestCookiesThatNoBrowserKeeps(t *testing.T) {
	for want, look := range map[string]stytch.SessionCookies{
		`"a b" or "stytch_session_jwt" can name no cookie`: {TokenName: "a b"},
		`"stytch_session" or "a;b" can name no cookie`:     {JWTName: "a;b"},
		"both are named x":               {TokenName: "x", JWTName: "x"},
		"both are named stytch_session:": {JWTName: "stytch_session"},
		"one name begins with __Host-":   {TokenName: "__Host-sid"},
		"want no Domain, and the Path /": {TokenName: "__Host-sid", JWTName: "__host-jwt", Domain: "example.com"},
		"names begin with __Host-":       {TokenName: "__Host-sid", JWTName: "__Host-jwt", Path: "/app"},
		"demand Secure":                  {TokenName: "__Secure-sid", JWTName: "jwt", Secure: new(false)},
		"SameSite=None demand Secure":    {SameSite: http.SameSiteNoneMode, Secure: new(false)},
		"SameSite is unknown":            {SameSite: http.SameSiteDefaultMode},
		`with the Path "app"`:            {Path: "app"},
		`with the Path "/a;b"`:           {Path: "/a;b"},
		`Domain "example.com:8080"`:      {Domain: "example.com:8080"},
		`Domain "https://example.com"`:   {Domain: "https://example.com"},
		`Domain "localhost"`:             {Domain: "localhost"},
		`Domain "127.0.0.1"`:             {Domain: "127.0.0.1"},
		`Domain "::1"`:                   {Domain: "::1"},
		`Domain "example.com."`:          {Domain: "example.com."},
		`Domain "ex_ample.com"`:          {Domain: "ex_ample.com"},
		`Domain "."`:                     {Domain: "."},
	} {
		_, err := stytch.NewClient(jwtProject, "secret-test-x", stytch.WithSessionCookies(look))
		if err == nil || !strings.HasPrefix(err.Error(), "stytch: the session cookies: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", look, err, want)
		}
	}
}
