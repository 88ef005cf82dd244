package b2b_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

func TestAuthenticateJWT(t *testing.T) {
	srv := stytchtest.NewServer(t)
	srv.Clock().Stop()
	client := srv.B2B()
	organization := srv.AddOrganization(b2b.Organization{OrganizationSlug: "engines"})
	member, err := srv.AddMember(b2b.Member{OrganizationID: organization.OrganizationID, EmailAddress: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := srv.AddSession(member.MemberID, time.Hour, map[string]any{"plan": "pro"})
	if err != nil {
		t.Fatal(err)
	}
	local, err := client.Sessions.AuthenticateJWTLocal(t.Context(), s.JWT)
	if err != nil {
		t.Fatal(err)
	}
	remote, err := client.Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{SessionJWT: s.JWT, MaxTokenAge: -1})
	if err != nil {
		t.Fatal(err)
	}
	for where, got := range map[string]*b2b.MemberSession{"local": local, "remote": remote} {
		if got.MemberSessionID != s.ID || got.MemberID != member.MemberID || got.OrganizationID != organization.OrganizationID || got.OrganizationSlug != "engines" ||
			!got.ExpiresAt.Equal(s.ExpiresAt) || got.AuthenticationFactors[0].EmailFactor == nil || got.CustomClaims["plan"] != "pro" || len(got.CustomClaims) != 1 || got.Roles[0] != "stytch_member" {
			t.Errorf("%s: %v", where, got)
		}
	}
	if n := srv.Calls("b2b.sessions.authenticate"); n != 1 {
		t.Errorf("%d calls, want the one that was asked for", n)
	}
	srv.Clock().Advance(6 * time.Minute)
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), s.JWT); !errors.Is(err, stytch.ErrJWTExpired) {
		t.Errorf("expired: %v", err)
	}
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{SessionJWT: s.JWT}); err != nil {
		t.Errorf("expired, and renewed: %v", err)
	}
	extended, err := client.Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{SessionJWT: s.JWT,
		SessionDurationMinutes: new(120), SessionCustomClaims: map[string]any{"plan": "free"}})
	if err != nil || !extended.ExpiresAt.Equal(srv.Clock().Now().Add(2*time.Hour)) || extended.CustomClaims["plan"] != "free" {
		t.Errorf("extended: session %v, error %v", extended, err)
	}
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{SessionJWT: s.JWT, SessionDurationMinutes: new(4)}); !errors.Is(err, stytch.ErrInvalidSessionDurationMinutes) {
		t.Errorf("four minutes: error %v", err)
	}
	_, err = client.Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{SessionJWT: s.JWT,
		AuthorizationCheck: &b2b.AuthorizationCheck{OrganizationID: organization.OrganizationID, ResourceID: "r", Action: "a"}})
	if !errors.Is(err, stytch.ErrSessionAuthorizationError) {
		t.Errorf("an authorization check: %v", err)
	}

	byToken, err := client.Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{SessionToken: s.Token, SessionJWT: "a.b.c"})
	if err != nil || byToken.MemberSessionID != s.ID {
		t.Errorf("a token beside a broken JWT: %v, error %v", byToken, err)
	}
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{}); !errors.Is(err, stytch.ErrNoSession) {
		t.Errorf("neither token nor JWT: %v", err)
	}

	none := map[string]context.Context{}["none"]
	_, err = client.Sessions.AuthenticateJWT(none, b2b.AuthenticateJWTRequest{SessionJWT: s.JWT}, stytch.WithCallTimeout(time.Minute))
	if _, local := client.Sessions.AuthenticateJWTLocal(none, s.JWT); err == nil || !errors.Is(local, stytch.ErrJWTKeysUnreachable) {
		t.Errorf("without a context: %v, and locally %v", err, local)
	}

	// A user's JWT is not a member's.
	user, err := srv.AddSession(srv.AddUser(stytch.User{}).UserID, time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), user.JWT); !errors.Is(err, stytch.ErrJWTMissingClaim) {
		t.Errorf("a user's JWT: %v", err)
	}
	// A member's JWT is not a user's.
	fresh, err := srv.AddSession(member.MemberID, time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := srv.Client().Sessions.AuthenticateJWTLocal(t.Context(), fresh.JWT); got != nil || !errors.Is(err, stytch.ErrJWTOfMember) || !stytch.LoggedOut(err) {
		t.Errorf("a member's JWT as a user's: session %v, error %v", got, err)
	}
	before := srv.Calls("b2b.sessions.authenticate")
	if _, err := srv.Client().Sessions.AuthenticateJWT(t.Context(), stytch.AuthenticateJWTRequest{SessionJWT: fresh.JWT}); !errors.Is(err, stytch.ErrJWTOfMember) || srv.Calls("b2b.sessions.authenticate") != before {
		t.Errorf("a member's JWT as a user's, with the network: %v", err)
	}
}

// TestJWTWithoutAnEnd checks JWTs of an old form, which do not say when the session ends. The session
// then ends with the JWT.
func TestJWTWithoutAnEnd(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	const project = "project-test-11111111-1111-4111-8111-111111111111"
	encode := base64.RawURLEncoding.EncodeToString
	now := time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)
	client, err := b2b.NewClient(project, "secret-test-x", stytch.WithBaseURL("http://127.0.0.1:1"), stytch.WithClock(func() time.Time { return now }),
		stytch.WithJWTKeys(stytch.JWK{Kty: "RSA", Use: "sig", Alg: "RS256", Kid: "key-1", N: encode(key.N.Bytes()), E: encode(big.NewInt(int64(key.E)).Bytes())}))
	if err != nil {
		t.Fatal(err)
	}
	for name, session := range map[string]map[string]any{
		"absent":     {"id": "s"},
		"null":       {"id": "s", "expires_at": nil},
		"the year 1": {"id": "s", "expires_at": "0001-01-01T00:00:00Z", "started_at": "0001-01-01T00:00:00Z"},
	} {
		token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
			"aud": project, "iss": "stytch.com/" + project, "sub": "member-test-1", "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
			"https://stytch.com/session": session, "https://stytch.com/organization": map[string]any{"organization_id": "organization-test-1"},
		})
		token.Header["kid"] = "key-1"
		signed, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		got, err := client.Sessions.AuthenticateJWTLocal(t.Context(), signed)
		if err != nil || !got.ExpiresAt.Equal(now.Add(5*time.Minute)) || !got.StartedAt.IsZero() {
			t.Errorf("%s: session %+v, error %v", name, got, err)
		}
	}
}
