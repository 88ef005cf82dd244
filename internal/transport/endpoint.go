// Package transport makes the calls of the SDK. It validates and encodes the request, sends it, retries
// it if that is safe, and decodes the answer or returns an error.
//
// An [Endpoint] is an API call as data; generated code has one for each. [Call] makes the call.
// The packages stytch and b2b own the error types that an application sees and hand them in as an
// [ErrorMaker].
package transport

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"

	"github.com/stytchgen/sdk/internal/validate"
	"github.com/stytchgen/sdk/internal/wire"
)

// RetryClass says when a failed call may be repeated.
type RetryClass int

// The zero RetryClass is the most careful one.
const (
	// Never means that a call is sent once.
	Never RetryClass = iota
	// Unsent is for a call that sends a message or uses up a code. It is repeated only if the request
	// certainly did not reach the service, or if the service rejected it with 429.
	Unsent
	// Safe is for a call that can be repeated without harm: reading, extending, revoking.
	Safe
)

// CallID identifies a call of the API.
type CallID struct {
	API     string // "consumer" or "b2b"
	Service string // "otps.sms"
	Name    string // "send"
}

// String returns the call's full name: "consumer.otps.sms.send".
func (id *CallID) String() string { return id.API + "." + id.Service + "." + id.Name }

// Endpoint describes one call of the API. Req and Resp are pointers to the types of the request and the
// response: Go compiles generic code once for all pointers, but anew for each struct.
type Endpoint[Req, Resp any] struct {
	ID        CallID     // which call it is
	Method    string     // the HTTP method
	Path      string     // the path template: "/v1/sessions/jwks/{project_id}"
	Retry     RetryClass // when the call may be repeated
	Anonymous bool       // the call is made without credentials

	Server      string // where the call is served, unless the base URL is the application's own; "": with all others
	OAuthErrors bool   // errors have the form of OAuth

	Validate func(Req, *validate.Validator) // checks the request; nil: nothing to check
	Encode   func(Req, *wire.Writer)        // writes the request body; nil: no body
	Params   func(Req, *Params)             // sets path, query and header parameters; nil: none
	New      func() (Resp, *Result)         // makes a response, and room for its raw answer
	Decode   func(Resp, *wire.Reader)       // reads the response body; nil: the answer has none
	Receive  func(Resp, *Result)            // gives the response its raw answer; nil: not wanted
}

// Result is the answer to a call that succeeded.
type Result struct {
	StatusCode int         // 2xx
	Header     http.Header // of the answer
	Body       string      // the JSON text

	endpoint interface {
		unknownFields(body string) []wire.Field
	}
}

// UnknownFields returns the fields of the body that the response type does not have. It decodes the body
// again, so that calls do not pay for it.
func (r *Result) UnknownFields() []wire.Field {
	if r.endpoint == nil {
		return nil
	}
	return r.endpoint.unknownFields(r.Body)
}

func (ep *Endpoint[Req, Resp]) unknownFields(body string) []wire.Field {
	if ep.Decode == nil {
		return nil
	}
	d := wire.NewReader(body)
	d.Lenient()
	d.RecordUnknown()
	resp, _ := ep.New()
	ep.Decode(resp, d)
	return d.UnknownFields()
}

// Invalid returns the error that a call with this request would return because the request is not
// valid, or nil. It is for requests that may be sent later.
func Invalid[Req, Resp any](c *Client, ep *Endpoint[Req, Resp], req Req) error {
	var checker validate.Validator
	if ep.Validate == nil || c.skipValidation {
		return nil
	}
	if ep.Validate(req, &checker); len(checker.Violations()) == 0 {
		return nil
	}
	return c.errors.Invalid(&ep.ID, checker.Violations())
}

// Call makes the call that ep describes. It returns either a response or an error, never both and
// never neither.
func Call[Req, Resp any](
	ctx context.Context, c *Client, ep *Endpoint[Req, Resp], req Req, opts []CallOption,
) (Resp, error) {
	var none Resp
	x := &exchange[Req, Resp]{endpoint: ep, call: call{
		client:    c,
		id:        &ep.ID,
		method:    ep.Method,
		path:      ep.Path,
		retry:     ep.Retry,
		anonymous: ep.Anonymous,
		server:    ep.Server,
		oauth:     ep.OAuthErrors,
		bodiless:  ep.Decode == nil,
		request:   req,
	}}
	k := &x.call
	k.decoder = x
	k.settings.apply(c, opts)
	if c.refusal != nil {
		return none, k.fail(&answer{err: c.refusal}, 0)
	}
	if c.public && !ep.Anonymous {
		return none, k.fail(&answer{err: errNoSecret}, 0)
	}
	var invalid []validate.Violation
	if ep.Validate != nil && !k.settings.SkipValidation {
		ep.Validate(req, &k.checker)
		invalid = k.checker.Violations()
	}
	if ep.Params != nil {
		ep.Params(req, &k.params)
	}
	for _, v := range k.locate() {
		if !slices.ContainsFunc(invalid, func(have validate.Violation) bool { return have.Field == v.Field }) {
			invalid = append(invalid, v)
		}
	}
	if ep.Encode != nil && len(invalid) == 0 {
		k.writer.Reset(k.room[:0])
		ep.Encode(req, &k.writer)
		invalid = k.setBody()
	}
	if k.params.form != nil {
		k.body, k.form = []byte(k.params.form.Encode()), true
	}
	if len(invalid) > 0 {
		k.report(nil, 0)
		return none, c.errors.Invalid(&ep.ID, invalid)
	}

	if c.drifts != nil && ep.Decode != nil {
		k.drift = func(a *answer) {
			c.drifts.compare(ep.ID.String(), reflect.TypeFor[Resp]().Elem(), a, ep.OAuthErrors)
		}
	}
	var err error
	if len(c.interceptors) == 0 {
		err = x.send(ctx)
	} else {
		err = k.intercepted(ctx, x.send, func() any { return x.response })
	}
	if err != nil {
		return none, err
	}
	return x.response, nil
}

// exchange is a call with the types of its request and response.
type exchange[Req, Resp any] struct {
	call     call // not embedded: each type of exchange would get all its methods
	endpoint *Endpoint[Req, Resp]
	response Resp
	result   *Result
}

// decode reads into a new response for each attempt, so that no values of a broken body remain.
func (x *exchange[Req, Resp]) decode(d *wire.Reader) {
	x.response, x.result = x.endpoint.New()
	if x.endpoint.Decode != nil {
		x.endpoint.Decode(x.response, d)
	}
}

// send makes the call. After a success, x.response is complete.
func (x *exchange[Req, Resp]) send(ctx context.Context) error {
	if err := x.call.do(ctx); err != nil {
		return err
	}
	if ep, a := x.endpoint, &x.call.answer; ep.Receive != nil {
		*x.result = Result{StatusCode: a.status, Header: a.header, Body: a.body, endpoint: ep}
		ep.Receive(x.response, x.result)
	}
	return nil
}

var errNoSecret = errors.New("the call needs the secret of the project, which a client of NewPublicClient does not have: " +
	"use NewClient")
