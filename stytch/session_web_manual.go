package stytch

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/stytchgen/sdk/internal/sessionweb"
)

// MANUAL(SessionErrors)(TYPE)

// ErrNoSession is why the middleware found no session where a request shows none: neither token nor
// JWT.
var ErrNoSession = sessionweb.ErrNoSession

// ENDMANUAL(SessionErrors)

// MANUAL(MiddlewareOptions)(TYPE)

// MiddlewareOptions change what a session middleware does. The zero value will do.
type MiddlewareOptions struct {
	// MaxTokenAge is how long ago a JWT may have been issued for a local check to suffice; see
	// [AuthenticateJWTRequest]. 0 means as long as the JWT is valid, which is five minutes; a
	// negative value, never.
	MaxTokenAge time.Duration

	// Optional lets requests without a session through, too. The handler finds out with the
	// accessor of the context.
	Optional bool

	// Unauthorized answers a request of somebody who is not logged in. Nil, the answer is 401 and a
	// line of text.
	Unauthorized http.Handler

	// Unavailable answers a request when nobody can know who is calling, because the service cannot
	// be reached. Nil, the answer is 503 and a line of text. Retry-After is set before, where the
	// service said it.
	Unavailable http.Handler
}

// ENDMANUAL(MiddlewareOptions)

// MANUAL(Middleware)(METHOD)

// Middleware returns a middleware for net/http that lets only requests with a session through,
// which the handler gets with [SessionFrom].
//
// It takes the session JWT or token from the header "Authorization: Bearer ..." or else from the
// cookies stytch_session_jwt and stytch_session. A JWT is checked locally; when it has expired, the
// session is renewed through the service, and a fresh JWT is set, in a cookie that ends with the
// browser; that of the token stays as the login set it. While a JWT is fresh there is no call.
// Cookies of a session that has ended are cleared.
//
// The answer is 401 only for a caller who is not logged in. When that cannot be known, because the
// service cannot be reached or refuses this client, it is 503.
func (s *SessionsService) Middleware(opts MiddlewareOptions) func(http.Handler) http.Handler {
	backend := sessionweb.Backend[*Session]{
		Local: s.verify,
		Remote: func(ctx context.Context, token, jwt string) (sessionweb.Renewal[*Session], error) {
			var req SessionsAuthenticateRequest
			if token != "" {
				req.SessionToken = &token
			} else {
				req.SessionJWT = &jwt
			}
			resp, err := s.Authenticate(ctx, req)
			if err != nil {
				return sessionweb.Renewal[*Session]{}, err
			}
			return sessionweb.Renewal[*Session]{Session: &resp.Session, Token: resp.SessionToken, JWT: resp.SessionJWT}, nil
		},
		LoggedOut: LoggedOut, RetryAfter: RetryAfter,
	}
	return sessionweb.Middleware(backend, opts.web())
}

// ENDMANUAL(Middleware)

// MANUAL(SessionWeb)(FUNCTION)

// SessionFrom returns the session that [SessionsService.Middleware] found for a request, by the
// request's context, and whether there is one.
func SessionFrom(ctx context.Context) (*Session, bool) { return sessionweb.From[*Session](ctx) }

// SessionErrorFrom returns why the middleware found no session, for the handlers of
// [MiddlewareOptions]; nil when it found one. Behind the middleware of package b2b it is that one's
// error.
func SessionErrorFrom(ctx context.Context) error { return sessionweb.ErrorFrom[*Session](ctx) }

// SetSessionCookies gives the browser a session that a login answered: the cookies stytch_session
// and stytch_session_jwt, until expires, or the end of the browser when it is zero. They are
// HttpOnly, SameSite=Lax, and Secure unless the browser talks to this machine without TLS. A proxy
// on the same machine that hides where the request came from should pass the Host on, or add
// X-Forwarded-Proto.
//
// For a value that is empty the cookie of before is cleared: a login that brought no session does
// not leave that of somebody else. So is the JWT's when custom claims make it longer than browsers
// keep, 4096 bytes with its name; the middleware then asks the service about every request.
func SetSessionCookies(w http.ResponseWriter, r *http.Request, sessionToken, sessionJWT string, expires time.Time) {
	sessionweb.SetCookies(w, r, sessionToken, sessionJWT, expires)
}

// ClearSessionCookies takes the session from the browser. It does not end the session; that is
// [SessionsService.Revoke].
func ClearSessionCookies(w http.ResponseWriter, r *http.Request) { sessionweb.ClearCookies(w, r) }

// SessionTokenFrom returns the session token of a request, or "", for the call that ends the
// session: behind the middleware that of the session that it let in, elsewhere that of the cookies.
// Of several cookies, which an old one of another path can make, it is the first where a JWT was
// checked locally, for the JWT does not tell. What ends the session by its id ends no other.
func SessionTokenFrom(r *http.Request) string { return sessionweb.TokenFrom(r) }

// LoggedOut reports whether an error of a session check says that nobody is logged in: the session
// has ended, or what was shown is no session. Errors that leave it open, such as an outage, wrong
// credentials of the client itself or a request that is wrong otherwise, are not of this kind.
func LoggedOut(err error) bool {
	var invalid *ValidationError
	if errors.As(err, &invalid) {
		return len(invalid.Violations) > 0 && !slices.ContainsFunc(invalid.Violations, func(v Violation) bool {
			neither := v.Field == "" && invalid.Call == "sessions.authenticate" // its one rule over several fields
			return v.Field != "session_token" && v.Field != "session_jwt" && !neither
		})
	}
	for _, reason := range []error{
		ErrNoSession, ErrSessionNotFound, ErrInvalidSessionToken, ErrUnableToParseSessionJWT, ErrJWTInvalidClaims,
		ErrJWTMalformed, ErrJWTAlgorithm, ErrJWTSignature, ErrJWTMissingClaim, ErrJWTIssuer, ErrJWTAudience, ErrJWTExpired,
		ErrJWTUnknownKey,
	} {
		if errors.Is(err, reason) {
			return true
		}
	}
	// Whose session it was is gone. Of any other call it is somebody whom the request names.
	var answer *Error
	if !errors.As(err, &answer) || answer.Call != "sessions.authenticate" {
		return false
	}
	return answer.Type == ErrUserNotFound || answer.Type == ErrMemberNotFound || answer.Type == ErrOrganizationNotFound
}

// RetryAfter returns how long an error asks to wait, 0 when it does not.
func RetryAfter(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	var public interface{ PublicError() PublicError }
	if errors.As(err, &public) {
		return public.PublicError().RetryAfter
	}
	return 0
}

func (o MiddlewareOptions) web() sessionweb.Options {
	return sessionweb.Options{MaxTokenAge: o.MaxTokenAge, Optional: o.Optional, Unauthorized: o.Unauthorized, Unavailable: o.Unavailable}
}

// ENDMANUAL(SessionWeb)
