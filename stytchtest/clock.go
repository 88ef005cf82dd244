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
	stopped time.Time // zero while the clock runs
}

// Now returns the server's time, in UTC and whole seconds, like the times in
// the service's responses.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now().UTC().Truncate(time.Second)
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
	c.stopped = c.now()
}

// Run starts a stopped clock again, from the time that it shows.
func (c *Clock) Run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stopped.IsZero() {
		c.ahead = time.Until(c.stopped)
		c.stopped = time.Time{}
	}
}

// Reset starts the clock again and sets it to the machine's time.
func (c *Clock) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead, c.stopped = 0, time.Time{}
}

// Running reports whether the clock is running.
func (c *Clock) Running() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped.IsZero()
}
