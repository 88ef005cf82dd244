package guard

import "time"

// NewMemory returns the store of a guard without one.
func NewMemory(now func() time.Time, most int) Store { return newMemory(now, most) }

// Len returns the number of counters in memory.
func (g *Guard) Len() int { return len(g.local.counters) }

// Calls returns the calls that the guard knows, and whether they send.
func Calls() map[string]bool {
	all := map[string]bool{}
	for path, kind := range calls {
		all[path] = kind == sends
	}
	return all
}
