// Package storetest tests implementations of guard.Store: the guard's own, and those in separate
// modules.
package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
)

// Start returns an empty store, and a function that moves its clock, also back. The clock does
// not move by itself.
type Start func(t *testing.T) (store guard.Store, advance func(time.Duration))

// Run runs all tests.
func Run(t *testing.T, start Start) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *driver)
	}{
		{"Take", testTake}, {"AllOrNothing", testAllOrNothing}, {"LookChangesNothing", testLook}, {"Add", testAdd}, {"Undo", testUndo},
		{"Earned", testEarned}, {"ClockSetBack", testClockSetBack}, {"OtherLimits", testOtherLimits}, {"Dense", testDense}, {"Model", testModel},
		{"AtOnce", testAtOnce}, {"Canceled", testCanceled},
	} {
		t.Run(test.name, func(t *testing.T) {
			store, advance := start(t)
			test.run(t, &driver{t: t, store: store, advance: advance})
		})
	}
}

// driver takes steps with a store.
type driver struct {
	t       *testing.T
	store   guard.Store
	advance func(time.Duration)
}

func (d *driver) do(step guard.Step, counters ...guard.Counter) guard.Result {
	d.t.Helper()
	result, err := d.store.Do(d.t.Context(), step, counters)
	if err != nil {
		d.t.Fatal(err)
	}
	return result
}

// take takes one code and compares the first limit's tally.
func (d *driver) take(taken bool, sent int, wait time.Duration, counters ...guard.Counter) guard.Result {
	d.t.Helper()
	result := d.do(guard.Step{Op: guard.OpTake}, counters...)
	d.want(result, taken, sent, wait)
	return result
}

func (d *driver) want(result guard.Result, taken bool, sent int, wait time.Duration) {
	d.t.Helper()
	if result.Taken != taken || result.Tallies[0].Sent != sent || result.Tallies[0].Wait != wait {
		d.t.Errorf("taken %v, %+v; want %v, %d sent, %v to wait", result.Taken, result.Tallies[0], taken, sent, wait)
	}
}

func one(key string, limits ...guard.Limit) guard.Counter {
	return guard.Counter{Key: key, Limits: limits}
}

var look = guard.Step{Op: guard.OpLook}

func testTake(t *testing.T, d *driver) {
	c := one("a", guard.Limit{Most: 3, Within: time.Minute})
	d.take(true, 1, 0, c)
	d.advance(10 * time.Second)
	d.take(true, 2, 0, c)
	d.take(true, 3, 50*time.Second, c)
	d.take(false, 3, 50*time.Second, c)
	d.take(true, 1, 0, one("b", c.Limits...))
	d.advance(50*time.Second - time.Millisecond)
	d.take(false, 3, time.Millisecond, c)
	d.advance(time.Millisecond)
	d.take(true, 3, 10*time.Second, c)
	d.advance(time.Hour)
	d.want(d.do(look, c), false, 0, 0)
}

func testAllOrNothing(t *testing.T, d *driver) {
	narrow, wide := one("narrow", guard.Limit{Most: 1, Within: time.Minute}), one("wide", guard.Limit{Most: 2, Within: time.Hour}, guard.Limit{Most: 3, Within: 2 * time.Hour})
	d.take(true, 1, time.Minute, narrow, wide)
	d.take(false, 1, time.Minute, narrow, wide)
	result := d.take(true, 2, time.Hour, wide)
	if len(result.Tallies) != 2 || result.Tallies[1] != (guard.Tally{Sent: 2}) {
		t.Errorf("%+v", result.Tallies)
	}
	d.take(false, 2, time.Hour, wide)
	result = d.do(look, narrow, wide)
	if len(result.Tallies) != 3 || result.Tallies[2].Sent != 2 {
		t.Errorf("a rejected code counts: %+v", result.Tallies)
	}
}

func testLook(t *testing.T, d *driver) {
	c := one("a", guard.Limit{Most: 1, Within: time.Minute})
	for range 3 {
		d.want(d.do(look, c), false, 0, 0)
	}
	first := d.take(true, 1, time.Minute, c)
	d.advance(time.Second)
	result := d.do(look, c)
	d.want(result, false, 1, 59*time.Second)
	if passed := result.At.Sub(first.At); passed != time.Second {
		t.Errorf("%v passed on the clock", passed)
	}
}

func testAdd(t *testing.T, d *driver) {
	c := one("a", guard.Limit{Most: 1, Within: time.Minute})
	for range 3 {
		d.do(guard.Step{Op: guard.OpAdd}, c)
		d.advance(time.Second)
	}
	d.take(false, 3, 59*time.Second, c)
}

func testUndo(t *testing.T, d *driver) {
	c, other := one("a", guard.Limit{Most: 2, Within: time.Minute}, guard.Limit{Most: 5, Within: time.Hour}), one("b", guard.Limit{Most: 2, Within: time.Minute})
	first := d.take(true, 1, 0, c, other)
	d.advance(time.Second)
	second := d.take(true, 2, 59*time.Second, c, other)
	// The first code is removed, so the second still counts.
	d.do(guard.Step{Op: guard.OpUndo, At: first.At}, c)
	d.want(d.do(look, c), false, 1, 0)
	d.want(d.do(look, other), false, 2, 59*time.Second)
	d.take(true, 2, time.Minute, c)
	d.do(guard.Step{Op: guard.OpUndo, At: second.At}, c)
	d.advance(time.Minute)
	d.do(guard.Step{Op: guard.OpUndo, At: second.At}, c, one("never seen", c.Limits...))
	d.want(d.do(look, c), false, 0, 0)
	if result := d.do(look, c); result.Tallies[1].Sent != 0 {
		t.Errorf("a removed code counts under another limit: %+v", result.Tallies)
	}
}

func testEarned(t *testing.T, d *driver) {
	c := one("a", guard.Limit{Most: 2, Within: time.Minute, Earned: 2})
	verify := func() guard.Result { return d.do(guard.Step{Op: guard.OpVerify}, c) }
	verify() // of a code that is not counted
	d.take(true, 1, 0, c)
	d.take(true, 2, 0, c) // one code can be verified once, and earns two
	d.take(true, 3, 0, c)
	d.take(true, 4, time.Minute, c)
	d.advance(20 * time.Second)
	verify()
	d.take(true, 5, 0, c)
	d.take(true, 6, 40*time.Second, c)
	if result := d.do(look, c); result.Tallies[0].Verified != 2 {
		t.Errorf("%+v", result.Tallies)
	}
	d.advance(40 * time.Second) // the first four codes and the first verified code have expired
	d.take(true, 3, 0, c)
	// In 20 seconds two codes are left, but the second verified code expires too.
	d.take(true, 4, time.Minute, c)
}

func testClockSetBack(t *testing.T, d *driver) {
	c := one("a", guard.Limit{Most: 1, Within: time.Minute})
	d.take(true, 1, time.Minute, c)
	d.advance(-24 * time.Hour)
	d.take(false, 1, time.Minute, c)
	d.advance(time.Minute)
	d.take(true, 1, time.Minute, c)
	d.advance(365 * 24 * time.Hour)
	d.take(true, 1, time.Minute, c)
}

func testOtherLimits(t *testing.T, d *driver) {
	d.take(true, 1, 0, one("a", guard.Limit{Most: 5, Within: time.Minute}))
	d.take(true, 2, time.Minute, one("a", guard.Limit{Most: 2, Within: time.Minute}))
	d.take(true, 1, 0, one("a", guard.Limit{Most: 5, Within: time.Hour}))
	d.take(false, 2, time.Minute, one("a", guard.Limit{Most: 1, Within: time.Minute}))
	d.want(d.do(look, one("a", guard.Limit{Within: time.Minute})), false, 2, 0)
}

// testDense sends more codes than a store can distinguish.
func testDense(t *testing.T, d *driver) {
	limit := guard.Limit{Most: 1000, Within: time.Hour}
	c := one("a", limit)
	var taken []time.Time
	random := rand.New(rand.NewPCG(1, 2))
	for range 6000 {
		if result := d.do(guard.Step{Op: guard.OpTake}, c); result.Taken {
			taken = append(taken, result.At)
		}
		d.advance(time.Duration(random.IntN(3000)) * time.Millisecond)
	}
	checkWindows(t, taken, limit)
	// Counting codes together that were sent close together costs little.
	if total := 6000 * 1500 * time.Millisecond; len(taken) < int(total/limit.Within)*limit.Most*9/10 {
		t.Errorf("only %d codes in %v", len(taken), total)
	}
	d.advance(limit.Within)
	d.want(d.do(look, c), false, 0, 0)
}

// checkWindows finds a period in which more codes were taken than a limit allows.
func checkWindows(t *testing.T, taken []time.Time, limit guard.Limit) {
	t.Helper()
	for i := limit.Most; i < len(taken); i++ {
		if between := taken[i].Sub(taken[i-limit.Most]); between < limit.Within {
			t.Fatalf("%d codes within %v; the limit is %s", limit.Most+1, between, limit)
		}
	}
}

// testModel takes random steps and compares the store with the model.
func testModel(t *testing.T, d *driver) {
	random := rand.New(rand.NewPCG(3, 4))
	limits := [][]guard.Limit{
		{{Most: 1, Within: 30 * time.Second}},
		{{Most: 3, Within: time.Minute}, {Most: 6, Within: 5 * time.Minute}},
		{{Most: 2, Within: time.Minute, Earned: 2}, {Within: 2 * time.Minute}},
	}
	m := model{}
	for i := range 3000 {
		var counters []guard.Counter
		for j, l := range limits {
			if random.IntN(2) == 0 {
				counters = append(counters, one(fmt.Sprint(j, random.IntN(2)), l...))
			}
		}
		if len(counters) == 0 {
			continue
		}
		op := []guard.Op{guard.OpTake, guard.OpTake, guard.OpTake, guard.OpLook, guard.OpVerify, guard.OpUndo}[random.IntN(6)]
		step := guard.Step{Op: op}
		if op == guard.OpUndo {
			if len(m.receipts) == 0 {
				continue
			}
			last := m.receipts[len(m.receipts)-1]
			step.At, counters = last.at, last.counters
		}
		got := d.do(step, counters...)
		taken, want := m.do(step, got.At, counters)
		if got.Taken != taken && op == guard.OpTake || op != guard.OpUndo && op != guard.OpVerify && !slices.Equal(got.Tallies, want) {
			t.Fatalf("step %d: %+v of %+v: taken %v, %+v; want %v, %+v", i, step, counters, got.Taken, got.Tallies, taken, want)
		}
		d.advance(time.Duration(random.IntN(20_000)) * time.Millisecond)
	}
}

// testAtOnce asks for codes concurrently.
func testAtOnce(t *testing.T, d *driver) {
	limit := guard.Limit{Most: 50, Within: time.Hour}
	var taken atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for i := range 20 {
				result, err := d.store.Do(t.Context(), guard.Step{Op: guard.OpTake}, []guard.Counter{one("all", limit), one(fmt.Sprint(i), limit)})
				if err != nil {
					t.Error(err)
				}
				if result.Taken {
					taken.Add(1)
				}
			}
		})
	}
	all.Wait()
	if taken.Load() != 50 {
		t.Errorf("%d codes of 50", taken.Load())
	}
}

func testCanceled(t *testing.T, d *driver) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := one("a", guard.Limit{Most: 1, Within: time.Minute})
	if _, err := d.store.Do(ctx, guard.Step{Op: guard.OpTake}, []guard.Counter{c}); err == nil {
		t.Error("no error with a canceled context")
	}
	d.take(true, 1, time.Minute, c)
}
