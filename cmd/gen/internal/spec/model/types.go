package model

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/internal/wirename"
)

// property is a name and its schema, in the order of the spec.
type property struct {
	name string
	ref  *openapi3.SchemaRef
	pos  diag.Pos
}

func properties(schema *openapi3.Schema) []property {
	var all []property
	for name, ref := range schema.Properties {
		pos := location(ref.Origin)
		if ref.Ref == "" && ref.Value != nil {
			pos = location(ref.Value.Origin)
		}
		all = append(all, property{name, ref, pos})
	}
	slices.SortFunc(all, func(a, b property) int { return cmp.Or(a.pos.Compare(b.pos), cmp.Compare(a.name, b.name)) })
	return all
}

func (b *builder) fields(t *Type, file string, schema *openapi3.Schema, request bool) {
	for _, p := range properties(schema) {
		if p.ref.Value != nil && p.ref.Value.Const != nil {
			b.constant(t, schema, p)
			continue
		}
		f := b.field(file, p.name, p.ref, slices.Contains(schema.Required, p.name), request)
		f.In, f.Pos = InBody, p.pos
		b.rename(f, p.ref.Extensions, p.ref.Origin)
		if p.ref.Ref == "" && p.ref.Value != nil {
			b.rename(f, p.ref.Value.Extensions, p.ref.Value.Origin)
		}
		t.Fields = append(t.Fields, f)
	}
	b.rules(t, schema)
}

// constant adds a property with a const.
func (b *builder) constant(t *Type, schema *openapi3.Schema, p property) {
	value, ok := p.ref.Value.Const.(string)
	if !ok || p.ref.Ref != "" || !p.ref.Value.Type.Is(openapi3.TypeString) || !slices.Contains(schema.Required, p.name) {
		b.list.Hintf(codes.Constant, p.pos, "write type: string next to const, and name it in required", "%q has a const, but is not a required text", p.name)
		return
	}
	t.Constants = append(t.Constants, Constant{p.name, value, p.pos})
}

// rename applies x-go-name.
func (b *builder) rename(f *Field, extensions map[string]any, origin *openapi3.Origin) {
	name, ok := extensions["x-go-name"].(string)
	if ok {
		f.Name = name
		if !IsExported(name) {
			b.list.Hintf(codes.NotExported, fieldLocation(origin, "x-go-name"), "write letters and digits, a capital first", "%q is not a name that Go exports", name)
		}
		return
	}
	if f.Name == "" && !b.saidAt(f.Pos) { // else it is no name of the wire either
		b.list.Hintf(codes.NoGoName, f.Pos, "add x-go-name", "%q gives no name in Go", f.Wire)
	}
}

// field makes a field from a schema or a reference to one. For a body's
// property, request tells whether null can occur.
func (b *builder) field(file, wire string, ref *openapi3.SchemaRef, required, request bool) *Field {
	f := &Field{Wire: wire, Name: GoName(wire), Required: required}
	schema := ref.Value
	if schema == nil {
		return f
	}
	f.Docs = Docs{Text: prose(schema.Description), URL: docsURL(schema.ExternalDocs), Deprecated: schema.Deprecated}
	f.Pos = location(schema.Origin)
	if ref.Ref != "" {
		f.Pos = location(ref.Origin)
	}
	f.Sensitive = sensitive(ref.Extensions) || sensitive(schema.Extensions)
	f.saysEssential = saysEssential(ref)
	f.keys = ref.Extensions
	if ref.Ref == "" {
		f.keys = schema.Extensions
	}
	f.Invalid = cmp.Or(text(ref.Extensions["x-invalid"]), text(schema.Extensions["x-invalid"]))
	inner, nullable := b.nonNull(ref, f.Pos)
	f.Nullable = nullable
	if inner == nil || inner.Value == nil {
		return f
	}
	if nullable && request {
		nullInRequest(b.list, f.Pos)
	}
	if nullable && required {
		b.list.Hintf(codes.RequiredNullable, f.Pos, "remove it from required; nil then means null and absent", "a field that is both required and nullable is not generated")
	}
	b.value(f, file, inner)
	if f.Public = saysPublic(ref.Extensions) || saysPublic(schema.Extensions); f.looksSensitive() && !f.Sensitive && !f.Public {
		b.list.Hintf(codes.OpenSecret, f.Pos, "write x-sensitive: true, or false if everybody may read it", "%s looks secret or personal by its name, and would be printed", wire)
	}
	if schema.Default != nil {
		var ok bool
		if f.Limits.Default, ok = schema.Default.(string); !ok {
			text, _ := json.Marshal(schema.Default)
			f.Limits.Default = string(text)
		}
	}
	return f
}

func nullInRequest(list *diag.List, pos diag.Pos) {
	list.Hintf(codes.NullInRequest, pos, "leave null out; an optional field that is not set is not sent", "a request field that can be null is not generated")
}

// nonNull takes null out of a schema: type: [string, 'null'], or oneOf of a
// reference and type: 'null'.
func (b *builder) nonNull(ref *openapi3.SchemaRef, pos diag.Pos) (inner *openapi3.SchemaRef, nullable bool) {
	if ref.Ref != "" || len(ref.Value.OneOf) == 0 || ref.Value.Type.Is(openapi3.TypeObject) {
		return ref, ref.Value.Type.IncludesNull()
	}
	branches := ref.Value.OneOf
	if len(branches) == 2 && branches[0].Ref != "" && branches[1].Ref == "" && branches[1].Value.Type.Is(openapi3.TypeNull) && ref.Value.Type == nil {
		return branches[0], true
	}
	b.list.Hintf(codes.SeveralTypes, pos, "write oneOf: [{$ref: ...}, {type: 'null'}], or one type", "a value of several types is not generated")
	return nil, false
}

func sensitive(extensions map[string]any) bool {
	v, _ := extensions["x-sensitive"].(bool)
	return v
}

// saysPublic reports an x-sensitive that is written out to be false.
func saysPublic(extensions map[string]any) bool {
	v, ok := extensions["x-sensitive"].(bool)
	return ok && !v
}

// looksSensitive reports whether a field has the name of a secret or of personal data, and can have it.
func (f *Field) looksSensitive() bool {
	text := f.Innermost()
	return wirename.Sensitive(f.Wire) && (text.Kind == String || text.Kind == Map)
}

// value sets what a field holds.
func (b *builder) value(f *Field, file string, ref *openapi3.SchemaRef) {
	schema := ref.Value
	if ref.Ref != "" {
		target, name := component(file, ref.Ref)
		f.Sensitive = f.Sensitive || sensitive(schema.Extensions)
		f.Limits.PatternOf = name
		file = target
		if t := b.named(target, name, schema); t != nil {
			f.Type, f.Kind = t, map[Role]Kind{RoleObject: Struct, RoleEnum: Enum, RoleUnion: Union}[t.Role]
			if f.Docs.Text == "" {
				f.Docs.Text = t.Docs.Text
			}
			return
		}
		if f.Docs.Text == "" {
			f.Docs.Text = prose(schema.Description)
		}
	}
	use := f.Pos
	if ref.Ref != "" && schema.Origin != nil {
		f.Pos = location(schema.Origin) // what is wrong is wrong there
	}
	f.Kind = b.kind(f, schema)
	b.limits(f, schema)
	switch {
	case f.Kind == List:
		b.items(f, file, schema)
	case f.Kind == Map && schema.AdditionalProperties.Schema != nil:
		b.mapValues(f, file, schema.AdditionalProperties.Schema)
	}
	f.Pos = use
}

// kind tells the kind of a schema that is not a named type.
func (b *builder) kind(f *Field, schema *openapi3.Schema) Kind {
	if schema.Properties == nil && (len(schema.OneOf) > 0 || len(schema.AnyOf) > 0 || len(schema.AllOf) > 0) {
		b.alternatives(f, schema)
		return String
	}
	if schema.Properties == nil && schema.Extensions["x-choice"] != nil {
		b.nothingToChoose(schema)
	}
	types := schema.Type.Clone()
	types = slices.DeleteFunc(types, func(t string) bool { return t == openapi3.TypeNull })
	if len(types) != 1 {
		if !b.saidWithin(schema.Origin) { // a type that is misspelt, say
			b.severalTypes(f)
		}
		return String
	}
	if schema.Format != "" && (schema.Format != "date-time" || types[0] != openapi3.TypeString) {
		hint := "of strings, date-time is; say the rest with a pattern or in the description"
		if types[0] != openapi3.TypeString {
			hint = "leave it out; minimum and maximum say which numbers there are"
		}
		b.list.Hintf(codes.Format, fieldLocation(schema.Origin, "format"), hint, "the format %s on the type %s is not generated", schema.Format, types[0])
	}
	if len(schema.Enum) > 0 {
		b.list.Hintf(codes.UnnamedType, f.Pos, "write it under components.schemas and refer to it; its name there is its name in Go", "an enum needs a name")
	}
	switch types[0] {
	case openapi3.TypeString:
		if schema.Format == "date-time" {
			return Time
		}
		return String
	case openapi3.TypeInteger:
		return Integer
	case openapi3.TypeNumber:
		return Number
	case openapi3.TypeBoolean:
		return Boolean
	case openapi3.TypeArray:
		return List
	case openapi3.TypeObject:
	default:
		return String // there is no such type, which lint has said
	}
	if schema.Properties != nil {
		b.list.Hintf(codes.UnnamedType, f.Pos, "write it under components.schemas and refer to it; its name there is its name in Go", "an object needs a name")
	} else if schema.AdditionalProperties.Schema == nil && (schema.AdditionalProperties.Has == nil || !*schema.AdditionalProperties.Has) {
		b.list.Hintf(codes.FreeForm, f.Pos, "write additionalProperties: true for a free-form object, or the schema of the values", "an object with neither properties nor additionalProperties is not generated")
	}
	return Map
}

// alternatives reports a choice or a composition in place of a type.
func (b *builder) alternatives(f *Field, schema *openapi3.Schema) {
	refs := func(all openapi3.SchemaRefs) bool {
		return slices.ContainsFunc(all, func(r *openapi3.SchemaRef) bool {
			return r.Ref != "" || r.Value != nil && r.Value.Type.Is(openapi3.TypeObject)
		})
	}
	key := "oneOf"
	if len(schema.OneOf) == 0 {
		key = "anyOf"
	}
	orNull := slices.ContainsFunc(schema.OneOf, func(r *openapi3.SchemaRef) bool { return r.Value.Type.Is(openapi3.TypeNull) })
	switch {
	case orNull:
		b.list.Hintf(codes.SeveralTypes, f.Pos, "write oneOf: [{$ref: ...}, {type: 'null'}] where the schema is used", "a schema that can be null everywhere is not generated")
	case refs(schema.AllOf):
		b.composed(schema)
	case refs(schema.OneOf), refs(schema.AnyOf):
		b.list.Hintf(codes.ObjectAlternatives, fieldLocation(schema.Origin, key), "write one object with optional properties; oneOf: [{required: [a]}, {required: [b]}] says which exclude one another",
			"alternatives between objects are not generated")
	default:
		b.severalTypes(f)
	}
}

func (b *builder) severalTypes(f *Field) {
	b.list.Hintf(codes.SeveralTypes, f.Pos, "write one type, or one type and 'null'", "a value of several types, or of none, is not generated")
}

func (b *builder) items(f *Field, file string, schema *openapi3.Schema) {
	if schema.Items == nil || schema.Items.Value == nil {
		b.list.Reportf(codes.ListItems, f.Pos, "a list needs items")
		return
	}
	item := &Field{Wire: f.Wire, Pos: f.Pos}
	inner, nullable := b.nonNull(schema.Items, f.Pos)
	if inner == nil {
		return
	}
	if inner.Value == nil || inner.Value.Type.Is(openapi3.TypeArray) { // which may be a list of itself
		b.list.Reportf(codes.ListItems, f.Pos, "a list of lists is not generated; lists of texts, enums and objects are")
		return
	}
	b.value(item, file, inner)
	freeForm := item.Kind == Map && item.Elem == ""
	if nullable || item.Kind != String && item.Kind != Struct && item.Kind != Enum && item.Kind != Union && !freeForm {
		b.list.Reportf(codes.ListItems, f.Pos, "a list of such items is not generated; lists of texts, enums and objects are")
		return
	}
	f.Elem, f.Type, f.ItemLimits = item.Kind, item.Type, item.Limits
	f.Sensitive = f.Sensitive || item.Sensitive
}

// mapValues sets what the values of a typed map are.
func (b *builder) mapValues(f *Field, file string, ref *openapi3.SchemaRef) {
	if ref.Value == nil {
		return
	}
	value := &Field{Wire: f.Wire, Pos: f.Pos}
	inner, nullable := b.nonNull(ref, f.Pos)
	if inner == nil {
		return
	}
	if nullable || inner.Value == nil || inner.Value.AdditionalProperties.Schema != nil { // which may be a map of itself
		b.list.Hintf(codes.FreeForm, f.Pos, "write additionalProperties: true for a free-form object",
			"a map of maps, or of values that can be null, is not generated")
		return
	}
	b.value(value, file, inner)
	if value.Innermost().Kind == Union {
		b.list.Reportf(codes.ObjectAlternatives, f.Pos, "a map of choices between objects is not generated; a list is")
		return
	}
	f.Elem, f.Inner, f.Type, f.ItemLimits = value.Kind, value.Elem, value.Type, value.Limits
	f.Sensitive = f.Sensitive || value.Sensitive
}
