package stytch_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestLogout checks that every session in the request is revoked, and no other.
func TestLogout(t *testing.T) {
	one := newShelf(t)
	for name, test := range map[string]struct {
		cookies, header string
		ended           string
		untouched       bool // no cookie is cleared
	}{
		"the usual":                     {cookies: "token of mine, JWT of mine", ended: "mine"},
		"a dead token in front":         {cookies: "token of dead-one-of-example.com, token of mine", ended: "mine"},
		"many dead tokens in front":     {cookies: "token of a, token of b, token of c, token of d, token of mine", ended: "mine"},
		"another user's live one first": {cookies: "token of theirs, token of mine", ended: "mine, theirs"},
		"a JWT alone":                   {cookies: "JWT of mine", ended: "mine"},
		"a JWT of another session":      {cookies: "token of mine, JWT of mine too", ended: "mine, mine too"},
		"a header":                      {header: "token of mine", ended: "mine", untouched: true},
		"a JWT in the header":           {header: "JWT of mine", ended: "mine", untouched: true},
		"a header beside cookies":       {header: "token of mine too", cookies: "token of mine", ended: "mine, mine too"},
		"dead ones":                     {cookies: "token of a, JWT of b.c.d"},
		"another project's JWT":         {cookies: "token of a, JWT of " + rs256(newIssuer(), nil)},
		"no session":                    {cookies: ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := fill(t, one.srv, one.client)
			r := s.request(test.cookies)
			if test.header != "" {
				_, value, _ := strings.Cut(s.cookies(test.header), "=")
				r.Header.Set("Authorization", "Bearer "+value)
			}
			w := httptest.NewRecorder()
			if err := s.client.Sessions.Logout(w, r); err != nil {
				t.Error(err)
			}
			lives := map[string]bool{}
			for _, one := range s.srv.Sessions() {
				lives[one.ID] = true
			}
			for session, one := range s.named {
				over := session == "revoked"
				for ended := range strings.SplitSeq(test.ended, ", ") {
					over = over || ended == session
				}
				if lives[one.ID] == over {
					t.Errorf("the session %q lives: %v", session, lives[one.ID])
				}
			}
			cleared := map[string]bool{}
			for _, c := range w.Result().Cookies() {
				cleared[c.Name] = c.Value == "" && c.MaxAge < 0
			}
			if all := cleared["stytch_session"] && cleared["stytch_session_jwt"]; all == test.untouched || w.Header().Get("Cache-Control") == "no-store" == test.untouched {
				t.Errorf("cleared: %v, Cache-Control %q", cleared, w.Header().Get("Cache-Control"))
			}
		})
	}
}

// TestLogoutInAnOutage checks that the cookies are cleared and the error is returned.
func TestLogoutInAnOutage(t *testing.T) {
	s := newShelf(t)
	s.srv.Fail(stytchtest.Fault{Status: 500})
	w := httptest.NewRecorder()
	err := s.client.Sessions.Logout(w, s.request("token of mine, JWT of mine"))
	if err == nil || stytch.LoggedOut(err) || len(w.Result().Cookies()) == 0 || strings.Contains(err.Error(), s.named["mine"].Token) {
		t.Errorf("error %v, %d cookies", err, len(w.Result().Cookies()))
	}

	// More sessions than a visitor has: the most likely ones of the login are revoked.
	s = newShelf(t)
	before := s.srv.Calls("consumer.sessions.revoke")
	err = s.client.Sessions.Logout(w, s.request(strings.Repeat("token of x, ", 2)+"token of a, token of b, token of c, token of d, token of e, token of f, token of g, token of h, token of i, token of mine, JWT of mine too"))
	if !errors.Is(err, stytch.ErrAmbiguousSession) || s.srv.Calls("consumer.sessions.revoke")-before != 10 {
		t.Errorf("error %v, %d calls", err, s.srv.Calls("consumer.sessions.revoke")-before)
	}
	if _, err := s.client.Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: new(s.named["mine"].Token)}); !errors.Is(err, stytch.ErrSessionNotFound) {
		t.Errorf("the session of the last cookie: %v", err)
	}
}

// TestLogoutAndLeave checks that a visitor who closes the tab at once is still logged out.
func TestLogoutAndLeave(t *testing.T) {
	s := newShelf(t)
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := s.client.Sessions.Logout(httptest.NewRecorder(), s.request("token of mine").WithContext(gone)); err != nil {
		t.Error(err)
	}
	if _, err := s.client.Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: new(s.named["mine"].Token)}); !errors.Is(err, stytch.ErrSessionNotFound) {
		t.Errorf("the session lives on: %v", err)
	}
}

// TestLogoutWithoutTheMiddleware checks that a handler can log out with the single functions, if the
// browser's own cookie is the last.
func TestLogoutWithoutTheMiddleware(t *testing.T) {
	s := newShelf(t)
	r := s.request("token of dead-one-of-example.com, token of mine")
	if _, err := s.client.Sessions.Revoke(r.Context(), stytch.SessionsRevokeRequest{SessionToken: new(stytch.SessionTokenFrom(r))}); err != nil {
		t.Error(err)
	}
}

// TestLogoutOfADomain checks that the cookies of the host and its parent domains are cleared.
func TestLogoutOfADomain(t *testing.T) {
	s := newShelf(t)
	for _, clear := range []string{"Logout", "ClearSessionCookies"} {
		b := newBrowser(t)
		b.has("stytch_session", s.named["mine"].Token, "")
		b.has("stytch_session_jwt", s.named["mine"].JWT, "")
		b.has("stytch_session", "dead", "example.com")
		b.get(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if clear == "ClearSessionCookies" {
				stytch.ClearSessionCookies(w, r)
			} else if err := s.client.Sessions.Logout(w, r); err != nil {
				t.Error(err)
			}
		}))
		b.wants(clear)
	}
}

// TestLogoutBehindTheMiddleware checks that a JWT which the middleware has just renewed is cleared too.
func TestLogoutBehindTheMiddleware(t *testing.T) {
	s := newShelf(t)
	s.srv.Clock().Advance(6 * time.Minute)
	b := newBrowser(t)
	b.has("stytch_session", s.named["mine"].Token, "")
	b.has("stytch_session_jwt", s.named["mine"].JWT, "")
	b.get(s.client.Sessions.Middleware(stytch.MiddlewareOptions{})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.client.Sessions.Logout(w, r); err != nil {
			t.Error(err)
		}
	})))
	b.wants("after the logout")
}
