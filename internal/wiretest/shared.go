package wiretest

import (
	"fmt"
	"reflect"
	"time"
)

// Filled returns a T with a value in every field, at every depth. T must not be recursive.
func Filled[T any]() T { return filled(reflect.TypeFor[T]()).Interface().(T) }

func filled(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch {
	case t == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 3, 2, 10, 41, 7, 0, time.UTC)))
	case t == reflect.TypeFor[map[string]any]():
		v.Set(reflect.ValueOf(map[string]any{"tree": map[string]any{"list": []any{map[string]any{"a": []any{"b"}}}}}))
	case t.Kind() == reflect.String:
		v.SetString("text")
	case t.Kind() == reflect.Pointer:
		v.Set(filled(t.Elem()).Addr())
	case t.Kind() == reflect.Slice:
		v.Set(reflect.Append(v, filled(t.Elem()), filled(t.Elem())))
	case t.Kind() == reflect.Struct:
		for i := range t.NumField() {
			v.Field(i).Set(filled(t.Field(i).Type))
		}
	default:
		panic("no value for a " + t.String())
	}
	return v
}

// Shared returns the paths at which two values refer to the same memory, so that a change of one
// would change the other, and the number of places that were compared.
func Shared(a, b any) (paths []string, compared int) {
	first, second := map[uintptr]string{}, map[uintptr]string{}
	places(reflect.ValueOf(a), "", first)
	places(reflect.ValueOf(b), "", second)
	for at, path := range first {
		if _, both := second[at]; both {
			paths = append(paths, path)
		}
	}
	return paths, len(first)
}

// places collects where a value refers to memory, and the path to it.
func places(v reflect.Value, path string, at map[uintptr]string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			at[v.Pointer()] = path
			places(v.Elem(), path, at)
		}
	case reflect.Interface:
		if !v.IsNil() {
			places(v.Elem(), path, at)
		}
	case reflect.Slice:
		if v.Cap() > 0 {
			at[v.Pointer()] = path
		}
		for i := range v.Len() {
			places(v.Index(i), fmt.Sprintf("%s[%d]", path, i), at)
		}
	case reflect.Map:
		if !v.IsNil() {
			at[v.Pointer()] = path
		}
		for entries := v.MapRange(); entries.Next(); {
			places(entries.Value(), fmt.Sprintf("%s[%v]", path, entries.Key()), at)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			places(v.Field(i), path+"."+v.Type().Field(i).Name, at)
		}
	}
}
