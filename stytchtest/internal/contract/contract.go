// Package contract has the spec in the form that the emulator enforces: the
// calls, what they take and answer, and the error types. The tables are
// generated. They are constant data, so a program that uses them starts as
// fast as without.
package contract

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Endpoint is a call.
type Endpoint struct {
	// API is "consumer" or "b2b". ID names the call in it: "otps.sms.send".
	API, ID string
	// Method and Path are the call on the wire. A parameter in the path is in
	// braces.
	Method, Path string
	// Anonymous calls need no credentials.
	Anonymous bool
	Body      Body
	// OAuthErrors means that errors have the form of OAuth.
	OAuthErrors bool
	// NoAnswer means that the response has no body.
	NoAnswer          bool
	Request, Response Type
}

// Name is the full name of a call: "consumer.otps.sms.send".
func (e *Endpoint) Name() string { return e.API + "." + e.ID }

// Body is the form of a request's body.
type Body uint8

// The forms of a body.
const (
	NoBody Body = iota
	JSON
	Form
)

// Type is an object, an enum or a choice of objects.
type Type struct {
	Fields    []Field
	Constants []Constant
	Rules     []Rule
	// Values are those of an enum.
	Values []string
	// Variants are the objects of a choice.
	Variants []Variant
}

// Constant is a field that always has the same text.
type Constant struct {
	Name, Value string
}

// Variant is the object that a constant selects.
type Variant struct {
	Constant
	Type TypeID
}

// TypeID is a type that has a name. The types of calls have none.
type TypeID uint16

// Field is a field of an object, or a parameter.
type Field struct {
	Name string
	Kind Kind
	// Elem is the kind of the items of a list, or of the values of a map that is
	// not free-form. Inner is the kind of the items of the lists in such a map.
	Elem, Inner Kind
	// Type is the object, enum or choice, of the value itself or of what it
	// contains.
	Type TypeID
	In   In
	// Header is the header that a field of a group of headers comes from.
	Header string
	// Required fields of a request must be sent; those of a response are always
	// there.
	Required bool
	// Nullable fields can be null.
	Nullable bool
	Limits   *Limits
	// ItemLimits are the limits of the items of a list or map.
	ItemLimits *Limits
	// Invalid is the service's error type for a value that breaks the limits, or
	// "".
	Invalid string
}

// Group returns the fields of a group of headers.
func (f *Field) Group() []Field { return types[f.Type].Fields }

// Parse returns the value of a parameter or of a form's field that was sent as a
// text, as JSON has it. A text that does not fit stays a string.
func (f *Field) Parse(text string) any {
	switch f.Kind {
	case Boolean:
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	case Integer:
		if _, err := strconv.Atoi(text); err == nil {
			return json.Number(text)
		}
	}
	return text
}

// Kind is what a field contains.
type Kind uint8

// The kinds. A Map is an object whose names are data. It is free-form unless the
// field has an Elem.
const (
	Any Kind = iota
	String
	Integer
	Number
	Boolean
	Time
	Map
	Struct
	Enum
	List
	Union
)

// In is where a field is in a request.
type In uint8

// The places.
const (
	InBody In = iota
	InPath
	InQuery
	InHeader
)

// Limits are what a value must keep to.
type Limits struct {
	Minimum, Maximum     Bound
	MinLength, MaxLength int // 0: no limit
	MinItems, MaxItems   int // 0: no limit
	Pattern              *Pattern
}

// Bound is a limit of a number. The zero Bound is none.
type Bound struct {
	Set bool
	At  int
}

// Rule limits how many of several fields are set.
type Rule struct {
	Kind   RuleKind
	Fields []string
	// None and Several are the service's error types for too few and too many
	// fields, or "".
	None, Several string
}

// RuleKind says how many fields must be set.
type RuleKind uint8

// The kinds of rules.
const (
	ExactlyOne RuleKind = iota
	AtMostOne
	AtLeastOne
)

// ErrorType is a type of error that the service answers.
type ErrorType struct {
	Name   string
	Status int
	// When says when the service answers it.
	When string
	URL  string
}

// ErrorTypes returns the error types, sorted by name.
func ErrorTypes() []ErrorType { return errorTypes }

// ErrorTypeOf returns the error type with a name, and whether there is one.
func ErrorTypeOf(name string) (ErrorType, bool) {
	i, found := slices.BinarySearchFunc(errorTypes, name, func(e ErrorType, name string) int { return strings.Compare(e.Name, name) })
	if !found {
		return ErrorType{}, false
	}
	return errorTypes[i], true
}

// Find returns the call of a request and its path parameters. The path is escaped, because
// an id can contain a slash. If the path exists with other methods only, Find returns those.
func Find(method, path string) (e *Endpoint, params map[string]string, allowed []string) {
	for i := range endpoints {
		candidate := &endpoints[i]
		params, ok := match(candidate.Path, path)
		if !ok {
			continue
		}
		if candidate.Method == method {
			return candidate, params, nil
		}
		allowed = append(allowed, candidate.Method)
	}
	slices.Sort(allowed)
	return nil, nil, slices.Compact(allowed)
}

// Endpoints returns every call.
func Endpoints() []Endpoint { return endpoints }

// Named returns the call with a full name, such as "consumer.otps.sms.send", or nil.
func Named(name string) *Endpoint {
	for i := range endpoints {
		if endpoints[i].Name() == name {
			return &endpoints[i]
		}
	}
	return nil
}

// match returns the parameters of a path that fits a template. A parameter is not
// empty.
func match(template, path string) (map[string]string, bool) {
	var params map[string]string
	for {
		i := strings.IndexByte(template, '{')
		if i < 0 {
			return params, template == path
		}
		if len(path) <= i || template[:i] != path[:i] {
			return nil, false
		}
		name, rest, _ := strings.Cut(template[i+1:], "}")
		escaped, _, _ := strings.Cut(path[i:], "/")
		value, err := url.PathUnescape(escaped)
		if err != nil || value == "" {
			return nil, false
		}
		if params == nil {
			params = map[string]string{}
		}
		params[name] = value
		template, path = rest, path[i+len(escaped):]
	}
}
