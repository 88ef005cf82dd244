package stytchtest

import (
	"sync"
	"time"
)

// Clock is the server's clock. It runs at the machine's pace, ahead by the time
// that it was advanced, or is stopped.
type Clock struct {
	mu      sync.Mutex
	ahead   time.Duration
	stopped time.Time     // zero while the clock runs
	moved   chan struct{} // closed and replaced when the clock is moved, stopped or started
}

// Now returns the server's time, in UTC and whole seconds, like the times in
// the service's responses.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().UTC().Truncate(time.Second)
}

// exact returns the server's time with the fraction of its second.
func (c *Clock) exact() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().UTC().Round(0)
}

// next returns a channel that is closed when the clock is moved, stopped or started.
func (c *Clock) next() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved == nil {
		c.moved = make(chan struct{})
	}
	return c.moved
}

// announce reports a change. The caller has locked the clock.
func (c *Clock) announce() {
	if c.moved != nil {
		close(c.moved)
		c.moved = nil
	}
}

func (c *Clock) now() time.Time {
	if !c.stopped.IsZero() {
		return c.stopped
	}
	return time.Now().Add(c.ahead)
}

// Advance moves the clock forward by d, or back if d is negative. Codes and
// sessions can expire by it.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.announce()
	if !c.stopped.IsZero() {
		c.stopped = c.stopped.Add(d)
		return
	}
	c.ahead += d
}

// Stop stops the clock until Run. Advance still moves it.
func (c *Clock) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.announce()
	c.stopped = c.now()
}

// Run starts a stopped clock again, from the time that it shows.
func (c *Clock) Run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.announce()
	if !c.stopped.IsZero() {
		c.ahead = time.Until(c.stopped)
		c.stopped = time.Time{}
	}
}

// Reset starts the clock again and sets it to the machine's time.
func (c *Clock) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.announce()
	c.ahead, c.stopped = 0, time.Time{}
}

// Running reports whether the clock is running.
func (c *Clock) Running() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped.IsZero()
}
