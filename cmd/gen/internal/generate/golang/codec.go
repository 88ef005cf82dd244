package golang

import (
	"cmp"

	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// introduce puts an empty line before a method, and shares it where another package calls it.
func (e *emitter) introduce(f *jen.File, t *model.Type, name string) {
	if t.Exported {
		e.share(t, name)
	}
	f.Line()
}

// readJSON writes the method that fills a struct from JSON, one case a field.
func (e *emitter) readJSON(f *jen.File, t *model.Type) {
	v := receiverOf(t)
	e.introduce(f, t, "readJSON")
	f.Func().Params(jen.Id(v).Op("*").Id(t.Name)).Id("readJSON").Params(jen.Id("d").Op("*").Qual(e.internal("wire"), "Reader")).Block(
		jen.For(jen.Id("d").Dot("BeginObject").Call(), jen.Id("d").Dot("NextField").Call(), jen.Empty()).Block(
			jen.Switch(jen.Id("d").Dot("Name").Call()).BlockFunc(func(g *jen.Group) {
				for _, field := range t.Fields {
					if t.Role == model.RoleResponse && field.Essential {
						g.Case(jen.Lit(field.Wire)).Block(e.readEssential(v, field)...)
						continue
					}
					g.Case(jen.Lit(field.Wire)).Block(e.read(v, field))
				}
				g.Default().Block(jen.Id("d").Dot("Unknown").Call())
			}),
		),
		want(v, t),
	)
}

// readEssential is the statements that read the value of a field which an answer must have.
func (e *emitter) readEssential(v string, f *model.Field) []jen.Code {
	text := jen.Id("d").Dot("EssentialString").Call(jen.Lit(f.Limits.MinLength))
	switch f.Kind {
	case model.String:
		return []jen.Code{jen.Id(v).Dot(f.Name).Op("=").Add(text)}
	case model.Enum:
		return []jen.Code{jen.Id(v).Dot(f.Name).Op("=").Add(e.typeName(f.Type).Call(text))}
	case model.List:
		return []jen.Code{jen.Id("d").Dot("EssentialArray").Call(), e.read(v, f)}
	}
	return []jen.Code{jen.Id("d").Dot("EssentialObject").Call(), e.read(v, f)}
}

// want checks that an answer is one to the call: that it has the essential fields or, where none is, at
// least one of those that are always there.
func want(v string, t *model.Type) jen.Code {
	if t.Role != model.RoleResponse {
		return jen.Null()
	}
	var names, always []jen.Code
	var nested []jen.Code
	for _, f := range t.Fields {
		if f.Required {
			always = append(always, jen.Lit(f.Wire))
		}
		if f.Essential {
			names = append(names, jen.Lit(f.Wire))
		}
	}
	for _, path := range t.Essentials() {
		if len(path) > 1 {
			value := jen.Id(v).Dot(path[0].Name).Dot(path[1].Name)
			nested = append(nested, jen.Id("d").Dot("WantIn").Call(jen.Lit(wirePath(path)), value.Op("!=").Lit("")))
		}
	}
	switch {
	case len(names) > 0:
		return jen.Add(lines(append([]jen.Code{jen.Id("d").Dot("Want").Call(names...)}, nested...))...)
	case len(always) > 0:
		return jen.Id("d").Dot("WantAny").Call(always...)
	}
	return jen.Null()
}

// read is the statement that reads a field's value.
func (e *emitter) read(v string, f *model.Field) jen.Code {
	if f.Kind == model.Struct && f.Required {
		return e.callMethod(f, jen.Id(v).Dot(f.Name), "readJSON", jen.Id("d"))
	}
	return jen.Id(v).Dot(f.Name).Op("=").Add(e.readValue(f))
}

// readValue is the expression that reads a field's value.
func (e *emitter) readValue(f *model.Field) jen.Code {
	d := func(method string) *jen.Statement { return jen.Id("d").Dot(method).Call() }
	wire := func(function string) *jen.Statement { return jen.Qual(e.internal("wire"), function) }
	suffix := ""
	if pointer(f) {
		suffix = "Ptr"
	}
	switch f.Kind {
	case model.Integer:
		return d("Int" + suffix)
	case model.Number:
		return d("Float" + suffix)
	case model.Boolean:
		return d("Bool" + suffix)
	case model.Time:
		return d("Time" + suffix)
	case model.Map:
		if f.Elem != "" {
			return wire("ReadMap").Call(jen.Id("d"), e.reader(f.Item()))
		}
		return d("Map")
	case model.Enum:
		if pointer(f) {
			return wire("ReadStringPtr").Types(e.typeName(f.Type)).Call(jen.Id("d"))
		}
		return e.typeName(f.Type).Call(d("String"))
	case model.Struct:
		return wire("ReadPtr").Call(jen.Id("d"), e.methodOf(f.Type, "readJSON"))
	case model.List:
		switch f.Elem {
		case model.Struct:
			return wire("ReadSlice").Call(jen.Id("d"), e.methodOf(f.Type, "readJSON"))
		case model.Enum:
			return wire("ReadStrings").Types(e.typeName(f.Type)).Call(jen.Id("d"))
		case model.Map:
			return d("Maps")
		}
		return d("Strings")
	}
	return d("String" + suffix)
}

// reader is a function that reads a value of a typed map.
func (e *emitter) reader(value *model.Field) jen.Code {
	takes := jen.Id("d").Op("*").Qual(e.internal("wire"), "Reader")
	if value.Kind == model.Struct {
		return jen.Func().Params(takes).Params(jen.Id("v").Add(e.goType(value))).Block(
			e.callMethod(&model.Field{Type: value.Type, Required: true}, jen.Id("v"), "readJSON", jen.Id("d")), jen.Return(jen.Id("v")))
	}
	return jen.Func().Params(takes).Add(e.goType(value)).Block(jen.Return(e.readValue(value)))
}

// writeJSON writes the method that appends a struct's JSON.
func (e *emitter) writeJSON(f *jen.File, t *model.Type) {
	v := receiverOf(t)
	e.introduce(f, t, "writeJSON")
	f.Func().Params(receiver(t)).Id("writeJSON").Params(jen.Id("w").Op("*").Qual(e.internal("wire"), "Writer")).BlockFunc(func(g *jen.Group) {
		if t.Recursive {
			g.Comment("A cyclic value ends here: the Writer fails once it is nested too deeply.")
			g.If(jen.Id("w").Dot("Err").Call().Op("!=").Nil()).Block(jen.Return())
		}
		g.Id("w").Dot("BeginObject").Call()
		for _, c := range t.Constants {
			g.Id("w").Dot("Field").Call(jen.Lit(c.Wire)).Dot("String").Call(jen.Lit(c.Value))
		}
		for _, field := range bodyFields(t) {
			if field.Required {
				g.Add(e.write(v, field))
			} else {
				g.If(jen.Id(v).Dot(field.Name).Op("!=").Nil()).Block(e.write(v, field))
			}
		}
		g.Id("w").Dot("EndObject").Call()
	})
}

// write is the statement that writes a field's name and value.
func (e *emitter) write(v string, f *model.Field) jen.Code {
	value := jen.Id(v).Dot(f.Name)
	if pointer(f) && f.Kind != model.Struct {
		value = jen.Op("*").Add(value)
	}
	return e.writeValue(jen.Id("w").Dot("Field").Call(jen.Lit(f.Wire)), value, f)
}

// writeValue is the statement that writes a value to w, which may be an expression.
func (e *emitter) writeValue(name, value *jen.Statement, f *model.Field) jen.Code {
	switch f.Kind {
	case model.Integer:
		return name.Dot("Int").Call(value)
	case model.Number:
		return name.Dot("Float").Call(value)
	case model.Boolean:
		return name.Dot("Bool").Call(value)
	case model.Time:
		return name.Dot("Time").Call(value)
	case model.Map:
		if f.Elem != "" {
			return jen.Qual(e.internal("wire"), "WriteMap").Call(name, value, e.valueWriter(f.Item()))
		}
		return name.Dot("Map").Call(value)
	case model.Enum:
		return name.Dot("String").Call(jen.String().Call(value))
	case model.Union:
		return jen.Id("write"+f.Type.Name).Call(jen.Op("&").Add(value), name)
	case model.Any:
		return name.Dot("Any").Call(value)
	case model.Struct:
		return e.callMethod(f, value, "writeJSON", name)
	case model.List:
		switch f.Elem {
		case model.Struct:
			return jen.Qual(e.internal("wire"), "WriteSlice").Call(name, value, e.methodOf(f.Type, "writeJSON"))
		case model.Enum:
			return jen.Qual(e.internal("wire"), "WriteStrings").Call(name, value)
		case model.Map:
			return name.Dot("Maps").Call(value)
		case model.Union:
			return jen.Qual(e.internal("wire"), "WriteSlice").Call(name, value, jen.Id("write"+f.Type.Name))
		}
		return name.Dot("Strings").Call(value)
	}
	return name.Dot("String").Call(value)
}

// valueWriter is a function that writes a value of a typed map.
func (e *emitter) valueWriter(value *model.Field) jen.Code {
	return jen.Func().Params(jen.Id("w").Op("*").Qual(e.internal("wire"), "Writer"), jen.Id("v").Add(e.goType(value))).Block(
		e.writeValue(jen.Id("w"), jen.Id("v"), value))
}

// params writes the method that puts a request's parameters into the URL and
// the headers.
func (e *emitter) params(f *jen.File, t *model.Type, form bool) {
	places := map[model.In]string{model.InPath: "Path", model.InQuery: "Query", model.InHeader: "Header", model.InForm: "Form"}
	v := receiverOf(t)
	e.introduce(f, t, "params")
	f.Func().Params(jen.Id(v).Op("*").Id(t.Name)).Id("params").Params(jen.Id("p").Op("*").Qual(e.internal("transport"), "Params")).BlockFunc(func(g *jen.Group) {
		if form {
			for _, c := range t.Constants {
				g.Id("p").Dot("Form").Call(jen.Lit(c.Wire), jen.Lit(c.Value))
			}
		}
		for _, field := range parameters(t) {
			if field.Kind == model.Struct {
				g.If(jen.Id(v).Dot(field.Name).Op("!=").Nil()).Block(e.callMethod(field, jen.Id(v).Dot(field.Name), "params", jen.Id("p")))
				continue
			}
			value := jen.Id(v).Dot(field.Name)
			if pointer(field) {
				value = jen.Op("*").Add(value)
			}
			switch field.Kind {
			case model.Integer:
				value = jen.Qual("strconv", "Itoa").Call(value)
			case model.Boolean:
				value = jen.Qual("strconv", "FormatBool").Call(value)
			case model.Enum:
				value = jen.String().Call(value)
			}
			set := jen.Id("p").Dot(places[field.In]).Call(jen.Lit(cmp.Or(field.Header, field.Wire)), value)
			if pointer(field) {
				set = jen.If(jen.Id(v).Dot(field.Name).Op("!=").Nil()).Block(set)
			}
			g.Add(set)
		}
	})
}
