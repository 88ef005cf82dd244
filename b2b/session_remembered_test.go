package b2b_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"reflect"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

// TestMembersShareNothing checks that a caller who changes a session changes none but that one, and
// that a client for users with the same key does not accept the JWT. The sessions have every field that
// there is.
func TestMembersShareNothing(t *testing.T) {
	const project = "project-test-1"
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	now := time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)
	opts := []stytch.Option{
		stytch.WithClock(func() time.Time { return now }),
		stytch.WithJWTKeys(stytch.JWK{Kty: "RSA", Kid: "key-1", N: encode(key.N.Bytes()), E: encode(big.NewInt(int64(key.E)).Bytes())}),
	}
	whole := wiretest.Filled[b2b.MemberSession]()
	encoded, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	var claim map[string]any
	if err := json.Unmarshal(encoded, &claim); err != nil {
		t.Fatal(err)
	}
	claim["id"] = claim["member_session_id"]
	members, err := b2b.NewClient(project, "secret-test-x", opts...)
	if err != nil {
		t.Fatal(err)
	}
	users, err := stytch.NewClient(project, "secret-test-x", opts...)
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, part := range wiretest.Parts(claim, "authentication_factors", 15) {
		unsigned := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
			"aud": project, "iss": "stytch.com/" + project, "sub": "member-test-1", "tree": whole.CustomClaims,
			"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
			"https://stytch.com/session":      part,
			"https://stytch.com/organization": map[string]any{"organization_id": "organization-test-1", "slug": "engines"},
		})
		unsigned.Header["kid"] = "key-1"
		token, err := unsigned.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		if len(token) > 4096 {
			t.Fatalf("the JWT has %d bytes: it is not remembered, so this tests nothing", len(token))
		}
		var sessions []*b2b.MemberSession
		for range 3 {
			session, err := members.Sessions.AuthenticateJWTLocal(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			sessions = append(sessions, session)
			if session, err := users.Sessions.AuthenticateJWTLocal(t.Context(), token); !errors.Is(err, stytch.ErrJWTOfMember) {
				t.Errorf("a client for users: session %v, error %v", session, err)
			}
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
