package contract

import (
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/load"
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
	if t.Kind == "" {
		t.Kind = Any
	}
	return t, nil
}

// declared reads what a schema says by itself.
func (r *openAPI) declared(t *Type) error {
	var names []string
	kind := load.Get(t.Node, "type")
	switch {
	case kind == nil:
	case kind.Kind == yaml.SequenceNode:
		for _, n := range kind.Content {
			names = append(names, n.Value)
		}
	default:
		names = []string{kind.Value}
	}
	nullable := load.Get(t.Node, "nullable")
	t.Nullable = slices.Contains(names, "null") || nullable != nil && nullable.Value == "true"
	names = slices.DeleteFunc(names, func(s string) bool { return s == "null" })
	properties, enum := load.Get(t.Node, "properties"), load.Get(t.Node, "enum")
	switch {
	case len(names) > 1:
		t.Kind = Union
		return nil
	case len(names) == 1:
		return r.typed(t, kind, names[0])
	case properties != nil:
		return r.typed(t, properties, "object")
	case enum != nil:
		return r.typed(t, enum, "string")
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
		return r.enum(t)
	case "integer":
		t.Kind = Integer
	case "number":
		t.Kind = Number
		if format := load.Get(t.Node, "format"); format != nil && strings.HasPrefix(format.Value, "int") {
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
	enum := load.Get(t.Node, "enum")
	if enum == nil {
		return nil
	}
	if enum.Kind != yaml.SequenceNode {
		return wrong(t.File, "enum", enum, "a list")
	}
	for _, value := range enum.Content {
		if value.ShortTag() == "!!null" {
			t.Nullable = true
			continue
		}
		t.Enum = append(t.Enum, value.Value)
	}
	return nil
}

func (r *openAPI) object(t *Type) error {
	properties, additional := load.Get(t.Node, "properties"), load.Get(t.Node, "additionalProperties")
	if len(load.Keys(properties)) == 0 {
		t.Kind = Map
		if properties != nil && additional == nil {
			t.Kind = Object // {} is said to have no fields
		}
		if additional != nil && additional.Kind == yaml.MappingNode && len(additional.Content) > 0 {
			t.Elem = r.ref(t.File, additional)
		}
		return nil
	}
	if properties.Kind != yaml.MappingNode {
		return wrong(t.File, "properties", properties, "a mapping")
	}
	t.Kind = Object
	required := map[string]bool{}
	if list := load.Get(t.Node, "required"); list != nil && list.Kind == yaml.SequenceNode {
		for _, name := range list.Content {
			required[name.Value] = true
		}
	}
	for key, value := range load.Pairs(properties) {
		t.Fields = append(t.Fields, &Field{Name: key.Value, Required: required[key.Value], Type: r.ref(t.File, value), Pos: at(t.File, key)})
	}
	return nil
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
	var parts []*Type
	var demanded []*yaml.Node
	for _, branch := range list.Content {
		if only := load.Get(branch, "type"); only != nil && only.Value == "null" {
			t.Nullable = true
			continue
		}
		part, err := r.ref(t.File, branch).Type()
		if err != nil {
			return err
		}
		if part.Kind != Any {
			parts = append(parts, part)
		} else if required := load.Get(branch, "required"); required != nil && key == "allOf" {
			demanded = append(demanded, required.Content...)
		}
	}
	switch {
	case len(parts) == 0:
	case key == "allOf" || len(parts) == 1:
		if err := r.merge(t, parts); err != nil {
			return err
		}
	case t.Kind == "" || t.Kind == Any:
		t.Kind = Union
	}
	for _, name := range demanded {
		t.demand(name.Value)
	}
	return nil
}

// demand makes a field required, in a copy: the field may be that of another
// type as well.
func (t *Type) demand(name string) {
	for i, f := range t.Fields {
		if f.Name == name && !f.Required {
			required := *f
			required.Required = true
			t.Fields[i] = &required
		}
	}
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
			if len(parts) > 1 { // else it is that type, and stands where that stands
				t.Pos, t.Name = pos, ""
			}
		case t.Kind != part.Kind && !(t.Kind == Map && part.Kind == Object):
			return Errorf(part.Pos, "allOf joins %s and %s", t.Kind, part.Kind)
		default:
			t.Kind = part.Kind
			for _, f := range part.Fields {
				if have := t.Field(f.Name); have == nil {
					t.Fields = append(t.Fields, f)
				} else if f.Required {
					t.demand(f.Name)
				}
			}
			if t.Enum == nil {
				t.Enum = part.Enum
			}
			if t.Elem == nil {
				t.Elem = part.Elem
			}
		}
	}
	return nil
}

// In reports whether a call lies under one of the path prefixes.
func (c *Call) In(prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		return c.Path == prefix || strings.HasPrefix(c.Path, strings.TrimSuffix(prefix, "/")+"/")
	})
}
