package apply

import (
	"slices"
	"strconv"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/drift"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
	"github.com/stytchgen/sdk/internal/wirename"
)

// property writes a field as our specs do: one of an answer that may be left
// out can be null.
func (a *applier) property(to *file, f *contract.Field, response bool) (entry, bool) {
	t, err := f.Type.Type()
	if err != nil {
		return nil, a.cannot("%v", err)
	}
	schema, ok := a.namesake(to, f.Name, t, response), true
	if schema == nil {
		schema, ok = a.schema(to, t, f.Name)
	}
	if !ok {
		return nil, false
	}
	switch nullable := response && !f.Required; {
	case schema[0].key == "$ref" && nullable:
		return entry{{"description", load.Todo}, {"oneOf", []entry{schema, {{"type", "'null'"}}}}}, true
	case schema[0].key == "$ref": // the component has a description
		return schema, true
	case nullable:
		schema[0].value = "[" + schema[0].value.(string) + ", 'null']"
	}
	return append(marked(schema, f.Name, t), pair{"description", load.Todo}), true
}

// marked adds x-sensitive to the schema of a text, list of texts or map that has the name of a secret or of
// personal data.
func marked(schema entry, name string, t *contract.Type) entry {
	for t.Kind == contract.Array || t.Kind == contract.Map && t.Elem != nil {
		elem, err := t.Elem.Type()
		if err != nil {
			return schema
		}
		t = elem
	}
	if isText := t.Kind == contract.String && t.Enum == nil; wirename.Sensitive(name) && (isText || t.Kind == contract.Map) {
		return append(schema, pair{"x-sensitive", "true"})
	}
	return schema
}

// schema writes a type: scalars as they are, lists of what they hold, objects
// and enums as references to components, which are made where there is none.
func (a *applier) schema(to *file, t *contract.Type, name string) (entry, bool) {
	switch t.Kind {
	case contract.Boolean:
		return entry{{"type", "boolean"}}, true
	case contract.Integer:
		return entry{{"type", "integer"}}, true
	case contract.Number:
		if t.Loose { // the API has no other numbers so far
			return entry{{"type", "integer"}}, true
		}
		return entry{{"type", "number"}}, true
	case contract.Map:
		values, ok := a.values(to, t, name)
		return entry{{"type", "object"}, {"additionalProperties", values}}, ok
	case contract.String:
		if t.Enum != nil {
			return a.reference(to, t, name)
		}
		if t.Time || wirename.Time(name) {
			return entry{{"type", "string"}, {"format", "date-time"}}, true
		}
		return entry{{"type", "string"}}, true
	case contract.Object:
		return a.reference(to, t, name)
	case contract.Array:
		if t.Elem == nil {
			return nil, a.cannot("the service's description does not say what the items of the list %s are", name)
		}
		elem, err := t.Elem.Type()
		if err != nil {
			return nil, a.cannot("%v", err)
		}
		if !slices.Contains([]contract.Kind{contract.String, contract.Object, contract.Map, contract.Union}, elem.Kind) || elem.Kind == contract.Map && elem.Elem != nil {
			return nil, a.cannot("%s is a list of which each item is %s; lists of texts, enums and objects are generated", name, elem.Kind)
		}
		items, ok := a.schema(to, elem, strings.TrimSuffix(name, "s"))
		return entry{{"type", "array"}, {"items", items}}, ok
	case contract.Union:
		return nil, a.cannot("%s is one of several types; write oneOf with a discriminator, or one type", name)
	}
	return nil, a.cannot("the service says that %s is %s, which has no form in the spec", name, t.Kind)
}

// values writes what a map holds: true for anything.
func (a *applier) values(to *file, t *contract.Type, name string) (any, bool) {
	if t.Elem == nil {
		return "true", true
	}
	elem, err := t.Elem.Type()
	switch {
	case err != nil:
		return nil, a.cannot("%v", err)
	case elem.Kind == contract.Any || elem.Kind == contract.Map:
		return "true", true
	}
	return a.schema(to, elem, strings.TrimSuffix(name, "s"))
}

// reference refers to a component of ours that is the service's type, and
// makes one if there is none.
func (a *applier) reference(to *file, t *contract.Type, name string) (entry, bool) {
	for _, file := range a.namespace(to.api) {
		meeting := drift.Meeting{There: t.Pos, File: file.src.Name}
		if have := a.met[meeting]; have != nil {
			if at := componentOf(file, have); at != "" {
				return refer("schemas", at), true
			}
		}
		if name := a.made[meeting]; name != "" {
			return refer("schemas", name), true
		}
		if name := a.enums[valuesOf(file.src.Name, t)]; name != "" {
			return refer("schemas", name), true
		}
	}
	if t.Enum != nil && t.Misfits == nil {
		for _, file := range a.namespace(to.api) {
			for key, schema := range load.Pairs(schemas(file.src)) {
				have := load.Texts(load.Get(schema, "enum"))
				if slices.Equal(slices.Sorted(slices.Values(have)), slices.Sorted(slices.Values(t.Enum))) {
					return refer("schemas", key.Value), true
				}
			}
		}
	}
	for _, file := range a.namespace(to.api) {
		if schema := load.Get(schemas(file.src), typeName(t.Name)); schema != nil && t.Enum == nil && a.isType(file, schema, t) {
			return refer("schemas", typeName(t.Name)), true
		}
	}
	if m := schemas(to.src); m != nil && len(m.Content) == 0 || m == nil && load.Get(to.src.Root, "components") != nil {
		return nil, a.cannot("%s has no components.schemas that a type could be added to; begin them", to.src.Name)
	}
	c := component{of: drift.Meeting{There: t.Pos, File: to.src.Name}, name: a.freeName(to, t.Name, name), values: valuesOf(to.src.Name, t)}
	a.made[c.of] = c.name
	schema, ok := a.componentSchema(to, t)
	if !ok {
		delete(a.made, c.of)
		return nil, false
	}
	if c.schema = schema; c.values != "" {
		a.enums[c.values] = c.name
	}
	a.pending = append(a.pending, c)
	return refer("schemas", c.name), true
}

// valuesOf names an enum of a file by its values, in whatever order they are;
// "" for another type.
func valuesOf(file string, t *contract.Type) string {
	if t.Enum == nil || t.Misfits != nil {
		return ""
	}
	return file + ": " + flowList(slices.Sorted(slices.Values(t.Enum)))
}

// componentOf returns the name of the component that a type of ours is.
func componentOf(f *file, t *contract.Type) string {
	for key, schema := range load.Pairs(schemas(f.src)) {
		if schema == t.Node {
			return key.Value
		}
	}
	return ""
}

func refer(section, name string) entry {
	return entry{{"$ref", "'#/components/" + section + "/" + name + "'"}}
}

// answered notes that a type of the service, and every type below it, is part of
// an answer.
func (a *applier) answered(ref *contract.Ref) {
	if ref == nil {
		return
	}
	t, err := ref.Type()
	if err != nil || a.answers[t.Pos] {
		return
	}
	a.answers[t.Pos] = true
	a.answered(t.Elem)
	for _, f := range t.Fields {
		a.answered(f.Type)
	}
}

// componentSchema writes an object or enum out. In one that answers use, what may
// be missing can be null.
func (a *applier) componentSchema(to *file, t *contract.Type) (entry, bool) {
	if t.Enum != nil {
		if len(t.Misfits) > 0 || len(t.Enum) == 0 {
			return nil, a.cannot("its enum has the value %s, which is no string, and enums are generated for strings only", strings.Join(t.Misfits, ", "))
		}
		for _, v := range t.Enum {
			if !printable.MatchString(v) {
				return nil, a.cannot("an enum value holds characters that are not written into the spec as they are")
			}
		}
		return entry{{"type", "string"}, {"enum", flowList(t.Enum)}, {"description", load.Todo}}, true
	}
	body, ok := a.object(to, t, a.answers[t.Pos])
	if !ok {
		return nil, false
	}
	return append(entry{body[0], {"description", load.Todo}}, body[1:]...), true
}

// object writes an object in place.
func (a *applier) object(to *file, t *contract.Type, response bool) (entry, bool) {
	var required []string
	var properties entry
	for _, f := range t.Fields {
		if !isName(f.Name) {
			return nil, a.cannot("the name of a field holds characters that are not written into the spec as they are")
		}
		value, ok := a.property(to, f, response)
		if !ok {
			return nil, false
		}
		if f.Required {
			required = append(required, f.Name)
		}
		properties = append(properties, pair{f.Name, value})
	}
	if len(properties) == 0 {
		return nil, a.cannot("the service's description has an object without fields, which has no form in the spec")
	}
	body := entry{{"type", "object"}}
	if required != nil {
		body = append(body, pair{"required", flowList(required)})
	}
	return append(body, pair{"properties", properties}), true
}

// firstFree returns name, or name with the first number from 2 on that is not taken.
func firstFree(name, separator string, taken map[string]bool) string {
	free := name
	for n := 2; taken[free]; n++ {
		free = name + separator + strconv.Itoa(n)
	}
	return free
}

// typeName is the name of the service's type behind its last underscore.
func typeName(theirs string) string { return theirs[strings.LastIndex(theirs, "_")+1:] }

// isType reports whether a component is the service's type, which no call has shown yet.
func (a *applier) isType(file *file, schema *yaml.Node, t *contract.Type) bool {
	have, err := drift.Documents(a.spec).Type(file.src.Name, schema).Type()
	return err == nil && drift.Same(have, t)
}

// freeName is a name for a component: that of the service's type, or that of the field.
func (a *applier) freeName(to *file, theirs, field string) string {
	name := typeName(theirs)
	if !model.IsExported(name) {
		name = ""
		for part := range strings.FieldsFuncSeq(field, func(r rune) bool { return r == '_' || r == '-' || r == '.' }) {
			name += strings.ToUpper(part[:1]) + part[1:]
		}
	}
	if !model.IsExported(name) {
		name = "Type"
	}
	free := firstFree(name, "", a.taken[to.api])
	a.taken[to.api][free] = true
	return free
}
