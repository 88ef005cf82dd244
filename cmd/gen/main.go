// Command gen makes the SDK from the spec.
//
//	gen            generate: write every file that differs
//	gen check      compare what would be generated with what is there
//	gen diff       say what a change does to applications
//	gen dump       print what a stage made
//	gen drift      compare the spec with what the service's owner publishes
//	gen explain    say more about a finding
//
// It exits with 0 when all is well. It exits with 1 when check or drift finds a
// difference, or diff finds a change that --fail-on names. It exits with 2 when
// the spec, the command line or the machine is at fault.
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
	"slices"
	"time"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec"
)

// The exit codes.
const (
	exitFine    = 0
	exitDiffers = 1
	exitBad     = 2
)

const usage = `gen makes the SDK in stytch/ and b2b/, its tests and its reference pages from the spec in spec/.

Usage:
  gen [flags]                   generate: write every file that differs
  gen check [flags]             compare what would be generated with what is there
  gen diff BASE [HEAD]          say what a change does to applications; see gen diff -h
  gen drift [flags] UPSTREAM    compare the spec with what the service's owner publishes; see gen drift -h
  gen dump --stage S [flags]    print what a stage made: model (as JSON), files (with hashes)
  gen explain E012              say what a finding means, with an example, and what to do

Flags:
  -C folder     work in the module that holds this folder (default: the current folder)
  --format F    text (default), json (one document on standard output), or github (annotations)
  --all         show every finding; without it, text and annotations are of the first 50
  --watch       generate, then again whenever the spec or hand-written code is saved, until Ctrl-C
  -v            say what each stage did and how long it took

Findings are coloured on a terminal, unless the environment has NO_COLOR.

Exit codes of the program (go run turns every failure into 1):
  0  all is well: generated, or nothing differs
  1  check: something differs; the unified diff is on standard output
  2  the spec has errors, the command line is wrong, a file cannot be read or written, or the go command does not work
`

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // a run is short, and collecting its garbage costs a quarter of it
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// command is what the command line asks for.
type command struct {
	name    string
	folder  string
	stage   string
	code    string
	format  string
	watch   bool
	all     bool
	verbose bool
	// wrote are the files that the last run wrote.
	wrote []string
}

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		switch args[0] {
		case "diff":
			return runDiff(args[1:], stdout, stderr)
		case "drift":
			return runDrift(args[1:], stdout, stderr)
		}
	}
	c, err := parse(args)
	return runCommand("gen", usage, c.format, err, c.run, stdout, stderr)
}

// runCommand runs a command, unless its command line is wrong or asks for help, and returns the exit code.
func runCommand(name, usage, format string, wrong error, run func(stdout, stderr io.Writer) (int, error), stdout, stderr io.Writer) int {
	switch {
	case errors.Is(wrong, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return exitFine
	case wrong != nil:
		fmt.Fprintf(stderr, "%s: %v\nRun %[1]s -h for help.\n", name, wrong)
		return exitBad
	}
	code, err := run(stdout, stderr)
	if err != nil {
		explainError(name, format, err, stdout, stderr)
		return exitBad
	}
	return code
}

func parse(args []string) (command, error) {
	c := command{name: "generate"}
	if len(args) > 0 && slices.Contains([]string{"check", "dump", "explain", "help"}, args[0]) {
		c.name, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet("gen", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.folder, "C", ".", "")
	flags.BoolVar(&c.verbose, "v", false, "")
	flags.BoolVar(&c.all, "all", false, "")
	flags.StringVar(&c.format, "format", formatText, "")
	switch c.name {
	case "dump":
		flags.StringVar(&c.stage, "stage", "model", "")
	case "generate":
		flags.BoolVar(&c.watch, "watch", false, "")
	}
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	switch {
	case c.name == "help":
		return c, flag.ErrHelp
	case c.name == "explain" && flags.NArg() == 1:
		c.code = flags.Arg(0)
	case c.name == "explain":
		return c, errors.New("explain takes the code of one finding, such as E012")
	case slices.Contains([]string{"check", "diff", "drift", "dump", "explain"}, flags.Arg(0)):
		return c, fmt.Errorf("the command comes first: gen %s, and then the flags", flags.Arg(0))
	case flags.NArg() > 0:
		return c, fmt.Errorf("%q is not a command; the commands are check, diff, drift, dump and explain, and none to generate", flags.Arg(0))
	case c.name == "dump" && c.stage != "model" && c.stage != "files":
		return c, fmt.Errorf("--stage %q: the stages that can be printed are model and files", c.stage)
	case !slices.Contains([]string{formatText, formatJSON, formatGitHub}, c.format):
		return c, fmt.Errorf("--format %q: the formats are text, json and github", c.format)
	}
	return c, nil
}

func (c command) run(stdout, stderr io.Writer) (int, error) {
	if c.name == "explain" {
		return exitFine, explain(c.code, stdout)
	}
	root, err := spec.FindRoot(c.folder)
	if err != nil {
		return exitBad, err
	}
	if c.watch {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		w := &watch{command: c, root: root, stdout: stdout, stderr: stderr}
		w.settle = func() <-chan time.Time { return time.After(settleTime) }
		w.looked = func(int) {}
		return exitFine, w.until(ctx)
	}
	return c.once(root, stdout, stderr)
}
