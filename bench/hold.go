package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
)

const ratiosFile = "ratios.json"

// The margins of -check. Allocations and connections are counted, so the margins only allow for
// another version of net/http, or for a pool that was emptied. For times, only the ratio is compared,
// with a margin for other machines: the check finds work that is done twice.
const (
	timeMargin       = 2.0 // times the committed ratio, in the lower bound of the new one
	allocMargin      = 3   // in allocations
	connectionMargin = 16  // in connections: net/http closes some on a busy machine
	attempts         = 3   // how often a section is measured before it fails
)

// committed is the committed figure that -check compares with.
type committed struct {
	Ratio  float64  `json:"ratio"`
	Allocs *float64 `json:"allocs,omitempty"` // more than the base; nil if not counted
	Count  *float64 `json:"count,omitempty"`  // of connections; nil if not counted
}

// writeRatios writes ratios.json: the SDK's figures in the sections that -check
// measures.
func writeRatios(chapters []chapter) error {
	all := map[string]committed{}
	for _, c := range chapters {
		for _, f := range c.figures {
			if c.section.checked && isOurs(f) {
				all[f.key()] = f.committed()
			}
		}
	}
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(ratiosFile, append(data, '\n'), 0o644)
}

func isOurs(f figure) bool { return strings.HasPrefix(f.subject, "SDK") }

func (f figure) committed() committed {
	c := committed{Ratio: math.Round(f.ratio.median*1000) / 1000}
	if extra := f.extraAllocs(); !math.IsNaN(extra) {
		c.Allocs = &extra
	}
	if f.caseName == connectionsCase {
		c.Count = &f.value.amount
	}
	return c
}

// hold compares the measured figures with the committed ones. It measures a section with a worse
// figure again, because the machine may have been busy.
func (b *bench) hold(ctx context.Context, chapters []chapter) error {
	data, err := os.ReadFile(ratiosFile)
	if err != nil {
		return err
	}
	var want map[string]committed
	if err := json.Unmarshal(data, &want); err != nil {
		return fmt.Errorf("%s: %w", ratiosFile, err)
	}
	for attempt := 1; ; attempt++ {
		var worse, sections []string
		for _, c := range chapters {
			if found := c.worse(want); len(found) > 0 {
				worse, sections = append(worse, found...), append(sections, c.section.name)
			}
		}
		switch {
		case len(worse) == 0:
			fmt.Printf("No figure is worse than the committed one by more than the margins.\n")
			return nil
		case attempt == attempts:
			return fmt.Errorf("worse than committed, %d times in a row:\n  %s", attempts, strings.Join(worse, "\n  "))
		}
		fmt.Printf("Worse figures, possibly because the machine is busy. Measured again:\n  %s\n\n", strings.Join(worse, "\n  "))
		chapters, err = b.measureAll(ctx, func(s section) bool { return slices.Contains(sections, s.name) })
		if err != nil {
			return err
		}
	}
}

// worse lists the figures of the chapter that are worse than the margins allow.
func (c chapter) worse(want map[string]committed) (list []string) {
	for _, f := range c.figures {
		w, known := want[f.key()]
		if !isOurs(f) || !known {
			continue
		}
		now := f.committed()
		switch {
		case w.Count != nil && *now.Count > *w.Count+connectionMargin:
			list = append(list, fmt.Sprintf("%s: %.0f, committed %.0f", f.key(), *now.Count, *w.Count))
		case w.Allocs != nil && now.Allocs != nil && *now.Allocs > *w.Allocs+allocMargin:
			list = append(list, fmt.Sprintf("%s: %+.0f allocations, committed %+.0f", f.key(), *now.Allocs, *w.Allocs))
		case w.Count == nil && f.ratio.low > w.Ratio*timeMargin:
			list = append(list, fmt.Sprintf("%s: ratio %v, committed %.2f", f.key(), f.ratio, w.Ratio))
		}
	}
	return list
}
