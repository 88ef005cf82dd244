package gochange

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/stytchgen/sdk/cmd/gen/internal/gotypes"
)

// Surface is the packages of one state of a module.
type Surface struct {
	fset     *token.FileSet
	packages map[string]*types.Package
	names    []string
}

// Source is where packages are read from.
type Source struct {
	// Name says which state it is, for errors.
	Name string
	// Root is the module's root on disk, Module its import path.
	Root, Module string
	// Overlay holds files, by path from the root, that replace those on
	// disk.
	Overlay map[string][]byte
	// Packages are the folders of the packages below the root, those that others
	// import first. One that has no folder is a package that does not exist.
	Packages []string
}

// Loader type-checks packages. It keeps what they import, so that two states
// with the same runtime load it once. Several goroutines can use one Loader.
type Loader struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]gotypes.Importer
}

// Load type-checks packages with what is on this machine: nothing is
// downloaded.
func (l *Loader) Load(ctx context.Context, src Source) (*Surface, error) {
	s := &Surface{fset: token.NewFileSet(), packages: map[string]*types.Package{}, names: src.Packages}
	parsed := map[string][]*ast.File{}
	imports := map[string]bool{}
	for _, name := range src.Packages {
		files, err := s.parse(src, name)
		if err != nil {
			return nil, fmt.Errorf("%s: the Go packages do not parse: %w", src.Name, err)
		}
		parsed[name] = files
		for _, file := range files {
			for _, spec := range file.Imports {
				imported, _ := strconv.Unquote(spec.Path.Value)
				imports[imported] = true
			}
		}
	}
	for _, name := range src.Packages {
		delete(imports, src.Module+"/"+name)
	}
	delete(imports, "unsafe")
	below, err := l.below(ctx, src, slices.Sorted(maps.Keys(imports)))
	if err != nil {
		return nil, err
	}
	all := gotypes.Importer{}
	maps.Copy(all, below)
	for _, name := range src.Packages {
		if len(parsed[name]) == 0 {
			continue
		}
		pkg, err := s.check(all, src.Module+"/"+name, parsed[name])
		if err != nil {
			return nil, fmt.Errorf("%s: the Go packages do not compile:\n  %w", src.Name, err)
		}
		s.packages[name], all[src.Module+"/"+name] = pkg, pkg
	}
	return s, nil
}

// parse reads a package's files, its tests left out.
func (s *Surface) parse(src Source, dir string) ([]*ast.File, error) {
	host := build.Default
	host.GOOS, host.GOARCH = runtime.GOOS, runtime.GOARCH
	contents, err := gotypes.Read(src.Root, dir, host, src.Overlay)
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(s.fset, name, contents[name], parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// environment makes the go command read both states alike and leave them as
// they are, whatever its user has set. Flags such as -mod=vendor are true of
// the work tree and not of an older state; without them, the go command takes
// the vendor folder of a state that has one.
var environment = []string{
	"GOFLAGS=-buildvcs=false", // empty, it would be read from the settings of go env -w
	"GO111MODULE=on", "GOWORK=off", "GOPROXY=off", "GOTOOLCHAIN=local", "GOPACKAGESDRIVER=off",
	"GOOS=" + runtime.GOOS, "GOARCH=" + runtime.GOARCH,
}

// below gets the types of what the packages import from the export data that
// the go command keeps.
func (l *Loader) below(ctx context.Context, src Source, imports []string) (gotypes.Importer, error) {
	key, err := fingerprint(src, imports)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if have := l.known[key]; have != nil {
		return have, nil
	}
	known, failed, err := gotypes.Imports(ctx, src.Root, environment, imports)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: loading what the Go packages import: %w", src.Name, err)
	}
	if len(failed) > 0 {
		path := slices.Min(slices.Collect(maps.Keys(failed)))
		why := failed[path]
		if why == "" {
			why = cmp.Or(gotypes.Complaint(ctx, src.Root, environment, path), "the go command has no types of it")
		}
		if strings.Contains(why, "GOPROXY=off") {
			why += "; a module that it needs is not on this machine, so run go mod download in a checkout of it"
		}
		return nil, fmt.Errorf("%s: loading what the Go packages import: %s: %s", src.Name, path, why)
	}
	if l.known == nil {
		l.known = map[[sha256.Size]byte]gotypes.Importer{}
	}
	l.known[key] = known
	return known, nil
}

// fingerprint is the hash of all that decides what imports mean: their paths,
// go.mod and go.sum, and the Go files of the module outside of the packages.
func fingerprint(src Source, imports []string) (sum [sha256.Size]byte, err error) {
	hash := sha256.New()
	fmt.Fprintf(hash, "%q\n", imports)
	err = fs.WalkDir(os.DirFS(src.Root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case err != nil:
			return err
		case entry.IsDir():
			if name != "." && strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" || slices.Contains(src.Packages, name) {
				return fs.SkipDir
			}
			return nil
		case !entry.Type().IsRegular(), strings.HasSuffix(base, "_test.go"):
			return nil
		case !strings.HasSuffix(base, ".go") && name != "go.mod" && name != "go.sum":
			return nil
		}
		data, err := os.ReadFile(filepath.Join(src.Root, filepath.FromSlash(name)))
		fmt.Fprintf(hash, "%q %x\n", name, sha256.Sum256(data))
		return err
	})
	return [sha256.Size]byte(hash.Sum(nil)), err
}

// maxErrors is how many errors of a package are reported.
const maxErrors = 5

func (s *Surface) check(known gotypes.Importer, path string, files []*ast.File) (*types.Package, error) {
	var found []string
	config := types.Config{
		Importer: known, Sizes: types.SizesFor("gc", runtime.GOARCH), IgnoreFuncBodies: true,
		Error: func(err error) { found = append(found, err.Error()) },
	}
	pkg, _ := config.Check(path, s.fset, files, nil) // config.Error has seen every error
	if len(found) > maxErrors {
		found = append(found[:maxErrors], fmt.Sprintf("and %d more", len(found)-maxErrors))
	}
	if len(found) > 0 {
		return nil, errors.New(strings.Join(found, "\n  "))
	}
	return pkg, nil
}
