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

// outgoing is what one attempt sends. Each attempt has its own: middleware may change it, and net/http
// may still read it after the attempt has ended.
type outgoing struct {
	watch watch
	url   url.URL
	body  bytes.Reader
}

// Attempt is the attempt that a request belongs to, for middleware.
type Attempt struct {
	Call   *CallID
	Number int // from 1
}

type attemptKey struct{}

// AttemptFrom returns the attempt of a request, from its context, if the client has middleware.
func AttemptFrom(ctx context.Context) (Attempt, bool) {
	a, ok := ctx.Value(attemptKey{}).(Attempt)
	return a, ok
}

// attempt sends the call once and reads the answer into k.answer, over that of the previous attempt.
func (k *call) attempt(ctx context.Context, number int, started time.Time, out *outgoing) *answer {
	own, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w, a := &out.watch, &k.answer
	k.start(ctx, w, cancel, started)
	defer w.stop()
	pool := k.client.sender.pool
	if pool != nil {
		pool.renew()
	}

	traced := w.trace(own)
	if k.client.sender.observed {
		traced = context.WithValue(traced, attemptKey{}, Attempt{k.id, number})
	}
	req := k.newRequest(traced, out)
	resp, err := k.client.sender.send(req)
	if err != nil {
		if e, ok := err.(*url.Error); ok {
			err = e.Err // without the URL, which may contain an ID or an address
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
		// HTTP/2 allows any number here, even a phone number or a code, so it is not shown.
		*a = answer{header: resp.Header, reached: true, err: errors.New("the answer has no HTTP status: want a number of three digits")}
		return a
	}
	*a = answer{status: resp.StatusCode, header: resp.Header, reached: true}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		// A bare connection follows instead of a body. No context ends a read from it.
		a.err = errors.New("the service switched to another protocol (status 101), which the client did not ask for")
		return a
	}
	if a.body, err = k.readBody(resp); err != nil {
		a.err = explain(ctx, own, err)
	}
	k.understand(a)
	if u := k.client.sender.proxyOf(req); u != nil && a.status == http.StatusProxyAuthRequired {
		a.err = &proxyError{proxy: u, status: a.status} // without TLS, the proxy itself answers the call
	}
	return a
}

// newRequest makes the request of one attempt. net/http may send a request again by itself, when the
// server has closed a kept connection. GetBody prevents that if the service may have acted on the
// request.
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
		req.Body = io.NopCloser(&out.body) // net/http knows this type and does not wait for its first byte
		req.GetBody = func() (io.ReadCloser, error) {
			if k.retry != Safe && out.watch.sentOverHTTP2() {
				return nil, errSentBefore
			}
			return io.NopCloser(bytes.NewReader(k.body)), nil
		}
	}
	return req
}

// errSentBefore ends an attempt that net/http would repeat although the service may have acted on it.
// Over HTTP/2, net/http repeats a stream that the server resets with PROTOCOL_ERROR. Repeating would be
// right for a refused stream, or for one that came after a GOAWAY, but GetBody cannot tell these cases
// apart.
var errSentBefore = errors.New("the server refused or reset the HTTP/2 stream after the request was sent")

// errTooManyConnections ends an attempt that net/http keeps repeating.
var errTooManyConnections = errors.New("the server accepted the request and then dropped the connection, several times")

// connectionsPerAttempt is how many connections net/http may use for one attempt.
const connectionsPerAttempt = 3

// explain returns an error that names the limit which ended the attempt. If a context has ended, the
// result always matches the context's error, even if net/http reports only the cause.
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
