package rbac

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/stytchgen/sdk/internal/flight"
)

// When a policy is fetched again.
const (
	// refreshAfter is the age at which a policy is fetched again in the background.
	refreshAfter = 4 * time.Minute
	// staleAfter is the age after which a policy is used only if fetching fails.
	staleAfter = 5 * time.Minute
	// retryInterval is the least time between the end of a fetch and the next one.
	retryInterval = 10 * time.Second
	// outage is how long after a failed fetch the service is taken to be down. Callers do not wait for
	// the next fetch then, if there is an old policy.
	outage = time.Minute
	// patience is how long callers wait for a fetch. After that the service is asked about the
	// permission instead, which may work.
	patience = 5 * time.Second
)

// How many policies of organizations are kept: those used last.
const (
	maxOrganizations = 4096
	maxActions       = 1 << 20 // in all of them
)

// DefaultGrace is how long an old policy is used while the service is down.
const DefaultGrace = time.Hour

// project is the scope of the policy of the project. The others are ids of organizations.
const project = ""

// Config is how policies are fetched.
type Config struct {
	Names
	// Fetch returns the policy of an organization, or, without an id, that of the project.
	Fetch func(ctx context.Context, organizationID string) ([]Grant, error)
	// Answered reports whether an error is an answer of the service. The policy from before such an
	// answer is no longer used.
	Answered func(error) bool
	// Grace is how long an old policy is used while the service does not answer.
	Grace time.Duration
	// Now is the time, nil for the machine's.
	Now func() time.Time
}

// Policies caches the policies of a project and of its organizations. It is safe for concurrent use.
type Policies struct {
	Config
	patience time.Duration

	mu      sync.Mutex
	project entry
	known   map[string]*list.Element // of entries, by the id of the organization
	recent  list.List                // of entries, the one used last in front
	actions int                      // in all entries of recent
}

// entry is a cached policy.
type entry struct {
	scope   string
	policy  *Policy
	fetched time.Time      // when the fetch of policy began
	tried   time.Time      // when a fetch ended last
	err     error          // of that fetch
	flight  *flight.Flight // nil: no fetch is in progress
}

// New returns Policies.
func New(c Config) *Policies {
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Grace = min(c.Grace, forever-staleAfter-1)
	return &Policies{Config: c, patience: patience, known: map[string]*list.Element{}}
}

// policy returns a policy that is not old. It returns an old one only while the service is down.
func (p *Policies) policy(ctx context.Context, scope string) (*Policy, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.entry(scope)
	now := p.Now()
	age, tried := since(now, e.fetched), since(now, e.tried)
	if age >= refreshAfter && (e.flight != nil || tried >= retryInterval) {
		f := p.start(ctx, e)
		if usable := e.policy != nil && age < staleAfter+p.Grace; !usable || age >= staleAfter && (e.err == nil || tried >= outage) {
			f.Wait(ctx, &p.mu)
		}
	}
	if e.policy != nil && since(p.Now(), e.fetched) < staleAfter+p.Grace {
		return e.policy, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if e.err != nil {
		return nil, e.err
	}
	return nil, fmt.Errorf("no answer within %v", p.patience)
}

// forever is longer than any grace.
const forever = 1<<63 - 1

// since returns how much time has passed. It returns a very long time for the zero time, and when a
// clock was put back.
func since(now, then time.Time) time.Duration {
	if then.IsZero() || now.Before(then) {
		return forever
	}
	return now.Sub(then)
}

// entry returns the entry of a policy, and makes room for a new one. The caller holds the lock.
func (p *Policies) entry(scope string) *entry {
	if scope == project {
		return &p.project
	}
	if at := p.known[scope]; at != nil {
		p.recent.MoveToFront(at)
		return at.Value.(*entry)
	}
	e := &entry{scope: scope}
	p.known[scope] = p.recent.PushFront(e)
	p.evict()
	return e
}

// evict removes the entries that were not used for the longest time, down to the limits. The one in
// front stays.
func (p *Policies) evict() {
	for p.recent.Len() > 1 && (p.recent.Len() > maxOrganizations || p.actions > maxActions) {
		e := p.recent.Remove(p.recent.Back()).(*entry)
		delete(p.known, e.scope)
		p.actions -= e.policy.len()
	}
}

// set replaces the policy of an entry. The caller holds the lock.
func (p *Policies) set(e *entry, policy *Policy) {
	if at := p.known[e.scope]; at != nil && at.Value == e {
		p.actions += policy.len() - e.policy.len()
		defer p.evict()
	}
	e.policy = policy
}

func (p *Policy) len() int {
	if p == nil {
		return 0
	}
	return p.size
}

// start begins a fetch, or returns the one in progress. The caller holds the lock.
func (p *Policies) start(ctx context.Context, e *entry) *flight.Flight {
	if e.flight != nil {
		return e.flight
	}
	began := p.Now()
	fetch := func(ctx context.Context) (*Policy, error) {
		grants, err := p.Fetch(ctx, e.scope)
		if err != nil {
			return nil, err
		}
		return Compile(grants), nil
	}
	e.flight = flight.Start(ctx, p.patience, fetch, func(policy *Policy, err error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		e.tried, e.err, e.flight = p.Now(), err, nil
		switch {
		case err == nil:
			e.fetched = began
			p.set(e, policy)
		case p.Answered(err):
			p.set(e, nil)
		}
	})
	return e.flight
}

// ErrNoPolicy says that an answer of the service has no policy.
var ErrNoPolicy = errors.New("the answer has no policy")
