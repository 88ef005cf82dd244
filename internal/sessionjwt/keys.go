package sessionjwt

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// Key is a published key.
type Key struct {
	ID                   string
	Type, Use, Algorithm string
	N, E                 string // base64url
}

// When keys are fetched again.
const (
	// refreshAfter is how old keys get before newer ones are fetched beside them.
	refreshAfter = 30 * time.Minute
	// refreshInterval is how long a fetch, whatever came of it, stands for the
	// next: tokens with made-up key ids cannot make the client fetch at will.
	refreshInterval = 30 * time.Second
	// fetchTimeout ends a fetch that the client's own timeout does not end.
	fetchTimeout = time.Minute
)

// Keys keeps the keys of a project. Old ones work on while new ones cannot be
// fetched.
type Keys struct {
	fetch func(context.Context) ([]Key, error) // nil: the keys never change

	mu      sync.Mutex
	known   map[string]*rsa.PublicKey
	fetched time.Time // when known was
	tried   time.Time // when a fetch ended last
	err     error     // of that fetch
	flight  chan struct{}
}

// Fetched returns keys that fetch gets: at first use, when they are old, and for
// a key id that is unknown. The context of fetch is not that of who needs a key,
// for others may need it too.
func Fetched(fetch func(context.Context) ([]Key, error)) *Keys { return &Keys{fetch: fetch} }

// Fixed returns keys that never change.
func Fixed(keys []Key) (*Keys, error) {
	known, err := parse(keys)
	return &Keys{known: known}, err
}

// get returns the key with an id.
func (k *Keys) get(ctx context.Context, id string, now time.Time) (*rsa.PublicKey, error) {
	k.mu.Lock()
	key := k.known[id]
	if k.fetch == nil {
		k.mu.Unlock()
		if key == nil {
			return nil, ErrUnknownKey
		}
		return key, nil
	}
	waited := since(now, k.tried) >= refreshInterval
	if key != nil {
		if since(now, k.fetched) >= refreshAfter && waited {
			k.start(now)
		}
		k.mu.Unlock()
		return key, nil
	}
	if k.flight == nil && !waited {
		defer k.mu.Unlock()
		return nil, k.unknown()
	}
	flight := k.start(now)
	k.mu.Unlock()
	select {
	case <-flight:
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrKeysUnreachable, ctx.Err())
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if key := k.known[id]; key != nil {
		return key, nil
	}
	return nil, k.unknown()
}

// since is how much time has passed; very much since what never was, and when a
// clock was put back.
func since(now, then time.Time) time.Duration {
	if then.IsZero() || now.Before(then) {
		return refreshAfter
	}
	return now.Sub(then)
}

// unknown says why a key is not known: the service does not publish it, or did
// not answer.
func (k *Keys) unknown() error {
	if k.err != nil {
		return fmt.Errorf("%w: %w", ErrKeysUnreachable, k.err)
	}
	return ErrUnknownKey
}

// start begins a fetch, or returns the one that is on its way: it is closed at
// its end. The lock is held.
func (k *Keys) start(now time.Time) chan struct{} {
	if k.flight != nil {
		return k.flight
	}
	flight := make(chan struct{})
	k.flight = flight
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
		defer cancel()
		keys, err := k.fetch(ctx)
		var known map[string]*rsa.PublicKey
		if err == nil {
			known, err = parse(keys)
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		if err == nil {
			k.known, k.fetched = known, now
		}
		k.err, k.tried, k.flight = err, now, nil
		close(flight)
	}()
	return flight
}

// parse reads a key set. Keys of other kinds are passed over; a set without one
// for RS256, or with a broken one, is refused.
func parse(keys []Key) (map[string]*rsa.PublicKey, error) {
	known := map[string]*rsa.PublicKey{}
	for _, key := range keys {
		if key.Type != "RSA" || key.Algorithm != "" && key.Algorithm != "RS256" || key.Use != "" && key.Use != "sig" {
			continue
		}
		public, err := key.public()
		if err != nil {
			return nil, fmt.Errorf("the key set has the wrong shape: the key %.64q: %w", key.ID, err)
		}
		if known[key.ID] != nil {
			return nil, fmt.Errorf("the key set has the wrong shape: it holds the key %.64q twice", key.ID)
		}
		known[key.ID] = public
	}
	if len(known) == 0 {
		return nil, errors.New("the key set has the wrong shape: it holds no RSA key for signatures")
	}
	return known, nil
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
		return nil, errors.New("its modulus or exponent is no such of RSA")
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
