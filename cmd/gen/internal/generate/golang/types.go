package golang

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// componentType writes a struct or enum that is not a call's own.
func (e *emitter) componentType(t *model.Type) {
	f := e.file(t.File + "_gen.go")
	if t.Role == model.RoleEnum {
		e.enum(f, t)
		return
	}
	if t.Role == model.RoleUnion {
		e.union(f, t)
		return
	}
	e.structType(f, t, nil, nil)
	for _, union := range t.VariantOf {
		f.Line()
		f.Func().Params(jen.Id(t.Name)).Id(model.Unexported(union.Name)).Params().Block()
	}
}

// union writes the interface of a union, with what writes and checks a value that may be nil.
func (e *emitter) union(f *jen.File, t *model.Type) {
	writer, checker := jen.Op("*").Qual(e.internal("wire"), "Writer"), jen.Op("*").Qual(e.internal("validate"), "Validator")
	f.Add(e.doc("union", 0, map[string]any{"Type": t}))
	f.Type().Id(t.Name).Interface(
		jen.Id(model.Unexported(t.Name)).Params(),
		jen.Id("writeJSON").Params(writer),
		jen.Id("validate").Params(checker),
	)
	isNil := jen.Qual(e.internal("wire"), "IsNil").Call(jen.Op("*").Id("v"))
	f.Line()
	f.Func().Id("write"+t.Name).Params(jen.Id("v").Op("*").Id(t.Name), jen.Id("w").Add(writer)).Block(
		jen.If(isNil).Block(jen.Id("w").Dot("Null").Call(), jen.Return()),
		jen.Parens(jen.Op("*").Id("v")).Dot("writeJSON").Call(jen.Id("w")))
	f.Line()
	f.Func().Id("validate"+t.Name).Params(jen.Id("v").Op("*").Id(t.Name), jen.Id("c").Add(checker)).Block(
		jen.If(isNil).Block(jen.Id("c").Dot("Nil").Call(jen.Lit("")), jen.Return()),
		jen.Parens(jen.Op("*").Id("v")).Dot("validate").Call(jen.Id("c")))
}

// receiver is the receiver of a type's own methods: a pointer, but for the variants of a union, whose values
// are in an interface.
func receiver(t *model.Type) *jen.Statement {
	if len(t.VariantOf) > 0 {
		return jen.Id(receiverOf(t)).Id(t.Name)
	}
	return jen.Id(receiverOf(t)).Op("*").Id(t.Name)
}

func (e *emitter) enum(f *jen.File, t *model.Type) {
	f.Add(e.doc("type", 0, map[string]any{"Type": t}))
	f.Type().Id(t.Name).String()
	f.Add(e.doc("values", 0, map[string]any{"Type": t}))
	f.Const().DefsFunc(func(g *jen.Group) {
		for _, v := range t.Values {
			g.Id(v.Name).Id(t.Name).Op("=").Lit(v.Wire)
		}
	})
}

// structType writes a struct with what reads, writes, checks and prints it.
// m is the call of a request or response, and s the service of that.
func (e *emitter) structType(f *jen.File, t *model.Type, s *model.Service, m *model.Method) {
	args := map[string]any{"Type": t}
	if m != nil {
		args["Method"], args["NoAnswer"] = s.Name+"."+m.Name, m.NoAnswer
	}
	e.within(t.Fields, func() {
		template := map[model.Role]string{
			model.RoleRequest: "request", model.RoleResponse: "response", model.RoleObject: "type"}[t.Role]
		f.Add(e.doc(template, 0, args))
		f.Type().Id(t.Name).StructFunc(func(g *jen.Group) {
			if t.Role == model.RoleResponse {
				g.Qual(e.first(), "Response")
				g.Line()
			}
			for i, field := range t.Fields {
				if i > 0 {
					g.Line()
				}
				g.Add(e.doc("field", 1, map[string]any{"Field": field, "Limits": Limits(field), "Free": field.FreeForm() && t.InResponse}))
				g.Id(field.Name).Add(e.goType(field)).Tag(tags(t, field))
			}
		})
	})
	if t.InRequest && (checked(t) || len(t.VariantOf) > 0) {
		e.validate(f, t)
	}
	form := m != nil && t == m.Request && m.Body == model.FormBody
	if len(parameters(t)) > 0 || form {
		e.params(f, t, form)
	}
	if t.InRequest && (m == nil && len(parameters(t)) == 0 || m != nil && m.Body == model.JSONBody) {
		e.writeJSON(f, t)
	}
	if t.InResponse && (m == nil || !m.NoAnswer) {
		e.readJSON(f, t)
	}
	if t.Copied && refersAny(t) {
		e.detach(f, t)
	}
	if t.Sensitive || t.Role != model.RoleObject {
		e.printing(f, t)
	}
}

func tags(t *model.Type, f *model.Field) map[string]string {
	json := f.Wire
	if !f.Required && (t.Role == model.RoleRequest || !f.Nullable) {
		json += ",omitzero"
	}
	tags := map[string]string{"json": json}
	var words []string
	if f.Sensitive {
		words = append(words, "sensitive")
	}
	if f.Public {
		words = append(words, "public")
	}
	// Without this tag a list or map would look required to drift reports.
	if t.InResponse && f.Nullable && !f.Required && !pointer(f) {
		words = append(words, "nullable")
	}
	if len(words) > 0 {
		tags["stytch"] = strings.Join(words, ",")
	}
	return tags
}

// printing writes the methods that keep secrets out of what is printed.
func (e *emitter) printing(f *jen.File, t *model.Type) {
	receiver := jen.Id(receiverOf(t)).Id(t.Name)
	f.Comment("// Format prints the value without its secrets.")
	f.Func().Params(receiver.Clone()).Id("Format").Params(jen.Id("f").Qual("fmt", "State"), jen.Id("verb").Rune()).Block(
		jen.Qual(e.internal("redact"), "Format").Call(jen.Id("f"), jen.Id("verb"), jen.Id(receiverOf(t))))
	f.Comment("// LogValue returns the value for a log, without its secrets.")
	f.Func().Params(receiver.Clone()).Id("LogValue").Params().Qual("log/slog", "Value").Block(
		jen.Return(jen.Qual(e.internal("redact"), "LogValue").Call(jen.Id(receiverOf(t)))))
}

// receiverOf is the same short name for every method of a type.
func receiverOf(t *model.Type) string {
	if t.Role == model.RoleRequest || t.Role == model.RoleResponse {
		return "r"
	}
	return "v"
}
