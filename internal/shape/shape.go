// Package shape compares a JSON answer with the spec: which fields it has, which of them are required,
// and their types and values. Generated code has the types as data. They are only used if a client
// reports drift.
package shape

import (
	"slices"
	"strings"

	"github.com/stytchgen/sdk/internal/wire"
)

// Kind is the kind of a value.
type Kind uint8

// The kinds. A Map is an object whose names are data. A Struct and an Enum have a Type.
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
	// List: the value is a list of such values. Map: it is an object whose names are data, with such
	// values.
	List, Map bool
	// Required fields are always there and never null.
	Required bool
}

// Types are the types of answers. They refer to each other by name, so that they can be recursive and
// need no initialization.
type Types []Type

func (t Types) find(name string) *Type {
	if i := slices.IndexFunc(t, func(t Type) bool { return t.Name == name }); i >= 0 {
		return &t[i]
	}
	return nil
}

// Difference is the kind of a difference from the spec.
type Difference string

// The differences.
const (
	UnknownField Difference = "unknown field"
	UnknownValue Difference = "unknown value"
	MissingField Difference = "missing field"
	// WrongType is a value that the Reader leaves empty, null for a field that is never null, a time in
	// a rare form, or a second value for a name.
	WrongType Difference = "wrong type"
)

// Check reports how a body differs from the named type, with the path of each difference:
// "user.emails[].verified". All elements of a list have the same path. A body that is not JSON is
// compared as far as it can be read.
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

// found reports a difference at the current path. It reports nothing if the text is not valid JSON,
// because the call then returns an error.
func (c *checker) found(what Difference) {
	if c.reader.Err() == nil {
		c.report(strings.TrimPrefix(strings.Join(c.path, ""), "."), what)
	}
}

// at reports a difference at the field with that name.
func (c *checker) at(name string, what Difference) {
	c.path = append(c.path, "."+shown(name))
	c.found(what)
	c.path = c.path[:len(c.path)-1]
}

// wrong skips a value of the wrong type and reports it.
func (c *checker) wrong() {
	c.reader.Skip() // first, because it may not be valid JSON
	c.found(WrongType)
}

// maxPath is the largest number of parts in a path. Deeper values of recursive types are not compared,
// because each level would be another path.
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

// shown returns a name as a report may show it. A name that does not look like a field's may be data,
// which reports never show.
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
		c.path = append(c.path, "[]") // the names are data and are not shown
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
