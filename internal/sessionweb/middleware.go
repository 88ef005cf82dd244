package sessionweb

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/stytchgen/sdk/internal/rbac"
)

// Options configures a middleware.
type Options struct {
	// MaxTokenAge is the greatest age of a JWT that is checked locally. With 0 every
	// valid JWT is; with a negative age the service is always asked.
	MaxTokenAge time.Duration
	Optional    bool
	// Organization returns the id of the organization that a request is about. Nil means that of the
	// session.
	Organization func(*http.Request) string
	// Check returns what the session must allow, without the organization; nil for nothing. A nil Check
	// means nothing, too.
	Check func(*http.Request) *rbac.Check

	Unauthorized, Forbidden, Unavailable http.Handler
}

// demand is what a request asks of a session.
type demand struct {
	organization *string
	check        *rbac.Check
}

// demandOf returns what a request asks, and whether it asks anything.
func (o *Options) demandOf(r *http.Request) (d demand, any bool) {
	if o.Organization != nil {
		d.organization = new(o.Organization(r))
	}
	if o.Check != nil {
		d.check = o.Check(r)
	}
	return d, d != demand{}
}

// StatusCanceled is the status of a request that the visitor canceled. No client sees
// it. It is for the server's log; nginx uses the same number.
const StatusCanceled = 499

// Middleware returns a middleware that passes on requests with a session.
func (b Backend[T]) Middleware(opts Options) func(http.Handler) http.Handler {
	unauthorized, forbidden, unavailable := opts.Unauthorized, opts.Forbidden, opts.Unavailable
	if unauthorized == nil {
		unauthorized = answer(http.StatusUnauthorized, "Please log in.")
	}
	if forbidden == nil {
		forbidden = answer(http.StatusForbidden, "You are not allowed to do that.")
	}
	if unavailable == nil {
		unavailable = answer(http.StatusServiceUnavailable, "We cannot check your login at the moment. Please try again shortly.")
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			session, f, changed := b.authenticate(w, r, opts.MaxTokenAge)
			if changed {
				var done func()
				w, done = uncached(w)
				defer done()
			}
			demand, demanding := opts.demandOf(r)
			if f.err == nil && demanding {
				err := b.allowRequest(r.Context(), candidate[T]{session: session, token: f.token, jwt: f.jwt}, demand)
				if b.LoggedOut(err) { // the service was asked, and the session has ended
					session, f.err = nil, err
				} else {
					f.denied = err
				}
			}
			r = r.WithContext(with(r.Context(), session, f))
			switch err := cmp.Or(f.err, f.denied); {
			case err == nil, b.LoggedOut(err) && opts.Optional && !demanding:
				next.ServeHTTP(w, r)
			case b.LoggedOut(err):
				unauthorized.ServeHTTP(w, r)
			case errors.Is(err, rbac.ErrNotAllowed):
				forbidden.ServeHTTP(w, r)
			case errors.Is(r.Context().Err(), context.Canceled):
				answer(StatusCanceled, "The request was canceled.").ServeHTTP(w, r)
			default:
				SetRetryAfter(w, b.RetryAfter(err))
				unavailable.ServeHTTP(w, r)
			}
		})
	}
}

// authenticate finds the session of a request, and replaces or clears stale cookies. It
// reports whether it changed any.
func (b Backend[T]) authenticate(w http.ResponseWriter, r *http.Request, maxAge time.Duration) (session *T, f found, changed bool) {
	shown := b.credentialsOf(r)
	search := finder[T]{Backend: b, maxAge: maxAge}
	one, err := search.find(r.Context(), shown)
	f = found{err: err, token: one.token, jwt: one.jwt, site: b.Site, allow: func(ctx context.Context, check rbac.Check) error {
		return b.allow(ctx, one, check)
	}}
	switch {
	case !shown.cookies || search.foreign && err != nil:
		// A program manages its credentials itself. Next to a JWT for another project,
		// the cookies may belong to another site on the same domain.
	case err == nil && (one.renewed || search.deadJWT):
		b.renew(w, r, shown, one.token, one.jwt, search.deadJWT && !search.foreign)
		changed = true
	case err != nil && b.LoggedOut(err) && !errors.Is(err, ErrAmbiguousSession): // all were refused
		b.clearShown(w, r, shown)
		changed = true
	}
	return one.session, f, changed
}

// renew sets the cookie of a renewed JWT, as a session cookie of the browser. It is not
// known here whether the login is meant to outlast the browser. If it is, the token
// cookie remains and brings a new JWT later. With everywhere, the cookie replaces those
// on other domains: the service refused one of them, and would be asked again for
// every request.
func (s *Site) renew(w http.ResponseWriter, r *http.Request, shown credentials, token, jwt string, everywhere bool) {
	if token != "" && !slices.Contains(shown.tokens, token) {
		s.put(w, r, s.TokenName, token, time.Time{}, false)
	}
	s.put(w, r, s.JWTName, jwt, time.Time{}, everywhere)
}

// clearShown clears the cookies of a request whose credentials were all refused.
func (s *Site) clearShown(w http.ResponseWriter, r *http.Request, shown credentials) {
	if len(shown.tokens) > 0 {
		s.put(w, r, s.TokenName, "", past, true)
	}
	if len(shown.jwts) > 0 {
		s.put(w, r, s.JWTName, "", past, true)
	}
}

func answer(status int, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		http.Error(w, text, status)
	})
}

// SetRetryAfter sets the header Retry-After, in whole seconds.
func SetRetryAfter(w http.ResponseWriter, d time.Duration) {
	if seconds := Seconds(d); seconds > 0 {
		w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
	}
}

// Seconds returns a wait in whole seconds, rounded up.
func Seconds(d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64((d-1)/time.Second) + 1
}
