package guard_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
)

// asker asks a guard, at a time that the test sets.
type asker struct {
	*guard.Guard
	*clock
	t testing.TB
}

// newAsker returns a guard with a clock of its own and no log.
func newAsker(t testing.TB, cfg guard.Config) *asker {
	t.Helper()
	c := newClock()
	cfg.Now = c.Now
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	g, err := guard.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &asker{g, c, t}
}

// ask asks for a code, without an error.
func (a *asker) ask(address, client string) guard.Decision {
	a.t.Helper()
	d, err := a.Ask(a.t.Context(), send(address, client))
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

func send(address, client string) guard.Send {
	s := guard.Send{Address: address, NoClient: client == ""}
	if client != "" {
		s.Client = netip.MustParseAddr(client)
	}
	return s
}

// want asks for a code and wants the decision, as it prints.
func (a *asker) want(address, client, decision string) {
	a.t.Helper()
	if d := a.ask(address, client); d.String() != decision {
		a.t.Errorf("a code to %s for %s: %q; want %q", address, client, d, decision)
	}
}

// number makes different phone numbers of the United States.
func number(i int) string { return fmt.Sprintf("+1415%07d", i) }

// ip makes addresses of different networks.
func ip(i int) string { return fmt.Sprintf("%d.%d.%d.1", 11+i>>16, i>>8&255, i&255) }

const (
	phone  = "+15005550006"
	client = "192.0.2.1"
)

func TestDefaults(t *testing.T) {
	a := newAsker(t, guard.Config{})
	a.want(phone, client, "allow")
	a.want(phone, client, "wait 30s: gap: 1 in 30s")
	a.want("+1 500 555 0006", client, "refuse: invalid address")
	a.Advance(30 * time.Second)
	for range 4 {
		a.want(phone, client, "allow")
		a.Advance(30 * time.Second)
	}
	a.want(phone, ip(1), "wait 57m30s: address: 5 in 1h")
	for i := range 5 {
		a.want(number(i), client, "allow")
	}
	a.want(number(5), client, "wait 7m30s: client: 10 and 3 for each verified in 10m")
	a.want("ada@example.com", client, "wait 7m30s: client: 10 and 3 for each verified in 10m")
	a.want("ada@example.com", ip(2), "allow")
	a.Advance(time.Hour)
	for range 5 {
		a.want(phone, ip(3), "allow")
		a.Advance(time.Minute)
	}
	if d := a.ask(phone, ip(4)); d.Reason != guard.ReasonAddress || d.Limit.Within != 24*time.Hour {
		t.Errorf("the eleventh code of a day: %v", d)
	}
}

// TestAttack has an attacker with every number there is ask for a day. The documentation says what that
// costs at most.
func TestAttack(t *testing.T) {
	for _, test := range []struct {
		name      string
		countries []string // beginnings of numbers
		client    func(i int) string
		most      int
	}{
		{"one address", []string{"4474", "4915", "336", "1415"}, func(int) string { return client }, 50},
		{"one network", []string{"4474", "4915", "336", "1415"}, func(i int) string { return fmt.Sprintf("2001:db8:0:%x::1", i) }, 200},
		{"one country", []string{"1415"}, ip, 1000},
		{"everything", []string{"4474", "4915", "336", "1415"}, ip, 2000},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, sent := newAsker(t, guard.Config{}), 0
			const asks = 12_000
			for i := range asks {
				if a.ask(fmt.Sprintf("+%s%07d", test.countries[i%len(test.countries)], i), test.client(i)).Allowed() {
					sent++
				}
				a.Advance(24 * time.Hour / asks)
			}
			if sent != test.most {
				t.Errorf("%d codes; want %d", sent, test.most)
			}
			if a.Len() > 5*test.most {
				t.Errorf("%d counters are kept", a.Len())
			}
		})
	}
}

// TestHonest has an application that sends more than any default limit, and whose codes are mostly
// verified.
func TestHonest(t *testing.T) {
	a := newAsker(t, guard.Config{})
	for i := range 20_000 {
		if d := a.ask(number(i), ip(i)); !d.Allowed() {
			t.Fatalf("code %d: %v", i+1, d)
		}
		a.Advance(time.Second)
		if i%5 < 2 { // 40 %
			a.Verified(t.Context(), send(number(i), ip(i)))
		}
	}
}

func TestOneAddress(t *testing.T) {
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"+447400123456", "+4407400123456", true},
		{"ada@example.com", "Ada+shop@EXAMPLE.com", true},
		{"a.da@gmail.com", "ada@googlemail.com", true},
		{"a.da@example.com", "ada@example.com", false},
		{"+15005550006", "+15005550007", false},
	} {
		a := newAsker(t, guard.Config{})
		a.want(test.a, ip(1), "allow")
		if d := a.ask(test.b, ip(2)); d.Allowed() == test.same {
			t.Errorf("%s after %s: %v", test.b, test.a, d)
		}
	}
}

func TestOneClient(t *testing.T) {
	limits := []guard.Limit{{Most: 1, Within: time.Hour}}
	none := []guard.Limit{}
	for _, test := range []struct {
		a, b          string
		bits          int
		client, netwk bool
	}{
		{"192.0.2.1", "192.0.2.1", 0, true, true},
		{"192.0.2.1", "192.0.2.2", 0, false, true},
		{"192.0.2.1", "192.0.3.1", 0, false, false},
		{"192.0.2.1", "::ffff:192.0.2.1", 0, true, true},
		{"::ffff:192.0.2.1", "::ffff:192.0.3.1", 0, false, false},
		{"2001:db8::1", "2001:db8::ffff:2", 0, true, true},
		{"2001:db8:0:0::1", "2001:db8:0:1::1", 0, false, true},
		{"2001:db8:0:0::1", "2001:db8:1:0::1", 0, false, false},
		{"2001:db8:0:0::1", "2001:db8:0:1::1", 56, true, true},
		{"2001:db8::1", "2001:db8::2", 128, false, true},
		{"2001:db8:0::1", "2001:db8:1::1", 32, true, true},
		{"fe80::1%eth0", "fe80::1%eth1", 0, true, true},
	} {
		clients := newAsker(t, guard.Config{PerClient: limits, PerNetwork: none, IPv6Prefix: test.bits})
		clients.want(number(1), test.a, "allow")
		if d := clients.ask(number(2), test.b); d.Allowed() == test.client {
			t.Errorf("client %s after %s with %d bits: %v", test.b, test.a, test.bits, d)
		}
		networks := newAsker(t, guard.Config{PerClient: none, PerNetwork: limits, IPv6Prefix: test.bits})
		networks.want(number(1), test.a, "allow")
		if d := networks.ask(number(2), test.b); d.Allowed() == test.netwk {
			t.Errorf("network of %s after %s with %d bits: %v", test.b, test.a, test.bits, d)
		}
	}
}

func TestCountries(t *testing.T) {
	for _, test := range []struct {
		name          string
		allow, refuse []string
		number        string
		want          string
	}{
		{"any", nil, nil, "+15005550006", "allow"},
		{"no country", nil, nil, "+881612345678", "refuse: country refused 001"},
		{"no calling code", nil, nil, "+9991234567", "refuse: country refused"},
		{"allowed", []string{"US", "CA"}, nil, "+14165550123", "allow"},
		{"not allowed", []string{"US", "CA"}, nil, "+447400123456", "refuse: country refused GB"},
		{"shares +1", []string{"US", "CA"}, nil, "+18765550123", "refuse: country refused JM"},
		{"shares +7", []string{"KZ"}, nil, "+79161234567", "refuse: country refused RU"},
		{"shares +44", []string{"GB"}, nil, "+447797123456", "refuse: country refused JE"},
		{"no calling code, with a list", []string{"US"}, nil, "+9991234567", "refuse: country refused"},
		{"refused", nil, []string{"GB"}, "+447400123456", "refuse: country refused GB"},
		{"not refused", nil, []string{"GB"}, "+447797123456", "allow"},
		{"satellites", []string{"US", guard.International}, nil, "+881612345678", "allow"},
		{"a mailbox", []string{"US"}, nil, "ada@example.co.uk", "allow"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newAsker(t, guard.Config{AllowCountries: test.allow, RefuseCountries: test.refuse})
			a.want(test.number, client, test.want)
		})
	}
	a := newAsker(t, guard.Config{PerCountry: []guard.Limit{{Most: 2, Within: time.Hour}}})
	a.want("+15005550001", ip(1), "allow")
	a.want("+15005550002", ip(2), "allow")
	a.want("+15005550003", ip(3), "wait 1h0m0s: country US: 2 in 1h")
	a.want("+14165550123", ip(4), "allow") // Canada
	a.want("ada@example.com", ip(5), "allow")
}

func TestTotals(t *testing.T) {
	limits := []guard.Limit{{Most: 2, Within: time.Minute}, {Most: 3, Within: time.Hour}}
	a := newAsker(t, guard.Config{PhoneTotal: limits, EmailTotal: limits})
	for _, addresses := range [][]string{{"+15005550006", "+447400123456", "+4915112345678"}, {"a@example.com", "b@example.com", "c@example.com"}} {
		a.want(addresses[0], ip(1), "allow")
		a.want(addresses[1], ip(2), "allow")
		a.want(addresses[2], ip(3), "wait 1m0s: total: 2 in 1m")
	}
	a.Advance(time.Minute)
	a.want("+4915112345678", ip(3), "allow")
	a.want("+33612345678", ip(4), "wait 59m0s: total: 3 in 1h")
}

// TestAtOnce has many codes asked for at the same time.
func TestAtOnce(t *testing.T) {
	a := newAsker(t, guard.Config{PerCountry: []guard.Limit{{Most: 100, Within: time.Hour}}})
	var allowed atomic.Int64
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			for j := range 20 {
				d, err := a.Ask(t.Context(), send(number(j*64+i), ip(j*64+i)))
				if err != nil {
					t.Error(err)
				}
				if d.Allowed() {
					allowed.Add(1)
				}
			}
		})
	}
	all.Wait()
	if allowed.Load() != 100 {
		t.Errorf("%d codes were allowed; want 100", allowed.Load())
	}
}

func TestNoClient(t *testing.T) {
	a := newAsker(t, guard.Config{})
	if d, err := a.Ask(t.Context(), guard.Send{Address: phone}); !errors.Is(err, guard.ErrNoClient) || d.Allowed() {
		t.Errorf("without a client: %v, %v", d, err)
	}
	ctx := guard.WithClient(t.Context(), netip.MustParseAddr(client))
	if d, err := a.Ask(ctx, guard.Send{Address: phone}); err != nil || !d.Allowed() {
		t.Errorf("with the client of the context: %v, %v", d, err)
	}
	if d, err := a.Ask(guard.WithClient(t.Context(), netip.Addr{}), guard.Send{Address: phone}); !errors.Is(err, guard.ErrNoClient) || d.Allowed() {
		t.Errorf("with a client that could not be read: %v, %v", d, err)
	}
	// What the application sends by itself has the limits of the address all the same.
	for i := range 100 {
		if d, err := a.Ask(guard.WithoutClient(ctx), guard.Send{Address: number(i)}); err != nil || !d.Allowed() {
			t.Fatalf("code %d without a client: %v, %v", i+1, d, err)
		}
	}
	a.want(number(1), "", "wait 30s: gap: 1 in 30s")
	a.want(number(1), client, "wait 30s: gap: 1 in 30s")
}

func TestPurposeAndAccount(t *testing.T) {
	a := newAsker(t, guard.Config{PerAddress: []guard.Limit{{Most: 3, Within: time.Hour}}})
	ask := func(s guard.Send, want string) {
		t.Helper()
		s.NoClient = true
		if d, err := a.Ask(t.Context(), s); err != nil || d.String() != want {
			t.Errorf("%+v: %v, %v; want %s", s, d, err, want)
		}
	}
	ask(guard.Send{Address: "ada@example.com", Purpose: "a"}, "allow")
	ask(guard.Send{Address: "ada@example.com", Purpose: "b"}, "allow")
	ask(guard.Send{Address: "ada@example.com", Purpose: "b"}, "wait 30s: gap: 1 in 30s")
	ask(guard.Send{Address: "ada@example.com", Purpose: "c"}, "allow")
	ask(guard.Send{Address: "ada@example.com", Purpose: "d"}, "wait 1h0m0s: address: 3 in 1h")

	ask(guard.Send{}, "refuse: invalid address")
	ask(guard.Send{Account: "member-1"}, "allow")
	ask(guard.Send{Account: "member-1"}, "wait 30s: gap: 1 in 30s")
	ask(guard.Send{Account: "member-1", Address: phone}, "wait 30s: gap: 1 in 30s")
	ask(guard.Send{Account: "member-2", Address: phone}, "allow")
	ask(guard.Send{Account: "member-3", Address: phone}, "wait 30s: gap: 1 in 30s")
	ask(guard.Send{Account: "member-4", Address: "nowhere"}, "refuse: invalid address")
}

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
	a.NotSent(ended, a.ask(phone, client)) // the person has gone, and it is taken back all the same
	last := a.ask(phone, client)
	if !last.Allowed() {
		t.Errorf("after two that were not sent: %v", last)
	}
	a.want(number(1), client, "wait 1h0m0s: client: 3 in 1h") // trying counts
	a.NotSent(t.Context(), a.ask(phone, client))              // of a code that was not allowed, there is nothing to take back
	a.NotSent(t.Context(), guard.Decision{})
	a.want(phone, ip(2), "wait 1h0m0s: country US: 1 in 1h")
}

// TestNotSentForLong forgets what a client tried sooner than what it got.
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

// TestOwnMail has the application send more e-mails by itself than clients may ask for.
func TestOwnMail(t *testing.T) {
	a := newAsker(t, guard.Config{EmailTotal: []guard.Limit{{Most: 1, Within: time.Hour}}})
	for i := range 10 {
		a.want(fmt.Sprintf("invited-%d@example.com", i), "", "allow")
	}
	a.want("a@example.com", ip(1), "allow")
	a.want("b@example.com", ip(2), "wait 1h0m0s: total: 1 in 1h")
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
	// An address earns nothing, unless its limit says so.
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

// TestNoLimits turns everything off.
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
