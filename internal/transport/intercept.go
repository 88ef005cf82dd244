package transport

import (
	"context"
	"errors"
	"slices"
)

// An Interceptor is called around each call, with all its attempts. It makes the call with next, or
// returns an error of its own instead, which the caller gets as it is.
type Interceptor func(ctx context.Context, call *Outgoing, next func(context.Context) error) error

// Outgoing is a call as an [Interceptor] sees it: valid, and not yet sent. It has the fields of the type
// Call of the package stytch, which describes them.
type Outgoing struct {
	Name     string
	API      string
	Service  string
	Method   string
	Path     string
	Request  any
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
