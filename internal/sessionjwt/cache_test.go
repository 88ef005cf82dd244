package sessionjwt

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"math/big"
	mathrand "math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stytchgen/sdk/internal/wire"
)

// signer signs tokens, and publishes its key.
type signer struct {
	id      string
	private *rsa.PrivateKey
}

func newSigner(t testing.TB, id string) signer {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, minBits)
	if err != nil {
		t.Fatal(err)
	}
	return signer{id, private}
}

func (s signer) public() Key {
	encode := base64.RawURLEncoding.EncodeToString
	return Key{ID: s.id, Type: "RSA", N: encode(s.private.N.Bytes()), E: encode(big.NewInt(int64(s.private.E)).Bytes())}
}

// sign returns a token that is valid for five minutes from now on.
func (s signer) sign(t testing.TB, subject string, now time.Time, more string) string {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode(fmt.Appendf(nil, `{"alg":"RS256","kid":%q}`, s.id)) + "." + encode(fmt.Appendf(nil,
		`{"aud":"project","iss":"stytch.com/project","sub":%q,"iat":%d,"nbf":%d,"exp":%d,%q:{"id":"session"},"plan":"pro"%s}`,
		subject, now.Unix(), now.Unix(), now.Unix()+300, SessionClaim, more))
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, s.private, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return signed + "." + encode(signature)
}

// checker is a Verifier on a clock of the test. It counts how often it reads the claims, which it
// need not do for a token that it remembers.
type checker struct {
	*Verifier
	now   time.Time
	reads atomic.Int32
}

func newChecker(keys *Keys) *checker {
	c := &checker{now: time.Unix(1e9, 0)}
	c.Verifier = New(Config{Audience: "project", Issuers: []string{"stytch.com/project"}, Now: func() time.Time { return c.now }, Keys: keys})
	return c
}

// verify returns the subject of a token.
func (c *checker) verify(token string) (string, error) {
	_, got, err := Verify(context.Background(), c.Verifier, token, func(_ *int, name string, d *wire.Reader) bool {
		c.reads.Add(1)
		d.Skip()
		return name == SessionClaim
	})
	return got.Subject, err
}

// read checks how often the claims have been read since the last time.
func (c *checker) read(t *testing.T, want int32, what string) {
	t.Helper()
	if got := c.reads.Swap(0); got != want {
		t.Errorf("%s: the claims were read %d times, want %d", what, got, want)
	}
}

func fixed(t testing.TB, signers ...signer) *Keys {
	t.Helper()
	var list []Key
	for _, s := range signers {
		list = append(list, s.public())
	}
	keys, err := Fixed(list)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// remembered counts the tokens that a cache has.
func (c *cache) remembered() int {
	n := 0
	if sets := c.sets.Load(); sets != nil {
		for i := range sets {
			for j := range sets[i] {
				if sets[i][j].Load() != nil {
					n++
				}
			}
		}
	}
	return n
}

// TestRemembered checks that a token is read once, and checked each time.
func TestRemembered(t *testing.T) {
	s := newSigner(t, "key-1")
	c := newChecker(fixed(t, s))
	token, start := s.sign(t, "ada", c.now, ""), c.now
	for range 3 {
		if subject, err := c.verify(token); subject != "ada" || err != nil {
			t.Fatalf("subject %q, error %v", subject, err)
		}
	}
	c.read(t, 1, "three times the same")
	for _, step := range []struct {
		after time.Duration
		want  error
	}{
		{5*time.Minute - 1, nil}, {5 * time.Minute, ErrExpired}, {time.Hour, ErrExpired},
		{-1, ErrNotYetValid}, {-time.Hour, ErrNotYetValid}, {0, nil}, // a clock that was put back
	} {
		c.now = start.Add(step.after)
		if _, err := c.verify(token); err != step.want {
			t.Errorf("after %v: error %v, want %v", step.after, err, step.want)
		}
	}
	c.read(t, 0, "at other times")
	c.Audience = "other"
	if _, err := c.verify(token); !errors.Is(err, ErrAudience) {
		t.Errorf("of another project: %v", err)
	}
	c.Audience, c.Issuers = "project", []string{"stytch.com/other"}
	if _, err := c.verify(token); !errors.Is(err, ErrIssuer) {
		t.Errorf("of another issuer: %v", err)
	}
	c.read(t, 0, "with other expectations")
}

// TestAlteredToken checks that no token but the very same one profits from a remembered one.
func TestAlteredToken(t *testing.T) {
	s := newSigner(t, "key-1")
	c := newChecker(fixed(t, s))
	token := s.sign(t, "ada", c.now, "")
	if _, err := c.verify(token); err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	parts := strings.Split(token, ".")
	altered := map[string]string{
		"alg none":           encode([]byte(`{"alg":"none","kid":"key-1"}`)) + "." + parts[1] + "." + parts[2],
		"alg none, unsigned": encode([]byte(`{"alg":"none","kid":"key-1"}`)) + "." + parts[1] + ".",
		"alg HS256":          encode([]byte(`{"alg":"HS256","kid":"key-1"}`)) + "." + parts[1] + "." + parts[2],
		"unsigned":           parts[0] + "." + parts[1] + ".",
		"another subject":    parts[0] + "." + encode([]byte(`{"sub":"eve"}`)) + "." + parts[2],
		"nothing":            "",
		"its first half":     token[:len(token)/2],
		"one byte less":      token[:len(token)-1],
		"twice":              token + token,
		"padding":            token + "==",
		"a fourth part":      token + ".",
	}
	for _, more := range []string{" ", "\n", "\r", "\x00", "A", "\t"} {
		altered["after it: "+more] = token + more
		altered["before it: "+more] = more + token
	}
	for i := range token {
		flipped := []byte(token)
		flipped[i] ^= 1
		altered[fmt.Sprint("another byte ", i)] = string(flipped)
	}
	for name, other := range altered {
		if subject, err := c.verify(other); err == nil {
			t.Errorf("%s: accepted, of %q", name, subject)
		}
	}
	if n := c.cache.remembered(); n != 1 {
		t.Errorf("%d tokens are remembered, want the right one only", n)
	}
	c.reads.Store(0)
	if subject, err := c.verify(token); subject != "ada" || err != nil {
		t.Errorf("the right one afterwards: %q, %v", subject, err)
	}
	c.read(t, 0, "the right one afterwards")
}

// TestOnlyValidTokensAreRemembered checks that nothing else takes a place, and that nothing is
// reserved before the first one.
func TestOnlyValidTokensAreRemembered(t *testing.T) {
	s, other := newSigner(t, "key-1"), newSigner(t, "key-1")
	c := newChecker(fixed(t, s))
	for name, token := range map[string]string{
		"another key":          other.sign(t, "eve", c.now, ""),
		"an unknown key":       signer{"key-2", s.private}.sign(t, "eve", c.now, ""),
		"expired":              s.sign(t, "ada", c.now.Add(-time.Hour), ""),
		"not valid yet":        s.sign(t, "ada", c.now.Add(time.Hour), ""),
		"a claim twice":        s.sign(t, "ada", c.now, `,"plan":"free"`),
		"another project":      s.sign(t, "ada", c.now, `,"aud":"other"`),
		"no JSON":              s.sign(t, "ada", c.now, `,`),
		"no token":             "a.b.c",
		"many dots":            strings.Repeat(".", 1000),
		"more than is allowed": strings.Repeat("A", maxToken+1),
	} {
		if _, err := c.verify(token); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if c.cache.sets.Load() != nil {
		t.Errorf("%d are remembered", c.cache.remembered())
	}
	large := s.sign(t, "ada", c.now, `,"note":"`+strings.Repeat("x", maxRemembered)+`"`)
	for range 2 {
		if _, err := c.verify(large); err != nil {
			t.Errorf("a large one: %v", err)
		}
	}
	c.reads.Store(0)
	if n := c.cache.remembered(); n != 0 {
		t.Errorf("%d large tokens are remembered", n)
	}
}

// TestWithdrawnKeyOfARememberedToken checks that a remembered token is not valid for longer than its key.
func TestWithdrawnKeyOfARememberedToken(t *testing.T) {
	first, second, impostor := newSigner(t, "key-1"), newSigner(t, "key-2"), newSigner(t, "key-1")
	var mu sync.Mutex
	now, published, problem := time.Unix(1e9, 0), []Key{first.public(), second.public()}, error(nil)
	at := func(passed time.Duration, err error, keys ...Key) {
		mu.Lock()
		defer mu.Unlock()
		now, published, problem = now.Add(passed), keys, err
	}
	c := newChecker(Fetched(func(context.Context) ([]Key, error) {
		mu.Lock()
		defer mu.Unlock()
		return published, problem
	}))
	c.Verifier.Now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	c.Verifier.Leeway = 100 * time.Hour // so that only its key ends the token
	token := first.sign(t, "ada", now, "")
	verify := func(what string, want error) {
		t.Helper()
		if _, err := c.verify(token); !errors.Is(err, want) {
			t.Errorf("%s: error %v, want %v", what, err, want)
		}
	}
	verify("the first time", nil)
	verify("again", nil)
	at(refreshAfter, nil, published...)
	verify("while the keys are fetched again", nil)
	c.read(t, 1, "with the first key set")
	settle(c.Keys)
	verify("with the same keys, fetched again", nil)
	verify("again", nil)
	at(staleAfter, errors.New("down"))
	verify("in an outage", nil)
	at(staleAfter, nil, second.public())
	verify("its key was withdrawn", ErrUnknownKey)
	at(refreshInterval, nil, impostor.public())
	verify("another key has its id", ErrSignature)
	at(staleAfter, errors.New("down"))
	verify("another key has its id, in an outage", ErrSignature)
	at(refreshInterval, nil, first.public())
	verify("its key is back", nil)
	if n := c.cache.remembered(); n != 1 {
		t.Errorf("the token is remembered %d times", n)
	}
}

// settle waits for a fetch in progress.
func settle(k *Keys) {
	k.mu.Lock()
	f := k.flight
	k.mu.Unlock()
	if f != nil {
		<-f.Done()
	}
}

// entry returns what a cache remembers of a token.
func entry(name string, expires time.Time) *verified {
	e := &verified{token: name}
	e.claims.Expires = expires
	return e
}

// TestFullCache checks that a cache has bounds, and what it forgets first.
func TestFullCache(t *testing.T) {
	now := time.Unix(1e9, 0)
	c := newCache(func() time.Time { return now })
	for n := range 3 * cacheSets * cacheWays {
		c.add(entry(fmt.Sprint("token-", n), now.Add(time.Duration(n))), now)
	}
	if n := c.remembered(); n > cacheSets*cacheWays || n < cacheSets*cacheWays*9/10 {
		t.Errorf("%d tokens are remembered; there is room for %d", n, cacheSets*cacheWays)
	}
	// The tokens of one set, by brute force.
	var names []string
	for n := 0; len(names) < cacheWays+3; n++ {
		e := entry(fmt.Sprint("other-", n), now)
		c.add(e, now)
		if e.hash%cacheSets == 0 {
			names = append(names, e.token)
		}
	}
	c.sets.Store(nil)
	minute := func(n int) time.Time { return now.Add(time.Duration(n) * time.Minute) }
	for i := range cacheWays {
		c.add(entry(names[i], minute(5-i)), now) // the first expires last
	}
	has := func(what string, want ...int) {
		t.Helper()
		got := map[int]bool{}
		for i := range c.sets.Load()[0] {
			for n, name := range names {
				if c.sets.Load()[0][i].Load().token == name {
					got[n] = true
				}
			}
		}
		for _, n := range want {
			if !got[n] {
				t.Errorf("%s: %d is forgotten; there are %v", what, n, maps.Keys(got))
			}
		}
	}
	has("full", 0, 1, 2, 3)
	for _, n := range []int{1, 2, 3} { // they come again, so the first is the one to forget
		if c.find(names[n]) == nil {
			t.Errorf("%d is not found", n)
		}
	}
	c.add(entry(names[4], minute(1)), now)
	has("one has not come again", 1, 2, 3, 4)
	c.find(names[4])
	c.add(entry(names[5], minute(9)), now)
	has("all have come again", 1, 2, 3, 5) // the last one expires first
	now = minute(4)
	c.find(names[5])
	c.add(entry(names[6], minute(9)), now)
	has("some have expired", 1, 5, 6)
	if c.find(names[0]) != nil {
		t.Error("a forgotten token is found")
	}
}

// TestExpiredTokensAreForgotten checks that a client without requests does not keep claims.
func TestExpiredTokensAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(time.Now)
		c.add(entry("a", time.Now().Add(5*time.Minute)), time.Now())
		time.Sleep(3 * time.Minute)
		c.add(entry("b", time.Now().Add(5*time.Minute)), time.Now())
		for _, step := range []struct {
			wait time.Duration
			want int
		}{{time.Minute, 2}, {3 * time.Minute, 1}, {3 * time.Minute, 0}} {
			time.Sleep(step.wait)
			synctest.Wait()
			if n := c.remembered(); n != step.want {
				t.Errorf("%d are remembered, want %d", n, step.want)
			}
		}
		c.add(entry("c", time.Now().Add(time.Minute)), time.Now())
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		if n := c.remembered(); n != 0 {
			t.Errorf("after a pause: %d are remembered", n)
		}
	})
}

// TestStoppedClock checks that a clock of a test that does not move keeps no timer running.
func TestStoppedClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		c := newCache(func() time.Time { looks++; return time.Unix(1e9, 0) })
		c.add(entry("a", time.Unix(2e9, 0)), time.Unix(1e9, 0))
		time.Sleep(time.Hour)
		synctest.Wait()
		if looks != 2 || c.find("a") == nil {
			t.Errorf("%d looks at the clock, want two", looks)
		}
	})
}

// TestForgottenClient checks that a cache does not outlive its client.
func TestForgottenClient(t *testing.T) {
	gone := make(chan struct{})
	func() {
		c := newCache(func() time.Time { return time.Unix(1e9, 0) }) // a clock on which nothing expires
		c.add(entry("a", time.Unix(2e9, 0)), time.Unix(1e9, 0))
		runtime.AddCleanup(c, func(done chan struct{}) { close(done) }, gone)
	}()
	for {
		runtime.GC()
		select {
		case <-gone:
			return
		default:
			runtime.Gosched()
		}
	}
}

// TestManyAtOnce checks tokens in many goroutines, while the keys change.
func TestManyAtOnce(t *testing.T) {
	first, second := newSigner(t, "key-1"), newSigner(t, "key-2")
	both := []Key{first.public(), second.public()}
	start := time.Now()
	var fetches atomic.Int64
	keys := Fetched(func(context.Context) ([]Key, error) {
		fetches.Add(1)
		return both, nil
	})
	c := newChecker(keys)
	var looks atomic.Int64 // the clock goes on with each look, so that keys are fetched now and then
	c.Verifier.Now = func() time.Time { return start.Add(time.Duration(looks.Add(1)) * 100 * time.Millisecond) }
	c.Verifier.Leeway = 1000 * time.Hour
	tokens := map[string]string{}
	for n := range 20 {
		s := []signer{first, second}[n%2]
		name := fmt.Sprint("user-", n)
		tokens[name] = s.sign(t, name, start, "")
	}
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			for range 20 {
				for name, token := range tokens {
					if subject, err := c.verify(token); subject != name || err != nil {
						t.Errorf("%q, %v; want %q", subject, err, name)
					}
					if _, err := c.verify(token + "A"); err == nil {
						t.Error("an altered token is accepted")
					}
				}
			}
		})
	}
	group.Wait()
	if fetches.Load() < 2 {
		t.Errorf("%d fetches: this tests too little", fetches.Load())
	}
}

// TestSameAsWithoutACache compares a Verifier that remembers tokens with a new one for each token, while the
// clock jumps and the keys change.
func TestSameAsWithoutACache(t *testing.T) {
	random := mathrand.New(mathrand.NewPCG(1, 2))
	signers := []signer{newSigner(t, "key-1"), newSigner(t, "key-2"), newSigner(t, "key-1")} // the last one replaces the first
	start := time.Unix(1e9, 0)
	var tokens []string
	for n := range 12 {
		at := start.Add(time.Duration(random.IntN(300)) * time.Second)
		tokens = append(tokens, signers[n%3].sign(t, fmt.Sprint("user-", n), at, ""))
	}
	published := []Key{signers[0].public(), signers[1].public()}
	var mu sync.Mutex
	keys := Fetched(func(context.Context) ([]Key, error) {
		mu.Lock()
		defer mu.Unlock()
		return published, nil
	})
	c := newChecker(keys)
	accepted, rejected, remembered := 0, 0, 0
	for range 4000 {
		switch random.IntN(200) {
		case 0, 1, 2, 3:
			c.now = start.Add(time.Duration(random.IntN(600)) * time.Second)
		case 4:
			mu.Lock()
			published = nil
			for _, s := range []signer{signers[random.IntN(2)*2], signers[1]} {
				if random.IntN(4) > 0 {
					published = append(published, s.public())
				}
			}
			mu.Unlock()
			c.now = c.now.Add(refreshInterval)
		case 5:
			c.now = c.now.Add(refreshAfter)
		}
		for _, id := range []string{"key-1", "key-2"} { // both find the keys as they are now
			_, _ = keys.get(t.Context(), id, c.Verifier.Now)
			settle(keys)
		}
		token := tokens[random.IntN(len(tokens))]
		if random.IntN(4) == 0 {
			altered := []byte(token)
			altered[random.IntN(len(altered))] ^= 1
			token = string(altered)
		}
		fresh := &checker{Verifier: New(c.Config)}
		want, wantErr := fresh.verify(token)
		got, err := c.verify(token)
		if got != want && err == nil || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("at %v: %q, %v; without a cache %q, %v", c.now.Sub(start), got, err, want, wantErr)
		}
		switch {
		case err != nil:
			rejected++
		case c.reads.Swap(0) == 0:
			remembered++
			fallthrough
		default:
			accepted++
		}
	}
	if accepted < 300 || rejected < 300 || remembered < 100 {
		t.Errorf("%d accepted, of which %d were remembered, %d rejected: this tests too little", accepted, remembered, rejected)
	}
}
