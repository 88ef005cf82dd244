package b2b_test

import (
	"context"
	"errors"
	"testing"
	"time"

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
	if n := srv.Calls("sessions.authenticate"); n != 1 {
		t.Errorf("%d calls, want the one that was asked for", n)
	}
	srv.Clock().Advance(6 * time.Minute)
	if _, err := client.Sessions.AuthenticateJWTLocal(t.Context(), s.JWT); !errors.Is(err, stytch.ErrJWTExpired) {
		t.Errorf("expired: %v", err)
	}
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{SessionJWT: s.JWT}); err != nil {
		t.Errorf("expired, and renewed: %v", err)
	}
	_, err = client.Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{SessionJWT: s.JWT,
		AuthorizationCheck: &b2b.AuthorizationCheck{OrganizationID: organization.OrganizationID, ResourceID: "r", Action: "a"}})
	if !errors.Is(err, stytch.ErrSessionAuthorizationError) {
		t.Errorf("an authorization check: %v", err)
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
}
