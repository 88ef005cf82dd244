package stytch_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestSessionsShareNothing checks that a caller who changes a session changes none but that one. The
// sessions have every field that there is.
func TestSessionsShareNothing(t *testing.T) {
	i := newIssuer()
	whole := wiretest.Filled[stytch.Session]()
	encoded, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	var claim map[string]any
	if err := json.Unmarshal(encoded, &claim); err != nil {
		t.Fatal(err)
	}
	claim["id"] = claim["session_id"]
	client := i.offline(t, i.now)
	compared := 0
	for _, part := range wiretest.Parts(claim, "authentication_factors", 15) {
		token := rs256(i, func(_, claims map[string]any) {
			claims["https://stytch.com/session"], claims["tree"] = part, whole.CustomClaims
		})
		if len(token) > 4096 {
			t.Fatalf("the JWT has %d bytes: it is not remembered, so this tests nothing", len(token))
		}
		var sessions []*stytch.Session
		for range 3 {
			session, err := client.Sessions.AuthenticateJWTLocal(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			sessions = append(sessions, session)
		}
		if !reflect.DeepEqual(sessions[0], sessions[1]) || !reflect.DeepEqual(sessions[1], sessions[2]) {
			t.Errorf("the sessions differ: %+v, %+v and %+v", sessions[0], sessions[1], sessions[2])
		}
		for _, pair := range [][2]int{{0, 1}, {0, 2}, {1, 2}} {
			paths, places := wiretest.Shared(sessions[pair[0]], sessions[pair[1]])
			if len(paths) > 0 {
				t.Errorf("two sessions share %v", paths)
			}
			compared += places
		}
	}
	if compared < 200 {
		t.Errorf("only %d places were compared", compared)
	}
}

// TestClientsShareNoJWTs checks that what one client accepts is nothing to a client of another project,
// with other settings, or of the other API, in the same process and with the same keys.
func TestClientsShareNoJWTs(t *testing.T) {
	i := newIssuer()
	token := rs256(i, nil)
	client := i.offline(t, i.now)
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	other, err := stytch.NewClient("project-test-2", "secret-test-x", stytch.WithJWTKeys(i.jwk("key-1")), stytch.WithClock(func() time.Time { return i.now }))
	if err != nil {
		t.Fatal(err)
	}
	otherKeys := stytch.WithJWTKeys(i.jwk("key-2"))
	for name, test := range map[string]struct {
		client *stytch.Client
		want   error
	}{
		"another project":           {other, stytch.ErrJWTAudience},
		"other keys":                {i.offline(t, i.now, otherKeys), stytch.ErrJWTUnknownKey},
		"a clock ahead":             {i.offline(t, i.now.Add(time.Hour)), stytch.ErrJWTExpired},
		"a clock behind":            {i.offline(t, i.now.Add(-time.Hour)), stytch.ErrJWTNotYetValid},
		"the first client, at last": {client, nil},
	} {
		for range 2 {
			if _, err := test.client.Sessions.AuthenticateJWTLocal(t.Context(), token); !errors.Is(err, test.want) {
				t.Errorf("%s: error %v, want %v", name, err, test.want)
			}
		}
	}
}

// TestSessionIsNoAccessToken checks that a JWT that was accepted as a session is not accepted as an access
// token, which the same client checks with the same keys, nor in reverse.
func TestSessionIsNoAccessToken(t *testing.T) {
	i := newIssuer()
	client := i.offline(t, i.now)
	session := rs256(i, nil)
	access := rs256(i, func(_, claims map[string]any) {
		delete(claims, "https://stytch.com/session")
		claims["sub"], claims["client_id"], claims["scope"] = "m2m-client-test-1", "m2m-client-test-1", "read:users"
	})
	for range 3 {
		if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), session); err != nil {
			t.Errorf("the session: %v", err)
		}
		if token, err := client.M2M.AuthenticateToken(t.Context(), access, stytch.AccessTokenOptions{}); err != nil || token.ClientID != "m2m-client-test-1" {
			t.Errorf("the access token: %v, %v", token, err)
		}
		if token, err := client.M2M.AuthenticateToken(t.Context(), session, stytch.AccessTokenOptions{}); err == nil {
			t.Errorf("the session is accepted as the access token %v", token)
		}
		if session, err := client.Sessions.AuthenticateJWTLocal(t.Context(), access); !errors.Is(err, stytch.ErrJWTMissingClaim) {
			t.Errorf("the access token as a session: %v, %v", session, err)
		}
	}
}

// TestMemberJWTEachTime checks that a member's JWT is no user's the second time either.
func TestMemberJWTEachTime(t *testing.T) {
	i := newIssuer()
	client := i.offline(t, i.now)
	for name, change := range map[string]func(_, claims map[string]any){
		"of a member": func(_, claims map[string]any) {
			claims[organizationClaim] = map[string]any{"organization_id": "organization-test-1"}
		},
		"without an id": func(_, claims map[string]any) { claims["https://stytch.com/session"] = map[string]any{} },
		"of a session that has ended": func(_, claims map[string]any) {
			claims["https://stytch.com/session"] = map[string]any{"id": "s", "expires_at": "2026-03-02T09:00:00Z"}
		},
	} {
		token, before := rs256(i, change), error(nil)
		for n := range 3 {
			session, err := client.Sessions.AuthenticateJWTLocal(t.Context(), token)
			if session != nil || err == nil || n > 0 && err.Error() != before.Error() {
				t.Errorf("%s, time %d: session %v, error %v, before it %v", name, n+1, session, err, before)
			}
			before = err
		}
	}
}

// TestMaxTokenAgeEachTime checks the age of a JWT that was accepted before.
func TestMaxTokenAgeEachTime(t *testing.T) {
	srv, client, issue := served(t)
	token := issue()
	for n := range 4 {
		if _, err := client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionJWT: token, MaxTokenAge: time.Minute}); err != nil {
			t.Fatal(err)
		}
		if got, want := srv.Calls("consumer.sessions.authenticate"), max(0, n-2); got != want {
			t.Errorf("after %d times 30 s: %d calls, want %d", n, got, want)
		}
		srv.Clock().Advance(30 * time.Second)
	}
	srv.Fail(stytchtest.Fault{Reset: true})
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionJWT: token, MaxTokenAge: time.Minute}); err == nil {
		t.Error("an old JWT is accepted in an outage")
	}
}
