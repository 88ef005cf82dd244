package golang

import (
	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// shapeKinds are the constants of what a field of an answer holds.
var shapeKinds = map[model.Kind]string{
	model.String: "String", model.Integer: "Integer", model.Number: "Number", model.Boolean: "Boolean",
	model.Time: "Time", model.Map: "Map", model.Struct: "Struct", model.Enum: "Enum",
}

// answers writes what the answers look like, as data: a client that reports
// drift holds them against it. Nothing else uses it.
func (e *emitter) answers() {
	f := e.file("answers_gen.go")
	f.Comment("// answers are the types that the answers of this package are made of, for WithDriftReport.")
	f.Var().Id("answers").Op("=").Qual(e.internal("shape"), "Types").ValuesFunc(func(g *jen.Group) {
		for _, t := range e.answerTypes() {
			g.Line().ValuesFunc(func(g *jen.Group) { e.answerType(g, t) })
		}
		g.Line()
	})
}

// answerTypes are the structs and enums that answers hold, responses first.
func (e *emitter) answerTypes() []*model.Type {
	var types []*model.Type
	seen := map[*model.Type]bool{}
	for _, m := range e.pkg.Methods() {
		if m.NoAnswer {
			continue
		}
		types, seen[m.Response] = append(types, m.Response), true
	}
	for i := 0; i < len(types); i++ { // the list grows on the way
		for _, f := range types[i].Fields {
			if f.Type != nil && !seen[f.Type] {
				types, seen[f.Type] = append(types, f.Type), true
			}
		}
	}
	return types
}

// shapeName names a type in the table: those of another package with it.
func (e *emitter) shapeName(t *model.Type) string {
	if t.Package != e.pkg.Name {
		return t.Package + "." + t.Name
	}
	return t.Name
}

func (e *emitter) answerType(g *jen.Group, t *model.Type) {
	g.Id("Name").Op(":").Lit(e.shapeName(t))
	if t.Role == model.RoleEnum {
		g.Id("Values").Op(":").Index().String().ValuesFunc(func(g *jen.Group) {
			for _, v := range t.Values {
				g.Line().Lit(v.Wire)
			}
			g.Line()
		})
		return
	}
	g.Id("Fields").Op(":").Index().Qual(e.internal("shape"), "Field").ValuesFunc(func(g *jen.Group) {
		for _, field := range t.Fields {
			g.Line().ValuesFunc(func(g *jen.Group) { e.answerField(g, field) })
		}
		g.Line()
	})
}

func (e *emitter) answerField(g *jen.Group, f *model.Field) {
	g.Id("Name").Op(":").Lit(f.Wire)
	g.Id("Kind").Op(":").Qual(e.internal("shape"), shapeKinds[f.Innermost().Kind])
	if f.Type != nil {
		g.Id("Type").Op(":").Lit(e.shapeName(f.Type))
	}
	if f.Kind == model.Map && f.Elem != "" {
		g.Id("Map").Op(":").True()
	}
	if f.Kind == model.List || f.Elem == model.List {
		g.Id("List").Op(":").True()
	}
	if f.Required {
		g.Id("Required").Op(":").True()
	}
}
