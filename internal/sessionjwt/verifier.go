package sessionjwt

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/internal/wire"
)

// Config is what a Verifier checks.
type Config struct {
	// Audience is the project's id.
	Audience string
	// Issuers are the accepted issuers. URLs are compared in their normal form.
	Issuers []string
	// Leeway is how far two clocks may be apart.
	Leeway time.Duration
	// Now is the time, nil for the machine's.
	Now func() time.Time
	// Keys verify the signatures.
	Keys *Keys
}

// Verifier verifies tokens. It is safe for concurrent use.
type Verifier struct {
	Config
	cache *cache
}

// New returns a Verifier.
func New(c Config) *Verifier {
	if c.Now == nil {
		c.Now = time.Now
	}
	issuers := make([]string, len(c.Issuers))
	for i, issuer := range c.Issuers {
		issuers[i] = normalIssuer(issuer)
	}
	c.Issuers = issuers
	return &Verifier{c, newCache(c.Now)}
}

// Token is what a verified token says about itself.
type Token struct {
	Subject           string
	IssuedAt, Expires time.Time
	// Custom are the claims that are neither registered nor the service's own,
	// nil when there are none.
	Custom map[string]any
	// Checked is when it was checked.
	Checked time.Time
}

// maxToken is the size of the largest token that is read: custom claims of 4 kB, a
// session with every factor, and some room.
const maxToken = 64 << 10

// Verify verifies the JWT of a session. It returns what read made of the claims of the service: for each of
// them it calls read with the claim's name and a reader at its value. read reads the value, or
// returns false. After an error about a claim, Verify returns what it has read so far.
//
// The results are shared with other callers, who verify the same token. So they must not be
// changed.
func Verify[T any](ctx context.Context, v *Verifier, token string, read func(own *T, name string, d *wire.Reader) bool) (*T, Token, error) {
	return verify(ctx, v, token, true, read)
}

// VerifyAccess is [Verify] for an access token of a program or an app. It rejects the JWT of a session.
func VerifyAccess[T any](ctx context.Context, v *Verifier, token string, read func(own *T, name string, d *wire.Reader) bool) (*T, Token, error) {
	return verify(ctx, v, token, false, read)
}

func verify[T any](
	ctx context.Context, v *Verifier, token string, session bool, read func(own *T, name string, d *wire.Reader) bool,
) (*T, Token, error) {
	if ctx == nil {
		return new(T), Token{}, fmt.Errorf("%w: the context is nil", ErrKeysUnreachable)
	}
	if e := v.cache.find(token); e != nil {
		at := v.Now()
		key := v.Keys.fresh(e.keyID, at)
		if key == nil { // it may have been withdrawn
			key, _ = v.Keys.get(ctx, e.keyID, v.Now)
			at = v.Now()
		}
		if own, ok := e.own.(*T); ok && key == e.key {
			return own, e.claims.at(at), v.check(&e.claims, session, at)
		}
	}
	own := new(T)
	e := &verified{token: token, own: own}
	err := v.verify(ctx, e, func(name string, d *wire.Reader) bool { return read(own, name, d) })
	at := v.Now()
	if err == nil {
		err = v.check(&e.claims, session, at)
	}
	if err == nil {
		v.cache.add(e, at)
	}
	return own, e.claims.at(at), err
}

// verify verifies the signature of a token, and reads its claims.
func (v *Verifier) verify(ctx context.Context, e *verified, own func(name string, d *wire.Reader) bool) error {
	parts, err := split(e.token)
	if err != nil {
		return err
	}
	if e.keyID, err = keyID(parts.header); err != nil {
		return err
	}
	if e.key, err = v.Keys.get(ctx, e.keyID, v.Now); err != nil {
		if claim, ok := peek(parts.payload); ok && claim.ForAnother(v.Audience) {
			err = ErrAudience // its key is the other project's, so the signature cannot be checked
		}
		return err
	}
	digest := sha256.Sum256([]byte(parts.signed))
	if rsa.VerifyPKCS1v15(e.key, crypto.SHA256, digest[:], parts.signature) != nil {
		return ErrSignature
	}
	return e.claims.read(parts.payload, own) // which is signed
}

// pieces are the three parts of a token, decoded.
type pieces struct {
	signed          string // header and payload as they were signed
	header, payload string
	signature       []byte
}

func split(token string) (pieces, error) {
	if len(token) > maxToken {
		return pieces{}, fmt.Errorf("%w: it has %d bytes, more than %d", ErrMalformed, len(token), maxToken)
	}
	if strings.Count(token, ".") != 2 {
		return pieces{}, fmt.Errorf("%w: it is not three parts with dots between", ErrMalformed)
	}
	if strings.IndexByte(token, '\n') >= 0 || strings.IndexByte(token, '\r') >= 0 { // base64 ignores them
		return pieces{}, fmt.Errorf("%w: it has a line break", ErrMalformed)
	}
	header, rest, _ := strings.Cut(token, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	p := pieces{signed: token[:len(header)+1+len(payload)]}
	for _, part := range []struct {
		name, encoded string
		into          func([]byte)
	}{
		{"header", header, func(b []byte) { p.header = string(b) }},
		{"payload", payload, func(b []byte) { p.payload = string(b) }},
		{"signature", signature, func(b []byte) { p.signature = b }},
	} {
		// Strict: the unused bits must be zero, so that a token has one encoding.
		decoded, err := base64.RawURLEncoding.Strict().DecodeString(part.encoded)
		if err != nil {
			return pieces{}, fmt.Errorf("%w: its %s is not base64url", ErrMalformed, part.name)
		}
		part.into(decoded)
	}
	return p, nil
}

// keyID reads the header. It must name RS256 and a key, and must have no critical
// parameter (crit).
func keyID(header string) (string, error) {
	var algorithm, id string
	critical := false
	err := wire.Read(header, func(d *wire.Reader) {
		for d.BeginObject(); d.NextField(); {
			switch d.Name() {
			case "alg":
				algorithm = d.String()
			case "kid":
				id = d.String()
			case "crit":
				critical = true
				d.Skip()
			default:
				d.Skip()
			}
		}
	})
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: its header: %w", ErrMalformed, err)
	case algorithm != "RS256":
		return "", ErrAlgorithm
	case critical:
		return "", fmt.Errorf("%w: its header has critical extensions, of which none is known", ErrMalformed)
	case id == "":
		return "", fmt.Errorf("%w: its header names no key", ErrUnknownKey)
	}
	return id, nil
}

// check compares the claims with what the Verifier expects at a time, of the JWT of a session or of an
// access token.
func (v *Verifier) check(c *claims, session bool, now time.Time) error {
	missing := c.missing()
	if missing == "" && session && !c.session {
		missing = SessionClaim
	}
	switch {
	case missing != "":
		return fmt.Errorf("%w: %s", ErrMissingClaim, missing)
	case !session && c.session:
		return ErrNotAccess
	case !slices.Contains(c.audience, v.Audience):
		return ErrAudience
	case !slices.Contains(v.Issuers, c.issuer) && !slices.Contains(v.Issuers, normalIssuer(c.issuer)):
		return ErrIssuer
	case v.PastAt(c.Expires, now):
		return ErrExpired
	case now.Add(v.Leeway).Before(c.notBefore) || now.Add(v.Leeway).Before(c.IssuedAt):
		return ErrNotYetValid
	}
	return nil
}

// Age is how long before the check a token was issued.
func (t Token) Age() time.Duration { return t.Checked.Sub(t.IssuedAt) }

// Past reports whether a time has passed, with the leeway.
func (v *Verifier) Past(t time.Time) bool { return v.PastAt(t, v.Now()) }

// PastAt reports whether a time has passed at another, with the leeway.
func (v *Verifier) PastAt(t, now time.Time) bool { return !now.Before(t.Add(v.Leeway)) }

// Settled reports whether a local check that ended with err decides who is logged
// in. It does if the token is valid and not older than maxAge (0: any age), or if
// asking the service cannot change the error.
func Settled(err error, age, maxAge time.Duration) bool {
	if err == nil {
		return maxAge == 0 || age <= maxAge
	}
	for _, doubt := range []error{
		ErrExpired,         // its session may live on
		ErrNotYetValid,     // the clock here may be behind
		ErrIssuer,          // the project has as many issuers as domains
		ErrUnknownKey,      // the key may be new
		ErrKeysUnreachable, // which says nothing about the token
	} {
		if errors.Is(err, doubt) {
			return false
		}
	}
	return true
}
