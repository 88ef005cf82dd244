package guard_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
)

// alarmed returns an asker, and the list of its alarms.
func alarmed(t *testing.T, cfg guard.Config) (*asker, *[]string) {
	var list []string
	cfg.OnAlarm = func(_ context.Context, alarm guard.Alarm) { list = append(list, alarm.String()) }
	return newAsker(t, cfg), &list
}

func wantAlarms(t *testing.T, have *[]string, want ...string) {
	t.Helper()
	if fmt.Sprintf("%q", *have) != fmt.Sprintf("%q", want) {
		t.Errorf("alarms: %q; want %q", *have, want)
	}
	*have = nil
}

func TestAlarm(t *testing.T) {
	a, alarms := alarmed(t, guard.Config{})
	ask := func(n int, verified bool) {
		for range n {
			i := int(a.Now().Unix())
			a.ask(number(i%10_000_000), ip(i%100_000))
			if verified {
				a.Verified(t.Context(), send(number(i%10_000_000), ip(i%100_000)))
			}
			a.Advance(time.Second)
		}
	}
	ask(49, false)
	a.Advance(6 * time.Minute)
	wantAlarms(t, alarms) // too few codes for an alarm
	ask(1, false)
	wantAlarms(t, alarms) // For has not passed yet
	a.Advance(5*time.Minute - 2*time.Second)
	ask(1, false)
	wantAlarms(t, alarms)
	a.Advance(time.Second)
	ask(1, false)
	wantAlarms(t, alarms, "of 52 codes to phones of US in 1h, 0 were verified", "of 52 codes to phones in 1h, 0 were verified")
	ask(100, false)
	wantAlarms(t, alarms) // one alarm per hour
	a.Advance(50 * time.Minute)
	ask(2, false)
	wantAlarms(t, alarms)
	a.Advance(time.Hour)

	// Honest use first, then a low share that recovers before For has passed.
	ask(100, true)
	a.Advance(10 * time.Minute)
	ask(200, false)
	wantAlarms(t, alarms)
	a.Advance(3 * time.Minute)
	ask(20, true)
	a.Advance(3 * time.Minute)
	ask(20, true)
	wantAlarms(t, alarms)
	// The share falls below 0.3 again and stays there.
	ask(200, false)
	a.Advance(5 * time.Minute)
	ask(1, false)
	if len(*alarms) != 2 {
		t.Errorf("alarms: %q", *alarms)
	}
}

// TestAlarmAtALimit reaches the limit of a country before there are enough codes to judge the
// share.
func TestAlarmAtALimit(t *testing.T) {
	var log bytes.Buffer
	a, alarms := alarmed(t, guard.Config{
		PerCountry: []guard.Limit{{Most: 3, Within: time.Minute}}, PhoneTotal: []guard.Limit{{Most: 5, Within: time.Hour}},
		Log: slog.New(slog.NewTextHandler(&log, nil)),
	})
	for i := range 3 {
		a.want(number(i), ip(i), "allow")
	}
	wantAlarms(t, alarms)
	for i := range 3 {
		a.want(number(i), ip(i), "wait 1m0s: country US: 3 in 1m")
	}
	wantAlarms(t, alarms, "of 3 codes to phones of US in 1h, 0 were verified; the limit of 3 in 1m is reached")
	for i := range 3 {
		a.ask(fmt.Sprintf("+44740012345%d", i), ip(10+i))
	}
	wantAlarms(t, alarms, "of 5 codes to phones in 1h, 0 were verified; the limit of 5 in 1h is reached")
	if warnings := strings.Count(log.String(), "level=WARN"); warnings != 2 {
		t.Errorf("%d warnings:\n%s", warnings, &log)
	}

	off, alarms := alarmed(t, guard.Config{PerCountry: []guard.Limit{{Most: 1, Within: time.Minute}}, Alarm: guard.AlarmRule{Least: -1}})
	for i := range 100 {
		off.ask(number(i), ip(i))
	}
	wantAlarms(t, alarms)
}

// TestAlarmRule sets every field.
func TestAlarmRule(t *testing.T) {
	a, alarms := alarmed(t, guard.Config{Alarm: guard.AlarmRule{Within: time.Minute, Least: 2, Share: 1, For: -1}})
	a.ask("+15005550001", ip(1))
	wantAlarms(t, alarms)
	a.ask("+447400123456", ip(2))
	wantAlarms(t, alarms, "of 2 codes to phones in 1m, 0 were verified")
	a.Advance(time.Minute)
	a.ask("ada@example.com", ip(3))
	a.ask("eve@example.com", ip(4))
	wantAlarms(t, alarms) // mailboxes cost nothing
}
