package wiretest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// CheckBroken answers each call with its example, in which one value at a time is left out or replaced.
// The call must fail if an essential field is missing. Otherwise it must succeed, with all other values
// unchanged. Each value of another type must be reported as drift.
//
// client makes a client for an http.Client. It must not validate or repeat calls, and must report the
// text of drift.
func CheckBroken(t *testing.T, exchanges []*Exchange, client func(*http.Client, func(drift string)) any) {
	t.Helper()
	for i := range callsOf(reflect.ValueOf(client(http.DefaultClient, nil))) {
		b := new(broken)
		one := callsOf(reflect.ValueOf(client(&http.Client{Transport: b}, func(drift string) {
			_, drift, _ = strings.Cut(drift, ": ") // the call
			b.drift = append(b.drift, drift)
		})))[i]
		t.Run(one.name, func(t *testing.T) { b.check(t, exchangeOf(t, exchanges, one.name), one.method) })
	}
}

// broken is a RoundTripper with one answer.
type broken struct {
	body  string
	drift []string // each difference once
}

// RoundTrip implements http.RoundTripper.
func (b *broken) RoundTrip(r *http.Request) (*http.Response, error) {
	return always(b.body).RoundTrip(r)
}

// call makes a call with a request in which all strings are set.
func (b *broken) call(t *testing.T, method reflect.Value, body string) (any, error) {
	b.body = body
	request := reflect.New(method.Type().In(1)).Elem()
	for i := range request.NumField() {
		if f := request.Field(i); f.Kind() == reflect.String {
			f.SetString(ProjectID)
		}
	}
	results := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), request})
	err, _ := results[1].Interface().(error)
	if results[0].IsNil() == (err == nil) {
		t.Fatalf("a response and the error %v", err)
	}
	return results[0].Interface(), err
}

// exchangeOf returns the exchange of a call.
func exchangeOf(t *testing.T, exchanges []*Exchange, call string) *Exchange {
	t.Helper()
	i := slices.IndexFunc(exchanges, func(x *Exchange) bool { return x.Call == call })
	if i < 0 {
		t.Fatalf("no exchange for %s", call)
	}
	return exchanges[i]
}

// oneCall is a method that makes a call.
type oneCall struct {
	name   string
	method reflect.Value
}

// callsOf returns the calls of a client or service, always in the same order. The tests of another
// package check the services of that package.
func callsOf(service reflect.Value) []oneCall {
	var calls []oneCall
	for i := range service.NumMethod() {
		m := service.Method(i)
		if in := m.Type(); in.NumIn() == 3 && in.IsVariadic() && in.NumOut() == 2 && strings.HasSuffix(in.Out(0).String(), "Response") {
			calls = append(calls, oneCall{service.Type().Elem().Name() + "." + service.Type().Method(i).Name, m})
		}
	}
	for i := range service.Elem().NumField() {
		field := service.Elem().Type().Field(i)
		if field.IsExported() && field.Type.Elem().PkgPath() == service.Type().Elem().PkgPath() {
			calls = append(calls, callsOf(service.Elem().Field(i))...)
		}
	}
	return calls
}

func (b *broken) check(t *testing.T, x *Exchange, method reflect.Value) {
	if x.ResponseBody == "" {
		t.Skip("the service sends no body")
	}
	b.drift = nil
	whole, err := b.call(t, method, x.ResponseBody)
	if err != nil || len(b.drift) > 0 {
		t.Fatalf("the example: %v, drift %q", err, b.drift)
	}
	answers := 0
	for place, mutant := range mutants(decodeTree(t, x.ResponseBody)) {
		answers++
		resp, err := b.call(t, method, mutant.body)
		lacks := ""
		if slices.ContainsFunc(x.Essential, func(path string) bool { return topOf(path) == topOf(mutant.path) }) {
			lacks = lacking(x, mutant.body)
		}
		switch {
		case lacks != "" && err == nil:
			t.Errorf("%s %s: no error, although %s is essential", place, mutant.how, lacks)
		case lacks != "":
			if !strings.Contains(err.Error(), topOf(lacks)) {
				t.Errorf("%s %s: the error does not name it: %v", place, mutant.how, err)
			}
			continue
		case err != nil:
			t.Errorf("%s %s: %v", place, mutant.how, err)
			continue
		}
		compareRest(t, place+" "+mutant.how, "", mutant.path, reflect.ValueOf(resp).Elem(), reflect.ValueOf(whole).Elem())
		at, free := driftAt(reflect.ValueOf(whole).Elem(), mutant.path)
		if mutant.typed && !free && !slices.Contains(b.drift, at+": wrong type") {
			t.Errorf("%s %s: no drift", place, mutant.how)
		}
	}
	t.Logf("%d answers", answers)
}

// mutant is an answer in which one value is wrong.
type mutant struct {
	path, how, body string
	typed           bool // the value has another type
}

// replacements replace a value of the answer itself. few replace the many values below it, which have
// the same readers.
var few, replacements = []string{`null`, `17`, `"\ud83d"`, `[null]`}, []string{`null`, `true`, `17`, `1e400`, `"text"`, `""`, `"\ud83d"`, `[]`, `[null]`, `[17,"a",{}]`, `{}`, `{"a":{"b":[]}}`}

// mutants yields all mutants of a tree, with the path of the wrong value.
func mutants(tree any) func(yield func(string, mutant) bool) {
	return func(yield func(string, mutant) bool) {
		var walk func(v any, path string, set func(any, bool)) bool
		try := func(path, how string, typed bool) bool {
			return yield(path, mutant{path, how, writeTree(tree), typed})
		}
		walk = func(v any, path string, set func(any, bool)) bool {
			if path != "" {
				texts := replacements
				if strings.ContainsAny(path, ".[") {
					texts = few
				}
				for _, text := range texts {
					if kindOf(v) != kindOf(json.RawMessage(text)) || text == `"\ud83d"` || text == `1e400` {
						set(json.RawMessage(text), true)
						if !try(path, "replaced by "+text, text != "null" && v != nil && text != `1e400` && text != `[null]`) {
							return false
						}
					}
				}
				set(nil, false)
				if !try(path, "left out", false) {
					return false
				}
				set(v, true)
			}
			switch v := v.(type) {
			case map[string]any:
				for _, name := range slices.Sorted(maps.Keys(v)) {
					value := v[name]
					if !walk(value, strings.TrimPrefix(path+"."+element(name), "."), func(to any, there bool) {
						if v[name] = to; !there {
							delete(v, name)
						}
					}) {
						return false
					}
				}
			case []any:
				for i, value := range v {
					if !walk(value, path+"["+strconv.Itoa(i)+"]", func(to any, there bool) {
						if v[i] = to; !there {
							v[i] = json.RawMessage("null") // an element of a list cannot be left out
						}
					}) {
						return false
					}
				}
			}
			return true
		}
		walk(tree, "", nil)
	}
}

func decodeTree(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

func writeTree(tree any) string {
	text, err := json.Marshal(tree)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// kindOf returns the JSON type of a value.
func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case json.Number:
		return "number"
	case json.RawMessage:
		return map[byte]string{'n': "null", 't': "boolean", '"': "string", '{': "object", '[': "array"}[v[0]] + map[byte]string{'1': "number"}[v[0]]
	}
	return fmt.Sprintf("%T", v)
}

// lacking returns the missing essential field of an answer, or "".
func lacking(x *Exchange, body string) string {
	var example, answer any
	_ = json.Unmarshal([]byte(x.ResponseBody), &example)
	_ = json.Unmarshal([]byte(body), &answer)
	for _, path := range x.Essential {
		want, got := example, answer
		for name := range strings.SplitSeq(path, ".") {
			object, _ := got.(map[string]any)
			got = object[name]
			object, _ = want.(map[string]any)
			want = object[name]
			if kindOf(got) != kindOf(want) {
				return path
			}
		}
		if text, ok := got.(string); ok && strings.ContainsRune(text, '\ufffd') || text == "" && ok && neverEmpty.MatchString(path) {
			return path
		}
	}
	return ""
}

// topOf returns the first field of a path.
func topOf(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}

// neverEmpty are the essential fields that are never empty.
var neverEmpty = regexp.MustCompile(`_id$`)

// compareRest compares two responses, except for the value at a path.
func compareRest(t *testing.T, mutant, path, without string, got, want reflect.Value) {
	t.Helper()
	if path == without {
		return
	}
	above := path == "" || strings.HasPrefix(without, path+".") || strings.HasPrefix(without, path+"[")
	if !above {
		if a, b := got.Interface(), want.Interface(); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: %s is %v, want %v", mutant, path, a, b)
		}
		return
	}
	switch got.Kind() {
	case reflect.Pointer:
		if got.IsNil() || want.IsNil() {
			t.Errorf("%s: %s is nil", mutant, path)
			return
		}
		compareRest(t, mutant, path, without, got.Elem(), want.Elem())
	case reflect.Struct:
		for i := range got.NumField() {
			if name := jsonName(got.Type().Field(i)); name != "" {
				compareRest(t, mutant, strings.TrimPrefix(path+"."+element(name), "."), without, got.Field(i), want.Field(i))
			}
		}
	case reflect.Slice:
		if got.Len() == want.Len()-1 { // without the element
			rest := reflect.AppendSlice(reflect.MakeSlice(want.Type(), 0, want.Len()), want)
			index, _ := strconv.Atoi(strings.Trim(strings.TrimPrefix(without, path), "[]"))
			want = reflect.AppendSlice(rest.Slice(0, index), want.Slice(index+1, want.Len()))
			if !reflect.DeepEqual(got.Interface(), want.Interface()) {
				t.Errorf("%s: %s is %v, want %v", mutant, path, got, want)
			}
			return
		}
		for i := range min(got.Len(), want.Len()) {
			compareRest(t, mutant, path+"["+strconv.Itoa(i)+"]", without, got.Index(i), want.Index(i))
		}
		if got.Len() != want.Len() {
			t.Errorf("%s: %s has %d elements, want %d", mutant, path, got.Len(), want.Len())
		}
	case reflect.Map:
		for _, key := range want.MapKeys() {
			below := path + "." + element(key.String())
			if v := got.MapIndex(key); v.IsValid() {
				compareRest(t, mutant, below, without, v, want.MapIndex(key))
			} else if below != without { // otherwise the value is left out
				t.Errorf("%s: %s is not there", mutant, below)
			}
		}
	}
}

// element returns a name as a part of a path. Dots in it are replaced, because a dot begins the next part.
func element(name string) string { return strings.ReplaceAll(name, ".", "·") }

// driftAt returns the path as drift reports it, without the names of typed maps. It also reports whether
// the path leads into free-form data, which has no types.
func driftAt(v reflect.Value, path string) (at string, free bool) {
	for part := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' || r == '[' }) {
		part = strings.ReplaceAll(part, "·", ".")
		for v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		switch v.Kind() {
		case reflect.Map:
			if v.Type().Elem().Kind() == reflect.Interface {
				return at, true
			}
			at, v = at+"[]", v.MapIndex(reflect.ValueOf(part))
		case reflect.Slice:
			index, _ := strconv.Atoi(strings.TrimSuffix(part, "]"))
			at, v = at+"[]", v.Index(index)
		case reflect.Struct:
			at, v = strings.TrimPrefix(at+"."+part, "."), v.FieldByIndex(fieldOf(v.Type(), part).Index)
		}
	}
	return at, false
}

// always is a RoundTripper with one answer.
type always string

func (a always) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(a))), Request: r}, nil
}
