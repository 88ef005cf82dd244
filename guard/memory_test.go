package guard_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/guard/internal/storetest"
)

// clock is a clock that the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) (guard.Store, func(time.Duration)) {
		c := newClock()
		return guard.NewMemory(c.Now, 1000), c.Advance
	})
}
