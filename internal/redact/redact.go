// Package redact shows values without their secrets: codes, tokens, phone numbers, e-mail
// addresses.
//
// [Format] and [LogValue] print the struct types of the SDK. A field tagged `stytch:"sensitive"`
// is replaced by [Mark]; a field that is unset, unexported or embedded is left out. [Values] and
// [Scrub] remove secrets from foreign text.
package redact

import (
	"reflect"
	"strings"
	"time"
)

// Mark replaces a secret.
const Mark = "[redacted]"

// maxDepth ends cycles of pointers and of structs.
const maxDepth = 64

// budget limits how many values a walk visits, so that the walk of a value that contains itself
// ends.
type budget struct{ values, depth int }

// enough is far more than any request or response of the API needs.
var enough = budget{values: 20_000, depth: maxDepth}

// enter reports whether the budget allows another value. Call leave after it.
func (b *budget) enter() bool {
	b.values--
	b.depth--
	return b.values >= 0 && b.depth >= 0
}

func (b *budget) leave() { b.depth++ }

// spent reports whether the budget is used up.
func (b *budget) spent() bool { return b.values < 0 }

// tooMuch replaces what exceeds the budget.
const tooMuch = "..."

var timeType = reflect.TypeFor[time.Time]()

// field is an exported field of a struct that is set.
type field struct {
	name      string // in Go
	key       string // in JSON
	value     reflect.Value
	sensitive bool
}

// fields lists the exported fields of the struct v that are set. It leaves out embedded fields: a
// response embeds its raw answer, which has no tags.
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
			sensitive: HasTag(sf.Tag, "sensitive"),
		})
	}
	return list
}

// HasTag reports whether a word is in the tag of a field: `stytch:"sensitive,nullable"` has two.
func HasTag(tag reflect.StructTag, word string) bool {
	for have := range strings.SplitSeq(tag.Get("stytch"), ",") {
		if have == word {
			return true
		}
	}
	return false
}

// indirect follows pointers and interfaces. It returns the zero Value for nil and for a cycle.
func indirect(v reflect.Value) reflect.Value {
	for range maxDepth {
		if v.Kind() != reflect.Pointer && v.Kind() != reflect.Interface {
			return v
		}
		v = v.Elem()
	}
	return reflect.Value{}
}

// isSet reports whether the value is not nil.
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

// isEmpty reports whether a sensitive value is empty and can be shown.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map, reflect.Array:
		return v.Len() == 0
	default:
		return false
	}
}
