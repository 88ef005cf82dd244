package wire

import "reflect"

// IsNil reports whether an interface has no value, or a nil pointer as its value.
func IsNil(v any) bool {
	if v == nil {
		return true
	}
	value := reflect.ValueOf(v)
	return value.Kind() == reflect.Pointer && value.IsNil()
}
