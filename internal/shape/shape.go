// Package shape holds a JSON answer against what the spec says of it: which
// fields there are, which of them are always there, of what type, and with
// which values. Generated code has the shapes as data; nothing looks at them
// unless a client was asked to report drift.
package shape

import (
	"slices"
	"strings"

	"github.com/stytchgen/sdk/internal/wire"
)

// Kind is what a value is.
type Kind uint8

// The kinds. A Map is an object whose names are data. A Struct and an Enum
// have a Type.
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
	Name   string
	Fields []Field
	Values []string
}

// Field is a field of an object.
type Field struct {
	Name string
	Kind Kind
	// Type is the name of a Struct or an Enum.
	Type string
	// List tells that the value is a list of such, and Map that it is an object whose names are data and whose
	// values are such.
	List, Map bool
	// Required fields are always there and never null.
	Required bool
}

// Types are the types that answers are made of. They refer to one another by
// name, so that they may hold one another and take no work before main.
type Types []Type

func (t Types) find(name string) *Type {
	if i := slices.IndexFunc(t, func(t Type) bool { return t.Name == name }); i >= 0 {
		return &t[i]
	}
	return nil
}

// Difference is what is not as the spec says.
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

// Check reports how a body differs from the type of that name, by the way to
// the field: "user.emails[].verified". The places of a list are not told
// apart. A body that is no JSON is reported as far as it can be read.
func (t Types) Check(body, name string, report func(path string, what Difference)) {
	c := &checker{types: t, reader: wire.NewReader(body), report: report}
	c.reader.Lenient()
	c.reader.OnRepeat(func(name string) { c.at(name, WrongType) })
	if root := t.find(name); root != nil {
		c.object(root)
	}
}

type checker struct {
	types  Types
	reader *wire.Reader
	path   []string
	report func(path string, what Difference)
}

// found reports a difference at the current place, unless the text itself is
// broken: the call then has an error that says so.
func (c *checker) found(what Difference) {
	if c.reader.Err() == nil {
		c.report(strings.TrimPrefix(strings.Join(c.path, ""), "."), what)
	}
}

// at reports a difference of the field with that name.
func (c *checker) at(name string, what Difference) {
	c.path = append(c.path, "."+shown(name))
	c.found(what)
	c.path = c.path[:len(c.path)-1]
}

// wrong reads a value that is of another type.
func (c *checker) wrong() {
	c.reader.Skip() // first: it may be no value at all
	c.found(WrongType)
}

// maxPath is how many parts a path can have. Deeper values of recursive types are not compared: each
// level would be a path of its own.
const maxPath = 64

func (c *checker) object(t *Type) {
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
		c.path = append(c.path, "."+shown(name))
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

func (c *checker) field(f *Field) {
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

func (c *checker) listOrValue(f *Field) {
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

func (c *checker) value(f *Field) {
	if c.reader.Kind() != jsonKinds[f.Kind] {
		c.wrong()
		return
	}
	misfits := c.reader.Misfits()
	switch f.Kind {
	case Struct:
		if t := c.types.find(f.Type); t != nil {
			c.object(t)
			return
		}
		c.reader.Skip()
	case Enum:
		value := c.reader.String()
		if t := c.types.find(f.Type); t != nil && !slices.Contains(t.Values, value) && c.reader.Misfits() == misfits {
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
