package b2b_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

func TestIntrospectTokenLocal(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	client, err := b2b.NewPublicClient(projectID, stytch.WithJWTKeys(stytch.JWK{
		Kty: "RSA", Use: "sig", Alg: "RS256", Kid: "key-1", N: encode(key.N.Bytes()), E: encode(big.NewInt(int64(key.E)).Bytes()),
	}))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().Truncate(time.Second)
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"aud": []string{projectID, "https://api.example.com"}, "iss": "stytch.com/" + projectID, "sub": "member-test-1", "client_id": "connected-app-test-1",
		"scope": "openid read:documents", "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"https://stytch.com/organization": map[string]any{"organization_id": "organization-test-1", "slug": "engines"},
	})
	token.Header["kid"] = "key-1"
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is remembered
		got, err := client.IDP.IntrospectTokenLocal(t.Context(), text, stytch.AccessTokenOptions{RequiredScopes: []string{"read:documents"}})
		if err != nil {
			t.Fatal(err)
		}
		if got.Subject != "member-test-1" || got.ClientID != "connected-app-test-1" || got.OrganizationID != "organization-test-1" || got.OrganizationSlug != "engines" || got.CustomClaims != nil {
			t.Errorf("got %+v", *got)
		}
		if printed := fmt.Sprintf("%v %v", got, got.LogValue()); strings.Contains(printed, "member-test-1") || !strings.Contains(printed, "organization-test-1") {
			t.Errorf("printed %s", printed)
		}
	}
	if _, err := client.IDP.IntrospectTokenLocal(t.Context(), text, stytch.AccessTokenOptions{RequiredScopes: []string{"write:documents"}}); !errors.Is(err, stytch.ErrMissingScope) {
		t.Errorf("got %v", err)
	}
	for _, c := range []struct {
		organization string
		want         error
	}{
		{"organization-test-1", nil},
		{"organization-test-2", stytch.ErrSessionAuthorizationTenancyError},
		{"engines", stytch.ErrSessionAuthorizationTenancyError}, // a slug
	} {
		got, err := client.IDP.IntrospectTokenLocal(t.Context(), text, stytch.AccessTokenOptions{OrganizationID: c.organization})
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) || (got == nil) != (c.want != nil) || errors.Is(err, stytch.ErrNotAllowed) != (c.want != nil) {
			t.Errorf("for the organization %s: %v, want %v", c.organization, err, c.want)
		}
	}
	// Another organization is refused before the policy is fetched, which this client cannot do.
	check := &stytch.AuthorizationCheck{ResourceID: "documents", Action: "read"}
	if _, err := client.IDP.IntrospectTokenLocal(t.Context(), text, stytch.AccessTokenOptions{OrganizationID: "organization-test-2", AuthorizationCheck: check}); !errors.Is(err, stytch.ErrSessionAuthorizationTenancyError) {
		t.Errorf("with a check for another organization: %v", err)
	}
	if _, err := client.IDP.IntrospectTokenLocal(t.Context(), text, stytch.AccessTokenOptions{AuthorizationCheck: check}); err == nil || errors.Is(err, stytch.ErrNotAllowed) {
		t.Errorf("without a policy: %v", err)
	}
	if _, err := new(b2b.IDPService).IntrospectTokenLocal(t.Context(), text, stytch.AccessTokenOptions{}); err == nil {
		t.Error("a service without a client accepts a token")
	}
}
