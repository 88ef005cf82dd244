package b2b

import (
	"context"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/internal/rbac"
	"github.com/stytchgen/sdk/internal/sessionweb"
	"github.com/stytchgen/sdk/internal/share"
	"github.com/stytchgen/sdk/stytch"
)

// MANUAL(Middleware)(METHOD)

// Middleware returns a middleware for net/http that passes only requests with a member's session to the
// handler. The handler gets the session with [SessionFrom]. It works like
// [stytch.SessionsService.Middleware], with a member in place of a user.
func (s *SessionsService) Middleware(opts stytch.MiddlewareOptions) func(http.Handler) http.Handler {
	return s.backend(SessionsAuthenticateRequest{}, nil).Middleware(middlewareOptions(&opts))
}

// middlewareOptions are those of package stytch.
var middlewareOptions = share.Get[interface {
	MiddlewareOptions(*stytch.MiddlewareOptions) sessionweb.Options
}]().MiddlewareOptions

// backend checks sessions with calls that have these options. They send what is in req, in addition to
// the token or JWT.
func (s *SessionsService) backend(req SessionsAuthenticateRequest, opts []stytch.CallOption) sessionweb.Backend[MemberSession] {
	return sessionweb.Backend[MemberSession]{
		Site:  s.client().Site(),
		Local: s.verify,
		Remote: func(ctx context.Context, token, jwt string, maxAge time.Duration) (sessionweb.Renewal[MemberSession], error) {
			req := req
			req.SessionToken, req.SessionJWT = given(token), given(jwt)
			if len(opts) > 0 { // for one caller only
				maxAge = -1
			}
			return sessionweb.Share(ctx, s.client().Renewals(), maxAge, req.writeJSON, (*MemberSession).detached, func(ctx context.Context) (sessionweb.Renewal[MemberSession], error) {
				resp, err := s.Authenticate(ctx, req, opts...)
				if err != nil {
					return sessionweb.Renewal[MemberSession]{}, err
				}
				return sessionweb.Renewal[MemberSession]{Session: &resp.MemberSession, Token: resp.SessionToken, JWT: resp.SessionJWT}, nil
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
		Owner:     func(session *MemberSession) string { return session.MemberID },
		Past:      func(t time.Time) bool { return s.client().Verifier().Past(t) },
		LoggedOut: stytch.LoggedOut, RetryAfter: stytch.RetryAfter,
	}
}

// detached returns a copy of a session that shares nothing with it. It is nil for nil.
func (v *MemberSession) detached() *MemberSession {
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

// MANUAL(LoginAndLogout)(METHOD)

// SetCookies stores the session of a login in the browser, as [stytch.SessionsService.SetCookies] does.
// A login that still needs a second factor has no session yet; for it, SetCookies clears the cookies.
func (s *SessionsService) SetCookies(w http.ResponseWriter, r *http.Request, sessionToken, sessionJWT string, session *MemberSession) {
	var expires time.Time
	if session != nil {
		expires = session.ExpiresAt
	}
	s.client().Site().Set(w, r, sessionToken, sessionJWT, expires)
}

// Logout revokes every session in the request and clears the cookies, as [stytch.SessionsService.Logout]
// does.
func (s *SessionsService) Logout(w http.ResponseWriter, r *http.Request) error {
	return s.backend(SessionsAuthenticateRequest{}, nil).Logout(w, r)
}

// ENDMANUAL(LoginAndLogout)

// MANUAL(SessionWeb)(FUNCTION)

// SessionFrom returns the session that [SessionsService.Middleware] found, from the request's context,
// and whether there is one.
func SessionFrom(ctx context.Context) (*MemberSession, bool) {
	return sessionweb.From[MemberSession](ctx)
}

// ContextWithSession returns a context in which [SessionFrom] finds the session, for tests of handlers,
// and for servers without net/http, such as those of gRPC.
// With a nil session, [SessionErrorFrom] returns [stytch.ErrNoSession].
func ContextWithSession(ctx context.Context, session *MemberSession) context.Context {
	return sessionweb.With(ctx, session)
}

// SessionErrorFrom returns why the middleware found no session, or why the session does not allow the
// request, for the handlers of [stytch.MiddlewareOptions]. It returns nil if the request may pass. It
// also finds the error of the middleware of package stytch.
func SessionErrorFrom(ctx context.Context) error { return sessionweb.ErrorFrom[MemberSession](ctx) }

// ENDMANUAL(SessionWeb)
