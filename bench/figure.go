package main

import (
	"fmt"
	"math"
	"time"
)

// A figure compares a subject with a base in one case.
type figure struct {
	caseName, subject, base string
	ratio                   ratio // subject / base: lower is better
	value, baseValue        quantity
	allocs, baseAllocs      float64 // per operation; NaN if not counted
}

// notCounted is a number of allocations that was not counted.
var notCounted = math.NaN()

// key is the figure's key in ratios.json.
func (f figure) key() string { return f.caseName + ": " + f.subject + " / " + f.base }

// extraAllocs returns how many more allocations the subject makes.
func (f figure) extraAllocs() float64 { return f.allocs - f.baseAllocs }

// compare measures the subjects of a case. It compares all but the first with the first.
func (b *bench) compare(caseName string, e effort, subjects ...subject) ([]figure, error) {
	all, err := measure(e, subjects)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", caseName, err)
	}
	var list []figure
	base := all[0]
	for _, s := range all[1:] {
		list = append(list, beside(caseName, s, base))
	}
	return list, nil
}

// beside returns the figure that compares one series with another.
func beside(caseName string, s, base series) figure {
	return figure{
		caseName: caseName, subject: s.name, base: base.name, ratio: compare(s, base),
		value: nanoseconds(summarize(s.ns).median), baseValue: nanoseconds(summarize(base.ns).median),
		allocs: s.allocs, baseAllocs: base.allocs,
	}
}

// exact returns a figure of two quantities that are counted, not timed.
func exact(caseName, subject, base string, value, baseValue quantity) figure {
	r := value.amount / baseValue.amount
	return figure{
		caseName: caseName, subject: subject, base: base, ratio: ratio{r, r, r},
		value: value, baseValue: baseValue, allocs: notCounted, baseAllocs: notCounted,
	}
}

// A quantity is a number with a unit.
type quantity struct {
	amount float64
	unit   string
}

func nanoseconds(ns float64) quantity     { return quantity{ns, "ns"} }
func duration(d time.Duration) quantity   { return quantity{float64(d), "ns"} }
func sizeInBytes(n int64) quantity        { return quantity{float64(n), "B"} }
func count(n int64, what string) quantity { return quantity{float64(n), what} }

func (q quantity) String() string {
	switch {
	case q.unit == "ns" && q.amount < 1e3:
		return fmt.Sprintf("%.3g ns", q.amount)
	case q.unit == "ns" && q.amount < 1e6:
		return fmt.Sprintf("%.3g µs", q.amount/1e3)
	case q.unit == "ns" && q.amount < 1e9:
		return fmt.Sprintf("%.3g ms", q.amount/1e6)
	case q.unit == "ns":
		return fmt.Sprintf("%.3g s", q.amount/1e9)
	case q.unit == "B" && q.amount >= 1e6:
		return fmt.Sprintf("%.2f MB", q.amount/1e6)
	default:
		return fmt.Sprintf("%.0f %s", q.amount, q.unit)
	}
}
