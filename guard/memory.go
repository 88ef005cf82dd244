package guard

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// errFull is the error of a store without room for another counter.
var errFull = errors.New("no room for another address or client")

// memory counts in this process.
type memory struct {
	now   func() time.Time
	start time.Time // times are relative to it, so that setting the machine's clock has no effect
	most  int       // the most counters

	high atomic.Bool // set when the memory is nearly full

	mu       sync.Mutex
	counters map[string]*counter
	sweepAt  int   // the number of counters at which expired ones are removed
	swept    int64 // when expired counters were last removed
}

// counter has the counts of one Counter.
type counter struct {
	pairs []*pair
	until int64 // when all its counts have expired
}

func newMemory(now func() time.Time, most int) *memory {
	return &memory{now: now, start: now(), most: most, counters: map[string]*counter{}, sweepAt: smallest}
}

// smallest is the number of counters below which expired ones are not searched.
const smallest = 1024

// sweepInterval is the least time between two searches of a full memory, in milliseconds. A search
// takes longer than a step.
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

// makeRoom reports whether there is room for the new counters. It removes expired ones if the number
// of counters has doubled since the last search, or if the memory is full.
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

// pair returns the counts under a limit at now. c may be nil.
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

// add counts one code, sent or verified, and returns the new tally.
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

// undo removes one code that was counted at the time at. It also removes an empty counter, because
// unsent codes must not fill the memory.
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
