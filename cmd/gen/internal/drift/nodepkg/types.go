package nodepkg

import (
	"slices"

	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
)

// maxNesting bounds types in types.
const maxNesting = 100

// parseType reads a type at the reading place of a declaration file: names,
// lists, Records, object literals, texts, and unions of these.
func (f *declarations) parseType(depth int) (*contract.Type, error) {
	if depth > maxNesting {
		return nil, f.src.errorf(f.src.peek().pos, "types are nested more than %d deep", maxNesting)
	}
	start := f.src.peek()
	f.src.take("|")
	var parts []*contract.Type
	for {
		part, err := f.postfix(depth)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if !f.src.take("|") {
			break
		}
	}
	if f.src.is("&") || f.src.is("extends") {
		return nil, f.src.unexpected("a type without %s", f.src.peek().text)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return f.union(start, parts), nil
}

// union joins the parts of a union. Texts become an enum; a plain string
// beside them says that the service may add values, which is true of each.
func (f *declarations) union(start token, parts []*contract.Type) *contract.Type {
	joined := &contract.Type{Pos: f.src.pos(start.pos)}
	var rest []*contract.Type
	for _, p := range parts {
		switch {
		case p == null:
			joined.Nullable = true
		case p == undefined:
		default:
			rest = append(rest, p)
		}
	}
	all := func(kind contract.Kind) bool {
		return len(rest) > 0 && !slices.ContainsFunc(rest, func(p *contract.Type) bool { return p.Kind != kind })
	}
	switch {
	case len(rest) == 0:
		joined.Kind = contract.Any
	case all(contract.String):
		joined.Kind = contract.String
		for _, p := range rest {
			joined.Enum = append(joined.Enum, p.Enum...)
		}
	case len(rest) == 1:
		only := *rest[0]
		only.Nullable = only.Nullable || joined.Nullable
		return &only
	case all(contract.Boolean):
		joined.Kind = contract.Boolean // true | false
	case all(contract.Number):
		joined.Kind, joined.Loose = contract.Number, true // 1 | 2
	default:
		joined.Unite(rest)
	}
	return joined
}

// null and undefined are parts of unions.
var (
	null      = &contract.Type{Kind: contract.Any, Nullable: true}
	undefined = &contract.Type{Kind: contract.Any}
)

// postfix reads a type and the [] behind it.
func (f *declarations) postfix(depth int) (*contract.Type, error) {
	t, err := f.primary(depth)
	if err != nil {
		return nil, err
	}
	for f.src.is("[") {
		open := f.src.skip()
		if !f.src.take("]") {
			return nil, f.src.unexpected("%q: only lists are read behind a type", "]")
		}
		t = &contract.Type{Kind: contract.Array, Elem: contract.Known(t), Pos: f.src.pos(open.pos)}
	}
	return t, nil
}

func (f *declarations) primary(depth int) (*contract.Type, error) {
	t := f.src.peek()
	pos := f.src.pos(t.pos)
	switch {
	case t.kind == text:
		f.src.skip()
		return &contract.Type{Kind: contract.String, Enum: []string{t.text}, Pos: pos}, nil
	case t.kind == number:
		f.src.skip()
		return &contract.Type{Kind: contract.Number, Loose: true, Pos: pos}, nil
	case f.src.is("{"):
		return f.literal(depth)
	case f.src.is("("):
		return f.parenthesised(t, depth)
	case t.kind == word:
		f.src.skip()
		return f.named(t, depth)
	}
	return nil, f.src.unexpected("a type")
}

// parenthesised reads a type in parentheses, as a list of a union has it.
func (f *declarations) parenthesised(open token, depth int) (*contract.Type, error) {
	start := f.src.at
	if err := f.src.block(); err != nil {
		return nil, err
	}
	if f.src.is("=>") {
		return nil, f.src.errorf(open.pos, "a function as a type is not read")
	}
	f.src.at = start + 1
	inner, err := f.parseType(depth + 1)
	if err != nil {
		return nil, err
	}
	return inner, f.src.want(")")
}

var simple = map[string]contract.Type{
	"string":  {Kind: contract.String},
	"number":  {Kind: contract.Number, Loose: true},
	"boolean": {Kind: contract.Boolean}, "true": {Kind: contract.Boolean}, "false": {Kind: contract.Boolean},
	"any": {Kind: contract.Any}, "unknown": {Kind: contract.Any},
	"object": {Kind: contract.Map},
	"Date":   {Kind: contract.String}, // as JSON writes it
}

// named reads the type that a word names, with the arguments after it.
func (f *declarations) named(t token, depth int) (*contract.Type, error) {
	pos := f.src.pos(t.pos)
	if known, ok := simple[t.text]; ok {
		known.Pos = pos
		return &known, nil
	}
	switch t.text {
	case "null":
		return null, nil
	case "undefined":
		return undefined, nil
	case "keyof", "typeof", "infer", "readonly", "unique", "never", "void", "symbol", "bigint":
		return nil, f.src.errorf(t.pos, "%s in a type is not read", t.text)
	}
	if f.src.is(".") {
		return nil, f.src.errorf(t.pos, "a name with a dot is not read as a type")
	}
	if f.src.is("<") {
		return f.generic(t, depth)
	}
	return f.reference(t)
}

// generic reads Record<string, T>, Map<string, T>, Array<T> and Partial-like
// types; the last are refused.
func (f *declarations) generic(t token, depth int) (*contract.Type, error) {
	pos := f.src.pos(t.pos)
	f.src.skip()
	var args []*contract.Type
	for {
		arg, err := f.parseType(depth + 1)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
		if !f.src.take(",") {
			break
		}
	}
	if err := f.src.want(">"); err != nil {
		return nil, err
	}
	switch {
	case (t.text == "Record" || t.text == "Map") && len(args) == 2 && args[0].Kind == contract.String:
		m := &contract.Type{Kind: contract.Map, Pos: pos}
		if args[1].Kind != contract.Any {
			m.Elem = contract.Known(args[1])
		}
		return m, nil
	case t.text == "Array" && len(args) == 1:
		return &contract.Type{Kind: contract.Array, Elem: contract.Known(args[0]), Pos: pos}, nil
	}
	return nil, f.src.errorf(t.pos, "%s<...> is not read; Record, Map and Array are", quote(t.text))
}

// literal reads the members of an interface or of a type in braces.
func (f *declarations) literal(depth int) (*contract.Type, error) {
	open := f.src.peek()
	if err := f.src.want("{"); err != nil {
		return nil, err
	}
	t := &contract.Type{Kind: contract.Object, Pos: f.src.pos(open.pos)}
	for !f.src.take("}") {
		if f.src.is("[") {
			if err := f.index(t, depth); err != nil {
				return nil, err
			}
			continue
		}
		field, err := f.member(depth)
		if err != nil {
			return nil, err
		}
		if t.Field(field.Name) != nil {
			return nil, contract.Errorf(field.Pos, "the field %s appears here a second time", quote(field.Name))
		}
		t.Fields = append(t.Fields, field)
	}
	if len(t.Fields) == 0 && t.Elem != nil {
		t.Kind = contract.Map
	}
	return t, nil
}

// index reads [key: string]: T;
func (f *declarations) index(t *contract.Type, depth int) error {
	open := f.src.skip()
	if f.src.skip().kind != word || !f.src.take(":") || !f.src.take("string") || !f.src.take("]") || !f.src.take(":") {
		return f.src.errorf(open.pos, "a computed name is not read; [name: string]: T is")
	}
	elem, err := f.parseType(depth + 1)
	if err != nil {
		return err
	}
	t.Elem = contract.Known(elem)
	return f.separator()
}

// member reads name?: T;
func (f *declarations) member(depth int) (*contract.Field, error) {
	f.src.take("readonly")
	name := f.src.peek()
	if name.kind != word && name.kind != text {
		return nil, f.src.unexpected("the name of a field")
	}
	f.src.skip()
	field := &contract.Field{Name: name.text, Required: !f.src.take("?"), Pos: f.src.pos(name.pos)}
	if f.src.is("(") || f.src.is("<") {
		return nil, f.src.errorf(name.pos, "%s is a function; only fields are read here", quote(name.text))
	}
	if err := f.src.want(":"); err != nil {
		return nil, err
	}
	start := f.src.at
	if err := f.skipType(); err != nil {
		return nil, err
	}
	for _, part := range f.src.tokens[start:f.src.at] {
		if part.kind == word && part.text == "undefined" {
			field.Required = false
		}
	}
	field.Type = f.later(start, depth+1)
	return field, f.separator()
}

// later returns the type that begins at a token. It is read when it is asked
// for: types may contain one another, and most calls are not compared.
func (f *declarations) later(start, depth int) *contract.Ref {
	return contract.Lazy(f.src.pos(f.src.tokens[start].pos), func() (*contract.Type, error) {
		back := f.src.at
		defer func() { f.src.at = back }()
		f.src.at = start
		t, err := f.parseType(depth)
		if err != nil {
			return nil, err
		}
		if !f.src.is(";") && !f.src.is(",") && !f.src.is("}") && !f.src.is(")") {
			return nil, f.src.unexpected("the end of the type")
		}
		return t, nil
	})
}

// skipType moves to the mark that ends a type.
func (f *declarations) skipType() error {
	angles := 0
	for {
		t := f.src.peek()
		switch {
		case t.kind == end:
			return f.src.unexpected("the end of the type")
		case t.kind == mark && closing[t.text] != "":
			if err := f.src.block(); err != nil {
				return err
			}
			continue
		case f.src.is("<"):
			angles++
		case f.src.is(">"):
			angles--
		case angles <= 0 && (f.src.is(";") || f.src.is(",") || f.src.is("}") || f.src.is(")")):
			return nil
		}
		f.src.skip()
	}
}

func (f *declarations) separator() error {
	if f.src.take(";") || f.src.take(",") || f.src.is("}") {
		return nil
	}
	return f.src.unexpected("%q", ";")
}
