// Package gochange compares the exported surface of Go packages, as an
// application that imports them sees it.
package gochange

import (
	"go/types"
	"path/filepath"
	"strings"

	"golang.org/x/exp/apidiff"

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

// NotComparable is the message for a struct that got a field which == does not
// take.
const NotComparable = "can no longer be compared with =="

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
				symbol, _, _ := strings.Cut(c.Message, ": ")
				if !outOfReach(before, symbol) || !outOfReach(after, symbol) {
					all = append(all, change(name, c, base, head))
				}
			}
		}
	}
	return all
}

// change reads a message of apidiff: "symbol: what happened".
func change(name string, c apidiff.Change, base, head *Surface) Change {
	symbol, message, _ := strings.Cut(c.Message, ": ")
	out := Change{Package: name, Symbol: symbol, Message: message, Compatible: c.Compatible, Kind: "symbol"}
	if message == "old is comparable, new is not" {
		out.Message = NotComparable
	}
	for _, side := range []*Surface{head, base} {
		if object := lookup(side.packages[name], symbol); object != nil {
			out.Kind, out.Pos, out.InBase = kind(object), side.pos(object), side == base
			break
		}
	}
	return out
}

// outOfReach reports whether no application can call a function, for it takes
// a type from an internal package that has no name outside. So it does of one
// that is not there.
func outOfReach(pkg *types.Package, symbol string) bool {
	object := lookup(pkg, symbol)
	if object == nil {
		return true
	}
	function, ok := object.(*types.Func)
	if !ok {
		return false
	}
	for param := range function.Signature().Params().Variables() {
		t := param.Type()
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		named, ok := types.Unalias(t).(*types.Named)
		_, hasName := t.(*types.Alias)
		if ok && !hasName && named.Obj().Pkg() != nil && isInternal(named.Obj().Pkg().Path()) {
			return true
		}
	}
	return false
}

func isInternal(path string) bool {
	return strings.Contains("/"+path+"/", "/internal/")
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

// pos is where an object is declared; what is outside of the packages counts
// as the package that shows it.
func (s *Surface) pos(object types.Object) diag.Pos {
	p := s.fset.Position(object.Pos())
	if !p.IsValid() || !filepath.IsLocal(p.Filename) {
		return diag.Pos{File: object.Pkg().Name()}
	}
	return diag.Pos{File: p.Filename, Line: p.Line, Column: p.Column}
}
