package redisguard

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/guard/internal/storetest"
)

func newStore(t testing.TB, s *server) *Store {
	t.Helper()
	store, err := New(s.Client, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// TestStore runs the script with a clock that the test moves.
func TestStore(t *testing.T) {
	s := startServer(t)
	storetest.Run(t, func(t *testing.T) (guard.Store, func(time.Duration)) {
		s.flush(t)
		var mu sync.Mutex
		store, now := newStore(t, s), time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)
		advance := func(d time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			now = now.Add(d)
			store.now = strconv.FormatInt(now.UnixMilli(), 10)
		}
		advance(0)
		return store, advance
	})
}
