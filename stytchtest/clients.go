package stytchtest

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// clientSecret is the secret of a client of the project: an M2M client or a
// connected app. Like the service, the emulator keeps a hash.
type clientSecret struct {
	Hash     string `json:"hash"`
	LastFour string `json:"last_four"`
}

func newClientSecret(secret string) *clientSecret {
	return &clientSecret{Hash: hashSecret(secret), LastFour: secret[max(0, len(secret)-4):]}
}

func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// lastFour returns the end of a secret, nil if there is no secret.
func (s *clientSecret) lastFour() *string {
	if s == nil {
		return nil
	}
	return &s.LastFour
}

// rotation is the secret of a client and, while it is being replaced, the next
// one. Both are valid then.
type rotation struct {
	Secret *clientSecret `json:"secret,omitempty"`
	Next   *clientSecret `json:"next_secret,omitempty"`
}

// accepts reports whether a secret is valid.
func (r *rotation) accepts(secret string) bool {
	accepted := false
	for _, have := range []*clientSecret{r.Secret, r.Next} {
		accepted = accepted || have != nil && subtle.ConstantTimeCompare([]byte(have.Hash), []byte(hashSecret(secret))) == 1
	}
	return accepted
}

// rotationErrors are the error types of a rotation that has begun already, and of
// one that has not.
type rotationErrors struct{ already, not string }

// start makes the next secret and returns it.
func (r *rotation) start(errors rotationErrors) (string, *apiError) {
	if r.Next != nil {
		return "", fail(errors.already)
	}
	secret := newToken()
	r.Next = newClientSecret(secret)
	return secret, nil
}

// complete puts the next secret in place of the current one.
func (r *rotation) complete(errors rotationErrors) *apiError {
	if r.Next == nil {
		return fail(errors.not)
	}
	r.Secret, r.Next = r.Next, nil
	return nil
}

// cancel drops the next secret.
func (r *rotation) cancel(errors rotationErrors) *apiError {
	if r.Next == nil {
		return fail(errors.not)
	}
	r.Next = nil
	return nil
}
