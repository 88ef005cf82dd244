package contract

import (
	"errors"
	"os"
	"testing"

	yaml "github.com/oasdiff/yaml3"
)

// FuzzDocument reads a document: whatever it holds, there is a result, or an
// error with a place.
func FuzzDocument(f *testing.F) {
	data, err := os.ReadFile("../testdata/upstream.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("openapi: 3.1.0\npaths: {/a: {get: {parameters: [{$ref: '#/x'}], responses: {'200': {$ref: '#/y'}}}}}\nx: {name: a, in: path, schema: {type: [string, 'null'], enum: [a, null]}}\ny: {content: {application/json: {schema: {allOf: [{$ref: '#/z'}, {required: [b]}]}}}}\nz: {properties: {b: {oneOf: [{$ref: '#/z'}, {type: 'null'}]}}}\n"))
	f.Add([]byte("openapi: 3.1.0\nservers: [{url: 'https://a'}]\npaths: {/a: {servers: [{url: 'https://b/'}], post: {requestBody: {content: {a/b+json; v=1: {schema: {required: [x], allOf: [{type: object, required: [y]}, {properties: {y: {const: 1}}}]}}, '*/*': {}}}, responses: {default: {content: {text/xml: {}}}}}}}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		root, err := ParseYAML("a.yaml", data)
		if err != nil {
			located(t, err)
			return
		}
		calls, err := Documents{Roots: map[string]*yaml.Node{"a.yaml": root}}.Calls([]string{"a.yaml"})
		located(t, err)
		for _, c := range calls {
			resolve(t, c.Request, new(1000))
			resolve(t, c.Response, new(1000))
			for _, place := range Locations {
				resolve(t, c.Params[place], new(1000))
			}
		}
	})
}

// resolve reads what a type holds, a thousand types at most: they may hold one
// another in more ways than can be walked.
func resolve(t *testing.T, ref *Ref, budget *int) {
	if *budget--; ref == nil || *budget < 0 {
		return
	}
	typ, err := ref.Type()
	if err != nil {
		located(t, err)
		return
	}
	resolve(t, typ.Elem, budget)
	for _, f := range typ.Fields {
		resolve(t, f.Type, budget)
	}
}

func located(t *testing.T, err error) {
	var at *Error
	if err != nil && (!errors.As(err, &at) || at.Pos.File == "") {
		t.Errorf("the error has no place: %v", err)
	}
}
