// Package spec reads the spec of a module, for what does not generate from it.
package spec

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/lint"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// Folder is the spec's folder below the module's root.
const Folder = "spec"

// FindRoot returns the folder at or above dir with go.mod.
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

// Read makes the model of a spec that nothing is generated from, such as an old
// revision. It reports only what keeps the model from being made, and does not
// apply the other rules of today.
func Read(root string) (read *load.Spec, sdk *model.SDK, findings *diag.List, err error) {
	defer func() {
		if p := recover(); p != nil { // the model relies on rules that are not checked here
			err = fmt.Errorf("no model can be made of the spec in %s: %v", Folder, p)
		}
	}()
	var list diag.List
	read = load.Read(os.DirFS(root), Folder, &list)
	if list.HasErrors() {
		return read, nil, &list, nil
	}
	var structure diag.List
	lint.Structure(read, &structure)
	read.Resolve(&list)
	if !list.HasErrors() {
		sdk = model.Build(read, model.Input{}, &list)
	}
	switch {
	case !list.HasErrors():
		return read, sdk, nil, nil
	case structure.HasErrors(): // explains better what keeps the model from being made
		return read, nil, &structure, nil
	}
	return read, nil, &list, nil
}
