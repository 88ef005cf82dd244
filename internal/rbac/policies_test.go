package rbac

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// world is a service with policies, on a clock that the test moves.
type world struct {
	mu       sync.Mutex
	now      time.Time
	policies map[string][]Grant
	err      error
	fetches  map[string]int
	during   func(ctx context.Context, id string) // runs in each fetch
}

var errDenied = errors.New("the service answered with an error")

func newWorld(grace time.Duration) (*world, *Policies) {
	w := &world{now: time.Unix(1e9, 0), policies: map[string][]Grant{}, fetches: map[string]int{}}
	return w, New(Config{Names: testNames, Grace: grace, Now: w.clock, Fetch: w.fetch,
		Answered: func(err error) bool { return errors.Is(err, errDenied) }})
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) fetch(ctx context.Context, id string) ([]Grant, error) {
	if w.during != nil {
		w.during(ctx, id)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fetches[id]++
	return w.policies[id], w.err
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) set(id string, err error, grants ...Grant) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.policies[id], w.err = grants, err
}

func (w *world) count(id string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fetches[id]
}

// settle waits until no fetch is in progress.
func (p *Policies) settle() {
	for {
		p.mu.Lock()
		f := p.project.flight
		for at := p.recent.Front(); at != nil && f == nil; at = at.Next() {
			f = at.Value.(*entry).flight
		}
		p.mu.Unlock()
		if f == nil {
			return
		}
		<-f.Done()
	}
}

var (
	editing = Check{"", "documents", "update"}
	editor  = Subject{"", []string{"everyone", "editor"}}
	allowed = Grant{Role: "editor", Resource: "documents", Actions: []string{"update"}}
)

// TestOneFetch: many checks cost one fetch in five minutes, and the next one is made in the background.
func TestOneFetch(t *testing.T) {
	w, p := newWorld(time.Hour)
	w.set(project, nil, allowed)
	for range 100 {
		yes.check(t, p.Decide(t.Context(), editor, editing))
		w.advance(refreshAfter / 101)
	}
	if n := w.count(project); n != 1 {
		t.Errorf("%d fetches in the first four minutes, want 1", n)
	}
	w.set(project, nil) // the permission is withdrawn
	w.advance(refreshAfter / 100)
	yes.check(t, p.Decide(t.Context(), editor, editing))
	p.settle()
	no.check(t, p.Decide(t.Context(), editor, editing))
	if n := w.count(project); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}
	w.advance(24 * time.Hour)
	if n := w.count(project); n != 2 {
		t.Errorf("%d fetches while nobody asks, want 2", n)
	}
	w.set(project, nil, allowed)
	yes.check(t, p.Decide(t.Context(), editor, editing)) // waits for the new policy
}

// TestNobodyWaitsForARefresh: a check between four and five minutes is answered at once, and any number
// of them cause one fetch.
func TestNobodyWaitsForARefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(time.Hour)
		w.set(project, nil, allowed)
		yes.check(t, p.Decide(t.Context(), editor, editing))
		answer := make(chan struct{})
		w.during = func(context.Context, string) { <-answer }
		w.advance(refreshAfter)
		begun := time.Now()
		for range 10 {
			yes.check(t, p.Decide(t.Context(), editor, editing))
		}
		if waited := time.Since(begun); waited > 0 {
			t.Errorf("the checks waited %v", waited)
		}
		close(answer)
		p.settle()
		if n := w.count(project); n != 2 {
			t.Errorf("%d fetches, want 2", n)
		}
	})
}

// TestSingleFlight: checks at the same time share one fetch.
func TestSingleFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(time.Hour)
		w.set(project, nil, allowed)
		w.set(red, nil)
		answer := make(chan struct{})
		w.during = func(context.Context, string) { <-answer }
		var group sync.WaitGroup
		for i := range 64 {
			group.Go(func() {
				check := editing
				subject := editor
				if check.OrganizationID, subject.OrganizationID = red, red; i%2 == 1 {
					check.Action = "delete" // needs the policy of the organization, too
				}
				err := p.Decide(t.Context(), subject, check)
				if errors.Is(err, ErrUndecided) || (err == nil) != (i%2 == 0) {
					t.Errorf("check %d: %v", i, err)
				}
			})
		}
		synctest.Wait() // until all wait
		close(answer)
		group.Wait()
		if w.count(project) != 1 || w.count(red) != 1 {
			t.Errorf("%d and %d fetches, want 1 each", w.count(project), w.count(red))
		}
	})
}

// TestOutage: an old policy is used while the service is down, for as long as the option says. Callers
// do not wait for the service again and again.
func TestOutage(t *testing.T) {
	for _, grace := range []time.Duration{0, time.Minute, time.Hour, forever} {
		t.Run(grace.String(), func(t *testing.T) {
			w, p := newWorld(grace)
			w.set(project, nil, allowed)
			yes.check(t, p.Decide(t.Context(), editor, editing))
			w.set(project, errors.New("down"))
			w.advance(staleAfter - time.Second)
			yes.check(t, p.Decide(t.Context(), editor, editing))
			p.settle()
			w.advance(time.Second)
			if grace == 0 {
				unknown.check(t, p.Decide(t.Context(), editor, editing))
				return
			}
			yes.check(t, p.Decide(t.Context(), editor, editing))
			w.advance(min(grace, 1000*time.Hour) - time.Second)
			yes.check(t, p.Decide(t.Context(), editor, editing))
			p.settle()
			w.advance(time.Second)
			if grace == forever {
				yes.check(t, p.Decide(t.Context(), editor, editing))
				return
			}
			unknown.check(t, p.Decide(t.Context(), editor, editing))
			w.set(project, nil, allowed)
			w.advance(retryInterval)
			yes.check(t, p.Decide(t.Context(), editor, editing))
		})
	}
}

// TestOutageIsNotHammered: while the service is down, it is asked every ten seconds, and no caller
// waits for it if there is an old policy.
func TestOutageIsNotHammered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(time.Hour)
		w.set(project, nil, allowed)
		yes.check(t, p.Decide(t.Context(), editor, editing))
		w.set(project, errors.New("down"))
		w.advance(staleAfter)
		for range 30 {
			yes.check(t, p.Decide(t.Context(), editor, editing))
			p.settle()
			w.advance(time.Second)
		}
		if n := w.count(project) - 1; n != 3 {
			t.Errorf("%d fetches in 30 seconds, want 3", n)
		}
		block := make(chan struct{})
		w.during = func(context.Context, string) { <-block }
		w.advance(retryInterval)
		begun := time.Now()
		for range 3 {
			yes.check(t, p.Decide(t.Context(), editor, editing))
		}
		if waited := time.Since(begun); waited > 0 {
			t.Errorf("the checks waited %v", waited)
		}
		close(block)
	})
}

// TestAnsweredWithAnError: if the service answers that there is no policy, the old one no longer counts.
func TestAnsweredWithAnError(t *testing.T) {
	w, p := newWorld(time.Hour)
	w.set(project, nil, allowed)
	yes.check(t, p.Decide(t.Context(), editor, editing))
	w.set(project, errDenied)
	w.advance(staleAfter)
	for range 3 {
		unknown.check(t, p.Decide(t.Context(), editor, editing))
	}
	if n := w.count(project); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}
}

// TestColdOutage: without any policy the service must decide, and each fetch is tried once in ten
// seconds.
func TestColdOutage(t *testing.T) {
	w, p := newWorld(time.Hour)
	w.set(project, errors.New("down"))
	for range 5 {
		err := p.Decide(t.Context(), editor, editing)
		unknown.check(t, err)
		if !strings.Contains(err.Error(), "down") {
			t.Errorf("the error does not tell why: %v", err)
		}
	}
	if n := w.count(project); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

// TestImpatience: callers wait for one fetch together, up to a limit, and for no longer than their
// context.
func TestImpatience(t *testing.T) {
	w, p := newWorld(time.Hour)
	w.set(project, nil, allowed)
	answer := make(chan struct{})
	w.during = func(context.Context, string) { <-answer }
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	err := p.Decide(gone, editor, editing)
	if unknown.check(t, err); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want one of the context", err)
	}
	close(answer)
	p.settle()
	yes.check(t, p.Decide(gone, editor, editing))

	answer = make(chan struct{})
	w2, impatient := newWorld(time.Hour)
	w2.set(project, nil, allowed)
	w2.during = func(context.Context, string) { <-answer }
	impatient.patience = 0
	for range 100 {
		unknown.check(t, impatient.Decide(t.Context(), editor, editing))
	}
	close(answer)
	impatient.settle()
	yes.check(t, impatient.Decide(t.Context(), editor, editing))
}

// TestFetchIsIndependent: a fetch has the values of the first caller's context, its own end, and no
// panic of it ends the process or shows a secret.
func TestFetchIsIndependent(t *testing.T) {
	type name struct{}
	w, p := newWorld(time.Hour)
	w.set(project, nil, allowed)
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), name{}, "trace-1"))
	w.during = func(got context.Context, _ string) {
		cancel()
		if _, limited := got.Deadline(); got.Value(name{}) != "trace-1" || got.Err() != nil || !limited {
			t.Errorf("the fetch has the trace %v, the error %v, a limit: %v", got.Value(name{}), got.Err(), limited)
		}
		panic("s3cret")
	}
	_ = p.Decide(ctx, editor, editing)
	p.settle()
	err := p.Decide(t.Context(), editor, editing)
	if unknown.check(t, err); !strings.Contains(err.Error(), "panic of type string") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("error %v", err)
	}
}

// TestClockSetBack: a policy of the future is fetched again.
func TestClockSetBack(t *testing.T) {
	w, p := newWorld(0)
	w.set(project, nil, allowed)
	yes.check(t, p.Decide(t.Context(), editor, editing))
	w.set(project, nil)
	w.advance(-time.Hour)
	no.check(t, p.Decide(t.Context(), editor, editing))
}

// TestOrganizationsAreSeparate: each organization has its own policy, which is fetched only if that of
// the project is not enough.
func TestOrganizationsAreSeparate(t *testing.T) {
	w, p := newWorld(time.Hour)
	w.set(project, nil, allowed)
	w.set(red, nil, Grant{Role: "editor", Resource: "documents", Actions: []string{"delete"}})
	for _, c := range []struct {
		organization, action string
		want                 verdict
	}{
		{red, "update", yes}, {blue, "update", yes}, {red, "delete", yes}, {blue, "delete", no}, {red, "delete", yes}, {blue, "delete", no},
	} {
		subject := Subject{c.organization, editor.Roles}
		c.want.check(t, p.Decide(t.Context(), subject, Check{c.organization, "documents", c.action}))
		if c.action == "update" && w.count(c.organization) > 0 {
			t.Errorf("the policy of %s was fetched for nothing", c.organization)
		}
	}
	elsewhere.check(t, p.Decide(t.Context(), Subject{"unheard-of", editor.Roles}, Check{red, "documents", "delete"}))
	if w.count(project) != 1 || w.count(red) != 1 || w.count(blue) != 1 || w.count("unheard-of") != 0 {
		t.Errorf("fetches: %v", w.fetches)
	}
}

// TestOrganizationPolicyMissing: without the policy of the organization, a yes of the project's is
// still a yes. A no is not.
func TestOrganizationPolicyMissing(t *testing.T) {
	w, p := newWorld(time.Hour)
	w.set(project, nil, allowed)
	subject := Subject{red, editor.Roles}
	yes.check(t, p.Decide(t.Context(), subject, Check{red, "documents", "update"}))
	w.set(red, errDenied)
	unknown.check(t, p.Decide(t.Context(), subject, Check{red, "documents", "delete"}))
	yes.check(t, p.Decide(t.Context(), subject, Check{red, "documents", "update"}))
}

// TestMemoryIsLimited: of many organizations, those used last are kept; and of huge policies, few.
func TestMemoryIsLimited(t *testing.T) {
	w, p := newWorld(time.Hour)
	ask := func(id string) {
		_ = p.Decide(t.Context(), Subject{id, editor.Roles}, Check{id, "documents", "delete"})
	}
	for i := range maxOrganizations + 10 {
		if i%100 == 0 {
			ask("first")
		}
		ask(fmt.Sprint("organization-", i))
	}
	if n := len(p.known); n != maxOrganizations || n != p.recent.Len() {
		t.Errorf("%d organizations are kept, want %d", n, maxOrganizations)
	}
	if w.count("first") != 1 {
		t.Error("the organization that was used last was forgotten")
	}
	huge := Grant{Role: "editor", Resource: "images"}
	for i := range maxActions / 4 {
		huge.Actions = append(huge.Actions, fmt.Sprint("action-", i))
	}
	for i := range 8 {
		id := fmt.Sprint("huge-", i)
		w.set(id, nil, huge)
		ask(id)
	}
	if p.actions > maxActions || p.recent.Len() != 4 {
		t.Errorf("%d organizations with %d actions are kept, want 4 with %d", p.recent.Len(), p.actions, maxActions)
	}
	for i := range 8 { // shrinking and growing again keeps count
		w.set(fmt.Sprint("huge-", i), nil)
	}
	w.advance(staleAfter)
	for i := range 8 {
		ask(fmt.Sprint("huge-", i))
	}
	if p.actions != 0 {
		t.Errorf("%d actions are counted, want 0", p.actions)
	}
}

// TestForgottenWhileFetching: an organization that is forgotten during its fetch, and asked about again,
// is counted once.
func TestForgottenWhileFetching(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := newWorld(time.Hour)
		w.set(project, nil)
		w.set(red, nil, Grant{Role: "editor", Resource: "documents", Actions: []string{"update", "share"}})
		answers := make(chan struct{})
		w.during = func(_ context.Context, id string) {
			if id == red {
				<-answers
			}
		}
		ask := func() { _ = p.Decide(t.Context(), Subject{red, editor.Roles}, Check{red, "documents", "update"}) }
		go ask()
		synctest.Wait()
		p.mu.Lock()
		p.recent.Remove(p.known[red])
		delete(p.known, red)
		p.mu.Unlock()
		go ask()
		synctest.Wait()
		close(answers)
		synctest.Wait()
		if p.actions != 2 || p.recent.Len() != 1 || w.count(red) != 2 {
			t.Errorf("%d actions of %d organizations after %d fetches, want 2 of 1 after 2", p.actions, p.recent.Len(), w.count(red))
		}
	})
}

// TestManyAtOnce runs everything at the same time, for the race detector.
func TestManyAtOnce(t *testing.T) {
	w, p := newWorld(time.Minute)
	w.set(project, nil, allowed)
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			for j := range 200 {
				id := fmt.Sprint("organization-", (i+j)%5)
				action := []string{"update", "delete"}[j%2]
				err := p.Decide(t.Context(), Subject{id, editor.Roles}, Check{id, "documents", action})
				if action == "delete" && err == nil {
					t.Error("allowed what no policy allows")
				}
				switch j % 50 {
				case 7:
					w.set(project, errors.New("down"))
				case 13:
					w.set(project, nil, allowed)
				}
				w.advance(10 * time.Second)
			}
		})
	}
	group.Wait()
	p.settle()
}

// BenchmarkDecide measures a check of a member with three roles, in a policy of fifty roles.
func BenchmarkDecide(b *testing.B) {
	w, p := newWorld(time.Hour)
	var grants []Grant
	for i := range 50 {
		for j := range 20 {
			grants = append(grants, Grant{Role: fmt.Sprint("role-", i), Resource: fmt.Sprint("resource-", j), Actions: []string{"read", "update", "delete"}})
		}
	}
	w.set(project, nil, grants...)
	w.set(red, nil, Grant{Role: "role-1", Resource: "resource-1", Actions: []string{"export"}})
	subject := Subject{red, []string{"everyone", "role-1", "role-7"}}
	for _, action := range []string{"update", "export", "print"} {
		b.Run(action, func(b *testing.B) {
			for b.Loop() {
				_ = p.Decide(b.Context(), subject, Check{red, "resource-1", action})
			}
		})
	}
}
