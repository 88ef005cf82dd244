package b2b

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/sessionjwt"
	"github.com/stytchgen/sdk/internal/transport"
	"github.com/stytchgen/sdk/internal/wire"
	"github.com/stytchgen/sdk/stytch"
)

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

	// AuthorizationCheck asks whether the roles of the member allow an action. For a JWT that is checked
	// locally, the roles in it and the cached policies of the project and the organization decide.
	AuthorizationCheck *AuthorizationCheck `json:"authorization_check,omitzero"`

	// SessionDurationMinutes sets how long the session lasts from now on, in minutes, from 5 to 527040.
	// It applies only if the service is asked: a local check does not extend the session. So an active
	// member's session is extended each time that the JWT has expired or is older than MaxTokenAge. Nil
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
// A JWT with any other mistake is rejected without a call, with one of the ErrJWT errors of package
// stytch. Errors of the service are those of [SessionsService.Authenticate]. A token and a JWT of two
// members give [stytch.ErrAmbiguousSession], and a request with neither gives [stytch.ErrNoSession].
//
// A session that does not allow what the AuthorizationCheck asks gives an error that matches
// [stytch.ErrNotAllowed], whether the check was local or not. See [Allowed] for what decides locally.
//
// The keys are fetched at the first use and cached. A call waits at most five seconds for them, and
// cached keys stay in use while the service cannot be reached.
//
// Concurrent calls that would ask the service the same share one call, unless MaxTokenAge is negative or
// there are options. Each gets a session of its own. An error is the same for all of them.
//
// For an expired JWT, the service issues a new one, which this method does not return. To get it, call
// [SessionsService.Authenticate], as the middleware does.
func (s *SessionsService) AuthenticateJWT(ctx context.Context, req AuthenticateJWTRequest, opts ...stytch.CallOption) (*MemberSession, error) {
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
// errors of package stytch. Unknown keys are fetched, unless [stytch.WithJWTKeys] sets the keys.
//
// The session has the fields that the JWT contains, including the custom claims.
func (s *SessionsService) AuthenticateJWTLocal(ctx context.Context, sessionJWT string) (*MemberSession, error) {
	session, _, err := s.verify(ctx, sessionJWT)
	return session, err
}

// verify checks a JWT locally, and returns its session and its age.
func (s *SessionsService) verify(ctx context.Context, sessionJWT string) (*MemberSession, time.Duration, error) {
	verifier := s.client().Verifier()
	claimed, token, err := sessionjwt.Verify(ctx, verifier, sessionJWT, (*MemberSession).readClaims)
	if err != nil {
		return nil, 0, err
	}
	session := new(*claimed)
	switch {
	case session.MemberSessionID == "":
		return nil, 0, fmt.Errorf("%w: the id of the session", stytch.ErrJWTMissingClaim)
	case session.OrganizationID == "":
		return nil, 0, fmt.Errorf("%w: %s", stytch.ErrJWTMissingClaim, sessionjwt.OrganizationClaim)
	case session.ExpiresAt.IsZero(): // JWTs of an old form have no end of the session
		session.ExpiresAt = token.Expires
	case verifier.PastAt(session.ExpiresAt, token.Checked):
		return nil, 0, stytch.ErrJWTExpired
	}
	session.MemberID, session.CustomClaims = token.Subject, token.Custom
	session.detach() // the claims are those of every caller
	return session, token.Age(), nil
}

// readClaims reads what the claims of the service say about the session.
func (v *MemberSession) readClaims(name string, d *wire.Reader) bool {
	switch name {
	case sessionjwt.SessionClaim:
		v.readClaim(d)
	case sessionjwt.OrganizationClaim:
		v.readOrganization(d)
	default:
		return false
	}
	return true
}

// readClaim reads the session from a claim of the JWT.
func (v *MemberSession) readClaim(d *wire.Reader) {
	for d.BeginObject(); d.NextField(); {
		switch d.Name() {
		case "id":
			v.MemberSessionID = d.String()
		case "started_at":
			v.StartedAt = d.Time()
		case "last_accessed_at":
			v.LastAccessedAt = d.Time()
		case "expires_at":
			v.ExpiresAt = d.Time()
		case "authentication_factors":
			v.AuthenticationFactors = wire.ReadSlice(d, stytchAuthenticationFactorReadJSON)
		case "roles":
			v.Roles = d.Strings()
		default:
			d.Unknown()
		}
	}
}

// readOrganization reads the organization from a claim of the JWT.
func (v *MemberSession) readOrganization(d *wire.Reader) {
	for d.BeginObject(); d.NextField(); {
		switch d.Name() {
		case "organization_id":
			v.OrganizationID = d.String()
		case "slug":
			v.OrganizationSlug = d.String()
		default:
			d.Unknown()
		}
	}
}

// Keys fetches the keys of the project.
func (fetcher) Keys(ctx context.Context, client *transport.Client) ([]sessionjwt.Key, error) {
	resp, err := (&SessionsService{transport: client}).GetJWKS(ctx, SessionsGetJWKSRequest{ProjectID: client.ProjectID()})
	if err != nil {
		return nil, err
	}
	keys := make([]sessionjwt.Key, len(resp.Keys))
	for i, key := range resp.Keys {
		keys[i] = sessionjwt.Key{ID: key.Kid, Type: key.Kty, Use: key.Use, Algorithm: key.Alg, N: key.N, E: key.E}
	}
	return keys, nil
}

// ENDMANUAL(AuthenticateJWT)
