package b2b

import (
	"context"
	"net/http"

	"github.com/stytchgen/sdk/internal/sessionweb"
	"github.com/stytchgen/sdk/stytch"
)

// MANUAL(Middleware)(METHOD)

// Middleware returns a middleware for net/http that lets only requests with a member's session
// through, which the handler gets with [SessionFrom]. It works as the one of package stytch; the
// cookies are set with [stytch.SetSessionCookies].
func (s *SessionsService) Middleware(opts stytch.MiddlewareOptions) func(http.Handler) http.Handler {
	backend := sessionweb.Backend[*MemberSession]{
		Local: s.verify,
		Remote: func(ctx context.Context, token, jwt string) (sessionweb.Renewal[*MemberSession], error) {
			var req SessionsAuthenticateRequest
			if token != "" {
				req.SessionToken = &token
			} else {
				req.SessionJWT = &jwt
			}
			resp, err := s.Authenticate(ctx, req)
			if err != nil {
				return sessionweb.Renewal[*MemberSession]{}, err
			}
			return sessionweb.Renewal[*MemberSession]{Session: &resp.MemberSession, Token: resp.SessionToken, JWT: resp.SessionJWT}, nil
		},
		LoggedOut: stytch.LoggedOut, RetryAfter: stytch.RetryAfter,
	}
	return sessionweb.Middleware(backend, sessionweb.Options{
		MaxTokenAge: opts.MaxTokenAge, Optional: opts.Optional, Unauthorized: opts.Unauthorized, Unavailable: opts.Unavailable,
	})
}

// ENDMANUAL(Middleware)

// MANUAL(SessionWeb)(FUNCTION)

// SessionFrom returns the session that [SessionsService.Middleware] found for a request, by the
// request's context, and whether there is one.
func SessionFrom(ctx context.Context) (*MemberSession, bool) {
	return sessionweb.From[*MemberSession](ctx)
}

// SessionErrorFrom returns why the middleware found no session, for the handlers of
// [stytch.MiddlewareOptions]; nil when it found one. Behind the middleware of package stytch it is
// that one's error.
func SessionErrorFrom(ctx context.Context) error { return sessionweb.ErrorFrom[*MemberSession](ctx) }

// ENDMANUAL(SessionWeb)
