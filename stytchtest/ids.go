package stytchtest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// newID returns an ID like those of the service: user-test-<uuid>.
func newID(kind string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%s-test-%x-%x-%x-%x-%x", kind, b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// derivedID returns an ID that is always the same for the same names.
func derivedID(kind string, names ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(names, "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("%s-test-%x-%x-%x-%x-%x", kind, sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// idForm matches the ids of a kind that the service makes.
func idForm(kind string) *regexp.Regexp {
	return regexp.MustCompile("^" + kind + "-(test|live)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
}

// newToken returns a session token of 44 characters.
func newToken() string {
	var b [33]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// newCode returns a code of six digits.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return fmt.Sprintf("%06d", n)
}
