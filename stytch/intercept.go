package stytch

import (
	"context"

	"github.com/stytchgen/sdk/internal/transport"
)

// Call is a call as an [Interceptor] sees it: its request is valid, and not yet sent.
type Call = transport.Outgoing

// Interceptor is called around each call of a client, with all its attempts; [WithMiddleware] is
// for what belongs to each attempt. It makes the call with next, at most once, or returns an error of
// its own instead, which the caller of the API gets as it is. [PublicErrorOf] and [RetryAfter]
// understand an error with the method PublicError() PublicError.
//
// Call.Request points to the request, such as an [*OTPsSMSSendRequest], with everything that it holds
// in the clear. Call.Response points to the response once next has returned nil.
type Interceptor func(ctx context.Context, call *Call, next func(context.Context) error) error

// WithInterceptor has interceptors called around each call. The first one given is outermost. The
// client's timeout does not include the time that they take.
func WithInterceptor(interceptors ...Interceptor) Option {
	return transport.OptionFunc(func(c *transport.Config) {
		for _, i := range interceptors {
			c.Interceptors = append(c.Interceptors, transport.Interceptor(i))
		}
	})
}
