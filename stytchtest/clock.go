package stytchtest

import (
	"sync"
	"time"
)

// Clock is the time that a server lives in. It runs with the machine's clock,
// ahead by what it was advanced, or stands still.
type Clock struct {
	mu      sync.Mutex
	ahead   time.Duration
	stopped time.Time // zero while the clock runs
}

// Now returns the server's time, in UTC and whole seconds, as the service
// states times.
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

// Advance moves the clock forward by d, or back when d is negative. Codes and
// sessions whose time is over by then have expired.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stopped.IsZero() {
		c.stopped = c.stopped.Add(d)
		return
	}
	c.ahead += d
}

// Stop has the clock stand still, until Run. Advance still moves it.
func (c *Clock) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = c.now()
}

// Run has a clock that stands still run again, from where it stands.
func (c *Clock) Run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stopped.IsZero() {
		c.ahead = time.Until(c.stopped)
		c.stopped = time.Time{}
	}
}

// Reset has the clock run again, and show the machine's time.
func (c *Clock) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead, c.stopped = 0, time.Time{}
}

// Running reports whether the clock runs.
func (c *Clock) Running() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped.IsZero()
}
