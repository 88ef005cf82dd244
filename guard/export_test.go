package guard

import "time"

// NewMemory returns the store of a guard without one.
func NewMemory(now func() time.Time, most int) Store { return newMemory(now, most) }

// Len is how many counters a guard has in memory.
func (g *Guard) Len() int { return len(g.local.counters) }

// Calls are the calls that the guard knows, and whether they send.
func Calls() map[string]bool {
	all := map[string]bool{}
	for path, kind := range calls {
		all[path] = kind == sends
	}
	return all
}
