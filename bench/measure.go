package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"
)

// A subject is something to measure, compared with others that do the same
// work.
type subject struct {
	name string
	// run does the work n times.
	run func(n int) error
	// counts says that allocations can be counted: run makes all of them, and no other
	// goroutine makes any.
	counts bool
	// batch is the number of operations in each of the n runs; 0 means 1.
	batch int
	// prepare runs before each sample and is not measured. It can be nil.
	prepare func() error
}

// each returns a run function that calls op n times.
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
	sample time.Duration // target duration of a sample
}

// A series is the result of measuring one subject.
type series struct {
	name   string
	ns     []float64 // per operation, one for each round
	allocs float64   // per operation; NaN if not counted
}

// measure measures the subjects in turn, round after round. So a slow moment of the machine affects
// all of them. Each round begins with another subject.
func measure(e effort, subjects []subject) ([]series, error) {
	all := make([]series, len(subjects))
	times := make([]int, len(subjects))
	for i, s := range subjects {
		n, err := calibrate(s, e.sample)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		times[i] = n
		all[i] = series{name: s.name, allocs: notCounted}
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

// calibrate returns how often s runs in about the time of a sample. It also warms up s.
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

// allocations returns the number of allocations of one operation. It is the least of several counts,
// rounded down, so that an emptied pool does not matter.
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

// A ratio compares two subjects: the median over the rounds, and the bounds of its 95 %
// confidence interval.
type ratio struct{ median, low, high float64 }

// compare divides the times of a by those of b, round by round. The two samples of a round were taken
// directly after each other.
func compare(a, b series) ratio {
	quotients := make([]float64, len(a.ns))
	for i := range a.ns {
		quotients[i] = a.ns[i] / b.ns[i]
	}
	return summarize(quotients)
}

// summarize returns the median and its confidence interval. The interval uses only the order of the
// values: how many of n values are below the true median follows a binomial distribution.
func summarize(values []float64) ratio {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	k := outer(n)
	return ratio{median: median(v), low: v[k], high: v[n-1-k]}
}

// outer returns how many of n sorted values can be left out at each end, so that the true median is
// between the others with a probability of at least 95 %. It returns 0 if there are too few values.
func outer(n int) int {
	below, probability := 0.0, math.Pow(0.5, float64(n)) // that exactly k values are below the median
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
