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

// watch enforces the time limits of an attempt and records how far its request gets.
//
// The wait for a free connection counts against the call, not against the attempt. Otherwise a request
// that had to wait would be sent and canceled a moment later.
type watch struct {
	cancel  context.CancelCauseFunc
	end     time.Time     // of the call; zero: none
	timeout time.Duration // of the call
	attempt time.Duration // the limit of the attempt; 0: none

	clearHTTP2 bool // a connection without TLS may be one of HTTP/2

	mu    sync.Mutex
	timer *time.Timer  // nil: no limit so far
	due   time.Time    // when the timer ends the attempt
	limit timeoutError // the error that it then gets

	hooks httptrace.ClientTrace

	asked, wrote, http2 atomic.Bool
	connections         atomic.Int32
}

// start starts the timer of the call. It also starts that of the attempt, unless w will learn when the
// request gets its connection.
func (k *call) start(ctx context.Context, w *watch, cancel context.CancelCauseFunc, now time.Time) {
	w.cancel, w.attempt, w.end, w.timeout = cancel, k.client.attemptTimeout, k.end, k.settings.Timeout
	w.clearHTTP2 = k.client.sender.clearHTTP2
	if end, ok := ctx.Deadline(); ok && !w.end.IsZero() && !w.end.Before(end) {
		w.end = time.Time{} // the caller's context comes first
	}
	if !k.client.sender.shared && w.begin(now) {
		return
	}
	if !w.end.IsZero() {
		w.arm(now, w.end, timeoutError{"call timeout", w.timeout})
	}
}

// begin starts the timer of the attempt, unless the call ends earlier. It reports whether it did.
func (w *watch) begin(now time.Time) bool {
	end := now.Add(w.attempt)
	if w.attempt == 0 || !w.end.IsZero() && !end.Before(w.end) {
		return false
	}
	w.arm(now, end, timeoutError{"attempt timeout", w.attempt})
	return true
}

// arm makes the attempt end at due with the given error, in place of an earlier limit.
func (w *watch) arm(now, due time.Time, limit timeoutError) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due, w.limit = due, limit
	if w.timer == nil {
		w.timer = time.AfterFunc(due.Sub(now), w.expire)
	} else {
		w.timer.Reset(due.Sub(now))
	}
}

// expire ends the attempt, unless arm moved its end in the meantime.
func (w *watch) expire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !time.Now().Before(w.due) {
		limit := w.limit
		w.cancel(&limit)
	}
}

func (w *watch) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
}

// trace makes net/http report to w.
func (w *watch) trace(ctx context.Context) context.Context {
	w.hooks.GetConn = func(string) { w.asked.Store(true) }
	w.hooks.GotConn = w.got
	w.hooks.WroteHeaders = func() { w.wrote.Store(true) }
	return httptrace.WithClientTrace(ctx, &w.hooks)
}

func (w *watch) got(info httptrace.GotConnInfo) {
	secure, ok := info.Conn.(*tls.Conn)
	if ok && secure.ConnectionState().NegotiatedProtocol == "h2" || !ok && w.clearHTTP2 {
		w.http2.Store(true)
	}
	if w.connections.Add(1) > connectionsPerAttempt {
		w.cancel(errTooManyConnections)
		return
	}
	w.begin(time.Now())
}

// sentOverHTTP2 reports whether the request may have been sent over HTTP/2. Over HTTP/1.1, net/http
// itself knows whether it sent a byte.
func (w *watch) sentOverHTTP2() bool { return w.wrote.Load() && w.http2.Load() }

// reached reports whether the service may have received a request that failed with err. It returns false
// only if that is certain: a mistake would send a second message to a user's phone.
func (w *watch) reached(own context.Context, err error, shared bool) bool {
	var op *net.OpError
	switch {
	case w.wrote.Load():
		return true
	case errors.As(err, &op) && op.Op == "dial":
		return false
	case w.connections.Load() > 0:
		// Over HTTP/2, an attempt whose context ends can return while its headers are being written. In
		// all other cases they are not written afterwards.
		return own.Err() != nil ||
			errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	case w.asked.Load():
		return false
	default:
		// A RoundTripper that reports no trace events may have sent the request. The SDK's own transport
		// always asks for a connection first.
		return !shared
	}
}
