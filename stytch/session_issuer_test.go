package stytch_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// TestJWTIssuers checks that the issuer follows from the normalized base URL, and that an application
// can add others.
func TestJWTIssuers(t *testing.T) {
	i := newIssuer()
	const own = "https://login.example.com"
	tests := map[string]struct {
		baseURL, issuer string
		further         []string
		want            error
	}{
		"the service's own":                      {"", "stytch.com/" + jwtProject, nil, nil},
		"its address is none":                    {"", "https://test.stytch.com", nil, stytch.ErrJWTIssuer},
		"its address, spelled otherwise":         {"https://TEST.stytch.com.:443/", "https://test.stytch.com", nil, stytch.ErrJWTIssuer},
		"a custom domain":                        {own + "/", own, nil, nil},
		"a custom domain, called by the service": {own, "stytch.com/" + jwtProject, nil, nil},
		"a custom domain in capitals":            {"https://LOGIN.Example.com", own, nil, nil},
		"a custom domain with the port":          {own + ":443", own + "/", nil, nil},
		"a custom domain with a dot":             {own + ".", own, nil, nil},
		"a JWT in capitals":                      {own, "https://Login.Example.com:443/", nil, nil},
		"another port":                           {own, own + ":8443", nil, stytch.ErrJWTIssuer},
		"another scheme":                         {own, "http://login.example.com", nil, stytch.ErrJWTIssuer},
		"a name without a scheme":                {own, "login.example.com", nil, stytch.ErrJWTIssuer},
		"a query":                                {own, own + "?x", nil, stytch.ErrJWTIssuer},
		"a user":                                 {own, "https://x@login.example.com", nil, stytch.ErrJWTIssuer},
		"another domain":                         {"", own, nil, stytch.ErrJWTIssuer},
		"another domain that is added":           {"", own, []string{"https://auth.example.com", "https://LOGIN.example.com/"}, nil},
		"one that is not":                        {"", own, []string{"https://auth.example.com"}, stytch.ErrJWTIssuer},
		"another name of a project":              {"", "stytch.com/project-test-2", []string{"stytch.com/project-test-2"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			client := i.offline(t, i.now, stytch.WithBaseURL(test.baseURL), stytch.WithJWTIssuers(test.further...))
			_, err := client.Sessions.AuthenticateJWTLocal(t.Context(), rs256(i, func(_, claims map[string]any) { claims["iss"] = test.issuer }))
			if !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
	for _, issuer := range []string{"", "login.example.com", "ftp://login.example.com", "https://", "https://user:hunter2@login.example.com", "project-test-2"} {
		_, err := stytch.NewClient(jwtProject, "secret-test-x", stytch.WithJWTIssuers("https://login.example.com", issuer))
		if err == nil || !strings.Contains(err.Error(), "want one such as https://login.example.com") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the issuer %q: error %v", issuer, err)
		}
	}
}

// TestJWTOfAnotherDomain uses a JWT of a front end on a custom domain, in which only the issuer is
// unknown. The service is asked, and the visitor stays logged in.
func TestJWTOfAnotherDomain(t *testing.T) {
	i := newIssuer()
	const answer = `{"request_id":"r","status_code":200,"session_token":"t","session_jwt":"j",
		"session":{"session_id":"session-test-1","user_id":"user-test-1"},"user":{"user_id":"user-test-1"}}`
	const gone = `{"request_id":"r","status_code":404,"error_type":"session_not_found","error_message":"No such session."}`
	foreign := rs256(i, func(_, claims map[string]any) { claims["iss"] = "https://login.example.com" })
	for name, test := range map[string]struct {
		status, want int
		body         string
		cleared      bool
	}{
		"a live session":   {200, 200, answer, false},
		"one that is over": {404, 401, gone, true},
		"an outage":        {500, 503, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			service := serve(t, test.status, test.body)
			client := i.offline(t, i.now, stytch.WithBaseURL(service.URL), stytch.WithMaxRetries(0))
			if session, err := client.Sessions.AuthenticateJWTLocal(t.Context(), foreign); session != nil || !errors.Is(err, stytch.ErrJWTIssuer) || stytch.LoggedOut(err) {
				t.Errorf("locally: session %v, error %v, logged out: %v", session, err, stytch.LoggedOut(err))
			}
			session, err := client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionJWT: foreign})
			if (test.want == 200) != (err == nil) || err == nil && session.SessionID != "session-test-1" || stytch.LoggedOut(err) != test.cleared {
				t.Errorf("session %v, error %v", session, err)
			}
			w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.AddCookie(&http.Cookie{Name: "stytch_session_jwt", Value: foreign})
			client.Sessions.Middleware(stytch.MiddlewareOptions{})(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, r)
			cleared := slices.ContainsFunc(w.Result().Cookies(), func(c *http.Cookie) bool { return c.MaxAge < 0 })
			if w.Code != test.want || cleared != test.cleared {
				t.Errorf("the middleware answers %d, and clears cookies: %v", w.Code, cleared)
			}
		})
	}
}

// TestJWTWithoutAnEnd checks JWTs of an old form, which do not say when the session ends. The session
// then ends with the JWT.
func TestJWTWithoutAnEnd(t *testing.T) {
	i := newIssuer()
	for name, session := range map[string]map[string]any{
		"absent":     {"id": "s"},
		"null":       {"id": "s", "expires_at": nil},
		"the year 1": {"id": "s", "expires_at": "0001-01-01T00:00:00Z", "started_at": "0001-01-01T00:00:00Z", "last_accessed_at": "0001-01-01T00:00:00Z"},
	} {
		token := rs256(i, func(_, claims map[string]any) { claims["https://stytch.com/session"] = session })
		got, err := i.offline(t, i.now).Sessions.AuthenticateJWTLocal(t.Context(), token)
		if err != nil || got.ExpiresAt == nil || !got.ExpiresAt.Equal(i.now.Add(5*time.Minute)) || got.StartedAt != nil || got.LastAccessedAt != nil {
			t.Errorf("%s: session %+v, error %v", name, got, err)
		}
	}
}
