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

// BenchmarkAuthenticateJWTLocal measures the check of a JWT that was checked before, and for comparison
// the RSA verification of the same token, which only the first check needs. With -cpu 1,2,4, it shows how
// both grow with the processors.
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
	run := func(name string, check func() error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(64)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if err := check(); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
	run("bare", func() error {
		digest := sha256.Sum256([]byte(signed))
		return rsa.VerifyPKCS1v15(&i.key.PublicKey, crypto.SHA256, digest[:], signature)
	})
	run("local", func() error {
		_, err := client.Sessions.AuthenticateJWTLocal(b.Context(), token)
		return err
	})
}
