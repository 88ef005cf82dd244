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
func (p *Package) Check(declared []*model.Manual, list *diag.List) (map[string]Stub, error) {
	stubs := map[string]Stub{}
	for _, want := range declared {
		var found []*section
		for _, s := range p.sections {
			if s.name == want.Name {
				found = append(found, s)
			}
		}
		declarations := read(want, list)
		switch len(found) {
		case 0:
			if err := p.stub(want, declarations, stubs, list); err != nil {
				return nil, fmt.Errorf("no stub can be made for MANUAL(%s): %w", want.Name, err)
			}
		case 1:
			p.compare(want, declarations, found[0], list)
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

// compare holds one section against its declaration.
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
				list.Hintf(codes.WrongShape, p.at(s.pos), "the spec declares "+d.Code, "%s has not the shape that MANUAL(%s) declares", s.name, want.Name)
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
	doc              string
	pos              token.Pos
}

// own is the shape's name without its receiver.
func (s shape) own() string { return s.name[strings.LastIndex(s.name, ".")+1:] }

func (s shape) isExported() bool { return ast.IsExported(s.own()) }

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
		s := shape{name: decl.Name.Name, kind: kindFunction, doc: decl.Doc.Text(), pos: decl.Name.Pos(),
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
					doc: doc + spec.Doc.Text(), text: typeParams(spec.TypeParams) + underlying(spec.Type)})
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					shapes = append(shapes, shape{name: id.Name, kind: kindType, pos: id.Pos(), doc: doc + spec.Doc.Text(), text: "value"})
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

// Stub is the file of a section that is missing, with the place of its
// declaration.
type Stub struct {
	Data []byte
	Pos  diag.Pos
}

// notWritten is what the comments of a stub say, and stubPanic what its
// functions do. A section that keeps either is not done.
const notWritten = "is declared by the spec and not written yet."

func stubPanic(section string) string { return "MANUAL(" + section + ") is not written yet" }

// panics reports whether a function is one that a stub of the section has.
func panics(decl ast.Decl, section string) bool {
	f, ok := decl.(*ast.FuncDecl)
	if !ok || f.Body == nil || len(f.Body.List) != 1 {
		return false
	}
	statement, _ := f.Body.List[0].(*ast.ExprStmt)
	if statement == nil {
		return false
	}
	return types.ExprString(statement.X) == fmt.Sprintf("panic(%q)", stubPanic(section))
}

// stub makes the file of a section that is missing, unless what it is to
// declare is wrong, which read has said.
func (p *Package) stub(want *model.Manual, declarations []declaration, stubs map[string]Stub, list *diag.List) error {
	name := path.Join(p.dir, model.FileName(want.Name)+"_manual.go")
	if p.files[name] != nil {
		list.Hintf(codes.NoRoomForStub, want.Pos, fmt.Sprintf("write it into %s, or rename that file and run gen again for a stub", name),
			"MANUAL(%s) is missing, and %s exists", want.Name, name)
		return nil
	}
	if len(declarations) < len(want.Declares) {
		return nil
	}
	data, err := renderStub(path.Base(p.dir), want, declarations)
	stubs[name] = Stub{data, want.Pos}
	return err
}

func renderStub(pkg string, want *model.Manual, declarations []declaration) ([]byte, error) {
	t, err := templates.Parse(templates.Manual, template.FuncMap{
		"own":    func(d declaration) string { return d.own() },
		"isFunc": func(d declaration) bool { return d.kind != kindType },
	})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "stub", map[string]any{
		"Package": pkg, "Section": want, "Declarations": declarations, "NotWritten": notWritten, "Panic": stubPanic(want.Name),
	}); err != nil {
		return nil, err
	}
	// The shapes can name packages; the stub imports them.
	return imports.Process("", b.Bytes(), nil)
}
