package model

import (
	"cmp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/internal/wirename"
)

// components puts the component types into the packages that own them: those
// of an API file into its package, those of the shared file into the first.
func (b *builder) components(pkg *Package) {
	var types []*Type
	for _, t := range b.types {
		if t != nil && t.Package == pkg.Name {
			types = append(types, t)
		}
	}
	slices.SortFunc(types, func(a, b *Type) int { return cmp.Or(a.Pos.Compare(b.Pos), cmp.Compare(a.Name, b.Name)) })
	pkg.Types = types
}

// unused reports components that nothing refers to.
func (b *builder) unused() {
	if b.list.HasErrors() {
		return // what refers to it may be what is wrong
	}
	for _, file := range append([]string{load.SharedFile}, load.APIFiles...) {
		src := b.spec.Sources[file]
		for key := range load.Pairs(load.Get(load.Get(src.Root, "components"), "schemas")) {
			if slices.Contains(b.used, file+"#"+key.Value) || b.referenced(file, key.Value) {
				continue
			}
			b.list.Reportf(codes.UnusedSchema, src.Pos(key), "no call refers to the schema %s, so nothing is generated for it", key.Value)
		}
		for key := range load.Pairs(load.Get(load.Get(src.Root, "components"), "parameters")) {
			if !slices.Contains(b.usedParameters, file+"#"+key.Value) {
				b.list.Reportf(codes.UnusedSchema, src.Pos(key), "no call refers to the parameter %s, so nothing is generated for it", key.Value)
			}
		}
	}
}

// referenced reports whether the shared error answer uses a schema: it has no
// Go type, for errors are read by hand-written code.
func (b *builder) referenced(file, name string) bool {
	doc := b.spec.Documents[file]
	if doc == nil || doc.Components == nil {
		return false
	}
	for _, r := range doc.Components.Responses {
		if r.Value == nil {
			continue
		}
		for _, media := range r.Value.Content {
			if media.Schema != nil && media.Schema.Ref != "" {
				if f, n := component(file, media.Schema.Ref); f == file && n == name {
					return true
				}
			}
		}
	}
	return false
}

// named returns the Go type of a component, or nil for one that has none
// because it is a plain value.
func (b *builder) named(file, name string, schema *openapi3.Schema) *Type {
	key := file + "#" + name
	if !slices.Contains(b.used, key) {
		b.used = append(b.used, key)
	}
	if t, seen := b.types[key]; seen {
		return t
	}
	pkg := packageNames[file]
	if pkg == "" {
		pkg = packageNames[load.APIFiles[0]]
	}
	schema = b.own(file, name, schema)
	t := &Type{Name: name, Package: pkg, Pos: location(schema.Origin), Docs: Docs{
		Text: prose(schema.Description), URL: docsURL(schema.ExternalDocs), Deprecated: schema.Deprecated,
	}}
	switch {
	case len(schema.Enum) > 0:
		t.Role = RoleEnum
	case schema.Properties != nil:
		t.Role = RoleObject
	case schema.Discriminator != nil:
		t.Role = RoleUnion
	default:
		b.types[key] = nil
		return nil
	}
	b.types[key] = t
	if (!IsExported(name) || GoName(name) == "") && !b.saidAt(t.Pos) {
		b.list.Hintf(codes.NotExported, t.Pos, "write a name like MemberSession", "the schema name %q is not one that Go exports", name)
	}
	switch t.Role {
	case RoleEnum:
		b.enum(t, schema)
	case RoleUnion:
		b.union(t, file, schema)
	default:
		t.Copied, _ = schema.Extensions["x-copied"].(bool)
		b.fields(t, file, schema, false)
	}
	return t
}

// own returns a component as it is declared: a reference carries a copy that
// has the description written next to the reference.
func (b *builder) own(file, name string, schema *openapi3.Schema) *openapi3.Schema {
	if doc := b.spec.Documents[file]; doc != nil && doc.Components != nil {
		if ref := doc.Components.Schemas[name]; ref != nil && ref.Value != nil {
			return ref.Value
		}
	}
	return schema
}

func (b *builder) enum(t *Type, schema *openapi3.Schema) {
	if !schema.Type.Is(openapi3.TypeString) {
		b.list.Reportf(codes.EnumNotText, t.Pos, "an enum whose type is not string is not generated")
	}
	for i, v := range schema.Enum {
		wire, ok := v.(string)
		if !ok {
			continue // which has been said
		}
		pos := itemLocation(schema.Origin, "enum", i)
		value := EnumValue{Wire: wire, Name: t.Name + GoName(wire)}
		if GoName(wire) == "" {
			value.Name = t.Name + strings.Join(wirename.Words(wire), "") // a value that begins with a digit
		}
		if len(wirename.Words(wire)) == 0 {
			b.list.Reportf(codes.NoGoName, pos, "the enum value %q gives no name in Go", wire)
			continue
		}
		if j := slices.IndexFunc(t.Values, func(have EnumValue) bool { return have.Name == value.Name }); j >= 0 && t.Values[j].Wire == wire {
			b.list.Relatef(codes.DeclaredTwice, pos, "", diag.Related{Pos: itemLocation(schema.Origin, "enum", slices.Index(schema.Enum, v)), Message: "first declared here"},
				"the enum value %q is declared twice", wire)
			continue
		} else if j >= 0 {
			b.list.Relatef(codes.NamesMeet, pos, "", diag.Related{Pos: itemLocation(schema.Origin, "enum", slices.Index(schema.Enum, any(t.Values[j].Wire))), Message: value.Name + " is first declared here"},
				"the enum values %q and %q are both %s in Go", t.Values[j].Wire, wire, value.Name)
			continue
		}
		t.Values = append(t.Values, value)
	}
}

// itemLocation is the place of an item of a list of texts.
func itemLocation(o *openapi3.Origin, key string, i int) diag.Pos {
	if o != nil && i < len(o.Sequences[key]) {
		l := o.Sequences[key][i]
		return diag.Pos{File: l.File, Line: l.Line, Column: l.Column}
	}
	return fieldLocation(o, key)
}
