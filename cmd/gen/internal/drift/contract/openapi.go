package contract

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// Documents are OpenAPI documents.
type Documents struct {
	// Roots has the files by name.
	Roots map[string]*yaml.Node
	// Target returns what a reference in a file leads to, and the file that has
	// it, or nil. Without Target, a reference leads to the file that it is in.
	Target func(file, ref string) (string, *yaml.Node)
}

// Calls reads the calls of documents, in this order. Each is one file, or a
// file and the others that have more of its paths.
func (d Documents) Calls(documents ...[]string) ([]*Call, error) {
	r := &openAPI{docs: d, schemas: map[*yaml.Node]*Ref{}}
	var calls []*Call
	for _, files := range documents {
		root := d.Roots[files[0]]
		if !strings.HasPrefix(load.Text(root, "openapi"), "3.") {
			return nil, Errorf(at(files[0], load.Get(root, "openapi")), "this is not an OpenAPI 3 document: it must have the key openapi with a version such as 3.0.3")
		}
		first := map[string]diag.Pos{} // two APIs may have the same call
		for _, file := range files {
			paths := load.Get(d.Roots[file], "paths")
			if paths == nil && len(files) > 1 {
				continue
			}
			found, err := r.paths(file, serversOf(root), paths)
			if err != nil {
				return nil, err
			}
			for _, c := range found {
				if earlier, twice := first[c.String()]; twice {
					return nil, Errorf(c.Pos, "%s is declared twice, first at %s", c, earlier)
				}
				first[c.String()] = c.Pos
			}
			calls = append(calls, found...)
		}
	}
	return calls, nil
}

func (r *openAPI) paths(file string, servers []string, paths *yaml.Node) ([]*Call, error) {
	if paths == nil || paths.Kind != yaml.MappingNode {
		return nil, Errorf(at(file, paths), "paths must be a mapping of the calls")
	}
	var calls []*Call
	for template, item := range load.Pairs(paths) {
		found, err := r.pathItem(file, servers, template, item)
		if err != nil {
			return nil, err
		}
		calls = append(calls, found...)
	}
	return calls, nil
}

// openAPI reads documents. Each schema is read once, so that a schema of ours
// that is used in many places is one *Type.
type openAPI struct {
	docs    Documents
	schemas map[*yaml.Node]*Ref
}

// verbs are the keys of a path that are calls; others are the path's own.
var (
	verbs   = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}
	itsOwn  = []string{"summary", "description", "servers", "parameters"}
	noVerbs = "a path holds the verbs in small letters"
)

func (r *openAPI) pathItem(file string, own []string, template, item *yaml.Node) ([]*Call, error) {
	if !strings.HasPrefix(template.Value, "/") {
		return nil, Errorf(at(file, template), "the path %q does not begin with a slash", template.Value)
	}
	if item.Kind != yaml.MappingNode {
		return nil, wrong(file, "a path", item, "a mapping")
	}
	var calls []*Call
	for key, op := range load.Pairs(item) {
		if slices.Contains(itsOwn, key.Value) || strings.HasPrefix(key.Value, "x-") {
			continue
		}
		if !slices.Contains(verbs, key.Value) {
			return nil, Errorf(at(file, key), "%q in a path is not read; %s", key.Value, noVerbs)
		}
		if op.Kind != yaml.MappingNode {
			return nil, wrong(file, "a call", op, "a mapping")
		}
		c, err := r.operation(file, template.Value, key, op, load.Get(item, "parameters"))
		if err != nil {
			return nil, err
		}
		for _, at := range []*yaml.Node{op, item} {
			if servers := serversOf(at); servers != nil {
				if !slices.Equal(servers, own) {
					c.Server = strings.Join(servers, ", ")
				}
				break
			}
		}
		calls = append(calls, c)
	}
	return calls, nil
}

// serversOf returns the addresses under servers, sorted; nil for none.
func serversOf(n *yaml.Node) []string {
	var urls []string
	for _, server := range load.Items(load.Get(n, "servers")) {
		urls = append(urls, ServerName(load.Text(server, "url")))
	}
	slices.Sort(urls)
	return urls
}

// ServerName is the address of a server as Call has it.
func ServerName(url string) string { return strings.TrimRight(strings.ToLower(url), "/") }

// operationName is the operationId of the service's own document: api_m2m_v1_m2m_clients_secrets_RotateStart.
// The area is left out for calls of a whole package, such as api_user_v1_Create.
var operationName = regexp.MustCompile(`^[a-z0-9_]+_v[0-9]+_(?:([a-z0-9_]+)_)?([A-Z][A-Za-z0-9]*)$`)

func (r *openAPI) operation(file, template string, verb, op, shared *yaml.Node) (*Call, error) {
	c := &Call{Verb: strings.ToUpper(verb.Value), Path: template, Pos: at(file, verb), Params: map[string]*Ref{}}
	if m := operationName.FindStringSubmatch(load.Text(op, "operationId")); m != nil {
		c.Area, c.Name = m[1], m[2]
	}
	r.parameters(c, file, op, shared, load.Get(op, "parameters"))
	var err error
	if body := load.Get(op, "requestBody"); body != nil {
		var media string
		if c.Request, media, err = r.body(file, body); err != nil {
			return nil, err
		}
		c.Form = media == load.Form
	}
	c.Response, err = r.success(file, load.Get(op, "responses"))
	return c, err
}

// parameters declares the parameters of a call, the shared ones of its path
// first. They are read when they are asked for.
func (r *openAPI) parameters(c *Call, file string, op *yaml.Node, lists ...*yaml.Node) {
	read := sync.OnceValues(func() (map[string][]*Field, error) { return r.parameterFields(file, lists) })
	for _, place := range Locations {
		c.Params[place] = Lazy(c.Pos, func() (*Type, error) {
			fields, err := read()
			return &Type{Kind: Object, Fields: fields[place], Pos: c.Pos, File: file, Node: op}, err
		})
	}
}

// parameterFields reads lists of parameters. The result is by place.
func (r *openAPI) parameterFields(file string, lists []*yaml.Node) (map[string][]*Field, error) {
	fields := map[string][]*Field{}
	for _, list := range lists {
		if list == nil {
			continue
		}
		if list.Kind != yaml.SequenceNode {
			return nil, wrong(file, "parameters", list, "a list")
		}
		for _, p := range list.Content {
			in, p, err := r.target(file, p)
			if err != nil {
				return nil, err
			}
			name, place, schema := load.Get(p, "name"), load.Get(p, "in"), load.Get(p, "schema")
			switch {
			case name == nil || place == nil:
				return nil, Errorf(at(in, p), "a parameter needs name and in")
			case !slices.Contains(Locations, place.Value):
				return nil, Errorf(at(in, place), "a parameter is in %s, not in %q", strings.Join(Locations, ", "), place.Value)
			}
			f := &Field{Name: name.Value, Required: load.Text(p, "required") == "true", Pos: at(in, name)}
			if schema != nil {
				f.Type = r.ref(in, schema)
			} else { // it has content, which says how it is written
				f.Type = Known(&Type{Kind: Any, Pos: f.Pos})
			}
			fields[place.Value] = replace(fields[place.Value], f)
		}
	}
	return fields, nil
}

// replace adds a parameter of an operation, in the place of the path's own of
// the same name.
func replace(fields []*Field, f *Field) []*Field {
	for i, have := range fields {
		if have.Name == f.Name {
			fields[i] = f
			return fields
		}
	}
	return append(fields, f)
}

// success reads the body of the first response of 2xx; nil if that has none.
// Without such a response, nothing is said about the body.
func (r *openAPI) success(file string, responses *yaml.Node) (*Ref, error) {
	status, answer := "", (*yaml.Node)(nil)
	for key, value := range load.Pairs(responses) {
		if strings.HasPrefix(key.Value, "2") && (answer == nil || key.Value < status) {
			status, answer = key.Value, value
		}
	}
	if answer == nil {
		return Known(&Type{Kind: Any, Pos: at(file, responses)}), nil
	}
	ref, _, err := r.body(file, answer)
	return ref, err
}

// body reads what has content: a request body or a response. It takes the
// JSON of what the content can be, and returns its media type.
func (r *openAPI) body(file string, n *yaml.Node) (ref *Ref, name string, err error) {
	file, n, err = r.target(file, n)
	if err != nil {
		return nil, "", err
	}
	content := load.Get(n, "content")
	if len(load.Keys(content)) == 0 {
		return nil, "", nil
	}
	var media *yaml.Node
	best := 0
	for key, value := range load.Pairs(content) {
		if rank := jsonRank(key.Value); rank > best {
			best, media, name = rank, value, key.Value
		}
	}
	if media == nil {
		return Known(&Type{Kind: Opaque, Name: strings.Join(load.Keys(content), ", "), Pos: at(file, content)}), "", nil
	}
	schema := load.Get(media, "schema")
	if schema == nil {
		return Known(&Type{Kind: Any, Pos: at(file, media)}), name, nil
	}
	return r.ref(file, schema), name, nil
}

// Type returns the type that a schema in a file describes.
func (d Documents) Type(file string, schema *yaml.Node) *Ref {
	return (&openAPI{docs: d, schemas: map[*yaml.Node]*Ref{}}).ref(file, schema)
}

// jsonRank says how well a media type, or a range of them, names JSON; 0 if it
// is none.
func jsonRank(media string) int {
	essence, _, _ := strings.Cut(media, ";")
	kind, sub, _ := strings.Cut(strings.ToLower(strings.TrimSpace(essence)), "/")
	switch {
	case kind == "application" && sub == "json":
		return 4
	case strings.HasSuffix(sub, "+json"), sub == "json":
		return 3
	case kind+"/"+sub == load.Form: // a form has fields, too
		return 3
	case kind == "application" && sub == "*":
		return 2
	case kind == "*" && sub == "*":
		return 1
	}
	return 0
}

// maxHops bounds how far references lead to references.
const maxHops = 100

// target follows $refs to what is not one.
func (r *openAPI) target(file string, n *yaml.Node) (string, *yaml.Node, error) {
	start, startFile := n, file
	for range maxHops {
		ref := load.Get(n, "$ref")
		if ref == nil {
			return file, n, nil
		}
		name, pointer, ok := strings.Cut(ref.Value, "#")
		if !ok || ref.Kind != yaml.ScalarNode || !strings.HasPrefix(pointer, "/") {
			return "", nil, Errorf(at(file, ref), "the reference %q does not name a part of a document", ref.Value)
		}
		var found *yaml.Node
		next := file
		switch {
		case r.docs.Target != nil:
			next, found = r.docs.Target(file, ref.Value)
		case name != "":
			return "", nil, Errorf(at(file, ref), "the reference leads to %q, which is not read", name)
		default:
			if part, whole := load.At(r.docs.Roots[file], pointer); whole {
				found = part
			}
		}
		if found == nil {
			return "", nil, Errorf(at(file, ref), "the reference %q leads to nothing", ref.Value)
		}
		file, n = next, found
	}
	return "", nil, Errorf(at(startFile, start), "the reference leads to itself")
}

// ref returns the type that a schema describes. Schemas that refer to the
// same component share it.
func (r *openAPI) ref(file string, n *yaml.Node) *Ref {
	if have := r.schemas[n]; have != nil {
		return have
	}
	ref := Lazy(at(file, n), func() (*Type, error) { return r.schema(file, n) })
	r.schemas[n] = ref
	return ref
}
