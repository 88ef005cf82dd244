package model

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
)

// union reads a choice between objects that a property tells apart. Each of them has that property as a const.
func (b *builder) union(t *Type, file string, schema *openapi3.Schema) {
	property := schema.Discriminator.PropertyName
	pos := fieldLocation(schema.Origin, "discriminator")
	for _, ref := range schema.OneOf {
		if ref.Ref == "" || ref.Value == nil {
			b.list.Hintf(codes.Discriminator, pos, "write oneOf: [{$ref: ...}, ...]", "each alternative of %s must be a schema of its own", t.Name)
			return
		}
		target, name := component(file, ref.Ref)
		variant := b.named(target, name, ref.Value)
		if variant == nil || variant.Role != RoleObject {
			b.list.Reportf(codes.Discriminator, pos, "%s is an alternative of %s, and not an object", name, t.Name)
			return
		}
		at := slices.IndexFunc(variant.Constants, func(c Constant) bool { return c.Wire == property })
		if at < 0 {
			b.list.Hintf(codes.Discriminator, variant.Pos, "add the required property "+property+": {type: string, const: ...}",
				"%s is an alternative of %s, and has no constant %q", name, t.Name, property)
			return
		}
		value := variant.Constants[at].Value
		if mapped, ok := schema.Discriminator.Mapping[value]; !ok || !strings.HasSuffix(mapped.Ref, "/"+name) {
			b.list.Hintf(codes.Discriminator, pos, "add "+value+": '#/components/schemas/"+name+"' to mapping",
				"mapping does not lead from %q to %s", value, name)
		}
		t.Variants = append(t.Variants, Variant{value, variant})
		variant.VariantOf = append(variant.VariantOf, t)
	}
	if len(schema.OneOf) != len(schema.Discriminator.Mapping) {
		b.list.Reportf(codes.Discriminator, pos, "oneOf has %d alternatives, and mapping %d", len(schema.OneOf), len(schema.Discriminator.Mapping))
	}
	if len(t.Variants) == 0 {
		return
	}
	other := b.other(t, property)
	t.Variants = append(t.Variants, Variant{"", other})
	b.types[file+"#"+other.Name] = other
}

// other is the struct for alternatives that the spec does not have: the discriminator is a text there, and what
// goes with it a value of any kind.
func (b *builder) other(t *Type, property string) *Type {
	other := &Type{
		Name: t.Name + "Other", Package: t.Package, Role: RoleObject, Pos: t.Pos, VariantOf: []*Type{t},
		Docs: Docs{Text: "A `" + t.Name + "` that the API has and this version of the SDK does not."},
	}
	other.Fields = []*Field{{
		Wire: property, Name: GoName(property), Kind: String, Required: true, In: InBody, Pos: t.Pos,
		Docs: Docs{Text: "The name that the API gives it."},
	}}
	for _, v := range t.Variants {
		for _, f := range v.Type.Fields {
			have := other.Field(f.Wire)
			if have == nil {
				have = &Field{
					Wire: f.Wire, Name: f.Name, Kind: Any, Required: f.Required, In: InBody, Pos: t.Pos,
					Docs: Docs{Text: "What belongs to it: anything that encoding/json can write."},
				}
				other.Fields = append(other.Fields, have)
			}
			have.Sensitive = have.Sensitive || f.Sensitive
		}
	}
	return other
}
