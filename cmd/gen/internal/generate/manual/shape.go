package manual

import (
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
)

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
	// typ and init are the expressions of a value's type and of the value.
	typ, init string
}

// own is the shape's name without its receiver.
func (s shape) own() string { return s.name[strings.LastIndex(s.name, ".")+1:] }

// isExported reports whether the documentation shows the declaration: it does not show the methods of an
// unexported type.
func (s shape) isExported() bool {
	receiver, _, isMethod := strings.Cut(s.name, ".")
	return ast.IsExported(s.own()) && (!isMethod || ast.IsExported(receiver))
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
	switch {
	case len(shapes) > 1:
		return shape{}, errors.New("it declares several names, and each is an item of its own")
	case len(shapes) == 0:
		return shape{}, errors.New("it is no function, type, variable or constant")
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
				text := typeParams(spec.TypeParams) + underlying(spec.Type)
				if spec.Assign.IsValid() {
					text = typeParams(spec.TypeParams) + "= " + types.ExprString(spec.Type)
				}
				shapes = append(shapes, shape{name: spec.Name.Name, kind: kindType, pos: spec.Name.Pos(), doc: doc + spec.Doc.Text(), text: text})
			case *ast.ValueSpec:
				for i, id := range spec.Names {
					s := shape{name: id.Name, kind: kindType, pos: id.Pos(), doc: doc + spec.Doc.Text(), text: decl.Tok.String()}
					if spec.Type != nil {
						s.typ = types.ExprString(spec.Type)
					}
					if i < len(spec.Values) {
						var b strings.Builder
						_ = format.Node(&b, token.NewFileSet(), spec.Values[i]) // with the bodies of functions, unlike ExprString
						s.init = b.String()
					}
					shapes = append(shapes, s)
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
