// Command bench compares the SDK with bare net/http and with a typical client, and writes
// RESULTS.md. Every figure with a goal is a ratio of two things that were measured in turn.
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
	flag.BoolVar(&o.check, "check", false, "measure briefly, and fail if a ratio is much worse than the committed one")
	flag.Parse()
	// A small heap would be collected thousands of times a second, unlike in an application. This one is
	// as large as that of a small application, and the collector does not need to scan it.
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

// bench is the state that all sections share.
type bench struct {
	root   string
	temp   string // a folder for temporary files
	effort effort
	calls  []call
	notes  []string // of the current section
}

// note adds a sentence below the figures of the section.
func (b *bench) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

// The efforts of a full run and of -check.
var (
	full  = effort{rounds: 41, sample: 10 * time.Millisecond}
	brief = effort{rounds: 15, sample: 5 * time.Millisecond}
)
