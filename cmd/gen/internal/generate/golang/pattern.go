package golang

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
	"github.com/stytchgen/sdk/internal/validate"
)

// patternName is the variable of a compiled pattern, named after the component
// that it belongs to. Two patterns never share a name, nor one pattern two.
func (e *emitter) patternName(l model.Limits) string {
	same := func(p *validate.Pattern) bool { return p.Source == l.Pattern.Source && p.Want == l.Pattern.Want }
	for name, p := range e.patterns {
		if same(p) {
			return name
		}
	}
	base := "pattern" + model.GoName(l.PatternOf)
	if l.PatternOf == "" {
		base = "patternOf"
	}
	name := e.variable(base, nil)
	e.patterns[name] = l.Pattern
	return name
}

// variable is a name for a variable that no other one has, except for the
// values of enum t.
func (e *emitter) variable(base string, t *model.Type) string {
	name := base
	for n := 2; e.calls[name] || e.patterns[name] != nil || e.enums[name] != nil && e.enums[name] != t; n++ {
		name = base + strconv.Itoa(n)
	}
	return name
}

// checks writes what the validation of requests needs: compiled patterns and
// the known values of enums.
func (e *emitter) checkVariables() {
	for _, name := range slices.Sorted(maps.Keys(e.patterns)) {
		f := e.file("checks_gen.go")
		f.Comment(fmt.Sprintf("// %s matches %s.", name, e.patterns[name].Want))
		f.Var().Id(name).Op("=").Add(e.pattern(e.patterns[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(e.enums)) {
		t := e.enums[name]
		f := e.file("checks_gen.go")
		f.Comment(fmt.Sprintf("// %s are the values that a request accepts.", name))
		f.Var().Id(name).Op("=").Index().Add(e.typeName(t)).ValuesFunc(func(g *jen.Group) {
			for _, v := range t.Values {
				g.Line().Qual(e.sdk.Module+"/"+t.Package, v.Name)
			}
			g.Line()
		})
	}
}

// pattern is the literal of a compiled pattern.
func (e *emitter) pattern(p *validate.Pattern) jen.Code {
	return jen.Qual(e.internal("validate"), "Pattern").ValuesFunc(func(g *jen.Group) {
		g.Line().Id("Source").Op(":").Add(raw(p.Source))
		g.Line().Id("Want").Op(":").Lit(p.Want)
		g.Line().Id("Steps").Op(":").Index().Qual(e.internal("validate"), "Step").ValuesFunc(func(g *jen.Group) {
			for _, s := range p.Steps {
				g.Line().ValuesFunc(func(g *jen.Group) {
					if len(s.Ranges) > 0 {
						g.Id("Ranges").Op(":").Index().Index(jen.Lit(2)).Rune().ValuesFunc(func(g *jen.Group) {
							for _, r := range s.Ranges {
								g.Values(char(r[0]), char(r[1]))
							}
						})
					}
					if s.Negate {
						g.Id("Negate").Op(":").True()
					}
					g.Id("Min").Op(":").Lit(s.Min)
					g.Id("Max").Op(":").Lit(s.Max)
				})
			}
			g.Line()
		})
		g.Line()
	})
}

// char is the literal of a character, in ASCII.
func char(r rune) jen.Code { return jen.Op(strconv.QuoteRuneToASCII(r)) }
