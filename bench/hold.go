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

// The margins of -check. Allocations and connections are counted, so these may only grow by what
// another version of net/http, or a pool that was emptied, brings about. Times are only held against
// their ratio, with room for another machine: what they are to find is work done twice.
const (
	timeMargin       = 2.0 // times the committed ratio, in the lower bound of the new one
	allocMargin      = 3   // allocations
	connectionMargin = 16  // connections: net/http gives some up on a busy machine
	attempts         = 3   // as often is a section measured before it fails
)

// committed is what -check holds a figure against.
type committed struct {
	Ratio  float64  `json:"ratio"`
	Allocs *float64 `json:"allocs,omitempty"` // more than the base; nil: not told
	Count  *float64 `json:"count,omitempty"`  // of connections; nil: none are counted
}

// writeRatios writes ratios.json: the SDK's figures in the sections that are checked.
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

// hold compares what was measured with what is committed. A section with a figure that is worse is
// measured again, so that a machine that was busy for a moment fails nothing.
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
		fmt.Printf("Measured again, as it may have been the machine:\n  %s\n\n", strings.Join(worse, "\n  "))
		chapters, err = b.measureAll(ctx, func(s section) bool { return slices.Contains(sections, s.name) })
		if err != nil {
			return err
		}
	}
}

// worse says which figures of the chapter are worse than they may be.
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
