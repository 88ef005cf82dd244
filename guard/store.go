package guard

import (
	"context"
	"time"
)

// Store counts codes. A [Guard] without one counts in the memory of its process. The module
// github.com/stytchgen/sdk/guard/redisguard has a Store for several processes.
//
// Times are in milliseconds of the store's own clock. A code counts until [Limit.Within] has passed,
// and not longer. A store may count codes that were sent close together as if all were sent with the
// last of them. So it needs to store only a few dozen times for a limit, and never counts too few. A
// time in the future, after the clock was set back, counts as now.
type Store interface {
	// Do takes a step for all counters atomically. There is at least one counter. Do returns an error
	// if ctx ends before the step is taken.
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
	// OpAdd counts one code under every counter, regardless of the limits.
	OpAdd
	// OpUndo removes one code that was counted at Step.At.
	OpUndo
	// OpVerify counts one verified code under every counter.
	OpVerify
)

// Step is an operation of a [Store].
type Step struct {
	Op Op
	At time.Time // for OpUndo: the Result.At of the code
}

// Counter is what a [Store] counts: the codes to one address, from one client, to one country.
type Counter struct {
	// Key names the counter. It contains no address, only its keyed hash.
	Key string
	// Limits are the limits that apply, each with a different Within. A limit whose Most is 0 allows
	// everything; it only provides its [Tally].
	Limits []Limit
}

// Result is the result of a [Step].
type Result struct {
	// Taken reports whether OpTake counted the code.
	Taken bool
	// At is the time of the step, by the store's clock.
	At time.Time
	// Tallies has one entry after the step for each limit of the first counter, then of the second,
	// and so on. After OpUndo and OpVerify it may be nil.
	Tallies []Tally
}

// Tally is the count under a [Limit].
type Tally struct {
	// Sent is the number of codes.
	Sent int
	// Verified is the number of verified codes, at most Sent.
	Verified int
	// Wait is the time until the limit has room, 0 if it has room. Verified codes can shorten it.
	Wait time.Duration
}
