package stytch

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/stytchgen/sdk/internal/sessionweb"
	"github.com/stytchgen/sdk/internal/transport"
)

// MANUAL(SessionErrors)(TYPE)

// Why the middleware found no session, apart from what is wrong with the one that is shown. Each is
// matched with errors.Is.
var (
	// ErrNoSession: the request shows none, neither token nor JWT.
	ErrNoSession = sessionweb.ErrNoSession
	// ErrAmbiguousSession: the cookies of the request have sessions of several users, or more than
	// ten tokens and JWTs. A site of the same domain may have added its own; see
	// [SessionsService.Middleware].
	ErrAmbiguousSession = sessionweb.ErrAmbiguousSession
)

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

	// Unauthorized answers a request of a visitor who is not logged in. Nil, the answer is 401 and a
	// line of text.
	Unauthorized http.Handler

	// Unavailable answers a request when it cannot be known who is calling, because the service
	// cannot be reached. Nil, the answer is 503 and a line of text. Retry-After is set before, where
	// the service said it. A visitor who has gone is no reason to call it.
	Unavailable http.Handler
}

// ENDMANUAL(MiddlewareOptions)

// MANUAL(Middleware)(METHOD)

// Middleware returns a middleware for net/http that lets only requests with a session through,
// which the handler gets with [SessionFrom].
//
// It takes the session JWT or token from the header "Authorization: Bearer ..." or else from the
// cookies, which look as [WithSessionCookies] says. A JWT is checked locally; when it has expired,
// the session is renewed through the service, and a fresh JWT is set, in a cookie that ends with the
// browser; that of the token stays as the login set it. While a JWT is fresh there is no call.
// Cookies are cleared when the service or the local check has refused every one of them. No cache
// may keep an answer that sets or clears cookies, whatever the handler says.
//
// A browser can send several cookies of one name. When the service is asked, it is asked about all of
// them, at most ten: what has ended is ignored, and the sessions that live must be of one user.
// Otherwise the request is answered as one without a session, with [ErrAmbiguousSession], and no
// cookie is cleared. So a site of the same domain cannot have a visitor's session renewed as another
// user's by setting cookies of its own. It can give a session to a visitor who has none, and one that
// lasts as long as a fresh JWT to a visitor who has lost theirs; names that begin with __Host-
// prevent that, too.
//
// The answer is 401 only for a caller who is not logged in. When that cannot be known, because the
// service cannot be reached or refuses this client, it is 503. When the visitor has gone meanwhile,
// it is 499, which only the server's log shows.
func (s *SessionsService) Middleware(opts MiddlewareOptions) func(http.Handler) http.Handler {
	return s.backend(nil, nil).Middleware(sessionweb.Options(opts))
}

// backend checks sessions by calls with these options.
func (s *SessionsService) backend(check *AuthorizationCheck, opts []CallOption) sessionweb.Backend[Session] {
	return sessionweb.Backend[Session]{
		Site:  s.client().Site(),
		Local: s.verify,
		Remote: func(ctx context.Context, token, jwt string) (sessionweb.Renewal[Session], error) {
			req := SessionsAuthenticateRequest{SessionToken: given(token), SessionJWT: given(jwt), AuthorizationCheck: check}
			resp, err := s.Authenticate(ctx, req, opts...)
			if err != nil {
				return sessionweb.Renewal[Session]{}, err
			}
			return sessionweb.Renewal[Session]{Session: &resp.Session, Token: resp.SessionToken, JWT: resp.SessionJWT}, nil
		},
		Revoke: func(ctx context.Context, token, jwt string) error {
			_, err := s.Revoke(ctx, SessionsRevokeRequest{SessionToken: given(token), SessionJWT: given(jwt)}, opts...)
			return err
		},
		Owner:     func(session *Session) string { return session.UserID },
		Past:      func(t time.Time) bool { return s.client().Verifier(s.publishedKeys).Past(t) },
		LoggedOut: LoggedOut, RetryAfter: RetryAfter,
	}
}

// given is an optional field: nil when there is no value.
func given(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

// ENDMANUAL(Middleware)

// MANUAL(SessionCookies)(TYPE)

// SessionCookies say how the cookies of a session look, for [WithSessionCookies]. The zero value is
// the default.
type SessionCookies struct {
	// TokenName and JWTName are the names of the cookies of the token and of the JWT, by default
	// stytch_session and stytch_session_jwt. With names such as __Host-session and
	// __Host-session_jwt, browsers refuse cookies that another site of the domain sets. Both names
	// must begin so, or neither; the cookies are then always Secure, which not every browser takes
	// from http://localhost.
	TokenName, JWTName string

	// Domain shares the cookies with every host of a domain: "example.com". By default only the host
	// that sets them gets them.
	Domain string

	// Path limits the cookies to the pages below a path: "/app". The default is "/".
	Path string

	// SameSite says whether browsers send the cookies with requests that other sites cause. The
	// default is [http.SameSiteLaxMode]: only when a visitor follows a link.
	SameSite http.SameSite

	// Secure limits the cookies to TLS. By default they are Secure unless the browser talks to this
	// machine without TLS. True is for a proxy on this machine that hides where requests come from,
	// false for a network of tests without TLS.
	Secure *bool
}

// ENDMANUAL(SessionCookies)

// MANUAL(WithSessionCookies)(FUNCTION)

// WithSessionCookies sets how the cookies of sessions look. [SessionsService.SetCookies], the
// middleware and [SessionsService.Logout] of the client set, read and clear these. What no browser
// would keep is an error of [NewClient].
func WithSessionCookies(cookies SessionCookies) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.SessionCookies = sessionweb.Cookies(cookies) })
}

// ENDMANUAL(WithSessionCookies)

// MANUAL(LoginAndLogout)(METHOD)

// SetCookies gives the browser the session that a login answered, in two cookies that look as
// [WithSessionCookies] says and that no script can read. They live until the session ends; with a
// nil session, until the browser is closed.
//
// For a value that is empty the cookie of before is cleared: a login that brought no session does
// not leave that of somebody else. So is the JWT's when custom claims make it longer than browsers
// keep, 4096 bytes with its name; the middleware then asks the service about every request. Where
// the request shows cookies of the same names, those of the domains above the host are cleared, too,
// unless one has a JWT of another project.
func (s *SessionsService) SetCookies(w http.ResponseWriter, r *http.Request, sessionToken, sessionJWT string, session *Session) {
	var expires time.Time
	if session != nil && session.ExpiresAt != nil {
		expires = *session.ExpiresAt
	}
	s.client().Site().Set(w, r, sessionToken, sessionJWT, expires)
}

// Logout ends every session that the request shows, in its cookies and its Bearer header, and clears
// the cookies: those of the host and, where the request shows any, those of the domains above it.
// Cookies of other paths stay, but their sessions have ended.
//
// The cookies are cleared whatever the error is, which says that a session may live on. That a
// session had ended before is no error. A visitor who goes away meanwhile does not stop it.
func (s *SessionsService) Logout(w http.ResponseWriter, r *http.Request) error {
	return s.backend(nil, nil).Logout(w, r)
}

// ENDMANUAL(LoginAndLogout)

// MANUAL(SessionWeb)(FUNCTION)

// SessionFrom returns the session that [SessionsService.Middleware] found for a request, by the
// request's context, and whether there is one.
func SessionFrom(ctx context.Context) (*Session, bool) { return sessionweb.From[Session](ctx) }

// ContextWithSession returns a context in which [SessionFrom] finds a session, as behind the
// middleware. It is for tests of handlers. With nil there is no session, and [SessionErrorFrom]
// returns [ErrNoSession].
func ContextWithSession(ctx context.Context, session *Session) context.Context {
	return sessionweb.With(ctx, session)
}

// SessionErrorFrom returns why the middleware found no session, for the handlers of
// [MiddlewareOptions]; nil when it found one. Behind the middleware of package b2b it is that one's
// error.
func SessionErrorFrom(ctx context.Context) error { return sessionweb.ErrorFrom[Session](ctx) }

// SessionJWTFrom returns the session JWT of a request, or "", for calls that take one. Behind the
// middleware it is that of the session that was let in, whatever the request showed. Elsewhere it is
// what the request shows, unchecked: in the Bearer header, or in the last of the cookies with the
// default name.
func SessionJWTFrom(r *http.Request) string { return sessionweb.JWTFrom(r) }

// SessionTokenFrom returns the session token of a request, or "". Behind the middleware it is that
// of the session that was let in, where the service was asked about it. Where a JWT sufficed it is
// the token that the request shows beside it, unchecked, or "" when it shows several or none:
// [SessionJWTFrom] is the surer one. Elsewhere it is what the request shows, unchecked: in the
// Bearer header, or in the last of the cookies with the default name.
func SessionTokenFrom(r *http.Request) string { return sessionweb.TokenFrom(r) }

// ClearSessionCookies takes the session's cookies from the browser, as [SessionsService.Logout]
// does, but ends no session. Behind the middleware it clears the cookies of the middleware's client,
// elsewhere those with the default names.
func ClearSessionCookies(w http.ResponseWriter, r *http.Request) { sessionweb.Clear(w, r) }

// LoggedOut reports whether an error of a session check says that nobody is logged in: the session
// has ended, or what was shown is no session. Errors that leave it open, such as an outage, an
// issuer that is not known, wrong credentials of the client itself or a request that is wrong
// otherwise, are not of this kind.
func LoggedOut(err error) bool {
	var invalid *ValidationError
	if errors.As(err, &invalid) {
		return len(invalid.Violations) > 0 && !slices.ContainsFunc(invalid.Violations, func(v Violation) bool {
			neither := v.Field == "" && checksSession(invalid.id) // its one rule over several fields
			return v.Field != "session_token" && v.Field != "session_jwt" && !neither
		})
	}
	for _, reason := range []error{
		ErrNoSession, ErrAmbiguousSession, ErrSessionNotFound, ErrInvalidSessionToken, ErrUnableToParseSessionJWT, ErrJWTInvalidClaims,
		ErrJWTMalformed, ErrJWTAlgorithm, ErrJWTSignature, ErrJWTMissingClaim, ErrJWTAudience, ErrJWTOfMember, ErrJWTExpired,
		ErrJWTUnknownKey,
	} {
		if errors.Is(err, reason) {
			return true
		}
	}
	// Whose session it was is gone. Of any other call it is somebody whom the request names.
	var answer *Error
	if !errors.As(err, &answer) || !checksSession(answer.id) {
		return false
	}
	return answer.Type == ErrUserNotFound || answer.Type == ErrMemberNotFound || answer.Type == ErrOrganizationNotFound
}

// sessionsService is the service that looks after sessions, in both APIs.
const sessionsService = "sessions"

// checksSession reports whether a call checks the session that it is given.
func checksSession(call transport.CallID) bool {
	return call.Service == sessionsService && call.Name == "authenticate"
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

// ENDMANUAL(SessionWeb)
