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

// Guard decides whether codes are sent. It is safe for concurrent use. It needs no Close.
type Guard struct {
	// As in a client of the SDK: fmt prints a pointer here, and so no key.
	*inside
}

type inside struct {
	cfg    Config
	key    []byte
	store  Store // nil if only local is used
	local  *memory
	alarms alarms

	gap                    []Limit
	perCountry, phoneTotal []Limit      // with the limits that only the alarm needs
	failed, warned         atomic.Int64 // the time of the last log record, in nanoseconds
}

// New checks cfg and returns a guard. It does no I/O.
func New(cfg Config) (*Guard, error) {
	cfg.complete()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	// The caller may change its lists later.
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

// withAlarm adds a limit that counts for the alarm.
func (c *Config) withAlarm(limits []Limit) []Limit {
	watched := slices.ContainsFunc(limits, func(l Limit) bool { return l.Within == c.Alarm.Within })
	if watched || c.Alarm.Least < 0 {
		return limits
	}
	return append(slices.Clone(limits), Limit{Within: c.Alarm.Within})
}

// ErrNoClient is the error of a [Send] without a client.
var ErrNoClient = errors.New("guard: the client that asks for the code is not known: set Send.Client, or wrap the handler with guard.Clients; " +
	"for a code that the application sends by itself, set Send.NoClient or use guard.WithoutClient")

// Ask decides whether a code may be sent, and counts it if so. Counting and deciding are one step, so
// concurrent requests cannot exceed a limit.
//
// With an error there is no decision, and the code must not be sent. The error is ErrNoClient, the
// error of ctx, or a failure of the store with FailClosed. The Decision is [Refuse] then.
//
// Call [Guard.NotSent] if it turns out that no code was sent, and [Guard.Verified] when
// one is verified.
func (g *Guard) Ask(ctx context.Context, send Send) (Decision, error) {
	d, err := g.decide(ctx, send, OpTake)
	if err != nil {
		return d, err
	}
	if !d.Allowed() {
		g.log().LogAttrs(ctx, slog.LevelInfo, "guard: a code was not sent", g.describe(ctx, send, d)...)
	}
	if g.cfg.OnDecision != nil {
		g.cfg.OnDecision(ctx, d)
	}
	return d, nil
}

// Look returns what [Guard.Ask] would decide, without counting. Use it for a page that shows when
// another code can be sent.
func (g *Guard) Look(ctx context.Context, send Send) (Decision, error) {
	return g.decide(ctx, send, OpLook)
}

// Sent counts a code that the service sent by itself, regardless of the limits.
func (g *Guard) Sent(ctx context.Context, send Send) {
	if t, ok := parse(fill(ctx, send)); ok {
		g.record(ctx, OpAdd, g.subjects(t))
	}
}

// Verified reports a verified code. Pass the address and client of the send. It raises limits with
// [Limit.Earned], and alarms depend on it. Without it, the default limits of clients, networks,
// countries and the total treat all codes as part of an attack.
//
// It returns no error. Failures are logged.
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

// NotSent removes a code from the counts of the address, the country and the total, because the service
// certainly sent none. The person can ask again at once. For the client and its network, the code still
// counts under limits of up to an hour. Do not call it if the outcome of a send is unknown.
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

// Tally returns the counts of the codes to phones of a country within Config.Alarm.Within, for a
// metric. The empty string means all phones.
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

// log returns the logger.
func (g *Guard) log() *slog.Logger {
	if g.cfg.Log != nil {
		return g.cfg.Log
	}
	return slog.Default()
}

// describe returns the attributes of the log record about a rejected code.
func (g *Guard) describe(ctx context.Context, send Send, d Decision) []slog.Attr {
	attrs := []slog.Attr{slog.Any("decision", d)}
	addr := plain(fill(ctx, send).Client)
	if (d.Reason == ReasonClient || d.Reason == ReasonNetwork) && (addr.IsPrivate() || addr.IsLoopback()) {
		attrs = append(attrs, slog.String("hint", "the client is a private address: behind a proxy, pass the proxy's address to guard.Clients or guard.ClientIP"))
	}
	return attrs
}

// Format prints only the type, because a guard contains a key.
func (g Guard) Format(f fmt.State, _ rune) { fmt.Fprint(f, "guard.Guard{}") }

// LogValue returns only the type, for a log.
func (g Guard) LogValue() slog.Value { return slog.StringValue("guard.Guard{}") }
