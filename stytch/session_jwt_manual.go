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

// Reasons why a local check rejects a session JWT or an access token. Match each with errors.Is.
var (
	// ErrJWTMalformed: it is not a JWT, or it can be read in more than one way.
	ErrJWTMalformed = sessionjwt.ErrMalformed
	// ErrJWTAlgorithm: it is not signed with RS256.
	ErrJWTAlgorithm = sessionjwt.ErrAlgorithm
	// ErrJWTSignature: the signature does not verify.
	ErrJWTSignature = sessionjwt.ErrSignature
	// ErrJWTUnknownKey: it is signed with a key that is not among the known keys of the project.
	ErrJWTUnknownKey = sessionjwt.ErrUnknownKey
	// ErrJWTKeysUnreachable: the keys of the project could not be fetched, or are not valid. The JWT
	// itself may be right.
	ErrJWTKeysUnreachable = sessionjwt.ErrKeysUnreachable
	// ErrJWTMissingClaim: it lacks one of exp, iat, nbf, aud, iss, sub and the session.
	ErrJWTMissingClaim = sessionjwt.ErrMissingClaim
	// ErrJWTIssuer: its issuer is neither that of the base URL nor one of [WithJWTIssuers]. Everything
	// else in it is right, so it belongs to this project, and the service can tell whose session it is.
	ErrJWTIssuer = sessionjwt.ErrIssuer
	// ErrJWTAudience: it is for another project.
	ErrJWTAudience = sessionjwt.ErrAudience
	// ErrJWTOfMember: it belongs to a member of an organization. Package b2b checks those.
	ErrJWTOfMember = sessionjwt.ErrOfMember
	// ErrJWTNotAccessToken: it is the JWT of a session, where an access token is wanted.
	ErrJWTNotAccessToken = sessionjwt.ErrNotAccess
	// ErrJWTExpired: it, or its session, has expired.
	ErrJWTExpired = sessionjwt.ErrExpired
	// ErrJWTNotYetValid: it is not valid yet, by this machine's clock.
	ErrJWTNotYetValid = sessionjwt.ErrNotYetValid
)

// ENDMANUAL(JWTErrors)

// MANUAL(AuthenticateJWTRequest)(TYPE)

// AuthenticateJWTRequest has the parameters of [SessionsService.AuthenticateJWT]: a JWT, a token, or
// both.
type AuthenticateJWTRequest struct {
	// SessionJWT is the JWT that an earlier call returned. It is optional if there is a token.
	SessionJWT string `json:"session_jwt,omitzero" stytch:"sensitive"`

	// SessionToken is the token that an earlier call returned. It goes to the service if the JWT alone
	// is not enough. It is optional if there is a JWT.
	SessionToken string `json:"session_token,omitzero" stytch:"sensitive"`

	// MaxTokenAge is the highest age of a JWT that is only checked locally. Such a check accepts a
	// session that was revoked after the JWT was issued. 0 accepts a JWT for its whole life of five
	// minutes; a negative value always asks the service.
	MaxTokenAge time.Duration `json:"max_token_age,omitzero"`

	// AuthorizationCheck asks whether the roles of the user allow an action. For a JWT that is checked
	// locally, the roles in it and the cached policy of the project decide.
	AuthorizationCheck *AuthorizationCheck `json:"authorization_check,omitzero"`

	// SessionDurationMinutes sets how long the session lasts from now on, in minutes, from 5 to 527040.
	// It applies only if the service is asked: a local check does not extend the session. So an active
	// user's session is extended each time that the JWT has expired or is older than MaxTokenAge. Nil
	// keeps the end of the session.
	SessionDurationMinutes *int `json:"session_duration_minutes,omitzero"`

	// SessionCustomClaims sets claims of the session; a nil value deletes its claim. It applies only if
	// the service is asked; a negative MaxTokenAge makes sure of that. [SessionsAuthenticateRequest] has
	// the limits.
	SessionCustomClaims map[string]any `json:"session_custom_claims,omitzero" stytch:"sensitive"`
}

// Format prints the value without its secrets.
func (r AuthenticateJWTRequest) Format(f fmt.State, verb rune) { redact.Format(f, verb, r) }

// LogValue returns the value for a log, without its secrets.
func (r AuthenticateJWTRequest) LogValue() slog.Value { return redact.LogValue(r) }

// ENDMANUAL(AuthenticateJWTRequest)

// MANUAL(AuthenticateJWT)(METHOD)

// AuthenticateJWT returns the session of a JWT, a token, or both. It checks a JWT locally if that is
// enough. It asks the service in these cases:
//
//   - there is only a token
//   - the JWT is older than MaxTokenAge, has expired, or is not valid yet by this machine's clock
//   - the JWT has an unknown key or an unknown issuer
//   - the request has an AuthorizationCheck, and a policy for it could not be fetched
//
// A JWT with any other mistake is rejected without a call, with one of the ErrJWT errors. Errors of the
// service are those of [SessionsService.Authenticate]. A token and a JWT of two users give
// [ErrAmbiguousSession], and a request with neither gives [ErrNoSession].
//
// A session that does not allow what the AuthorizationCheck asks gives an error that matches
// [ErrNotAllowed], whether the check was local or not. See [Allowed] for what decides locally.
//
// The keys are fetched at the first use and cached. A call waits at most five seconds for them, and
// cached keys stay in use while the service cannot be reached.
//
// Concurrent calls that would ask the service the same share one call, unless MaxTokenAge is negative or
// there are options. Each gets a session of its own. An error is the same for all of them.
//
// For an expired JWT, the service issues a new one, which this method does not return. To get it, call
// [SessionsService.Authenticate], as the middleware does.
func (s *SessionsService) AuthenticateJWT(ctx context.Context, req AuthenticateJWTRequest, opts ...CallOption) (*Session, error) {
	if err := s.client().Refusal(); err != nil {
		return nil, err
	}
	if len(opts) > 0 && ctx != nil { // the call itself rejects a nil context
		var done context.CancelFunc
		ctx, done = s.client().Within(ctx, opts) // the options also limit the wait for the keys
		defer done()
	}
	call := SessionsAuthenticateRequest{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims, AuthorizationCheck: req.AuthorizationCheck,
	}
	if call.SessionDurationMinutes != nil { // a wrong one must not be noticed only when the JWT has expired
		check := SessionsAuthenticateRequest{SessionToken: new("any"), SessionDurationMinutes: call.SessionDurationMinutes}
		if err := transport.Invalid(s.client(), &sessionsAuthenticate, &check); err != nil {
			return nil, err
		}
	}
	return s.backend(call, opts).Find(ctx, req.SessionToken, req.SessionJWT, req.MaxTokenAge, req.AuthorizationCheck.local())
}

// AuthenticateJWTLocal returns the session of a JWT without a call about the session. So it accepts a
// session that was revoked after the JWT was issued, at most five minutes ago. The errors are the ErrJWT
// errors. Unknown keys are fetched, unless [WithJWTKeys] sets the keys.
//
// The session has the fields that the JWT contains, including the custom claims.
func (s *SessionsService) AuthenticateJWTLocal(ctx context.Context, sessionJWT string) (*Session, error) {
	session, _, err := s.verify(ctx, sessionJWT)
	return session, err
}

// verify checks a JWT locally, and returns its session and its age.
func (s *SessionsService) verify(ctx context.Context, sessionJWT string) (*Session, time.Duration, error) {
	verifier := s.client().Verifier()
	claimed, token, err := sessionjwt.Verify(ctx, verifier, sessionJWT, (*claimedSession).read)
	switch {
	case claimed.ofMember && (err == nil || !sessionjwt.Settled(err, 0, 0)):
		return nil, 0, ErrJWTOfMember
	case err != nil:
		return nil, 0, err
	}
	session := new(claimed.Session)
	switch {
	case session.SessionID == "":
		return nil, 0, fmt.Errorf("%w: the id of the session", ErrJWTMissingClaim)
	case session.ExpiresAt == nil: // JWTs of an old form have no end of the session
		session.ExpiresAt = &token.Expires
	case verifier.PastAt(*session.ExpiresAt, token.Checked):
		return nil, 0, ErrJWTExpired
	}
	session.UserID, session.CustomClaims = token.Subject, token.Custom
	session.detach() // the claims are those of every caller
	return session, token.Age(), nil
}

// claimedSession is the session that a JWT claims.
type claimedSession struct {
	Session
	ofMember bool
}

func (c *claimedSession) read(name string, d *wire.Reader) bool {
	switch name {
	case sessionjwt.SessionClaim:
		c.readClaim(d)
	case sessionjwt.OrganizationClaim:
		c.ofMember = true
		d.Skip()
	default:
		return false
	}
	return true
}

// readClaim reads the session from a claim of the JWT.
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

// claimedTime reads a time of a JWT. It returns nil for the year 1, which some JWTs have in place of a
// missing time.
func claimedTime(d *wire.Reader) *time.Time {
	if t := d.TimePtr(); t != nil && !t.IsZero() {
		return t
	}
	return nil
}

// Keys fetches the keys of the project.
func (fetcher) Keys(ctx context.Context, client *transport.Client) ([]sessionjwt.Key, error) {
	resp, err := (&SessionsService{transport: client}).GetJWKS(ctx, SessionsGetJWKSRequest{ProjectID: client.ProjectID()})
	if err != nil {
		return nil, err
	}
	return jwtKeys(resp.Keys), nil
}

// jwtKeys converts keys to those of package sessionjwt.
func jwtKeys(keys []JWK) []sessionjwt.Key {
	list := make([]sessionjwt.Key, len(keys))
	for i, key := range keys {
		list[i] = sessionjwt.Key{ID: key.Kid, Type: key.Kty, Use: key.Use, Algorithm: key.Alg, N: key.N, E: key.E}
	}
	return list
}

// ENDMANUAL(AuthenticateJWT)

// MANUAL(JWTKeys)(FUNCTION)

// WithJWTKeys sets the keys that sign session JWTs, for local checks without any call. The client then
// fetches no keys, so the application must follow the service's key rotation. [SessionsService.GetJWKS]
// returns the keys.
func WithJWTKeys(keys ...JWK) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.JWTKeys = jwtKeys(keys) })
}

// ENDMANUAL(JWTKeys)
