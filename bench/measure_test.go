package main

import (
	"math"
	"testing"
	"time"
)

func TestSummarize(t *testing.T) {
	tests := []struct {
		name   string
		values []float64
		want   ratio
	}{
		{"one value", []float64{2}, ratio{2, 2, 2}},
		{"an even number", []float64{4, 1, 3, 2}, ratio{2.5, 1, 4}},
		{"an outlier", []float64{1, 1, 1, 1, 1, 1, 1, 1, 900}, ratio{1, 1, 1}},
		// The known ranks of a 95 % interval of the median of 20 values are the 6th and the 15th.
		{"twenty", []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, ratio{10.5, 6, 15}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := summarize(tt.values); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestMeasureCountsAllocations(t *testing.T) {
	var keep *[64]byte
	all, err := measure(effort{rounds: 3, sample: time.Millisecond}, []subject{
		{name: "none", run: each(func() error { return nil }), counts: true},
		{name: "two", run: each(func() error { keep = new([64]byte); keep = new([64]byte); return nil }), counts: true},
		{name: "not told", run: each(func() error { return nil })},
	})
	if err != nil || keep == nil {
		t.Fatal(err)
	}
	if all[0].allocs != 0 || all[1].allocs != 2 || !math.IsNaN(all[2].allocs) {
		t.Errorf("got %v, %v and %v allocations, want 0, 2 and NaN", all[0].allocs, all[1].allocs, all[2].allocs)
	}
	for _, s := range all {
		if len(s.ns) != 3 {
			t.Errorf("%s: %d samples, want 3", s.name, len(s.ns))
		}
	}
}
