package apply

import (
	"maps"
	"path"
	"regexp"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/lint"
	"github.com/stytchgen/sdk/cmd/gen/internal/load"
)

// neighbour is where a call belongs: behind the path that has most in common
// with its own.
type neighbour struct {
	to        *file
	paths     *yaml.Node
	key       *yaml.Node // the path
	tag       string
	common    int
	operation bool // the path is the call's own: its verb joins the others
}

// pathText is a path that can be written into a file as it is.
var pathText = regexp.MustCompile(`^(/[A-Za-z0-9_.~{}-]+)+$`)

func (a *applier) call(c *contract.Call) bool {
	n := a.neighbour(c.Path)
	if n == nil || isFlow(n.paths) || !pathText.MatchString(c.Path) {
		return false
	}
	op, ok := a.operation(n, c)
	if !ok {
		return false
	}
	verb := strings.ToLower(c.Verb)
	if n.operation {
		item := valueOf(n.paths, n.key)
		if isFlow(item) || len(item.Content) == 0 {
			return false
		}
		n.to.addEntry(item, item.Content[len(item.Content)-2], verb, op)
		return true
	}
	n.to.addEntry(n.paths, n.key, c.Path, entry{{verb, op}})
	return true
}

func (a *applier) neighbour(template string) *neighbour {
	var best *neighbour
	parts := strings.Split(template, "/")
	for _, name := range load.APIFiles {
		to := a.files[path.Join(a.spec.Dir, name)]
		paths := load.Get(to.src.Root, "paths")
		for key, item := range load.Pairs(paths) {
			n := &neighbour{to: to, paths: paths, key: key, operation: key.Value == template}
			for i, part := range strings.Split(key.Value, "/") {
				if i == len(parts) || parts[i] != part {
					break
				}
				n.common++
			}
			for _, op := range load.Pairs(item) {
				if tags := load.Get(op, "tags"); tags != nil && len(tags.Content) > 0 {
					n.tag = tags.Content[0].Value
				}
			}
			if n.tag != "" && (best == nil || n.operation || !best.operation && n.common >= best.common) {
				best = n
			}
		}
	}
	return best
}

func (a *applier) operation(n *neighbour, c *contract.Call) (entry, bool) {
	op := entry{
		{"operationId", a.operationID(n, c)},
		{"tags", flowList([]string{n.tag})},
		{"summary", lint.Todo},
		{"externalDocs", "{url: " + docs(n.to) + "}"},
		{"x-retry", lint.Todo},
		{"x-errors", "[" + lint.Todo + "]"},
	}
	parameters, ok := a.parameters(n.to, c)
	if !ok {
		return nil, false
	}
	if parameters != nil {
		op = append(op, pair{"parameters", parameters})
	}
	if c.Request != nil {
		schema, ok := a.body(n.to, c.Request, false)
		if !ok {
			return nil, false
		}
		op = append(op, pair{"requestBody", append(entry{{"required", "true"}}, jsonContent(schema)...)})
	}
	if c.Response == nil {
		return nil, false
	}
	schema, ok := a.body(n.to, c.Response, true)
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

var notSnake = regexp.MustCompile(`[^a-z0-9_]+`)

// operationID names a call by the last part of its path, or by its verb.
func (a *applier) operationID(n *neighbour, c *contract.Call) string {
	last := path.Base(c.Path)
	name := strings.Trim(notSnake.ReplaceAllString(strings.ToLower(last), "_"), "_")
	if strings.HasPrefix(last, "{") || name == "" || name[0] < 'a' || n.operation {
		name = strings.ToLower(c.Verb)
	}
	taken := maps.Clone(a.operations)
	for _, item := range load.Pairs(n.paths) {
		for _, op := range load.Pairs(item) {
			if id := load.Get(op, "operationId"); id != nil {
				taken[id.Value] = true
			}
		}
	}
	id := firstFree(n.tag+"."+name, "_", taken)
	a.operations[id] = true
	return id
}
