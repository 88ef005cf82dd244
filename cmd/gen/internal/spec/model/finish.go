package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// finish derives what depends on the whole: where types are used, which of them
// contain secrets, are recursive or cross a package, and the file of each.
func finish(sdk *SDK) {
	for _, pkg := range sdk.Packages {
		for _, m := range pkg.Methods() {
			Reaches(m.Request, func(t *Type) bool { t.InRequest = true; return false })
			Reaches(m.Response, func(t *Type) bool { t.InResponse = true; return false })
		}
	}
	for _, pkg := range sdk.Packages {
		for _, t := range pkg.AllTypes() {
			if t.Copied {
				Reaches(t, func(below *Type) bool { below.Copied = true; return false })
			}
			t.Sensitive = Reaches(t, func(t *Type) bool {
				return slices.ContainsFunc(t.Fields, func(f *Field) bool { return f.Sensitive })
			})
			for _, f := range t.Fields {
				if f.Type == nil {
					continue
				}
				t.Recursive = t.Recursive || Reaches(f.Type, func(below *Type) bool { return below == t })
				if f.Type.Package != t.Package && f.Type.Role != RoleEnum {
					f.Type.Exported = true
				}
			}
		}
	}
	settle(sdk)
}

// Reaches reports whether is returns true for a type or for any type below it. It
// asks about each type once, however many fields lead to it.
func Reaches(t *Type, is func(*Type) bool) bool {
	seen := map[*Type]bool{}
	var visit func(*Type) bool
	visit = func(t *Type) bool {
		if t == nil || seen[t] {
			return false
		}
		seen[t] = true
		return is(t) || slices.ContainsFunc(t.Fields, func(f *Field) bool { return visit(f.Type) }) ||
			slices.ContainsFunc(t.Variants, func(v Variant) bool { return visit(v.Type) })
	}
	return visit(t)
}

// settle decides where each type is written: next to its users when they all share
// one file, else in a file of its own. The files of recursive types depend on one
// another, so it repeats until none changes.
func settle(sdk *SDK) {
	users := map[*Type][]*Type{}
	var types []*Type
	for _, pkg := range sdk.Packages {
		types = append(types, pkg.Types...)
		for _, t := range pkg.AllTypes() {
			for _, f := range t.Fields {
				if f.Type != nil && f.Type != t && !slices.Contains(users[f.Type], t) {
					users[f.Type] = append(users[f.Type], t)
				}
			}
			for _, v := range t.Variants {
				users[v.Type] = append(users[v.Type], t)
			}
		}
	}
	for changed, rounds := true, 0; changed && rounds <= len(types); rounds++ {
		changed = false
		for _, t := range types {
			if file := home(t, users[t]); file != t.File {
				t.File, changed = file, true
			}
		}
	}
	for _, t := range types {
		t.File = cmp.Or(t.File, FileName(t.Name)) // only unused types refer to it
	}
}

// home is the file that a type belongs in, or "" while that of no user is known.
func home(t *Type, users []*Type) string {
	own, shared := FileName(t.Name), ""
	if len(users) == 0 {
		return own
	}
	for _, user := range users {
		switch {
		case user.Package != t.Package, shared != "" && user.File != "" && user.File != shared:
			return own
		case user.File != "":
			shared = user.File
		}
	}
	return shared
}

// collide reports names that meet in Go.
func collide(sdk *SDK, taken map[string]map[string]diag.Pos, list *diag.List) {
	for i, pkg := range sdk.Packages {
		names := sharedNames
		if i == 0 {
			names = append(slices.Clone(names), firstNames...)
		}
		scope := newScope(list, fmt.Sprintf("the package %s", pkg.Name), names, "", taken[pkg.Name])
		for _, m := range pkg.Methods() {
			scope.meets(m.Variable(), "the variable of "+m.ID, m.Pos)
		}
		client := newScope(list, "Client", nil, "Client.", taken[pkg.Name])
		if i == 0 {
			for _, e := range sdk.Errors {
				scope.add(e.Name, e.Wire, e.Pos)
			}
			for _, e := range sdk.Public {
				scope.add(e.Name, e.Wire, e.Pos)
			}
		}
		for _, s := range pkg.Services {
			scope.add(s.Name, s.Tag, s.Pos)
			if s.Tag == "types" {
				list.Hintf(codes.NamesMeet, s.Pos, "name the tag otherwise", "the page of the service types would be that of all types of the package")
			}
			if !strings.Contains(s.Tag, ".") {
				client.meets(s.Field, s.Tag, s.Pos)
			}
			if len(sdk.OfferedBy(s)) > 0 {
				scope.meets("new"+s.Name, "the constructor of "+s.Name, s.Pos)
			}
			members := newScope(list, s.Name, []string{"client"}, s.Name+".", taken[pkg.Name])
			for _, child := range s.Children {
				members.add(child.Field, "the service "+child.Tag, child.Pos)
			}
			for _, m := range s.Methods {
				if m.Paging != nil {
					members.add(m.Name+"All", "the pages of "+m.ID, m.Pos)
				}
				members.add(m.Name, m.ID, m.Pos)
			}
		}
		for _, o := range pkg.Offers {
			own := slices.IndexFunc(pkg.Services, func(s *Service) bool { return s.Field == o.Field && !strings.Contains(s.Tag, ".") })
			if own < 0 {
				client.meets(o.Field, o.Tag, o.Pos)
				continue
			}
			list.Relatef(codes.NamesMeet, o.Pos, "remove it from "+load.ServicesKey, diag.Related{Pos: pkg.Services[own].Pos, Message: o.Field + " is declared here"},
				"the client of the package %s has %s already", pkg.Name, o.Field)
		}
		for _, m := range pkg.Methods() {
			scope.add(m.Request.Name, "the request of "+m.ID, m.Pos)
			scope.add(m.Response.Name, "the response of "+m.ID, m.Pos)
		}
		for _, t := range pkg.Types {
			scope.add(t.Name, t.Name, t.Pos)
		}
		for _, t := range pkg.AllTypes() {
			for _, v := range t.Values {
				scope.add(v.Name, v.Wire, t.Pos)
			}
			if t.Role == RoleUnion {
				collideUnion(t, scope, list)
			}
			collideFields(t, taken[pkg.Name], list)
			for _, f := range t.Fields {
				if t.Role == RoleObject && t.InRequest && !t.InResponse && f.Nullable {
					nullInRequest(list, f.Pos)
				}
				if t.InResponse && !t.InRequest && f.Limits.Default != "" {
					list.Hintf(codes.DefaultInAnswer, f.Pos, "remove default; it says what the service takes when a request leaves a field out", "a default in an answer is not generated")
				}
			}
			if t.InResponse && len(t.Constants) > 0 {
				list.Hintf(codes.Constant, t.Constants[0].Pos, "write a description, or an enum", "%q is a part of an answer, which is what it is", t.Constants[0].Wire)
			}
			if chain := embedsItself(t); chain != nil {
				list.Hintf(codes.HoldsItself, t.Pos, "remove one of these fields from required, or make it a list", "%s holds itself by way of %s, so it would have no end", t.Name, strings.Join(chain, ", "))
			}
		}
	}
}

// collideUnion reports a union that is not generated, and its functions where names meet.
func collideUnion(t *Type, scope *scope, list *diag.List) {
	if t.InResponse {
		list.Hintf(codes.ObjectAlternatives, t.Pos, "write one object with optional properties", "alternatives between objects are generated for requests only, and %s is in an answer", t.Name)
	}
	if t.Exported {
		list.Hintf(codes.ObjectAlternatives, t.Pos, "declare it in each of the two APIs", "both packages would share the alternatives of %s, which is not generated", t.Name)
	}
	scope.meets("write"+t.Name, t.Name, t.Pos)
	scope.meets("validate"+t.Name, t.Name, t.Pos)
}

// methodNames are what the generated methods of a struct are called.
var methodNames = []string{"Format", "LogValue"}

// responseNames are what a response has besides its fields.
var responseNames = []string{"Response", "RawJSON", "Header", "HTTPStatus", "UnknownFields"}

func collideFields(t *Type, taken map[string]diag.Pos, list *diag.List) {
	scope := newScope(list, t.Name, nil, t.Name+".", taken)
	for _, f := range t.Fields {
		reserved := slices.Contains(methodNames, f.Name) || t.Role == RoleResponse && slices.Contains(responseNames, f.Name)
		if reserved {
			list.Hintf(codes.ReservedName, f.Pos, "add x-go-name", "%q is %s in Go, which every such struct has as a method", f.Wire, f.Name)
			continue
		}
		scope.add(f.Name, f.Wire, f.Pos)
	}
}

// embedsItself returns the fields through which a struct contains itself as a
// value, or nil.
func embedsItself(root *Type) []string {
	seen := map[*Type]bool{}
	var way func(*Type) []string
	way = func(t *Type) []string {
		for _, f := range t.Fields {
			if f.Kind != Struct || !f.Required || f.Type == nil || seen[f.Type] {
				continue
			}
			seen[f.Type] = true
			here := []string{t.Name + "." + f.Wire}
			if f.Type == root {
				return here
			}
			if rest := way(f.Type); rest != nil {
				return append(here, rest...)
			}
		}
		return nil
	}
	return way(root)
}

type entry struct {
	wire string
	pos  diag.Pos
}

type scope struct {
	list *diag.List
	name string
	have map[string]entry
}

// sharedNames are what each package has in addition to what the spec names, and
// firstNames what the first one alone has.
var (
	sharedNames = []string{"Client", "newClient", "enums"}
	firstNames  = []string{"testURL", "liveURL", "knownTypes", "retryableType", "publicTypes", "publicText"}
)

// newScope makes a scope with the names that are generated in every case, and
// those that hand-written files declare with that prefix.
func newScope(list *diag.List, name string, generated []string, prefix string, taken map[string]diag.Pos) *scope {
	s := &scope{list, name, map[string]entry{}}
	for _, own := range generated {
		s.have[own] = entry{wire: "the generated " + own}
	}
	for full, pos := range taken {
		if own, ok := strings.CutPrefix(full, prefix); ok && !strings.Contains(own, ".") {
			s.add(own, "the hand-written "+own, pos)
		}
	}
	return s
}

func (s *scope) add(name, wire string, pos diag.Pos) {
	if name == "" {
		return
	}
	if !s.meets(name, wire, pos) {
		s.have[name] = entry{wire, pos}
	}
}

// meets reports a name that is there already.
func (s *scope) meets(name, wire string, pos diag.Pos) bool {
	first, met := s.have[name]
	const hint = "rename one of them; for a field or parameter, add x-go-name"
	switch {
	case !met:
	case first.wire == wire: // declared twice, which lint has said
	case first.pos == diag.Pos{}:
		s.list.Hintf(codes.NamesMeet, pos, hint, "%q and %q are both %s in %s", first.wire, wire, name, s.name)
	default:
		s.list.Relatef(codes.NamesMeet, pos, hint, diag.Related{Pos: first.pos, Message: name + " is first declared here"},
			"%q and %q are both %s in %s", first.wire, wire, name, s.name)
	}
	return met
}
