package b2b

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/sessionjwt"
	"github.com/stytchgen/sdk/internal/wire"
	"github.com/stytchgen/sdk/stytch"
)

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

	// AuthorizationCheck asks whether the roles of the member allow an action. Only the service can
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
// that is wrong in any other way is refused at once, with one of the ErrJWT errors of package
// stytch; what the service says is an error as of [SessionsService.Authenticate]. With a token and a
// JWT of two members it is [stytch.ErrAmbiguousSession], and with neither [stytch.ErrNoSession].
//
// The keys are fetched at first use and kept, and waited for no longer than five seconds; old ones
// work on while the service cannot be reached. The service answers an expired JWT with a fresh one,
// which this method does not return: to keep the fresh one, call [SessionsService.Authenticate], as
// the middleware does.
func (s *SessionsService) AuthenticateJWT(ctx context.Context, req AuthenticateJWTRequest, opts ...stytch.CallOption) (*MemberSession, error) {
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
// errors are the ErrJWT errors of package stytch. Keys that are not known yet are fetched, unless
// [stytch.WithJWTKeys] gives them.
//
// Of the session it returns what the JWT holds, custom claims included.
func (s *SessionsService) AuthenticateJWTLocal(ctx context.Context, sessionJWT string) (*MemberSession, error) {
	session, _, err := s.verify(ctx, sessionJWT)
	return session, err
}

// verify checks a JWT locally, and says how long ago it was issued.
func (s *SessionsService) verify(ctx context.Context, sessionJWT string) (*MemberSession, time.Duration, error) {
	verifier := s.client().Verifier(s.publishedKeys)
	session := new(MemberSession)
	token, err := verifier.Verify(ctx, sessionJWT, func(name string, d *wire.Reader) bool {
		switch name {
		case sessionjwt.SessionClaim:
			session.readClaim(d)
		case sessionjwt.OrganizationClaim:
			session.readOrganization(d)
		default:
			return false
		}
		return true
	})
	switch {
	case err != nil:
		return nil, 0, err
	case session.MemberSessionID == "":
		return nil, 0, fmt.Errorf("%w: the id of the session", stytch.ErrJWTMissingClaim)
	case session.OrganizationID == "":
		return nil, 0, fmt.Errorf("%w: %s", stytch.ErrJWTMissingClaim, sessionjwt.OrganizationClaim)
	case session.ExpiresAt.IsZero(): // as in JWTs of an old form
		session.ExpiresAt = token.Expires
	case verifier.Past(session.ExpiresAt):
		return nil, 0, stytch.ErrJWTExpired
	}
	session.MemberID, session.CustomClaims = token.Subject, token.Custom
	return session, verifier.Age(token), nil
}

// readClaim reads the session as a JWT holds it.
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

// readOrganization reads the organization as a JWT holds it.
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

// publishedKeys fetches the keys of the project.
func (s *SessionsService) publishedKeys(ctx context.Context) ([]sessionjwt.Key, error) {
	resp, err := s.GetJWKS(ctx, SessionsGetJWKSRequest{ProjectID: s.client().ProjectID()})
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
