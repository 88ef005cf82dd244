package guard

import (
	"math"
	"time"
)

// window remembers when something happened, for as long as it counts. Times are in milliseconds.
type window struct {
	entries []entry // the oldest first
	total   int
}

// entry is something that happened n times, the last time at at.
type entry struct {
	at int64
	n  int
}

// A window tells at least exact times apart. With more, those that fall into the same one of slots
// parts of its length become one entry: it counts a little longer then, and never too little, and a
// window never has more than exact+slots+1 entries.
const (
	exact = 32
	slots = 32
)

// prune forgets what no longer counts. What lies in the future, because the clock was set back,
// happened now.
func (w *window) prune(now, length int64) {
	old := 0
	for old < len(w.entries) && w.entries[old].at+length <= now {
		w.total -= w.entries[old].n
		old++
	}
	w.entries = w.entries[old:]
	for i := len(w.entries) - 1; i >= 0 && w.entries[i].at > now; i-- {
		w.entries[i].at = now
	}
}

// add counts one more, in a window that is pruned.
func (w *window) add(now, length int64) {
	w.total++
	slot := max(length/slots, 1)
	if last := len(w.entries) - 1; len(w.entries) >= exact && w.entries[last].at/slot == now/slot {
		w.entries[last].at = now
		w.entries[last].n++
		return
	}
	w.entries = append(w.entries, entry{now, 1})
}

// undo takes one back that was added at at.
func (w *window) undo(at int64) {
	for i := range w.entries {
		if w.entries[i].at < at {
			continue
		}
		w.total--
		if w.entries[i].n--; w.entries[i].n == 0 {
			w.entries = append(w.entries[:i], w.entries[i+1:]...)
		}
		return
	}
}

// last is when something last happened, long ago if nothing did.
func (w *window) last() int64 {
	if len(w.entries) == 0 {
		return math.MinInt64 / 2
	}
	return w.entries[len(w.entries)-1].at
}

// pair is what is counted under one limit.
type pair struct {
	length         int64
	sent, verified window
}

// tally returns what counts, and how long to wait for room. The windows are pruned.
func (p *pair) tally(now int64, l Limit) Tally {
	t := Tally{Sent: p.sent.total, Verified: min(p.verified.total, p.sent.total)}
	if l.Most == 0 || t.Sent < l.Most+l.Earned*t.Verified {
		return t
	}
	// There is room once enough of what was sent no longer counts. What was verified ends to count
	// on the way, too.
	sent, verified, next := p.sent.total, p.verified.total, 0
	for _, e := range p.sent.entries {
		then := e.at + p.length
		sent -= e.n
		for next < len(p.verified.entries) && p.verified.entries[next].at+p.length <= then {
			verified -= p.verified.entries[next].n
			next++
		}
		t.Wait = time.Duration(then-now) * time.Millisecond
		if sent < l.Most+l.Earned*min(verified, sent) {
			break
		}
	}
	return t
}
