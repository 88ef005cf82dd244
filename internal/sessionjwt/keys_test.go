package sessionjwt

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stytchgen/sdk/internal/flight"
)

// publisher publishes keys, on a clock that the test holds.
type publisher struct {
	now     time.Time
	keys    []Key
	err     error
	takes   time.Duration // how far a fetch moves the clock
	fetches atomic.Int32
}

func (p *publisher) fetch(context.Context) ([]Key, error) {
	p.fetches.Add(1)
	p.now = p.now.Add(p.takes)
	return p.keys, p.err
}

func (p *publisher) clock() time.Time { return p.now }

func newKey(t *testing.T, id string) Key {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, minBits)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	return Key{ID: id, Type: "RSA", Use: "sig", Algorithm: "RS256",
		N: encode(private.N.Bytes()), E: encode(big.NewInt(int64(private.E)).Bytes())}
}

// TestSlowOutage: a fetch that takes long to fail is not followed by another at
// once.
func TestSlowOutage(t *testing.T) {
	p := &publisher{now: time.Unix(1e9, 0), err: errors.New("down"), takes: flight.Timeout}
	keys := Fetched(p.fetch)
	for range 5 {
		if _, err := keys.get(t.Context(), "key-1", p.clock); !errors.Is(err, ErrKeysUnreachable) {
			t.Fatalf("error %v", err)
		}
	}
	if n := p.fetches.Load(); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
	p.now = p.now.Add(refreshInterval)
	p.keys, p.err = []Key{newKey(t, "key-1")}, nil
	if key, err := keys.get(t.Context(), "key-1", p.clock); key == nil {
		t.Errorf("up again: %v", err)
	}
}

// TestImpatience: callers wait once for a service that does not answer, not each
// of them again.
func TestImpatience(t *testing.T) {
	answer := make(chan struct{})
	key := newKey(t, "key-1")
	keys := Fetched(func(context.Context) ([]Key, error) { <-answer; return []Key{key}, nil })
	keys.patience = 0
	for range 100 {
		if _, err := keys.get(t.Context(), "key-1", time.Now); !errors.Is(err, ErrKeysUnreachable) {
			t.Fatalf("error %v", err)
		}
	}
	keys.mu.Lock()
	fetch := keys.flight
	keys.mu.Unlock()
	close(answer)
	<-fetch.Done()
	if got, err := keys.get(t.Context(), "key-1", time.Now); got == nil {
		t.Errorf("after the answer: %v", err)
	}
}

// TestPanic: a panic of what the application put around the fetch, which runs
// beside every request, is an error, and tells nothing of its value.
func TestPanic(t *testing.T) {
	key, broken := newKey(t, "key-1"), true
	p := &publisher{now: time.Unix(1e9, 0)}
	keys := Fetched(func(context.Context) ([]Key, error) {
		if broken {
			panic(errors.New("s3cret"))
		}
		return []Key{key}, nil
	})
	_, err := keys.get(t.Context(), "key-1", p.clock)
	if !errors.Is(err, ErrKeysUnreachable) || !strings.Contains(err.Error(), "panic") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("error %v", err)
	}
	broken = false
	p.now = p.now.Add(refreshInterval)
	if got, err := keys.get(t.Context(), "key-1", p.clock); got == nil {
		t.Errorf("after the panic: %v", err)
	}
}

// TestContextOfAFetch: a fetch has the values of who began it, and its own end.
func TestContextOfAFetch(t *testing.T) {
	type name struct{}
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), name{}, "trace-1"))
	fetched := make(chan context.Context, 1)
	keys := Fetched(func(ctx context.Context) ([]Key, error) {
		cancel()
		fetched <- ctx
		return nil, ctx.Err()
	})
	if _, err := keys.get(ctx, "key-1", time.Now); !errors.Is(err, ErrKeysUnreachable) {
		t.Errorf("error %v", err)
	}
	got := <-fetched
	if _, limited := got.Deadline(); got.Value(name{}) != "trace-1" || !limited {
		t.Errorf("the fetch has the trace %v and a time limit: %v", got.Value(name{}), limited)
	}
}

// TestNobodyWaitsForARefresh: with old keys at hand, newer ones are fetched
// beside the call. One that waited would wait for ever here.
func TestNobodyWaitsForARefresh(t *testing.T) {
	key, now := newKey(t, "key-1"), time.Unix(1e9, 0)
	clock := func() time.Time { return now }
	asked, answer := make(chan struct{}, 1), make(chan struct{}, 1)
	keys := Fetched(func(context.Context) ([]Key, error) {
		asked <- struct{}{}
		<-answer
		return []Key{key}, nil
	})
	keys.patience = time.Hour
	answer <- struct{}{}
	if _, err := keys.get(t.Context(), "key-1", clock); err != nil {
		t.Fatal(err)
	}
	<-asked
	now = now.Add(refreshAfter)
	for range 3 {
		if got, err := keys.get(t.Context(), "key-1", clock); got == nil {
			t.Errorf("error %v", err)
		}
	}
	<-asked // one fetch, for all three
	close(answer)
}

// TestWithdrawnKey: a key that is no longer published is not believed for ever,
// unless nobody can be asked.
func TestWithdrawnKey(t *testing.T) {
	old, next := newKey(t, "old"), newKey(t, "next")
	p := &publisher{now: time.Unix(1e9, 0), keys: []Key{old}}
	keys := Fetched(p.fetch)
	if _, err := keys.get(t.Context(), "old", p.clock); err != nil {
		t.Fatal(err)
	}
	p.keys, p.err = []Key{next}, errors.New("down")
	p.now = p.now.Add(100 * 24 * time.Hour)
	for range 3 {
		if _, err := keys.get(t.Context(), "old", p.clock); err != nil {
			t.Errorf("while the service is down: %v", err)
		}
	}
	if n := p.fetches.Load(); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}
	p.err = nil
	p.now = p.now.Add(refreshInterval)
	if _, err := keys.get(t.Context(), "old", p.clock); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("a key that was withdrawn: error %v", err)
	}
	if _, err := keys.get(t.Context(), "next", p.clock); err != nil {
		t.Errorf("the key in its place: %v", err)
	}
}

// TestUnknownForNow: right after a fetch it is unknown whether a key has been
// published since, and the error says so.
func TestUnknownForNow(t *testing.T) {
	p := &publisher{now: time.Unix(1e9, 0), keys: []Key{newKey(t, "key-1")}}
	keys := Fetched(p.fetch)
	if _, err := keys.get(t.Context(), "key-1", p.clock); err != nil {
		t.Fatal(err)
	}
	p.now = p.now.Add(20*time.Second + time.Millisecond)
	_, err := keys.get(t.Context(), "key-2", p.clock)
	if want := ErrUnknownKey.Error() + ": it is not among those fetched 20s ago"; !errors.Is(err, ErrUnknownKey) || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	fixed, err := Fixed(p.keys)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fixed.get(t.Context(), "key-2", p.clock); err != ErrUnknownKey {
		t.Errorf("of keys that never change: error %v", err)
	}
}

// TestUnusableKeys: what cannot be used is passed over, as long as something can.
func TestUnusableKeys(t *testing.T) {
	good, broken, twice := newKey(t, "good"), newKey(t, "broken"), newKey(t, "twice")
	broken.N += "="
	p := &publisher{now: time.Unix(1e9, 0), keys: []Key{twice, broken, good, twice, {ID: "ec", Type: "EC"}}}
	keys := Fetched(p.fetch)
	if _, err := keys.get(t.Context(), "good", p.clock); err != nil {
		t.Errorf("a good key among others: %v", err)
	}
	for _, id := range []string{"broken", "twice", "ec"} {
		if _, err := keys.get(t.Context(), id, p.clock); !errors.Is(err, ErrUnknownKey) {
			t.Errorf("the key %s: error %v", id, err)
		}
	}
	p.keys = []Key{broken}
	if _, err := Fetched(p.fetch).get(t.Context(), "broken", p.clock); !errors.Is(err, ErrKeysUnreachable) {
		t.Errorf("no key that can be used: error %v", err)
	}
}
