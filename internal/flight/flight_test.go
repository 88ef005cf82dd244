package flight_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stytchgen/sdk/internal/flight"
)

type key struct{}

func TestFlight(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	defer mu.Unlock()
	landed := make(chan struct{})
	var value string
	var err error
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "of the caller"))
	cancel() // the fetch goes on for the others
	f := flight.Start(ctx, time.Hour, func(ctx context.Context) (string, error) {
		<-landed
		if _, ok := ctx.Deadline(); !ok {
			return "", errors.New("no deadline")
		}
		return ctx.Value(key{}).(string), ctx.Err()
	}, func(v string, e error) {
		mu.Lock() // Wait has released it
		defer mu.Unlock()
		value, err = v, e
	})
	f.Wait(ctx, &mu) // returns at once, for ctx has ended
	close(landed)
	f.Wait(t.Context(), &mu)
	if value != "of the caller" || err != nil {
		t.Errorf("got %q, %v", value, err)
	}
}

func TestPanic(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	defer mu.Unlock()
	var err error
	flight.Start(t.Context(), time.Hour, func(context.Context) (int, error) { panic("secret") },
		func(_ int, e error) { err = e }).Wait(t.Context(), &mu)
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestPatience(t *testing.T) {
	end := make(chan struct{})
	f := flight.Start(t.Context(), 1, func(context.Context) (int, error) { <-end; return 0, nil }, func(int, error) {})
	var mu sync.Mutex
	mu.Lock()
	f.Wait(t.Context(), &mu)
	mu.Unlock()
	close(end)
}
