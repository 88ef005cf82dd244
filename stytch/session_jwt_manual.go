package stytch

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/sessionjwt"
	"github.com/stytchgen/sdk/internal/transport"
	"github.com/stytchgen/sdk/internal/wire"
)

// MANUAL(JWTErrors)(TYPE)

// Why a session JWT is not accepted by a local check. Each is matched with errors.Is.
var (
	// ErrJWTMalformed: it is no JWT, or none that can be read in one way only.
	ErrJWTMalformed = sessionjwt.ErrMalformed
	// ErrJWTAlgorithm: it is not signed with RS256.
	ErrJWTAlgorithm = sessionjwt.ErrAlgorithm
	// ErrJWTSignature: the signature does not verify.
	ErrJWTSignature = sessionjwt.ErrSignature
	// ErrJWTUnknownKey: it is signed with a key that is not among those known of the project.
	ErrJWTUnknownKey = sessionjwt.ErrUnknownKey
	// ErrJWTKeysUnreachable: the keys of the project cannot be fetched, or make no sense. It says
	// nothing about the JWT.
	ErrJWTKeysUnreachable = sessionjwt.ErrKeysUnreachable
	// ErrJWTMissingClaim: it lacks one of exp, iat, nbf, aud, iss, sub and the session.
	ErrJWTMissingClaim = sessionjwt.ErrMissingClaim
	// ErrJWTIssuer: its issuer is neither that of the base URL nor one of [WithJWTIssuers]. The rest
	// of it is right, so it is of this project, and the service can say whose it is.
	ErrJWTIssuer = sessionjwt.ErrIssuer
	// ErrJWTAudience: it is for another project.
	ErrJWTAudience = sessionjwt.ErrAudience
	// ErrJWTOfMember: it is of a member of an organization. Package b2b checks those.
	ErrJWTOfMember = sessionjwt.ErrOfMember
	// ErrJWTExpired: it, or its session, has expired.
	ErrJWTExpired = sessionjwt.ErrExpired
	// ErrJWTNotYetValid: it is not valid yet, by the clock of this machine.
	ErrJWTNotYetValid = sessionjwt.ErrNotYetValid
)

// ENDMANUAL(JWTErrors)

// MANUAL(AuthenticateJWTRequest)(TYPE)

// AuthenticateJWTRequest is what [SessionsService.AuthenticateJWT] takes: a JWT, a token, or both.
type AuthenticateJWTRequest struct {
	// SessionJWT is the JWT that an earlier call issued. It can be empty beside a token.
	SessionJWT string `json:"session_jwt,omitzero" stytch:"sensitive"`

	// SessionToken is the token that an earlier call issued. The service is asked about it when the
	// JWT alone does not suffice. It can be empty beside a JWT.
	SessionToken string `json:"session_token,omitzero" stytch:"sensitive"`

	// MaxTokenAge is how long ago the JWT may have been issued for a local check to suffice. A
	// session that was revoked in the meantime still passes such a check. 0 means as long as the
	// JWT is valid, which is five minutes; a negative value, never.
	MaxTokenAge time.Duration `json:"max_token_age,omitzero"`

	// AuthorizationCheck asks whether the roles of the user allow an action. Only the service can
	// answer that, so with it the call always goes there.
	AuthorizationCheck *AuthorizationCheck `json:"authorization_check,omitzero"`
}

// Format prints the value without its secrets, whatever the verb.
func (r AuthenticateJWTRequest) Format(f fmt.State, verb rune) { redact.Format(f, verb, r) }

// LogValue is what a log shows of the value: everything but its secrets.
func (r AuthenticateJWTRequest) LogValue() slog.Value { return redact.LogValue(r) }

// ENDMANUAL(AuthenticateJWTRequest)

// MANUAL(AuthenticateJWT)(METHOD)

// AuthenticateJWT returns the session of a JWT, a token, or both. It checks the JWT without a call
// where that suffices, and asks the service when there is only a token, or when the JWT is older
// than MaxTokenAge, has expired, is not valid yet by this machine's clock, is signed with a key that
// is not known, names an issuer that is not known, or when an authorization check is wanted. A JWT
// that is wrong in any other way is refused at once, with one of the ErrJWT errors; what the service
// says is an error as of [SessionsService.Authenticate]. With a token and a JWT of two users it is
// [ErrAmbiguousSession], and with neither [ErrNoSession].
//
// The keys are fetched at first use and kept, and waited for no longer than five seconds; old ones
// work on while the service cannot be reached. The service answers an expired JWT with a fresh one,
// which this method does not return: to keep the fresh one, call [SessionsService.Authenticate], as
// the middleware does.
func (s *SessionsService) AuthenticateJWT(ctx context.Context, req AuthenticateJWTRequest, opts ...CallOption) (*Session, error) {
	if err := s.client().Refusal(); err != nil {
		return nil, err
	}
	if len(opts) > 0 && ctx != nil { // the call refuses a nil one
		var done context.CancelFunc
		ctx, done = s.client().Within(ctx, opts) // the keys, too, are waited for no longer
		defer done()
	}
	maxAge := req.MaxTokenAge
	if req.AuthorizationCheck != nil {
		maxAge = -1
	}
	return s.backend(req.AuthorizationCheck, opts).Find(ctx, req.SessionToken, req.SessionJWT, maxAge)
}

// AuthenticateJWTLocal returns the session of a JWT without asking the service about it: whether
// the session was revoked since the JWT was issued, at most five minutes ago, it cannot know. The
// errors are the ErrJWT errors. Keys that are not known yet are fetched, unless [WithJWTKeys] gives
// them.
//
// Of the session it returns what the JWT holds, custom claims included.
func (s *SessionsService) AuthenticateJWTLocal(ctx context.Context, sessionJWT string) (*Session, error) {
	session, _, err := s.verify(ctx, sessionJWT)
	return session, err
}

// verify checks a JWT locally, and says how long ago it was issued.
func (s *SessionsService) verify(ctx context.Context, sessionJWT string) (*Session, time.Duration, error) {
	verifier := s.client().Verifier(s.publishedKeys)
	session, ofMember := new(Session), false
	token, err := verifier.Verify(ctx, sessionJWT, func(name string, d *wire.Reader) bool {
		switch name {
		case sessionjwt.SessionClaim:
			session.readClaim(d)
		case sessionjwt.OrganizationClaim:
			ofMember = true
			d.Skip()
		default:
			return false
		}
		return true
	})
	switch {
	case ofMember && (err == nil || !sessionjwt.Settled(err, 0, 0)):
		return nil, 0, ErrJWTOfMember
	case err != nil:
		return nil, 0, err
	case session.SessionID == "":
		return nil, 0, fmt.Errorf("%w: the id of the session", ErrJWTMissingClaim)
	case session.ExpiresAt == nil: // as in JWTs of an old form
		session.ExpiresAt = &token.Expires
	case verifier.Past(*session.ExpiresAt):
		return nil, 0, ErrJWTExpired
	}
	session.UserID, session.CustomClaims = token.Subject, token.Custom
	return session, verifier.Age(token), nil
}

// readClaim reads the session as a JWT holds it.
func (v *Session) readClaim(d *wire.Reader) {
	for d.BeginObject(); d.NextField(); {
		switch d.Name() {
		case "id":
			v.SessionID = d.String()
		case "started_at":
			v.StartedAt = claimedTime(d)
		case "last_accessed_at":
			v.LastAccessedAt = claimedTime(d)
		case "expires_at":
			v.ExpiresAt = claimedTime(d)
		case "attributes":
			v.Attributes = wire.ReadPtr(d, (*Attributes).readJSON)
		case "authentication_factors":
			v.AuthenticationFactors = wire.ReadSlice(d, (*AuthenticationFactor).readJSON)
		case "roles":
			v.Roles = d.Strings()
		default:
			d.Unknown()
		}
	}
}

// claimedTime reads a time of a JWT. The year 1, as which some write a time that they do not have,
// is none.
func claimedTime(d *wire.Reader) *time.Time {
	if t := d.TimePtr(); t != nil && !t.IsZero() {
		return t
	}
	return nil
}

// publishedKeys fetches the keys of the project.
func (s *SessionsService) publishedKeys(ctx context.Context) ([]sessionjwt.Key, error) {
	resp, err := s.GetJWKS(ctx, SessionsGetJWKSRequest{ProjectID: s.client().ProjectID()})
	if err != nil {
		return nil, err
	}
	return jwtKeys(resp.Keys), nil
}

// jwtKeys are keys as the check of JWTs takes them.
func jwtKeys(keys []JWK) []sessionjwt.Key {
	list := make([]sessionjwt.Key, len(keys))
	for i, key := range keys {
		list[i] = sessionjwt.Key{ID: key.Kid, Type: key.Kty, Use: key.Use, Algorithm: key.Alg, N: key.N, E: key.E}
	}
	return list
}

// ENDMANUAL(AuthenticateJWT)

// MANUAL(JWTKeys)(FUNCTION)

// WithJWTKeys gives the keys that session JWTs are signed with, for local checks without any call.
// They are used as they are: the client fetches none, so the application must follow the service's
// rotation. [SessionsService.GetJWKS] lists them.
func WithJWTKeys(keys ...JWK) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.JWTKeys = jwtKeys(keys) })
}

// ENDMANUAL(JWTKeys)
