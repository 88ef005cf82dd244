package wiretest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"
)

// Filled returns a T with a value in every field, at every depth.
func Filled[T any]() *T {
	v := new(T)
	f := filler{text: func(string) string { return "text" }}
	f.fill(reflect.ValueOf(v).Elem(), "")
	return v
}

// Parts returns copies of an object in JSON, each with one element in a list, which has some of the fields
// of the first element. So a limit of size can be kept, and each field is in one of them.
func Parts(object map[string]any, list string, fields int) []map[string]any {
	element := object[list].([]any)[0].(map[string]any)
	var parts []map[string]any
	for names := range slices.Chunk(slices.Sorted(maps.Keys(element)), fields) {
		some := map[string]any{}
		for _, name := range names {
			some[name] = element[name]
		}
		part := maps.Clone(object)
		part[list] = []any{some}
		parts = append(parts, part)
	}
	return parts
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
