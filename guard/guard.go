package guard

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
)

// Guard decides whether codes are sent. It is safe for concurrent use, and there is nothing to close.
type Guard struct {
	// As in a client of the SDK: fmt finds an address here, and no key behind it.
	*inside
}

type inside struct {
	cfg    Config
	key    []byte
	store  Store // nil: only local
	local  *memory
	alarms alarms

	gap                    []Limit
	perCountry, phoneTotal []Limit      // and what the alarm needs
	failed, warned         atomic.Int64 // when the log was last told, in nanoseconds
}

// New checks cfg and returns a guard. It does no I/O.
func New(cfg Config) (*Guard, error) {
	cfg.complete()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	// The lists may change at the caller's.
	for _, list := range []*[]Limit{&cfg.PerAddress, &cfg.PerClient, &cfg.PerNetwork, &cfg.PerCountry, &cfg.PhoneTotal, &cfg.EmailTotal} {
		*list = slices.Clone(*list)
	}
	cfg.AllowCountries, cfg.RefuseCountries = slices.Clone(cfg.AllowCountries), slices.Clone(cfg.RefuseCountries)
	g := &Guard{&inside{
		cfg: cfg, key: slices.Clone(cfg.Key), store: cfg.Store, local: newMemory(cfg.Now, cfg.MaxCounters),
		alarms:     alarms{places: map[string]*place{}},
		perCountry: cfg.withAlarm(cfg.PerCountry), phoneTotal: cfg.withAlarm(cfg.PhoneTotal),
	}}
	if g.key == nil {
		g.key = make([]byte, 32)
		rand.Read(g.key)
	}
	if cfg.Gap > 0 {
		g.gap = []Limit{{Most: 1, Within: cfg.Gap}}
	}
	return g, nil
}

// withAlarm adds to limits what the alarm needs to know.
func (c *Config) withAlarm(limits []Limit) []Limit {
	watched := slices.ContainsFunc(limits, func(l Limit) bool { return l.Within == c.Alarm.Within })
	if watched || c.Alarm.Least < 0 {
		return limits
	}
	return append(slices.Clone(limits), Limit{Within: c.Alarm.Within})
}

// ErrNoClient is the error of a [Send] without a client.
var ErrNoClient = errors.New("guard: it is unknown who asks for the code: set Send.Client, or wrap the handler with guard.Clients; " +
	"for a code that no stranger asked for, set Send.NoClient or use guard.WithoutClient")

// Ask decides whether a code may be sent, and counts it if so. Counting and deciding are one step: of
// requests at the same time, no more get through than the limits have room for.
//
// An error means that there is no decision, and the code must not be sent: ErrNoClient, the end of
// ctx, or a failure of the store with FailClosed. The Decision refuses then.
//
// When it turns out that no code was sent, tell [Guard.NotSent]; when one was verified,
// [Guard.Verified].
func (g *Guard) Ask(ctx context.Context, send Send) (Decision, error) {
	d, err := g.decide(ctx, send, OpTake)
	if err != nil {
		return d, err
	}
	if !d.Allowed() {
		g.log().LogAttrs(ctx, slog.LevelInfo, "guard: a code is not sent", g.describe(ctx, send, d)...)
	}
	if g.cfg.OnDecision != nil {
		g.cfg.OnDecision(ctx, d)
	}
	return d, nil
}

// Look returns what [Guard.Ask] would decide, and counts nothing: for a page that says when another
// code can be asked for.
func (g *Guard) Look(ctx context.Context, send Send) (Decision, error) {
	return g.decide(ctx, send, OpLook)
}

// Sent counts a code that the service has sent by itself, whatever the limits.
func (g *Guard) Sent(ctx context.Context, send Send) {
	if t, ok := parse(fill(ctx, send)); ok {
		g.record(ctx, OpAdd, g.subjects(t))
	}
}

// Verified tells that a code was verified: its address and client are those of the send. It gives
// limits with [Limit.Earned] more room, and it is how an alarm knows honest use. Without it, the
// default limits of clients, networks, countries and the total treat all codes as an attack's.
//
// It does not fail: what could not be counted is in the log.
func (g *Guard) Verified(ctx context.Context, send Send) {
	t, ok := parse(fill(ctx, send))
	if !ok {
		return
	}
	var counted []subject
	for _, s := range g.subjects(t) {
		s.Limits = slices.DeleteFunc(slices.Clone(s.Limits), func(l Limit) bool {
			return l.Earned == 0 && !(s.alarming() && l.Within == g.cfg.Alarm.Within)
		})
		if len(s.Limits) > 0 {
			counted = append(counted, s)
		}
	}
	g.record(ctx, OpVerify, counted)
}

// NotSent takes back what [Guard.Ask] has counted for the address, the country and all codes, because
// the service certainly sent none: the person can ask again at once. For the client and its network it
// goes on to count under limits of up to an hour, since trying costs something, too. It is not for a
// send whose outcome is unknown.
func (g *Guard) NotSent(ctx context.Context, d Decision) {
	if d.receipt.store == nil {
		return
	}
	ctx, cancel := g.limit(context.WithoutCancel(ctx))
	defer cancel()
	if _, err := d.receipt.store.Do(ctx, Step{Op: OpUndo, At: d.receipt.at}, d.receipt.counters); err != nil {
		g.storeFailed(ctx, err)
	}
}

// Tally returns how many codes count that went to phones of a country within Config.Alarm.Within, or,
// with the empty string, to all phones: for a metric.
func (g *Guard) Tally(ctx context.Context, country string) (Tally, error) {
	counter := Counter{Key: phonesKey, Limits: []Limit{{Within: g.cfg.Alarm.Within}}}
	if country != "" {
		counter.Key = countryKey(country)
	}
	result, _, err := g.do(ctx, Step{Op: OpLook}, []Counter{counter})
	if err != nil {
		return Tally{}, err
	}
	return result.Tallies[0], nil
}

// log returns where to log.
func (g *Guard) log() *slog.Logger {
	if g.cfg.Log != nil {
		return g.cfg.Log
	}
	return slog.Default()
}

// describe is what the log says about a code that is not sent.
func (g *Guard) describe(ctx context.Context, send Send, d Decision) []slog.Attr {
	attrs := []slog.Attr{slog.Any("decision", d)}
	addr := plain(fill(ctx, send).Client)
	if (d.Reason == ReasonClient || d.Reason == ReasonNetwork) && (addr.IsPrivate() || addr.IsLoopback()) {
		attrs = append(attrs, slog.String("hint", "the client is a private address: behind a proxy, name the proxy to guard.Clients or guard.ClientIP"))
	}
	return attrs
}

// Format prints that it is a guard, whatever the verb.
func (g Guard) Format(f fmt.State, _ rune) { fmt.Fprint(f, "guard.Guard{}") }

// LogValue returns that it is a guard, for a log.
func (g Guard) LogValue() slog.Value { return slog.StringValue("guard.Guard{}") }
