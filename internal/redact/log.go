package redact

import (
	"fmt"
	"log/slog"
	"reflect"
	"time"
)

// LogValue returns v as a group of its fields, without its secrets, for a type's LogValue method.
// The keys are the names that the fields have in JSON. Structs inside become groups; lists and maps
// become plain slices and maps, so that no handler sees v itself.
func LogValue(v any) slog.Value {
	r := rebuilder{left: enough}
	return r.logValue(reflect.ValueOf(v))
}

// rebuilder copies a value without its secrets.
type rebuilder struct{ left budget }

func (r *rebuilder) logValue(v reflect.Value) slog.Value {
	v = indirect(v)
	if v.Kind() != reflect.Struct || v.Type() == timeType {
		return slog.AnyValue(r.plain(v))
	}
	defer r.left.leave()
	if !r.left.enter() {
		return slog.StringValue(tooMuch)
	}
	list := fields(v)
	attrs := make([]slog.Attr, len(list))
	for i, f := range list {
		attrs[i].Key = f.key
		if f.sensitive && !isEmpty(f.value) {
			attrs[i].Value = slog.StringValue(Mark)
			continue
		}
		attrs[i].Value = r.logValue(f.value)
	}
	return slog.GroupValue(attrs...)
}

// plain copies v without its secrets, into types without methods that a handler could call.
func (r *rebuilder) plain(v reflect.Value) any {
	v = indirect(v)
	defer r.left.leave()
	if !r.left.enter() {
		return tooMuch
	}
	switch v.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return v.Uint()
	case reflect.Float32, reflect.Float64:
		return v.Float()
	case reflect.Struct:
		return r.plainStruct(v)
	case reflect.Map:
		m := make(map[string]any, v.Len())
		for _, e := range entries(v) {
			m[e.key] = r.plain(e.value)
		}
		return m
	case reflect.Slice, reflect.Array:
		return r.plainList(v)
	default:
		return v.Type().String()
	}
}

func (r *rebuilder) plainStruct(v reflect.Value) any {
	if v.Type() == timeType {
		return v.Interface().(time.Time)
	}
	m := map[string]any{}
	for _, f := range fields(v) {
		if f.sensitive && !isEmpty(f.value) {
			m[f.key] = Mark
			continue
		}
		m[f.key] = r.plain(f.value)
	}
	return m
}

func (r *rebuilder) plainList(v reflect.Value) any {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return fmt.Sprintf("[%d bytes]", v.Len())
	}
	list := make([]any, v.Len())
	for i := range list {
		list[i] = r.plain(v.Index(i))
	}
	return list
}
