package storetest

import (
	"time"

	"github.com/stytchgen/sdk/guard"
)

// model counts like a guard.Store, in the simplest way.
type model struct {
	sent, verified map[string][]time.Time // by the key of the counter
	receipts       []receipt
}

// receipt is a counted code.
type receipt struct {
	at       time.Time
	counters []guard.Counter
}

func (m *model) do(step guard.Step, now time.Time, counters []guard.Counter) (taken bool, tallies []guard.Tally) {
	if m.sent == nil {
		m.sent, m.verified = map[string][]time.Time{}, map[string][]time.Time{}
	}
	all := func() (list []guard.Tally, room bool) {
		room = true
		for _, c := range counters {
			for _, l := range c.Limits {
				t := m.tally(now, c.Key, l)
				list, room = append(list, t), room && t.Wait == 0
			}
		}
		return list, room
	}
	tallies, room := all()
	switch step.Op {
	case guard.OpTake:
		if !room {
			return false, tallies
		}
		m.receipts = append(m.receipts, receipt{now, counters})
		for _, c := range counters {
			m.sent[c.Key] = append(m.sent[c.Key], now)
		}
	case guard.OpVerify:
		for _, c := range counters {
			m.verified[c.Key] = append(m.verified[c.Key], now)
		}
	case guard.OpUndo:
		m.receipts = m.receipts[:len(m.receipts)-1]
		for _, c := range counters {
			for i, at := range m.sent[c.Key] {
				if at.Equal(step.At) {
					m.sent[c.Key] = append(m.sent[c.Key][:i:i], m.sent[c.Key][i+1:]...)
					break
				}
			}
		}
	}
	tallies, _ = all()
	return true, tallies
}

// tally computes a tally. It tries every millisecond at which a code stops
// counting.
func (m *model) tally(now time.Time, key string, l guard.Limit) guard.Tally {
	count := func(times []time.Time, then time.Time) (n int) {
		for _, at := range times {
			if at.Add(l.Within).After(then) {
				n++
			}
		}
		return n
	}
	room := func(then time.Time) bool {
		sent := count(m.sent[key], then)
		return l.Most == 0 || sent < l.Most+l.Earned*min(count(m.verified[key], then), sent)
	}
	t := guard.Tally{Sent: count(m.sent[key], now)}
	t.Verified = min(count(m.verified[key], now), t.Sent)
	if room(now) {
		return t
	}
	for _, at := range m.sent[key] {
		if then := at.Add(l.Within); then.After(now) && room(then) {
			t.Wait = then.Sub(now)
			return t
		}
	}
	return t
}
