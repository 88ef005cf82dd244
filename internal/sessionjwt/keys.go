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
	// staleAfter is how old keys get before one of them is believed only when no
	// newer ones can be had: a key that was withdrawn must not live on in a process
	// that has seen no token for days.
	staleAfter = 4 * time.Hour
	// refreshInterval is how long a fetch, whatever came of it, stands for the
	// next: tokens with made-up key ids cannot make the client fetch at will.
	refreshInterval = 30 * time.Second
	// fetchTimeout ends a fetch that the client's own timeout does not end.
	fetchTimeout = time.Minute
	// patience is how long a fetch is waited for, by all who wait together. A
	// service that does not answer about its keys may answer about a session.
	patience = 5 * time.Second
)

// Keys keeps the keys of a project. Old ones work on while new ones cannot be
// fetched.
type Keys struct {
	fetch    func(context.Context) ([]Key, error) // nil: the keys never change
	patience time.Duration

	mu      sync.Mutex
	known   map[string]*rsa.PublicKey
	fetched time.Time // when known was
	tried   time.Time // when a fetch ended last
	err     error     // of that fetch
	flight  *flight
}

// flight is a fetch on its way.
type flight struct {
	done chan struct{} // closed when it has ended
	late chan struct{} // closed when nobody waits for it any longer
}

// Fetched returns keys that fetch gets: at first use, when they are old, and for
// a key id that is unknown. The context of fetch has the values of that of who
// needs a key, but does not end with it, for others may need the key too.
func Fetched(fetch func(context.Context) ([]Key, error)) *Keys {
	return &Keys{fetch: fetch, patience: patience}
}

// Fixed returns keys that never change. All of them must be usable.
func Fixed(keys []Key) (*Keys, error) {
	known, problem := parse(keys)
	return &Keys{known: known}, problem
}

// get returns the key with an id.
func (k *Keys) get(ctx context.Context, id string, now func() time.Time) (*rsa.PublicKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := now()
	waited := since(at, k.tried) >= refreshInterval
	switch key, age := k.known[id], since(at, k.fetched); {
	case key != nil && (k.fetch == nil || age < refreshAfter):
		return key, nil
	case key != nil && age < staleAfter:
		if waited {
			k.start(ctx, now)
		}
		return key, nil
	case k.fetch != nil && (k.flight != nil || waited):
		k.wait(ctx, k.start(ctx, now))
	}
	if key := k.known[id]; key != nil {
		return key, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeysUnreachable, err)
	}
	return nil, k.unknown(at)
}

// wait waits for a fetch as long as it is worth it. The lock is held, but not
// meanwhile.
func (k *Keys) wait(ctx context.Context, f *flight) {
	k.mu.Unlock()
	defer k.mu.Lock()
	select {
	case <-f.done:
	case <-f.late:
	case <-ctx.Done():
	}
}

// since is how much time has passed; very much since what never was, and when a
// clock was put back.
func since(now, then time.Time) time.Duration {
	if then.IsZero() || now.Before(then) {
		return refreshAfter
	}
	return now.Sub(then)
}

// unknown says why a key is not known: the service did not publish it, or did not
// answer.
func (k *Keys) unknown(now time.Time) error {
	switch {
	case k.fetch == nil:
		return ErrUnknownKey
	case k.err != nil:
		return fmt.Errorf("%w: %w", ErrKeysUnreachable, k.err)
	case k.flight != nil:
		return fmt.Errorf("%w: no answer within %v", ErrKeysUnreachable, k.patience)
	}
	ago := max(0, now.Sub(k.fetched)).Round(time.Second)
	return fmt.Errorf("%w: it is not among those fetched %v ago", ErrUnknownKey, ago)
}

// start begins a fetch, or returns the one that is on its way. The lock is held.
func (k *Keys) start(ctx context.Context, now func() time.Time) *flight {
	if k.flight != nil {
		return k.flight
	}
	f := &flight{make(chan struct{}), make(chan struct{})}
	k.flight = f
	late := time.AfterFunc(k.patience, func() { close(f.late) })
	go func() {
		defer late.Stop()
		known, err := k.load(context.WithoutCancel(ctx))
		k.mu.Lock()
		defer k.mu.Unlock()
		k.tried = now()
		if err == nil {
			k.known, k.fetched = known, k.tried
		}
		k.err, k.flight = err, nil
		close(f.done)
	}()
	return f
}

// load fetches the keys. A panic in what the application put around its calls is
// an error: beside a request nobody else catches it, and it would end the process.
// Its value may hold a secret, so only the type is told.
func (k *Keys) load(ctx context.Context) (known map[string]*rsa.PublicKey, err error) {
	defer func() {
		if value := recover(); value != nil {
			known, err = nil, fmt.Errorf("the fetch ended with a panic of type %T", value)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	keys, err := k.fetch(ctx)
	if err != nil {
		return nil, err
	}
	if known, err = parse(keys); len(known) > 0 {
		err = nil // a key that cannot be used is nobody's business, while there are others
	}
	return known, err
}

// parse reads a key set, and says what is wrong with it: a key that is broken or
// there twice, which is left out, or no key at all. Keys of other kinds are
// passed over.
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
		problem = errors.New("the key set has the wrong shape: it holds no RSA key for signatures")
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
