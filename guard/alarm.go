package guard

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Alarm is a warning that codes may be sent for a fraudster, who earns from them.
type Alarm struct {
	// Country is the country of the phones, empty for all countries together.
	Country string
	// Within is the period of Sent and Verified.
	Within time.Duration
	// Sent is how many codes were sent, and Verified how many of them were verified.
	Sent, Verified int
	// Reached is the limit of the country, or of all codes to phones, that was reached. It is zero if
	// the share of verified codes caused the alarm.
	Reached Limit
}

// String returns the alarm as a sentence.
func (a Alarm) String() string {
	where := "to phones"
	if a.Country != "" {
		where += " of " + a.Country
	}
	s := fmt.Sprintf("of %d codes %s in %s, %d were verified", a.Sent, where, short(a.Within), a.Verified)
	if a.Reached != (Limit{}) {
		s += fmt.Sprintf("; the limit of %s is reached", a.Reached)
	}
	return s
}

// alarms stores the last alarms of each country. The number of countries is limited, so the map does
// not grow.
type alarms struct {
	mu     sync.Mutex
	places map[string]*place
}

// place is a country, or all of them together.
type place struct {
	low  time.Time // since when the share is too small; zero if it is not
	told time.Time // when an alarm last went off
}

// watch checks the counts after a code was asked for, and raises the alarms that are due. Each country
// has at most one alarm in AlarmRule.Within.
func (g *Guard) watch(ctx context.Context, subjects []subject, tallies []Tally, refused bool) {
	rule := g.cfg.Alarm
	if rule.Least < 0 {
		return
	}
	now := g.cfg.Now()
	for _, s := range subjects {
		of := tallies[:len(s.Limits)]
		tallies = tallies[len(s.Limits):]
		for i, l := range s.Limits {
			if !s.alarming() || l.Within != rule.Within {
				continue
			}
			alarm := Alarm{Within: rule.Within, Sent: of[i].Sent, Verified: of[i].Verified}
			if s.reason == ReasonCountry {
				alarm.Country = s.country
			}
			for j, l := range s.Limits {
				if refused && of[j].Wait > 0 {
					alarm.Reached = l
				}
			}
			if g.alarms.due(alarm, rule, now) {
				g.log().LogAttrs(ctx, slog.LevelWarn, "guard: "+alarm.String())
				if g.cfg.OnAlarm != nil {
					g.cfg.OnAlarm(ctx, alarm)
				}
			}
		}
	}
}

// alarming reports whether there are alarms for a subject.
func (s subject) alarming() bool {
	return s.reason == ReasonCountry || s.reason == ReasonTotal && s.Key == phonesKey
}

// due reports whether an alarm is raised, and stores the time.
func (a *alarms) due(alarm Alarm, rule AlarmRule, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.places[alarm.Country]
	if p == nil {
		p = new(place)
		a.places[alarm.Country] = p
	}
	switch {
	case alarm.Sent < rule.Least || float64(alarm.Verified) >= rule.Share*float64(alarm.Sent):
		p.low = time.Time{}
	case p.low.IsZero() || now.Before(p.low): // the clock was set back
		p.low = now
	}
	low := !p.low.IsZero() && now.Sub(p.low) >= rule.For
	if !low && alarm.Reached == (Limit{}) {
		return false
	}
	if since := now.Sub(p.told); !p.told.IsZero() && since >= 0 && since < rule.Within {
		return false
	}
	p.told = now
	return true
}
