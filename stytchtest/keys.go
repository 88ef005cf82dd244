package stytchtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// keyBits is the size of the service's keys.
const keyBits = 2048

// first is the first key of every server in the process, so that a hundred
// servers do not generate a hundred keys. A token is still valid for one
// project only, because it names the project.
var first = sync.OnceValue(makeKey)

func makeKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		panic(fmt.Sprintf("stytchtest: making an RSA key: %v", err)) // crypto/rand does not fail
	}
	return key
}

// signingKey is a key of a project, with its ID in the JWT header.
type signingKey struct {
	id      string
	private *rsa.PrivateKey
}

// keyring holds a project's keys: the newest signs, and all are published.
type keyring struct {
	mu   sync.Mutex
	keys []signingKey
}

// current returns the signing key.
func (k *keyring) current() signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.keys) == 0 {
		k.keys = append(k.keys, signingKey{newID("jwk"), first()})
	}
	return k.keys[len(k.keys)-1]
}

// all returns every published key, the newest first.
func (k *keyring) all() []signingKey {
	k.current()
	k.mu.Lock()
	defer k.mu.Unlock()
	var keys []signingKey
	for i := range k.keys {
		keys = append(keys, k.keys[len(k.keys)-1-i])
	}
	return keys
}

// set replaces the keys. The last one is the newest.
func (k *keyring) set(keys []signingKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys = slices.Clone(keys)
}

// rotate adds a new signing key. The old keys stay published unless forget is
// set.
func (k *keyring) rotate(forget bool) {
	k.current()
	key := signingKey{newID("jwk"), makeKey()}
	k.mu.Lock()
	defer k.mu.Unlock()
	if forget {
		k.keys = nil
	}
	k.keys = append(k.keys, key)
}

// find returns the public key with the ID of a JWT header.
func (k *keyring) find(id string) *rsa.PublicKey {
	for _, key := range k.all() {
		if key.id == id {
			return &key.private.PublicKey
		}
	}
	return nil
}

// jwk returns the public part of a key, as the service publishes it.
func (key signingKey) jwk() (stytch.JWK, error) {
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}
	certificate, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.private.PublicKey, key.private)
	if err != nil {
		return stytch.JWK{}, fmt.Errorf("making the certificate of a key: %w", err)
	}
	thumbprint := sha256.Sum256(certificate)
	exponent := big.NewInt(int64(key.private.E)).Bytes()
	return stytch.JWK{
		Kty: "RSA", Use: "sig", KeyOps: []string{"verify"}, Alg: "RS256", Kid: key.id,
		X5C:     []string{base64.StdEncoding.EncodeToString(certificate)},
		X5TS256: base64.RawURLEncoding.EncodeToString(thumbprint[:]),
		N:       base64.RawURLEncoding.EncodeToString(key.private.N.Bytes()),
		E:       base64.RawURLEncoding.EncodeToString(exponent),
	}, nil
}
