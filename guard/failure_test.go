package guard_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
)

// broken is a store that can fail.
type broken struct {
	guard.Store
	fail func(ctx context.Context) (guard.Result, error) // nil if it works
}

func (b *broken) Do(ctx context.Context, step guard.Step, counters []guard.Counter) (guard.Result, error) {
	if b.fail != nil {
		return b.fail(ctx)
	}
	return b.Store.Do(ctx, step, counters)
}

var errDown = errors.New("connection refused")

func TestStoreDown(t *testing.T) {
	failures := map[string]func(context.Context) (guard.Result, error){
		"an error":        func(context.Context) (guard.Result, error) { return guard.Result{}, errDown },
		"too few tallies": func(context.Context) (guard.Result, error) { return guard.Result{Taken: true}, nil },
		"no answer": func(ctx context.Context) (guard.Result, error) {
			if _, ok := ctx.Deadline(); !ok {
				t.Error("the context has no deadline")
			}
			return guard.Result{}, context.DeadlineExceeded
		},
	}
	for name, fail := range failures {
		for _, test := range []struct {
			down          guard.StoreDown
			first, second string // decisions for one address
			failed        bool
		}{
			{guard.CountLocally, "allow", "wait 30s: gap: 1 in 30s", false},
			{guard.FailOpen, "allow: store down", "allow: store down", false},
			{guard.FailClosed, "refuse: store down", "refuse: store down", true},
		} {
			t.Run(name+", "+test.down.String(), func(t *testing.T) {
				var log bytes.Buffer
				c := newClock()
				store := &broken{guard.NewMemory(c.Now, 1000), fail}
				a := newAsker(t, guard.Config{
					Store: store, Key: make([]byte, 16), StoreDown: test.down, RefuseCountries: []string{"GB"},
					Log: slog.New(slog.NewTextHandler(&log, nil)),
				})
				for _, want := range []string{test.first, test.second} {
					d, err := a.Ask(t.Context(), send(phone, client))
					if d.String() != want || (err != nil) != test.failed {
						t.Errorf("%v, %v; want %s", d, err, want)
					}
					if test.failed {
						for _, err := range []error{err, d.Err()} {
							if public := stytch.PublicErrorOf(err); public.Status != 503 || public.Code != stytch.CodeOutage || public.Message == "" {
								t.Errorf("the public error is %+v", public)
							}
						}
					}
					a.NotSent(t.Context(), guard.Decision{})
				}
				if d := a.ask("+447400123456", client); d.Allowed() {
					t.Errorf("to a refused country: %v", d)
				}
				if errs := strings.Count(log.String(), "level=ERROR"); errs != 1 || !strings.Contains(log.String(), `until_it_is_back="`+test.down.String()) {
					t.Errorf("%d errors in the log, want one in a minute:\n%s", errs, &log)
				}
				// The store counts again when it works again.
				store.fail = nil
				a.want(phone, client, "allow")
				a.want(phone, client, "wait 30s: gap: 1 in 30s")
				a.Advance(time.Minute)
				store.fail = fail
				if d, err := a.Look(t.Context(), send(phone, client)); (err != nil) != test.failed || d.Allowed() == test.failed {
					t.Errorf("a second Look: %v, %v", d, err)
				}
				if errs := strings.Count(log.String(), "level=ERROR"); errs != 2 {
					t.Errorf("%d errors in the log", errs)
				}
			})
		}
	}
}

// TestNotSentWhileDown removes a code from the store that counted it.
func TestNotSentWhileDown(t *testing.T) {
	store := &broken{guard.NewMemory(newClock().Now, 1000), nil}
	a := newAsker(t, guard.Config{Store: store, Key: make([]byte, 16)})
	counted := a.ask(phone, client)
	store.fail = func(context.Context) (guard.Result, error) { return guard.Result{}, errDown }
	local := a.ask(phone, client)
	a.want(phone, client, "wait 30s: gap: 1 in 30s")
	a.NotSent(t.Context(), local)
	a.want(phone, client, "allow")
	store.fail = nil
	a.want(phone, client, "wait 30s: gap: 1 in 30s")
	a.NotSent(t.Context(), counted)
	a.want(phone, client, "allow")
}

// TestCanceled cancels the request. That is not a failure of the store.
func TestCanceled(t *testing.T) {
	for _, down := range []guard.StoreDown{guard.CountLocally, guard.FailOpen, guard.FailClosed} {
		var log bytes.Buffer
		ctx, cancel := context.WithCancel(t.Context())
		store := &broken{nil, func(ctx context.Context) (guard.Result, error) {
			cancel()
			<-ctx.Done()
			return guard.Result{}, ctx.Err()
		}}
		a := newAsker(t, guard.Config{Store: store, Key: make([]byte, 16), StoreDown: down, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if d, err := a.Ask(ctx, send(phone, client)); !errors.Is(err, context.Canceled) || d.Allowed() {
			t.Errorf("%s: %v, %v", down, d, err)
		}
		if log.Len() > 0 {
			t.Errorf("%s: the log says:\n%s", down, &log)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if d, err := newAsker(t, guard.Config{}).Ask(ended, send(phone, client)); !errors.Is(err, context.Canceled) || d.Allowed() {
		t.Errorf("in memory: %v, %v", d, err)
	}
}
