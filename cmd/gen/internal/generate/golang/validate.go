package golang

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// checked reports whether anything about a struct, or about one that it leads
// to, can be checked.
func checked(t *model.Type) bool {
	return model.Reaches(t, func(t *model.Type) bool {
		return t.Role == model.RoleUnion || len(t.Rules) > 0 || slices.ContainsFunc(t.Fields, func(f *model.Field) bool {
			return f.Limits.Limited() || f.ItemLimits.Limited() || f.Innermost().Kind == model.Enum
		})
	})
}

// validate writes the method that validates a request against the spec.
func (e *emitter) validate(f *jen.File, t *model.Type) {
	v := receiverOf(t)
	e.introduce(f, t, "validate")
	f.Func().Params(receiver(t)).Id("validate").Params(jen.Id("c").Op("*").Qual(e.internal("validate"), "Validator")).BlockFunc(func(g *jen.Group) {
		for _, field := range t.Fields {
			checks := e.checks(v, field)
			if len(checks) > 0 && field.Invalid != "" {
				checks = append(checks, checkCall("ErrorType", field.Wire, jen.Lit(field.Invalid)))
			}
			if !field.Required && len(checks) > 0 {
				g.If(jen.Id(v).Dot(field.Name).Op("!=").Nil()).Block(checks...)
			} else {
				g.Add(lines(checks)...)
			}
		}
		for _, rule := range t.Rules {
			method := map[model.RuleKind]string{
				model.ExactlyOne: "ExactlyOne", model.AtMostOne: "AtMostOne", model.AtLeastOne: "AtLeastOne"}[rule.Kind]
			g.Id("c").Dot(method).CallFunc(func(g *jen.Group) {
				for _, field := range rule.Fields {
					g.Line().Qual(e.internal("validate"), "Field").Call(jen.Lit(field.Wire), jen.Id(v).Dot(field.Name).Op("!=").Nil())
				}
				g.Line()
			})
			if rule.None != "" || rule.Several != "" {
				g.Id("c").Dot("ChoiceErrorType").Call(jen.Lit(rule.None), jen.Lit(rule.Several))
			}
		}
	})
}

func lines(code []jen.Code) []jen.Code {
	var all []jen.Code
	for i, c := range code {
		if i > 0 {
			all = append(all, jen.Line())
		}
		all = append(all, c)
	}
	return all
}

func (e *emitter) checks(v string, f *model.Field) []jen.Code {
	value := jen.Id(v).Dot(f.Name)
	if f.Kind == model.Struct {
		if !checked(f.Type) {
			return nil
		}
		return []jen.Code{checkCall("In", f.Wire, e.methodValue(f, value, "validate"))}
	}
	if f.Kind == model.Union {
		return []jen.Code{checkCall("In", f.Wire, jen.Func().Params(jen.Id("c").Op("*").Qual(e.internal("validate"), "Validator")).Block(
			jen.Id("validate"+f.Type.Name).Call(jen.Op("&").Add(value), jen.Id("c"))))}
	}
	if pointer(f) {
		value = jen.Op("*").Add(value)
	}
	return e.checksOf(f.Wire, value, f)
}

// checksOf are the checks of a value that is no struct.
func (e *emitter) checksOf(wire string, value jen.Code, f *model.Field) []jen.Code {
	checks := e.limits(wire, value, f.Limits)
	if f.Limits.MinItems > 0 {
		checks = append(checks, checkCall("MinItems", wire, jen.Len(value), jen.Lit(f.Limits.MinItems)))
	}
	if f.Limits.MaxItems != nil {
		checks = append(checks, checkCall("MaxItems", wire, jen.Len(value), jen.Lit(*f.Limits.MaxItems)))
	}
	function := func(name string, args ...jen.Code) {
		checks = append(checks, jen.Qual(e.internal("validate"), name).Call(append([]jen.Code{jen.Id("c"), jen.Lit(wire), value}, args...)...))
	}
	each := "Each"
	if f.Kind == model.Map {
		each = "Values"
	}
	switch {
	case f.Kind == model.Enum:
		function("Enum", jen.Id(e.enumValues(f.Type)))
	case f.Elem == "":
	case f.Kind == model.List && f.Elem == model.Enum:
		function("Enums", jen.Id(e.enumValues(f.Type)))
	case f.Elem == model.Union:
		function(each, jen.Id("validate"+f.Type.Name))
	case f.Elem == model.Struct:
		if checked(f.Type) {
			function(each, e.methodOf(f.Type, "validate"))
		}
	default:
		if below := e.checksOf("", jen.Op("*").Id("item"), f.Item()); len(below) > 0 {
			function(each, jen.Func().Params(jen.Id("item").Op("*").Add(e.goType(f.Item())), jen.Id("c").Op("*").Qual(e.internal("validate"), "Validator")).
				Block(below...))
		}
	}
	return checks
}

func checkCall(name, wire string, args ...jen.Code) jen.Code {
	return jen.Id("c").Dot(name).Call(append([]jen.Code{jen.Lit(wire)}, args...)...)
}

// limits are the checks of one number or text.
func (e *emitter) limits(wire string, value jen.Code, l model.Limits) []jen.Code {
	var checks []jen.Code
	add := func(name string, args ...jen.Code) {
		checks = append(checks, checkCall(name, wire, append([]jen.Code{value}, args...)...))
	}
	switch {
	case l.Minimum != nil && l.Maximum != nil:
		add("Range", jen.Lit(*l.Minimum), jen.Lit(*l.Maximum))
	case l.Minimum != nil:
		add("Min", jen.Lit(*l.Minimum))
	case l.Maximum != nil:
		add("Max", jen.Lit(*l.Maximum))
	}
	if l.Pattern != nil {
		add("Pattern", jen.Id(e.patternName(l)))
	}
	if l.MinLength > 0 {
		add("MinLength", jen.Lit(l.MinLength))
	}
	if l.MaxLength != nil {
		add("MaxLength", jen.Lit(*l.MaxLength))
	}
	return checks
}

// enumValues is the variable that holds an enum's known values. Each package
// that checks an enum has its own.
func (e *emitter) enumValues(t *model.Type) string {
	name := e.variable(model.Unexported(t.Name)+"Values", t)
	e.enums[name] = t
	return name
}
