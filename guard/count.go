package guard

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// record takes a step and only logs its error.
func (g *Guard) record(ctx context.Context, op Op, subjects []subject) {
	if len(subjects) == 0 {
		return
	}
	ctx = context.WithoutCancel(ctx)
	result, _, err := g.do(ctx, Step{Op: op}, counters(subjects))
	if err == nil && op == OpAdd {
		g.watch(ctx, subjects, result.Tallies, false)
	}
}

// do takes a step with the store. If that fails and Config.StoreDown is CountLocally, it counts
// locally. It returns the store that took the step.
func (g *Guard) do(ctx context.Context, step Step, counters []Counter) (Result, Store, error) {
	if len(counters) == 0 {
		return Result{Taken: true}, nil, nil // there are no limits
	}
	if g.store == nil {
		return g.doLocally(ctx, step, counters)
	}
	limited, cancel := g.limit(ctx)
	defer cancel()
	result, err := g.store.Do(limited, step, counters)
	if want := tallies(counters); err == nil && step.Op != OpVerify && len(result.Tallies) != want {
		err = fmt.Errorf("it returned %d tallies instead of %d", len(result.Tallies), want)
	}
	switch {
	case err == nil:
		return result, g.store, nil
	case ctx.Err() != nil:
		return Result{}, nil, fmt.Errorf("guard: %w", ctx.Err())
	}
	g.storeFailed(ctx, err)
	if g.cfg.StoreDown == CountLocally {
		return g.doLocally(ctx, step, counters)
	}
	return Result{}, nil, fmt.Errorf("guard: the store failed: %w", err)
}

func (g *Guard) doLocally(ctx context.Context, step Step, counters []Counter) (Result, Store, error) {
	result, err := g.local.Do(ctx, step, counters)
	g.warnOfMemory(ctx)
	return result, g.local, err
}

// tallies returns the number of tallies that a step has for counters.
func tallies(counters []Counter) int {
	n := 0
	for _, c := range counters {
		n += len(c.Limits)
	}
	return n
}

// limit returns a context that ends after the store's timeout.
func (g *Guard) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, g.cfg.StoreTimeout)
}

// storeFailed logs a failure of the store, at most once in a while.
func (g *Guard) storeFailed(ctx context.Context, err error) {
	if once(&g.failed, g.cfg.Now(), time.Minute) {
		g.log().LogAttrs(ctx, slog.LevelError, "guard: the store failed", slog.String("error", err.Error()), slog.String("until_it_is_back", g.cfg.StoreDown.String()))
	}
}

// warnOfMemory logs that the memory is nearly full, at most once in a while.
func (g *Guard) warnOfMemory(ctx context.Context) {
	if g.local.high.Load() && once(&g.warned, g.cfg.Now(), 10*time.Minute) {
		g.log().LogAttrs(ctx, slog.LevelWarn, "guard: the memory is nearly full; when it is, codes to new addresses have to wait: "+
			"set a larger MaxCounters, or a Store", slog.Int("max_counters", g.cfg.MaxCounters))
	}
}

// once reports whether something has not been done for a while, and stores that it is done now.
func once(last *atomic.Int64, now time.Time, every time.Duration) bool {
	before := last.Load()
	since := time.Duration(now.UnixNano() - before)
	return (before == 0 || since < 0 || since >= every) && last.CompareAndSwap(before, now.UnixNano())
}
