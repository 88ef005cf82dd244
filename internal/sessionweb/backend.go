// Package sessionweb puts sessions behind the handlers of a web server: it
// finds the credentials of a request, has them checked, and keeps the cookies
// fresh.
package sessionweb

import (
	"context"
	"errors"
	"time"
)

// Renewal is a session that the service has just authenticated.
type Renewal[T any] struct {
	Session *T
	Token   string
	JWT     string
}

// Backend checks credentials, and ends sessions.
type Backend[T any] struct {
	*Site
	// Local checks a JWT without a call, and says how long ago it was issued.
	Local func(ctx context.Context, jwt string) (*T, time.Duration, error)
	// Remote has the service authenticate a token or a JWT, of which one is given.
	Remote func(ctx context.Context, token, jwt string) (Renewal[T], error)
	// Revoke has the service end the session of a token or a JWT, of which one is given.
	Revoke func(ctx context.Context, token, jwt string) error
	// Owner returns the id of the user or member whose session it is.
	Owner func(*T) string
	// Past reports whether a time has passed.
	Past func(time.Time) bool
	// LoggedOut reports whether an error says that nobody is logged in, rather
	// than that it is unknown.
	LoggedOut func(error) bool
	// RetryAfter is how long an error asks to wait.
	RetryAfter func(error) time.Duration
}

// Why a request is of nobody, apart from what the service says.
var (
	// ErrNoSession says that a request has neither token nor JWT.
	ErrNoSession = errors.New("stytch: the request has no session")
	// ErrAmbiguousSession says that a request shows sessions of several owners, or more
	// credentials than there can be without anybody's doing.
	ErrAmbiguousSession = errors.New("stytch: the request shows more than one session, and it is unknown whose it is")
)
