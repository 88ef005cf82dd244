// Package redact shows values without their secrets: codes, tokens, phone numbers, e-mail
// addresses.
//
// [Format] and [LogValue] print the struct types of the SDK. A field tagged `stytch:"sensitive"`
// is replaced by [Mark]; a field that is unset, unexported or embedded is left out. [Values] and
// [Scrub] take secrets out of text that somebody else wrote.
package redact

import (
	"reflect"
	"strings"
	"time"
)

// Mark stands where a secret was.
const Mark = "[redacted]"

// maxDepth ends a chain of pointers that goes round in a circle, and structs that do.
const maxDepth = 64

// budget is how much a walk visits at most, so that a value which holds itself, once or under many
// keys, comes to an end.
type budget struct{ values, depth int }

// enough is far more than any request or response of the API has.
var enough = budget{values: 20_000, depth: maxDepth}

// enter reports whether there was something left for a value. It is followed by leave.
func (b *budget) enter() bool {
	b.values--
	b.depth--
	return b.values >= 0 && b.depth >= 0
}

func (b *budget) leave() { b.depth++ }

// spent reports whether nothing is left for another value.
func (b *budget) spent() bool { return b.values < 0 }

// tooMuch stands for what the budget did not cover.
const tooMuch = "..."

var timeType = reflect.TypeFor[time.Time]()

// field is a field of a struct that is set and may be shown or, when sensitive, mentioned.
type field struct {
	name      string // in Go
	key       string // in JSON
	value     reflect.Value
	sensitive bool
}

// fields lists the exported, set fields of the struct v. Embedded fields are left out: a response
// embeds its raw answer, which no tag describes.
func fields(v reflect.Value) []field {
	t := v.Type()
	list := make([]field, 0, t.NumField())
	for i := range t.NumField() {
		sf := t.Field(i)
		if !sf.IsExported() || sf.Anonymous {
			continue
		}
		value := indirect(v.Field(i))
		if !isSet(value) {
			continue
		}
		key, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		if key == "" || key == "-" {
			key = sf.Name
		}
		list = append(list, field{
			name:      sf.Name,
			key:       key,
			value:     value,
			sensitive: sf.Tag.Get("stytch") == "sensitive",
		})
	}
	return list
}

// indirect follows pointers and interfaces. It returns the zero Value where one of them is nil, and
// where they go round in a circle.
func indirect(v reflect.Value) reflect.Value {
	for range maxDepth {
		if v.Kind() != reflect.Pointer && v.Kind() != reflect.Interface {
			return v
		}
		v = v.Elem()
	}
	return reflect.Value{}
}

// isSet reports whether there is something to show: not nil.
func isSet(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return false
	case reflect.Slice, reflect.Map, reflect.Chan, reflect.Func:
		return !v.IsNil()
	default:
		return true
	}
}

// isEmpty reports whether a sensitive value hides nothing, so that it can be shown.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map, reflect.Array:
		return v.Len() == 0
	default:
		return false
	}
}
