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
	// ErrJWTIssuer: it was issued by somebody else.
	ErrJWTIssuer = sessionjwt.ErrIssuer
	// ErrJWTAudience: it is for another project.
	ErrJWTAudience = sessionjwt.ErrAudience
	// ErrJWTExpired: it, or its session, has expired.
	ErrJWTExpired = sessionjwt.ErrExpired
	// ErrJWTNotYetValid: it is not valid yet, by the clock of this machine.
	ErrJWTNotYetValid = sessionjwt.ErrNotYetValid
)

// ENDMANUAL(JWTErrors)

// MANUAL(AuthenticateJWTRequest)(TYPE)

// AuthenticateJWTRequest is what [SessionsService.AuthenticateJWT] takes.
type AuthenticateJWTRequest struct {
	// SessionJWT is the JWT that an earlier call issued.
	SessionJWT string `json:"session_jwt" stytch:"sensitive"`

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

// AuthenticateJWT returns the session of a JWT. It checks the JWT without a call where that
// suffices, and asks the service when the JWT is older than MaxTokenAge, has expired, is not valid
// yet by this machine's clock, is signed with a key that is not known, or when an authorization
// check is wanted. A JWT that is wrong in any other way is refused at once, with one of the ErrJWT
// errors; what the service says is an error as of [SessionsService.Authenticate].
//
// The keys are fetched at first use and kept, and waited for no longer than five seconds; old ones
// work on while the service cannot be reached. The service answers an expired JWT with a fresh one,
// which this method does not return: who keeps the JWT calls [SessionsService.Authenticate], as the
// middleware does.
func (s *SessionsService) AuthenticateJWT(ctx context.Context, req AuthenticateJWTRequest, opts ...CallOption) (*Session, error) {
	if len(opts) > 0 && ctx != nil { // the call refuses a nil one
		var done context.CancelFunc
		ctx, done = s.client().Within(ctx, opts) // the keys, too, are waited for no longer
		defer done()
	}
	if req.AuthorizationCheck == nil && req.MaxTokenAge >= 0 {
		if session, age, err := s.verify(ctx, req.SessionJWT); sessionjwt.Settled(err, age, req.MaxTokenAge) {
			return session, err
		}
	}
	resp, err := s.Authenticate(ctx, SessionsAuthenticateRequest{SessionJWT: &req.SessionJWT, AuthorizationCheck: req.AuthorizationCheck}, opts...)
	if err != nil {
		return nil, err
	}
	return &resp.Session, nil
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
	session := new(Session)
	token, err := verifier.Verify(ctx, sessionJWT, func(name string, d *wire.Reader) bool {
		if name != sessionjwt.SessionClaim {
			return false
		}
		session.readClaim(d)
		return true
	})
	switch {
	case err != nil:
		return nil, 0, err
	case session.SessionID == "":
		return nil, 0, fmt.Errorf("%w: the id of the session", ErrJWTMissingClaim)
	case session.ExpiresAt != nil && verifier.Past(*session.ExpiresAt):
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
			v.StartedAt = d.TimePtr()
		case "last_accessed_at":
			v.LastAccessedAt = d.TimePtr()
		case "expires_at":
			v.ExpiresAt = d.TimePtr()
		case "attributes":
			v.Attributes = wire.ReadPtr(d, (*Attributes).readJSON)
		case "authentication_factors":
			v.AuthenticationFactors = wire.ReadSlice(d, (*AuthenticationFactor).ReadJSON)
		case "roles":
			v.Roles = d.Strings()
		default:
			d.Unknown()
		}
	}
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
	return func(c *transport.Config) { c.JWTKeys = jwtKeys(keys) }
}

// ENDMANUAL(JWTKeys)
