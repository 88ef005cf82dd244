package manual

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
	"text/template"

	"golang.org/x/tools/imports"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/model"
	"github.com/stytchgen/sdk/templates"
)

// Check holds the sections against what the spec declares. It returns a stub
// for each declared section that no file has, by its path from the module's
// root. An error is one of the generator.
func (p *Package) Check(declared []*model.Manual, list *diag.List) (map[string][]byte, error) {
	stubs := map[string][]byte{}
	for _, want := range declared {
		var found []*section
		for _, s := range p.sections {
			if s.name == want.Name {
				found = append(found, s)
			}
		}
		switch len(found) {
		case 0:
			if err := p.stub(want, stubs, list); err != nil {
				return nil, fmt.Errorf("no stub can be made for MANUAL(%s): %w", want.Name, err)
			}
		case 1:
			p.compare(want, found[0], list)
		default:
			list.Relatef(codes.SectionTwice, found[1].at, "", diag.Related{Pos: found[0].at, Message: "first declared here"},
				"MANUAL(%s) stands a second time", want.Name)
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
	return stubs, nil
}

// compare holds one section against its declaration.
func (p *Package) compare(want *model.Manual, have *section, list *diag.List) {
	if have.kind != want.Kind {
		list.Reportf(codes.SectionKind, have.at, "MANUAL(%s) is a %s here; the spec declares a %s", want.Name, have.kind, want.Kind)
	}
	declared := map[string]bool{}
	for _, text := range want.Declares {
		shape, err := parseShape(text)
		if err != nil {
			list.Hintf(codes.DeclaresNotGo, want.Pos, "write it as in Go, without the body", "MANUAL(%s) declares %q, which is not a Go declaration: %v", want.Name, text, err)
			continue
		}
		if shape.kind != want.Kind && want.Kind != kindType {
			list.Reportf(codes.DeclaresKind, want.Pos, "MANUAL(%s) is of kind %s, but %q is a %s", want.Name, want.Kind, text, shape.kind)
		}
		declared[shape.name] = true
		p.find(want, have, text, shape, list)
	}
	for _, decl := range have.decls {
		for _, s := range shapesOf(decl) {
			if ast.IsExported(s.name[strings.LastIndex(s.name, ".")+1:]) && !declared[s.name] {
				list.Hintf(codes.UndeclaredExport, p.at(s.pos), "add it to declares in the spec, so that it is documented", "%s is exported, but the spec does not declare it in MANUAL(%s)", s.name, want.Name)
			}
		}
	}
}

func (p *Package) find(want *model.Manual, have *section, text string, shape shape, list *diag.List) {
	for _, decl := range have.decls {
		for _, s := range shapesOf(decl) {
			switch {
			case s.name != shape.name:
				continue
			case s.text != shape.text:
				list.Hintf(codes.WrongShape, p.at(s.pos), "the spec declares "+text, "%s has not the shape that MANUAL(%s) declares", s.name, want.Name)
			case !s.documented:
				list.Reportf(codes.NoComment, p.at(s.pos), "%s has no comment", s.name)
			}
			return
		}
	}
	list.Hintf(codes.MissingDeclaration, have.at, "the spec declares "+text, "MANUAL(%s) does not declare %s", want.Name, shape.name)
}

// The kinds of sections.
const (
	kindMethod   = "METHOD"
	kindFunction = "FUNCTION"
	kindType     = "TYPE"
)

// shape is a declaration without its body, the names of its parameters and
// its comment.
type shape struct {
	name, kind, text string
	documented       bool
	pos              token.Pos
}

func parseShape(text string) (shape, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+text, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return shape{}, fmt.Errorf("%s", strings.TrimLeft(err.Error(), "0123456789: "))
	}
	if len(file.Decls) != 1 {
		return shape{}, fmt.Errorf("%d declarations", len(file.Decls))
	}
	if f, ok := file.Decls[0].(*ast.FuncDecl); ok {
		switch {
		case f.Body != nil:
			return shape{}, errors.New("it has a body")
		case f.Recv != nil && f.Recv.NumFields() != 1:
			return shape{}, errors.New("its receiver is not one variable")
		}
	}
	if len(file.Comments) > 0 {
		return shape{}, errors.New("it has a comment")
	}
	shapes := shapesOf(file.Decls[0])
	if len(shapes) != 1 {
		return shape{}, fmt.Errorf("neither a function nor a type")
	}
	return shapes[0], nil
}

// shapesOf returns the shapes that a declaration declares.
func shapesOf(decl ast.Decl) []shape {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		s := shape{name: decl.Name.Name, kind: kindFunction, documented: decl.Doc.Text() != "", pos: decl.Name.Pos(),
			text: typeParams(decl.Type.TypeParams) + fieldTypes(decl.Type.Params) + " " + fieldTypes(decl.Type.Results)}
		if decl.Recv != nil && len(decl.Recv.List) > 0 {
			receiver := types.ExprString(decl.Recv.List[0].Type)
			s.kind, s.name, s.text = kindMethod, strings.TrimLeft(receiver, "*")+"."+s.name, receiver+" "+s.text
		}
		return []shape{s}
	case *ast.GenDecl:
		var shapes []shape
		for _, spec := range decl.Specs {
			doc := decl.Doc.Text()
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				shapes = append(shapes, shape{name: spec.Name.Name, kind: kindType, pos: spec.Name.Pos(),
					documented: doc+spec.Doc.Text() != "", text: typeParams(spec.TypeParams) + underlying(spec.Type)})
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					shapes = append(shapes, shape{name: id.Name, kind: kindType, pos: id.Pos(), documented: doc+spec.Doc.Text() != "", text: "value"})
				}
			}
		}
		return shapes
	}
	return nil
}

func typeParams(list *ast.FieldList) string {
	if list == nil {
		return ""
	}
	var parts []string
	for _, f := range list.List {
		for _, name := range f.Names {
			parts = append(parts, name.Name+" "+types.ExprString(f.Type))
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func fieldTypes(list *ast.FieldList) string {
	var parts []string
	if list != nil {
		for _, f := range list.List {
			for range max(1, len(f.Names)) {
				parts = append(parts, types.ExprString(f.Type))
			}
		}
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// underlying is a type's shape: of a struct the fields that applications see,
// of an interface only that it is one.
func underlying(expr ast.Expr) string {
	switch expr := expr.(type) {
	case *ast.StructType:
		return "struct{" + strings.Join(exportedFields(expr), "; ") + "}"
	case *ast.InterfaceType:
		return "interface"
	}
	return types.ExprString(expr)
}

func exportedFields(of *ast.StructType) []string {
	var fields []string
	for _, f := range of.Fields.List {
		typ := types.ExprString(f.Type)
		for _, name := range f.Names {
			if name.IsExported() {
				fields = append(fields, name.Name+" "+typ)
			}
		}
		if embedded := strings.TrimLeft(typ, "*"); len(f.Names) == 0 && ast.IsExported(embedded[strings.LastIndex(embedded, ".")+1:]) {
			fields = append(fields, typ)
		}
	}
	return fields
}

// stub makes the file of a section that is missing.
func (p *Package) stub(want *model.Manual, stubs map[string][]byte, list *diag.List) error {
	name := path.Join(p.dir, model.FileName(want.Name)+"_manual.go")
	if p.files[name] != nil {
		list.Hintf(codes.NoRoomForStub, want.Pos, fmt.Sprintf("write it into %s, or rename that file and run gen again for a stub", name),
			"MANUAL(%s) is missing, and %s exists", want.Name, name)
		return nil
	}
	for _, text := range want.Declares {
		if _, err := parseShape(text); err != nil {
			list.Hintf(codes.DeclaresNotGo, want.Pos, "write it as in Go, without the body", "MANUAL(%s) declares %q, which is not a Go declaration: %v", want.Name, text, err)
			return nil
		}
	}
	data, err := renderStub(path.Base(p.dir), want)
	stubs[name] = data
	return err
}

func renderStub(pkg string, want *model.Manual) ([]byte, error) {
	t, err := templates.Parse(templates.Manual, template.FuncMap{
		"name": func(text string) string {
			s, _ := parseShape(text)
			return s.name[strings.LastIndex(s.name, ".")+1:]
		},
		"isFunc": func(text string) bool { return strings.HasPrefix(text, "func") },
	})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "stub", map[string]any{"Package": pkg, "Section": want}); err != nil {
		return nil, err
	}
	// The shapes can name packages; the stub imports them.
	return imports.Process("", b.Bytes(), nil)
}
