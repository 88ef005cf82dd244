package guard_test

import (
	"context"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
)

func TestLook(t *testing.T) {
	a := newAsker(t, guard.Config{})
	look := func(want string) {
		t.Helper()
		if d, err := a.Look(t.Context(), send(phone, client)); err != nil || d.String() != want {
			t.Errorf("%v, %v; want %s", d, err, want)
		}
	}
	look("allow")
	look("allow")
	a.want(phone, client, "allow")
	a.Advance(10 * time.Second)
	look("wait 20s: gap: 1 in 30s")
	a.Advance(20 * time.Second)
	look("allow")
}

func TestNotSent(t *testing.T) {
	a := newAsker(t, guard.Config{
		PerClient:  []guard.Limit{{Most: 3, Within: time.Hour}},
		PerCountry: []guard.Limit{{Most: 1, Within: time.Hour}}, PhoneTotal: []guard.Limit{{Most: 1, Within: time.Hour}},
	})
	d := a.ask(phone, client)
	a.NotSent(t.Context(), d)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	a.NotSent(ended, a.ask(phone, client)) // the request is canceled, and the code is still removed
	last := a.ask(phone, client)
	if !last.Allowed() {
		t.Errorf("after two that were not sent: %v", last)
	}
	a.want(number(1), client, "wait 1h0m0s: client: 3 in 1h") // unsent codes count for the client
	a.NotSent(t.Context(), a.ask(phone, client))              // a code that was not allowed has no counts to remove
	a.NotSent(t.Context(), guard.Decision{})
	a.want(phone, ip(2), "wait 1h0m0s: country US: 1 in 1h")
}

// TestNotSentForLong checks that unsent codes of a client expire before sent
// ones.
func TestNotSentForLong(t *testing.T) {
	limits := []guard.Limit{{Most: 2, Within: time.Hour}, {Most: 3, Within: 24 * time.Hour}}
	a := newAsker(t, guard.Config{PerClient: limits})
	for i := range 6 {
		a.NotSent(t.Context(), a.ask(number(i), client))
		if i%2 == 1 {
			a.want(number(i), client, "wait 1h0m0s: client: 2 in 1h")
			a.Advance(time.Hour)
		}
	}
	a.want(number(10), client, "allow")
}

func TestVerified(t *testing.T) {
	limits := []guard.Limit{{Most: 1, Within: time.Hour, Earned: 1}}
	none := []guard.Limit{}
	for _, cfg := range []guard.Config{
		{PerClient: limits, PerNetwork: none}, {PerClient: none, PerNetwork: limits}, {PerCountry: limits}, {PhoneTotal: limits},
	} {
		a := newAsker(t, cfg)
		a.want(number(1), client, "allow")
		if d := a.ask(number(2), client); d.Allowed() {
			t.Errorf("%+v: a second code before the first was verified", cfg)
		}
		a.Verified(t.Context(), send(number(1), client))
		a.want(number(2), client, "allow")
		a.Verified(t.Context(), send("nowhere", client))
		if d := a.ask(number(3), client); d.Allowed() {
			t.Errorf("%+v: a third code before the second was verified", cfg)
		}
	}
	// The limit of an address grows only if it has Earned.
	a := newAsker(t, guard.Config{})
	a.want(phone, client, "allow")
	a.Verified(t.Context(), send(phone, client))
	a.want(phone, client, "wait 30s: gap: 1 in 30s")
}

func TestSent(t *testing.T) {
	a := newAsker(t, guard.Config{PerAddress: []guard.Limit{{Most: 2, Within: time.Hour}}})
	for range 3 {
		a.Sent(t.Context(), send(phone, client))
	}
	a.want(phone, client, "wait 1h0m0s: address: 2 in 1h")
	a.Sent(t.Context(), send("nowhere", client))
	if tally, err := a.Tally(t.Context(), "US"); err != nil || tally.Sent != 3 || tally.Verified != 0 {
		t.Errorf("%+v, %v", tally, err)
	}
	a.Verified(t.Context(), send(phone, client))
	if tally, err := a.Tally(t.Context(), ""); err != nil || tally.Sent != 3 || tally.Verified != 1 {
		t.Errorf("%+v, %v", tally, err)
	}
}

// TestNoLimits turns all limits off.
func TestNoLimits(t *testing.T) {
	none := []guard.Limit{}
	a := newAsker(t, guard.Config{
		Gap: -1, PerAddress: none, PerClient: none, PerNetwork: none, PerCountry: none, PhoneTotal: none, Alarm: guard.AlarmRule{Least: -1},
	})
	for range 100 {
		a.want(phone, client, "allow")
	}
	if d, err := a.Look(t.Context(), send(phone, client)); err != nil || !d.Allowed() || a.Len() != 0 {
		t.Errorf("%v, %v and %d counters", d, err, a.Len())
	}
}
