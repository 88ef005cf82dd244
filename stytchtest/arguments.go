package stytchtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"unicode"
)

// handlers perform the calls of each API, by operation ID.
var handlers = map[string]map[string]handler{"consumer": consumerHandlers, "b2b": b2bHandlers}

// handler performs one call.
type handler func(r *run, arguments map[string]any) (any, *apiError)

// typed makes a handler from a method on the SDK's own request and response
// types. So the emulator and the SDK cannot drift apart.
func typed[Req, Resp any](perform func(*run, Req) (Resp, *apiError)) handler {
	return func(r *run, arguments map[string]any) (any, *apiError) {
		var req Req
		decoder := json.NewDecoder(bytes.NewReader(encode(arguments)))
		decoder.UseNumber()
		if err := decoder.Decode(&req); err != nil {
			return nil, failf("bad_request", "the request does not fit: %v", err)
		}
		resp, err := perform(r, req)
		if err != nil {
			return nil, err
		}
		v := reflect.ValueOf(&resp).Elem()
		v.FieldByName("RequestID").SetString(newID("request-id"))
		v.FieldByName("StatusCode").SetInt(int64(r.status))
		fillLists(v)
		return resp, nil
	}
}

// fillLists replaces every nil list by an empty one: the API never returns null
// for a list.
func fillLists(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fillLists(v.Elem())
		}
	case reflect.Slice:
		if v.IsNil() && v.CanSet() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			fillLists(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillLists(v.Field(i))
			}
		}
	}
}

// strictObject reads a body that must be exactly one JSON object.
func strictObject(body []byte, into *map[string]any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if *into == nil {
		return fmt.Errorf("it is null")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("there is more data after it")
	}
	return nil
}

// argumentsOf puts all arguments of a call into one object, under their names in
// the API: the body's fields, and path, query and header parameters.
func argumentsOf(op *operation, r *http.Request, params map[string]string, fields map[string]any) map[string]any {
	arguments := map[string]any{}
	for name, value := range fields {
		arguments[name] = value
	}
	for _, p := range op.route.Operation.Parameters {
		name := p.Value.Name
		switch p.Value.In {
		case "path":
			arguments[name] = params[name]
		case "query":
			if values, ok := r.URL.Query()[name]; ok {
				arguments[name] = values[0]
				if p.Value.Schema.Value.Type.Is("boolean") {
					arguments[name] = values[0] == "true"
				}
			}
		case "header":
			values := r.Header.Values(name)
			part, _ := p.Value.Extensions["x-part-of"].(string)
			switch group, property, ok := strings.Cut(part, "."); {
			case len(values) == 0:
			case ok:
				group = snake(group)
				members, _ := arguments[group].(map[string]any)
				if members == nil {
					members = map[string]any{}
					arguments[group] = members
				}
				members[property] = values[0]
			default:
				arguments[name] = values[0]
			}
		}
	}
	return arguments
}

// snake is the name of a schema as that of a field: acting_member.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
