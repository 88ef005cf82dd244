package guard

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// errFull is the error of a store that has no room for another counter.
var errFull = errors.New("no room for another address or client")

// memory counts in this process.
type memory struct {
	now   func() time.Time
	start time.Time // times are counted from it, so that a clock of the machine that is set does no harm
	most  int       // how many counters there may be

	high atomic.Bool // there is little room left

	mu       sync.Mutex
	counters map[string]*counter
	sweepAt  int   // at how many counters those that no longer count are looked for
	swept    int64 // when that was last done
}

// counter is what a Counter has counted.
type counter struct {
	pairs []*pair
	until int64 // when nothing of it counts any more
}

func newMemory(now func() time.Time, most int) *memory {
	return &memory{now: now, start: now(), most: most, counters: map[string]*counter{}, sweepAt: smallest}
}

// smallest is the number of counters below which none is looked at twice.
const smallest = 1024

// sweepInterval is how often a full memory is searched for room, in milliseconds: a search takes
// longer than an answer.
const sweepInterval = 1000

// Do implements Store.
func (m *memory) Do(ctx context.Context, step Step, counters []Counter) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.start.UnixMilli() + m.now().Sub(m.start).Milliseconds()
	result := Result{At: time.UnixMilli(now)}
	if step.Op == OpUndo {
		for _, c := range counters {
			m.undo(now, step.At.UnixMilli(), c)
		}
		return result, nil
	}

	room := true
	for _, c := range counters {
		for _, l := range c.Limits {
			t := m.counters[c.Key].pair(now, l).tally(now, l)
			room = room && t.Wait == 0
			result.Tallies = append(result.Tallies, t)
		}
	}
	if step.Op == OpLook || step.Op == OpTake && !room {
		return result, nil
	}
	if !m.makeRoom(now, counters) {
		return result, errFull
	}
	result.Taken, result.Tallies = true, result.Tallies[:0]
	for _, c := range counters {
		have := m.counters[c.Key]
		if have == nil {
			have = new(counter)
			m.counters[c.Key] = have
		}
		for _, l := range c.Limits {
			result.Tallies = append(result.Tallies, have.add(now, l, step.Op == OpVerify))
		}
	}
	return result, nil
}

// makeRoom reports whether there is room for the counters that are not there yet. It looks for those
// that no longer count when there are twice as many as it last left, or when it has to.
func (m *memory) makeRoom(now int64, counters []Counter) bool {
	after := len(m.counters)
	for _, c := range counters {
		if m.counters[c.Key] == nil {
			after++
		}
	}
	full := after > m.most
	m.high.Store(after > m.most/5*4)
	if after < m.sweepAt && !full || full && now-m.swept < sweepInterval && now >= m.swept {
		return !full
	}
	before := len(m.counters)
	for key, c := range m.counters {
		if c.until <= now {
			delete(m.counters, key)
		}
	}
	m.swept, m.sweepAt = now, max(smallest, 2*len(m.counters))
	return after-(before-len(m.counters)) <= m.most
}

// pair returns what was counted under a limit until now; c may be nil.
func (c *counter) pair(now int64, l Limit) *pair {
	length := l.Within.Milliseconds()
	if c != nil {
		for _, p := range c.pairs {
			if p.length == length {
				p.sent.prune(now, length)
				p.verified.prune(now, length)
				return p
			}
		}
	}
	return &pair{length: length}
}

// add counts one code, sent or verified, and returns what counts then.
func (c *counter) add(now int64, l Limit, verified bool) Tally {
	p := c.pair(now, l)
	if len(p.sent.entries) == 0 && len(p.verified.entries) == 0 && !slices.Contains(c.pairs, p) {
		c.pairs = append(c.pairs, p)
	}
	if verified {
		p.verified.add(now, p.length)
	} else {
		p.sent.add(now, p.length)
	}
	c.until = max(c.until, now+p.length)
	return p.tally(now, l)
}

// undo takes back one code that was sent at at. A counter that is left without any goes, too: codes
// that are never sent must not fill the memory.
func (m *memory) undo(now, at int64, c Counter) {
	have := m.counters[c.Key]
	if have == nil {
		return
	}
	for _, l := range c.Limits {
		have.pair(now, l).sent.undo(at)
	}
	have.until = 0
	for _, p := range have.pairs {
		have.until = max(have.until, p.sent.last()+p.length, p.verified.last()+p.length)
	}
	if have.until <= now {
		delete(m.counters, c.Key)
	}
}
