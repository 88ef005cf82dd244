package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"
)

// A subject is something whose time is taken, beside others that do the same.
type subject struct {
	name string
	// run does the work n times.
	run func(n int) error
	// counts says that allocations can be told: all are made in run, and by nobody else.
	counts bool
	// batch is how many operations each of the n times has; 0 stands for 1.
	batch int
	// prepare is done before each sample and not measured; nil: nothing.
	prepare func() error
}

// each makes a run of an operation that is done once.
func each(op func() error) func(int) error {
	return func(n int) error {
		for range n {
			if err := op(); err != nil {
				return err
			}
		}
		return nil
	}
}

// effort is how much is measured.
type effort struct {
	rounds int           // samples of each subject
	sample time.Duration // how long one should take
}

// A series is what came of measuring one subject.
type series struct {
	name   string
	ns     []float64 // per operation, one for each round
	allocs float64   // per operation; NaN: not told
}

// measure takes the time of the subjects in turn, round after round, so that what slows the machine
// down slows all of them down. Each round begins with another subject.
func measure(e effort, subjects []subject) ([]series, error) {
	all := make([]series, len(subjects))
	times := make([]int, len(subjects))
	for i, s := range subjects {
		n, err := calibrate(s, e.sample)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		times[i] = n
		all[i] = series{name: s.name, allocs: notTold}
		if s.counts {
			if all[i].allocs, err = allocations(s); err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	for round := range e.rounds {
		for turn := range subjects {
			i := (round + turn) % len(subjects)
			if p := subjects[i].prepare; p != nil {
				if err := p(); err != nil {
					return nil, fmt.Errorf("%s: %w", subjects[i].name, err)
				}
			}
			start := time.Now()
			if err := subjects[i].run(times[i]); err != nil {
				return nil, fmt.Errorf("%s: %w", subjects[i].name, err)
			}
			operations := times[i] * max(subjects[i].batch, 1)
			all[i].ns = append(all[i].ns, float64(time.Since(start))/float64(operations))
		}
	}
	return all, nil
}

// calibrate returns how often s runs in about the time of a sample. It warms s up on the way.
func calibrate(s subject, sample time.Duration) (int, error) {
	for n := 1; ; {
		start := time.Now()
		if err := s.run(n); err != nil {
			return 0, err
		}
		took := time.Since(start)
		if took >= sample/2 {
			return max(1, int(float64(n)*float64(sample)/float64(took))), nil
		}
		n = int(math.Min(float64(n)*10, float64(n)*float64(sample)/float64(max(took, 1))*1.2)) + 1
	}
}

// allocations returns how many allocations one operation makes: the least of several counts, rounded
// down, so that a pool that the garbage collector has emptied does not show.
func allocations(s subject) (float64, error) {
	const operations = 200
	least := math.Inf(1)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := s.run(operations); err != nil {
			return 0, err
		}
		runtime.ReadMemStats(&after)
		least = min(least, math.Floor(float64(after.Mallocs-before.Mallocs)/operations))
	}
	return least, nil
}

// A ratio is how one subject compares with another: the median over the rounds, and the bounds
// between which it lies with a confidence of 95 %.
type ratio struct{ median, low, high float64 }

// compare divides what a took by what b took, round by round: the two samples of a round were taken
// one right after the other.
func compare(a, b series) ratio {
	quotients := make([]float64, len(a.ns))
	for i := range a.ns {
		quotients[i] = a.ns[i] / b.ns[i]
	}
	return summarize(quotients)
}

// summarize finds the median and its confidence interval, which the order of the values alone gives:
// how many of n values lie below the true median follows a binomial distribution.
func summarize(values []float64) ratio {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	k := outer(n)
	return ratio{median: median(v), low: v[k], high: v[n-1-k]}
}

// outer returns how many of n sorted values can be left out at each end, so that the true median lies
// within the rest with a probability of 95 % at least; 0 if there are too few values for that.
func outer(n int) int {
	below, probability := 0.0, math.Pow(0.5, float64(n)) // of exactly k values below the median
	for k := range n {
		if below += probability; below > 0.025 {
			return max(k-1, 0)
		}
		probability *= float64(n-k) / float64(k+1)
	}
	return 0
}

func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
