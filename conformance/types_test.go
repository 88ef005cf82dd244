//go:build conformance

package conformance_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// tsconfig makes the compiler find the types of the SDK, and nothing else.
const tsconfig = `{
	"compilerOptions": {
		"strict": true, "noEmit": true, "skipLibCheck": true, "target": "es2022", "module": "esnext",
		"moduleResolution": "bundler", "types": [], "noErrorTruncation": true,
		"paths": {"stytch": [%s]}
	},
	"files": ["check.ts"]
}`

// prelude is the start of the program for the compiler.
const prelude = `import type { B2BClient, Client } from "stytch";
type Request<Call extends (...args: any[]) => any> = Parameters<Call>;
type Response<Call extends (...args: any[]) => any> = Awaited<ReturnType<Call>>;
type Fields<Call, Spec extends string, T> = [Exclude<Spec, keyof T>, Exclude<keyof T, Spec>] extends [never, never] ? true :
	{ "in": Call, "only in the spec": Exclude<Spec, keyof T>, "only in the SDK": Exclude<keyof T, Spec> };
`

// unknown are fields of the spec that the SDK does not declare, with the reason
// why that is correct.
var unknown = map[string]string{
	"x5t_s256": "the service has a second name for the thumbprint of a key, which the SDK leaves out",
}

// checkTypes compiles a program with the types of the official SDK. It contains
// the calls and responses of the tests, and the examples of the spec. It also
// compares the fields of each object of the spec with those of the SDK. calls is
// the directory of the recorded calls.
func checkTypes(t *testing.T, calls string) {
	var program strings.Builder
	program.WriteString(prelude)
	made, err := filepath.Glob(filepath.Join(calls, "*.ts"))
	if err != nil || len(made) == 0 {
		t.Fatalf("the tests recorded no calls: %v", err)
	}
	for _, name := range made {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		program.Write(data)
	}
	for _, op := range mustOperations(t) {
		if op.sendsForm() || op.api == "consumer" && strings.HasPrefix(op.OperationID, "connected_apps.") || op.OperationID == "organizations.get_connected_app" {
			continue // the SDK's types are written by hand, or wrong: see untyped in world.mjs
		}
		program.WriteString(examples(op))
		program.WriteString(fields(op))
	}

	types, err := filepath.Abs("node_modules/stytch/types/lib/index.d.ts")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "tsconfig.json"), fmt.Sprintf(tsconfig, strconv.Quote(types)))
	write(t, filepath.Join(dir, "check.ts"), program.String())
	run(t, nil, "node", "node_modules/typescript/bin/tsc", "--project", dir)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// renamed are the calls that have another name in the SDK.
var renamed = map[string]string{"consumer.passwords.session.reset": "passwords.sessions.reset"}

// method returns the type of a call in the SDK: Client["otps"]["sms"]["send"].
func (op operation) method() string {
	client := map[string]string{"consumer": "Client", "b2b": "B2BClient"}[op.api]
	id := strings.Replace(op.OperationID, "connected_apps.clients.", "connected_app.clients.", 1)
	for part := range strings.SplitSeq(cmp.Or(renamed[op.String()], id), ".") {
		client += "[" + strconv.Quote(camel(part)) + "]"
	}
	return client
}

// camel returns a name in JavaScript's form: loginOrCreate, getJWKS.
// spelling has the words that the SDK does not write like others.
var spelling = map[string]string{"jwks": "JWKS", "mfa": "MFA", "totp": "TOTP", "oauth": "OAuth", "webauthn": "WebAuthn", "url": "URL"}

func camel(name string) string {
	words := strings.Split(name, "_")
	for i, word := range words[1:] {
		words[i+1] = cmp.Or(spelling[word], strings.ToUpper(word[:1])+word[1:])
	}
	return strings.Join(words, "")
}

// request returns the schema and the example of a call's request: the body, and
// the parameters in the path and the query next to it. The SDK takes headers in
// an argument of their own. Both are nil for a call without any of these.
func (op operation) request() (*openapi3.Schema, any) {
	schema, example := openapi3.NewObjectSchema(), map[string]any{}
	if op.RequestBody != nil {
		media := op.RequestBody.Value.Content.Get("application/json")
		maps.Copy(schema.Properties, media.Schema.Value.Properties)
		body, _ := exampleOf(media).(map[string]any)
		maps.Copy(example, body)
	}
	for _, p := range op.Parameters {
		if p.Value.In != "header" {
			schema.Properties[p.Value.Name] = p.Value.Schema
			example[p.Value.Name] = p.Value.Example
		}
	}
	if len(schema.Properties) == 0 {
		return nil, nil
	}
	return schema, example
}

func (op operation) sendsForm() bool {
	return op.RequestBody != nil && op.RequestBody.Value.Content.Get("application/json") == nil
}

func (op operation) response() (*openapi3.Schema, any) {
	media := op.Responses.Status(200).Value.Content.Get("application/json")
	return media.Schema.Value, exampleOf(media)
}

func exampleOf(media *openapi3.MediaType) any {
	if media.Example != nil {
		return media.Example
	}
	return media.Schema.Value.Example
}

// examples returns the examples of a call as values of the SDK's types.
func examples(op operation) string {
	var out strings.Builder
	if schema, request := op.request(); schema != nil {
		fmt.Fprintf(&out, "{ const request: Request<%s>[0] = %s; }\n", op.method(), literal(request))
	}
	_, response := op.response()
	fmt.Fprintf(&out, "{ const response: Response<%s> = %s; }\n", op.method(), literal(response))
	return out.String()
}

// literal returns JSON without its nulls: the SDK's types have optional fields
// where the service returns null.
func literal(v any) string {
	data, err := json.Marshal(withoutNulls(v))
	if err != nil {
		return err.Error() // does not compile, so the error is seen
	}
	return string(data)
}

func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		kept := map[string]any{}
		for name, value := range v {
			if value != nil {
				kept[name] = withoutNulls(value)
			}
		}
		return kept
	case []any:
		kept := make([]any, len(v))
		for i, value := range v {
			kept[i] = withoutNulls(value)
		}
		return kept
	}
	return v
}

// fields returns statements that compare the fields of each object in a call
// with those of the SDK.
func fields(op operation) string {
	var out strings.Builder
	schema, _ := op.request()
	if schema != nil {
		compare(&out, schema, op.String()+" request", "Request<"+op.method()+">[0]", nil)
	}
	schema, _ = op.response()
	compare(&out, schema, op.String()+" response", "Response<"+op.method()+">", nil)
	return out.String()
}

func compare(out *strings.Builder, schema *openapi3.Schema, name, expression string, within []*openapi3.Schema) {
	schema = nonNull(schema)
	if schema.Items != nil {
		compare(out, schema.Items.Value, name, expression+"[number]", within)
		return
	}
	if len(schema.Properties) == 0 || slices.Contains(within, schema) {
		return
	}
	var quoted []string
	for _, field := range slices.Sorted(maps.Keys(schema.Properties)) {
		if unknown[field] != "" {
			continue
		}
		quoted = append(quoted, strconv.Quote(field))
		compare(out, schema.Properties[field].Value, name+"."+field, "NonNullable<"+expression+"["+strconv.Quote(field)+"]>", append(within, schema))
	}
	fmt.Fprintf(out, "{ const same: Fields<%q, %s, %s> = true; }\n", name, strings.Join(quoted, " | "), expression)
}

// nonNull returns the schema of a response's value that is not null.
func nonNull(schema *openapi3.Schema) *openapi3.Schema {
	for _, choice := range schema.OneOf {
		if choice.Value.Type != nil && !choice.Value.Type.Is("null") {
			return choice.Value
		}
	}
	return schema
}
