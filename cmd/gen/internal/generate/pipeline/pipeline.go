// Package pipeline runs the generator's stages in their order: load, lint,
// model, emit, verify. What is done with the result, writing or comparing, is
// the caller's.
package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/modfile"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/docs"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/golang"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/manual"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/tree"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/verify"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/lint"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
	"github.com/stytchgen/sdk/templates"
)

// SpecFolder is where the spec lies under the module's root.
const SpecFolder = "spec"

// readme is the file of a person that the table of calls goes into.
const readme = "README.md"

// Stage is what one stage did.
type Stage struct {
	Name string
	// Did says it in a few words: "22 calls, 64 types".
	Did  string
	Took time.Duration
}

// Result is what a run came to. After findings that are errors, the later
// parts are missing.
type Result struct {
	Root   string
	Spec   *load.Spec
	Model  *model.SDK
	Tree   *tree.Tree
	Stages []Stage

	list     diag.List
	module   string
	readme   []byte
	manual   map[string]*manual.Package
	stubs    map[string]manual.Stub
	values   map[string][]manual.Value
	produced map[string][]byte
}

// Findings returns what is wrong, by place.
func (r *Result) Findings() []diag.Finding { return r.list.Sorted() }

// Dropped is how many findings there were beyond those that Findings returns.
func (r *Result) Dropped() int { return r.list.Dropped() }

// Failed reports whether any finding is an error.
func (r *Result) Failed() bool { return r.list.HasErrors() }

// Source returns the content of a file that a finding points into.
func (r *Result) Source(file string) []byte {
	if data := r.Spec.Bytes(file); data != nil {
		return data
	}
	for _, p := range r.manual {
		if data := p.Bytes(file); data != nil {
			return data
		}
	}
	if file == readme {
		return r.readme
	}
	return r.produced[file]
}

// FindRoot returns the folder at or above dir that holds go.mod.
func FindRoot(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for start := dir; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod in %s or above it; run this inside the module", start)
		}
	}
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

// Run takes the spec through the stages. An error is one of the machine or the
// generator; what is wrong with the spec is in the result's findings.
func Run(opts Options) (*Result, error) {
	r := &Result{Root: opts.Root, manual: map[string]*manual.Package{}}
	stages := []struct {
		name string
		run  func() (string, error)
	}{
		{"load", r.load}, {"lint", r.lint}, {"model", r.model}, {"emit", r.emit}, {"verify", r.verify},
	}
	for _, stage := range stages {
		if stage.name == "verify" && opts.SkipVerify {
			break
		}
		// Lint and model run whatever came before, so that one run tells all.
		if r.Failed() && (stage.name == "emit" || stage.name == "verify") {
			break
		}
		start := time.Now()
		did, err := r.attempt(stage.run)
		r.Stages = append(r.Stages, Stage{stage.name, did, time.Since(start)})
		if err != nil {
			return r, fmt.Errorf("%s: %w", stage.name, err)
		}
		if stage.name == opts.Until {
			break
		}
	}
	return r, nil
}

// attempt runs a stage. After errors, the stages that follow see documents in
// which anything can be missing; what they find is worth having, but a panic
// says nothing that the errors have not said.
func (r *Result) attempt(stage func() (string, error)) (did string, err error) {
	if r.Failed() {
		defer func() {
			if recover() != nil {
				did, err = "given up, after the errors before", nil
			}
		}()
	}
	return stage()
}

func (r *Result) load() (string, error) {
	r.Spec = load.Read(os.DirFS(r.Root), SpecFolder, &r.list)
	// What keeps a document from resolving is better said by the structure's
	// findings, so these come first.
	lint.Structure(r.Spec, &r.list)
	if !r.list.HasErrors() {
		r.Spec.Resolve(&r.list)
	} else {
		var quiet diag.List
		r.Spec.Resolve(&quiet)
	}
	size := 0
	for _, src := range r.Spec.Files {
		size += len(src.Data)
	}
	if err := r.surroundings(); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d files, %d kB", len(r.Spec.Files), size>>10), nil
}

// surroundings reads what stands beside the spec: the module's name, the
// hand-written code, the README.
func (r *Result) surroundings() error {
	data, err := os.ReadFile(filepath.Join(r.Root, "go.mod"))
	if err != nil {
		return err
	}
	if r.module = modfile.ModulePath(data); r.module == "" {
		return errors.New("go.mod names no module")
	}
	for _, name := range model.PackageNames() {
		r.manual[name] = manual.Read(os.DirFS(r.Root), name, &r.list)
	}
	r.readme, err = os.ReadFile(filepath.Join(r.Root, readme))
	return err
}

func (r *Result) lint() (string, error) {
	lint.Documents(r.Spec, &r.list)
	return fmt.Sprintf("%d findings", len(r.list.Sorted())), nil
}

func (r *Result) model() (string, error) {
	taken := map[string]map[string]diag.Pos{}
	for name, p := range r.manual {
		taken[name] = p.Declared()
	}
	r.Model = model.Build(r.Spec, model.Input{Module: r.module, Taken: taken}, &r.list)
	calls, types := 0, 0
	r.stubs, r.values = map[string]manual.Stub{}, map[string][]manual.Value{}
	for _, pkg := range r.Model.Packages {
		stubs, values, err := r.manual[pkg.Name].Check(pkg.Manual, &r.list)
		if err != nil {
			return "", err
		}
		r.values[pkg.Name] = values
		maps.Copy(r.stubs, stubs)
		calls += len(pkg.Methods())
		types += len(pkg.Types)
	}
	return fmt.Sprintf("%d calls, %d types, %d error types", calls, types, len(r.Model.Errors)), nil
}

func (r *Result) emit() (string, error) {
	goFiles, err := golang.Emit(r.Model)
	if err != nil {
		return "", err
	}
	pages, err := docs.Emit(r.Model)
	if err != nil {
		return "", err
	}
	r.Tree = &tree.Tree{
		Files: goFiles, Regions: map[string]tree.Region{}, Stubs: map[string][]byte{}, Inputs: map[string][]byte{},
		Folders: append(model.PackageNames(), docs.Folder),
	}
	maps.Copy(r.Tree.Files, pages)
	for _, src := range r.Spec.Files {
		r.Tree.Inputs[src.Name] = src.Data
	}
	for _, name := range []string{templates.Comments, templates.Findings, templates.Reference} {
		if r.Tree.Inputs["templates/"+name], err = templates.Read(name); err != nil {
			return "", err
		}
	}
	r.table()
	for name, stub := range r.stubs {
		r.Tree.Stubs[name] = stub.Data
	}
	size := 0
	for _, data := range r.Tree.Files {
		size += len(data)
	}
	return fmt.Sprintf("%d files, %d kB", len(r.Tree.Files), size>>10), nil
}

// table puts the table of calls into the README.
func (r *Result) table() {
	data, err := docs.Table(r.Model, r.readme)
	// A conflict between the markers goes with what stood there.
	if line := diag.Conflict(r.readme); line > 0 && (err != nil || diag.Conflict(data) > 0) {
		r.list.Conflict(readme, line)
		return
	}
	if err != nil {
		r.list.Reportf(codes.NoMarkers, diag.Pos{File: readme}, "%v", err)
		return
	}
	r.Tree.Regions[readme] = tree.Region{Read: r.readme, Want: data}
}

func (r *Result) verify() (string, error) {
	r.produced = maps.Clone(r.Tree.Files)
	maps.Copy(r.produced, r.Tree.Stubs)
	differences, err := r.Tree.Compare(r.Root)
	if err != nil {
		return "", err
	}
	in := verify.Input{
		Root: r.Root, Module: r.Model.Module, Packages: model.PackageNames(), Files: r.produced,
		Origins: map[string]diag.Pos{}, Values: r.values,
	}
	for name, stub := range r.stubs {
		in.Origins[name] = stub.Pos
	}
	for _, d := range differences {
		if d.Kind == tree.Stale {
			in.Gone = append(in.Gone, d.Path)
		}
	}
	if err := verify.Check(in, &r.list); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d packages type-checked", len(in.Packages)), nil
}
