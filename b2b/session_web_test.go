package b2b_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestMiddleware checks that the handler gets a member's session, that it is renewed, and that it ends.
func TestMiddleware(t *testing.T) {
	srv := stytchtest.NewServer(t)
	client := srv.B2B(stytch.WithMaxRetries(0))
	organization := srv.AddOrganization(b2b.Organization{OrganizationSlug: "engines"})
	member, err := srv.AddMember(b2b.Member{OrganizationID: organization.OrganizationID, EmailAddress: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	session, err := srv.AddSession(member.MemberID, time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	page := client.Sessions.Middleware(stytch.MiddlewareOptions{})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, ok := b2b.SessionFrom(r.Context())
		if !ok || b2b.SessionErrorFrom(r.Context()) != nil {
			t.Error("the handler has no session")
			return
		}
		fmt.Fprint(w, session.MemberID, " of ", session.OrganizationSlug)
	}))
	server := httptest.NewServer(page)
	t.Cleanup(server.Close)
	get := func(status int, cookies ...*http.Cookie) []*http.Cookie {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cookies {
			r.AddCookie(c)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != status || status == http.StatusOK && string(body) != member.MemberID+" of engines" {
			t.Errorf("status %d, want %d: %s", resp.StatusCode, status, body)
		}
		return resp.Cookies()
	}
	token, jwt := &http.Cookie{Name: "stytch_session", Value: session.Token}, &http.Cookie{Name: "stytch_session_jwt", Value: session.JWT}
	if set := get(http.StatusOK, token, jwt); len(set) != 0 || srv.Calls("b2b.sessions.authenticate") != 0 {
		t.Errorf("a fresh JWT: %d cookies set, %d calls", len(set), srv.Calls("b2b.sessions.authenticate"))
	}
	srv.Clock().Advance(6 * time.Minute)
	if set := get(http.StatusOK, token, jwt); len(set) != 1 || set[0].MaxAge != 0 || srv.Calls("b2b.sessions.authenticate") != 1 {
		t.Errorf("an expired JWT: %d cookies set, %d calls", len(set), srv.Calls("b2b.sessions.authenticate"))
	}
	srv.Fail(stytchtest.Fault{Status: 500, Times: 1})
	get(http.StatusServiceUnavailable, token)
	srv.Clock().Advance(2 * time.Hour)
	for _, c := range get(http.StatusUnauthorized, token, jwt) {
		if c.MaxAge >= 0 {
			t.Errorf("the cookie %s is not cleared", c.Name)
		}
	}

	// A user's session is not a member's.
	user, err := srv.AddSession(srv.AddUser(stytch.User{}).UserID, time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	get(http.StatusUnauthorized, &http.Cookie{Name: "stytch_session_jwt", Value: user.JWT})
	get(http.StatusUnauthorized, &http.Cookie{Name: "stytch_session", Value: user.Token})
}

// TestSessionErrorOfEither checks that the accessors of both packages find the error.
func TestSessionErrorOfEither(t *testing.T) {
	srv := stytchtest.NewServer(t)
	members := srv.B2B().Sessions.Middleware(stytch.MiddlewareOptions{Optional: true})
	users := srv.Client().Sessions.Middleware(stytch.MiddlewareOptions{Optional: true})
	member, user := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRequest(http.MethodGet, "/", nil)
	user.Header.Set("Authorization", "Bearer a.b.c")
	var reached int
	check := func(ofMember, ofUser error) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			reached++
			if got := b2b.SessionErrorFrom(r.Context()); !errors.Is(got, ofMember) {
				t.Errorf("b2b: %v, want %v", got, ofMember)
			}
			if got := stytch.SessionErrorFrom(r.Context()); !errors.Is(got, ofUser) {
				t.Errorf("stytch: %v, want %v", got, ofUser)
			}
		})
	}
	members(check(stytch.ErrNoSession, stytch.ErrNoSession)).ServeHTTP(httptest.NewRecorder(), member)
	users(check(stytch.ErrJWTMalformed, stytch.ErrJWTMalformed)).ServeHTTP(httptest.NewRecorder(), user)
	// With one middleware behind the other, each keeps its own error.
	between := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", "Bearer a.b.c")
		users(check(stytch.ErrNoSession, stytch.ErrJWTMalformed)).ServeHTTP(w, r)
	})
	members(between).ServeHTTP(httptest.NewRecorder(), member)
	if reached != 3 {
		t.Errorf("%d requests came through, want 3", reached)
	}
}

// TestSeveralMembers checks that cookies of two members give no session, and those of one give theirs. A
// logout revokes them all.
func TestSeveralMembers(t *testing.T) {
	srv := stytchtest.NewServer(t)
	client := srv.B2B(stytch.WithMaxRetries(0), stytch.WithSessionCookies(stytch.SessionCookies{TokenName: "member", JWTName: "member_jwt"}))
	organization := srv.AddOrganization(b2b.Organization{OrganizationSlug: "engines"})
	add := func(email string) stytchtest.Session {
		t.Helper()
		member, err := srv.AddMember(b2b.Member{OrganizationID: organization.OrganizationID, EmailAddress: email})
		if err != nil {
			t.Fatal(err)
		}
		session, err := srv.AddSession(member.MemberID, time.Hour, nil)
		if err != nil {
			t.Fatal(err)
		}
		return session
	}
	ada, eve := add("ada@example.com"), add("eve@example.com")
	request := func(cookies string) *http.Request {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://app.example.com/", nil)
		r.Header.Set("Cookie", cookies)
		return r
	}
	both := "member=" + eve.Token + "; member_jwt=" + eve.JWT + "; member=" + ada.Token + "; member_jwt=" + ada.JWT
	for _, test := range []struct {
		name, cookies string
		reason        error
	}{
		{"one", "member=" + ada.Token + "; member_jwt=" + ada.JWT, nil},
		{"a dead one in front", "member=dead; member=" + ada.Token, nil},
		{"a token tossed in front", "member=" + eve.Token + "; member=" + ada.Token, stytch.ErrAmbiguousSession},
		{"both tossed", both, stytch.ErrAmbiguousSession},
	} {
		page := client.Sessions.Middleware(stytch.MiddlewareOptions{Optional: true})(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			session, ok := b2b.SessionFrom(r.Context())
			if got := b2b.SessionErrorFrom(r.Context()); !errors.Is(got, test.reason) || ok != (test.reason == nil) || ok && session.MemberID != ada.MemberID {
				t.Errorf("%s: session %v, error %v", test.name, session, got)
			}
			if test.reason == nil && (stytch.SessionJWTFrom(r) == "" || stytch.SessionTokenFrom(r) != ada.Token) {
				t.Errorf("%s: the handler gets other credentials", test.name)
			}
		}))
		page.ServeHTTP(httptest.NewRecorder(), request(test.cookies))
	}

	w := httptest.NewRecorder()
	if err := client.Sessions.Logout(w, request(both)); err != nil || len(srv.Sessions()) != 0 {
		t.Errorf("error %v, %d sessions are left", err, len(srv.Sessions()))
	}
	if lines := w.Header()["Set-Cookie"]; len(lines) != 6 {
		t.Errorf("cookies cleared: %q", lines)
	}

	// A login sets the cookies until the session ends. A login that needs a second factor clears them.
	w = httptest.NewRecorder()
	end := time.Now().Add(time.Hour)
	client.Sessions.SetCookies(w, request(""), "token", "a.b.c", &b2b.MemberSession{ExpiresAt: end})
	for _, c := range w.Result().Cookies() {
		if !strings.HasPrefix(c.Name, "member") || c.Value == "" || c.Expires.Unix() != end.Unix() {
			t.Errorf("the cookie is %v", c)
		}
	}
	w = httptest.NewRecorder()
	client.Sessions.SetCookies(w, request(""), "", "", nil)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge >= 0 {
			t.Errorf("without a session, the cookie is %v", c)
		}
	}
}

// TestContextWithSession tests a handler without the middleware.
func TestContextWithSession(t *testing.T) {
	ctx := b2b.ContextWithSession(t.Context(), &b2b.MemberSession{MemberID: "member-test-1"})
	if session, ok := b2b.SessionFrom(ctx); !ok || session.MemberID != "member-test-1" || b2b.SessionErrorFrom(ctx) != nil {
		t.Errorf("session %v, %v, error %v", session, ok, b2b.SessionErrorFrom(ctx))
	}
	if _, ok := b2b.SessionFrom(b2b.ContextWithSession(ctx, nil)); ok {
		t.Error("there is a session without one")
	}
}
