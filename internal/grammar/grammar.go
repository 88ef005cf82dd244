// Package grammar compares a JSON answer with the struct type that it is decoded into: which fields
// there are, which of them are always there, of what type, and with which values. Only clients that
// report drift use it.
package grammar

import (
	"slices"
	"strings"

	"github.com/stytchgen/sdk/internal/wire"
)

// Kind is the kind of a value.
type Kind uint8

// The kinds. A Map is an object whose names are data. A Struct has a Type, and so has an Enum whose
// values are known.
const (
	String Kind = iota
	Integer
	Number
	Boolean
	Time
	Map
	Struct
	Enum
)

// Type is an object with its fields, or an enum with its values.
type Type struct {
	Fields []Field
	Values []string
}

// Field is a field of an object.
type Field struct {
	Name string
	Kind Kind
	Type *Type
	// List means that the value is a list of this kind. Map means that it is an object whose names are
	// data and whose values are of this kind, or lists of it.
	List, Map bool
	// Required fields are always there and never null.
	Required bool
}

// Difference is the kind of a difference from the spec.
type Difference string

// The differences.
const (
	UnknownField Difference = "unknown field"
	UnknownValue Difference = "unknown value"
	MissingField Difference = "missing field"
	// WrongType is a value that the Reader leaves empty as well, null where it should not be, a time in a
	// rare form, and a name that its object has twice.
	WrongType Difference = "wrong type"
)

// Compare reports how a body differs from the type, with the path of each field:
// "user.emails[].verified". The elements of a list share one path. A body that is no JSON is compared
// as far as it can be read.
func (t *Type) Compare(body string, report func(path string, what Difference)) {
	c := &comparison{reader: wire.NewReader(body), report: report}
	c.reader.Lenient()
	c.reader.OnRepeat(func(name string) { c.at(shown(name), WrongType) })
	c.object(t)
}

type comparison struct {
	reader *wire.Reader
	path   []string
	report func(path string, what Difference)
}

// found reports a difference at the current place, unless the text itself is
// broken: the call then has an error that says so.
func (c *comparison) found(what Difference) {
	if c.reader.Err() == nil {
		c.report(strings.TrimPrefix(strings.Join(c.path, ""), "."), what)
	}
}

// at reports a difference of the field with that name.
func (c *comparison) at(name string, what Difference) {
	c.path = append(c.path, "."+name)
	c.found(what)
	c.path = c.path[:len(c.path)-1]
}

// wrong reads a value that is of another type.
func (c *comparison) wrong() {
	c.reader.Skip() // first: it may be no value at all
	c.found(WrongType)
}

// maxPath is how many parts a path can have. Deeper values of recursive types are not compared: each
// level would be a path of its own.
const maxPath = 64

func (c *comparison) object(t *Type) {
	if len(c.path) >= maxPath {
		c.reader.Skip()
		return
	}
	if c.reader.Kind() != "an object" {
		c.wrong()
		return
	}
	had := make([]bool, len(t.Fields))
	for c.reader.BeginObject(); c.reader.NextField(); {
		name := c.reader.Name()
		i := slices.IndexFunc(t.Fields, func(f Field) bool { return f.Name == name })
		if i < 0 {
			name = shown(name)
		}
		c.path = append(c.path, "."+name)
		if i < 0 {
			c.reader.Skip()
			c.found(UnknownField)
		} else {
			had[i] = true
			c.field(&t.Fields[i])
		}
		c.path = c.path[:len(c.path)-1]
	}
	for i, f := range t.Fields {
		if f.Required && !had[i] {
			c.at(f.Name, MissingField)
		}
	}
}

// shown is a name of the service's as a report may show it: what does not look
// like a field's name may be data, and data is never shown.
func shown(name string) string {
	if wire.IsFieldName(name) {
		return name
	}
	return "?"
}

func (c *comparison) field(f *Field) {
	switch kind := c.reader.Kind(); {
	case kind == "null":
		if f.Required {
			c.found(WrongType)
		}
		c.reader.Skip()
	case !f.Map:
		c.listOrValue(f)
	case kind != "an object":
		c.wrong()
	default:
		c.path = append(c.path, "[]") // the names are data, and not shown
		for c.reader.BeginObject(); c.reader.NextField(); {
			c.listOrValue(f)
		}
		c.path = c.path[:len(c.path)-1]
	}
}

func (c *comparison) listOrValue(f *Field) {
	switch {
	case !f.List:
		c.value(f)
	case c.reader.Kind() != "an array":
		c.wrong()
	default:
		c.path = append(c.path, "[]")
		for c.reader.BeginArray(); c.reader.NextElement(); {
			c.value(f)
		}
		c.path = c.path[:len(c.path)-1]
	}
}

var jsonKinds = [...]string{
	String: "a string", Integer: "a number", Number: "a number", Boolean: "a boolean",
	Time: "a string", Map: "an object", Enum: "a string", Struct: "an object",
}

func (c *comparison) value(f *Field) {
	if c.reader.Kind() != jsonKinds[f.Kind] {
		c.wrong()
		return
	}
	misfits := c.reader.Misfits()
	switch f.Kind {
	case Struct:
		c.object(f.Type)
		return
	case Enum:
		value := c.reader.String()
		if f.Type != nil && !slices.Contains(f.Type.Values, value) && c.reader.Misfits() == misfits {
			c.found(UnknownValue)
		}
	case String:
		_ = c.reader.String()
	case Integer:
		c.reader.Int()
	case Number:
		c.reader.Float()
	case Time:
		if value := c.reader.String(); !wire.IsUsualTime(value) {
			c.found(WrongType)
			return
		}
	default:
		c.reader.Skip()
	}
	if c.reader.Misfits() != misfits {
		c.found(WrongType)
	}
}
