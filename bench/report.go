package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

const resultsFile = "RESULTS.md"

// text is the chapter as a table for a terminal.
func (c chapter) text() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, f := range c.figures {
		fmt.Fprintf(w, "  %s\t%s\t%v\t/ %s\t%v\t= %v\t%s\n",
			f.caseName, f.subject, f.value, f.base, f.baseValue, f.ratio, f.moreAllocs())
	}
	w.Flush()
	for _, n := range c.notes {
		fmt.Fprintf(&b, "  %s\n", n)
	}
	return b.String()
}

// markdown is the chapter as a part of RESULTS.md.
func (c chapter) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", c.section.name)
	if c.section.about != "" {
		fmt.Fprintf(&b, "%s\n\n", c.section.about)
	}
	if len(c.figures) > 0 {
		b.WriteString("| Case | Subject | | Beside | | Ratio | Allocations more |\n|---|---|--:|---|--:|--:|--:|\n")
	}
	for _, f := range c.figures {
		fmt.Fprintf(&b, "| %s | %s | %v | %s | %v | %v | %s |\n",
			f.caseName, f.subject, f.value, f.base, f.baseValue, f.ratio, f.moreAllocs())
	}
	for _, n := range c.notes {
		fmt.Fprintf(&b, "\n%s\n", n)
	}
	return b.String()
}

// String prints the ratio, and its bounds where it has some.
func (r ratio) String() string {
	if r.low == r.high {
		return fmt.Sprintf("%.2f", r.median)
	}
	return fmt.Sprintf("**%.2f** (%.2f–%.2f)", r.median, r.low, r.high)
}

// moreAllocs prints how many more allocations the subject makes; nothing where that is not told.
func (f figure) moreAllocs() string {
	if math.IsNaN(f.extraAllocs()) {
		return ""
	}
	return fmt.Sprintf("%+.0f", f.extraAllocs())
}

// writeResults writes RESULTS.md.
func writeResults(chapters []chapter) error {
	var b strings.Builder
	b.WriteString("# Results\n\nWritten by `make bench`; [README.md](README.md) says how to read it, in short:\n\n" +
		"- A ratio is what the SDK takes divided by what stands beside it takes; less is better. It is the median of the\n" +
		"  ratios of single rounds, with the bounds of that median in brackets, not the quotient of the two times before it,\n" +
		"  which are medians of their own. A goal counts as met by the median, also where the bounds lie on both sides of it.\n" +
		"- The floor is bare `net/http`, with the body ready and the answer thrown away. The reflective client is one as most\n" +
		"  are written by hand, with `encoding/json`.\n\n")
	fmt.Fprintf(&b, "Machine: %s, %d processors, %s/%s, %s, %s.\n\n", processor(), runtime.NumCPU(), runtime.GOOS,
		runtime.GOARCH, runtime.Version(), time.Now().UTC().Format("January 2006"))
	b.WriteString(goalTable(chapters))
	for _, c := range chapters {
		fmt.Fprintf(&b, "\n%s", c.markdown())
	}
	if profile, err := os.ReadFile("PROFILE.md"); err == nil {
		fmt.Fprintf(&b, "\n%s", profile)
	}
	return os.WriteFile(resultsFile, []byte(b.String()), 0o644)
}

// processor returns the name of the processor, as Linux tells it.
func processor() string {
	file, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, found := strings.Cut(lines.Text(), ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}
