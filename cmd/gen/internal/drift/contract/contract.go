// Package contract describes what calls look like on the wire, whoever described
// them: a spec of ours, the OpenAPI document that the service's owner
// publishes, or the owner's package for Node. It knows paths, fields and
// types, and nothing of component names.
package contract

import (
	"fmt"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// API is a set of calls from one source.
type API struct {
	// Source names where the calls were read, with a version: "npm stytch 14.2.0".
	Source string
	// Calls are the calls in the order of the source.
	Calls []*Call
}

// Call is one call of an API.
type Call struct {
	// Verb is the HTTP method, in capitals.
	Verb string
	// Path is the template, such as /v1/sessions/jwks/{project_id}.
	Path string
	Pos  diag.Pos
	// Area and Name are what the source calls the call in its own client, where it says so:
	// m2m_clients_secrets and rotateStart.
	Area, Name string
	// Server is where the call is answered, when that is not where the API's other
	// calls are: https://telemetry.example.com, without a slash at the end.
	Server string
	// Params are the parameters of a call, by the places where they are. Each is an object with a field for each
	// parameter, or nil.
	Params map[string]*Ref
	// Request and Response are the bodies; nil for none. Form tells that the request is a form, not JSON.
	Request, Response *Ref
	Form              bool
}

// The places of a call's parameters.
const (
	InPath   = "path"
	InQuery  = "query"
	InHeader = "header"
	InCookie = "cookie"
)

// Locations are all places of parameters.
var Locations = []string{InPath, InQuery, InHeader, InCookie}

// Where says where a call is that is not at the API's own server: " at
// https://telemetry.example.com".
func (c *Call) Where() string {
	if c.Server == "" {
		return ""
	}
	return " at " + c.Server
}

// String names a call as people do: "POST /v1/otps/authenticate".
func (c *Call) String() string { return c.Verb + " " + c.Path }

// Kind is what a value is on the wire.
type Kind string

// The kinds. An Any is one of which the source says nothing. A Map is an
// object whose names the source does not know. A Number may be an integer
// where the source cannot tell, as TypeScript cannot: see Type.Loose. An
// Opaque is a body that is not JSON; its Name says what it is.
const (
	Any     Kind = "anything"
	Object  Kind = "an object"
	Map     Kind = "a free-form object"
	Array   Kind = "a list"
	String  Kind = "a string"
	Integer Kind = "an integer"
	Number  Kind = "a number"
	Boolean Kind = "a boolean"
	Union   Kind = "one of several types"
	Opaque  Kind = "a body that is not JSON"
)

// Type is the type of a value.
type Type struct {
	Kind Kind
	// Loose tells of a Number that its source does not tell integers apart.
	Loose bool
	// Time tells that a String is a time.
	Time bool
	// Nullable tells that the source says that the value can be null.
	Nullable bool
	// Fields are those of an Object, in the order of the source.
	Fields []*Field
	// Elem is the type of a list's items or a Map's values; nil for anything.
	Elem *Ref
	// Variants are the parts of a Union that are objects.
	Variants []*Type
	// Enum are the values that a String is said to have; nil when any will do.
	// Misfits are further values that are said of it and are no strings, as JSON
	// writes them.
	Enum, Misfits []string
	// Name is what the source calls the type, or "".
	Name string
	Pos  diag.Pos
	// File and Node are the schema that a spec file describes the type with.
	// For a type that was composed of several, Node is the first with
	// properties.
	File string
	Node *yaml.Node
}

// Field returns the field of a name, or nil.
func (t *Type) Field(name string) *Field {
	for _, f := range t.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Unite makes the type a Union of parts. A part that is a union itself adds its
// own variants.
func (t *Type) Unite(parts []*Type) {
	t.Kind = Union
	for _, part := range parts {
		switch part.Kind {
		case Object:
			t.Variants = append(t.Variants, part)
		case Union:
			t.Variants = append(t.Variants, part.Variants...)
		}
	}
}

// Field is one field of an object.
type Field struct {
	Name     string
	Required bool
	Type     *Ref
	Pos      diag.Pos
	// undeclared tells that the source has the name in a list of required ones
	// only.
	undeclared bool
}

// Ref is a type that is read when it is asked for, so that types may hold one
// another and calls that are not compared cost nothing.
type Ref struct {
	read    func() (*Type, error)
	reading bool
	typ     *Type
	err     error
	pos     diag.Pos
}

// Lazy returns a Ref that calls read once. pos is where it is written.
func Lazy(pos diag.Pos, read func() (*Type, error)) *Ref { return &Ref{read: read, pos: pos} }

// Known returns a Ref to a type that was read already.
func Known(t *Type) *Ref { return &Ref{typ: t, pos: t.Pos} }

// Type returns the type, or an error with the position of what cannot be
// read. A type that is nothing but a reference to itself is an error.
func (r *Ref) Type() (*Type, error) {
	if r.typ != nil || r.err != nil {
		return r.typ, r.err
	}
	if r.reading {
		return nil, Errorf(r.pos, "the type refers to itself and so says nothing")
	}
	r.reading = true
	r.typ, r.err = r.read()
	r.reading = false
	return r.typ, r.err
}

// Error is something that a source says and this generator cannot read.
type Error struct {
	Pos     diag.Pos
	Message string
}

func (e *Error) Error() string { return e.Pos.String() + ": " + e.Message }

// Errorf returns an Error.
func Errorf(pos diag.Pos, format string, args ...any) *Error {
	return &Error{Pos: pos, Message: fmt.Sprintf(format, args...)}
}

// ObjectOf returns an object type with fields, for parameters.
func ObjectOf(pos diag.Pos, fields ...*Field) *Ref {
	return Known(&Type{Kind: Object, Fields: fields, Pos: pos})
}
