// Command bench measures the SDK beside bare net/http and beside a client of the usual kind, and
// writes RESULTS.md. Every figure that is judged is a ratio of two things measured in turn.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"
)

func main() {
	var o options
	flag.StringVar(&o.root, "root", "..", "the folder of the SDK")
	flag.StringVar(&o.only, "only", "", "measure only the sections whose names contain this, and write nothing")
	flag.BoolVar(&o.check, "check", false, "measure little, and fail if a ratio is much worse than the committed one")
	flag.Parse()
	// A small heap would be collected thousands of times a second, which is no application's way. This
	// one is as large as a small application's, and costs the collector nothing to look at.
	ballast := make([]byte, 64<<20)
	err := run(context.Background(), o)
	runtime.KeepAlive(ballast)
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

type options struct {
	root, only string
	check      bool
}

// bench is what all sections share.
type bench struct {
	root   string
	temp   string // a folder for what is written on the way
	effort effort
	calls  []call
	notes  []string // of the section that is measured
}

// note keeps a sentence to print below the figures of the section.
func (b *bench) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

// The efforts of the two ways to run.
var (
	full  = effort{rounds: 41, sample: 10 * time.Millisecond}
	brief = effort{rounds: 15, sample: 5 * time.Millisecond}
)
