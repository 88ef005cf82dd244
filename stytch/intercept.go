package stytch

import (
	"context"

	"github.com/stytchgen/sdk/internal/transport"
)

// Call is a call as an [Interceptor] sees it: its request is valid and has not been sent yet.
type Call struct {
	// Name is the full name of the call: "consumer.otps.sms.send".
	Name string
	// API is the API that the call belongs to: "consumer" or "b2b".
	API string
	// Service is the service that the call belongs to: "otps.sms".
	Service string
	// Method is the HTTP method of the call.
	Method string
	// Path is the path of the call, with parameters by name: "/v1/sessions/jwks/{project_id}".
	Path string
	// Request points to the request, such as an [*OTPsSMSSendRequest], including its secrets. It has
	// already been encoded, so changes to it have no effect.
	Request any
	// Response points to the response after next has returned nil, and is nil otherwise.
	Response any
}

// Interceptor is called once for each call of a client, around all its attempts. Use [WithMiddleware]
// for something that must happen at each attempt.
//
// It makes the call with next, at most once. Instead, it can return an error of its own, which the
// application gets unchanged. [PublicErrorOf] and [RetryAfter] understand an error with the method
// PublicError() PublicError.
type Interceptor func(ctx context.Context, call *Call, next func(context.Context) error) error

// WithInterceptor adds interceptors. The first one is the outermost. Their time does not count against
// the client's timeout.
func WithInterceptor(interceptors ...Interceptor) Option {
	return transport.OptionFunc(func(c *transport.Config) {
		for _, i := range interceptors {
			var own transport.Interceptor // nil for a nil i, which NewClient rejects
			if i != nil {
				own = func(ctx context.Context, call *transport.Outgoing, next func(context.Context) error) error {
					return i(ctx, (*Call)(call), next)
				}
			}
			c.Interceptors = append(c.Interceptors, own)
		}
	})
}

// Attempt is one attempt of a call.
type Attempt struct {
	// Call is the full name of the call: "consumer.otps.sms.send".
	Call string
	// Number is 1 for the first attempt, and higher for repetitions.
	Number int
}

// AttemptFrom returns the attempt that a request belongs to, from the request's context, and whether there is
// one. It is for the functions of [WithMiddleware]: a trace can then name the call instead of the path, which
// contains ids. Without such a function, requests have no attempt.
func AttemptFrom(ctx context.Context) (Attempt, bool) {
	a, ok := transport.AttemptFrom(ctx)
	if !ok {
		return Attempt{}, false
	}
	return Attempt{a.Call.String(), a.Number}, true
}
