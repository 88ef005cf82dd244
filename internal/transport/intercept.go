package transport

import (
	"context"
	"errors"
	"slices"
)

// An Interceptor is called around each call, with all its attempts. It makes the call with next, or
// returns an error of its own instead, which the caller gets as it is.
type Interceptor func(ctx context.Context, call *Outgoing, next func(context.Context) error) error

// Outgoing is a call as an [Interceptor] sees it: valid, and not yet sent.
type Outgoing struct {
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
	// Request points to the request. It has already been encoded, so changes to it have no effect.
	Request any
	// Response points to the response after next has returned nil, and is nil otherwise.
	Response any
}

// The mistakes of an interceptor.
var (
	errNotMade   = errors.New("an interceptor returned nil without making the call: want it to call next, or to return an error")
	errMadeTwice = errors.New("an interceptor called next a second time: want one call")
)

// intercepted makes the call through the interceptors. send makes the call itself; response then returns
// what was received.
func (k *call) intercepted(ctx context.Context, send func(context.Context) error, response func() any) error {
	if ctx == nil || ctx.Err() != nil {
		return send(ctx) // it returns the error
	}
	out := &Outgoing{Name: k.id.String(), API: k.id.API, Service: k.id.Service, Method: k.method, Path: k.path, Request: k.request}
	made, outcome := false, error(nil)
	next := func(ctx context.Context) error {
		if made {
			return errMadeTwice
		}
		made = true
		if outcome = send(ctx); outcome == nil {
			out.Response = response()
		}
		return outcome
	}
	for _, interceptor := range slices.Backward(k.client.interceptors) {
		inner := next
		next = func(ctx context.Context) error { return interceptor(ctx, out, inner) }
	}
	err := next(ctx)
	switch {
	case made && err == nil:
		return outcome // an interceptor cannot turn a failure into a success
	case made:
		return err
	case err == nil:
		return k.fail(&answer{err: errNotMade}, 0)
	}
	k.report(nil, 0)
	return err
}
