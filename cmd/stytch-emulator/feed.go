package main

import "sync"

// feed notifies the streams of events, and the state file, of changes.
type feed struct {
	mu    sync.Mutex
	clock int // how often the clock changed
	all   int // how often anything changed
	next  chan struct{}
}

func newFeed() *feed { return &feed{next: make(chan struct{})} }

// announce reports a possible change of the state. clock says whether it may be
// the clock.
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

// state returns how often the clock and anything changed. The channel is closed
// at the next change.
func (f *feed) state() (clock, changes int, next <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clock, f.all, f.next
}
