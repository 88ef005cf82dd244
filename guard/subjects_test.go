package guard_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
)

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
	// Codes that the application sends by itself have the limits of the address too.
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

// TestOwnMail lets the application send more e-mails by itself than clients may ask for.
func TestOwnMail(t *testing.T) {
	a := newAsker(t, guard.Config{EmailTotal: []guard.Limit{{Most: 1, Within: time.Hour}}})
	for i := range 10 {
		a.want(fmt.Sprintf("invited-%d@example.com", i), "", "allow")
	}
	a.want("a@example.com", ip(1), "allow")
	a.want("b@example.com", ip(2), "wait 1h0m0s: total: 1 in 1h")
}
