package guard_test

import (
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
)

// asker asks a guard with a clock that the test sets.
type asker struct {
	*guard.Guard
	*clock
	t testing.TB
}

// newAsker returns a guard with its own clock and without a log.
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

// ask asks for a code and wants no error.
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

// want asks for a code and compares the printed decision.
func (a *asker) want(address, client, decision string) {
	a.t.Helper()
	if d := a.ask(address, client); d.String() != decision {
		a.t.Errorf("a code to %s for %s: %q; want %q", address, client, d, decision)
	}
}

// number returns different phone numbers of the United States.
func number(i int) string { return fmt.Sprintf("+1415%07d", i) }

// ip returns addresses of different networks.
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

// TestAttack lets an attacker with any number of phone numbers ask for a day. The documentation states
// the largest number of codes.
func TestAttack(t *testing.T) {
	for _, test := range []struct {
		name      string
		countries []string // prefixes of phone numbers
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
				t.Errorf("%d counters are left", a.Len())
			}
		})
	}
}

// TestHonest sends more codes than any default limit, in an application whose codes are often
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

// TestAtOnce asks for many codes concurrently.
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
