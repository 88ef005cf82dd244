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

// text returns the chapter as a table for a terminal.
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

// markdown returns the chapter as a part of RESULTS.md.
func (c chapter) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n", c.section.name)
	if c.section.about != "" {
		fmt.Fprintf(&b, "%s\n\n", c.section.about)
	}
	if len(c.figures) > 0 {
		b.WriteString("| Case | Subject | | Compared with | | Ratio | Allocations more |\n|---|---|--:|---|--:|--:|--:|\n")
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

// String returns the ratio, and its bounds if there are any.
func (r ratio) String() string {
	if r.low == r.high {
		return fmt.Sprintf("%.2f", r.median)
	}
	return fmt.Sprintf("**%.2f** (%.2f–%.2f)", r.median, r.low, r.high)
}

// moreAllocs returns how many more allocations the subject makes, or "" if they were not counted.
func (f figure) moreAllocs() string {
	if math.IsNaN(f.extraAllocs()) {
		return ""
	}
	return fmt.Sprintf("%+.0f", f.extraAllocs())
}

// writeResults writes RESULTS.md.
func writeResults(chapters []chapter) error {
	var b strings.Builder
	b.WriteString("# Results\n\nWritten by `make bench`; [README.md](README.md) explains how to read it. In short:\n\n" +
		"- A ratio is the time of the SDK divided by the time of what it is compared with; lower is better. It is the\n" +
		"  median of the ratios of single rounds, with the bounds of that median in brackets. So it is not the quotient of\n" +
		"  the two times before it, which are separate medians. A goal is met if the median meets it.\n" +
		"- The floor is bare `net/http`: the body is ready, and the response is discarded. The reflective client is a\n" +
		"  typical hand-written client, with `encoding/json`.\n\n")
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

// processor returns the name of the processor on Linux.
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
