package main

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// Every code costs money, and annoys whoever did not ask for it. Criminals have
// forms like ours send thousands to numbers that they earn from ("SMS pumping").
// So a code is sent only so often to an address, and only so often for a client.
//
// A real deployment adds: a store that all its processes share; the countries that
// it has customers in, and no others, as the dashboard of the service can be told;
// a CAPTCHA or device check before the first code of a client; an alarm on what is
// sent in an hour, for what many clients do together.
var (
	toAddress  = rate{gap: 30 * time.Second, most: 5, within: time.Hour}
	fromClient = rate{most: 10, within: 10 * time.Minute}
)

// rate is how often something may happen: with gap between, and at most so many
// times within a duration.
type rate struct {
	gap    time.Duration
	most   int
	within time.Duration
}

// limit is a rate for somebody.
type limit struct {
	key string
	rate
}

// limiter counts what happened. It is safe for concurrent use.
type limiter struct {
	now func() time.Time

	mu    sync.Mutex
	times map[string][]time.Time // by key, the oldest first
}

// maxKeys bounds the memory. When it is reached, nobody new gets a code until
// others are forgotten: refusing is cheaper than to be pumped.
const maxKeys = 100_000

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, times: map[string][]time.Time{}}
}

// take counts one more under every limit, and returns 0; or it counts nothing, and
// returns how long to wait. Counting and checking are one step, so that a thousand
// requests at once do not all find that nothing was sent yet.
func (l *limiter) take(limits ...limit) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	wait := time.Duration(0)
	for _, one := range limits {
		wait = max(wait, l.wait(one))
	}
	if wait > 0 {
		return wait
	}
	if len(l.times)+len(limits) > maxKeys && !l.sweep(len(limits)) {
		return time.Minute
	}
	for _, one := range limits {
		l.times[one.key] = append(l.times[one.key], l.now())
	}
	return 0
}

// giveBack uncounts what was counted last, for what did not happen after all.
func (l *limiter) giveBack(one limit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if times := l.times[one.key]; len(times) > 0 {
		l.times[one.key] = times[:len(times)-1]
	}
}

// left returns how long to wait, 0 for not at all.
func (l *limiter) left(one limit) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wait(one)
}

func (l *limiter) wait(one limit) time.Duration {
	now := l.now()
	times := slices.DeleteFunc(l.times[one.key], func(t time.Time) bool { return now.Sub(t) >= one.within })
	if len(times) == 0 {
		delete(l.times, one.key)
		return 0
	}
	l.times[one.key] = times
	wait := times[len(times)-1].Add(one.gap).Sub(now)
	if len(times) >= one.most {
		wait = max(wait, times[len(times)-one.most].Add(one.within).Sub(now))
	}
	return max(wait, 0)
}

// sweep forgets what is long past, and reports whether that made room.
func (l *limiter) sweep(room int) bool {
	longest := max(toAddress.within, fromClient.within)
	for key, times := range l.times {
		if len(times) == 0 || l.now().Sub(times[len(times)-1]) >= longest {
			delete(l.times, key)
		}
	}
	return len(l.times)+room <= maxKeys
}

// addressLimit is the limit of an address. Letters of an e-mail address count the
// same in both cases.
func addressLimit(address string) limit { return limit{"to " + strings.ToLower(address), toAddress} }

// clientLimit is the limit of who sends a request. Behind a proxy, RemoteAddr is the
// proxy's: take the address from the header that your own proxy sets, and from no
// other, for everybody can send headers.
func clientLimit(r *http.Request) limit {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if addr, err := netip.ParseAddr(host); err == nil && addr.Unmap().Is6() {
		// Whoever has one IPv6 address has 2^64 of them.
		if network, err := addr.WithZone("").Prefix(64); err == nil {
			host = network.String()
		}
	}
	return limit{"from " + host, fromClient}
}

// tooSoonError is the refusal to send a code.
type tooSoonError struct{ wait time.Duration }

func (e *tooSoonError) Error() string {
	return "too many codes were sent there, or asked for from there"
}
