// Package pipeline runs the generator's stages in their order: load, lint,
// model, emit, verify. The caller writes the result, or compares it.
package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/sync/errgroup"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/docs"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/emulator"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/golang"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/manual"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/tree"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/verify"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/lint"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
	"github.com/stytchgen/sdk/templates"
)

// readme is the hand-written file that contains the generated table of calls.
const readme = "README.md"

// Stage is what one stage did.
type Stage struct {
	Name string
	// Did says it in a few words: "22 calls, 64 types".
	Did  string
	Took time.Duration
}

// Options change what a run does.
type Options struct {
	// Root is the module's root.
	Root string
	// SkipVerify leaves type-checking out.
	SkipVerify bool
	// Until ends the run after the stage of that name.
	Until string
}

// Result is what a run made. A stage that did not run leaves its part empty.
type Result struct {
	Root   string
	Spec   *load.Spec
	Model  *model.SDK
	Tree   *tree.Tree
	Stages []Stage

	// Findings are what is wrong with the spec and the files next to it.
	Findings *diag.List

	input input
}

// Failed reports whether any finding is an error.
func (r *Result) Failed() bool { return r.Findings.HasErrors() }

// Source returns the content of a file that a finding points into.
func (r *Result) Source(file string) []byte {
	if data := r.Spec.Bytes(file); data != nil {
		return data
	}
	for _, p := range r.input.manual {
		if data := p.Bytes(file); data != nil {
			return data
		}
	}
	if file == readme {
		return r.input.readme
	}
	if r.Tree == nil {
		return nil
	}
	if data := r.Tree.Files[file]; data != nil {
		return data
	}
	return r.Tree.Stubs[file]
}

// Run takes the spec through the stages. It returns an error when the machine or
// the generator fails; what is wrong with the spec is in the result's findings.
func Run(opts Options) (*Result, error) {
	s := &stages{}
	in, err := stage(s, "load", func() (input, string, error) { return read(opts.Root, &s.list) })
	if err != nil {
		return s.result(in, product{}, nil), err
	}
	// Lint and model run even after errors, so that one run reports everything.
	if _, err := stage(s, "lint", func() (any, string, error) {
		lint.Documents(in.spec, &s.list)
		return nil, diag.Count(len(s.list.Sorted()), "finding"), nil
	}); err != nil {
		return s.result(in, product{}, nil), err
	}
	made, err := stage(s, "model", func() (product, string, error) { return build(in, &s.list) })
	if err != nil || s.list.HasErrors() || opts.Until == "model" {
		return s.result(in, made, nil), err
	}
	files, err := stage(s, "emit", func() (*tree.Tree, string, error) { return emit(in, made, &s.list) })
	if err != nil || s.list.HasErrors() || opts.Until == "emit" || opts.SkipVerify {
		return s.result(in, made, files), err
	}
	_, err = stage(s, "verify", func() (any, string, error) { return check(in, made, files, &s.list) })
	return s.result(in, made, files), err
}

// stages collects the findings and what each stage did.
type stages struct {
	list diag.List
	done []Stage
}

func (s *stages) result(in input, made product, files *tree.Tree) *Result {
	return &Result{Root: in.root, Spec: in.spec, Model: made.sdk, Tree: files, Stages: s.done, Findings: &s.list, input: in}
}

// stage runs one stage and records it. After errors, anything can be missing from
// the documents that a stage sees. Its findings are still useful, but a panic says
// nothing that the errors have not said.
func stage[T any](s *stages, name string, run func() (T, string, error)) (made T, err error) {
	start, failed := time.Now(), s.list.HasErrors()
	did := ""
	defer func() {
		if failed && recover() != nil {
			did = "given up, after the errors before"
		}
		s.done = append(s.done, Stage{name, did, time.Since(start)})
	}()
	if made, did, err = run(); err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return made, err
}

// input is what the generator reads: the spec and what is next to it.
type input struct {
	root   string
	module string
	spec   *load.Spec
	manual map[string]*manual.Package
	readme []byte
}

func read(root string, list *diag.List) (input, string, error) {
	in := input{root: root, spec: load.Read(os.DirFS(root), spec.Folder, list), manual: map[string]*manual.Package{}}
	// The structure's findings explain best why a document does not resolve, so they come first.
	lint.Structure(in.spec, list)
	if !list.HasErrors() {
		in.spec.Resolve(list)
	} else {
		in.spec.Resolve(&diag.List{})
	}
	size := 0
	for _, src := range in.spec.Files {
		size += len(src.Data)
	}
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return in, "", err
	}
	if in.module = modfile.ModulePath(data); in.module == "" {
		return in, "", errors.New("go.mod names no module")
	}
	for _, name := range model.PackageNames() {
		in.manual[name] = manual.Read(os.DirFS(root), name, list)
	}
	in.readme, err = os.ReadFile(filepath.Join(root, readme))
	return in, fmt.Sprintf("%d files, %d kB", len(in.spec.Files), size>>10), err
}

// product is the model with what the MANUAL() sections add to it.
type product struct {
	sdk    *model.SDK
	stubs  map[string]manual.Stub
	values map[string][]manual.Value
}

func build(in input, list *diag.List) (product, string, error) {
	taken := map[string]map[string]diag.Pos{}
	for name, p := range in.manual {
		taken[name] = p.Declared()
	}
	made := product{
		sdk:   model.Build(in.spec, model.Input{Module: in.module, Taken: taken}, list),
		stubs: map[string]manual.Stub{}, values: map[string][]manual.Value{},
	}
	calls, types := 0, 0
	for _, pkg := range made.sdk.Packages {
		stubs, values, err := in.manual[pkg.Name].Check(pkg.Manual, list)
		if err != nil {
			return made, "", err
		}
		made.values[pkg.Name] = values
		maps.Copy(made.stubs, stubs)
		calls += len(pkg.Methods())
		types += len(pkg.Types)
	}
	return made, fmt.Sprintf("%d calls, %d types, %d error types", calls, types, len(made.sdk.Errors)), nil
}

func emit(in input, made product, list *diag.List) (*tree.Tree, string, error) {
	emitters := []func(*model.SDK) (map[string][]byte, error){golang.Emit, docs.Emit, emulator.Emit}
	emitted := make([]map[string][]byte, len(emitters))
	var group errgroup.Group
	for i, emit := range emitters {
		group.Go(func() (err error) {
			emitted[i], err = emit(made.sdk)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, "", err
	}
	files := map[string][]byte{}
	for _, some := range emitted {
		maps.Copy(files, some)
	}
	t := &tree.Tree{
		Files: files, Regions: map[string]tree.Region{}, Stubs: map[string][]byte{}, Inputs: map[string][]byte{},
		Folders: append(model.PackageNames(), docs.Folder, emulator.Folder),
	}
	for _, src := range in.spec.Files {
		t.Inputs[src.Name] = src.Data
	}
	for _, name := range []string{templates.Comments, templates.Findings, templates.Reference} {
		data, err := templates.Read(name)
		if err != nil {
			return nil, "", err
		}
		t.Inputs["templates/"+name] = data
	}
	if region, ok := table(made.sdk, in.readme, list); ok {
		t.Regions[readme] = region
	}
	for name, stub := range made.stubs {
		t.Stubs[name] = stub.Data
	}
	size := 0
	for _, data := range t.Files {
		size += len(data)
	}
	return t, fmt.Sprintf("%d files, %d kB", len(t.Files), size>>10), nil
}

// table puts the table of calls into the README.
func table(sdk *model.SDK, have []byte, list *diag.List) (tree.Region, bool) {
	data, err := docs.Table(sdk, have)
	// Generating again resolves a conflict that is between the markers.
	if line := diag.Conflict(have); line > 0 && (err != nil || diag.Conflict(data) > 0) {
		list.Conflict(readme, line)
		return tree.Region{}, false
	}
	if err != nil {
		list.Reportf(codes.NoMarkers, diag.Pos{File: readme}, "%v", err)
		return tree.Region{}, false
	}
	return tree.Region{Read: have, Want: data}, true
}

func check(in input, made product, files *tree.Tree, list *diag.List) (any, string, error) {
	produced := maps.Clone(files.Files)
	maps.Copy(produced, files.Stubs)
	differences, err := files.Compare(in.root)
	if err != nil {
		return nil, "", err
	}
	check := verify.Input{
		Root: in.root, Module: in.module, Packages: model.PackageNames(), Files: produced,
		Origins: map[string]diag.Pos{}, Values: made.values,
	}
	for name, stub := range made.stubs {
		check.Origins[name] = stub.Pos
	}
	for _, d := range differences {
		if d.Kind == tree.Stale {
			check.Gone = append(check.Gone, d.Path)
		}
	}
	if err := verify.Check(check, list); err != nil {
		return nil, "", err
	}
	return nil, fmt.Sprintf("%d packages type-checked", len(check.Packages)), nil
}
