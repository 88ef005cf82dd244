package stytch_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// accessToken returns a token of an M2M client, with these scopes.
func accessToken(i *issuer, scopes string, change func(claims map[string]any)) string {
	return rs256(i, func(_, claims map[string]any) {
		clear(claims)
		for name, value := range map[string]any{
			"aud": []string{jwtProject}, "iss": "stytch.com/" + jwtProject, "sub": "m2m-client-test-1", "scope": scopes,
			"iat": i.now.Unix(), "nbf": i.now.Unix(), "exp": i.now.Add(time.Hour).Unix(),
			"tier": map[string]any{"name": "gold"},
		} {
			claims[name] = value
		}
		if change != nil {
			change(claims)
		}
	})
}

func TestAuthenticateToken(t *testing.T) {
	i := newIssuer()
	client := i.offline(t, i.now.Add(time.Minute))
	text := accessToken(i, "read:documents write:*", nil)
	for range 2 { // the second time it is remembered
		token, err := client.M2M.AuthenticateToken(t.Context(), text, stytch.AccessTokenOptions{
			RequiredScopes: []string{"read:documents", "write:documents"}, MaxTokenAge: time.Minute,
		})
		if err != nil {
			t.Fatal(err)
		}
		want := &stytch.AccessToken{
			Subject: "m2m-client-test-1", ClientID: "m2m-client-test-1", Scopes: []string{"read:documents", "write:*"},
			IssuedAt: i.now, ExpiresAt: i.now.Add(time.Hour), CustomClaims: map[string]any{"tier": map[string]any{"name": "gold"}},
		}
		if !reflect.DeepEqual(token, want) {
			t.Errorf("got  %v\nwant %v", token, want)
		}
		token.CustomClaims["tier"].(map[string]any)["name"] = "changed"
		token.Scopes[0] = "changed"
	}
}

func TestHasScope(t *testing.T) {
	for _, c := range []struct {
		have, want string
		ok         bool
	}{
		{"read:documents", "read:documents", true},
		{"read:documents", "read:images", false},
		{"read:documents", "read", false},
		{"read:*", "read:documents", true},
		{"read:*", "read:documents:drafts", true},
		{"read:*", "read", true},
		{"read:a:b", "read:a:c", false},
		{"read:a:*", "read:a:c", false},
		{"read", "read", true},
		{"read", "read:documents", false},
		{"*", "*", true},
		{"*", "read", false},
		{"*:documents", "read:documents", false},
		{":*", ":documents", false},
		{"Read:*", "read:documents", false},
		{"", "", false},
		{"", "read", false},
	} {
		if got := (stytch.AccessToken{Scopes: strings.Fields(c.have)}).HasScope(c.want); got != c.ok {
			t.Errorf("%q has %q: %v", c.have, c.want, got)
		}
	}
}

func TestAuthenticateTokenRejects(t *testing.T) {
	i := newIssuer()
	client := i.offline(t, i.now.Add(10*time.Minute))
	good := accessToken(i, "read:documents", nil)
	for _, c := range []struct {
		name, token string
		opts        stytch.AccessTokenOptions
		want        error
	}{
		{"a missing scope", good, stytch.AccessTokenOptions{RequiredScopes: []string{"read:documents", "write:documents"}}, stytch.ErrMissingScope},
		{"an empty required scope", good, stytch.AccessTokenOptions{RequiredScopes: []string{""}}, stytch.ErrMissingScope},
		{"no scopes", accessToken(i, "", nil), stytch.AccessTokenOptions{RequiredScopes: []string{"read"}}, stytch.ErrMissingScope},
		{"scopes as a list", accessToken(i, "", func(c map[string]any) { c["scope"] = []string{"read"} }), stytch.AccessTokenOptions{RequiredScopes: []string{"read"}}, stytch.ErrMissingScope},
		{"too old", good, stytch.AccessTokenOptions{MaxTokenAge: time.Minute}, stytch.ErrJWTExpired},
		{"expired", accessToken(i, "", func(c map[string]any) { c["exp"] = i.now.Add(time.Minute).Unix() }), stytch.AccessTokenOptions{}, stytch.ErrJWTExpired},
		{"not valid yet", accessToken(i, "", func(c map[string]any) { c["nbf"] = i.now.Add(time.Hour).Unix() }), stytch.AccessTokenOptions{}, stytch.ErrJWTNotYetValid},
		{"another project", accessToken(i, "", func(c map[string]any) { c["aud"] = []string{"project-test-2"} }), stytch.AccessTokenOptions{}, stytch.ErrJWTAudience},
		{"another issuer", accessToken(i, "", func(c map[string]any) { c["iss"] = "stytch.com/project-test-2" }), stytch.AccessTokenOptions{}, stytch.ErrJWTIssuer},
		{"no subject", accessToken(i, "", func(c map[string]any) { delete(c, "sub") }), stytch.AccessTokenOptions{}, stytch.ErrJWTMissingClaim},
		{"the JWT of a session", rs256(i, func(_, c map[string]any) { c["exp"] = i.now.Add(time.Hour).Unix() }), stytch.AccessTokenOptions{}, stytch.ErrJWTNotAccessToken},
		{"the token of a connected app", accessToken(i, "", func(c map[string]any) { c["sub"], c["client_id"] = "user-test-1", "connected-app-test-1" }), stytch.AccessTokenOptions{}, stytch.ErrJWTMissingClaim},
		{"another signature", good[:len(good)-8] + "AAAAAAAA", stytch.AccessTokenOptions{}, stytch.ErrJWTSignature},
		{"nothing", "", stytch.AccessTokenOptions{}, stytch.ErrJWTMalformed},
	} {
		token, err := client.M2M.AuthenticateToken(t.Context(), c.token, c.opts)
		if token != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, %v; want %v", c.name, token, err, c.want)
		}
		if forbidden := errors.Is(err, stytch.ErrNotAllowed); forbidden != (c.want == stytch.ErrMissingScope) || forbidden != (stytch.PublicErrorOf(err).Status == http.StatusForbidden) {
			t.Errorf("%s: not allowed: %v, %v", c.name, forbidden, stytch.PublicErrorOf(err))
		}
	}
	if _, err := client.M2M.AuthenticateToken(t.Context(), good, stytch.AccessTokenOptions{MaxTokenAge: -1}); err == nil {
		t.Error("a negative age is accepted")
	}
	if _, err := new(stytch.M2MService).AuthenticateToken(t.Context(), good, stytch.AccessTokenOptions{}); err == nil {
		t.Error("a service without a client accepts a token")
	}
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), good); !errors.Is(err, stytch.ErrJWTMissingClaim) {
		t.Errorf("an access token as the JWT of a session: %v", err)
	}
}

func TestIntrospectTokenLocal(t *testing.T) {
	i := newIssuer()
	text := accessToken(i, "openid read:documents", func(c map[string]any) { c["sub"], c["client_id"] = "user-test-1", "connected-app-test-1" })
	token, err := i.offline(t, i.now).IDP.IntrospectTokenLocal(t.Context(), text, stytch.AccessTokenOptions{RequiredScopes: []string{"read:documents"}})
	if err != nil || token.Subject != "user-test-1" || token.ClientID != "connected-app-test-1" || len(token.Scopes) != 2 {
		t.Errorf("got %v, %v", token, err)
	}
	if printed := fmt.Sprintf("%v %v", token, token.LogValue()); strings.Contains(printed, "user-test-1") || strings.Contains(printed, "gold") {
		t.Errorf("printed %s", printed)
	}
}

func TestM2MMiddleware(t *testing.T) {
	i := newIssuer()
	handler := func(client *stytch.Client) http.Handler {
		return client.M2M.Middleware(stytch.AccessTokenOptions{RequiredScopes: []string{"read:documents"}})(http.HandlerFunc(
			func(w http.ResponseWriter, r *http.Request) {
				token, ok := stytch.AccessTokenFrom(r.Context())
				fmt.Fprint(w, ok, " ", token.ClientID)
			}))
	}
	unreachable, err := stytch.NewPublicClient(jwtProject, stytch.WithBaseURL("http://127.0.0.1:1"), stytch.WithMaxRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	offline := i.offline(t, i.now)
	for _, c := range []struct {
		name          string
		client        *stytch.Client
		authorization string
		status        int
		challenge     string
		body          string
	}{
		{"a token", offline, "Bearer " + accessToken(i, "read:documents", nil), 200, "", "true m2m-client-test-1"},
		{"another case", offline, "bEARER  " + accessToken(i, "read:*", nil), 200, "", "true m2m-client-test-1"},
		{"nothing", offline, "", 401, "Bearer", "An access token is required.\n"},
		{"another scheme", offline, "Basic eDp5", 401, "Bearer", "An access token is required.\n"},
		{"junk", offline, "Bearer junk", 401, `Bearer error="invalid_token"`, "The access token is not valid.\n"},
		{"another scope", offline, "Bearer " + accessToken(i, "write:documents", nil), 403, `Bearer error="insufficient_scope", scope="read:documents"`, "The access token lacks a scope.\n"},
		{"no keys", unreachable, "Bearer " + accessToken(i, "read:documents", nil), 503, "", "Access tokens cannot be checked at the moment.\n"},
	} {
		r, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
		if c.authorization != "" {
			r.Header.Set("Authorization", c.authorization)
		}
		handler(c.client).ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("WWW-Authenticate") != c.challenge || w.Body.String() != c.body {
			t.Errorf("%s: got %d, %q, %q; want %d, %q, %q", c.name, w.Code, w.Header().Get("WWW-Authenticate"), w.Body, c.status, c.challenge, c.body)
		}
	}
}
