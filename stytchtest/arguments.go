package stytchtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"reflect"

	"github.com/stytchgen/sdk/stytchtest/internal/contract"
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
		if id := v.FieldByName("RequestID"); id.IsValid() { // one response has none
			id.SetString(newID("request-id"))
		}
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
	case reflect.Map:
		if v.Type().Elem().Kind() != reflect.Struct {
			return
		}
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem() // those of a map cannot be changed
			value.Set(v.MapIndex(key))
			fillLists(value)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillLists(v.Field(i))
			}
		}
	}
}

// as copies the fields of a value that have the same names and types in another
// type.
func as[T any](from any) T {
	var to T
	decoder := json.NewDecoder(bytes.NewReader(encode(from)))
	decoder.UseNumber()
	_ = decoder.Decode(&to) // the types are the same
	return to
}

// mediaTypes are the content types of bodies, and formats their names in errors.
var (
	mediaTypes = map[contract.Body]string{contract.JSON: "application/json", contract.Form: "application/x-www-form-urlencoded"}
	formats    = map[contract.Body]string{contract.JSON: "a JSON object", contract.Form: "a form"}
)

// decode returns the fields of a body. Those of a form are strings.
func decode(form contract.Body, body []byte) (map[string]any, error) {
	switch form {
	case contract.JSON:
		value, err := contract.Decode(body)
		if err != nil {
			return nil, err
		}
		fields, ok := value.(map[string]any)
		if !ok {
			return nil, errors.New("it is another kind of value")
		}
		return fields, nil
	case contract.Form:
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, errors.New("it is not URL-encoded") // err has a part of the body
		}
		fields := map[string]any{}
		for name, value := range values {
			fields[name] = value[0]
		}
		return fields, nil
	}
	return nil, nil
}

// argumentsOf puts all arguments of a call into one object, under their names in
// the API: the body's fields, and path, query and header parameters.
func argumentsOf(q *request) map[string]any {
	arguments := map[string]any{}
	maps.Copy(arguments, q.fields)
	if id, secret, ok := q.BasicAuth(); ok && q.endpoint.Body == contract.Form && q.fields["client_id"] == nil {
		arguments["client_id"], arguments["client_secret"] = id, secret // RFC 6749, section 2.3.1
	}
	for i := range q.endpoint.Request.Fields {
		f := &q.endpoint.Request.Fields[i]
		if f.In != contract.InBody {
			delete(arguments, f.Name) // the body cannot set it
		}
		switch f.In {
		case contract.InPath:
			arguments[f.Name] = q.params[f.Name]
		case contract.InQuery:
			if values, ok := q.URL.Query()[f.Name]; ok {
				arguments[f.Name] = f.Parse(values[0])
			}
		case contract.InHeader:
			group := map[string]any{}
			for _, member := range f.Group() {
				if values := q.Header.Values(member.Header); len(values) > 0 {
					group[member.Name] = values[0]
				}
			}
			if len(group) > 0 {
				arguments[f.Name] = group
			}
		default:
			if text, ok := q.fields[f.Name].(string); ok && q.endpoint.Body == contract.Form {
				arguments[f.Name] = f.Parse(text)
			}
		}
	}
	return arguments
}
