package stytchtest_test

import (
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"testing"

	"github.com/stytchgen/sdk/stytch"
)

// publicKey reads a published key.
func publicKey(t *testing.T, key stytch.JWK) *rsa.PublicKey {
	t.Helper()
	n := must(base64.RawURLEncoding.DecodeString(key.N))(t)
	e := must(base64.RawURLEncoding.DecodeString(key.E))(t)
	if key.Kty != "RSA" || key.Alg != "RS256" || key.Use != "sig" || len(n) != 256 {
		t.Errorf("key %v", key)
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
}
