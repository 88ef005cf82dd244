// Package sessionweb is the session middleware of stytch and b2b. It finds the
// credentials of a request, checks them, and keeps the cookies fresh.
package sessionweb

import (
	"context"
	"errors"
	"time"

	"github.com/stytchgen/sdk/internal/rbac"
)

// Renewal is a session that the service has just authenticated.
type Renewal[T any] struct {
	Session *T
	Token   string
	JWT     string
}

// Backend checks credentials and permissions, and ends sessions.
type Backend[T any] struct {
	*Site
	// Local checks a JWT without a call, and says how long ago it was issued.
	Local func(ctx context.Context, jwt string) (*T, time.Duration, error)
	// Remote asks the service to authenticate a token or a JWT. Exactly one is set. The answer
	// may be that to another request, if it began at most maxAge ago; see [Share].
	Remote func(ctx context.Context, token, jwt string, maxAge time.Duration) (Renewal[T], error)
	// Revoke asks the service to end the session of a token or a JWT. Exactly one is set.
	Revoke func(ctx context.Context, token, jwt string) error
	// Owner returns the id of the user or member of a session.
	Owner func(*T) string
	// Subject returns whom a session belongs to, for checks of permissions.
	Subject func(*T) rbac.Subject
	// Policies returns the policies that decide checks of permissions.
	Policies func() *rbac.Policies
	// Ask asks the service about the permission of a token or a JWT. Exactly one is set.
	Ask func(ctx context.Context, token, jwt string, check rbac.Check) error
	// Past reports whether a time has passed.
	Past func(time.Time) bool
	// LoggedOut reports whether an error says that nobody is logged in. For other
	// errors it is unknown.
	LoggedOut func(error) bool
	// RetryAfter returns how long to wait before another try, as an error says.
	RetryAfter func(error) time.Duration
}

// The reasons why a request has no session, apart from the errors of the service.
var (
	// ErrNoSession says that a request has neither token nor JWT.
	ErrNoSession = errors.New("stytch: the request has no session")
	// ErrAmbiguousSession says that a request has sessions of several owners, or more
	// credentials than a browser collects by itself.
	ErrAmbiguousSession = errors.New("stytch: the request shows more than one session, and it is unknown whose it is")
)
