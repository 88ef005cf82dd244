package golang

import (
	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// answerEnums writes the known values of the enums that answers hold. A client that reports drift takes
// the rest of what it compares answers with from the struct types.
func (e *emitter) answerEnums() {
	f := e.file("enums_gen.go")
	f.Comment("// enums are the known values of the enums in the answers of this package, for drift reports.")
	f.Var().Id("enums").Op("=").Qual(e.internal("grammar"), "Enums").ValuesFunc(func(g *jen.Group) {
		for _, t := range e.answerTypes() {
			if t.Role == model.RoleEnum {
				g.Line().Values(jen.Id("Type").Op(":").Lit(t.Package+"."+t.Name), jen.Id("Values").Op(":").Index().String().ValuesFunc(func(g *jen.Group) {
					for _, v := range t.Values {
						g.Line().Lit(v.Wire)
					}
					g.Line()
				}))
			}
		}
		g.Line()
	})
}

// answerTypes are the structs and enums that answers hold, responses first.
func (e *emitter) answerTypes() []*model.Type {
	var types []*model.Type
	seen := map[*model.Type]bool{}
	methods := e.pkg.Methods()
	for _, o := range e.pkg.Offers {
		for _, s := range o.All() {
			methods = append(methods, s.Methods...)
		}
	}
	for _, m := range methods {
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
