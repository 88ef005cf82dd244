package sessionweb

import (
	"context"
	"sync"
	"time"

	"github.com/stytchgen/sdk/internal/wire"
)

// Calls are the calls of a client that renew sessions. When a JWT expires, the next requests of
// its browser arrive together, and one call is enough for all of them. The zero value is ready
// to use.
type Calls struct {
	mu      sync.Mutex
	pending map[string]*pendingCall // by what is sent
}

// pendingCall is a call in progress.
type pendingCall struct {
	began time.Time
	done  chan struct{} // closed when it has ended

	// These are set before done is closed.
	settled bool // the outcome does not depend on who made the call
	renewal any
	err     error
}

// Share makes a call, or waits for one that sends the same and began at most maxAge ago (0: at
// any time, negative: never). Each caller gets a session of its own. The first caller makes the
// call, with its own context. If that context ends the call, the next caller makes it again.
func Share[T any](ctx context.Context, c *Calls, maxAge time.Duration, body func(*wire.Writer), detached func(*T) *T,
	call func(context.Context) (Renewal[T], error)) (Renewal[T], error) {
	if maxAge < 0 || ctx == nil { // which the call rejects
		return call(ctx)
	}
	var w wire.Writer
	body(&w)
	key := string(w.Bytes())
	if w.Err() != nil { // as the call says, too
		return call(ctx)
	}
	for {
		p, first := c.join(key, maxAge)
		if first {
			return lead(ctx, c, key, p, detached, call)
		}
		select {
		case <-p.done:
		case <-ctx.Done():
			return call(ctx) // which fails at once, as every call with this context
		}
		if renewal, ok := p.renewal.(Renewal[T]); p.settled && ok {
			renewal.Session = detached(renewal.Session)
			return renewal, p.err
		}
	}
}

// join returns the call in progress for a key, or a new one for the caller to make.
func (c *Calls) join(key string, maxAge time.Duration) (p *pendingCall, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.pending[key]; p != nil && (maxAge == 0 || time.Since(p.began) <= maxAge) {
		return p, false
	}
	if c.pending == nil {
		c.pending = map[string]*pendingCall{}
	}
	p = &pendingCall{began: time.Now(), done: make(chan struct{})}
	c.pending[key] = p
	return p, true
}

// lead makes a call for everyone who waits for it.
func lead[T any](ctx context.Context, c *Calls, key string, p *pendingCall, detached func(*T) *T,
	call func(context.Context) (Renewal[T], error)) (Renewal[T], error) {
	defer func() { // also after a panic of the application's middleware, which is for this caller only
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.pending[key] == p {
			delete(c.pending, key)
		}
		close(p.done)
	}()
	renewal, err := call(ctx)
	if p.settled = err == nil || ctx.Err() == nil; p.settled {
		shared := renewal
		shared.Session = detached(renewal.Session)
		p.renewal, p.err = shared, err
	}
	return renewal, err
}
