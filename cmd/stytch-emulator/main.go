// Command stytch-emulator runs the emulator of package stytchtest as a program,
// for clients in any language. It shows the sent messages on a page.
//
// It serves the API at its root, a page at /_emulator/, and a control API that
// /_emulator/openapi.yaml describes. docs/emulator/README.md shows how to use it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/stytchgen/sdk/stytchtest"
)

// The exit codes.
const (
	exitFine   = 0
	exitFailed = 1
	exitBad    = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // the heap is small; garbage collection would take a third of the startup time
	}
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs the program until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "health" {
		return health(ctx, args[1:], stderr)
	}
	if len(args) == 1 && args[0] == "schema" {
		_, _ = stdout.Write(stytchtest.SeedSchema())
		return exitFine
	}
	if len(args) == 1 && args[0] == "coverage" {
		if err := coverage(stdout); err != nil {
			fmt.Fprintf(stderr, "stytch-emulator: %v\n", err)
			return exitFailed
		}
		return exitFine
	}
	opts, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return exitFine
	case err != nil:
		fmt.Fprintf(stderr, "stytch-emulator: %v\nRun stytch-emulator -h for help.\n", err)
		return exitBad
	}
	e, err := start(opts, newLogger(stderr, opts.logFormat))
	if err != nil {
		fmt.Fprintf(stderr, "stytch-emulator: %v\n", err)
		var refused *refusedError
		if errors.As(err, &refused) {
			return exitBad
		}
		return exitFailed
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(100) // a large state or many streams would take several times their memory
	}
	e.greet(stdout)
	if err := e.serve(ctx); err != nil {
		fmt.Fprintf(stderr, "stytch-emulator: %v\n", err)
		return exitFailed
	}
	return exitFine
}

// refusedError is the error of a file that the command line names.
type refusedError struct{ err error }

func (e *refusedError) Error() string { return e.err.Error() }
func (e *refusedError) Unwrap() error { return e.err }
