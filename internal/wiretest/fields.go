package wiretest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/internal/validate"
)

// Type is a struct that is generated from the spec.
type Type struct {
	// Zero is the empty struct.
	Zero any
	// Constants are the values that are sent in addition to those of the fields.
	Constants map[string]string
	// Places are where fields are sent that are not in the JSON body: "path", "query", "form" or "header
	// X-Name". It is "path, body" for both, and "header" for a struct whose fields are headers.
	Places map[string]string
}

// CheckFields makes each call with all fields of its request filled, and answers it with all fields of the
// response. It compares what is sent, and what is read, with encoding/json. It also does so with empty
// values and without the optional ones. The filled requests must pass the client's validation, except for
// rules about several fields. Each of the types must be in one of the calls.
//
// patterns are the regular expressions of texts, by how violations describe them. client makes a client for
// an http.Client that reports the text of drift, and that validates calls if asked.
func CheckFields(t *testing.T, types []Type, patterns map[string]string, client func(client *http.Client, drift func(string), validates bool) any) {
	t.Helper()
	c := &fieldCheck{types: map[reflect.Type]Type{}, seen: map[reflect.Type]bool{}, patterns: patterns, variants: zeros(types)}
	for i, typ := range types {
		c.types[c.variants[i]] = typ
	}
	transport := &http.Client{Transport: &c.recorder}
	checking := callsOf(reflect.ValueOf(client(transport, func(string) {}, true)))
	sending := callsOf(reflect.ValueOf(client(transport, func(drift string) { c.drift = append(c.drift, drift) }, false)))
	for i, call := range sending {
		t.Run(call.name, func(t *testing.T) {
			c.turns = 1
			for c.turn = 0; c.turn < c.turns; c.turn++ {
				c.check(t, checking[i].method, call.method)
			}
		})
	}
	for _, typ := range c.variants {
		if !c.seen[typ] {
			t.Errorf("no call has a %v", typ)
		}
	}
}

type fieldCheck struct {
	types    map[reflect.Type]Type
	variants []reflect.Type
	patterns map[string]string
	seen     map[reflect.Type]bool
	drift    []string
	// turn is which variant the unions have now that are in no list, and turns is how many there are.
	turn, turns int
	recorder
}

// recorder is a RoundTripper that keeps the last request, and answers all with the same text.
type recorder struct {
	answer  string
	request *http.Request
	body    string
}

// RoundTrip implements http.RoundTripper.
func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.request, r.body = req, ""
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		r.body = string(body)
	}
	return always(r.answer).RoundTrip(req)
}

// check makes a call three times: with everything filled, with empty values, and without optional values.
func (c *fieldCheck) check(t *testing.T, checked, sent reflect.Value) {
	response := reflect.New(sent.Type().Out(0).Elem())
	fit := &fitter{patterns: c.patterns, rules: map[string]string{}}
	for _, how := range []struct {
		name               string
		pointers           fullness
		sentList, readList fullness
	}{
		{"filled", filled, filled, filled},
		{"with empty values", empty, empty, empty},
		{"without optional values", absent, absent, empty}, // an essential list must be there
	} {
		response.Elem().SetZero()
		c.fill(response.Elem(), &fitter{}, how.pointers, how.readList)
		c.answer = marshal(t, response.Interface())
		request := reflect.New(sent.Type().In(1)).Elem()
		c.fill(request, fit, how.pointers, how.sentList)
		for how.pointers == filled && fit.learn(t, c.call(t, checked, request)) {
			c.fill(request, fit, how.pointers, how.sentList)
		}
		c.drift = nil
		results := sent.Call([]reflect.Value{reflect.ValueOf(t.Context()), request})
		if err, _ := results[1].Interface().(error); err != nil {
			t.Fatalf("%s: %v", how.name, err)
		}
		for _, difference := range c.sentDifferences(t, request) {
			t.Errorf("%s: sent %s", how.name, difference)
		}
		for _, difference := range c.readDifferences(t, results[0].Elem(), response.Elem()) {
			t.Errorf("%s: read %s", how.name, difference)
		}
	}
}

func (c *fieldCheck) fill(v reflect.Value, fit *fitter, pointers, lists fullness) {
	v.SetZero()
	f := &filler{text: fit.text, number: fit.number, length: fit.length, pointers: pointers, lists: lists, variants: c.variants, turn: c.turn, seen: c.seen}
	fit.count = &f.count
	f.fill(v, "")
	c.turns = max(c.turns, f.turns)
}

// call makes a call and returns its error.
func (c *fieldCheck) call(t *testing.T, method, request reflect.Value) error {
	err, _ := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), request})[1].Interface().(error)
	return err
}

// sentDifferences compares the last request with what encoding/json makes of its value.
func (c *fieldCheck) sentDifferences(t *testing.T, request reflect.Value) []string {
	want, _ := c.completed(request, decodeTree(t, marshal(t, request.Interface()))).(map[string]any)
	header, query, form := map[string]any{}, map[string]any{}, map[string]any{}
	var found []string
	var distribute func(typ Type, fields map[string]any)
	distribute = func(typ Type, fields map[string]any) {
		for name, place := range typ.Places {
			value, ok := fields[name]
			if !strings.HasSuffix(place, "body") {
				delete(fields, name)
			}
			if !ok {
				continue
			}
			kind, key, _ := strings.Cut(strings.TrimSuffix(place, ", body"), " ")
			switch {
			case kind == "query":
				query[name] = fmt.Sprint(value)
			case kind == "form":
				form[name] = fmt.Sprint(value)
			case kind == "header" && key != "":
				header[http.CanonicalHeaderKey(key)] = fmt.Sprint(value)
			case kind == "header":
				inner, _ := value.(map[string]any)
				distribute(c.types[fieldOf(request.Type(), name).Type.Elem()], inner)
			default:
				path := c.request.URL.EscapedPath() + "/"
				if !strings.Contains(path, "/"+url.PathEscape(fmt.Sprint(value))+"/") {
					found = append(found, fmt.Sprintf("the path %s without %s %v", path, name, value))
				}
			}
		}
	}
	typ := c.types[request.Type()]
	distribute(typ, want)
	got, wanted := map[string]any{"header": ownHeader(c.request.Header), "query": single(c.request.URL.Query())}, map[string]any{"header": header, "query": query}
	if c.request.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		values, err := url.ParseQuery(c.body)
		if err != nil {
			t.Errorf("the form: %v", err)
		}
		for name := range typ.Constants {
			form[name] = want[name]
			delete(want, name)
		}
		got["form"], wanted["form"] = single(values), form
		if len(want) > 0 {
			t.Errorf("no place for %v", want)
		}
	} else if len(want) > 0 || c.body != "" {
		got["body"], wanted["body"] = decodeTree(t, c.body), want
	}
	return append(found, differences("", got, wanted)...)
}

// ownHeader returns the headers that a call itself sets.
func ownHeader(h http.Header) map[string]any {
	own := maps.Clone(h)
	for _, name := range []string{"Accept", "Authorization", "Content-Type", "User-Agent"} {
		delete(own, name)
	}
	return single(url.Values(own))
}

// single returns values as a tree. Each name has one.
func single(values map[string][]string) map[string]any {
	tree := map[string]any{}
	for name, list := range values {
		tree[name] = strings.Join(list, " and ")
	}
	return tree
}

// completed changes a tree of encoding/json to what the SDK sends of the same value: with constants, and
// with an empty list or object for a required one that is nil.
func (c *fieldCheck) completed(v reflect.Value, tree any) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() && tree != nil {
			return c.completed(v.Elem(), tree)
		}
	case reflect.Struct:
		object, ok := tree.(map[string]any)
		if !ok { // a time
			return tree
		}
		for name, value := range c.types[v.Type()].Constants {
			object[name] = value
		}
		for i := range v.NumField() {
			name := jsonName(v.Type().Field(i))
			if value, ok := object[name]; ok && name != "" {
				object[name] = c.completed(v.Field(i), value)
			}
		}
	case reflect.Slice:
		list, _ := tree.([]any)
		for i := range list {
			list[i] = c.completed(v.Index(i), list[i])
		}
		if tree == nil {
			return []any{}
		}
	case reflect.Map:
		object, _ := tree.(map[string]any)
		for name, value := range object {
			if value != nil {
				object[name] = c.completed(v.MapIndex(reflect.ValueOf(name)), value)
			}
		}
		if tree == nil {
			return map[string]any{}
		}
	}
	return tree
}

// readDifferences compares a response with what was answered, and with what encoding/json reads of that.
func (c *fieldCheck) readDifferences(t *testing.T, got, answered reflect.Value) []string {
	got.FieldByName("Response").SetZero() // the text of the answer
	want := reflect.New(got.Type())
	if err := json.Unmarshal([]byte(c.answer), want.Interface()); err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, drift := range c.drift {
		if !strings.HasSuffix(drift, ": unknown value") { // of an enum
			found = append(found, "drift "+drift)
		}
	}
	for by, want := range map[string]reflect.Value{"encoding/json": want.Elem(), "the answer": answered} {
		if !reflect.DeepEqual(got.Interface(), want.Interface()) {
			found = append(found, fmt.Sprintf("something else than %s: %q", by,
				differences("", decodeTree(t, marshal(t, got.Interface())), decodeTree(t, marshal(t, want.Interface())))))
		}
	}
	return found
}

// A fitter makes values that the client's validation accepts. It learns the rules from violations.
type fitter struct {
	patterns map[string]string
	rules    map[string]string // the last violation of each path
	count    *int              // of the filler
}

// several is a rule about several fields, which a filled request breaks.
var several = regexp.MustCompile(`^(exactly|at most) one of .* must be set, not \d+$`)

// learn takes the rules from an error. It returns false if there are no new ones.
func (f *fitter) learn(t *testing.T, err error) (learned bool) {
	t.Helper()
	violations := violationsOf(err)
	if err != nil && len(violations) == 0 {
		t.Fatal(err)
	}
	for _, v := range violations {
		if several.MatchString(v.Message) {
			continue
		}
		if f.rules[v.Field] == v.Message {
			t.Fatalf("the value of %s does not fit: it %s", v.Field, v.Message)
		}
		f.rules[v.Field], learned = v.Message, true
	}
	return learned
}

// violationsOf returns the violations of a ValidationError.
func violationsOf(err error) (violations []validate.Violation) {
	v := reflect.ValueOf(err)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil
	}
	list := v.Elem().FieldByName("Violations")
	for i := 0; list.IsValid() && i < list.Len(); i++ {
		violations = append(violations, validate.Violation{
			Field: list.Index(i).FieldByName("Field").String(), Message: list.Index(i).FieldByName("Message").String(),
		})
	}
	return violations
}

// told reads the numbers of a rule about a path.
func (f *fitter) told(path, format string, numbers ...any) bool {
	n, err := fmt.Sscanf(f.rules[path], format, numbers...)
	return err == nil && n == len(numbers)
}

func (f *fitter) number(path string) int {
	var least, most int
	switch {
	case f.told(path, "must be between %d and %d", &least, &most):
		return least + *f.count%(most-least+1)
	case f.told(path, "must be at least %d", &least):
		return least + *f.count
	case f.told(path, "must be at most %d", &most):
		return most - *f.count
	}
	return *f.count
}

func (f *fitter) length(path string) int {
	n := 2
	if !f.told(path, "must have at least %d item", &n) {
		f.told(path, "must have at most %d item", &n)
	}
	return n
}

// quoted is a value of an enum in a violation.
var quoted = regexp.MustCompile(`"([^"]*)"`)

func (f *fitter) text(path string) string {
	text := fmt.Sprintf("text %d: <\"é\\😀\">/%%&", *f.count)
	rule, n := f.rules[path], 0
	switch {
	case rule == "":
		return text
	case strings.HasPrefix(rule, "must be one of "):
		values := quoted.FindAllStringSubmatch(rule, -1)
		return values[*f.count%len(values)][1]
	case f.told(path, "must have at least %d character", &n):
		return text + strings.Repeat(".", n)
	case f.told(path, "must have at most %d character", &n):
		return fmt.Sprint(*f.count)
	}
	source, match := strings.CutPrefix(rule, "must match ")
	if !match {
		source = f.patterns[strings.TrimPrefix(rule, "must be ")]
	}
	return textOf(source, *f.count)
}

// textOf returns the n-th text that a pattern matches, or "".
func textOf(pattern string, n int) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil || pattern == "" {
		return ""
	}
	parts := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		parts = re.Sub
	}
	var text strings.Builder
	for _, part := range parts {
		least, most := 1, 1
		switch part.Op {
		case syntax.OpBeginText, syntax.OpEndText:
			continue
		case syntax.OpQuest:
			least = 0
		case syntax.OpStar:
			least, most = 0, 8
		case syntax.OpPlus:
			most = 8
		case syntax.OpRepeat:
			least, most = part.Min, part.Max
			if most < 0 {
				most = least + 8
			}
		}
		if len(part.Sub) > 0 {
			part = part.Sub[0]
		}
		if part.Op == syntax.OpLiteral {
			text.WriteString(string(part.Rune))
			continue
		}
		characters := charactersOf(part)
		if len(characters) == 0 {
			return ""
		}
		for i, rest := 0, n; i < least || i < most && rest > 0; i++ {
			text.WriteByte(characters[rest%len(characters)])
			rest /= len(characters)
		}
	}
	return text.String()
}

// charactersOf returns the visible characters of ASCII that a class has.
func charactersOf(class *syntax.Regexp) (characters []byte) {
	one := regexp.MustCompile("^(?:" + class.String() + ")$")
	for c := byte('!'); c <= '~'; c++ {
		if one.Match([]byte{c}) {
			characters = append(characters, c)
		}
	}
	return characters
}
