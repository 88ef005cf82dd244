package guard

import (
	"context"
	"time"
)

// Store counts codes. A [Guard] without one counts in the memory of its process; the module
// github.com/stytchgen/sdk/guard/redisguard has one for several processes.
//
// A limit counts as follows, in milliseconds of the store's own clock. A code counts until
// [Limit.Within] has passed, and not a millisecond longer. A store may count codes that were sent
// close to each other as if all were sent with the last of them, so that it remembers no more than
// some dozen times for a limit; it never counts fewer than there were. A time in the future, after a
// clock was set back, counts as now.
type Store interface {
	// Do takes a step for all counters at once: no other step happens between its parts. There is at
	// least one counter. Do returns an error when ctx ends before the step is taken.
	Do(ctx context.Context, step Step, counters []Counter) (Result, error)
}

// Op is what a [Step] does.
type Op int

const (
	// OpTake counts one code under every counter, if every limit has room for it. Otherwise it
	// changes nothing.
	OpTake Op = iota + 1
	// OpLook changes nothing.
	OpLook
	// OpAdd counts one code under every counter, whatever the limits.
	OpAdd
	// OpUndo takes back one code that was counted at Step.At.
	OpUndo
	// OpVerify counts one verified code under every counter.
	OpVerify
)

// Step is what a [Store] is asked to do.
type Step struct {
	Op Op
	At time.Time // with OpUndo, what Result.At was
}

// Counter is what a [Store] counts: the codes to one address, from one client, to one country.
type Counter struct {
	// Key names the counter. It has no address in it, only a keyed hash of one.
	Key string
	// Limits are those that apply, each Within once. One whose Most is 0 allows everything, and is
	// there for its [Tally].
	Limits []Limit
}

// Result is what came of a [Step].
type Result struct {
	// Taken says that OpTake counted the code.
	Taken bool
	// At is the time of the store's clock.
	At time.Time
	// Tallies has one for each limit of the first counter, then of the second, and so on: as it is
	// after the step. After OpUndo and OpVerify it may be nil.
	Tallies []Tally
}

// Tally is how much was counted under a [Limit].
type Tally struct {
	// Sent is how many codes count.
	Sent int
	// Verified is how many of them were verified, at most Sent.
	Verified int
	// Wait is how long it takes until the limit has room, 0 when it has. While codes are verified,
	// it may have room sooner.
	Wait time.Duration
}
