package guard

import (
	"fmt"
	"strings"
	"time"
)

// Limit is how many codes may be sent within a period. It applies to every period of that length, not
// to calendar hours.
type Limit struct {
	// Most is how many codes may be sent, at least 1.
	Most int
	// Within is the length of the period, from a second to 31 days.
	Within time.Duration
	// Earned is how many more codes each verified code allows in the same period; see
	// [Guard.Verified]. A limit with Earned grows with honest use and only limits codes that are not
	// verified. Of N codes, at least (N-Most)/Earned were verified. At most 100; 0 means that
	// verified codes change nothing.
	Earned int
}

// String returns a short form: "5 in 1h", "200 and 3 for each verified in 24h".
func (l Limit) String() string {
	if l.Earned > 0 {
		return fmt.Sprintf("%d and %d for each verified in %s", l.Most, l.Earned, short(l.Within))
	}
	return fmt.Sprintf("%d in %s", l.Most, short(l.Within))
}

// short formats a duration without zero units at its end: "1h" for 1h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if before, ok := strings.CutSuffix(s, "m0s"); ok {
		s = before + "m"
	}
	if before, ok := strings.CutSuffix(s, "h0m"); ok {
		s = before + "h"
	}
	return s
}

// The bounds of a limit.
const (
	shortest  = time.Second
	longest   = 31 * 24 * time.Hour
	mostEver  = 1_000_000_000
	maxEarned = 100
	maxLimits = 8
)

// checkLimits reports an invalid limit in a field of Config.
func checkLimits(field string, limits []Limit) error {
	if len(limits) > maxLimits {
		return fmt.Errorf("guard: %s has %d limits: want at most %d", field, len(limits), maxLimits)
	}
	seen := map[time.Duration]bool{}
	for i, l := range limits {
		at := fmt.Sprintf("guard: %s[%d]", field, i)
		switch {
		case l.Most < 1 || l.Most > mostEver:
			return fmt.Errorf("%s.Most is %d: want 1 to %d; for no limit at all, set %s to []guard.Limit{}", at, l.Most, mostEver, field)
		case l.Within < shortest || l.Within > longest || l.Within%time.Millisecond != 0:
			return fmt.Errorf("%s.Within is %v: want whole milliseconds, from %v to %v", at, l.Within, shortest, longest)
		case l.Earned < 0 || l.Earned > maxEarned:
			return fmt.Errorf("%s.Earned is %d: want 0 to %d", at, l.Earned, maxEarned)
		case seen[l.Within]:
			return fmt.Errorf("%s is a second limit within %v: want one", at, l.Within)
		}
		seen[l.Within] = true
	}
	return nil
}
