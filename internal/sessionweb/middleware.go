package sessionweb

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Options are what a middleware can be told.
type Options struct {
	// MaxTokenAge is how old a JWT may be for a local check to suffice: 0 for as
	// old as it is valid, negative for never.
	MaxTokenAge               time.Duration
	Optional                  bool
	Unauthorized, Unavailable http.Handler
}

// StatusCanceled is the status for a visitor who has gone before the answer. No client
// sees it; it is for the log of the server, which calls it so since nginx did.
const StatusCanceled = 499

// Middleware returns a middleware that lets requests with a session through.
func (b Backend[T]) Middleware(opts Options) func(http.Handler) http.Handler {
	unauthorized, unavailable := opts.Unauthorized, opts.Unavailable
	if unauthorized == nil {
		unauthorized = answer(http.StatusUnauthorized, "Please log in.")
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
			r = r.WithContext(with(r.Context(), session, f))
			switch err := f.err; {
			case err == nil, b.LoggedOut(err) && opts.Optional:
				next.ServeHTTP(w, r)
			case b.LoggedOut(err):
				unauthorized.ServeHTTP(w, r)
			case errors.Is(r.Context().Err(), context.Canceled):
				answer(StatusCanceled, "The request was canceled.").ServeHTTP(w, r)
			default:
				SetRetryAfter(w, b.RetryAfter(err))
				unavailable.ServeHTTP(w, r)
			}
		})
	}
}

// authenticate finds the session of a request, and changes the cookies that have turned
// out to be stale. It reports whether it changed any.
func (b Backend[T]) authenticate(w http.ResponseWriter, r *http.Request, maxAge time.Duration) (session *T, f found, changed bool) {
	shown := b.credentialsOf(r)
	search := finder[T]{Backend: b}
	one, err := search.find(r.Context(), shown, maxAge)
	f = found{err: err, token: one.token, jwt: one.jwt, site: b.Site}
	switch {
	case !shown.cookies || search.foreign && err != nil:
		// A program keeps its credentials itself. Beside a JWT of another project the
		// cookies can be that project's, of a site that shares the domain.
	case err == nil && (one.renewed || search.deadJWT):
		b.renew(w, r, shown, one.token, one.jwt, search.deadJWT && !search.foreign)
		changed = true
	case err != nil && b.LoggedOut(err) && !errors.Is(err, ErrAmbiguousSession): // each was refused
		b.clearShown(w, r, shown)
		changed = true
	}
	return one.session, f, changed
}

// renew gives the browser what a renewal brought beside the tokens that it has. It is
// unknown here whether the login was to outlive the browser, so this does not. Where it
// was, the token outlives it, and brings a JWT again. With everywhere, the JWT takes the
// place of those that other places have: the service has refused one of them, and would
// be asked about it for each request.
func (s *Site) renew(w http.ResponseWriter, r *http.Request, shown credentials, token, jwt string, everywhere bool) {
	if token != "" && !slices.Contains(shown.tokens, token) {
		s.put(w, r, s.TokenName, token, time.Time{}, false)
	}
	s.put(w, r, s.JWTName, jwt, time.Time{}, everywhere)
}

// clearShown clears the cookies of credentials that were all refused.
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

// SetRetryAfter says how long to wait, in whole seconds.
func SetRetryAfter(w http.ResponseWriter, d time.Duration) {
	if d <= 0 {
		return
	}
	seconds := int64(d / time.Second)
	if d%time.Second > 0 {
		seconds++
	}
	w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
}
