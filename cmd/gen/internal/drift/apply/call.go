package apply

import (
	"regexp"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/lint"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// pathText is a path that can be written into a file as it is.
var pathText = regexp.MustCompile(`^(/[A-Za-z0-9_.~{}-]+)+$`)

func (a *applier) call(c *contract.Call) bool {
	if c.Server != "" {
		return a.cannot("the service has it at %s, and the client has one server for all calls", c.Server)
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
		{"summary", lint.Todo},
		{"externalDocs", "{url: " + docs(to) + "}"},
		{"x-retry", lint.Todo},
		{"x-errors", "[" + lint.Todo + "]"},
	}
	parameters, ok := a.parameters(to, c)
	if !ok {
		return nil, false
	}
	if parameters != nil {
		op = append(op, pair{"parameters", parameters})
	}
	if hasFields(c.Request) {
		schema, ok := a.body(to, c.Request, false)
		if !ok {
			return nil, false
		}
		op = append(op, pair{"requestBody", append(entry{{"required", "true"}}, jsonContent(schema)...)})
	}
	if c.Response == nil {
		return nil, a.cannot("the service's description says nothing about its response")
	}
	schema, ok := a.body(to, c.Response, true)
	if !ok {
		return nil, false
	}
	return append(op, pair{"responses", entry{
		{"200", append(entry{{"description", lint.Todo}}, jsonContent(schema)...)},
		{"default", entry{{"$ref", "'#/components/responses/Error'"}}},
	}}), true
}

// hasFields reports whether there is anything to say about a request. An
// object without fields is one that nothing is sent in.
func hasFields(request *contract.Ref) bool {
	if request == nil {
		return false
	}
	t, err := request.Type()
	return err != nil || t.Kind != contract.Object || len(t.Fields) > 0
}

func jsonContent(schema entry) entry {
	return entry{{"content", entry{{"application/json", entry{{"schema", schema}}}}}}
}

func docs(to *file) string {
	if n := load.Get(load.Get(to.api.files[0].src.Root, "externalDocs"), "url"); n != nil {
		return n.Value
	}
	return lint.Todo
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
			schema, ok := a.schema(to, t, f.Name)
			if !ok {
				return nil, false
			}
			list = append(list, parameterEntry(f, in, marked(schema, f.Name, t)))
		}
	}
	return list, true
}
