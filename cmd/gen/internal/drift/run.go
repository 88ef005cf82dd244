package drift

import (
	"os"

	yaml "github.com/oasdiff/yaml3"

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
	calls, err := contract.Documents{Roots: map[string]*yaml.Node{name: root}}.Calls([]string{name})
	if err != nil {
		return nil, err
	}
	version := "without a version"
	if v, ok := load.At(root, "/info/version"); ok && v.Value != "" {
		version = v.Value
	}
	return &contract.API{Source: "openapi " + version, Calls: calls}, nil
}

// Documents returns the files of a spec.
func Documents(spec *load.Spec) contract.Documents {
	docs := contract.Documents{Roots: map[string]*yaml.Node{}, Target: func(file, ref string) (string, *yaml.Node) {
		if src, _, value := spec.Target(file, ref); src != nil {
			return src.Name, value
		}
		return "", nil
	}}
	for _, src := range spec.Files {
		docs.Roots[src.Name] = src.Root
	}
	return docs
}

// Spec reads the calls of a spec as load has read it.
func Spec(spec *load.Spec) (*contract.API, error) {
	var documents [][]string
	for _, api := range load.APIFiles {
		var files []string
		for _, src := range spec.FilesOf(api) {
			files = append(files, src.Name)
		}
		documents = append(documents, files)
	}
	calls, err := Documents(spec).Calls(documents...)
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
	lint.Unwritten(spec, &r.Unwritten)
	return r, nil
}
