package verify

import (
	"cmp"
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/gotypes"
)

// imported is a package that the checked ones import.
type imported struct {
	specs []*ast.ImportSpec
	// ours reports that generated code imports it: then it is there, unless
	// something is wrong with this machine.
	ours bool
}

// load gets the types of everything that the packages import and that is not
// checked here, from the export data that the go command keeps. What hand-written
// code imports and is not there is a finding. Anything else that cannot be loaded
// is an error: it says nothing about the code.
func (c *checker) load(parsed []sources) error {
	imports := c.imports(parsed)
	required, err := requirements(c.Root)
	if err != nil {
		return err
	}
	paths := slices.SortedFunc(maps.Keys(imports), func(a, b string) int {
		if imports[a].ours != imports[b].ours { // what is wrong with everything is better said of what is there for certain
			return map[bool]int{true: -1, false: 1}[imports[a].ours]
		}
		return strings.Compare(a, b)
	})
	known, failed, err := gotypes.Imports(context.Background(), c.Root, environment, paths)
	if err != nil {
		return c.fault(paths[0], err.Error())
	}
	maps.Copy(c.known, known)
	for _, path := range paths {
		why, isFailed := failed[path]
		by := imports[path]
		switch {
		case !isFailed:
		case why == "" || by.ours || slices.ContainsFunc(required, func(module string) bool { return under(path, module) }):
			return c.fault(path, cmp.Or(why, "it says nothing about "+path))
		default:
			message, _, _ := strings.Cut(why, "\n")
			c.list.Reportf(codes.NotTypeChecked, c.at(by.specs[0].Pos()), "%s cannot be imported: %s", path, strings.TrimSuffix(message, "; to add it:"))
			c.refuse(path, by)
		}
	}
	return nil
}

// environment has the go command list packages itself, whatever its user has set.
var environment = []string{"GOPACKAGESDRIVER=off"}

// imports lists what the packages import, by path.
func (c *checker) imports(parsed []sources) map[string]*imported {
	imports := map[string]*imported{}
	for _, s := range parsed {
		for _, file := range slices.Concat(s.files, s.inside, s.outside) {
			ours := c.Files[c.at(file.Package).File] != nil
			for _, spec := range file.Imports {
				path, _ := strconv.Unquote(spec.Path.Value)
				if path == "unsafe" || slices.Contains(c.Packages, strings.TrimPrefix(path, c.Module+"/")) || c.isAbove(path) {
					continue
				}
				if imports[path] == nil {
					imports[path] = &imported{}
				}
				imports[path].specs = append(imports[path].specs, spec)
				imports[path].ours = imports[path].ours || ours
			}
		}
	}
	return imports
}

// requirements are the paths of the modules that go.mod requires.
func requirements(root string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	file, err := modfile.ParseLax("go.mod", data, nil)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, r := range file.Require {
		paths = append(paths, r.Mod.Path)
	}
	return paths, nil
}

func under(pkg, module string) bool { return pkg == module || strings.HasPrefix(pkg, module+"/") }

// major is the last part of a path that only says which major version it is.
var major = regexp.MustCompile(`/v[0-9]+$`)

// refuse has what comes from a package count as right: only the import is wrong.
func (c *checker) refuse(pkg string, by *imported) {
	c.refused[pkg] = true
	for _, spec := range by.specs {
		if spec.Name == nil { // else the type checker takes v5 for its name
			spec.Name = &ast.Ident{NamePos: token.NoPos, Name: path.Base(major.ReplaceAllString(pkg, ""))}
		}
	}
}

// fault says in the go command's own words why it cannot load a package. The
// library that asks it to does not always pass them on.
func (c *checker) fault(pkg, otherwise string) error {
	if own, ok := strings.CutPrefix(pkg, c.Module+"/"); ok {
		pkg = "./" + own // of a folder it says more than of a path: that it is outside of the workspace
	}
	said := gotypes.Complaint(context.Background(), c.Root, environment, pkg)
	return fmt.Errorf("the go command cannot load what the packages import: %s", cmp.Or(summary(said), summary(otherwise)))
}

// maxLines is how many lines of the go command's output an error repeats.
const maxLines = 6

// summary is what matters of the go command's output. What it proposes is on the
// line of the sentence that proposes it.
func summary(output string) string {
	var lines []string
	for line := range strings.Lines(output) {
		last := len(lines) - 1
		switch line = strings.TrimSpace(line); {
		case line == "" || strings.HasPrefix(line, "go: downloading "):
		case last >= 0 && strings.HasSuffix(lines[last], ":"):
			lines[last] += " " + line
		default:
			lines = append(lines, line)
		}
	}
	if len(lines) > maxLines {
		lines = append(lines[:maxLines], "...")
	}
	return strings.Join(lines, "\n  ")
}
