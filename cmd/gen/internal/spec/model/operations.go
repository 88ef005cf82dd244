package model

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// operation is one call with its place in the document.
type operation struct {
	*openapi3.Operation
	file, path, verb string
	pos              diag.Pos
	node             *yaml.Node
}

func (o operation) tag() string {
	if len(o.Tags) == 0 {
		return ""
	}
	return o.Tags[0]
}

func (b *builder) operations(file string, doc *openapi3.T) []operation {
	var ops []operation
	root := b.spec.Sources[file].Root
	for _, p := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		for verb, op := range doc.Paths.Value(p).Operations() {
			node, _ := load.At(root, "/paths/"+strings.ReplaceAll(p, "/", "~1")+"/"+strings.ToLower(verb))
			ops = append(ops, operation{op, file, p, verb, location(op.Origin), node})
		}
	}
	slices.SortFunc(ops, func(a, b operation) int { return cmp.Or(a.pos.Compare(b.pos), cmp.Compare(a.verb, b.verb)) })
	return ops
}

func (b *builder) method(pkg *Package, s *Service, op operation) *Method {
	id := op.OperationID
	name := GoName(strings.TrimPrefix(id, s.Tag+"."))
	base := strings.TrimSuffix(s.Name, "Service") + name
	if name == "" {
		b.list.Reportf(codes.NoGoName, fieldLocation(op.Origin, "operationId"), "%q gives no name in Go", id)
	}
	m := &Method{
		ID: id, Operation: strings.TrimPrefix(id, s.Tag+"."), Name: name, Verb: op.verb, Path: op.path, Pos: op.pos,
		Retry: Retry(text(op.Extensions["x-retry"])), Anonymous: op.Security != nil && len(*op.Security) == 0,
		Docs: Docs{Summary: strings.TrimSpace(op.Summary), Text: prose(op.Description), URL: docsURL(op.ExternalDocs), Deprecated: op.Deprecated},
	}
	types := texts(op.Extensions["x-errors"])
	m.Errors, m.unwritten = b.errorTypes(types), slices.Contains(types, load.Todo)
	m.Request = &Type{Name: base + "Request", Package: pkg.Name, Role: RoleRequest, File: tagFile(s.Tag), Pos: op.pos}
	m.Response = &Type{Name: base + "Response", Package: pkg.Name, Role: RoleResponse, File: tagFile(s.Tag), Pos: op.pos}
	if op.Servers != nil && len(*op.Servers) > 0 {
		m.Server = (*op.Servers)[0].URL
	}
	if answer := op.Responses.Value("default"); answer != nil {
		_, name := component(op.file, answer.Ref)
		m.OAuthErrors = name == load.OAuthError
	}
	b.request(m, op)
	b.response(m, op)
	b.paging(m, op)
	return m
}

func (b *builder) request(m *Method, op operation) {
	example := &Value{Kind: Struct}
	for i, ref := range op.Parameters {
		p := ref.Value
		if p == nil || p.Schema == nil {
			continue
		}
		said := b.parameterExample(op, i, ref)
		if p.Extensions["x-part-of"] != nil {
			b.part(m.Request, op, ref, example, said)
			continue
		}
		f := b.field(op.file, p.Name, p.Schema, p.Required, true)
		f.In, f.Pos = In(p.In), location(p.Origin)
		if p.Description != "" {
			f.Docs.Text = prose(p.Description)
		}
		f.Docs.Deprecated = f.Docs.Deprecated || p.Deprecated
		b.rename(f, p.Extensions, p.Origin)
		if !isParameter(f.Kind) {
			b.list.Reportf(codes.ParameterKind, f.Pos, "a parameter that is %s is not generated; texts, integers, booleans and enums are", article[f.Kind])
		}
		m.Request.Fields = append(m.Request.Fields, f)
		if said != nil {
			example.Members = append(example.Members, Member{p.Name, said})
		} else if p.Required {
			b.list.Hintf(codes.NoExample, f.Pos, "add a realistic example; tests and documentation are made from it", "the parameter %s has no example", p.Name)
		}
	}
	if op.RequestBody != nil && op.RequestBody.Value != nil {
		for name, form := range bodyForms {
			media := op.RequestBody.Value.Content[name]
			if media == nil || media.Schema == nil {
				continue
			}
			m.Body = form
			parameters := len(m.Request.Fields)
			b.body(m.Request, op.file, media.Schema, true)
			if form == FormBody {
				b.form(m.Request.Fields[parameters:])
			}
			body := &Value{}
			if n, ok := load.At(op.node, "/requestBody/content/"+strings.ReplaceAll(name, "/", "~1")+"/example"); ok {
				body = valueOf(n)
			}
			b.join(m.Request, example, body)
		}
	}
	m.RequestExample = example
}

// bodyForms are the media types of requests.
var bodyForms = map[string]Body{load.JSON: JSONBody, load.Form: FormBody}

// form makes the fields of a body those of a form, which holds texts.
func (b *builder) form(fields []*Field) {
	for _, f := range fields {
		f.In = InForm
		if !isParameter(f.Kind) {
			b.list.Reportf(codes.ParameterKind, f.Pos, "a field of a form that is %s is not generated; texts, integers, booleans and enums are", article[f.Kind])
		}
	}
}

func isParameter(kind Kind) bool {
	return kind == String || kind == Integer || kind == Boolean || kind == Enum
}

// parameterExample is the example of a parameter, or nil. That of a shared one is where it is declared.
func (b *builder) parameterExample(op operation, i int, ref *openapi3.ParameterRef) *Value {
	root, at := op.node, fmt.Sprintf("/parameters/%d/example", i)
	if ref.Ref != "" {
		file, name := component(op.file, ref.Ref)
		b.usedParameters = append(b.usedParameters, file+"#"+name)
		root, at = b.spec.Sources[file].Root, "/components/parameters/"+name+"/example"
	}
	n, ok := load.At(root, at)
	if !ok || ref.Value.Example == nil {
		return nil
	}
	return valueOf(n)
}

// part adds the struct that a parameter is a field of to a request, once for all its parameters.
func (b *builder) part(t *Type, op operation, ref *openapi3.ParameterRef, example, said *Value) {
	p := ref.Value
	file, _ := component(op.file, ref.Ref)
	name, property, _ := strings.Cut(text(p.Extensions["x-part-of"]), ".")
	pos := fieldLocation(p.Origin, "x-part-of")
	var group *Type
	if doc := b.spec.Documents[file]; doc != nil && doc.Components != nil && doc.Components.Schemas[name] != nil {
		group = b.named(file, name, doc.Components.Schemas[name].Value)
	}
	f := group.Field(property)
	if f == nil || f.Kind != String || f.Required || p.In != string(InHeader) || ref.Ref == "" {
		b.list.Hintf(codes.PartOf, pos, "write the name of a schema, a dot, and an optional text of it, at a header under components.parameters",
			"%q is not a text that a header can be", text(p.Extensions["x-part-of"]))
		return
	}
	f.In, f.Header = InHeader, p.Name
	wire := FileName(group.Name)
	if !slices.ContainsFunc(t.Fields, func(f *Field) bool { return f.Type == group }) {
		t.Fields = append(t.Fields, &Field{Wire: wire, Name: group.Name, Docs: group.Docs, Kind: Struct, Type: group, In: InHeader, Pos: location(p.Origin)})
	}
	if said == nil {
		return
	}
	set := example.Get(wire)
	if set == nil {
		set = &Value{Kind: Struct}
		example.Members = append(example.Members, Member{wire, set})
	}
	set.Members = append(set.Members, Member{property, said})
}

// join makes one field of a parameter and a property of the body that have one
// name on the wire: they say the same twice, and a caller says it once. It adds
// the body's example to that of the parameters.
func (b *builder) join(t *Type, example, body *Value) {
	var fields []*Field
	for _, f := range t.Fields {
		i := slices.IndexFunc(fields, func(p *Field) bool { return p.Wire == f.Wire && p.In != InBody })
		if f.In != InBody || i < 0 {
			fields = append(fields, f)
			continue
		}
		p := fields[i]
		said, also := example.Get(f.Wire), body.Get(f.Wire)
		differs := ""
		switch derived := GoName(f.Wire); {
		case p.Kind != f.Kind || p.Type != f.Type:
			differs = "types"
		case !reflect.DeepEqual(p.Limits, f.Limits):
			differs = "limits"
		case p.Name != f.Name && p.Name != derived && f.Name != derived:
			differs = "names in Go"
		case said != nil && also != nil && said.JSON() != also.JSON():
			differs = "examples"
		case p.Name == derived:
			p.Name = f.Name
		}
		if differs != "" {
			b.list.Relatef(codes.OneNameTwice, f.Pos, "write the same for both; in Go they are one field, which is sent in both places",
				diag.Related{Pos: p.Pos, Message: "the parameter is declared here"}, "the property %s and the %s parameter of that name have different %s", f.Wire, p.In, differs)
		}
		p.AlsoInBody, p.Required, p.Sensitive = true, p.Required || f.Required, p.Sensitive || f.Sensitive
	}
	t.Fields = fields
	for _, member := range body.Members {
		if example.Get(member.Name) == nil {
			example.Members = append(example.Members, member)
		}
	}
}

func (b *builder) response(m *Method, op operation) {
	if op.Responses == nil {
		return
	}
	answer := op.Responses.Value("200")
	if answer == nil || answer.Value == nil {
		return
	}
	m.NoAnswer = len(answer.Value.Content) == 0
	media := answer.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return
	}
	b.body(m.Response, op.file, media.Schema, false)
	if n, ok := load.At(op.node, "/responses/200/content/application~1json/example"); ok {
		m.ResponseExample = valueOf(n)
	}
}

// body fills a request or response struct from the schema written at the call.
func (b *builder) body(t *Type, file string, ref *openapi3.SchemaRef, request bool) {
	pos := location(ref.Origin)
	if ref.Value != nil && ref.Ref == "" {
		pos = location(ref.Value.Origin)
	}
	if ref.Ref != "" {
		b.list.Hintf(codes.BodyByReference, pos, "write type: object and its properties here; its Go name is "+t.Name, "the body of a call is written at the call, not referred to")
		return
	}
	if ref.Value == nil || !ref.Value.Type.Is(openapi3.TypeObject) || ref.Value.AdditionalProperties.Schema != nil || ref.Value.AdditionalProperties.Has != nil {
		b.list.Reportf(codes.BodyNotObject, pos, "the body of a call must be an object with properties")
		return
	}
	b.fields(t, file, ref.Value, request)
}
