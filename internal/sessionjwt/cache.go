package sessionjwt

import (
	"crypto/rsa"
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"weak"
)

// The bounds of a cache.
const (
	// cacheSets times cacheWays tokens are remembered. A token can only be in one of the sets.
	cacheSets, cacheWays = 2048, 4
	// maxRemembered is the size of the largest token that is remembered, in bytes. It is that
	// of the largest cookie.
	maxRemembered = 4 << 10
	// sweepInterval is how often expired tokens are forgotten.
	sweepInterval = time.Minute
)

// verified is a token whose signature was verified, with what it says. It never changes, so
// that everyone may read it at once.
type verified struct {
	hash   uint64
	token  string
	key    *rsa.PublicKey // that verified it
	keyID  string
	claims claims
	own    any // what the reader of the service's claims made of them
	used   atomic.Bool
}

// cache remembers verified tokens, so that a token that comes again needs no RSA. Only tokens
// with a valid signature get into it. What can change is checked each time: the key set, the
// time, and what the Verifier expects.
//
// A token is found by a hash with a random seed, and then compared as a whole. So a token that
// differs in one bit is another token. Nobody outside can compute the hash. So nobody can
// choose whose place a token takes, or learn from the time of the comparison, which happens
// only if 64 bits of the hash are equal. Readers take no lock.
type cache struct {
	now  func() time.Time
	seed maphash.Seed

	sets atomic.Pointer[[cacheSets][cacheWays]atomic.Pointer[verified]] // nil before the first token

	mu       sync.Mutex // of those who write
	sweeping bool       // a sweep is due
	swept    time.Time  // when the last one was
}

func newCache(now func() time.Time) *cache { return &cache{now: now, seed: maphash.MakeSeed()} }

// find returns a remembered token, or nil.
func (c *cache) find(token string) *verified {
	sets := c.sets.Load()
	if sets == nil || len(token) > maxRemembered {
		return nil
	}
	hash := maphash.String(c.seed, token)
	set := &sets[hash%cacheSets]
	for i := range set {
		if e := set[i].Load(); e != nil && e.hash == hash && e.token == token {
			if !e.used.Load() {
				e.used.Store(true)
			}
			return e
		}
	}
	return nil
}

// add remembers a token. If its set is full, it takes the place of an expired token, of one
// that did not come again, or of the one that expires first, in this order.
func (c *cache) add(e *verified, at time.Time) {
	if len(e.token) > maxRemembered {
		return
	}
	e.hash, e.token = maphash.String(c.seed, e.token), strings.Clone(e.token) // which may be part of a whole request
	c.mu.Lock()
	defer c.mu.Unlock()
	sets := c.sets.Load()
	if sets == nil {
		sets = new([cacheSets][cacheWays]atomic.Pointer[verified])
		c.sets.Store(sets)
	}
	set := &sets[e.hash%cacheSets]
	place, least := 0, set[0].Load()
	for i := range set {
		old := set[i].Load()
		if old == nil || old.hash == e.hash {
			place = i
			break
		}
		if before(old, least, at) {
			place, least = i, old
		}
	}
	set[place].Store(e)
	c.sweepLater()
}

// before reports whether a is to be forgotten before b.
func before(a, b *verified, at time.Time) bool {
	if over := a.claims.Expires.Before(at); over != b.claims.Expires.Before(at) {
		return over
	}
	if used := a.used.Load(); used != b.used.Load() {
		return !used
	}
	return a.claims.Expires.Before(b.claims.Expires)
}

// sweepLater has expired tokens forgotten in a while. The caller holds the lock. The timer
// does not keep the cache of a client that is no longer in use.
func (c *cache) sweepLater() {
	if c.sweeping {
		return
	}
	c.sweeping = true
	this := weak.Make(c)
	time.AfterFunc(sweepInterval, func() {
		if c := this.Value(); c != nil {
			c.sweep()
		}
	})
}

// sweep forgets expired tokens.
func (c *cache) sweep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, left := c.now(), false
	sets := c.sets.Load()
	for i := range sets {
		for j := range sets[i] {
			switch e := sets[i][j].Load(); {
			case e == nil:
			case e.claims.Expires.Before(now):
				sets[i][j].Store(nil)
			default:
				left = true
			}
		}
	}
	moves := !now.Equal(c.swept) // on a test's clock that does not move, nothing expires
	if c.swept, c.sweeping = now, false; left && moves {
		c.sweepLater()
	}
}
