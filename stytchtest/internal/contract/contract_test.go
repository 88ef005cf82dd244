package contract

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stytchgen/sdk/spec"
)

// TestAgainstJSONSchema changes each value in the examples of every call, and wants
// the tables to accept a request or response exactly when the schema in the spec
// does.
func TestAgainstJSONSchema(t *testing.T) {
	seen := map[string]bool{}
	for _, api := range []string{"consumer", "b2b"} {
		document := generic(t, must(spec.Document(api))(t)).(map[string]any)
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		if err := compiler.AddResource("spec.json", document); err != nil {
			t.Fatal(err)
		}
		for path, item := range at[map[string]any](document, "paths") {
			for verb, operation := range item.(map[string]any) {
				call := operation.(map[string]any)
				e, _, _ := Find(strings.ToUpper(verb), path)
				if e == nil || e.ID != call["operationId"] {
					t.Errorf("%s %s of the spec is %v", verb, path, e)
					continue
				}
				if e.API != api {
					continue // the other API has the call too, and that one is served
				}
				t.Run(e.Name(), func(t *testing.T) {
					parameters := map[string]any{}
					for i := range at[[]any](call, "parameters") {
						p := call["parameters"].([]any)[i].(map[string]any)
						if p["example"] != nil && p["in"] == "path" {
							parameters[p["name"].(string)] = p["example"]
						}
					}
					where := "spec.json#/paths/" + strings.ReplaceAll(path, "/", "~1") + "/" + verb
					if media := at[map[string]any](call, "requestBody", "content", "application/json"); media != nil {
						schema := must(compiler.Compile(where + "/requestBody/content/application~1json/schema"))(t)
						compare(t, media["example"], schema, func(body any) []string {
							object, ok := body.(map[string]any)
							if !ok {
								return []string{"no object"} // a body of another kind does not get as far
							}
							arguments := maps.Clone(parameters)
							maps.Copy(arguments, object)
							return texts(e.CheckRequest(arguments))
						}, nil)
					}
					if media := at[map[string]any](call, "responses", "200", "content", "application/json"); media != nil {
						schema := must(compiler.Compile(where + "/responses/200/content/application~1json/schema"))(t)
						compare(t, media["example"], schema, func(body any) []string {
							return texts(e.CheckResponse(200, must(json.Marshal(body))(t)))
						}, seen)
					}
				})
			}
		}
	}
}

// compare changes the example in each place, and compares the two judges. For a
// response, seen has the fields that were changed in an earlier one: many responses
// have the same objects.
func compare(t *testing.T, example any, schema *jsonschema.Schema, check func(any) []string, seen map[string]bool) {
	t.Helper()
	if found := check(example); len(found) > 0 {
		t.Errorf("the example is refused: %v", found)
	}
	for _, m := range mutations(example, "") {
		if keys := strings.Split(m.what, "."); seen != nil && len(keys) > 2 {
			short := strings.Join(keys[len(keys)-2:], ".")
			if seen[short] {
				continue
			}
			seen[short] = true
		}
		ours, theirs := check(m.value), schema.Validate(m.value)
		if (len(ours) == 0) == (theirs == nil) {
			continue
		}
		if seen == nil && strings.HasPrefix(m.what, "without ") && len(ours) == 0 && m.boolean {
			continue // clients that leave out zero values cannot send false in another way
		}
		if len(ours) == 0 && strings.Contains(m.what, ".operands[") {
			continue // searches check what they are given themselves
		}
		t.Errorf("%s: ours: %v, JSON schema: %v", m.what, ours, theirs)
	}
}

// mutation is a changed value.
type mutation struct {
	what    string
	value   any
	boolean bool // what was changed is a boolean
}

// mutations returns copies of a value, each changed in one place.
func mutations(value any, path string) []mutation {
	_, boolean := value.(bool)
	var all []mutation
	for name, other := range map[string]any{
		"null": nil, "true": true, "5": json.Number("5"), "-1.5": json.Number("-1.5"), "1e9": json.Number("1e9"), "empty string": "", "string": "no such value!",
		"long string": strings.Repeat("x", 200), "list": []any{}, "list of a number": []any{json.Number("1")}, "object": map[string]any{},
	} {
		all = append(all, mutation{path + " is " + name, other, boolean})
	}
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			below := path + "." + name
			without := maps.Clone(value)
			delete(without, name)
			_, boolean := value[name].(bool)
			all = append(all, mutation{"without " + below, without, boolean})
			for _, m := range mutations(value[name], below) {
				changed := maps.Clone(value)
				changed[name] = m.value
				all = append(all, mutation{m.what, changed, m.boolean})
			}
		}
	case []any:
		for i := range value {
			for _, m := range mutations(value[i], path+"[]") {
				changed := slices.Clone(value)
				changed[i] = m.value
				all = append(all, mutation{m.what, changed, m.boolean})
			}
		}
	}
	return all
}

// TestErrorAnswers checks the two forms of an error.
func TestErrorAnswers(t *testing.T) {
	const (
		plain = `{"status_code":400,"request_id":"r","error_type":"t","error_message":"m","error_url":"u"}`
		oAuth = `{"status_code":400,"request_id":"r","error":"invalid_client","error_description":"d"}`
	)
	token, params, _ := Find("POST", "/v1/public/p/oauth2/token")
	send, _, _ := Find("POST", "/v1/otps/sms/send")
	if params["project_id"] != "p" {
		t.Errorf("parameters %v", params)
	}
	for _, test := range []struct {
		e    *Endpoint
		body string
		fine bool
	}{
		{send, plain, true}, {send, oAuth, false}, {token, oAuth, true}, {token, plain, false},
		{send, `[]`, false}, {send, `{`, false}, {send, plain + plain, false},
	} {
		if found := test.e.CheckResponse(400, []byte(test.body)); (len(found) == 0) != test.fine {
			t.Errorf("%s with %s: %v", test.e.ID, test.body, found)
		}
	}
}

func TestFind(t *testing.T) {
	for _, test := range []struct{ method, path, want string }{
		{"POST", "/v1/users/search", "consumer.users.search"},
		{"GET", "/v1/users/search", "consumer.users.get"}, // an id of an application can be any word
		{"DELETE", "/v1/users/user-1", "consumer.users.delete"},
		{"DELETE", "/v1/users/emails/email-1", "consumer.users.delete_email"},
		{"DELETE", "/v1/users/emails%2Femail-1", "consumer.users.delete"}, // no other call than the client's
		{"DELETE", "/v1/users/%zz", ""},
		{"GET", "/v1/users/", ""}, {"GET", "/v1/users/a/b", ""}, {"GET", "/v1/users", ""}, {"GET", "", ""}, {"GET", "/", ""},
	} {
		e, _, _ := Find(test.method, test.path)
		name := ""
		if e != nil {
			name = e.Name()
		}
		if name != test.want {
			t.Errorf("%s %s is %q, want %q", test.method, test.path, name, test.want)
		}
	}
	if _, params, _ := Find("GET", "/v1/users/..%2F%25"); params["user_id"] != "../%" {
		t.Errorf("parameters: %v", params)
	}
	if _, _, allowed := Find("PATCH", "/v1/users/user-1"); !slices.Equal(allowed, []string{"DELETE", "GET", "PUT"}) {
		t.Errorf("allowed: %v", allowed)
	}
}

func TestErrorTypeOf(t *testing.T) {
	if e, ok := ErrorTypeOf("user_not_found"); !ok || e.Status != 404 {
		t.Errorf("%v, %v", e, ok)
	}
	if e, ok := ErrorTypeOf("no_such_type"); ok {
		t.Errorf("%v", e)
	}
}

// at returns what is below some keys, or the zero T.
func at[T any](value any, keys ...string) T {
	for _, key := range keys {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	found, _ := value.(T)
	return found
}

// generic returns a value as a JSON decoder does.
func generic(t *testing.T, value any) any {
	t.Helper()
	return must(jsonschema.UnmarshalJSON(strings.NewReader(string(must(json.Marshal(value))(t)))))(t)
}

func texts[T interface{ String() string }](list []T) []string {
	all := make([]string, len(list))
	for i, one := range list {
		all[i] = one.String()
	}
	return all
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
