// Package flight makes one fetch for all callers who wait for the same value.
package flight

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Timeout limits a fetch that has no limit of the client.
const Timeout = time.Minute

// Flight is a fetch in progress.
type Flight struct {
	done chan struct{} // closed when it has ended
	late chan struct{} // closed when callers no longer wait for it
}

// Start begins a fetch in a goroutine of its own, and calls land with the result. Its context has the
// values of ctx but does not end with it, because other callers wait for the same value. They wait for at
// most patience.
//
// A panic in fetch, such as one of the application's middleware, becomes an error: in this goroutine it
// would end the process. The value of the panic may contain a secret, so the error names only its type.
func Start[T any](ctx context.Context, patience time.Duration, fetch func(context.Context) (T, error), land func(T, error)) *Flight {
	f := &Flight{make(chan struct{}), make(chan struct{})}
	late := time.AfterFunc(patience, func() { close(f.late) })
	go func() {
		defer close(f.done)
		defer late.Stop()
		land(run(context.WithoutCancel(ctx), fetch))
	}()
	return f
}

func run[T any](ctx context.Context, fetch func(context.Context) (T, error)) (value T, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("the fetch ended with a panic of type %T", panicked)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	return fetch(ctx)
}

// Wait returns when the fetch has landed, when its callers no longer wait, or when ctx ends. The caller holds
// the lock mu, which land may need; Wait releases it while it waits.
func (f *Flight) Wait(ctx context.Context, mu sync.Locker) {
	mu.Unlock()
	defer mu.Lock()
	select {
	case <-f.done:
	case <-f.late:
	case <-ctx.Done():
	}
}

// Done is closed when the fetch has landed.
func (f *Flight) Done() <-chan struct{} { return f.done }
