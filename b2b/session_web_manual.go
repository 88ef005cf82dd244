package b2b

import (
	"context"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/internal/sessionweb"
	"github.com/stytchgen/sdk/stytch"
)

// MANUAL(Middleware)(METHOD)

// Middleware returns a middleware for net/http that lets only requests with a member's session
// through, which the handler gets with [SessionFrom]. It works as [stytch.SessionsService.Middleware];
// where that speaks of one user, it is one member here.
func (s *SessionsService) Middleware(opts stytch.MiddlewareOptions) func(http.Handler) http.Handler {
	return s.backend(nil, nil).Middleware(sessionweb.Options(opts))
}

// backend checks sessions by calls with these options.
func (s *SessionsService) backend(check *AuthorizationCheck, opts []stytch.CallOption) sessionweb.Backend[MemberSession] {
	return sessionweb.Backend[MemberSession]{
		Site:  s.client().Site(),
		Local: s.verify,
		Remote: func(ctx context.Context, token, jwt string) (sessionweb.Renewal[MemberSession], error) {
			req := SessionsAuthenticateRequest{SessionToken: given(token), SessionJWT: given(jwt), AuthorizationCheck: check}
			resp, err := s.Authenticate(ctx, req, opts...)
			if err != nil {
				return sessionweb.Renewal[MemberSession]{}, err
			}
			return sessionweb.Renewal[MemberSession]{Session: &resp.MemberSession, Token: resp.SessionToken, JWT: resp.SessionJWT}, nil
		},
		Revoke: func(ctx context.Context, token, jwt string) error {
			_, err := s.Revoke(ctx, SessionsRevokeRequest{SessionToken: given(token), SessionJWT: given(jwt)}, opts...)
			return err
		},
		Owner:     func(session *MemberSession) string { return session.MemberID },
		Past:      func(t time.Time) bool { return s.client().Verifier(s.publishedKeys).Past(t) },
		LoggedOut: stytch.LoggedOut, RetryAfter: stytch.RetryAfter,
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

// MANUAL(LoginAndLogout)(METHOD)

// SetCookies gives the browser the session that a login answered, as
// [stytch.SessionsService.SetCookies] does. Of a login that still needs a second factor, which
// brought no session, it clears the cookies.
func (s *SessionsService) SetCookies(w http.ResponseWriter, r *http.Request, sessionToken, sessionJWT string, session *MemberSession) {
	var expires time.Time
	if session != nil {
		expires = session.ExpiresAt
	}
	s.client().Site().Set(w, r, sessionToken, sessionJWT, expires)
}

// Logout ends every session that the request shows, and clears the cookies, as
// [stytch.SessionsService.Logout] does.
func (s *SessionsService) Logout(w http.ResponseWriter, r *http.Request) error {
	return s.backend(nil, nil).Logout(w, r)
}

// ENDMANUAL(LoginAndLogout)

// MANUAL(SessionWeb)(FUNCTION)

// SessionFrom returns the session that [SessionsService.Middleware] found for a request, by the
// request's context, and whether there is one.
func SessionFrom(ctx context.Context) (*MemberSession, bool) {
	return sessionweb.From[MemberSession](ctx)
}

// ContextWithSession returns a context in which [SessionFrom] finds a session, as behind the
// middleware. It is for tests of handlers. With nil there is no session, and [SessionErrorFrom]
// returns [stytch.ErrNoSession].
func ContextWithSession(ctx context.Context, session *MemberSession) context.Context {
	return sessionweb.With(ctx, session)
}

// SessionErrorFrom returns why the middleware found no session, for the handlers of
// [stytch.MiddlewareOptions]; nil when it found one. Behind the middleware of package stytch it is
// that one's error.
func SessionErrorFrom(ctx context.Context) error { return sessionweb.ErrorFrom[MemberSession](ctx) }

// ENDMANUAL(SessionWeb)
