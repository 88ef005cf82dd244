package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/disk"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/apply"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

const driftUsage = `gen drift compares the spec with what the service's owner publishes.

Usage:
  gen drift [flags] UPSTREAM

UPSTREAM is an OpenAPI document, or the folder of an unpacked Node package
(npm pack stytch && tar xzf stytch-*.tgz makes the folder package).

Flags:
  --format F   text, markdown, json or github (annotations); default text
  --outside    list the service's calls outside of the scope, not just their number
  --apply      write what the spec lacks into its files: calls, fields, enum values.
               Descriptions, retry classes and error types stay TODO, which gen refuses
               until a person writes them.
               What cannot be written is left, with the reason.
               Without this flag nothing is ever changed
  -C folder    work in the module that holds this folder (default: the current folder)

A difference is one of three:
  wrong     the spec says what the service does not do
  lacking   the service does what the spec does not say
  unknown   a body was not compared: UPSTREAM says that it is not JSON, or does not say what it is.
            Its call does not count as compared, accepted or not
Limits, formats and null, which only the spec knows, are no differences. JSON is read whatever its
media type is called. spec/drift.yaml holds the scope and the differences that are accepted, each
with a reason.

Exit codes of the program (go run turns every failure into 1):
  0  no drift: every difference is accepted, and every entry matches one
  1  drift: a difference, an entry that matches none, or a text still to be written
  2  the command line, the spec, drift.yaml or UPSTREAM cannot be read
`

// driftCommand is what the command line of gen drift asks for.
type driftCommand struct {
	folder, upstream, format string
	apply, outside           bool
}

func runDrift(args []string, stdout, stderr io.Writer) int {
	c, err := parseDrift(args)
	return runCommand("gen drift", driftUsage, c.format, err, c.run, stdout, stderr)
}

func parseDrift(args []string) (driftCommand, error) {
	var c driftCommand
	flags := flag.NewFlagSet("gen drift", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.folder, "C", ".", "")
	flags.StringVar(&c.format, "format", "text", "")
	flags.BoolVar(&c.apply, "apply", false, "")
	flags.BoolVar(&c.outside, "outside", false, "")
	names, err := parseFlags(flags, args)
	switch {
	case err != nil:
		return c, err
	case len(names) != 1:
		return c, fmt.Errorf("give one UPSTREAM, a file or folder, not %d", len(names))
	case !slices.Contains(drift.Formats, c.format):
		return c, fmt.Errorf("--format %q: the formats are %s", c.format, strings.Join(drift.Formats, ", "))
	}
	c.upstream = names[0]
	return c, nil
}

func (c driftCommand) run(stdout, stderr io.Writer) (int, error) {
	root, err := spec.FindRoot(c.folder)
	if err != nil {
		return exitBad, err
	}
	there, err := drift.Upstream(c.upstream)
	if err != nil {
		return exitBad, err
	}
	known, err := drift.ReadKnown(root, path.Join(spec.Folder, drift.File))
	if err != nil {
		return exitBad, err
	}
	var list diag.List
	here := load.Read(os.DirFS(root), spec.Folder, &list)
	if list.HasErrors() {
		return exitBad, &badSpec{findings: &list, source: here.Bytes}
	}
	report, err := drift.Check(here, there, known)
	if err != nil {
		return exitBad, err
	}
	report.ListOutside = c.outside
	if c.apply {
		return c.applied(root, here, report, there, known, stdout, stderr)
	}
	if err := report.Write(stdout, c.format); err != nil {
		return exitBad, err
	}
	if report.Clean() {
		return exitFine, nil
	}
	return exitDiffers, nil
}

// applied writes the edits and reports what is left for a person.
func (c driftCommand) applied(root string, here *load.Spec, report *drift.Report, there *contract.API, known *drift.Known, stdout, stderr io.Writer) (int, error) {
	edits := apply.Propose(here, report, there, known)
	var changes []disk.Change
	for _, name := range slices.Sorted(maps.Keys(edits.Files)) {
		changes = append(changes, disk.Change{Path: name, Before: here.Bytes(name), After: edits.Files[name]})
	}
	if err := disk.Write(root, nil, changes); err != nil {
		return exitBad, err
	}
	for _, name := range edits.Names() {
		fmt.Fprintf(stderr, "updated  %s\n", name)
	}
	for _, note := range edits.Notes {
		fmt.Fprintf(stderr, "left     %s\n", diag.Clean(note))
	}
	fmt.Fprintf(stderr, "%s applied, %d left to a person; read git diff, and write what is TODO\n", diag.Count(len(edits.Done), "difference"), len(edits.Left))
	c.apply = false
	return c.run(stdout, stderr)
}
