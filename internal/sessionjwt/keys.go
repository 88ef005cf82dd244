package sessionjwt

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stytchgen/sdk/internal/flight"
)

// Key is a published key.
type Key struct {
	ID                   string
	Type, Use, Algorithm string
	N, E                 string // base64url
}

// When keys are fetched again.
const (
	// refreshAfter is the age at which keys are fetched again in the background.
	refreshAfter = 30 * time.Minute
	// staleAfter is the age after which a key is used only if fetching fails. A
	// withdrawn key must not stay valid in a process that has been idle for days.
	staleAfter = 4 * time.Hour
	// refreshInterval is the least time between two fetches, successful or not.
	// Tokens with made-up key ids cannot cause more.
	refreshInterval = 30 * time.Second
	// patience is how long callers wait for a fetch. After that the service is
	// asked about the session instead, which may work.
	patience = 5 * time.Second
)

// Keys caches the keys of a project. Old keys stay in use while new ones cannot be
// fetched.
type Keys struct {
	fetch    func(context.Context) ([]Key, error) // nil: the keys never change
	patience time.Duration

	set atomic.Pointer[keySet] // replaced under the lock

	mu     sync.Mutex
	tried  time.Time      // when a fetch ended last
	err    error          // of that fetch
	flight *flight.Flight // nil: no fetch is in progress
}

// keySet is a set of keys, which never changes.
type keySet struct {
	known   map[string]*rsa.PublicKey
	fetched time.Time
}

// Fetched returns keys that come from fetch. It is called at the first use, when
// the keys are old, and for an unknown key id. Its context has the values of the
// caller's, but does not end with it, because other callers wait for the same keys.
func Fetched(fetch func(context.Context) ([]Key, error)) *Keys {
	k := &Keys{fetch: fetch, patience: patience}
	k.set.Store(new(keySet))
	return k
}

// Fixed returns keys that never change. All of them must be usable.
func Fixed(keys []Key) (*Keys, error) {
	known, problem := parse(keys)
	k := new(Keys)
	k.set.Store(&keySet{known: known})
	return k, problem
}

// fresh returns the key with an id if it is known and need not be fetched again. It takes no
// lock, because almost every check ends here.
func (k *Keys) fresh(id string, at time.Time) *rsa.PublicKey {
	set := k.set.Load()
	if k.fetch != nil && since(at, set.fetched) >= refreshAfter {
		return nil
	}
	return set.known[id]
}

// get returns the key with an id.
func (k *Keys) get(ctx context.Context, id string, now func() time.Time) (*rsa.PublicKey, error) {
	if key := k.fresh(id, now()); key != nil {
		return key, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	at := now()
	waited := since(at, k.tried) >= refreshInterval
	switch key := k.set.Load().known[id]; {
	case key != nil && since(at, k.set.Load().fetched) < staleAfter:
		if waited {
			k.start(ctx, now)
		}
		return key, nil
	case k.fetch != nil && (k.flight != nil || waited):
		k.start(ctx, now).Wait(ctx, &k.mu)
	}
	if key := k.set.Load().known[id]; key != nil {
		return key, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeysUnreachable, err)
	}
	return nil, k.unknown(at)
}

// since returns how much time has passed. It returns a very long time for the zero
// time, and when a clock was put back.
func since(now, then time.Time) time.Duration {
	if then.IsZero() || now.Before(then) {
		return refreshAfter
	}
	return now.Sub(then)
}

// unknown returns why a key is not known: the service did not publish it, or did
// not answer.
func (k *Keys) unknown(now time.Time) error {
	switch {
	case k.fetch == nil:
		return ErrUnknownKey
	case k.err != nil:
		return fmt.Errorf("%w: %w", ErrKeysUnreachable, k.err)
	case k.flight != nil:
		return fmt.Errorf("%w: no answer within %v", ErrKeysUnreachable, k.patience)
	}
	ago := max(0, now.Sub(k.set.Load().fetched)).Round(time.Second)
	return fmt.Errorf("%w: it is not among those fetched %v ago", ErrUnknownKey, ago)
}

// start begins a fetch, or returns the one in progress. The caller holds the lock.
func (k *Keys) start(ctx context.Context, now func() time.Time) *flight.Flight {
	if k.flight == nil {
		k.flight = flight.Start(ctx, k.patience, k.load, func(known map[string]*rsa.PublicKey, err error) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.tried = now()
			if err == nil {
				k.set.Store(&keySet{known, k.tried})
			}
			k.err, k.flight = err, nil
		})
	}
	return k.flight
}

// load fetches the keys.
func (k *Keys) load(ctx context.Context) (map[string]*rsa.PublicKey, error) {
	keys, err := k.fetch(ctx)
	if err != nil {
		return nil, err
	}
	known, err := parse(keys)
	if len(known) > 0 {
		err = nil // one unusable key does no harm while there are others
	}
	return known, err
}

// parse reads a key set. It leaves out a key that is broken or listed twice, and
// returns an error for it, or if there is no key at all. It ignores keys of other
// types.
func parse(keys []Key) (map[string]*rsa.PublicKey, error) {
	known := map[string]*rsa.PublicKey{}
	seen := map[string]bool{}
	var problem error
	for _, key := range keys {
		if key.Type != "RSA" || key.Algorithm != "" && key.Algorithm != "RS256" || key.Use != "" && key.Use != "sig" {
			continue
		}
		public, err := key.public()
		if err == nil && seen[key.ID] {
			err = errors.New("it is there twice")
		}
		seen[key.ID] = true
		if err != nil {
			problem = fmt.Errorf("the key set has the wrong shape: the key %.64q: %w", key.ID, err)
			delete(known, key.ID)
			continue
		}
		known[key.ID] = public
	}
	if len(known) == 0 && problem == nil {
		problem = errors.New("the key set has the wrong shape: it has no RSA key for signatures")
	}
	return known, problem
}

// The sizes of a modulus, in bits.
const minBits, maxBits = 2048, 8192

func (key Key) public() (*rsa.PublicKey, error) {
	if key.ID == "" {
		return nil, errors.New("it has no id")
	}
	n, err := integer(key.N)
	if err != nil {
		return nil, fmt.Errorf("its modulus: %w", err)
	}
	e, err := integer(key.E)
	if err != nil {
		return nil, fmt.Errorf("its exponent: %w", err)
	}
	if bits := n.BitLen(); bits < minBits || bits > maxBits {
		return nil, fmt.Errorf("its modulus has %d bits; want %d to %d", bits, minBits, maxBits)
	}
	if !e.IsInt64() || e.Int64() < 3 || e.Int64() >= 1<<31 || e.Bit(0) == 0 || n.Bit(0) == 0 {
		return nil, errors.New("its modulus or exponent is not valid for RSA")
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
}

func integer(encoded string) (*big.Int, error) {
	bytes, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return nil, errors.New("it is not base64url")
	}
	return new(big.Int).SetBytes(bytes), nil
}
