package guard

import (
	"math"
	"time"
)

// window stores the times of events that still count, in milliseconds.
type window struct {
	entries []entry // the oldest first
	total   int
}

// entry is n events. at is the time of the last one.
type entry struct {
	at int64
	n  int
}

// A window distinguishes at least exact times. With more, it divides its length into slots parts, and
// joins the times of one part into one entry. That entry counts a little longer, never shorter. So a
// window never has more than exact+slots+1 entries.
const (
	exact = 32
	slots = 32
)

// prune removes expired entries. Times in the future, after the clock was set back, are set to
// now.
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

// add counts one more event. The window must be pruned.
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

// undo removes one event that was added at the time at.
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

// last is the time of the last event, or long ago if there is none.
func (w *window) last() int64 {
	if len(w.entries) == 0 {
		return math.MinInt64 / 2
	}
	return w.entries[len(w.entries)-1].at
}

// pair has the counts under one limit.
type pair struct {
	length         int64
	sent, verified window
}

// tally returns the counts and the time until there is room. The windows must be
// pruned.
func (p *pair) tally(now int64, l Limit) Tally {
	t := Tally{Sent: p.sent.total, Verified: min(p.verified.total, p.sent.total)}
	if l.Most == 0 || t.Sent < l.Most+l.Earned*t.Verified {
		return t
	}
	// There is room when enough sent codes have expired. Verified codes expire in the meantime too.
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
