package guard_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
)

// TestJunk asks for codes that are never sent. The guard stores nothing of
// them.
func TestJunk(t *testing.T) {
	a := newAsker(t, guard.Config{AllowCountries: []string{"US"}})
	a.want(phone, client, "allow")
	before := a.Len()
	for i := range 5_000 {
		a.ask(fmt.Sprintf("junk-%d", i), ip(i))
		a.ask(fmt.Sprintf("+4474%08d", i), ip(i))
		a.ask(phone, ip(i))      // limited by its address
		a.ask(number(i), client) // and, after ten, by its client
	}
	// The nine codes that the client got have left a gap counter and another
	// counter each.
	if grown := a.Len() - before; grown > 2*9 {
		t.Errorf("%d counters were added", grown)
	}
	a.want(phone, ip(1), "wait 30s: gap: 1 in 30s")
}

// TestUnsent asks for codes that the service then does not send, from more addresses than any person has.
// The phone numbers do not exist, for example.
func TestUnsent(t *testing.T) {
	a := newAsker(t, guard.Config{MaxCounters: 10_000})
	for i := range 20_000 {
		d := a.ask(number(i), ip(i))
		if !d.Allowed() {
			t.Fatalf("code %d: %v", i+1, d)
		}
		a.NotSent(t.Context(), d)
		a.Advance(time.Second)
	}
	// Clients and networks are counted for ten minutes, and addresses not at all.
	if a.Len() > 4*600 {
		t.Errorf("%d counters are left", a.Len())
	}
	if tally, err := a.Tally(t.Context(), ""); err != nil || tally.Sent != 0 {
		t.Errorf("%+v, %v", tally, err)
	}
}

// TestFull fills the memory of a guard without a total limit.
func TestFull(t *testing.T) {
	var log bytes.Buffer
	a := newAsker(t, guard.Config{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})), MaxCounters: 5000, PhoneTotal: []guard.Limit{}, PerCountry: []guard.Limit{}, Alarm: guard.AlarmRule{Least: -1}, PerNetwork: []guard.Limit{}})
	a.want(phone, client, "allow")
	a.Advance(10 * time.Second)
	allowed, full := 0, 0
	for i := range 10_000 {
		switch d := a.ask(number(i), ip(i)); {
		case d.Allowed():
			allowed++
		case d.Reason == guard.ReasonFull && d.Wait == time.Minute && d.Verdict == guard.Wait:
			full++
		default:
			t.Fatal(d)
		}
		if i%1000 == 0 {
			a.Advance(time.Second) // the search for room finds nothing
		}
	}
	if a.Len() > 5000 || allowed < 1600 || full == 0 {
		t.Errorf("%d counters, %d codes allowed and %d refused", a.Len(), allowed, full)
	}
	if warnings := strings.Count(log.String(), "nearly full"); warnings != 1 {
		t.Errorf("%d warnings:\n%s", warnings, &log)
	}
	// A counted client stays limited, and is not rejected because of others.
	a.want(phone, client, "wait 10s: gap: 1 in 30s")
	a.Advance(30 * time.Second)
	a.want(phone, client, "allow")
	// A day later the counters have expired, and there is room again.
	a.Advance(24 * time.Hour)
	for i := range 1000 {
		if d := a.ask(number(i), ip(i)); !d.Allowed() {
			t.Fatal(d)
		}
	}
}

// TestForgets checks that expired counters are removed, even if the memory is not
// full.
func TestForgets(t *testing.T) {
	a := newAsker(t, guard.Config{PhoneTotal: []guard.Limit{}, PerCountry: []guard.Limit{}})
	most := 0
	for day := range 6 {
		for i := range 2000 {
			a.ask(number(day*2000+i), ip(day*2000+i))
		}
		most = max(most, a.Len())
		a.Advance(25 * time.Hour)
	}
	if most > 4*8000 { // four counters for each code, and as many that may not be removed yet
		t.Errorf("%d counters for 2000 codes a day", most)
	}
}

// TestClockJumps sets the clock forward and back. No address is locked out for long. A jump forward can
// end a limit early, but not for longer than the jump.
func TestClockJumps(t *testing.T) {
	a := newAsker(t, guard.Config{PerAddress: []guard.Limit{{Most: 2, Within: time.Hour}}})
	a.want(phone, client, "allow")
	a.Advance(-48 * time.Hour)
	a.want(phone, client, "wait 30s: gap: 1 in 30s")
	a.Advance(30 * time.Second)
	a.want(phone, client, "allow")
	a.Advance(30 * time.Second)
	a.want(phone, client, "wait 59m0s: address: 2 in 1h")
	a.Advance(100 * 365 * 24 * time.Hour)
	a.want(phone, client, "allow")
	a.Advance(-200 * 365 * 24 * time.Hour)
	a.want(phone, client, "wait 30s: gap: 1 in 30s")
	a.Advance(time.Hour)
	a.want(phone, client, "allow")
}

// TestHostileInput asks with invalid addresses, clients and contexts.
func TestHostileInput(t *testing.T) {
	a := newAsker(t, guard.Config{})
	long := strings.Repeat("1", 1<<20)
	for _, address := range []string{
		"", "+", "@", "+" + long, long + "@" + long, "a@" + long, "+1\x00", "\xff\xfe@\xff", "+15005550006@", "+1５００5550006", "a@b\r\nBcc: c@d", "((((" + long, `"` + long,
		"a@[127.0.0.1]", "a@b@c", "+1 5005550006", "tel:+15005550006", "+15005550006;ext=1", "+15005550006,,1", "００15005550006",
	} {
		d, err := a.Ask(t.Context(), send(address, client))
		if err != nil || d.Allowed() && !strings.Contains(address, "@") {
			t.Errorf("%.40q: %v, %v", address, d, err)
		}
	}
	for _, addr := range []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified(), netip.MustParseAddr("::ffff:0:0"), netip.MustParseAddr("fe80::1%" + strings.Repeat("z", 1000))} {
		if _, err := a.Ask(t.Context(), guard.Send{Address: phone, Client: addr}); err != nil {
			t.Errorf("client %.40v: %v", addr, err)
		}
	}
	if d, err := a.Ask(t.Context(), guard.Send{Account: long, Purpose: long, Address: "eve@example.com", Client: netip.MustParseAddr("192.0.2.9")}); err != nil || !d.Allowed() {
		t.Errorf("long names: %v, %v", d, err)
	}
}

// TestRaces runs everything concurrently, for the race detector.
func TestRaces(t *testing.T) {
	a := newAsker(t, guard.Config{
		MaxCounters: 2000, Alarm: guard.AlarmRule{Least: 1, For: -1, Within: time.Minute},
		OnAlarm: func(context.Context, guard.Alarm) {}, OnDecision: func(context.Context, guard.Decision) {},
	})
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(worker)))
			for range 500 {
				s := send(number(random.IntN(500)), ip(random.IntN(500)))
				d, err := a.Ask(t.Context(), s)
				if err != nil {
					t.Error(err)
				}
				switch random.IntN(6) {
				case 0:
					a.NotSent(t.Context(), d)
				case 1:
					a.Sent(t.Context(), s)
				case 2:
					a.Advance(time.Duration(random.IntN(20)-5) * time.Second)
				case 3:
					if _, err := a.Look(t.Context(), s); err != nil {
						t.Error(err)
					}
				case 4:
					if _, err := a.Tally(t.Context(), "US"); err != nil {
						t.Error(err)
					}
				default:
					a.Verified(t.Context(), s)
				}
			}
		})
	}
	all.Wait()
}
