package apply

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// pathText is a path that can be written into a file as it is.
var pathText = regexp.MustCompile(`^(/[A-Za-z0-9_.~{}-]+)+$`)

func (a *applier) call(c *contract.Call) bool {
	if c.Server != "" && !ownServer.MatchString(c.Server) {
		return a.cannot("the service has it at %s, and not at one host by https", c.Server)
	}
	p, problem := a.place(c)
	switch {
	case problem != "":
		return a.cannot("%s", problem)
	case load.Get(p.to.src.Root, "paths") != nil && isFlow(load.Get(p.to.src.Root, "paths")):
		return a.cannot("the paths of %s are written on one line", p.to.src.Name)
	case !pathText.MatchString(c.Path):
		return a.cannot("the path holds characters that are not written into the spec as they are")
	}
	op, ok := a.operation(p, c)
	if !ok {
		return false
	}
	verb := strings.ToLower(c.Verb)
	if p.joins {
		item := valueOf(load.Get(p.to.src.Root, "paths"), p.behind)
		if isFlow(item) || len(item.Content) == 0 {
			return a.cannot("its path is written on one line in the spec")
		}
		p.to.addEntry(item, item.Content[len(item.Content)-2], verb, op)
	} else {
		a.newPath(p, c.Path).add(verb, op)
	}
	p.to.declare(p.tag)
	p.to.api.ids[p.id] = true
	return true
}

// newPath is the path that a call is the first of, or joins.
func (a *applier) newPath(p place, template string) *newPath {
	for _, have := range a.newPaths {
		if have.template == template {
			return have
		}
	}
	a.newPaths = append(a.newPaths, &newPath{place: p, template: template})
	return a.newPaths[len(a.newPaths)-1]
}

func (p *newPath) add(verb string, op entry) { p.verbs = append(p.verbs, pair{verb, op}) }

func (a *applier) operation(p place, c *contract.Call) (entry, bool) {
	to := p.to
	op := entry{
		{"operationId", p.id},
		{"tags", flowList([]string{p.tag})},
		{"summary", load.Todo},
		{"externalDocs", "{url: " + docs(to) + "}"},
		{"x-retry", load.Todo},
		{"x-errors", "[" + load.Todo + "]"},
	}
	if c.Server != "" {
		op = append(op, pair{"servers", []entry{{{"url", c.Server}}}})
	}
	parameters, ok := a.parameters(to, c)
	if !ok {
		return nil, false
	}
	if parameters != nil {
		op = append(op, pair{"parameters", parameters})
	}
	if c.Request != nil && c.Verb != "GET" && c.Verb != "DELETE" {
		media, ok := a.request(to, c)
		if !ok {
			return nil, false
		}
		op = append(op, pair{"requestBody", append(entry{{"required", "true"}}, media...)})
	} else if !isEmpty(c.Request) {
		return nil, a.cannot("it is a %s with a body, which the client does not send", c.Verb)
	}
	if c.Response == nil {
		return nil, a.cannot("the service's description says nothing about its response")
	}
	schema, ok := a.body(to, c.Response, true)
	if !ok {
		return nil, false
	}
	return append(op, pair{"responses", entry{
		{"200", append(entry{{"description", load.Todo}}, content(load.JSON, entry{{"schema", schema}})...)},
		{"default", entry{{"$ref", "'#/components/responses/Error'"}}},
	}}), true
}

// ownServer is the address of a host that serves some calls.
var ownServer = regexp.MustCompile(`^https://[a-z0-9.-]+$`)

// request writes the content of a request. An object without fields is sent as {}.
func (a *applier) request(to *file, c *contract.Call) (entry, bool) {
	if isEmpty(c.Request) {
		return content(load.JSON, entry{{"schema", entry{{"type", "object"}}}, {"example", "{}"}}), true
	}
	schema, ok := a.body(to, c.Request, false)
	if c.Form {
		return content(load.Form, entry{{"schema", schema}}), ok
	}
	return content(load.JSON, entry{{"schema", schema}}), ok
}

// isEmpty reports whether a body is none, or has no fields.
func isEmpty(body *contract.Ref) bool {
	if body == nil {
		return true
	}
	t, err := body.Type()
	return err == nil && t.Kind == contract.Object && len(t.Fields) == 0
}

func content(name string, media entry) entry {
	return entry{{"content", entry{{name, media}}}}
}

func docs(to *file) string {
	return cmp.Or(load.Text(load.Get(to.api.files[0].src.Root, "externalDocs"), "url"), load.Todo)
}

// body writes a request or answer, which is at its call.
func (a *applier) body(to *file, ref *contract.Ref, response bool) (entry, bool) {
	way := "request"
	if response {
		way = "response"
	}
	t, err := ref.Type()
	switch {
	case err != nil:
		return nil, a.cannot("%v", err)
	case t.Kind == contract.Any:
		return nil, a.cannot("the service's description does not say what is in its %s", way)
	case t.Kind == contract.Opaque && t.Name == load.Form:
		return nil, a.cannot("its %s is a form, and the service's description does not say what is in it", way)
	case t.Kind == contract.Opaque:
		return nil, a.cannot("its %s is %s, and the client speaks JSON", way, t.Name)
	case t.Kind != contract.Object:
		return nil, a.cannot("its %s is %s, and not an object with fields", way, t.Kind)
	}
	return a.object(to, t, response)
}

func (a *applier) parameters(to *file, c *contract.Call) ([]entry, bool) {
	var list []entry
	for _, in := range contract.Locations {
		if c.Params[in] == nil {
			continue
		}
		params, err := c.Params[in].Type()
		if err != nil {
			return nil, a.cannot("%v", err)
		}
		for _, f := range params.Fields {
			t, err := f.Type.Type()
			switch {
			case err != nil:
				return nil, a.cannot("%v", err)
			case in == contract.InCookie:
				return nil, a.cannot("it takes the cookie %s, and the client sends none", f.Name)
			case !printable.MatchString(f.Name):
				return nil, a.cannot("the name of a parameter holds characters that are not written into the spec as they are")
			}
			p, ok := a.parameterEntry(to, f, in, t)
			if !ok {
				return nil, false
			}
			list = append(list, p)
		}
	}
	return list, true
}
