package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stytchgen/sdk/internal/validate"
)

// CheckRequest compares the arguments of a call with the spec. Arguments are
// the values of parameters and of the body's fields, as encoding/json decodes
// them with UseNumber.
func (e *Endpoint) CheckRequest(arguments map[string]any) []validate.Violation {
	var c validate.Validator
	checker{Validator: &c}.object(&e.Request, arguments)
	return c.Violations()
}

// CheckStrictly is CheckRequest, and also reports arguments that the call does not
// have. The service ignores these.
func (e *Endpoint) CheckStrictly(arguments map[string]any) []validate.Violation {
	var c validate.Validator
	checker{Validator: &c, strict: true}.object(&e.Request, arguments)
	return c.Violations()
}

// CheckResponse compares the body of a response with the spec.
func (e *Endpoint) CheckResponse(status int, body []byte) []validate.Violation {
	t := &e.Response
	switch {
	case status >= 300 && e.OAuthErrors:
		t = &oAuthErrorAnswer
	case status >= 300:
		t = &errorAnswer
	case e.NoAnswer:
		var c validate.Validator
		if len(body) > 0 {
			c.Report("", "must have no body")
		}
		return c.Violations()
	}
	return check(t, body)
}

// CheckError compares the response to a request for no call with the form that
// errors have.
func CheckError(body []byte) []validate.Violation { return check(&errorAnswer, body) }

func check(t *Type, body []byte) []validate.Violation {
	var c validate.Validator
	value, err := Decode(body)
	if object, ok := value.(map[string]any); err != nil || !ok {
		c.Report("", "must be a JSON object")
	} else {
		checker{Validator: &c, response: true}.object(t, object)
	}
	return c.Violations()
}

// checker checks a request or a response.
type checker struct {
	*validate.Validator
	response bool
	strict   bool // fields that the spec does not have are violations
}

func (c checker) object(t *Type, object map[string]any) {
	if c.strict {
		c.unknown(t, object)
	}
	for i := range t.Fields {
		f := &t.Fields[i]
		value, ok := object[f.Name]
		switch {
		case !ok && f.Required && (c.response || f.Kind != Boolean):
			// Clients that leave out zero values cannot send false in another way.
			c.Report(f.Name, "is required")
			if f.In != InBody {
				c.ErrorType(f.Name, f.Invalid)
			}
		case !ok, value == nil && f.Nullable:
		default:
			c.field(f, value)
			c.ErrorType(f.Name, f.Invalid)
		}
	}
	for _, constant := range t.Constants {
		if object[constant.Name] != constant.Value {
			c.Report(constant.Name, "must be "+strconv.Quote(constant.Value))
		}
	}
	for _, rule := range t.Rules {
		c.rule(rule, object)
	}
}

// unknown reports the fields of an object that its type does not have.
func (c checker) unknown(t *Type, object map[string]any) {
	var known []string
	for i := range t.Fields {
		known = append(known, t.Fields[i].Name)
	}
	for _, constant := range t.Constants {
		known = append(known, constant.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch {
		case slices.Contains(known, name):
		case len(known) == 0:
			c.Report(name, "is unknown; there are no fields")
		default:
			c.Report(name, "is unknown; the known fields are "+strings.Join(known, ", "))
		}
	}
}

func (c checker) rule(rule Rule, object map[string]any) {
	fields := make([]validate.Presence, len(rule.Fields))
	for i, name := range rule.Fields {
		_, set := object[name]
		fields[i] = validate.Field(name, set)
	}
	switch rule.Kind {
	case ExactlyOne:
		c.ExactlyOne(fields...)
	case AtMostOne:
		c.AtMostOne(fields...)
	case AtLeastOne:
		c.AtLeastOne(fields...)
	}
	c.ChoiceErrorType(rule.None, rule.Several)
}

// field checks the value of a field, or what a list or map contains.
func (c checker) field(f *Field, value any) {
	switch f.Kind {
	case List:
		list, ok := value.([]any)
		if !ok {
			c.Report(f.Name, "must be a list")
			return
		}
		if f.Limits != nil {
			c.MinItems(f.Name, len(list), f.Limits.MinItems)
			if f.Limits.MaxItems > 0 {
				c.MaxItems(f.Name, len(list), f.Limits.MaxItems)
			}
		}
		item := f.item()
		validate.Each(c.Validator, f.Name, list, func(value *any, _ *validate.Validator) { c.field(&item, *value) })
	case Map:
		object, ok := value.(map[string]any)
		if !ok {
			c.Report(f.Name, "must be an object")
			return
		}
		if f.Elem != Any {
			item := f.item()
			validate.Values(c.Validator, f.Name, object, func(value *any, _ *validate.Validator) { c.field(&item, *value) })
		}
	case Struct, Union:
		object, ok := value.(map[string]any)
		if !ok {
			c.Report(f.Name, "must be an object")
			return
		}
		if t := variant(&types[f.Type], object); t != nil {
			c.In(f.Name, func(*validate.Validator) { c.object(t, object) })
		}
	default:
		c.scalar(f, value)
	}
}

// variant returns the type of an object: the type itself, or what a choice leads
// to. It is nil for a choice that the spec does not know.
func variant(t *Type, object map[string]any) *Type {
	if len(t.Variants) == 0 {
		return t
	}
	for _, v := range t.Variants {
		if object[v.Name] == v.Value {
			return &types[v.Type]
		}
	}
	return nil
}

// item returns the items of a list or map as a field of their own.
func (f *Field) item() Field {
	return Field{Kind: f.Elem, Elem: f.Inner, Type: f.Type, Limits: f.ItemLimits}
}

func (c checker) scalar(f *Field, value any) {
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	switch f.Kind {
	case String, Enum, Time:
		if !isText {
			c.Report(f.Name, "must be a string")
			return
		}
	case Integer, Number:
		if !isNumber {
			c.Report(f.Name, "must be a number")
			return
		}
	case Boolean:
		if _, ok := value.(bool); !ok {
			c.Report(f.Name, "must be true or false")
		}
		return
	}
	switch f.Kind {
	case String:
		c.text(f, text)
	case Enum:
		validate.Enum(c.Validator, f.Name, text, types[f.Type].Values)
	case Time:
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			c.Report(f.Name, "must be a time as in RFC 3339")
		}
	case Integer:
		c.integer(f, number)
	}
}

func (c checker) text(f *Field, text string) {
	if f.Limits == nil {
		return
	}
	if p := f.Limits.Pattern; p != nil && !p.match(text) {
		c.Report(f.Name, "must be "+p.Want)
	}
	c.MinLength(f.Name, text, f.Limits.MinLength)
	if f.Limits.MaxLength > 0 {
		c.MaxLength(f.Name, text, f.Limits.MaxLength)
	}
}

func (c checker) integer(f *Field, number json.Number) {
	x, err := number.Float64() // 5.0 and 5e0 are integers, too
	if err != nil || x != math.Trunc(x) {
		c.Report(f.Name, "must be an integer")
		return
	}
	if f.Limits == nil {
		return
	}
	n := int(min(max(x, math.MinInt32), math.MaxInt32)) // every bound is between these
	switch low, high := f.Limits.Minimum, f.Limits.Maximum; {
	case low.Set && high.Set:
		c.Range(f.Name, n, low.At, high.At)
	case low.Set:
		c.Min(f.Name, n, low.At)
	case high.Set:
		c.Max(f.Name, n, high.At)
	}
}

// Pattern is a regular expression that a text must match. Want says in words what
// matches.
type Pattern struct {
	Source, Want string

	once   sync.Once
	regexp *regexp.Regexp
}

func (p *Pattern) match(s string) bool {
	p.once.Do(func() { p.regexp = regexp.MustCompile(p.Source) })
	return p.regexp.MatchString(s)
}

// Decode reads exactly one JSON value, and keeps all digits of numbers.
func Decode(body []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("there is more data after it")
	}
	return value, nil
}
