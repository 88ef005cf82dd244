// Package verify type-checks what is about to be written, in memory, together
// with the hand-written files next to it.
package verify

import (
	"errors"
	"go/ast"
	"go/build"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/manual"
	"github.com/stytchgen/sdk/cmd/gen/internal/gotypes"
)

// Input is what Check needs.
type Input struct {
	// Root is the module's root on disk, Module its import path.
	Root, Module string
	// Packages are the folders of the packages under the root, those that others
	// import first.
	Packages []string
	// Files are the generated Go files and stubs, by path from the root.
	Files map[string][]byte
	// Origins are the places in the spec that decide what is in a file, by its
	// path: what is wrong with the file is said there.
	Origins map[string]diag.Pos
	// Values are the variables and constants that the spec declares, by package.
	Values map[string][]manual.Value
	// Gone are generated files on disk that are no longer generated.
	Gone []string
}

// Check parses and type-checks the packages, their tests included. Findings
// point into generated or hand-written files. What a test takes from a package
// that itself imports the checked ones is left to go vet: its types belong to
// what is on disk, not to what is about to be written.
func Check(in Input, list *diag.List) error {
	c := checker{
		Input: in, list: list, fset: token.NewFileSet(),
		known: gotypes.Importer{}, above: map[string]bool{}, refused: map[string]bool{},
	}
	for _, dir := range in.Packages {
		c.above[in.Module+"/"+dir] = false
	}
	var parsed []sources
	for _, dir := range in.Packages {
		s, err := c.parse(dir)
		if err != nil {
			return err
		}
		parsed = append(parsed, s)
	}
	if list.HasErrors() {
		return nil // types say little about files that do not parse
	}
	if err := c.load(parsed); err != nil {
		return err
	}
	for _, s := range parsed {
		path := in.Module + "/" + s.dir
		pkg := c.check(path, s.files)
		c.values(pkg, in.Values[s.dir])
		if len(s.inside) > 0 { // what the tests outside import has the tests inside with it
			c.known[path] = c.check(path, append(slices.Clone(s.files), s.inside...))
		} else {
			c.known[path] = pkg
		}
		if len(s.outside) > 0 {
			c.check(path+"_test", s.outside)
		}
		c.known[path] = pkg
	}
	return nil
}

type checker struct {
	Input
	list *diag.List
	fset *token.FileSet
	// known are the packages that can be imported.
	known gotypes.Importer
	// above says of the module's packages whether they import checked ones.
	above map[string]bool
	// refused are packages that could not be loaded.
	refused map[string]bool
}

// sources are the files of one package: its own, its tests inside of it and
// its tests outside.
type sources struct {
	dir                    string
	files, inside, outside []*ast.File
}

// parse reads the package's files: the generated ones from memory, the others
// from disk.
func (c *checker) parse(dir string) (sources, error) {
	instead := maps.Clone(c.Files)
	for _, name := range c.Gone {
		instead[name] = nil
	}
	contents, err := gotypes.Read(c.Root, dir, build.Default, instead)
	if err != nil {
		return sources{}, err
	}
	s := sources{dir: dir}
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		file, err := parser.ParseFile(c.fset, name, contents[name], parser.SkipObjectResolution)
		if err != nil {
			c.unparsed(name, err)
			continue
		}
		switch {
		case !strings.HasSuffix(name, "_test.go"):
			s.files = append(s.files, file)
		case strings.HasSuffix(file.Name.Name, "_test"):
			s.outside = append(s.outside, file)
		default:
			s.inside = append(s.inside, file)
		}
	}
	return s, nil
}

// isAbove reports whether a package of this module that is not checked imports
// a checked one, itself or through others.
func (c *checker) isAbove(path string) bool {
	dir, ok := strings.CutPrefix(path, c.Module+"/")
	if !ok {
		return false
	}
	if above, seen := c.above[path]; seen {
		return above
	}
	c.above[path] = false
	pkg, err := build.ImportDir(filepath.Join(c.Root, dir), 0)
	if err != nil {
		return false // load tells what is wrong with it
	}
	c.above[path] = slices.ContainsFunc(pkg.Imports, func(imported string) bool {
		return slices.Contains(c.Packages, strings.TrimPrefix(imported, c.Module+"/")) || c.isAbove(imported)
	})
	return c.above[path]
}

func (c *checker) unparsed(name string, err error) {
	var failures scanner.ErrorList
	if !errors.As(err, &failures) {
		c.list.Reportf(codes.NotGo, diag.Pos{File: name}, "%v", err)
	}
	for _, e := range failures {
		c.list.Reportf(codes.NotGo, diag.Pos{File: name, Line: e.Pos.Line, Column: e.Pos.Column}, "%s", e.Msg)
	}
}

// errAbove refuses the import of a package above, or of one that a finding is
// about. What comes from a package that was refused counts as right.
var errAbove = errors.New("it imports what is checked")

// Import implements types.Importer.
func (c *checker) Import(path string) (*types.Package, error) {
	if c.refused[path] || c.isAbove(path) {
		return nil, errAbove
	}
	return c.known.Import(path)
}

func (c *checker) at(pos token.Pos) diag.Pos {
	p := c.fset.PositionFor(pos, false)
	return diag.Pos{File: p.Filename, Line: p.Line, Column: p.Column}
}

func (c *checker) check(path string, files []*ast.File) *types.Package {
	config := types.Config{
		Importer: c,
		Sizes:    types.SizesFor("gc", build.Default.GOARCH),
		Error: func(err error) {
			var typeErr types.Error
			if !errors.As(err, &typeErr) {
				c.list.Reportf(codes.NotTypeChecked, diag.Pos{File: path}, "%v", err)
				return
			}
			if strings.HasSuffix(typeErr.Msg, "("+errAbove.Error()+")") || strings.HasPrefix(typeErr.Msg, "\t") {
				return // a tab begins what belongs to the error before
			}
			message := strings.Join(strings.Fields(typeErr.Msg), " ") // it can have several lines
			at := c.at(typeErr.Pos)
			if origin, ok := c.Origins[at.File]; ok {
				at, message = origin, "what is declared here does not compile: "+message
			}
			c.list.Reportf(codes.NotTypeChecked, at, "%s", message)
		},
	}
	pkg, _ := config.Check(path, c.fset, files, nil) // config.Error has seen every error
	return pkg
}
