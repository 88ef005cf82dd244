package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// watch holds the clock of an attempt and sees how far its request gets.
//
// The time that a request waits for a free connection counts against the call, not against the
// attempt: a request that waited is otherwise sent and given up a moment later.
type watch struct {
	cancel  context.CancelCauseFunc
	attempt time.Duration // 0: no limit

	mu      sync.Mutex
	timer   *time.Timer   // nil: no limit so far
	end     time.Time     // of the call; zero: none
	timeout time.Duration // of the call

	asked, wrote, http2 atomic.Bool
	connections         atomic.Int32
}

// watch starts the clock: that of the call, and, where nobody says when the request gets its
// connection, that of the attempt.
func (k *call) watch(ctx context.Context, cancel context.CancelCauseFunc) *watch {
	w := &watch{cancel: cancel, attempt: k.client.attemptTimeout, end: k.end, timeout: k.settings.Timeout}
	if end, ok := ctx.Deadline(); ok && !w.end.IsZero() && !w.end.Before(end) {
		w.end = time.Time{} // the caller's context comes first
	}
	if !w.end.IsZero() {
		w.arm(time.Until(w.end), &timeoutError{"call timeout", w.timeout})
	}
	if !k.client.shared {
		w.begin()
	}
	return w
}

// begin starts the clock of the attempt.
func (w *watch) begin() {
	if w.attempt > 0 && (w.end.IsZero() || time.Now().Add(w.attempt).Before(w.end)) {
		w.arm(w.attempt, &timeoutError{"attempt timeout", w.attempt})
	}
}

// arm makes the attempt end after d, for this reason and no earlier one.
func (w *watch) arm(d time.Duration, reason error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
	w.timer = time.AfterFunc(d, func() { w.cancel(reason) })
}

func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
}

// trace has net/http report to w.
func (w *watch) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:      func(string) { w.asked.Store(true) },
		GotConn:      w.got,
		WroteHeaders: func() { w.wrote.Store(true) },
	})
}

func (w *watch) got(info httptrace.GotConnInfo) {
	if secure, ok := info.Conn.(*tls.Conn); ok && secure.ConnectionState().NegotiatedProtocol == "h2" {
		w.http2.Store(true)
	}
	if w.connections.Add(1) > connectionsPerAttempt {
		w.cancel(errTooManyConnections)
		return
	}
	w.begin()
}

// sentOverHTTP2 reports whether the request went out on a connection of HTTP/2. Over HTTP/1.1,
// net/http knows whether a byte of it did.
func (w *watch) sentOverHTTP2() bool { return w.wrote.Load() && w.http2.Load() }

// reached reports whether the service may have got a request that failed with err. It says no only
// where that is certain: the cost of a wrong no is a second message to somebody's phone.
func (w *watch) reached(own context.Context, err error, shared bool) bool {
	var op *net.OpError
	switch {
	case w.wrote.Load():
		return true
	case errors.As(err, &op) && op.Op == "dial":
		return false
	case w.connections.Load() > 0:
		// Under HTTP/2 an attempt whose context ends can return while its headers are being written.
		// In any other case they are not written any more.
		return own.Err() != nil ||
			errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	case w.asked.Load():
		return false
	default:
		// A RoundTripper that reports nothing may have done anything. Only of our own is it known
		// that it would have asked for a connection first.
		return !shared
	}
}
