package golang

import (
	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// detach writes the method that makes a copied struct independent of its original: it replaces
// everything that both refer to with a copy.
func (e *emitter) detach(f *jen.File, t *model.Type) {
	v := receiverOf(t)
	e.introduce(f, t, "detach")
	f.Func().Params(jen.Id(v).Op("*").Id(t.Name)).Id("detach").Params().BlockFunc(func(g *jen.Group) {
		for _, field := range t.Fields {
			e.detachField(g, jen.Id(v).Dot(field.Name), field)
		}
	})
}

// detachField writes the statements that detach one value of a struct, a list or a map.
func (e *emitter) detachField(g *jen.Group, value *jen.Statement, f *model.Field) {
	switch {
	case f.Kind == model.Map && f.Elem == "":
		g.Add(value).Op("=").Qual(e.internal("wire"), "CopyMap").Call(value)
	case f.Kind == model.Map:
		g.Add(value).Op("=").Qual("maps", "Clone").Call(value)
		if refers(f.Item()) {
			g.For(jen.List(jen.Id("name"), jen.Id("value")).Op(":=").Range().Add(value)).BlockFunc(func(g *jen.Group) {
				e.detachField(g, jen.Id("value"), f.Item())
				g.Add(value).Index(jen.Id("name")).Op("=").Id("value")
			})
		}
	case f.Kind == model.List:
		g.Add(value).Op("=").Qual("slices", "Clone").Call(value)
		if refers(f.Item()) {
			g.For(jen.Id("i").Op(":=").Range().Add(value)).BlockFunc(func(g *jen.Group) {
				e.detachField(g, value.Clone().Index(jen.Id("i")), f.Item())
			})
		}
	case pointer(f):
		g.If(value.Clone().Op("!=").Nil()).BlockFunc(func(g *jen.Group) {
			g.Add(value).Op("=").New(jen.Op("*").Add(value))
			if f.Kind == model.Struct && refersAny(f.Type) {
				g.Add(e.callMethod(f, value.Clone(), "detach"))
			}
		})
	case f.Kind == model.Struct && refersAny(f.Type):
		g.Add(e.callMethod(f, value.Clone(), "detach"))
	}
}

// refers reports whether copies of a field's value refer to the same memory.
func refers(f *model.Field) bool {
	return f.Kind == model.Map || f.Kind == model.List || pointer(f) || f.Kind == model.Struct && refersAny(f.Type)
}

func refersAny(t *model.Type) bool {
	for _, f := range t.Fields {
		if refers(f) {
			return true
		}
	}
	return false
}
