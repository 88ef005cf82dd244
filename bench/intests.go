package main

import (
	"context"
	"fmt"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

const (
	newServerCase = "NewServer until a call is answered"
	testLoginCase = "a login in a test"
)

// inTests measures what a test waits for.
func (b *bench) inTests(ctx context.Context) ([]figure, error) {
	t := &testBed{}
	defer t.end()
	srv := stytchtest.NewServer(t)
	all, err := measure(b.effort, []subject{
		{name: newServerCase, run: each(func() error {
			one := &testBed{}
			defer one.end()
			client := stytchtest.NewServer(one).Client()
			_, err := client.Users.Create(ctx, stytch.UsersCreateRequest{Email: new(addressOf(0))})
			return err
		})},
		{name: testLoginCase, run: each(logins(ctx, srv, 1))},
	})
	if err != nil {
		return nil, err
	}
	if t.failure != nil {
		return nil, t.failure
	}
	return []figure{
		within(all[0], 2*time.Millisecond, "2 ms"),
		within(all[1], 1500*time.Microsecond, "1.5 ms"),
	}, nil
}

// within compares the times of a series with a limit.
func within(s series, limit time.Duration, name string) figure {
	f := exact(s.name, "emulator", name, nanoseconds(summarize(s.ns).median), duration(limit))
	f.ratio = compare(s, series{ns: repeated(float64(limit), len(s.ns))})
	return f
}

func repeated(value float64, times int) []float64 {
	list := make([]float64, times)
	for i := range list {
		list[i] = value
	}
	return list
}

// testBed is a test, as far as NewServer needs one.
type testBed struct {
	cleanups []func()
	failure  error
}

func (t *testBed) Helper()          {}
func (t *testBed) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

func (t *testBed) Errorf(format string, args ...any) { t.failure = fmt.Errorf(format, args...) }
func (t *testBed) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

func (t *testBed) end() {
	for _, f := range t.cleanups {
		f()
	}
}
