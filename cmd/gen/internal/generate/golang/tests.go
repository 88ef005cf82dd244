package golang

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// tests writes, for each call, what it exchanges with the service, a test of
// that, and an Example. They are in the external test package, so that they
// read like an application.
func (e *emitter) tests() {
	var exchanges []jen.Code
	for _, s := range e.pkg.Services {
		if len(s.Methods) == 0 {
			continue
		}
		f := e.testFile(strings.ReplaceAll(s.Tag, ".", "_"))
		for _, m := range s.Methods {
			e.exchange(f, s, m)
			e.wireTest(f, s, m)
			e.example(f, s, m)
			exchanges = append(exchanges, jen.Line().Op("&").Id(exchangeName(m)))
		}
	}
	f := e.testFile("client")
	f.Comment("// exchanges holds what every call exchanges with the service.")
	f.Var().Id("exchanges").Op("=").Index().Op("*").Qual(e.internal("wiretest"), "Exchange").Values(append(exchanges, jen.Line())...)
	e.typeTable(f)
	e.patternTable(f)
}

// typeTable writes the structs of the package, and where their fields are sent.
func (e *emitter) typeTable(f *jen.File) {
	f.Comment("// types holds every struct of the package that is sent or read.")
	f.Var().Id("types").Op("=").Index().Qual(e.internal("wiretest"), "Type").ValuesFunc(func(g *jen.Group) {
		for _, t := range e.pkg.AllTypes() {
			if t.Role == model.RoleEnum || t.Role == model.RoleUnion {
				continue
			}
			constants, places := jen.Dict{}, jen.Dict{}
			for _, c := range t.Constants {
				constants[jen.Lit(c.Wire)] = jen.Lit(c.Value)
			}
			for _, field := range parameters(t) {
				places[jen.Lit(field.Wire)] = jen.Lit(placeOf(field))
			}
			g.Line().ValuesFunc(func(g *jen.Group) {
				g.Id("Zero").Op(":").Add(e.typeName(t)).Values()
				if len(constants) > 0 {
					g.Id("Constants").Op(":").Map(jen.String()).String().Values(constants)
				}
				if len(places) > 0 {
					g.Id("Places").Op(":").Map(jen.String()).String().Values(places)
				}
			})
		}
		g.Line()
	})
}

// placeOf says where a parameter is sent.
func placeOf(f *model.Field) string {
	place := string(f.In)
	if name := f.HeaderName(); name != "" {
		place += " " + name
	}
	if f.AlsoInBody {
		place += ", body"
	}
	return place
}

// patternTable writes the patterns of texts in requests, by how violations describe them.
func (e *emitter) patternTable(f *jen.File) {
	f.Comment("// patterns holds the pattern of every text that a request is checked for.")
	sources := map[string]string{}
	for _, p := range e.patterns {
		sources[p.Want] = p.Source
	}
	patterns := jen.Dict{}
	for want, source := range sources {
		patterns[jen.Lit(want)] = raw(source)
	}
	f.Var().Id("patterns").Op("=").Map(jen.String()).String().Values(patterns)
}

func (e *emitter) testFile(name string) *jen.File {
	name += "_gen_test.go"
	if e.files[name] == nil { // a service can be called like the client's own file
		e.files[name] = e.newFile(e.sdk.Module+"/"+e.pkg.Name+"_test", e.pkg.Name+"_test")
	}
	return e.files[name]
}

func exchangeName(m *model.Method) string { return "exchange" + base(m) }

// example writes the Example function of a call.
func (e *emitter) example(f *jen.File, s *model.Service, m *model.Method) {
	printed := printedOf(m)
	f.Line()
	f.Func().Id("Example"+s.Name+"_"+m.Name).Params().Block(
		jen.Id("ctx").Op(":=").Qual("context", "Background").Call(),
		jen.List(jen.Id("resp"), jen.Err()).Op(":=").Add(e.call(s, m)),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Qual("log", "Fatal").Call(jen.Err())),
		jen.Qual("fmt", "Println").Call(printed.expression),
		jen.Comment("// Output: "+printed.output),
	)
}

// call is the Go expression of a call with its example.
func (e *emitter) call(s *model.Service, m *model.Method) *jen.Statement {
	return jen.Id("client").Dot(ClientPath(s.Tag)).Dot(m.Name).Call(jen.Id("ctx"), e.structLiteral(m.Request, m.RequestExample))
}

// printedValue is what an example prints, and how.
type printedValue struct {
	expression jen.Code
	output     string
}

// printedOf picks what an example prints: a text of the response that is its
// own and no secret, best one that another call takes; else how long a list
// is; else the status. A text that is not one plain line could end the comment
// that it is in.
func printedOf(m *model.Method) printedValue {
	var best *model.Field
	for _, f := range m.Response.Fields {
		v := m.ResponseExample.Get(f.Wire)
		if f.Kind != model.String || !f.Required || f.Sensitive || f.Wire == "request_id" || v == nil || !plainLine(v.Text) {
			continue
		}
		if best == nil || strings.Contains(f.Docs.Text, "to pass to `") {
			best = f
		}
	}
	if best != nil {
		return printedValue{jen.Id("resp").Dot(best.Name), m.ResponseExample.Get(best.Wire).Text}
	}
	for _, f := range m.Response.Fields {
		if v := m.ResponseExample.Get(f.Wire); f.Kind == model.List && v != nil {
			return printedValue{jen.Len(jen.Id("resp").Dot(f.Name)), strconv.Itoa(len(v.Items))}
		}
	}
	for _, f := range m.Response.Fields {
		if v := m.ResponseExample.Get(f.Wire); f.Wire == "status_code" && f.Kind == model.Integer && f.Required && v != nil {
			return printedValue{jen.Id("resp").Dot(f.Name), v.JSON()}
		}
	}
	return printedValue{jen.Id("resp").Dot("HTTPStatus").Call(), "200"}
}

// plainLine reports whether a comment can hold a text as it is.
func plainLine(text string) bool {
	return text != "" && text == strings.TrimSpace(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// exchange writes what a call's example sends and what the service answers.
func (e *emitter) exchange(f *jen.File, s *model.Service, m *model.Method) {
	f.Var().Id(exchangeName(m)).Op("=").Qual(e.internal("wiretest"), "Exchange").ValuesFunc(func(g *jen.Group) {
		field := func(name string, value jen.Code) { g.Line().Id(name).Op(":").Add(value) }
		field("Call", jen.Lit(s.Name+"."+m.Name))
		field("Method", httpMethod(m))
		field("URI", jen.Lit(requestURI(m)))
		if headers := headersOf(m); len(headers) > 0 {
			field("Header", jen.Map(jen.String()).String().Values(headers...))
		}
		if m.Anonymous {
			field("Anonymous", jen.True())
		}
		switch m.Body {
		case model.JSONBody:
			field("RequestBody", raw(bodyOf(m).JSON()))
		case model.FormBody:
			field("Form", jen.True())
			field("RequestBody", raw(formOf(m)))
		}
		if !m.NoAnswer {
			field("ResponseBody", raw(m.ResponseExample.JSON()))
		}
		if paths := m.Response.Essentials(); len(paths) > 0 {
			field("Essential", jen.Index().String().ValuesFunc(func(g *jen.Group) {
				for _, path := range paths {
					g.Lit(wirePath(path))
				}
			}))
		}
		g.Line()
	})
}

// wireTest writes the test of a call: what is sent, byte for byte, and what is
// read, field by field.
func (e *emitter) wireTest(f *jen.File, s *model.Service, m *model.Method) {
	f.Line()
	f.Func().Id("Test"+s.Name+"_"+m.Name).Params(jen.Id("t").Op("*").Qual("testing", "T")).Block(
		jen.Id("ctx").Op(":=").Id("t").Dot("Context").Call(),
		jen.Id("client").Op(":=").Id("wireClient").Call(jen.Id("t"), jen.Op("&").Id(exchangeName(m))),
		jen.List(jen.Id("resp"), jen.Err()).Op(":=").Add(e.call(s, m)),
		jen.Id(exchangeName(m)).Dot("Check").Call(jen.Id("t"), jen.Id("resp"), jen.Err()),
	)
}

// wirePath is the path of a field in JSON: session.user_id.
func wirePath(path []*model.Field) string {
	var names []string
	for _, f := range path {
		names = append(names, f.Wire)
	}
	return strings.Join(names, ".")
}

// raw is a string literal in backquotes where that can be.
func raw(s string) jen.Code {
	if strings.ContainsFunc(s, func(r rune) bool { return r == '`' || !unicode.IsPrint(r) }) {
		return jen.Lit(s)
	}
	return jen.Op("`" + s + "`")
}

// bodyOf is the JSON body of a call's example in the order of the struct,
// which is the order on the wire.
func bodyOf(m *model.Method) *model.Value {
	return inOrder(m.Request, m.RequestExample, true)
}

func inOrder(t *model.Type, v *model.Value, body bool) *model.Value {
	ordered := &model.Value{Kind: model.Struct}
	for _, c := range t.Constants {
		ordered.Members = append(ordered.Members, model.Member{Name: c.Wire, Value: &model.Value{Kind: model.String, Text: c.Value}})
	}
	for _, f := range t.Fields {
		member := v.Get(f.Wire)
		if member == nil || member.Kind == "" || body && !f.SentInBody() {
			continue
		}
		ordered.Members = append(ordered.Members, model.Member{Name: f.Wire, Value: asWritten(f, member)})
	}
	return ordered
}

// asWritten is a value of an example as the SDK writes it.
func asWritten(f *model.Field, v *model.Value) *model.Value {
	switch {
	case f.Kind == model.Struct:
		return inOrder(f.Type, v, false)
	case f.Kind == model.Union:
		return inOrder(f.Type.Variant(v), v, false)
	case f.Kind == model.Any:
		return v.Sorted()
	case f.Kind == model.Map && f.Elem == "":
		return v.Sorted()
	case f.Kind == model.Map:
		values := &model.Value{Kind: model.Struct}
		for _, m := range v.Sorted().Members {
			values.Members = append(values.Members, model.Member{Name: m.Name, Value: asWritten(f.Item(), v.Get(m.Name))})
		}
		return values
	case f.Kind == model.List:
		items := &model.Value{Kind: model.List}
		for _, item := range v.Items {
			items.Items = append(items.Items, asWritten(f.Item(), item))
		}
		return items
	case f.Kind == model.Time:
		return &model.Value{Kind: model.String, Text: parseTime(v.Text).Format(time.RFC3339Nano)}
	case f.Kind == model.Number:
		return v.AsFloat()
	}
	return v
}

// requestURI is a call's path and query with the example's values.
func requestURI(m *model.Method) string {
	uri := m.Path
	query := url.Values{}
	for _, f := range m.Request.Fields {
		v := m.RequestExample.Get(f.Wire)
		switch {
		case v == nil:
		case f.In == model.InPath:
			uri = strings.ReplaceAll(uri, "{"+f.Wire+"}", url.PathEscape(v.Text))
		case f.In == model.InQuery:
			query.Set(f.Wire, v.Text)
		}
	}
	if len(query) > 0 {
		uri += "?" + query.Encode()
	}
	return uri
}

func headersOf(m *model.Method) []jen.Code {
	var headers []jen.Code
	var add func(fields []*model.Field, example *model.Value)
	add = func(fields []*model.Field, example *model.Value) {
		for _, f := range fields {
			v := example.Get(f.Wire)
			switch {
			case f.In != model.InHeader || v == nil:
			case f.Kind == model.Struct:
				add(f.Type.Fields, v)
			default:
				headers = append(headers, jen.Lit(f.HeaderName()).Op(":").Lit(v.Text))
			}
		}
	}
	add(m.Request.Fields, m.RequestExample)
	return headers
}

// formOf is the body of a call's example as a form.
func formOf(m *model.Method) string {
	form := url.Values{}
	for _, c := range m.Request.Constants {
		form.Set(c.Wire, c.Value)
	}
	for _, f := range m.Request.Fields {
		if v := m.RequestExample.Get(f.Wire); f.In == model.InForm && v != nil {
			form.Set(f.Wire, v.Text)
		}
	}
	return form.Encode()
}
