package guard_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
)

// TestNothingPrintsAddresses logs and prints every kind of decision in every way.
func TestNothingPrintsAddresses(t *testing.T) {
	var log bytes.Buffer
	one := []guard.Limit{{Most: 1, Within: time.Hour}}
	cfg := guard.Config{
		PerAddress: one, PerClient: one, PerNetwork: one, PerCountry: one, PhoneTotal: one, RefuseCountries: []string{"GB"},
		Store: guard.NewMemory(newClock().Now, 1000), Key: []byte("key-that-must-stay-secret"),
		Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	a := newAsker(t, cfg)
	print := func(values ...any) {
		for _, v := range values {
			for verb := 'A'; verb <= 'z'; verb++ {
				if verb == 'p' || verb == 'w' {
					continue // fmt calls no methods with these verbs; see the README
				}
				fmt.Fprintf(&log, "%"+string(verb)+" %+"+string(verb)+" %#"+string(verb), v, v, v)
			}
			slog.New(slog.NewTextHandler(&log, nil)).Info("printed", "value", v)
		}
	}
	print(cfg, &cfg, a.Guard, *a.Guard, struct{ g *guard.Guard }{a.Guard})
	for _, s := range []guard.Send{
		send("+15005550006", "192.0.2.77"), send("+15005550006", "192.0.2.77"), send("+447400123456", "192.0.2.77"), send("ada.lovelace@example.com", "192.0.2.77"),
		send("nowhere-1234", "192.0.2.77"), send("+881612345678", "2001:db8:77::1"), {Address: "+15005550006"}, send("+15005550007", "198.51.100.77"),
	} {
		d, err := a.Ask(t.Context(), s)
		print(d, &d, err, d.Err(), s, &s)
		public, marshalErr := json.Marshal(d)
		if marshalErr != nil {
			t.Error(marshalErr)
		}
		log.Write(public)
		a.Verified(t.Context(), s)
		a.NotSent(t.Context(), d)
	}
	for _, secret := range []string{"5005550006", "7400123456", "lovelace", "nowhere-1234", "881612345678", "key-that", fmt.Sprint([]byte("key-that")[:4]), fmt.Sprintf("%x", "key-that")} {
		if i := strings.Index(log.String(), secret); i >= 0 {
			t.Errorf("%q is printed: ...%s", secret, log.String()[max(0, i-200):i+50])
		}
	}
	for _, want := range []string{"Country", "country refused", "guard.Guard{}"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not printed", want)
		}
	}
}

// TestNoAddressInMemory searches for counted addresses in a heap dump.
func TestNoAddressInMemory(t *testing.T) {
	a := newAsker(t, guard.Config{})
	var digits, local []byte // each is one higher than the value that the test searches for, so that it does not find itself
	ask := func() {
		d, l := fmt.Sprintf("%07d", rand.IntN(10_000_000)), fmt.Sprintf("%x", rand.Uint64())
		for i := range len(d) {
			digits = append(digits, d[i]+1)
		}
		for i := range len(l) {
			local = append(local, l[i]+1)
		}
		a.want("+1415"+d, client, "allow")
		a.want("Mailbox."+l+"+tag@gmail.com", client, "allow")
	}
	ask()
	if a.Len() < 6 {
		t.Fatalf("%d counters", a.Len())
	}
	runtime.GC()
	runtime.GC()
	path := filepath.Join(t.TempDir(), "heap")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	debug.WriteHeapDump(file.Fd())
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	heap, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	find := func(shifted []byte) bool {
		return bytes.Contains(heap, bytes.Map(func(r rune) rune { return r - 1 }, shifted))
	}
	if find(digits) || find(local) {
		t.Error("a counted address is in memory")
	}
	if !bytes.Contains(heap, []byte("country US")) {
		t.Error("the dump does not contain the counters")
	}
	runtime.KeepAlive(a)
}
