package main

import "sync"

// feed tells the streams of events, and the state file, that something changed.
type feed struct {
	mu    sync.Mutex
	clock int // how often the clock was changed
	all   int // how often anything was
	next  chan struct{}
}

func newFeed() *feed { return &feed{next: make(chan struct{})} }

// announce says that something may have changed, perhaps the clock.
func (f *feed) announce(clock bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all++
	if clock {
		f.clock++
	}
	close(f.next)
	f.next = make(chan struct{})
}

// state returns how often the clock and anything changed, and a channel that is
// closed at the next change.
func (f *feed) state() (clock, changes int, next <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clock, f.all, f.next
}
