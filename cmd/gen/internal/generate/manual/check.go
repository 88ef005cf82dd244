package manual

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// Check compares the sections with what the spec declares. It returns a stub for
// each declared section that no file has, by its path from the module's root, and
// the declared variables and constants, which types decide about. An error is one
// of the generator.
func (p *Package) Check(declared []*model.Manual, list *diag.List) (stubs map[string]Stub, values []Value, err error) {
	stubs = map[string]Stub{}
	for _, want := range declared {
		var found []*section
		for _, s := range p.sections {
			if s.name == want.Name {
				found = append(found, s)
			}
		}
		declarations := read(want, list)
		for _, d := range declarations {
			if d.typ != "" || d.init != "" {
				values = append(values, Value{d.name, want.Name, d.Code, d.typ, d.init, d.Pos})
			}
		}
		switch len(found) {
		case 0:
			if err := p.stub(want, declarations, stubs, list); err != nil {
				return nil, nil, fmt.Errorf("no stub can be made for MANUAL(%s): %w", want.Name, err)
			}
		case 1:
			p.compare(want, declarations, found[0], list)
		default:
			list.Relatef(codes.SectionTwice, found[1].at, "", diag.Related{Pos: found[0].at, Message: "first declared here"},
				"MANUAL(%s) appears a second time", want.Name)
		}
	}
	var names []string
	for _, want := range declared {
		names = append(names, want.Name)
	}
	for _, s := range p.sections {
		if !slices.Contains(names, s.name) {
			hint := diag.DidYouMean(s.name, names)
			if hint == "" {
				hint = "declare it under x-manual"
			}
			list.Hintf(codes.UndeclaredSection, s.at, hint, "the spec declares no MANUAL() section %q for this package", s.name)
		}
	}
	return stubs, values, nil
}

// Value is a variable or a constant that the spec declares.
type Value struct {
	Name, Section string
	// Code is the declaration as the spec writes it. Type and Init are the
	// expressions of its type and its value; one of them can be empty.
	Code, Type, Init string
	// Pos is the place of the declaration in the spec.
	Pos diag.Pos
}

// declaration is one that the spec declares, with its shape.
type declaration struct {
	model.Declaration
	shape
}

// read returns the declarations of a section that can be read, and says what
// is wrong with any.
func read(want *model.Manual, list *diag.List) []declaration {
	var all []declaration
	for _, d := range want.Declares {
		shape, err := parseShape(d.Code)
		if err != nil {
			list.Hintf(codes.DeclaresNotGo, d.Pos, "write it as in Go, without the body", "MANUAL(%s) declares %q, which is not a Go declaration: %v", want.Name, d.Code, err)
			continue
		}
		if shape.kind != want.Kind && want.Kind != kindType {
			list.Reportf(codes.DeclaresKind, d.Pos, "MANUAL(%s) is of kind %s, but %q belongs in one of kind %s", want.Name, want.Kind, d.Code, shape.kind)
		}
		if !shape.isExported() {
			list.Hintf(codes.NotExported, d.Pos, "begin its name with a capital letter, or leave it out of declares",
				"MANUAL(%s) declares %s, which applications cannot use", want.Name, shape.name)
		}
		all = append(all, declaration{d, shape})
	}
	return all
}

// compare compares one section with its declaration.
func (p *Package) compare(want *model.Manual, declarations []declaration, have *section, list *diag.List) {
	if have.kind != want.Kind {
		list.Reportf(codes.SectionKind, have.at, "MANUAL(%s) is a %s here; the spec declares a %s", want.Name, have.kind, want.Kind)
	}
	declared := map[string]bool{}
	for _, d := range declarations {
		declared[d.name] = true
		p.find(want, have, d, list)
	}
	for _, decl := range have.decls {
		for _, s := range shapesOf(decl) {
			if s.isExported() && !declared[s.name] {
				list.Hintf(codes.UndeclaredExport, p.at(s.pos), "add it to declares in the spec, so that it is documented", "%s is exported, but the spec does not declare it in MANUAL(%s)", s.name, want.Name)
			}
		}
	}
}

func (p *Package) find(want *model.Manual, have *section, d declaration, list *diag.List) {
	for _, decl := range have.decls {
		for _, s := range shapesOf(decl) {
			switch {
			case s.name != d.name:
				continue
			case s.text != d.text:
				list.Hintf(codes.WrongShape, p.at(s.pos), "the spec declares "+d.Code, "%s differs from what MANUAL(%s) declares", s.name, want.Name)
			case s.doc == "":
				list.Reportf(codes.NoComment, p.at(s.pos), "%s has no comment", s.name)
			case strings.Contains(s.doc, notWritten) || panics(decl, want.Name):
				list.Hintf(codes.StillStub, p.at(s.pos), "write its comment and what it does", "%s is still the stub that gen wrote", s.name)
			}
			return
		}
	}
	list.Hintf(codes.MissingDeclaration, have.at, "the spec declares "+d.Code, "MANUAL(%s) does not declare %s", want.Name, d.name)
}
