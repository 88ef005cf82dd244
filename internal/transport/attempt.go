package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// outgoing is what one attempt sends: the parts of its request that middleware may change or that
// net/http may still read after the attempt has ended, so that no other attempt may have them.
type outgoing struct {
	watch watch
	url   url.URL
	body  bytes.Reader
}

// attempt sends the call once and reads the answer, in the place of that to the attempt before.
func (k *call) attempt(ctx context.Context, started time.Time, out *outgoing) *answer {
	own, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w, a := &out.watch, &k.answer
	k.start(ctx, w, cancel, started)
	defer w.stop()
	pool := k.client.sender.pool
	if pool != nil {
		pool.renew()
	}

	req := k.newRequest(w.trace(own), out)
	resp, err := k.client.sender.send(req)
	if err != nil {
		if e, ok := err.(*url.Error); ok {
			err = e.Err // the URL is of no interest, and may hold what is nobody's business
		}
		*a = answer{reached: w.reached(own, err, k.client.sender.shared)}
		a.err = k.client.sender.throughProxy(req, w, explain(ctx, own, err))
		if pool != nil && a.reached && errors.Is(a.err, context.DeadlineExceeded) {
			pool.suspect.Store(true)
		}
		return a
	}
	defer resp.Body.Close()

	if resp.StatusCode < 100 || resp.StatusCode > 999 {
		// HTTP/2 allows any number, which could be a phone number or a code, so it is not shown.
		*a = answer{header: resp.Header, reached: true, err: errors.New("the answer has no HTTP status: want a number of three digits")}
		return a
	}
	*a = answer{status: resp.StatusCode, header: resp.Header, reached: true}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		// What follows is no body but a bare connection, whose reads no context ends.
		a.err = errors.New("the service wants to speak another protocol, which nobody asked for")
		return a
	}
	if a.body, err = k.readBody(resp); err != nil {
		a.err = explain(ctx, own, err)
	}
	k.understand(a)
	if u := k.client.sender.proxyOf(req); u != nil && a.status == http.StatusProxyAuthRequired {
		a.err = &proxyError{proxy: u, status: a.status} // without TLS, a proxy answers the call itself
	}
	return a
}

// newRequest makes the request of one attempt. net/http may send it again by itself, when it finds
// that a kept connection was closed by the server; what the service may have acted on it must not.
func (k *call) newRequest(ctx context.Context, out *outgoing) *http.Request {
	out.url = k.url
	req := (&http.Request{
		Method:     k.method,
		URL:        &out.url,
		Host:       k.url.Host,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     k.newHeader(),
	}).WithContext(ctx)
	if k.body != nil {
		req.ContentLength = int64(len(k.body))
		out.body.Reset(k.body)
		req.Body = io.NopCloser(&out.body) // a type that net/http knows to be ready
		req.GetBody = func() (io.ReadCloser, error) {
			if k.retry != Safe && out.watch.sentOverHTTP2() {
				return nil, errSentBefore
			}
			return io.NopCloser(bytes.NewReader(k.body)), nil
		}
	}
	return req
}

// errSentBefore ends an attempt that net/http would repeat although the service may have acted on
// it: over HTTP/2 it does so for a stream that the server resets with PROTOCOL_ERROR. For one that
// was refused, or not looked at before a GOAWAY, it would be right, but nobody tells them apart here.
var errSentBefore = errors.New("the server refused or reset the HTTP/2 stream after the request was sent")

// errTooManyConnections ends an attempt that net/http repeats over and over.
var errTooManyConnections = errors.New("the server took the request and dropped the connection, again and again")

// connectionsPerAttempt is how many connections an attempt may come to by itself.
const connectionsPerAttempt = 3

// explain makes an error say which limit it ran into. The error always matches that of a context
// which has ended, even when net/http reports the cause that was given for the end instead.
func explain(ctx, own context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		if errors.Is(err, ended) {
			return err
		}
		return fmt.Errorf("%w: %w", ended, err)
	}
	var limit *timeoutError
	switch cause := context.Cause(own); {
	case errors.As(cause, &limit):
		return limit
	case errors.Is(cause, errTooManyConnections):
		return cause
	}
	return err
}

// timeoutError is the error of an attempt that a timeout of the client ended. It matches
// context.DeadlineExceeded and is a net.Error.
type timeoutError struct {
	what  string // "attempt timeout"
	after time.Duration
}

func (e *timeoutError) Error() string {
	return fmt.Sprintf("the %s of %v has passed", e.what, e.after)
}

func (e *timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }
func (e *timeoutError) Timeout() bool        { return true }
func (e *timeoutError) Temporary() bool      { return true }
