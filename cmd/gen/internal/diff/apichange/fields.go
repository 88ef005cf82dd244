package apichange

import (
	"fmt"
	"slices"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// owner is what changes are about: the request or response of a call, or a
// component.
type owner struct {
	subject string
	// body is request or response, and empty for a component.
	body string
	// below and at are the name and the position of a field that now has another
	// type. Changes below it are about that field, for the types themselves may be
	// as they were.
	below string
	at    diag.Pos
}

// walk compares the types of one call in one direction.
type walk struct {
	*comparison
	where *call
	used  direction
	// names are what HEAD calls the parameters in the path, by their names in BASE.
	names map[string]string
	seen  map[visit]bool
}

// visit is a pair of types, and the field that has got the other type, if one
// has.
type visit struct {
	base, head *model.Type
	at         diag.Pos
}

func (c *comparison) body(base, head *model.Type, where *call, used direction, names map[string]string) {
	w := &walk{c, where, used, names, map[visit]bool{}}
	body := "request"
	if used == received {
		body = "response"
	}
	w.types(base, head, owner{subject: where.String(), body: body})
}

// fieldName is how a text calls a field.
func (o owner) fieldName(f *model.Field) string {
	switch {
	case f.In != model.InBody:
		return fmt.Sprintf("the %s parameter `%s`", f.In, f.Wire)
	case o.below != "":
		return fmt.Sprintf("the field `%s` of %s", f.Wire, o.below)
	case o.body != "":
		return fmt.Sprintf("the %s field `%s`", o.body, f.Wire)
	}
	return fmt.Sprintf("the field `%s`", f.Wire)
}

// record records a change that is about an owner. It says whether it is one of requests or of responses, which
// note leaves out.
func (w *walk) record(o owner, change Change) {
	if o.body == "" {
		change.used = w.used
	}
	w.note(o, change)
}

func (w *walk) note(o owner, change Change) {
	change.Calls = []string{w.where.String()}
	if change.Subject == "" {
		change.Subject = o.subject
	}
	if o.below != "" {
		change.Pos, change.InBase = o.at, false
	}
	w.add(change)
}

// types compares two structs or enums that are in the same place.
func (w *walk) types(base, head *model.Type, o owner) {
	v := visit{base, head, o.at}
	if base == nil || head == nil || w.seen[v] {
		return
	}
	w.seen[v] = true
	if o.body == "" && o.below == "" && base.Docs.Deprecated != head.Docs.Deprecated {
		w.deprecated(value{o, "the schema", head.Pos, schema{}, schema{}}, head.Docs)
	}
	w.values(base, head, o)
	w.constants(base, head, o)
	w.variants(base, head, o)
	for _, before := range base.Fields {
		if !slices.ContainsFunc(head.Fields, func(after *model.Field) bool { return w.same(before, after) }) {
			w.removed(base, before, head, o)
		}
	}
	for _, after := range head.Fields {
		i := slices.IndexFunc(base.Fields, func(before *model.Field) bool { return w.same(before, after) })
		if i < 0 {
			w.added(base, head, after, o)
			continue
		}
		w.field(base, base.Fields[i], head, after, o)
	}
}

// same reports whether two fields are the same on the wire.
func (w *walk) same(before, after *model.Field) bool {
	name := before.Wire
	if before.In == model.InPath {
		name = w.names[name]
	}
	return before.In == after.In && name == after.Wire
}

func (w *walk) removed(base *model.Type, before *model.Field, head *model.Type, o owner) {
	w.record(o, Change{
		Rule: "field-removed", Level: Major, Pos: before.Pos, InBase: true, Text: o.fieldName(before) + " was removed",
		Symbols: union([]Symbol{fieldSymbol(base, before), fieldSymbol(head, before)}, newTypes(before.Type, w.head, nil)...),
	})
}

func (w *walk) added(base, head *model.Type, after *model.Field, o owner) {
	level, text := Minor, " is new"
	if after.Required {
		level, text = w.used.narrowed(), " is new and required"
	}
	w.record(o, Change{
		Rule: "field-added", Level: level, Pos: after.Pos, Text: o.fieldName(after) + text,
		Symbols: union([]Symbol{fieldSymbol(head, after), fieldSymbol(base, after)}, newTypes(after.Type, w.base, nil)...),
	})
}

// field compares two fields that are the same on the wire.
func (w *walk) field(base *model.Type, before *model.Field, head *model.Type, after *model.Field, o owner) {
	name := o.fieldName(after)
	symbols := []Symbol{fieldSymbol(base, before), fieldSymbol(head, after)}
	if before.Wire != after.Wire || before.Name != after.Name {
		text := fmt.Sprintf("%s is now named %s in Go, the same on the wire", name, after.Name)
		if before.Wire != after.Wire { // a parameter of the path
			text = fmt.Sprintf("the path parameter `%s` is now named `%s`, the same on the wire", before.Wire, after.Wire)
		}
		w.note(o, Change{Rule: "go-field-renamed", Pos: after.Pos, Text: text, Symbols: symbols})
	}
	w.required(base, before, head, after, o, symbols)
	from, to := w.base.schemaOf(before), w.head.schemaOf(after)
	v := value{o, name, after.Pos, from, to}
	if before.Docs.Deprecated != after.Docs.Deprecated {
		w.deprecated(v.declaring("deprecated"), after.Docs)
	}
	w.secret(before, head, after, v)
	w.essential(before, after, v)
	w.invalid(before, after, v)
	if before.Header != after.Header {
		w.note(o, Change{Rule: "header-changed", Level: Patch, Pos: after.Pos, Text: fmt.Sprintf("%s is now sent as the header `%s`, not `%s`", name, after.Header, before.Header)})
	}
	if before.AlsoInBody != after.AlsoInBody {
		text := name + " is now sent in the body as well"
		if before.AlsoInBody {
			text = name + " is no longer sent in the body as well"
		}
		w.record(o, Change{Rule: "also-in-body", Level: Minor, Pos: after.Pos, Text: text})
	}
	switch {
	case before.Nullable && !after.Nullable:
		w.record(o, Change{Rule: "null-refused", Level: w.used.narrowed(), Pos: after.Pos, Text: name + " can no longer be null", Symbols: symbols})
	case !before.Nullable && after.Nullable:
		w.record(o, Change{Rule: "null-allowed", Level: w.used.widened(), Pos: after.Pos, Text: name + " can now be null", Symbols: symbols})
	}
	if before.Kind != after.Kind || before.Elem != after.Elem || before.Inner != after.Inner {
		w.retyped(before, after, v, symbols)
		return // limits and fields of another type are part of that
	}
	w.defaults(before, after, v)
	w.limits(before.Limits, after.Limits, v)
	w.limits(before.ItemLimits, after.ItemLimits, value{o, "each item of " + name, after.Pos, w.base.items(from), w.head.items(to)})
	if before.Type != nil && after.Type != nil {
		w.types(before.Type, after.Type, w.ownerOf(before, after, name, o, symbols))
	}
}

// required compares who has to send a field. It is pinned to the entry in the
// list of required fields.
func (w *walk) required(base *model.Type, before *model.Field, head *model.Type, after *model.Field, o owner, symbols []Symbol) {
	name := o.fieldName(after)
	switch {
	case before.Required && !after.Required:
		w.record(o, Change{Rule: "field-optional", Level: w.used.widened(), Pos: w.base.requiredPos(base, before), InBase: true, Text: name + " is now optional", Symbols: symbols})
	case !before.Required && after.Required:
		w.record(o, Change{Rule: "field-required", Level: w.used.narrowed(), Pos: w.head.requiredPos(head, after), Text: name + " is now required", Symbols: symbols})
	}
}

// requiredPos is where a spec says that a field is required.
func (x *index) requiredPos(t *model.Type, f *model.Field) diag.Pos {
	holder := x.nodes[t.Pos] // of a component, else the call
	switch t.Role {
	case model.RoleRequest:
		holder = requestSchema(x.nodes[t.Pos])
	case model.RoleResponse:
		holder = x.at(t.Pos, "/responses/200/content/application~1json/schema")
	}
	if f.In != model.InBody {
		if pos, ok := keyPos(f.Pos.File, x.nodes[f.Pos], "required"); ok {
			return pos
		}
		return f.Pos
	}
	if pos, ok := itemPos(f.Pos.File, holder, "required", f.Wire); ok {
		return pos
	}
	return f.Pos
}

// ownerOf returns what changes below a field are about. Those of a component
// that the field has kept are changes of the component. When it has got
// another component, they are changes of this field alone.
func (w *walk) ownerOf(before, after *model.Field, name string, o owner, symbols []Symbol) owner {
	base, head := before.Type, after.Type
	own := owner{subject: w.head.component(head.Pos.File, head.Name)}
	if symbolOf(base) == symbolOf(head) {
		return own
	}
	renamed := w.base.types[symbolOf(head)] == nil && w.head.types[symbolOf(base)] == nil
	change := Change{
		Rule: "go-type-changed", Pos: after.Pos, Symbols: slices.Concat(newTypes(base, w.head, nil), newTypes(head, w.base, nil), symbols),
		Text: fmt.Sprintf("the type of %s is now %s.%s in Go, it was %s.%s", name, head.Package, head.Name, base.Package, base.Name),
	}
	if renamed {
		change.Rule, change.Pos = "go-type-renamed", head.Pos
		change.Text = fmt.Sprintf("the type %s.%s is now %s.%s, the same on the wire", base.Package, base.Name, head.Package, head.Name)
	}
	for _, side := range []*model.Type{base, head} { // constants of an enum have its name
		for _, v := range side.Values {
			change.Symbols = union(change.Symbols, Symbol{side.Package, v.Name})
		}
	}
	if renamed {
		w.note(own, change)
		return own
	}
	w.note(o, change)
	if o.below == "" {
		o.at = after.Pos
	}
	switch o.below = name; {
	case after.Kind == model.List:
		o.below = "each item of " + name
	case after.Kind == model.Map:
		o.below = "each value of " + name
	}
	return o
}

// constants compares what the client always sends.
func (w *walk) constants(base, head *model.Type, o owner) {
	find := func(t *model.Type, wire string) int {
		return slices.IndexFunc(t.Constants, func(c model.Constant) bool { return c.Wire == wire })
	}
	record := func(level Level, pos diag.Pos, inBase bool, text string) {
		w.record(o, Change{Rule: "constant-changed", Level: level, Pos: pos, InBase: inBase, InClient: true, Text: text})
	}
	for _, c := range base.Constants {
		if find(head, c.Wire) < 0 {
			record(Major, c.Pos, true, fmt.Sprintf("the client no longer sends `%s` as `%s`", c.Wire, c.Value))
		}
	}
	for _, c := range head.Constants {
		i := find(base, c.Wire)
		switch {
		case i < 0:
			record(Minor, c.Pos, false, fmt.Sprintf("the client now always sends `%s` as `%s`", c.Wire, c.Value))
		case base.Constants[i].Value != c.Value:
			record(Major, c.Pos, false, fmt.Sprintf("the client now sends `%s` as `%s`, not as `%s`", c.Wire, c.Value, base.Constants[i].Value))
		}
	}
}

// variants compares the structs of a union.
func (w *walk) variants(base, head *model.Type, o owner) {
	find := func(t *model.Type, value string) int {
		return slices.IndexFunc(t.Variants, func(v model.Variant) bool { return v.Value == value })
	}
	for _, v := range base.Variants {
		i := find(head, v.Value)
		if i < 0 {
			w.record(o, Change{
				Rule: "variant-removed", Level: w.used.narrowed(), Pos: v.Type.Pos, InBase: true,
				Text: fmt.Sprintf("the alternative `%s` was removed", v.Value), Symbols: newTypes(v.Type, w.head, nil),
			})
			continue
		}
		w.types(v.Type, head.Variants[i].Type, owner{subject: w.head.component(head.Pos.File, head.Variants[i].Type.Name)})
	}
	for _, v := range head.Variants {
		if find(base, v.Value) < 0 {
			w.record(o, Change{
				Rule: "variant-added", Level: w.used.widened(), Pos: v.Type.Pos,
				Text: fmt.Sprintf("the alternative `%s` is new", v.Value), Symbols: newTypes(v.Type, w.base, nil),
			})
		}
	}
}

// values compares the values of an enum.
func (w *walk) values(base, head *model.Type, o owner) {
	value := func(text, rule string, level Level, side *index, t *model.Type, v model.EnumValue) {
		pos, found := itemPos(t.Pos.File, side.nodes[t.Pos], "enum", v.Wire)
		if !found {
			pos = t.Pos
		}
		of := ""
		if o.below != "" {
			of = " of " + o.below
		}
		w.record(o, Change{Rule: rule, Level: level, Pos: pos, InBase: side == w.base, Text: fmt.Sprintf(text, v.Wire, of), Symbols: []Symbol{{t.Package, v.Name}}})
	}
	has := func(t *model.Type, wire string) bool {
		return slices.ContainsFunc(t.Values, func(v model.EnumValue) bool { return v.Wire == wire })
	}
	for _, v := range base.Values {
		if !has(head, v.Wire) {
			value("the value `%s`%s was removed", "value-removed", w.used.narrowed(), w.base, base, v)
		}
	}
	for _, v := range head.Values {
		if !has(base, v.Wire) { // unknown values survive in the SDK
			value("the value `%s`%s is new", "value-added", Minor, w.head, head, v)
		}
	}
}
