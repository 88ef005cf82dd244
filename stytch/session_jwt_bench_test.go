package stytch_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// BenchmarkAuthenticateJWTLocal measures the check of a JWT, and for comparison the RSA verification of
// the same token, which no check can avoid.
func BenchmarkAuthenticateJWTLocal(b *testing.B) {
	i := newIssuer()
	token := rs256(i, nil)
	client, err := stytch.NewClient(jwtProject, "secret-test-x", stytch.WithJWTKeys(i.jwk("key-1")), stytch.WithClock(func() time.Time { return i.now }))
	if err != nil {
		b.Fatal(err)
	}
	signed := token[:strings.LastIndex(token, ".")]
	signature, err := base64.RawURLEncoding.DecodeString(token[len(signed)+1:])
	if err != nil {
		b.Fatal(err)
	}
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			digest := sha256.Sum256([]byte(signed))
			if err := rsa.VerifyPKCS1v15(&i.key.PublicKey, crypto.SHA256, digest[:], signature); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("local", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := client.Sessions.AuthenticateJWTLocal(b.Context(), token); err != nil {
				b.Fatal(err)
			}
		}
	})
}
