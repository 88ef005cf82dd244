package contract

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

func (r *openAPI) schema(file string, n *yaml.Node) (*Type, error) {
	if reference := load.Get(n, "$ref"); reference != nil {
		target, to, err := r.target(file, n)
		if err != nil {
			return nil, err
		}
		t, err := r.ref(target, to).Type()
		if err != nil {
			return nil, err
		}
		named := *t
		if named.Name == "" {
			named.Name = reference.Value[strings.LastIndex(reference.Value, "/")+1:]
		}
		return &named, nil
	}
	if n.Kind != yaml.MappingNode {
		return nil, wrong(file, "a schema", n, "a mapping")
	}
	t := &Type{Pos: at(file, n), File: file, Node: n}
	if err := r.declared(t); err != nil {
		return nil, err
	}
	for _, key := range []string{"allOf", "oneOf", "anyOf"} {
		if err := r.composed(t, key); err != nil {
			return nil, err
		}
	}
	switch t.Kind {
	case "":
		t.Kind = Any
	case Object: // the composing schema may demand what its parts declare
		for _, name := range requiredNames(n) {
			t.demand(file, name)
		}
	}
	return t, nil
}

// declared reads what a schema says by itself.
func (r *openAPI) declared(t *Type) error {
	kind := load.Get(t.Node, "type")
	names := load.Texts(kind)
	if kind != nil && kind.Kind != yaml.SequenceNode {
		names = []string{kind.Value}
	}
	t.Nullable = slices.Contains(names, "null") || load.Text(t.Node, "nullable") == "true"
	names = slices.DeleteFunc(names, func(s string) bool { return s == "null" })
	properties, enum := load.Get(t.Node, "properties"), enumOf(t.Node)
	switch {
	case len(names) > 1:
		t.Kind = Union
		return nil
	case len(names) == 1:
		return r.typed(t, kind, names[0])
	case properties != nil:
		return r.typed(t, properties, "object")
	case enum != nil && enumType(enum) == "":
		t.Kind = Union
	case enum != nil:
		return r.typed(t, enum, enumType(enum))
	}
	return nil
}

func (r *openAPI) typed(t *Type, kind *yaml.Node, name string) error {
	switch name {
	case "object":
		return r.object(t)
	case "array":
		t.Kind = Array
		if items := load.Get(t.Node, "items"); items != nil {
			t.Elem = r.ref(t.File, items)
		}
	case "string":
		t.Kind = String
		t.Time = load.Text(t.Node, "format") == "date-time"
		return r.enum(t)
	case "integer":
		t.Kind = Integer
	case "number":
		t.Kind = Number
		if strings.HasPrefix(load.Text(t.Node, "format"), "int") {
			t.Kind = Integer
		}
	case "boolean":
		t.Kind = Boolean
	default:
		return Errorf(at(t.File, kind), "the type %q is not one of OpenAPI", name)
	}
	return nil
}

func (r *openAPI) enum(t *Type) error {
	enum := enumOf(t.Node)
	if enum == nil {
		return nil
	}
	if enum.Kind != yaml.SequenceNode {
		return wrong(t.File, "enum", enum, "a list")
	}
	t.Enum = []string{}
	for _, value := range enum.Content {
		switch valueType(value) {
		case "null":
			t.Nullable = true
		case "string":
			t.Enum = append(t.Enum, value.Value)
		default:
			t.Misfits = append(t.Misfits, cmp.Or(value.Value, load.Describe(value)))
		}
	}
	return nil
}

// enumOf returns the list of a schema's values, or nil. A const is a list of
// one.
func enumOf(n *yaml.Node) *yaml.Node {
	if only := load.Get(n, "const"); only != nil {
		return &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{only}, Line: only.Line, Column: only.Column}
	}
	return load.Get(n, "enum")
}

// valueType is the type of a value in JSON. What is a date to YAML is a string
// there.
func valueType(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "object"
	case yaml.SequenceNode:
		return "array"
	}
	switch n.ShortTag() {
	case "!!null":
		return "null"
	case "!!bool":
		return "boolean"
	case "!!int":
		return "integer"
	case "!!float":
		return "number"
	}
	return "string"
}

// enumType is the type of all values of an enum, or "" if they have several.
func enumType(enum *yaml.Node) string {
	types := map[string]bool{}
	for _, value := range enum.Content {
		types[valueType(value)] = true
	}
	delete(types, "null")
	if types["number"] {
		delete(types, "integer")
	}
	all := slices.Collect(maps.Keys(types))
	switch len(all) {
	case 0:
		return "string"
	case 1:
		return all[0]
	}
	return ""
}

func (r *openAPI) object(t *Type) error {
	properties, additional := load.Get(t.Node, "properties"), load.Get(t.Node, "additionalProperties")
	if len(load.Keys(properties)) == 0 && len(requiredNames(t.Node)) == 0 {
		t.Kind = Map
		if properties != nil && additional == nil {
			t.Kind = Object // {} is said to have no fields
		}
		if additional != nil && additional.Kind == yaml.MappingNode && len(additional.Content) > 0 {
			t.Elem = r.ref(t.File, additional)
		}
		return nil
	}
	if properties != nil && properties.Kind != yaml.MappingNode {
		return wrong(t.File, "properties", properties, "a mapping")
	}
	t.Kind = Object
	for key, value := range load.Pairs(properties) {
		t.Fields = append(t.Fields, &Field{Name: key.Value, Type: r.ref(t.File, value), Pos: at(t.File, key)})
	}
	return nil // schema adds the required names
}

// requiredNames are the entries of a schema's list of required names.
func requiredNames(n *yaml.Node) []*yaml.Node {
	return load.Items(load.Get(n, "required"))
}

// composed adds what allOf, oneOf and anyOf say. Branches without a type, such
// as our rules over several fields, say nothing about the shape.
func (r *openAPI) composed(t *Type, key string) error {
	list := load.Get(t.Node, key)
	if list == nil {
		return nil
	}
	if list.Kind != yaml.SequenceNode {
		return wrong(t.File, key, list, "a list")
	}
	file := t.File // before t becomes one of its parts
	var parts []*Type
	var demanded []*yaml.Node
	for _, branch := range list.Content {
		if load.Text(branch, "type") == "null" {
			t.Nullable = true
			continue
		}
		part, err := r.ref(t.File, branch).Type()
		if err != nil {
			return err
		}
		if part.Kind != Any {
			parts = append(parts, part)
		} else if key == "allOf" {
			demanded = append(demanded, requiredNames(branch)...)
		}
	}
	switch {
	case len(parts) == 0:
	case key == "allOf" || len(parts) == 1:
		if err := r.merge(t, parts); err != nil {
			return err
		}
	case t.Kind != "" && t.Kind != Any && t.Kind != Map:
	case !slices.ContainsFunc(parts, func(part *Type) bool { return part.Kind != String }):
		t.Kind = String
		for _, part := range parts { // a plain string among them says that there may be more values
			t.Enum, t.Misfits = append(t.Enum, part.Enum...), append(t.Misfits, part.Misfits...)
		}
	default:
		t.Unite(parts)
	}
	for _, name := range demanded {
		if t.Kind == Object {
			t.demand(file, name)
		}
	}
	return nil
}

// demand makes a field required, in a copy: the field may be that of another
// type as well. A name that no property has is a field of any type.
func (t *Type) demand(file string, name *yaml.Node) {
	for i, f := range t.Fields {
		if f.Name == name.Value {
			required := *f
			required.Required = true
			t.Fields[i] = &required
			return
		}
	}
	pos := at(file, name)
	t.Fields = append(t.Fields, &Field{Name: name.Value, Required: true, Type: Known(&Type{Kind: Any, Pos: pos}), Pos: pos, undeclared: true})
}

// join adds a field that another part of the type has. A field is required if
// one part says so, and of the type that a part declares.
func (t *Type) join(f *Field) {
	for i, have := range t.Fields {
		if have.Name != f.Name {
			continue
		}
		joined := *have
		if have.undeclared {
			joined = *f
		}
		joined.Required = have.Required || f.Required
		t.Fields[i] = &joined
		return
	}
	t.Fields = append(t.Fields, f)
}

// merge makes one type of a schema and what it is composed of.
func (r *openAPI) merge(t *Type, parts []*Type) error {
	for _, part := range parts {
		switch {
		case t.Kind == "":
			pos, nullable := t.Pos, t.Nullable
			*t = *part
			t.Fields = slices.Clone(part.Fields)
			t.Nullable = nullable || part.Nullable
			if len(parts) > 1 { // else it is that type, in the same place
				t.Pos, t.Name = pos, ""
			}
		case t.Kind != part.Kind && !(t.isObject() && part.isObject()):
			return Errorf(part.Pos, "allOf joins %s and %s", t.Kind, part.Kind)
		default:
			if part.Kind == Object {
				t.Kind = Object
			}
			for _, f := range part.Fields {
				t.join(f)
			}
			if t.Enum == nil {
				t.Enum, t.Misfits = part.Enum, part.Misfits
			}
			if t.Elem == nil {
				t.Elem = part.Elem
			}
		}
	}
	return nil
}

// isObject reports whether values are objects in JSON.
func (t *Type) isObject() bool { return t.Kind == Object || t.Kind == Map }

// In reports whether a call is under one of the path prefixes.
func (c *Call) In(prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		return c.Path == prefix || strings.HasPrefix(c.Path, strings.TrimSuffix(prefix, "/")+"/")
	})
}
