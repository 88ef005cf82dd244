package drift

import (
	"os"
	"path"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/nodepkg"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/lint"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// Upstream reads what the service's owner publishes: an unpacked Node package
// if name is a folder, else an OpenAPI document.
func Upstream(name string) (*contract.API, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nodepkg.Read(name)
	}
	root, err := contract.ReadYAML(name)
	if err != nil {
		return nil, err
	}
	calls, err := contract.Documents{name: root}.Calls(name)
	if err != nil {
		return nil, err
	}
	version := "without a version"
	if v, ok := load.At(root, "/info/version"); ok && v.Value != "" {
		version = v.Value
	}
	return &contract.API{Source: "openapi " + version, Calls: calls}, nil
}

// Spec reads the calls of a spec as load has read it.
func Spec(spec *load.Spec) (*contract.API, error) {
	docs := contract.Documents{}
	for _, src := range spec.Sources {
		docs[src.Name] = src.Root
	}
	var names []string
	for _, name := range load.APIFiles {
		names = append(names, path.Join(spec.Dir, name))
	}
	calls, err := docs.Calls(names...)
	return &contract.API{Source: "the spec", Calls: calls}, err
}

// Check compares a spec with the service and takes out what is accepted.
func Check(spec *load.Spec, there *contract.API, known *Known) (*Report, error) {
	here, err := Spec(spec)
	if err != nil {
		return nil, err
	}
	out, err := Compare(here, there, known.Scope)
	if err != nil {
		return nil, err
	}
	r := &Report{Source: there.Source, Calls: len(here.Calls), Compared: out.Compared, Outside: out.Outside}
	r.Differences, r.Accepted, r.Unused = known.Accept(out.Differences, there.Source)
	var list diag.List
	lint.Unwritten(spec, &list)
	r.Unwritten, r.More = list.Sorted(), list.Dropped()
	return r, nil
}
