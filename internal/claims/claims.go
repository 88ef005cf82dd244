// Package claims moves custom claims between JSON objects and the types of an
// application.
package claims

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/internal/wire"
)

// maxSize is the largest size of a session's claims, in bytes of JSON.
const maxSize = 4096

// reserved are the standard claims, which the service sets itself and ignores here.
var reserved = []string{"aud", "exp", "iat", "iss", "jti", "nbf", "sub"}

// stytchPrefix begins the names of the service's own claims.
const stytchPrefix = "https://stytch.com/"

// Decode decodes claims into a T. Without claims it returns the zero T. Errors
// contain no values, because a value may be a secret.
func Decode[T any](claims map[string]any) (T, error) {
	var into T
	if len(claims) == 0 {
		return into, nil
	}
	data, err := json.Marshal(claims)
	if err != nil {
		return into, errors.New("custom claims: they cannot be written as JSON")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&into); err != nil {
		var zero T
		return zero, misfit(zero, err)
	}
	freeNumbers(reflect.ValueOf(&into).Elem())
	return into, nil
}

// freeNumbers replaces each json.Number behind an interface by the number that free-form data has: see
// [wire.FreeNumber].
func freeNumbers(v reflect.Value) {
	if v.CanAddr() && v.Addr().Type().Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return // the type decodes itself
	}
	switch v.Kind() {
	case reflect.Interface:
		switch free := v.Elem(); free.Kind() {
		case reflect.String:
			if n, ok := free.Interface().(json.Number); ok {
				v.Set(reflect.ValueOf(wire.FreeNumber(n)))
			}
		case reflect.Map, reflect.Slice, reflect.Pointer:
			freeNumbers(free)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			freeNumbers(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() || f.Anonymous {
				freeNumbers(v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			freeNumbers(v.Index(i))
		}
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		for _, key := range v.MapKeys() {
			value.Set(v.MapIndex(key))
			freeNumbers(value)
			v.SetMapIndex(key, value)
		}
	}
}

// misfit returns an error that names the claim that does not fit. It does not wrap the error of
// encoding/json, which quotes values.
func misfit(into any, err error) error {
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) && mistyped.Field != "" {
		return fmt.Errorf("custom claims: %s does not fit %T: want what %v takes", mistyped.Field, into, mistyped.Type)
	}
	return fmt.Errorf("custom claims: they do not fit %T", into)
}

// Encode returns a value as claims. JSON must encode it as an object.
func Encode(value any) (map[string]any, error) {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false) // as they are sent
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("custom claims: %T cannot be written as JSON", value)
	}
	if size := data.Len() - len("\n"); size > maxSize {
		return nil, fmt.Errorf("custom claims: they take %d bytes as JSON; the service takes at most %d", size, maxSize)
	}
	decoder := json.NewDecoder(&data)
	decoder.UseNumber()
	var claims map[string]any
	if err := decoder.Decode(&claims); err != nil || claims == nil {
		return nil, fmt.Errorf("custom claims: %T is not an object in JSON; want a struct or a map", value)
	}
	freeNumbers(reflect.ValueOf(&claims).Elem())
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		if slices.Contains(reserved, name) || strings.HasPrefix(name, stytchPrefix) {
			return nil, fmt.Errorf("custom claims: the name %q is reserved; choose another", name)
		}
	}
	return claims, nil
}
