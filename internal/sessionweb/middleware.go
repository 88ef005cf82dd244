// Package sessionweb puts sessions behind the handlers of a web server: it
// finds the credentials of a request, has them checked, and keeps the cookies
// fresh.
package sessionweb

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/stytchgen/sdk/internal/sessionjwt"
)

// Renewal is a session that the service has just authenticated.
type Renewal[S any] struct {
	Session S
	Token   string
	JWT     string
}

// Backend checks credentials.
type Backend[S any] struct {
	// Local checks a JWT without a call, and says how long ago it was issued.
	Local func(ctx context.Context, jwt string) (S, time.Duration, error)
	// Remote has the service authenticate a token or a JWT, of which one is given.
	Remote func(ctx context.Context, token, jwt string) (Renewal[S], error)
	// LoggedOut reports whether an error says that nobody is logged in, rather
	// than that nobody can know.
	LoggedOut func(error) bool
	// RetryAfter is how long an error asks to wait.
	RetryAfter func(error) time.Duration
}

// ErrNoSession says that a request has neither token nor JWT.
var ErrNoSession = errors.New("stytch: the request has no session")

// Options are what a middleware can be told.
type Options struct {
	// MaxTokenAge is how old a JWT may be for a local check to suffice: 0 for as
	// old as it is valid, negative for never.
	MaxTokenAge               time.Duration
	Optional                  bool
	Unauthorized, Unavailable http.Handler
}

// key is the key of what one package's middleware found in a context, and anyKey
// that of what either's found.
type (
	key[S any] struct{}
	anyKey     struct{}
)

// found is what a middleware found, whoever's sessions it looks for.
type found struct {
	err   error  // why there is no session
	token string // of the session, where the request or the service told it
}

type result[S any] struct {
	session S
	found
}

// From returns the session that the middleware found, and whether it found one.
func From[S any](ctx context.Context) (S, bool) {
	r, ok := ctx.Value(key[S]{}).(result[S])
	return r.session, ok && r.err == nil
}

// ErrorFrom returns why the middleware found no session, or nil. Where only the
// other package's middleware was asked, it is that one's error.
func ErrorFrom[S any](ctx context.Context) error {
	if r, ok := ctx.Value(key[S]{}).(result[S]); ok {
		return r.err
	}
	other, _ := ctx.Value(anyKey{}).(found)
	return other.err
}

// TokenFrom returns the session token of a request, or "": behind a middleware
// that of the session that was let in, and elsewhere the first cookie's.
func TokenFrom(r *http.Request) string {
	if f, ok := r.Context().Value(anyKey{}).(found); ok && f.err == nil {
		return f.token
	}
	cookie, err := r.Cookie(TokenCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// Middleware returns a middleware that lets requests with a session through.
func Middleware[S any](b Backend[S], opts Options) func(http.Handler) http.Handler {
	unauthorized, unavailable := opts.Unauthorized, opts.Unavailable
	if unauthorized == nil {
		unauthorized = answer(http.StatusUnauthorized, "Please log in.")
	}
	if unavailable == nil {
		unavailable = answer(http.StatusServiceUnavailable, "We cannot check your login at the moment. Please try again shortly.")
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			credentials := credentialsOf(r)
			session, token, err := b.authenticate(w, r, credentials, opts.MaxTokenAge)
			f := found{err, token}
			ctx := context.WithValue(r.Context(), anyKey{}, f)
			r = r.WithContext(context.WithValue(ctx, key[S]{}, result[S]{session, f}))
			switch {
			case err == nil:
				next.ServeHTTP(w, r)
			case !b.LoggedOut(err):
				SetRetryAfter(w, b.RetryAfter(err))
				unavailable.ServeHTTP(w, r)
			default:
				if credentials.cookies {
					ClearCookies(w, r)
				}
				if opts.Optional {
					next.ServeHTTP(w, r)
					return
				}
				unauthorized.ServeHTTP(w, r)
			}
		})
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

// maxAsked is how many credentials of one request the service is asked about.
const maxAsked = 3

// authenticate checks the credentials of a request, and sets fresh cookies
// where the service was asked about those of before. It returns the session with
// its token. It fails with the error of the first that is not good.
func (b Backend[S]) authenticate(w http.ResponseWriter, r *http.Request, c credentials, maxAge time.Duration) (S, string, error) {
	var none S
	var first error
	var ask []credential // what the service may know better about
	for _, jwt := range c.jwts {
		if maxAge >= 0 {
			session, age, err := b.Local(r.Context(), jwt)
			if sessionjwt.Settled(err, age, maxAge) {
				if err == nil {
					return session, c.firstToken(), nil // which one is the JWT's only the service knows
				}
				first = cmp.Or(first, err)
				continue
			}
		}
		ask = append(ask, credential{jwt: jwt})
	}
	if len(c.tokens) > 0 {
		ask = nil
	}
	for _, token := range c.tokens {
		ask = append(ask, credential{token: token})
	}
	for _, one := range ask[:min(len(ask), maxAsked)] {
		renewal, err := b.Remote(r.Context(), one.token, one.jwt)
		switch {
		case err == nil:
			if c.cookies {
				renewCookies(w, r, c.tokens, renewal.Token, renewal.JWT)
				w.Header().Set("Cache-Control", "no-store")
			}
			return renewal.Session, cmp.Or(renewal.Token, one.token), nil
		case !b.LoggedOut(err):
			return none, "", err
		}
		first = cmp.Or(first, err)
	}
	return none, "", cmp.Or(first, ErrNoSession)
}

// credential is a token or a JWT.
type credential struct{ token, jwt string }

// credentials are what a request shows. A browser can hold several cookies of a
// name, of other paths and domains, of which an old one may come first.
type credentials struct {
	tokens, jwts []string
	cookies      bool // they came as cookies
}

// firstToken is the one of several that an application sees, or "".
func (c credentials) firstToken() string {
	if len(c.tokens) == 0 {
		return ""
	}
	return c.tokens[0]
}

// maxCredential is how long a token or JWT may be.
const maxCredential = 16 << 10

// credentialsOf returns the credentials of a request: those of a Bearer header,
// and without one those of the cookies.
func credentialsOf(r *http.Request) credentials {
	var c credentials
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		value = strings.TrimSpace(value)
		switch {
		case value == "" || len(value) > maxCredential:
		case strings.Count(value, ".") == 2:
			c.jwts = []string{value}
		default:
			c.tokens = []string{value}
		}
		return c
	}
	c.jwts, c.tokens = cookieValues(r, JWTCookie), cookieValues(r, TokenCookie)
	c.cookies = len(c.jwts) > 0 || len(c.tokens) > 0
	return c
}

func cookieValues(r *http.Request, name string) []string {
	var values []string
	for _, cookie := range r.CookiesNamed(name) {
		if cookie.Value != "" && len(cookie.Value) <= maxCredential {
			values = append(values, cookie.Value)
		}
	}
	return values
}
