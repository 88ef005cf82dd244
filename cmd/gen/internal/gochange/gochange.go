// Package gochange compares the exported surface of Go packages, as an
// application that imports them sees it.
package gochange

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/exp/apidiff"
	"golang.org/x/tools/go/packages"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// Change is one difference of a package's surface.
type Change struct {
	// Package is the package's name: stytch.
	Package string `json:"package"`
	// Symbol is what changed: User, User.Email, (*OTPsService).Authenticate.
	Symbol string `json:"symbol"`
	// Kind is what the symbol is: type, field, method, func, const, var.
	Kind string `json:"kind"`
	// Message says how: removed, added, changed from A to B.
	Message string `json:"message"`
	// Compatible changes let every program compile that did.
	Compatible bool `json:"compatible"`
	// Pos is where it is declared in HEAD, or in BASE when it is gone.
	Pos diag.Pos `json:"-"`
	// InBase tells that Pos is in BASE.
	InBase bool `json:"-"`
}

// Surface is the packages of one state of a module.
type Surface struct {
	root     string
	fset     *token.FileSet
	packages map[string]*types.Package
	names    []string
}

// Source is where packages are read from.
type Source struct {
	// Name says which state it is, for errors.
	Name string
	// Root is the module's root.
	Root string
	// Overlay holds files, by path from the root, that stand in for those on
	// disk.
	Overlay map[string][]byte
	// Packages are the folders of the packages below the root. One that has no
	// folder is a package that does not exist.
	Packages []string
}

// Load type-checks packages, from what is on this machine: nothing is
// downloaded.
func Load(ctx context.Context, src Source) (*Surface, error) {
	s := &Surface{root: src.Root, fset: token.NewFileSet(), packages: map[string]*types.Package{}, names: src.Packages}
	var patterns []string
	for _, name := range src.Packages {
		if _, err := os.Stat(filepath.Join(src.Root, name)); err == nil {
			patterns = append(patterns, "./"+name)
		}
	}
	if len(patterns) == 0 {
		return s, nil
	}
	overlay := map[string][]byte{}
	for name, data := range src.Overlay {
		overlay[filepath.Join(src.Root, filepath.FromSlash(name))] = data
	}
	loaded, err := packages.Load(&packages.Config{
		Context: ctx, Dir: src.Root, Fset: s.fset, Overlay: overlay,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedTypes |
			packages.NeedSyntax | packages.NeedImports | packages.NeedTypesSizes | packages.NeedExportFile,
		BuildFlags: []string{"-trimpath"}, // so that the build cache serves every folder alike
		Env:        append(os.Environ(), "GOWORK=off", "GOPROXY=off", "GOTOOLCHAIN=local"),
	}, patterns...)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%s: the Go packages cannot be loaded: %w", src.Name, err)
	}
	for _, pkg := range loaded {
		if len(pkg.Errors) > 0 {
			return nil, s.failure(src, pkg.Errors)
		}
		s.packages[filepath.Base(pkg.Dir)] = pkg.Types
	}
	return s, nil
}

// failure says in one error what keeps packages from being compared.
func (s *Surface) failure(src Source, found []packages.Error) error {
	var lines []string
	for _, e := range found {
		pos := strings.TrimPrefix(e.Pos, src.Root+string(filepath.Separator))
		lines = append(lines, strings.TrimPrefix(pos+": "+e.Msg, "-: "))
		if len(lines) == 5 && len(found) > 5 {
			lines = append(lines, fmt.Sprintf("and %d more", len(found)-5))
			break
		}
	}
	if strings.Contains(strings.Join(lines, ""), "GOPROXY=off") {
		lines = append(lines, "a module that it needs is not on this machine; run go mod download in a checkout of it")
	}
	return fmt.Errorf("%s: the Go packages do not compile:\n  %w", src.Name, errors.New(strings.Join(lines, "\n  ")))
}

// Compare returns what changed from one surface to another, by package.
func Compare(base, head *Surface) []Change {
	var all []Change
	for _, name := range head.names {
		before, after := base.packages[name], head.packages[name]
		switch {
		case before == nil && after == nil:
		case before == nil:
			all = append(all, Change{Package: name, Symbol: name, Kind: "package", Message: "added", Compatible: true, Pos: diag.Pos{File: name}})
		case after == nil:
			all = append(all, Change{Package: name, Symbol: name, Kind: "package", Message: "removed", Pos: diag.Pos{File: name}, InBase: true})
		default:
			for _, c := range apidiff.Changes(before, after).Changes {
				all = append(all, change(name, c, base, head))
			}
		}
	}
	return all
}

// change reads a message of apidiff: "symbol: what happened".
func change(name string, c apidiff.Change, base, head *Surface) Change {
	symbol, message, _ := strings.Cut(c.Message, ": ")
	out := Change{Package: name, Symbol: symbol, Message: message, Compatible: c.Compatible, Kind: "symbol"}
	for _, side := range []*Surface{head, base} {
		if object := lookup(side.packages[name], symbol); object != nil {
			out.Kind, out.Pos, out.InBase = kind(object), side.pos(object), side == base
			break
		}
	}
	return out
}

// lookup finds an object by the name that apidiff gives it. What is promoted
// from an embedded type leads to its declaration.
func lookup(pkg *types.Package, symbol string) types.Object {
	symbol, _, _ = strings.Cut(symbol, ",") // "(*T).M, method set of *U"
	first, rest, isMember := strings.Cut(strings.NewReplacer("(*", "", ")", "").Replace(symbol), ".")
	object := pkg.Scope().Lookup(first)
	if object == nil || !isMember {
		return object
	}
	member, _, _ := types.LookupFieldOrMethod(object.Type(), true, pkg, rest)
	return member
}

func kind(object types.Object) string {
	switch object := object.(type) {
	case *types.TypeName:
		return "type"
	case *types.Const:
		return "const"
	case *types.Var:
		if object.IsField() {
			return "field"
		}
		return "var"
	case *types.Func:
		if object.Signature().Recv() != nil {
			return "method"
		}
		return "func"
	}
	return "symbol"
}

func (s *Surface) pos(object types.Object) diag.Pos {
	p := s.fset.Position(object.Pos())
	name, err := filepath.Rel(s.root, p.Filename)
	if err != nil || !filepath.IsLocal(name) {
		return diag.Pos{File: object.Pkg().Name()}
	}
	return diag.Pos{File: filepath.ToSlash(name), Line: p.Line, Column: p.Column}
}
