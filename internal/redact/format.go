package redact

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Format writes v to f without its secrets, for a type's Format method. All verbs and flags give
// the same text:
//
//	stytch.OTPsSMSSendRequest{PhoneNumber: [redacted], ExpirationMinutes: 5}
func Format(f fmt.State, _ rune, v any) {
	// A write to a fmt.State does not fail.
	_, _ = io.WriteString(f, Sprint(v))
}

// Sprint returns the text that [Format] writes.
func Sprint(v any) string {
	p := printer{left: enough}
	p.value(reflect.ValueOf(v))
	return p.String()
}

// printer writes values in the form of Go source, without the secrets.
type printer struct {
	strings.Builder
	left budget
}

func (p *printer) value(v reflect.Value) {
	v = indirect(v)
	defer p.left.leave()
	if !p.left.enter() {
		p.WriteString(tooMuch)
		return
	}
	switch v.Kind() {
	case reflect.Invalid:
		p.WriteString("nil")
	case reflect.String:
		if v.Type() == reflect.TypeFor[json.Number]() {
			p.WriteString(v.String())
			return
		}
		p.WriteString(strconv.Quote(v.String()))
	case reflect.Struct:
		p.structure(v)
	case reflect.Map:
		p.mapping(v)
	case reflect.Slice, reflect.Array:
		p.list(v)
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		fmt.Fprint(p, v.Interface())
	default: // a channel or a function, which cannot be sent
		p.WriteString(v.Type().String())
	}
}

func (p *printer) structure(v reflect.Value) {
	if v.Type() == timeType {
		p.WriteString(v.Interface().(time.Time).Format(time.RFC3339Nano))
		return
	}
	if v.Type().Name() != "" {
		p.WriteString(v.Type().String())
	}
	p.WriteByte('{')
	for i, f := range fields(v) {
		if i > 0 {
			p.WriteString(", ")
		}
		p.WriteString(f.name)
		p.WriteString(": ")
		if f.sensitive && !isEmpty(f.value) {
			p.WriteString(Mark)
			continue
		}
		p.value(f.value)
	}
	p.WriteByte('}')
}

func (p *printer) mapping(v reflect.Value) {
	p.WriteByte('{')
	for i, e := range entries(v) {
		if p.left.spent() {
			break
		}
		if i > 0 {
			p.WriteString(", ")
		}
		p.WriteString(strconv.Quote(e.key))
		p.WriteString(": ")
		p.value(e.value)
	}
	p.WriteByte('}')
}

func (p *printer) list(v reflect.Value) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		fmt.Fprintf(p, "[%d bytes]", v.Len())
		return
	}
	p.WriteByte('[')
	for i := range v.Len() {
		if p.left.spent() {
			break
		}
		if i > 0 {
			p.WriteString(", ")
		}
		p.value(v.Index(i))
	}
	p.WriteByte(']')
}

// entry is a key of a map with its value.
type entry struct {
	key   string
	value reflect.Value
}

// entries lists a map by key, so that the same value always gives the same text.
func entries(v reflect.Value) []entry {
	list := make([]entry, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		list = append(list, entry{fmt.Sprint(it.Key()), it.Value()})
	}
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	return list
}
