package sessionweb

import (
	"cmp"
	"context"
	"net/http"

	"github.com/stytchgen/sdk/internal/rbac"
)

// key is the context key for what the middleware of one package found. anyKey is
// the key for what either middleware found.
type (
	key[T any] struct{}
	anyKey     struct{}
)

// found is what a middleware found, for users or for members.
type found struct {
	err        error  // why there is no session
	token, jwt string // of the session, where they are known
	site       *Site  // nil if a test made it
	denied     error  // why the session does not allow the request
	// allow checks a permission of the session; nil if a test made it.
	allow func(context.Context, rbac.Check) error
}

type result[T any] struct {
	session *T
	found
}

// With returns a context with a session, or, if session is nil, with none.
func With[T any](ctx context.Context, session *T) context.Context {
	var f found
	if session == nil {
		f.err = ErrNoSession
	}
	return with(ctx, session, f)
}

func with[T any](ctx context.Context, session *T, f found) context.Context {
	return context.WithValue(context.WithValue(ctx, anyKey{}, f), key[T]{}, result[T]{session, f})
}

// From returns the session that the middleware found, and whether it found one.
func From[T any](ctx context.Context) (*T, bool) {
	r, ok := ctx.Value(key[T]{}).(result[T])
	return r.session, ok && r.err == nil
}

// ErrorFrom returns why the middleware found no session, or why the session does not
// allow the request, or nil. If only the other package's middleware ran, it returns that
// one's error.
func ErrorFrom[T any](ctx context.Context) error {
	if r, ok := ctx.Value(key[T]{}).(result[T]); ok {
		return cmp.Or(r.err, r.denied)
	}
	other, _ := ctx.Value(anyKey{}).(found)
	return cmp.Or(other.err, other.denied)
}

// TokenFrom returns the session token of a request, or "". Behind a middleware it is
// the token that was validated; elsewhere it is what the request has.
func TokenFrom(r *http.Request) string {
	if f := foundFor(r); f.err == nil && f.site != nil {
		return f.token
	}
	return first(siteOf(r).credentialsOf(r).tokens)
}

// JWTFrom returns the session JWT of a request as [TokenFrom] does the token.
func JWTFrom(r *http.Request) string {
	if f := foundFor(r); f.err == nil && f.site != nil {
		return f.jwt
	}
	return first(siteOf(r).credentialsOf(r).jwts)
}

// Clear clears the session cookies. Behind a middleware these are the cookies that
// the client is configured for; elsewhere they are the default ones.
func Clear(w http.ResponseWriter, r *http.Request) { siteOf(r).Clear(w, r) }

func foundFor(r *http.Request) found {
	f, _ := r.Context().Value(anyKey{}).(found)
	return f
}

func siteOf(r *http.Request) *Site {
	if f := foundFor(r); f.site != nil {
		return f.site
	}
	return defaultSite
}
