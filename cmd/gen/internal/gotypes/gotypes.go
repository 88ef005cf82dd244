// Package gotypes reads the Go files of a module and the types of what they import. Files that are not on
// disk yet take the place of those that are.
package gotypes

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/build"
	"go/types"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Read returns the Go files in a folder of the module that are built on the system of host, by path from the
// root. A file of instead takes the place of the one on disk; one that is nil is left out.
func Read(root, dir string, host build.Context, instead map[string][]byte) (map[string][]byte, error) {
	contents := map[string][]byte{}
	folder := filepath.Join(root, filepath.FromSlash(dir))
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		name := path.Join(dir, entry.Name())
		if _, other := instead[name]; other || !strings.HasSuffix(name, ".go") || !entry.Type().IsRegular() {
			continue
		}
		if built, err := host.MatchFile(folder, entry.Name()); err == nil && !built {
			continue // it is for another system
		}
		if contents[name], err = os.ReadFile(filepath.Join(folder, entry.Name())); err != nil {
			return nil, err
		}
	}
	for name, data := range instead {
		if path.Dir(name) == dir && strings.HasSuffix(name, ".go") && data != nil {
			contents[name] = data
		}
	}
	return contents, nil
}

// Imports returns the types of packages, from the export data that the go command keeps. For a package that
// has none it returns what the go command says about it, which can be empty.
func Imports(ctx context.Context, root string, environment, paths []string) (Importer, map[string]string, error) {
	if len(paths) == 0 {
		return nil, nil, nil // without names, packages.Load takes the current folder
	}
	loaded, err := packages.Load(&packages.Config{
		Context: ctx, Dir: root, Env: append(os.Environ(), environment...),
		Mode:       packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedExportFile,
		BuildFlags: []string{"-trimpath"}, // so that the build cache serves every folder alike
	}, paths...)
	if err = cmp.Or(ctx.Err(), err); err != nil {
		return nil, nil, err
	}
	known, failed := Importer{}, map[string]string{}
	for _, path := range paths {
		failed[path] = ""
	}
	for _, pkg := range loaded {
		switch {
		case len(pkg.Errors) > 0:
			failed[pkg.PkgPath] = pkg.Errors[0].Msg
		case pkg.ExportFile != "":
			known[pkg.PkgPath] = pkg.Types
			delete(failed, pkg.PkgPath)
		}
	}
	return known, failed, nil
}

// Complaint says in the go command's own words why it does not load a package. Package packages keeps some
// of it to itself, such as that there is no build cache. It is empty if the go command has nothing to say.
func Complaint(ctx context.Context, root string, environment []string, pkg string) string {
	cmd := exec.CommandContext(ctx, "go", "list", "-trimpath", "-export", "-f", "", "--", pkg)
	cmd.Dir, cmd.Env = root, append(os.Environ(), environment...)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); errors.Is(err, exec.ErrNotFound) {
		return err.Error()
	}
	return strings.TrimSpace(said.String())
}

// Importer knows packages by their paths. It implements types.Importer.
type Importer map[string]*types.Package

// Import implements types.Importer.
func (known Importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if pkg := known[path]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("the package %s is not there", path)
}
