package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/mod/modfile"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/apichange"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/gochange"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/impact"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/revision"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/pipeline"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

func runDiff(args []string, stdout, stderr io.Writer) int {
	c, err := parseDiff(args)
	return runCommand("gen diff", diffUsage, c.format, err, c.run, stdout, stderr)
}

func (c diffCommand) run(stdout, stderr io.Writer) (int, error) {
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
		return exitBad, err
	}
	if c.release != "" {
		if err := checkRelease(c.base, c.release, report.Verdict()); err != nil {
			fmt.Fprintf(stderr, "gen diff: %v\n", err)
			return exitDiffers, nil
		}
	}
	if report.Worst() >= failLevels[c.failOn] {
		return exitDiffers, nil
	}
	return exitFine, nil
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
	root, err := spec.FindRoot(c.folder)
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
		{"spec", func() (string, error) { return c.readSpecs(report, &base, &head) }},
		{"go", func() (string, error) { return loadSurfaces(ctx, &base, &head) }},
		{"compare", func() (string, error) { return join(report, base, head) }},
	}
	for _, stage := range stages {
		start := time.Now()
		did, err := stage.run()
		if c.verbose {
			printStage(stderr, stage.name, did, time.Since(start))
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
				c.base, diag.Count(n, "commit"), common))
		}
	} else if head.Revision, err = revision.Open(ctx, root, c.head); err != nil {
		return "", fmt.Errorf("HEAD: %w", err)
	}
	report.Base, report.Head = base.Name, head.Name
	return report.Base + ", " + report.Head, nil
}

func (c diffCommand) readSpecs(report *impact.Report, base, head *state) (string, error) {
	var err error
	if base.api, err = readSpec(base.Revision); err != nil {
		if bad := new(badSpec); errors.As(err, &bad) {
			bad.base = true
		}
		return "", err
	}
	if c.head != "" {
		head.api, err = readSpec(head.Revision)
	} else {
		err = readWorkTree(head, report)
	}
	if err != nil {
		return "", err
	}
	calls := 0
	for _, pkg := range head.api.SDK.Packages {
		calls += len(pkg.Methods())
	}
	return diag.Count(calls, "call"), nil
}

// readSpec makes the model of a state's spec. It asks only that it can be
// made: an older spec need not keep the rules that came after it.
func readSpec(r *revision.Revision) (apichange.Side, error) {
	read, sdk, findings, err := spec.Read(r.Root)
	if err != nil {
		return apichange.Side{}, fmt.Errorf("%s: %w", r.Name, err)
	}
	if findings != nil {
		return apichange.Side{}, &badSpec{name: r.Name, findings: findings, source: read.Bytes}
	}
	return apichange.Side{Spec: read, SDK: sdk}, nil
}

// readWorkTree takes the work tree as the generator would leave it.
func readWorkTree(s *state, report *impact.Report) error {
	result, err := pipeline.Run(pipeline.Options{Root: s.Root, SkipVerify: true})
	if err != nil {
		return err
	}
	if result.Failed() {
		return &badSpec{name: s.Name, findings: result.Findings, source: result.Source}
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
			"%s not as generated; this compares what gen would make", diag.Count(len(s.overlay), "Go file")))
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
	return diag.Count(len(model.PackageNames()), "package"), nil
}

func (s *state) source() gochange.Source {
	return gochange.Source{
		Name: s.Name, Root: s.Root, Module: modulePath(s.Root), Overlay: s.overlay, Packages: model.PackageNames(),
	}
}

func join(report *impact.Report, base, head state) (string, error) {
	api := apichange.Compare(base.api, head.api)
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
	return fmt.Sprintf("%s of the API, %s in Go", diag.Count(len(api), "change"), diag.Count(len(inGo), "change")), nil
}

// modulePath is the name that a module gives itself, or empty.
func modulePath(root string) string {
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return ""
	}
	return modfile.ModulePath(data)
}
