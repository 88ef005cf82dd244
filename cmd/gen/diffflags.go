package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/stytchgen/sdk/cmd/gen/internal/diff/apichange"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/impact"
)

const diffUsage = `gen diff says what a change does to applications: to those that call the API, and to those that
import the Go packages stytch and b2b.

Usage:
  gen diff [flags] BASE [HEAD]

BASE and HEAD are git revisions (main, v1.2.0, HEAD~3, a hash) or folders that hold a module. HEAD is
the work tree when it is left out, with the code that its spec makes, generated or not yet. Nothing
is written or checked out, and no module is downloaded.

Flags:
  --fail-on L   exit with 1 at a change of this level or above that is not accepted:
                none (default), patch, minor, breaking
  --release V   exit with 1 if version V, such as v1.3.0, is too small for the changes since BASE,
                which is then the version before it
  --format F    text (default), markdown for a pull request, json, github for annotations
  -C folder     work in the module that holds this folder (default: the current folder)
  -v            say what each stage did and how long it took

Levels:
  patch     descriptions and examples; the API and the Go packages are as before
  minor     additions and loosened limits: what works continues to work
  breaking  a call, field, value, error type or Go declaration gone or changed, a limit tightened,
            or a client that behaves differently. A breaking change makes the verdict major.
              for the API only: Go programs compile as before, but a call may fail or mean
                something else
              for Go callers only: the API serves whom it served, but a Go program may no longer
                compile
              for Go callers at run time: the client repeats a call or an error that it did not
                repeat, or no longer repeats it (x-retry, retry), goes to another server, sends or
                omits credentials, or prints what was [redacted]

A change in a schema that calls share is one change, as bad as it is for the worst of them.

Not breaking, by convention: struct literals without field names, == between generated structs,
enum values and fields that are new in responses, values that print as [redacted] from now on.
What a function does inside is not compared.

To accept a break that is meant, write it into ` + impact.AcceptedFile + ` of HEAD, with the reason:
  accepted:
    - change: 'error session_gone: the error type was removed'
      reason: the service has not answered it since March
The report prints what to write under change. An entry accepts the break of that call or schema and
no other. Entries that match nothing are reported.

Exit codes of the program (go run turns every failure into 1):
  0  compared; nothing at or above the level of --fail-on is open
  1  a change at or above that level is not accepted, or the version of --release is too small
  2  a revision, a spec, a package, the file of accepted breaks or the command line is wrong
`

// diffCommand is what the command line of gen diff asks for.
type diffCommand struct {
	folder, failOn, format string
	base, head             string
	release                string
	verbose                bool
}

// failLevels are the words of --fail-on.
var failLevels = map[string]apichange.Level{
	"none": apichange.Major + 1, "patch": apichange.Patch, "minor": apichange.Minor, "breaking": apichange.Major,
}

func parseDiff(args []string) (diffCommand, error) {
	var c diffCommand
	flags := flag.NewFlagSet("gen diff", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.folder, "C", ".", "")
	flags.BoolVar(&c.verbose, "v", false, "")
	flags.StringVar(&c.failOn, "fail-on", "none", "")
	flags.StringVar(&c.format, "format", "text", "")
	flags.StringVar(&c.release, "release", "", "")
	names, err := parseFlags(flags, args)
	switch {
	case err != nil:
		return c, err
	case len(names) == 0:
		return c, errors.New("what to compare with is missing: a git revision or a folder")
	case slices.Contains(names, ""):
		return c, errors.New("a name to compare is empty: want a git revision or a folder")
	case len(names) > 2:
		return c, fmt.Errorf("%d names given; there are BASE and HEAD", len(names))
	case failLevels[c.failOn] == 0:
		return c, fmt.Errorf("--fail-on %q: the levels are none, patch, minor and breaking", c.failOn)
	case c.release != "" && !semver.IsValid(c.release):
		return c, fmt.Errorf("--release %q: want a version, such as v1.3.0", c.release)
	case c.release != "" && !semver.IsValid(names[0]):
		return c, fmt.Errorf("--release compares with the version before it, and %q is not one; v1.2.0 would be", names[0])
	case impact.Formats[c.format] == nil:
		return c, fmt.Errorf("--format %q: the formats are %s", c.format, strings.Join(slices.Sorted(maps.Keys(impact.Formats)), ", "))
	}
	c.base = names[0]
	if len(names) == 2 {
		c.head = names[1]
	}
	return c, nil
}

// parseFlags sets the flags, which may come before, between and after the names, and returns the names.
// What follows -- is names alone.
func parseFlags(flags *flag.FlagSet, args []string) (names []string, err error) {
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		rest := flags.Args()
		if consumed := len(args) - len(rest); consumed > 0 && args[consumed-1] == "--" {
			return append(names, rest...), nil
		}
		if len(rest) > 0 {
			names, rest = append(names, rest[0]), rest[1:]
		}
		args = rest
	}
	return names, nil
}
