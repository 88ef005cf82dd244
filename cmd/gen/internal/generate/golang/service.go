package golang

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// service writes a service's file: the service, its calls, and each call's
// request and response.
func (e *emitter) service(s *model.Service) {
	f := e.file(strings.ReplaceAll(s.Tag, ".", "_") + "_gen.go")
	f.Add(e.doc("service", 0, map[string]any{"Service": s, "Path": ClientPath(s.Tag)}))
	f.Type().Id(s.Name).StructFunc(func(g *jen.Group) {
		for _, child := range s.Children {
			g.Add(e.doc("service", 1, map[string]any{"Service": &model.Service{
				Name: child.Field, Docs: model.Docs{Text: child.Docs.Text}}, "Path": ClientPath(child.Tag)}))
			g.Id(child.Field).Op("*").Id(child.Name)
			g.Line()
		}
		g.Id("transport").Op("*").Qual(e.internal("transport"), "Client")
	})
	if len(s.Methods) > 0 {
		e.serviceClient(f, s)
	}
	if e.offered(s) {
		e.shareService(s)
	}
	for _, m := range s.Methods {
		e.within(append(m.Request.Fields, m.Response.Fields...), func() { e.method(f, s, m) })
		if m.Paging != nil {
			e.all(f, s, m)
		}
		e.structType(f, m.Request, s, m)
		e.structType(f, m.Response, s, m)
	}
}

// serviceClient writes the method that returns what carries the calls of a service: of one that no client
// has made, what says so.
func (e *emitter) serviceClient(f *jen.File, s *model.Service) {
	client := jen.Op("*").Qual(e.internal("transport"), "Client")
	f.Line()
	f.Func().Params(jen.Id("s").Op("*").Id(s.Name)).Id("client").Params().Add(client).Block(
		jen.If(jen.Id("s").Op("==").Nil().Op("||").Id("s").Dot("transport").Op("==").Nil()).Block(
			jen.Return(jen.Id("noTransport").Call())),
		jen.Return(jen.Id("s").Dot("transport")),
	)
}

// ClientPath is a service's tag as Go code: OTPs.SMS.
func ClientPath(tag string) string {
	var parts []string
	for part := range strings.SplitSeq(tag, ".") {
		parts = append(parts, model.GoName(part))
	}
	return strings.Join(parts, ".")
}

// httpMethod is the constant of a call's HTTP method.
func httpMethod(m *model.Method) jen.Code {
	return jen.Qual("net/http", "Method"+m.Verb[:1]+strings.ToLower(m.Verb[1:]))
}

var retryNames = map[model.Retry]string{model.RetrySafe: "Safe", model.RetryUnsent: "Unsent", model.RetryNever: "Never"}

// callID is the value that identifies a call.
func (e *emitter) callID(s *model.Service, m *model.Method) jen.Code {
	return jen.Qual(e.internal("transport"), "CallID").Values(
		jen.Id("API").Op(":").Lit(e.pkg.API), jen.Id("Service").Op(":").Lit(s.Tag), jen.Id("Name").Op(":").Lit(m.Operation))
}

func (e *emitter) method(f *jen.File, s *model.Service, m *model.Method) {
	endpoint := m.Variable()
	f.Var().Id(endpoint).Op("=").Qual(e.internal("transport"), "Endpoint").
		Types(jen.Op("*").Id(m.Request.Name), jen.Op("*").Id(m.Response.Name)).ValuesFunc(func(g *jen.Group) {
		field := func(name string, value jen.Code) { g.Line().Id(name).Op(":").Add(value) }
		expr := func(t *model.Type, method string) jen.Code { return jen.Parens(jen.Op("*").Id(t.Name)).Dot(method) }
		field("ID", e.callID(s, m))
		field("Method", httpMethod(m))
		field("Path", jen.Lit(m.Path))
		field("Retry", jen.Qual(e.internal("transport"), retryNames[m.Retry]))
		if m.Anonymous {
			field("Anonymous", jen.True())
		}
		if m.Server != "" {
			field("Server", jen.Lit(m.Server))
		}
		if m.OAuthErrors {
			field("OAuthErrors", jen.True())
		}
		if checked(m.Request) {
			field("Validate", expr(m.Request, "validate"))
		}
		if len(parameters(m.Request)) > 0 || m.Body == model.FormBody {
			field("Params", expr(m.Request, "params"))
		}
		if m.Body == model.JSONBody {
			field("Encode", expr(m.Request, "writeJSON"))
		}
		field("New", e.newResponse(m))
		if !m.NoAnswer {
			field("Decode", expr(m.Response, "readJSON"))
		}
		if e.errorPrefix() == "" {
			field("Receive", expr(m.Response, "receive"))
		} else {
			field("Receive", jen.Func().Params(jen.Id("r").Op("*").Id(m.Response.Name), jen.Id("result").Op("*").Qual(e.internal("transport"), "Result")).Block(
				jen.Id("receive").Call(jen.Op("&").Id("r").Dot("Response"), jen.Id("result"))))
		}
		g.Line()
	})
	f.Add(e.doc("method", 0, map[string]any{"Method": m, "Service": s, "Errors": e.errorPrefix()}))
	f.Func().Params(jen.Id("s").Op("*").Id(s.Name)).Id(m.Name).Params(
		jen.Id("ctx").Qual("context", "Context"), jen.Id("req").Id(m.Request.Name),
		jen.Id("opts").Op("...").Qual(e.first(), "CallOption"),
	).Params(jen.Op("*").Id(m.Response.Name), jen.Error()).Block(
		jen.Return(jen.Qual(e.internal("transport"), "Call").Call(
			jen.Id("ctx"), jen.Id("s").Dot("client").Call(), jen.Op("&").Id(endpoint), jen.Op("&").Id("req"), jen.Id("opts"))),
	)
}

// newResponse is the function that makes a response and a result, in one allocation. A generic function for all
// calls would be compiled again for each type, with copies of the methods that the type has from the embedded Response.
func (e *emitter) newResponse(m *model.Method) jen.Code {
	result := jen.Qual(e.internal("transport"), "Result")
	return jen.Func().Params().Params(jen.Op("*").Id(m.Response.Name), jen.Op("*").Add(result)).Block(
		jen.Id("v").Op(":=").New(jen.Struct(jen.Id("response").Id(m.Response.Name), jen.Id("result").Add(result))),
		jen.Return(jen.Op("&").Id("v").Dot("response"), jen.Op("&").Id("v").Dot("result")),
	)
}

// all writes the method next to a search that loops over its pages.
func (e *emitter) all(f *jen.File, s *model.Service, m *model.Method) {
	item := e.goType(m.Paging.Items[len(m.Paging.Items)-1].Item())
	e.within(m.Request.Fields, func() { f.Add(e.doc("all", 0, map[string]any{"Method": m, "Service": s})) })
	f.Func().Params(jen.Id("s").Op("*").Id(s.Name)).Id(m.Name+"All").Params(
		jen.Id("ctx").Qual("context", "Context"), jen.Id("req").Id(m.Request.Name),
		jen.Id("opts").Op("...").Qual(e.first(), "CallOption"),
	).Qual("iter", "Seq2").Types(item, jen.Error()).Block(
		jen.Return(jen.Qual(e.internal("transport"), "Pages").Call(
			jen.Id("ctx"), jen.Id("s").Dot("client").Call(), jen.Op("&").Id(m.Variable()), jen.Id("req"), jen.Id("opts"),
			jen.Line().Func().Params(jen.Id("r").Op("*").Id(m.Request.Name)).Op("**").String().Block(jen.Return(jen.Op("&").Id("r").Dot(m.Paging.Cursor.Name))),
			jen.Line().Func().Params(jen.Id("r").Op("*").Id(m.Response.Name)).Params(jen.Index().Add(item), jen.Op("*").String()).BlockFunc(func(g *jen.Group) {
				items := e.along(g, m.Paging.Items, jen.Nil())
				next := e.along(g, m.Paging.Next, items)
				if !pointer(m.Paging.Next[len(m.Paging.Next)-1]) {
					next = jen.Op("&").Add(next)
				}
				g.Return(items, next)
			}),
			jen.Line(),
		)),
	)
}

// along is the expression for the value that a way through a response leads to. Where an object on the way is
// missing, the function returns these items and no cursor.
func (e *emitter) along(g *jen.Group, way []*model.Field, items jen.Code) *jen.Statement {
	value := jen.Id("r")
	for i, field := range way {
		value = value.Clone().Dot(field.Name)
		if i < len(way)-1 && pointer(field) {
			g.If(value.Clone().Op("==").Nil()).Block(jen.Return(items, jen.Nil()))
		}
	}
	return value
}

// client writes the client struct, whose fields are the top services.
func (e *emitter) client() {
	f := e.file("client_gen.go")
	var top []*model.Service
	for _, s := range e.pkg.Services {
		if !strings.Contains(s.Tag, ".") {
			top = append(top, s)
		}
	}
	if e.errorPrefix() == "" {
		f.Comment("// Where the service is.")
		f.Const().Defs(jen.Id("testURL").Op("=").Lit(e.sdk.TestURL), jen.Id("liveURL").Op("=").Lit(e.sdk.LiveURL))
	}
	f.Add(e.doc("client", 0, map[string]any{"Package": e.pkg}))
	f.Type().Id("Client").StructFunc(func(g *jen.Group) {
		for _, s := range top {
			g.Add(e.doc("service", 1, map[string]any{"Service": &model.Service{
				Name: s.Field, Docs: model.Docs{Text: s.Docs.Text}}, "Path": s.Field}))
			g.Id(s.Field).Op("*").Id(s.Name)
			g.Line()
		}
		for _, o := range e.pkg.Offers {
			g.Add(e.doc("offer", 1, map[string]any{"Offer": o, "Package": e.sdk.Packages[0].Name}))
			g.Id(o.Field).Op("*").Qual(e.first(), o.Name)
			g.Line()
		}
		g.Id("transport").Op("*").Qual(e.internal("transport"), "Client")
	})
	f.Func().Id("newClient").Params(jen.Id("t").Op("*").Qual(e.internal("transport"), "Client")).Op("*").Id("Client").Block(
		jen.Return(jen.Op("&").Id("Client").ValuesFunc(func(g *jen.Group) {
			for _, s := range top {
				g.Line().Id(s.Field).Op(":").Add(newService(s))
			}
			for _, o := range e.pkg.Offers {
				g.Line().Id(o.Field).Op(":").Add(e.sharedService(o.Service)).Call(jen.Id("t"))
			}
			g.Line().Id("transport").Op(":").Id("t")
			g.Line()
		})),
	)
}

func newService(s *model.Service) jen.Code {
	if len(s.Children) == 0 {
		return jen.Op("&").Id(s.Name).Values(jen.Id("transport").Op(":").Id("t"))
	}
	return jen.Op("&").Id(s.Name).ValuesFunc(func(g *jen.Group) {
		for _, child := range s.Children {
			g.Line().Id(child.Field).Op(":").Add(newService(child))
		}
		g.Line().Id("transport").Op(":").Id("t")
		g.Line()
	})
}

// errors writes the constants of the error types, a block for each area.
func (e *emitter) errors() {
	f := e.file("errors_gen.go")
	for _, area := range e.sdk.ErrorAreas() {
		f.Add(e.doc("errors", 0, map[string]any{"Area": area}))
		f.Const().DefsFunc(func(g *jen.Group) {
			for i, t := range area.Types {
				if i > 0 {
					g.Line()
				}
				g.Add(e.doc("error", 1, map[string]any{"Error": t}))
				g.Id(t.Name).Id("ErrorType").Op("=").Lit(t.Wire)
			}
		})
	}
	f.Comment("// knownTypes has each of the types above on a line of its own. One text adds less to a program than\n" +
		"// a list or a switch.")
	f.Const().Id("knownTypes").Op("=").Do(func(text *jen.Statement) {
		text.Lit("\n")
		for _, t := range e.sdk.Errors {
			text.Op("+").Line().Lit(t.Wire + "\n")
		}
	})
	f.Comment("// retryableType reports whether waiting a little helps against errors of type t.")
	f.Func().Id("retryableType").Params(jen.Id("t").Id("ErrorType")).Bool().Block(
		jen.Switch(jen.Id("t")).BlockFunc(func(g *jen.Group) {
			var passing []jen.Code
			for _, t := range e.sdk.Errors {
				if t.Retry {
					passing = append(passing, jen.Id(t.Name))
				}
			}
			if len(passing) > 0 {
				g.Case(passing...).Block(jen.Return(jen.True()))
			}
		}),
		jen.Return(jen.False()),
	)
	if len(e.sdk.Public) > 0 {
		e.publicErrors(f)
	}
}

// publicErrors writes the codes of the errors that visitors can be shown, and
// what goes with them.
func (e *emitter) publicErrors(f *jen.File) {
	f.Comment("// The codes of a [PublicError]. The number in parentheses is its status.")
	f.Const().DefsFunc(func(g *jen.Group) {
		for i, public := range e.sdk.Public {
			if i > 0 {
				g.Line()
			}
			g.Add(e.doc("public", 1, map[string]any{"Public": public}))
			g.Id(public.Name).Op("=").Lit(public.Wire)
		}
	})
	f.Comment("// publicTypes are the error types of each code that an error can have by its type.")
	f.Var().Id("publicTypes").Op("=").Index().Struct(jen.Id("code").String(), jen.Id("types").Index().Id("ErrorType")).ValuesFunc(func(g *jen.Group) {
		for _, public := range e.sdk.Public {
			if len(public.Types) == 0 {
				continue
			}
			g.Line().Values(jen.Id(public.Name), jen.Index().Id("ErrorType").ValuesFunc(func(g *jen.Group) {
				for _, t := range public.Types {
					g.Line().Id(t.Name)
				}
				g.Line()
			}))
		}
		g.Line()
	})
	f.Comment("// publicText returns the status and the message of a [PublicError] by its code.")
	f.Func().Id("publicText").Params(jen.Id("code").String()).Params(jen.Id("status").Int(), jen.Id("message").String()).Block(
		jen.Switch(jen.Id("code")).BlockFunc(func(g *jen.Group) {
			for _, public := range e.sdk.Public {
				g.Case(jen.Id(public.Name)).Block(jen.Return(jen.Lit(public.Status), jen.Lit(public.Message)))
			}
		}),
		jen.Return(jen.Lit(0), jen.Lit("")),
	)
}
