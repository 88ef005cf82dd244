package stytch

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/stytchgen/sdk/internal/rbac"
	"github.com/stytchgen/sdk/internal/sessionweb"
	"github.com/stytchgen/sdk/internal/transport"
)

// MANUAL(SessionErrors)(TYPE)

// Reasons why the middleware found no session, in addition to those of a rejected JWT or token. Match
// each with errors.Is.
var (
	// ErrNoSession: the request has neither a token nor a JWT.
	ErrNoSession = sessionweb.ErrNoSession
	// ErrAmbiguousSession: the cookies of the request have sessions of several users, or more than ten
	// tokens and JWTs. Another site of the same domain may have set some; see
	// [SessionsService.Middleware].
	ErrAmbiguousSession = sessionweb.ErrAmbiguousSession
)

// ENDMANUAL(SessionErrors)

// MANUAL(MiddlewareOptions)(TYPE)

// MiddlewareOptions configure a session middleware. The zero value is ready to use.
type MiddlewareOptions struct {
	// MaxTokenAge is the highest age of a JWT that is only checked locally; see
	// [AuthenticateJWTRequest]. 0 accepts a JWT for its whole life of five minutes; a negative value
	// always asks the service.
	MaxTokenAge time.Duration

	// Optional also passes requests without a session to the handler. SessionFrom tells the handler
	// whether there is one.
	Optional bool

	// Check returns what the session must allow for a request, or nil if a session is enough. [FixedCheck]
	// returns one that is the same for all requests. A request with a check never passes without a
	// session, even with Optional. A nil Check asks nothing.
	//
	// The roles of the session decide, as in [Allowed].
	Check func(*http.Request) *AuthorizationCheck

	// Organization is for package b2b. It returns the id of the organization that a request is about,
	// such as a part of its path. The member must belong to it. An empty id or a slug is refused. If
	// Organization is nil, a request is about the member's own organization.
	Organization func(*http.Request) string

	// Unauthorized answers the request of a visitor who is not logged in. If nil, the answer is 401 with
	// a line of text.
	Unauthorized http.Handler

	// Forbidden answers the request of a visitor who is logged in, with a session that does not allow the
	// request. If nil, the answer is 403 with a line of text.
	Forbidden http.Handler

	// Unavailable answers a request when the session or the permission cannot be checked, because the
	// service cannot be reached. If nil, the answer is 503 with a line of text. A Retry-After of the service is already
	// set. It is not called for a visitor who has left.
	Unavailable http.Handler
}

// middlewareOptions returns the options for package sessionweb.
func middlewareOptions(opts *MiddlewareOptions) sessionweb.Options {
	internal := sessionweb.Options{
		MaxTokenAge: opts.MaxTokenAge, Optional: opts.Optional, Organization: opts.Organization,
		Unauthorized: opts.Unauthorized, Forbidden: opts.Forbidden, Unavailable: opts.Unavailable,
	}
	if opts.Check != nil {
		internal.Check = func(r *http.Request) *rbac.Check { return opts.Check(r).local() }
	}
	return internal
}

// MiddlewareOptions is for package b2b, which has the same options.
func (shared) MiddlewareOptions(opts *MiddlewareOptions) sessionweb.Options {
	return middlewareOptions(opts)
}

// ENDMANUAL(MiddlewareOptions)

// MANUAL(Middleware)(METHOD)

// Middleware returns a middleware for net/http that passes only requests with a session to the handler.
// The handler gets the session with [SessionFrom].
//
// It takes the session JWT or token from the header "Authorization: Bearer ...", or else from the
// cookies of [WithSessionCookies]. A valid JWT is checked locally, without a call. If it has expired,
// the middleware renews the session through the service and sets a cookie with the new JWT. That cookie
// ends with the browser; the cookie of the token stays as the login set it.
//
// The cookies are cleared if the service or the local check has rejected all of them. An answer that
// sets or clears cookies is marked as not cacheable, even if the handler sets other cache headers.
//
// A browser can send several cookies with one name. If the service is asked, it is asked about all of
// them, at most ten. Ended sessions are ignored, and all live ones must belong to one user. Otherwise
// the request has no session, the error is [ErrAmbiguousSession], and no cookie is cleared.
//
// So another site of the same domain cannot set cookies that turn a visitor's session into another
// user's. It can still give a session of its own to a visitor without one. It can also give one to a
// visitor whose session has ended, until the new JWT expires. Cookie names that begin with __Host-
// prevent both.
//
// The answer is 401 only for a visitor who is not logged in. It is 403 for one whose session does not
// allow the request. It is 503 if the service cannot be reached or rejects this client. It is 499 if the visitor has left, which only the server's log shows.
func (s *SessionsService) Middleware(opts MiddlewareOptions) func(http.Handler) http.Handler {
	return s.backend(SessionsAuthenticateRequest{}, nil).Middleware(middlewareOptions(&opts))
}

// backend checks sessions with calls that have these options. They send what is in req, in addition to
// the token or JWT.
func (s *SessionsService) backend(req SessionsAuthenticateRequest, opts []CallOption) sessionweb.Backend[Session] {
	return sessionweb.Backend[Session]{
		Site:  s.client().Site(),
		Local: s.verify,
		Remote: func(ctx context.Context, token, jwt string, maxAge time.Duration) (sessionweb.Renewal[Session], error) {
			req := req
			req.SessionToken, req.SessionJWT = given(token), given(jwt)
			if len(opts) > 0 { // for one caller only
				maxAge = -1
			}
			return sessionweb.Share(ctx, s.client().Renewals(), maxAge, req.writeJSON, (*Session).detached, func(ctx context.Context) (sessionweb.Renewal[Session], error) {
				resp, err := s.Authenticate(ctx, req, opts...)
				if err != nil {
					return sessionweb.Renewal[Session]{}, err
				}
				return sessionweb.Renewal[Session]{Session: &resp.Session, Token: resp.SessionToken, JWT: resp.SessionJWT}, nil
			})
		},
		Revoke: func(ctx context.Context, token, jwt string) error {
			_, err := s.Revoke(ctx, SessionsRevokeRequest{SessionToken: given(token), SessionJWT: given(jwt)}, opts...)
			return err
		},
		Subject:  subjectOf,
		Policies: s.client().Policies,
		Ask: func(ctx context.Context, token, jwt string, check rbac.Check) error {
			_, err := s.Authenticate(ctx, SessionsAuthenticateRequest{SessionToken: given(token), SessionJWT: given(jwt), AuthorizationCheck: checkOf(check)}, opts...)
			return err
		},
		Owner:     func(session *Session) string { return session.UserID },
		Past:      func(t time.Time) bool { return s.client().Verifier().Past(t) },
		LoggedOut: LoggedOut, RetryAfter: RetryAfter,
	}
}

// detached returns a copy of a session that shares nothing with it. It is nil for nil.
func (v *Session) detached() *Session {
	if v == nil {
		return nil
	}
	c := new(*v)
	c.detach()
	return c
}

// given returns a pointer to an optional value, or nil if it is empty.
func given(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

// ENDMANUAL(Middleware)

// MANUAL(SessionCookies)(TYPE)

// SessionCookies configure the cookies of a session, for [WithSessionCookies]. The zero value is the
// default.
type SessionCookies struct {
	// TokenName and JWTName are the names of the cookies with the token and the JWT. The defaults are
	// stytch_session and stytch_session_jwt.
	//
	// With names such as __Host-session and __Host-session_jwt, browsers reject cookies from other sites
	// of the domain. Either both names begin with __Host- or neither. The cookies are then always
	// Secure, which not every browser accepts from http://localhost.
	TokenName, JWTName string

	// Domain shares the cookies with all hosts of a domain: "example.com". By default, only the host
	// that sets the cookies receives them.
	Domain string

	// Path limits the cookies to the pages below a path: "/app". The default is "/".
	Path string

	// SameSite controls whether browsers send the cookies with requests from other sites. The default is
	// [http.SameSiteLaxMode]: only when a visitor follows a link.
	SameSite http.SameSite

	// Secure limits the cookies to TLS. By default they are Secure, unless the browser talks to this
	// machine without TLS. Set true behind a proxy on this machine that hides the origin of requests.
	// Set false for a test network without TLS.
	Secure *bool
}

// ENDMANUAL(SessionCookies)

// MANUAL(WithSessionCookies)(FUNCTION)

// WithSessionCookies configures the session cookies that [SessionsService.SetCookies], the middleware
// and [SessionsService.Logout] set, read and clear. [NewClient] returns an error for settings that
// browsers would reject.
func WithSessionCookies(cookies SessionCookies) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.SessionCookies = sessionweb.Cookies(cookies) })
}

// ENDMANUAL(WithSessionCookies)

// MANUAL(LoginAndLogout)(METHOD)

// SetCookies stores the session of a login in the browser, in the two cookies of [WithSessionCookies].
// Scripts cannot read them. They last until the session ends; with a nil session, until the browser is
// closed.
//
// An empty value clears its cookie, so that a login without a session does not keep the previous
// visitor's. The JWT's cookie is also cleared if custom claims make it too long for browsers: more than
// 4096 bytes, including its name. The middleware then asks the service about every request.
//
// If the request has cookies with these names, those of parent domains are cleared too, unless one has a
// JWT of another project.
func (s *SessionsService) SetCookies(w http.ResponseWriter, r *http.Request, sessionToken, sessionJWT string, session *Session) {
	var expires time.Time
	if session != nil && session.ExpiresAt != nil {
		expires = *session.ExpiresAt
	}
	s.client().Site().Set(w, r, sessionToken, sessionJWT, expires)
}

// Logout revokes every session in the request's cookies and Bearer header, and clears the cookies. If
// the request has any, it also clears the cookies of parent domains. Cookies of other paths stay, but
// their sessions have ended.
//
// The cookies are always cleared. An error means that a session may still be valid; a session that had
// already ended is not an error. Logout continues even if the visitor disconnects.
func (s *SessionsService) Logout(w http.ResponseWriter, r *http.Request) error {
	return s.backend(SessionsAuthenticateRequest{}, nil).Logout(w, r)
}

// ENDMANUAL(LoginAndLogout)

// MANUAL(SessionWeb)(FUNCTION)

// SessionFrom returns the session that [SessionsService.Middleware] found, from the request's context,
// and whether there is one.
func SessionFrom(ctx context.Context) (*Session, bool) { return sessionweb.From[Session](ctx) }

// ContextWithSession returns a context in which [SessionFrom] finds the session, for tests of handlers,
// and for servers without net/http, such as those of gRPC.
// With a nil session, [SessionErrorFrom] returns [ErrNoSession].
func ContextWithSession(ctx context.Context, session *Session) context.Context {
	return sessionweb.With(ctx, session)
}

// SessionErrorFrom returns why the middleware found no session, or why the session does not allow the
// request, for the handlers of [MiddlewareOptions]. It returns nil if the request may pass. It also finds
// the error of the middleware of package b2b.
func SessionErrorFrom(ctx context.Context) error { return sessionweb.ErrorFrom[Session](ctx) }

// SessionJWTFrom returns the session JWT of a request, or "", for calls that take one. Behind the
// middleware it is always the JWT of the validated session. Elsewhere it is not validated: it comes from
// the Bearer header, or from the last cookie with the default name.
func SessionJWTFrom(r *http.Request) string { return sessionweb.JWTFrom(r) }

// SessionTokenFrom returns the session token of a request, or "". Prefer [SessionJWTFrom].
//
// Behind the middleware, it is the token of the validated session if the service was asked about it. If
// a JWT was enough, it is the only token in the request, not validated, or "" if there are several or
// none. Elsewhere it is not validated either: it comes from the Bearer header, or from the last cookie
// with the default name.
func SessionTokenFrom(r *http.Request) string { return sessionweb.TokenFrom(r) }

// ClearSessionCookies clears the session cookies as [SessionsService.Logout] does, but revokes no
// session. Behind the middleware it clears the cookies of the middleware's client, elsewhere those with
// the default names.
func ClearSessionCookies(w http.ResponseWriter, r *http.Request) { sessionweb.Clear(w, r) }

// LoggedOut reports whether an error of a session check means that the visitor is not logged in: the
// session has ended, or the token or JWT is not valid. It returns false for errors that do not settle
// that: an outage, an unknown issuer, wrong credentials of the client, or another mistake in the
// request.
func LoggedOut(err error) bool {
	var invalid *ValidationError
	if errors.As(err, &invalid) {
		return len(invalid.Violations) > 0 && !slices.ContainsFunc(invalid.Violations, func(v Violation) bool {
			neither := v.Field == "" && checksSession(invalid.id) // the only rule of the call about several fields
			return v.Field != "session_token" && v.Field != "session_jwt" && !neither
		})
	}
	for _, reason := range []error{
		ErrNoSession, ErrAmbiguousSession, ErrSessionNotFound, ErrInvalidSessionToken, ErrUnableToParseSessionJWT, ErrJWTInvalidClaims,
		ErrJWTMalformed, ErrJWTAlgorithm, ErrJWTSignature, ErrJWTMissingClaim, ErrJWTAudience, ErrJWTOfMember, ErrJWTNotAccessToken, ErrJWTExpired,
		ErrJWTUnknownKey,
	} {
		if errors.Is(err, reason) {
			return true
		}
	}
	// The session's user, member or organization has been deleted. In other calls, these errors are
	// about one that the request names.
	var answer *Error
	if !errors.As(err, &answer) || !checksSession(answer.id) {
		return false
	}
	return answer.Type == ErrUserNotFound || answer.Type == ErrMemberNotFound || answer.Type == ErrOrganizationNotFound
}

// sessionsService is the service with the session calls, in both APIs.
const sessionsService = "sessions"

// checksSession reports whether a call validates the session in its request.
func checksSession(call transport.CallID) bool {
	return call.Service == sessionsService && call.Name == "authenticate"
}

// RetryAfter returns how long an error asks to wait, 0 if it does not ask.
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
