package redisguard

import (
	"bytes"
	"log/slog"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/stytchgen/sdk/guard"
)

const phone = "+15005550006"

func newGuard(t *testing.T, store *Store, change ...func(*guard.Config)) *guard.Guard {
	t.Helper()
	cfg := guard.Config{Store: store, Key: []byte("a key that all processes share"), Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&cfg)
	}
	g, err := guard.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// ask asks for a code and compares the start of the printed decision, because the server's clock
// moves.
func ask(t *testing.T, g *guard.Guard, address, decision string) guard.Decision {
	t.Helper()
	d, err := g.Ask(t.Context(), guard.Send{Address: address, Client: netip.MustParseAddr("192.0.2.1")})
	if err != nil || !strings.HasPrefix(d.String(), decision) {
		t.Errorf("%v, %v; want %s", d, err, decision)
	}
	return d
}

// TestSharedLimits uses two guards with one server.
func TestSharedLimits(t *testing.T) {
	s := startServer(t)
	// The clock of a process does not matter.
	wrongClock := func(cfg *guard.Config) { cfg.Now = func() time.Time { return time.Now().Add(48 * time.Hour) } }
	one, two := newGuard(t, newStore(t, s)), newGuard(t, newStore(t, s), wrongClock)
	d := ask(t, one, phone, "allow")
	ask(t, two, phone, "wait")
	two.NotSent(t.Context(), d)
	ask(t, two, phone, "allow")
	two.Verified(t.Context(), guard.Send{Address: phone, Client: netip.MustParseAddr("192.0.2.1")})
	if tally, err := one.Tally(t.Context(), "US"); err != nil || tally.Sent != 1 || tally.Verified != 1 {
		t.Errorf("%+v, %v", tally, err)
	}
	apart, err := New(s.Client, Options{Name: "another"})
	if err != nil {
		t.Fatal(err)
	}
	ask(t, newGuard(t, apart), phone, "allow")
	otherKey := func(cfg *guard.Config) { cfg.Key = []byte("another key of 16 bytes") }
	ask(t, newGuard(t, newStore(t, s), otherKey), phone, "allow")
}

// TestHungServer pauses the server and continues it.
func TestHungServer(t *testing.T) {
	s := startServer(t)
	for _, test := range []struct {
		down          guard.StoreDown
		first, second string
	}{{guard.CountLocally, "allow", "wait"}, {guard.FailOpen, "allow: store down", "allow: store down"}} {
		s.flush(t)
		g := newGuard(t, newStore(t, s), func(cfg *guard.Config) { cfg.StoreDown, cfg.StoreTimeout = test.down, 100*time.Millisecond })
		if err := s.process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		ask(t, g, phone, test.first)
		ask(t, g, phone, test.second)
		if err := s.process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		s.wait(t)
	}
	// No server at all.
	var log bytes.Buffer
	client := connect(s.socket + "-not-there")
	defer client.Close()
	store, err := New(client, Options{})
	if err != nil {
		t.Fatal(err)
	}
	g := newGuard(t, store, func(cfg *guard.Config) {
		cfg.StoreDown, cfg.Log = guard.FailClosed, slog.New(slog.NewTextHandler(&log, nil))
	})
	d, err := g.Ask(t.Context(), guard.Send{Address: phone, NoClient: true})
	if err == nil || d.Allowed() || !strings.Contains(log.String(), "the store failed") || strings.Contains(log.String(), "5005550006") {
		t.Errorf("%v, %v; the log:\n%s", d, err, &log)
	}
}

// TestForgottenScript removes the script from the server, like a restart.
func TestForgottenScript(t *testing.T) {
	s := startServer(t)
	g := newGuard(t, newStore(t, s))
	ask(t, g, phone, "allow")
	if err := s.ScriptFlush(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	ask(t, g, phone, "wait")
}

// TestKeys checks the keys in the server: no address, and no key without an expiry.
func TestKeys(t *testing.T) {
	s := startServer(t)
	g := newGuard(t, newStore(t, s))
	for _, address := range []string{phone, "ada.lovelace@example.com", "+447400123456"} {
		ask(t, g, address, "allow")
	}
	g.Verified(t.Context(), guard.Send{Address: phone, Client: netip.MustParseAddr("192.0.2.1")})
	keys, err := s.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) < 9 {
		t.Fatalf("%q, %v", keys, err)
	}
	for _, key := range keys {
		if !strings.HasPrefix(key, "{guard}:1:") {
			t.Errorf("%q is in another slot", key)
		}
		ttl, err := s.PTTL(t.Context(), key).Result()
		if err != nil || ttl <= 0 || ttl > 24*time.Hour {
			t.Errorf("%s lives %v, %v", key, ttl, err)
		}
		value, err := s.Get(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"5005550006", "lovelace", "example", "7400123456", "192.0.2"} {
			if strings.Contains(key+value, secret) {
				t.Errorf("%q shows %s", key, secret)
			}
		}
	}
	// A rejected code leaves no key.
	before := s.DBSize(t.Context()).Val()
	for range 100 {
		ask(t, g, phone, "wait")
		ask(t, g, "junk", "refuse")
	}
	if after := s.DBSize(t.Context()).Val(); after > before {
		t.Errorf("%d keys were added", after-before)
	}
}

// TestForeignValues writes values that the script cannot read.
func TestForeignValues(t *testing.T) {
	s := startServer(t)
	g := newGuard(t, newStore(t, s), func(cfg *guard.Config) { cfg.StoreDown = guard.FailClosed })
	ask(t, g, phone, "allow")
	for _, value := range []string{"x", strings.Repeat("\xff", 100), strings.Repeat("\x00", 18)} {
		for _, key := range s.Keys(t.Context(), "*").Val() {
			s.Set(t.Context(), key, value, redis.KeepTTL)
		}
		if d, err := g.Ask(t.Context(), guard.Send{Address: phone, NoClient: true}); err == nil && !d.Allowed() {
			t.Errorf("%q: %v", value, d)
		}
	}
	s.flush(t)
	ask(t, g, phone, "allow")
}

func TestNew(t *testing.T) {
	deaf := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer deaf.Close()
	good := connect("nowhere")
	defer good.Close()
	for name, test := range map[string]struct {
		client redis.UniversalClient
		opts   Options
		want   string
	}{
		"nil":    {nil, Options{}, "the client is nil"},
		"deaf":   {deaf, Options{}, "set ContextTimeoutEnabled"},
		"braces": {good, Options{Name: "a}b"}, `"a}b" has braces`},
	} {
		if store, err := New(test.client, test.opts); store != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, %v; want an error with %q", name, store, err, test.want)
		}
	}
	if _, err := New(good, Options{}); err != nil {
		t.Error(err)
	}
}
