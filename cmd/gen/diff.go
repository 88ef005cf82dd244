package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/mod/modfile"

	"github.com/stytchgen/sdk/cmd/gen/internal/apichange"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/gochange"
	"github.com/stytchgen/sdk/cmd/gen/internal/impact"
	"github.com/stytchgen/sdk/cmd/gen/internal/model"
	"github.com/stytchgen/sdk/cmd/gen/internal/pipeline"
	"github.com/stytchgen/sdk/cmd/gen/internal/revision"
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
  --format F    text (default), markdown for a pull request, json, github for annotations
  -C folder     work in the module that holds this folder (default: the current folder)
  -v            say what each stage did and how long it took

Levels:
  patch     descriptions and examples; the API and the Go packages are as before
  minor     additions and loosened limits: what works goes on working
  breaking  a call, field, value, error type or Go declaration gone or changed, a limit tightened.
            "for the API only": Go programs compile as before, but a call may fail or mean something
            else. "for Go callers only": nothing changes on the wire, but a program may no longer
            compile. "for Go callers at run time": the client does something else by itself. A
            breaking change makes the verdict major.

Not breaking, by convention: struct literals without field names, == between requests, enum values
and fields that are new in answers. What a function does inside is not compared.

A break that is meant stands in ` + impact.AcceptedFile + ` of HEAD, with its reason:
  accepted:
    - change: 'error session_gone: the error type was removed'
      reason: the service has not answered it since March
The report prints what to write under change. Entries that match nothing are reported.

Exit codes of the program (go run turns every failure into 1):
  0  compared; nothing at or above the level of --fail-on is open
  1  a change at or above that level is not accepted
  2  a revision, a spec, a package, the file of accepted breaks or the command line is wrong
`

// diffCommand is what the command line of gen diff asks for.
type diffCommand struct {
	folder, failOn, format string
	base, head             string
	verbose                bool
}

// failLevels are the words of --fail-on.
var failLevels = map[string]apichange.Level{
	"none": apichange.Major + 1, "patch": apichange.Patch, "minor": apichange.Minor, "breaking": apichange.Major,
}

func runDiff(args []string, stdout, stderr io.Writer) int {
	c, err := parseDiff(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, diffUsage)
		return exitFine
	case err != nil:
		fmt.Fprintf(stderr, "gen diff: %v\nRun gen diff -h for help.\n", err)
		return exitBad
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	report, err := c.compare(ctx, stderr)
	if err == nil {
		err = impact.Formats[c.format](stdout, report)
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	if err != nil {
		fmt.Fprintf(stderr, "gen diff: %v\n", err)
		return exitBad
	}
	if report.Worst() >= failLevels[c.failOn] {
		return exitDiffers
	}
	return exitFine
}

func parseDiff(args []string) (diffCommand, error) {
	var c diffCommand
	flags := flag.NewFlagSet("gen diff", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.folder, "C", ".", "")
	flags.BoolVar(&c.verbose, "v", false, "")
	flags.StringVar(&c.failOn, "fail-on", "none", "")
	flags.StringVar(&c.format, "format", "text", "")
	var names []string
	for len(args) > 0 { // flags may follow names
		if err := flags.Parse(args); err != nil {
			return c, err
		}
		rest := flags.Args()
		if consumed := len(args) - len(rest); consumed > 0 && args[consumed-1] == "--" {
			names, rest = append(names, rest...), nil
		}
		if len(rest) > 0 {
			names, rest = append(names, rest[0]), rest[1:]
		}
		args = rest
	}
	switch {
	case len(names) == 0:
		return c, errors.New("what to compare with is missing: a git revision or a folder")
	case len(names) > 2:
		return c, fmt.Errorf("%d names given; there are BASE and HEAD", len(names))
	case failLevels[c.failOn] == 0:
		return c, fmt.Errorf("--fail-on %q: the levels are none, patch, minor and breaking", c.failOn)
	case impact.Formats[c.format] == nil:
		return c, fmt.Errorf("--format %q: the formats are %s", c.format, strings.Join(slices.Sorted(maps.Keys(impact.Formats)), ", "))
	}
	c.base = names[0]
	if len(names) == 2 {
		c.head = names[1]
	}
	return c, nil
}

// state is one of the two that are compared.
type state struct {
	*revision.Revision
	api     apichange.Side
	overlay map[string][]byte
	surface *gochange.Surface
}

// compare runs the stages and says on stderr how long each took if asked to.
func (c diffCommand) compare(ctx context.Context, stderr io.Writer) (report *impact.Report, err error) {
	root, err := pipeline.FindRoot(c.folder)
	if err != nil {
		return nil, err
	}
	var base, head state
	defer func() {
		for _, s := range []state{base, head} {
			if s.Revision != nil {
				err = errors.Join(err, s.Close())
			}
		}
	}()
	report = &impact.Report{}
	stages := []struct {
		name string
		run  func() (string, error)
	}{
		{"open", func() (string, error) { return c.open(ctx, root, report, &base, &head) }},
		{"spec", func() (string, error) { return c.readSpecs(report, stderr, &base, &head) }},
		{"go", func() (string, error) { return loadSurfaces(ctx, &base, &head) }},
		{"compare", func() (string, error) { return join(report, base, head) }},
	}
	for _, stage := range stages {
		start := time.Now()
		did, err := stage.run()
		if c.verbose {
			printStage(stderr, pipeline.Stage{Name: stage.name, Did: did, Took: time.Since(start)})
		}
		if err != nil {
			return nil, err
		}
	}
	return report, nil
}

func (c diffCommand) open(ctx context.Context, root string, report *impact.Report, base, head *state) (string, error) {
	var err error
	if base.Revision, err = revision.Open(ctx, root, c.base); err != nil {
		return "", fmt.Errorf("BASE: %w", err)
	}
	if c.head == "" {
		head.Revision = &revision.Revision{Name: "work tree", Root: root}
		if n, common := revision.Missing(ctx, root, base.Revision); n > 0 {
			report.Notes = append(report.Notes, fmt.Sprintf(
				"%s has %s that the work tree lacks, which look like removals here; compare with %s, where the two parted",
				c.base, count(n, "commit"), common))
		}
	} else if head.Revision, err = revision.Open(ctx, root, c.head); err != nil {
		return "", fmt.Errorf("HEAD: %w", err)
	}
	report.Base, report.Head = base.Name, head.Name
	return report.Base + ", " + report.Head, nil
}

func (c diffCommand) readSpecs(report *impact.Report, stderr io.Writer, base, head *state) (string, error) {
	var err error
	if base.api, err = readSpec(base.Revision, stderr); err != nil {
		return "", err
	}
	if c.head != "" {
		head.api, err = readSpec(head.Revision, stderr)
	} else {
		err = readWorkTree(head, report, stderr)
	}
	if err != nil {
		return "", err
	}
	calls := 0
	for _, pkg := range head.api.SDK.Packages {
		calls += len(pkg.Methods())
	}
	return count(calls, "call"), nil
}

// readSpec makes the model of a state's spec. It asks only that it can be
// made: an older spec need not keep the rules that came after it.
func readSpec(r *revision.Revision, stderr io.Writer) (apichange.Side, error) {
	spec, sdk, findings, err := pipeline.Read(r.Root)
	if err != nil {
		return apichange.Side{}, fmt.Errorf("%s: %w", r.Name, err)
	}
	if findings != nil {
		if err := diag.Text(stderr, findings, spec.Bytes); err != nil {
			return apichange.Side{}, err
		}
		return apichange.Side{}, fmt.Errorf("%s: the spec has %s", r.Name, count(len(findings), "finding"))
	}
	return apichange.Side{Spec: spec, SDK: sdk}, nil
}

// readWorkTree takes the work tree as the generator would leave it.
func readWorkTree(s *state, report *impact.Report, stderr io.Writer) error {
	result, err := pipeline.Run(pipeline.Options{Root: s.Root, SkipVerify: true})
	if err != nil {
		return err
	}
	if result.Failed() {
		if err := diag.Text(stderr, result.Findings(), result.Source); err != nil {
			return err
		}
		return fmt.Errorf("%s: the spec has %s", s.Name, count(len(result.Findings()), "finding"))
	}
	s.api = apichange.Side{Spec: result.Spec, SDK: result.Model}
	differences, err := result.Tree.Compare(s.Root)
	if err != nil {
		return err
	}
	s.overlay = map[string][]byte{}
	for _, d := range differences {
		content := result.Tree.Files[d.Path]
		if content == nil {
			content = result.Tree.Stubs[d.Path]
		}
		if content == nil { // it goes; an empty file of the package is as good
			content = []byte("package " + filepath.Base(filepath.Dir(d.Path)) + "\n")
		}
		if strings.HasSuffix(d.Path, ".go") {
			s.overlay[d.Path] = content
		}
	}
	if len(s.overlay) > 0 {
		report.Notes = append(report.Notes, fmt.Sprintf(
			"%s not as generated; this compares what gen would make", count(len(s.overlay), "Go file")))
	}
	return nil
}

// loadSurfaces type-checks the packages of both states.
func loadSurfaces(ctx context.Context, base, head *state) (string, error) {
	var loader gochange.Loader
	for _, s := range []*state{base, head} {
		var err error
		if s.surface, err = loader.Load(ctx, s.source()); err != nil {
			return "", err
		}
	}
	return count(len(model.PackageNames()), "package"), nil
}

func (s *state) source() gochange.Source {
	return gochange.Source{
		Name: s.Name, Root: s.Root, Module: modulePath(s.Root), Overlay: s.overlay, Packages: model.PackageNames(),
	}
}

func join(report *impact.Report, base, head state) (string, error) {
	api, err := apichange.Compare(base.api, head.api)
	if err != nil {
		return "", err
	}
	inGo := gochange.Compare(base.surface, head.surface)
	if before, after := modulePath(base.Root), modulePath(head.Root); before != after {
		inGo = append(inGo, gochange.Change{
			Symbol: before, Kind: "module", Message: "is now " + after, Pos: diag.Pos{File: "go.mod", Line: 1},
		})
	}
	report.Changes = impact.Join(api, inGo, head.api.SDK)
	accepted, err := impact.ReadAccepted(os.DirFS(head.Root))
	if err != nil {
		return "", err
	}
	report.Accept(accepted)
	return fmt.Sprintf("%s of the API, %s in Go", count(len(api), "change"), count(len(inGo), "change")), nil
}

// modulePath is the name that a module gives itself, or empty.
func modulePath(root string) string {
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return ""
	}
	return modfile.ModulePath(data)
}
