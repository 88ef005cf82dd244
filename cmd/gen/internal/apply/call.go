package apply

import (
	"regexp"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/lint"
	"github.com/stytchgen/sdk/cmd/gen/internal/load"
)

// pathText is a path that can be written into a file as it is.
var pathText = regexp.MustCompile(`^(/[A-Za-z0-9_.~{}-]+)+$`)

func (a *applier) call(c *contract.Call) bool {
	p, problem := a.place(c)
	if problem != "" {
		a.notes = append(a.notes, c.String()+": "+problem)
		return false
	}
	if isFlow(p.to.paths) || !pathText.MatchString(c.Path) {
		return false
	}
	op, ok := a.operation(p, c)
	if !ok {
		return false
	}
	verb := strings.ToLower(c.Verb)
	if p.joins {
		item := valueOf(p.to.paths, p.behind)
		if isFlow(item) || len(item.Content) == 0 {
			return false
		}
		p.to.addEntry(item, item.Content[len(item.Content)-2], verb, op)
	} else {
		a.newPath(p, c.Path).add(verb, op)
	}
	p.to.declare(p.tag)
	p.to.ids[p.id] = true
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
	to := p.to.file
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
	if c.Request != nil {
		schema, ok := a.body(to, c.Request, false)
		if !ok {
			return nil, false
		}
		op = append(op, pair{"requestBody", append(entry{{"required", "true"}}, jsonContent(schema)...)})
	}
	if c.Response == nil {
		return nil, false
	}
	schema, ok := a.body(to, c.Response, true)
	if !ok {
		return nil, false
	}
	return append(op, pair{"responses", entry{
		{"200", append(entry{{"description", lint.Todo}}, jsonContent(schema)...)},
		{"default", entry{{"$ref", "'" + load.SharedFile + "#/components/responses/Error'"}}},
	}}), true
}

func jsonContent(schema entry) entry {
	return entry{{"content", entry{{"application/json", entry{{"schema", schema}}}}}}
}

func docs(to *file) string {
	if n, ok := load.At(to.src.Root, "/externalDocs/url"); ok {
		return n.Value
	}
	return lint.Todo
}

// body writes a request or answer, which stands at its call.
func (a *applier) body(to *file, ref *contract.Ref, response bool) (entry, bool) {
	t, err := ref.Type()
	if err != nil || t.Kind != contract.Object {
		return nil, false
	}
	return a.object(to, t, response)
}

func (a *applier) parameters(to *file, c *contract.Call) ([]entry, bool) {
	var list []entry
	for _, in := range []string{contract.InPath, contract.InQuery, contract.InHeader} {
		if c.Params[in] == nil {
			continue
		}
		params, err := c.Params[in].Type()
		if err != nil {
			return nil, false
		}
		for _, f := range params.Fields {
			t, err := f.Type.Type()
			if err != nil || !printable.MatchString(f.Name) {
				return nil, false
			}
			schema, ok := a.schema(to, t, f.Name)
			if !ok {
				return nil, false
			}
			list = append(list, parameterEntry(f, in, schema))
		}
	}
	return list, true
}
