package apply

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// A swap changes one place of a file. In what is wanted, new is old with
// something inserted.
type swap struct{ file, old, new string }

const (
	document = "upstream.yaml"
	otpsTS   = "package/types/lib/b2c/otps.d.ts"
	usersTS  = "package/types/lib/b2c/users.d.ts"
	attrTS   = "package/types/lib/b2c/attribute.d.ts"
	sessTS   = "package/types/lib/b2c/sessions.d.ts"
	consumer = "spec/consumer.yaml"
	b2b      = "spec/b2b.yaml"
	shared   = "spec/shared.yaml"
	drifts   = "spec/drift.yaml"
)

var inserted = []struct {
	name         string
	edits, wants []swap
	texts        int // how many are left to write
}{
	{"field at the end of a block, behind a text and an empty line",
		[]swap{{attrTS, "    user_agent?: string;", "    user_agent?: string;\n    port?: number;"}},
		[]swap{{consumer, "            As it says itself.\n", "            As it says itself.\n        port:\n          type: [integer, 'null']\n          description: TODO\n"}}, 1},
	{"field between two, before a comment of the next",
		[]swap{{otpsTS, "    session_token?: string;", "    origin?: string;\n    session_token?: string;"}},
		[]swap{{consumer, "                  description: The client.\n", "                  description: The client.\n                origin:\n                  type: string\n                  description: TODO\n"}}, 1},
	{"secret, by its name",
		[]swap{{otpsTS, "    session_token?: string;", "    refreshToken?: string;\n    session_token?: string;"}},
		[]swap{{consumer, "                  description: The client.\n", "                  description: The client.\n                refreshToken:\n                  type: string\n                  x-sensitive: true\n                  description: TODO\n"}}, 1},
	{"first field of a block, required",
		[]swap{{otpsTS, "    method_id: string;", "    tenant: string;\n    method_id: string;"}},
		[]swap{{consumer, "                method_id:\n", "                tenant:\n                  type: string\n                  description: TODO\n                method_id:\n"},
			{consumer, "required: [method_id, code]", "required: [method_id, code, tenant]"}}, 1},
	{"required field of an answer, list at the column of its key",
		[]swap{{usersTS, "    roles: string[];", "    roles: string[];\n    is_locked: boolean;"}},
		[]swap{{consumer, "      - roles\n", "      - roles\n      - is_locked\n"},
			{consumer, "          description: The roles.\n", "          description: The roles.\n        is_locked:\n          type: boolean\n          description: TODO\n"}}, 1},
	{"required fields where nothing was required",
		[]swap{{usersTS, "    first_name?: string;", "    first_name?: string;\n    last_name: string;\n    title: string;"}},
		[]swap{{consumer, "      description: A name.\n", "      description: A name.\n      required: [last_name, title]\n"},
			{consumer, "          description: The first.\n", "          description: The first.\n        last_name:\n          type: string\n          x-sensitive: true\n          description: TODO\n        title:\n          type: string\n          description: TODO\n"}}, 2},
	{"fields of a flow mapping",
		[]swap{{usersTS, "    email_id: string;\n    email: string;", "    first: string;\n    email_id: string;\n    email: string;\n    bounced?: boolean;"},
			{usersTS, "    verified: boolean;", "    verified: boolean;\n    last?: string[];"}},
		[]swap{{consumer, "properties: {email_id:", "properties: {first: {type: string, description: TODO}, email_id:"},
			{consumer, `{braces}."},`, `{braces}."}, bounced: {type: [boolean, 'null'], description: TODO},`},
			{consumer, "description: Whether.}}", "description: Whether.}, last: {type: [array, 'null'], items: {type: string}, description: TODO}}"},
			{consumer, "required: [email_id, email, verified]", "required: [email_id, email, verified, first]"}}, 3},
	{"field in the document",
		[]swap{{document, "        first_name:\n          type: string\n", "        first_name:\n          type: string\n        age:\n          type: integer\n          format: int32\n"}},
		[]swap{{consumer, "          description: The first.\n", "          description: The first.\n        age:\n          type: [integer, 'null']\n          description: TODO\n"}}, 1},
	{"field of a type that the spec has, in an answer and a request",
		[]swap{{usersTS, "    name?: Name;", "    name?: Name;\n    seen_from?: Attributes;"}, {usersTS, "/** Of a user. */", "import { Attributes } from \"./attribute\";"}},
		[]swap{{consumer, "            - $ref: '#/components/schemas/UserName'\n            - type: 'null'\n", "            - $ref: '#/components/schemas/UserName'\n            - type: 'null'\n" +
			"        seen_from:\n          description: TODO\n          oneOf:\n            - $ref: '#/components/schemas/Attributes'\n            - type: 'null'\n"}}, 1},
	{"field of a type that each file has for itself",
		[]swap{
			{b2b, "                  status_code: {type: integer, description: The status.}\n", "                  status_code: {type: integer, description: The status.}\n                  made_by:\n                    $ref: '#/components/schemas/Client'\n"},
			{b2b, "    MemberID:\n", "    Client:\n      type: object\n      description: Facts.\n      properties:\n        ip_address: {type: [string, 'null'], description: It.}\n        user_agent: {type: [string, 'null'], description: It.}\n    MemberID:\n"},
			{"package/types/lib/b2b/sessions.d.ts", "    status_code: number;", "    status_code: number;\n    made_by?: Attributes;\n    ended_by?: Attributes;"},
			{"package/types/lib/b2b/sessions.d.ts", "export ", "import { Attributes } from \"../b2c/attribute\";\nexport "}},
		[]swap{
			{b2b, "                  status_code: {type: integer, description: The status.}\n", "                  status_code: {type: integer, description: The status.}\n                  made_by:\n                    $ref: '#/components/schemas/Client'\n" +
				"                  ended_by:\n                    description: TODO\n                    oneOf:\n                      - $ref: '#/components/schemas/Client'\n                      - type: 'null'\n"},
			{b2b, "    MemberID:\n", "    Client:\n      type: object\n      description: Facts.\n      properties:\n        ip_address: {type: [string, 'null'], description: It.}\n        user_agent: {type: [string, 'null'], description: It.}\n    MemberID:\n"}}, 1},
	{"field of the name and kind that other calls have",
		[]swap{{"package/types/lib/b2b/sessions.d.ts", "    status_code: number;", "    status_code: number;\n    request_id: string;"}},
		[]swap{{b2b, "required: [status_code]", "required: [status_code, request_id]"},
			{b2b, "                  status_code: {type: integer, description: The status.}\n", "                  status_code: {type: integer, description: The status.}\n                  request_id:\n                    type: string\n                    description: TODO\n"}}, 1},
	{"list of objects that the spec lacks, which hold themselves",
		[]swap{{usersTS, "    roles: string[];", "    roles: string[];\n    phones: Phone[];"}, {usersTS, "/** Of a user. */", "export interface Phone {\n    number: string;\n    kind: \"home\" | \"work\";\n    others?: Phone[];\n}"}},
		[]swap{{consumer, "      - roles\n", "      - roles\n      - phones\n"},
			{consumer, "          description: The roles.\n", "          description: The roles.\n        phones:\n          type: array\n          items:\n            $ref: '#/components/schemas/Phone'\n          description: TODO\n"},
			{consumer, "        attributes:\n          description: The client.\n          oneOf:\n            - $ref: '#/components/schemas/Attributes'\n            - type: 'null'\n",
				"        attributes:\n          description: The client.\n          oneOf:\n            - $ref: '#/components/schemas/Attributes'\n            - type: 'null'\n" +
					"    Kind:\n      type: string\n      enum: [home, work]\n      description: TODO\n" +
					"    Phone:\n      type: object\n      description: TODO\n      required: [number, kind]\n      properties:\n        number:\n          type: string\n          description: TODO\n" +
					"        kind:\n          $ref: '#/components/schemas/Kind'\n" +
					"        others:\n          type: [array, 'null']\n          items:\n            $ref: '#/components/schemas/Phone'\n          description: TODO\n"}}, 5},
	{"object that only a request has, where nothing is null",
		[]swap{{otpsTS, "    session_token?: string;", "    filter?: Filter;\n    session_token?: string;"}, {otpsTS, "export ", "export interface Filter {\n    from?: string;\n    not?: Filter;\n}\nexport "}},
		[]swap{{consumer, "                  description: The client.\n", "                  description: The client.\n                filter:\n                  $ref: '#/components/schemas/Filter'\n"},
			{consumer, "        attributes:\n          description: The client.\n          oneOf:\n            - $ref: '#/components/schemas/Attributes'\n            - type: 'null'\n",
				"        attributes:\n          description: The client.\n          oneOf:\n            - $ref: '#/components/schemas/Attributes'\n            - type: 'null'\n" +
					"    Filter:\n      type: object\n      description: TODO\n      properties:\n        from:\n          type: string\n          description: TODO\n        not:\n          $ref: '#/components/schemas/Filter'\n"}}, 2},
	{"values of a flow list, one to be quoted",
		[]swap{{otpsTS, `"en" | "es" | "pt-br"`, `"no" | "en" | "fr" | "es" | "pt-br" | "it"`}},
		[]swap{{consumer, "enum: [en, es, pt-br]", "enum: ['no', en, fr, es, pt-br, it]"}}, 0},
	{"value of a block list, before a comment",
		[]swap{{document, "        status:\n          type: string", "        status:\n          type: string\n          enum:\n          - active\n          - locked\n          - pending"}},
		[]swap{{consumer, "        - active\n", "        - active\n        - locked\n"}}, 0},
	{"value in the shared file", []swap{{sessTS, `"otp" |`, `"otp" | "sso" |`}}, []swap{{shared, "enum: [otp, magic_link]", "enum: [otp, sso, magic_link]"}}, 0},
	{"parameter of the query",
		[]swap{{sessTS, "    limit?: number;", "    limit?: number;\n    cursor?: string;"}},
		[]swap{{consumer, "          description: How many.\n          schema: {type: integer}\n", "          description: How many.\n          schema: {type: integer}\n        - name: cursor\n          in: query\n          required: false\n          description: TODO\n          schema:\n            type: string\n"}}, 1},
	{"first parameter of a call",
		[]swap{{document, "      operationId: api_otp_v1_Authenticate\n", "      operationId: api_otp_v1_Authenticate\n      parameters:\n      - name: X-Trace\n        in: header\n        schema:\n          type: string\n"}},
		[]swap{{consumer, "      summary: Checks a code.\n", "      summary: Checks a code.\n      parameters:\n        - name: X-Trace\n          in: header\n          required: false\n          description: TODO\n          schema:\n            type: string\n"}}, 1},
	{"another verb of a path",
		[]swap{{document, "  /v1/sessions:\n", "  /v1/sessions:\n    delete:\n      parameters:\n      - name: user_id\n        in: query\n        required: true\n        schema:\n          type: string\n      responses:\n        '200':\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/api_b2b_session_v1_RevokeResponse'\n"}},
		[]swap{{consumer, "                    description: The sessions.\n", "                    description: The sessions.\n" +
			"    delete:\n      operationId: sessions.delete\n      tags: [sessions]\n      summary: TODO\n      externalDocs: {url: https://example.com/docs}\n      x-retry: TODO\n      x-errors: [TODO]\n" +
			"      parameters:\n        - name: user_id\n          in: query\n          required: true\n          description: TODO\n          schema:\n            type: string\n" +
			"      responses:\n        '200':\n          description: TODO\n          content:\n            application/json:\n              schema:\n                type: object\n                required: [status_code]\n                properties:\n" +
			"                  status_code:\n                    type: integer\n                    description: TODO\n        default:\n          $ref: '#/components/responses/Error'\n"}}, 6},
	{"call of the other file",
		[]swap{{document, "  /v1/b2b/sessions/revoke:\n", "  /v1/b2b/sessions/{member_id}/renew:\n    post:\n      parameters:\n      - name: member_id\n        in: path\n        required: true\n        schema:\n          type: string\n      requestBody:\n        content:\n          application/json:\n            schema:\n              type: object\n              properties:\n                session_token:\n                  type: string\n      responses:\n        '200':\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/api_b2b_session_v1_RevokeResponse'\n  /v1/b2b/sessions/revoke:\n"}},
		[]swap{{b2b, "                  status_code: {type: integer, description: The status.}\n", "                  status_code: {type: integer, description: The status.}\n" +
			"  /v1/b2b/sessions/{member_id}/renew:\n    post:\n      operationId: sessions.renew\n      tags: [sessions]\n      summary: TODO\n      externalDocs: {url: https://example.com/docs/b2b}\n      x-retry: TODO\n      x-errors: [TODO]\n" +
			"      parameters:\n        - name: member_id\n          in: path\n          required: true\n          description: TODO\n          schema:\n            type: string\n" +
			"      requestBody:\n        required: true\n        content:\n          application/json:\n            schema:\n              type: object\n              properties:\n                session_token:\n                  $ref: '#/components/schemas/SessionToken'\n" +
			"      responses:\n        '200':\n          description: TODO\n          content:\n            application/json:\n              schema:\n                type: object\n                required: [status_code]\n                properties:\n" +
			"                  status_code:\n                    type: integer\n                    description: TODO\n        default:\n          $ref: '#/components/responses/Error'\n"}}, 6},
	{"calls of a new area, with types that the spec has",
		[]swap{{drifts, "scope: [", "scope: [/v1/magic_links, "},
			{document, "components:\n", newCall("/v1/magic_links/authenticate", "post", "api_otp_v1_AuthenticateResponse") + newCall("/v1/magic_links/email/send", "post", "api_b2b_session_v1_RevokeResponse") + "components:\n"}},
		[]swap{{consumer, "    description: Looks after sessions.\n", "    description: Looks after sessions.\n  - name: magic_links\n    description: TODO\n  - name: magic_links.email\n    description: TODO\n"},
			{consumer, "          description: The keys.\n          content:\n            application/json:\n              schema:\n                type: object\n                required: [keys]\n                properties:\n                  keys: {type: array, items: {$ref: '#/components/schemas/JWK'}, description: The keys.}\n",
				"          description: The keys.\n          content:\n            application/json:\n              schema:\n                type: object\n                required: [keys]\n                properties:\n                  keys: {type: array, items: {$ref: '#/components/schemas/JWK'}, description: The keys.}\n" +
					written("/v1/magic_links/authenticate", "post", "magic_links.authenticate", "magic_links", "[request_id, user, reset_sessions, status_code]",
						"                  request_id:\n                    type: string\n                    description: TODO\n                  user:\n                    $ref: '#/components/schemas/User'\n                  reset_sessions:\n                    type: boolean\n                    description: TODO\n"+
							"                  status_code:\n                    type: integer\n                    description: TODO\n                  session:\n                    description: TODO\n                    oneOf:\n                      - $ref: '#/components/schemas/Session'\n                      - type: 'null'\n") +
					written("/v1/magic_links/email/send", "post", "magic_links.email.send", "magic_links.email", "[status_code]", "                  status_code:\n                    type: integer\n                    description: TODO\n")}}, 15},
	{"call of a new area of the other file",
		[]swap{{drifts, "scope: [", "scope: [/v1/b2b/totps, "}, {document, "components:\n", newCall("/v1/b2b/totps", "post", "api_b2b_session_v1_RevokeResponse") + "components:\n"}},
		[]swap{{b2b, "    description: Looks after sessions.\n", "    description: Looks after sessions.\n  - name: totps\n    description: TODO\n"},
			{b2b, "                  status_code: {type: integer, description: The status.}\n", "                  status_code: {type: integer, description: The status.}\n" +
				strings.Replace(written("/v1/b2b/totps", "post", "totps.post", "totps", "[status_code]", "                  status_code:\n                    type: integer\n                    description: TODO\n"), "/docs}", "/docs/b2b}", 1)}}, 6},
}

// newCall is a call in the service's document, without a request.
func newCall(path, verb, answer string) string {
	return "  " + path + ":\n    " + verb + ":\n      responses:\n        '200':\n          content:\n            application/json:\n" +
		"              schema:\n                $ref: '#/components/schemas/" + answer + "'\n"
}

// written is the path of such a call in the spec.
func written(path, verb, id, tag, required, properties string) string {
	return "  " + path + ":\n    " + verb + ":\n      operationId: " + id + "\n      tags: [" + tag + "]\n" +
		"      summary: TODO\n      externalDocs: {url: https://example.com/docs}\n      x-retry: TODO\n      x-errors: [TODO]\n" +
		"      responses:\n        '200':\n          description: TODO\n          content:\n            application/json:\n              schema:\n                type: object\n" +
		"                required: " + required + "\n                properties:\n" + properties +
		"        default:\n          $ref: '#/components/responses/Error'\n"
}

func change(t *testing.T, dir string, edits []swap) {
	t.Helper()
	for _, e := range edits {
		name := filepath.Join(dir, filepath.FromSlash(e.file))
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(data), e.old) == 0 {
			t.Fatalf("%s has no %q", e.file, e.old)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(string(data), e.old, e.new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func tree(t *testing.T, edits []swap) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../testdata")); err != nil {
		t.Fatal(err)
	}
	change(t, dir, edits)
	return dir
}

// propose compares the spec in a folder with its upstream and returns the
// report and the edits that it leads to.
func propose(t *testing.T, dir string, edits []swap) (*drift.Report, *Edits) {
	t.Helper()
	upstream := document
	for _, e := range edits {
		if strings.HasPrefix(e.file, "package/") {
			upstream = "package"
		}
	}
	var list diag.List
	spec := load.Read(os.DirFS(dir), "spec", &list)
	if list.HasErrors() {
		t.Fatal(list.Sorted())
	}
	there, err := drift.Upstream(filepath.Join(dir, upstream))
	if err != nil {
		t.Fatal(err)
	}
	known, err := drift.ReadKnown(dir, "spec/"+drift.File)
	if err != nil {
		t.Fatal(err)
	}
	report, err := drift.Check(spec, there, known)
	if err != nil {
		t.Fatal(err)
	}
	return report, Propose(spec, report, there, known)
}

func TestInsertions(t *testing.T) {
	for _, test := range inserted {
		t.Run(test.name, func(t *testing.T) {
			dir := tree(t, test.edits)
			report, edits := propose(t, dir, test.edits)
			if len(edits.Left) > 0 || len(edits.Done) != len(report.Differences) || len(edits.Done) == 0 {
				t.Errorf("%d of %d differences were applied", len(edits.Done), len(report.Differences))
			}
			expected := tree(t, test.wants)
			for _, name := range []string{consumer, b2b, shared} {
				want, err := os.ReadFile(filepath.Join(expected, name))
				if err != nil {
					t.Fatal(err)
				}
				got, changed := edits.Files[name]
				if !changed {
					if got, err = os.ReadFile(filepath.Join(dir, name)); err != nil {
						t.Fatal(err)
					}
				}
				if !bytes.Equal(got, want) {
					t.Errorf("%s", udiff.Unified("want/"+name, "got/"+name, string(want), string(got)))
				}
			}
			for name, data := range edits.Files {
				if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			after, again := propose(t, dir, test.edits)
			if len(after.Differences) > 0 || len(again.Files) > 0 {
				t.Errorf("%d differences are left", len(after.Differences))
			}
			if texts := after.Unwritten.Sorted(); len(texts) != test.texts {
				t.Errorf("%d texts are to be written, want %d", len(texts), test.texts)
			}
		})
	}
}

// What the spec has too much of, or otherwise, is a person's to decide.
func TestLeftToAPerson(t *testing.T) {
	for _, edits := range [][]swap{
		{{otpsTS, "    session_jwt?: string;\n", ""}},
		{{otpsTS, "    method_id: string;", "    method_id: number;"}},
		{{otpsTS, "    code: string;", "    code?: string;"}},
		{{otpsTS, `"es" | `, ""}},
		{{usersTS, "    verified: boolean;", "    verified: boolean;\n    \"a: [b\"?: string;"}},
		{{usersTS, "    verified: boolean;", "    verified: boolean;\n    both?: string | number;"}},
		{{otpsTS, `"es" |`, `"es" | "x'\\\\, y\u2028" |`}},
	} {
		report, got := propose(t, tree(t, edits), edits)
		if len(got.Files) > 0 || len(got.Left) != len(report.Differences) || len(got.Left) == 0 {
			t.Errorf("%v: %d files, %d left", edits, len(got.Files), len(got.Left))
		}
	}
}

// What one of two users of a type has is left out, with a note that says why; all else is applied.
func TestSharedTypes(t *testing.T) {
	const (
		origin   = "                origin:\n                  type: string\n                  description: TODO\n"
		location = "        port:\n          type: [integer, 'null']\n          description: TODO\n"
	)
	anOrigin := swap{otpsTS, "    session_token?: string;", "    origin?: string;\n    session_token?: string;"}
	aPort := swap{sessTS, "    attributes?: Attributes;", "    attributes?: { ip_address?: string; user_agent?: string; port?: number };"}
	tests := []struct {
		name    string
		edits   []swap
		applied string // what the spec gets
		after   string // behind this
		notes   []string
	}{
		{"a value", []swap{
			{consumer, "                scopes: {type:", "                ui_locale:\n                  $ref: '#/components/schemas/Locale'\n                scopes: {type:"},
			{otpsTS, "    scopes?: string[];", "    ui_locale?: \"en\" | \"es\" | \"fr\" | \"pt-br\";\n    scopes?: string[];"},
			anOrigin,
		}, origin, "                  description: The client.\n", []string{
			`the value "fr" of POST /v1/otps/authenticate request.ui_locale; with it, POST /v1/otps/authenticate request.locale would differ: the service has no value "fr"`,
		}},
		{"a field", []swap{aPort, anOrigin}, origin, "                  description: The client.\n", []string{
			`GET /v1/sessions response.sessions[].attributes.port; with it, POST /v1/otps/authenticate request.attributes.port would differ: the service has no such field`,
		}},
		{"a field of the same name elsewhere", []swap{aPort, {usersTS, "    first_name?: string;", "    first_name?: string;\n    port?: number;"}},
			location, "          description: The first.\n", []string{
				`GET /v1/sessions response.sessions[].attributes.port; with it, POST /v1/otps/authenticate request.attributes.port would differ: the service has no such field`,
			}},
		{"a field of two kinds", []swap{aPort, {attrTS, "    user_agent?: string;", "    user_agent?: string;\n    port?: string;"}, anOrigin},
			origin, "                  description: The client.\n", []string{
				`GET /v1/sessions response.sessions[].attributes.port; with it, GET /v1/sessions response.sessions[].attributes.port would differ: it is a number at the service, the spec says a string`,
			}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := tree(t, test.edits)
			_, got := propose(t, dir, test.edits)
			if len(got.Done) != 1 || len(got.Notes) != len(test.notes) {
				t.Fatalf("%d applied, %d left, notes %q", len(got.Done), len(got.Left), got.Notes)
			}
			for i, want := range test.notes {
				if !strings.HasPrefix(got.Notes[i], want) {
					t.Errorf("note %q, want %q", got.Notes[i], want)
				}
			}
			before, err := os.ReadFile(filepath.Join(dir, consumer))
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Replace(string(before), test.after, test.after+test.applied, 1)
			if after := string(got.Files[consumer]); after != want || want == string(before) {
				t.Error(udiff.Unified("want", "got", want, after))
			}
		})
	}
}

// TestHardToApply has differences that get in each other's way, or cannot be written: the rest is applied.
func TestHardToApply(t *testing.T) {
	call := func(path, verb string) string { return newCall(path, verb, "api_b2b_session_v1_RevokeResponse") }
	verb := func(verb string) string { return strings.TrimPrefix(call("", verb), "  :\n") }
	const before = "  /v1/otps/authenticate:\n"
	tests := []struct {
		name  string
		edits []swap
		left  int
		notes []string
		want  []string // in the spec, once each
	}{
		{"two verbs of a new path", []swap{{document, before, call("/v1/otps/peek", "get") + verb("delete") + before}},
			0, nil, []string{"  /v1/otps/peek:\n    delete:\n", "operationId: otps.delete_peek\n", "    get:\n      operationId: otps.get_peek\n"}},
		{"three verbs of a new path, and another path", []swap{{document, before, call("/v1/otps/peek", "get") + verb("put") + verb("delete") + call("/v1/otps/ok", "get") + before}},
			0, nil, []string{"  /v1/otps/peek:\n", "    delete:\n", "      operationId: otps.get_peek\n", "    put:\n", "operationId: otps.ok\n"}},
		{"verbs of a new path, of which one cannot be written", []swap{{document, before, call("/v1/otps/peek", "get") + "    put:\n      responses: {}\n" + verb("delete") + before}},
			1, []string{"PUT /v1/otps/peek: the service's description does not say what is in its response"}, []string{"  /v1/otps/peek:\n", "operationId: otps.get_peek\n", "operationId: otps.delete_peek\n"}},
		{"parameters of a call that has none", []swap{{document, "      operationId: api_otp_v1_Authenticate\n", "      operationId: api_otp_v1_Authenticate\n      parameters:\n      - {name: trace, in: query, schema: {type: string}}\n      - {name: X-Trace, in: header, schema: {type: string}}\n      - {name: depth, in: query, schema: {type: integer}}\n"}},
			0, nil, []string{"      summary: Checks a code.\n      parameters:\n        - name: X-Trace\n", "        - name: trace\n", "        - name: depth\n"}},
		{"field at the end of a path, another verb of it, and a path behind it", []swap{
			{document, before, call("/v1/sessions/jwks/{project_id}/old", "get") + before},
			{document, "  /v1/sessions/jwks/{project_id}:\n", "  /v1/sessions/jwks/{project_id}:\n    delete:\n      parameters:\n      - {name: project_id, in: path, required: true, schema: {type: string}}\n" + strings.TrimPrefix(verb("delete"), "    delete:\n")},
			{document, "            $ref: '#/components/schemas/api_session_v1_JWK'\n", "            $ref: '#/components/schemas/api_session_v1_JWK'\n        next:\n          type: string\n"}},
			0, nil, []string{"                  next:\n                    type: [string, 'null']\n                    description: TODO\n    delete:\n", "operationId: sessions.jwks.old\n"}},
		{"field at the end of the last type, and a type behind it", []swap{
			{usersTS, "    roles: string[];", "    roles: string[];\n    phone?: Phone;"}, {usersTS, "/** Of a user. */", "export interface Phone {\n    number: string;\n}\n/** Of a user. */"},
			{sessTS, "    attributes?: Attributes;", "    attributes?: Attributes;\n    at?: string;"}},
			0, nil, []string{"            - type: 'null'\n        at:\n          type: [string, 'null']\n          description: TODO\n    Phone:\n"}},
		{"fields behind a key that nothing can follow", []swap{
			{consumer, "                scopes: {type: array, items: {type: string}, description: What for.}\n", "                ? scopes\n                : {type: array, items: {type: string}, description: What for.}\n"},
			{otpsTS, "    scopes?: string[];", "    scopes?: string[];\n    trace_id?: string;\n    span_id?: string;"},
			{usersTS, "    first_name?: string;", "    first_name?: string;\n    last_name?: string;"}},
			2, []string{"POST /v1/otps/authenticate request.trace_id; with it, the files could not be read", "POST /v1/otps/authenticate request.span_id; with it, the files could not be read"}, []string{"        last_name:\n"}},
		{"two calls that end alike", []swap{{document, before, call("/v1/otps/{a}/send", "get") + call("/v1/otps/{a}/{b}/send", "get") + before}},
			0, nil, []string{"operationId: otps.send\n", "operationId: otps.send_2\n"}},
		{"a call of an area within another", []swap{{document, before, call("/v1/otps/totp/send", "get") + before}},
			0, nil, []string{"  - name: otps.totp\n", "operationId: otps.totp.send\n"}},
		{"calls behind a call, which is no area", []swap{{document, before, call("/v1/otps/authenticate/start", "post") + call("/v1/otps/authenticate/start/over", "post") + before}},
			0, nil, []string{"operationId: otps.authenticate_start\n", "operationId: otps.authenticate_start_over\n"}},
		{"a call where an area is", []swap{{consumer, "  - name: sessions\n", "  - name: otps.sms\n    description: Sends codes.\n  - name: sessions\n"}, {document, before, call("/v1/otps/sms", "post") + before}},
			0, nil, []string{"operationId: otps.sms.post\n"}},
		{"calls of two areas, by verb and path", []swap{{drifts, "scope: [", "scope: [/v1/users/, /v1/totps, "}, {document, before, call("/v1/users/{user_id}", "get") + call("/v1/users/search", "get") + call("/v1/totps", "post") + call("/v1/totps/recover", "delete") + before}},
			0, nil, []string{"  - name: totps\n    description: TODO\n  - name: users\n"}},
		{"a path that ends in a parameter", []swap{{drifts, "scope: [", "scope: [/v1/users/, "}, {document, before, call("/v1/users/{user_id}", "get") + call("/v1/users/phone-numbers/{phone_id}", "delete") + before}},
			0, nil, []string{"  - name: users\n", "operationId: users.get\n", "operationId: users.delete_phone_numbers\n"}},
		{"another verb of a path that is there", []swap{{document, "  /v1/otps/authenticate:\n", "  /v1/otps/authenticate:\n" + verb("delete")}},
			0, nil, []string{"operationId: otps.delete_authenticate\n"}},
		{"a path that could be of any file", []swap{{drifts, "scope: [", "scope: [/v2, "}, {document, before, call("/v2/otps/check", "post") + call("/v1/otps/ok", "get") + before}},
			1, []string{"POST /v2/otps/check: its path does not say whether it belongs into spec/consumer.yaml or spec/b2b.yaml; write it into the right one"},
			[]string{"operationId: otps.ok\n"}},
		{"a path without an area", []swap{{drifts, "scope: [", "scope: [/v1/, "}, {document, before, call("/v1/{id}", "get") + call("/v1/otps/ok", "get") + before}},
			2, []string{"POST /v1/users: the service's description says nothing about its response", "GET /v1/{id}: its path names no area of the client; write the call into spec/consumer.yaml, with a tag"},
			[]string{"operationId: otps.ok\n"}},
		{"a new area where nothing declares one", []swap{{consumer, "tags:\n  - name: otps\n    description: Checks codes.\n  - name: sessions\n    description: Looks after sessions.\n", ""},
			{document, before, call("/v1/otps/totp/send", "get") + call("/v1/otps/ok", "get") + before}},
			0, nil, []string{"operationId: otps.ok\n", "operationId: otps.totp.send\n", "\ntags:\n  - name: otps.totp\n    description: TODO\n"}},
		{"a new area where the list is empty", []swap{{consumer, "tags:\n  - name: otps\n    description: Checks codes.\n  - name: sessions\n    description: Looks after sessions.\n", "tags: []\n"},
			{document, before, call("/v1/otps/totp/send", "get") + call("/v1/otps/ok", "get") + before}},
			1, []string{"GET /v1/otps/totp/send: spec/consumer.yaml has no list of tags that otps.totp could join; begin one"},
			[]string{"operationId: otps.ok\n"}},
		{"a name that the other file has", []swap{
			{b2b, "    MemberID:\n", "    Phone:\n      type: object\n      description: A phone.\n      properties:\n        n: {type: string, description: It.}\n    MemberID:\n"},
			{usersTS, "    roles: string[];", "    roles: string[];\n    phone?: Phone;"}, {usersTS, "/** Of a user. */", "export interface Phone {\n    number: string;\n}\n/** Of a user. */"}},
			0, nil, []string{"    Phone:\n"}},
		{"a path that turns the line", []swap{{document, before, call(`"/v1/otps/a\u202eb"`, "get") + call("/v1/otps/ok", "get") + before}},
			1, []string{"GET /v1/otps/a\u202eb: the path holds characters that are not written into the spec"}, []string{"operationId: otps.ok\n"}},
		{"two lists of the same values", []swap{{usersTS, "    roles: string[];", "    roles: string[];\n    state?: \"on\" | \"off\";\n    other_state?: \"off\" | \"on\";\n    colour?: \"red\" | \"off\";"}},
			0, nil, []string{"    State:\n", "    Colour:\n", "        state:\n          description: TODO\n          oneOf:\n            - $ref: '#/components/schemas/State'\n",
				"        other_state:\n          description: TODO\n          oneOf:\n            - $ref: '#/components/schemas/State'\n"}},
		{"a part of what cannot be written", []swap{
			{usersTS, "    name?: Name;", "    name?: Name;\n    first?: Outer;\n    second?: Inner;"},
			{usersTS, "/** Of a user. */", "export interface Outer {\n    inner?: Inner;\n    both?: string | number;\n}\nexport interface Inner {\n    z?: string;\n}\n/** Of a user. */"},
		}, 1, []string{"POST /v1/otps/authenticate response.user.first: both is one of several types; write oneOf with a discriminator, or one type"},
			[]string{"        second:\n", "    Inner:\n"}},
		{"calls that the client cannot make", []swap{{document, before,
			strings.Replace(call("/v1/otps/far", "get"), "  /v1/otps/far:\n", "  /v1/otps/far:\n    servers:\n    - url: https://codes.example.com\n    - url: https://other.example.com\n", 1) +
				strings.Replace(call("/v1/otps/xml", "get"), "application/json", "application/xml", 1) +
				strings.Replace(call("/v1/otps/any", "get"), "                $ref: '#/components/schemas/api_b2b_session_v1_RevokeResponse'\n", "                {}\n", 1) +
				strings.Replace(call("/v1/otps/list", "get"), "                $ref: '#/components/schemas/api_b2b_session_v1_RevokeResponse'\n", "                type: array\n                items: {type: string}\n", 1) +
				call("/v1/otps/ok", "get") + before}},
			4, []string{
				"GET /v1/otps/any: the service's description does not say what is in its response",
				"GET /v1/otps/far: the service has it at https://codes.example.com, https://other.example.com, and not at one host by https",
				"GET /v1/otps/list: its response is a list, and not an object with fields",
				"GET /v1/otps/xml: its response is application/xml, and the client speaks JSON",
			}, []string{"operationId: otps.ok\n"}},
		{"a call that sends nothing", []swap{{document, before, strings.Replace(call("/v1/otps/ping", "post"), "      responses:\n", "      requestBody:\n        content:\n          application/json:\n            schema:\n              type: object\n              properties: {}\n      responses:\n", 1) + before}},
			0, nil, []string{"      operationId: otps.ping\n      tags: [otps]\n      summary: TODO\n      externalDocs: {url: https://example.com/docs}\n      x-retry: TODO\n      x-errors: [TODO]\n      requestBody:\n        required: true\n        content:\n          application/json:\n            schema:\n              type: object\n            example: {}\n      responses:\n"}},
		{"cookies", []swap{{document, before, strings.Replace(call("/v1/otps/jar", "get"), "      responses:\n", "      parameters:\n      - {name: sid, in: cookie, schema: {type: string}}\n      responses:\n", 1) + before},
			{document, "      operationId: api_session_v1_GetJWKS\n      parameters:\n", "      operationId: api_session_v1_GetJWKS\n      parameters:\n      - {name: sid, in: cookie, schema: {type: string}}\n"}},
			2, []string{"GET /v1/otps/jar: it takes the cookie sid, and the client sends none", "GET /v1/sessions/jwks/{project_id} cookie.sid: the client sends no cookies"}, nil},
		{"enum values that are no strings", []swap{{document, "      - es\n", "      - es\n      - 7\n      - true\n      - fr\n"}},
			2, []string{
				`the value "7" of POST /v1/otps/authenticate request.locale: it is no string, and enums are generated for strings only`,
				`the value "true" of POST /v1/otps/authenticate request.locale: it is no string, and enums are generated for strings only`,
			}, []string{"enum: [en, es, fr, pt-br]"}},
		{"fields whose enum values are no strings", []swap{{document, "        session_jwt:\n", "        level:\n          enum: [1, 2]\n        urgent:\n          enum: [true, false]\n        mode:\n          type: string\n          enum: [fast, 7]\n        kind:\n          enum: [fast, 7]\n        session_jwt:\n"}},
			2, []string{
				"POST /v1/otps/authenticate request.mode: its enum has the value 7, which is no string, and enums are generated for strings only",
				"POST /v1/otps/authenticate request.kind: kind is one of several types; write oneOf with a discriminator, or one type",
			}, []string{"                level:\n                  type: integer\n", "                urgent:\n                  type: boolean\n"}},
		{"a required name without a property", []swap{{document, "      - method_id\n      - code\n", "      - method_id\n      - code\n      - ghost\n"}, {document, "        first_name:\n          type: string\n", "        first_name:\n          type: string\n        age:\n          type: integer\n"}},
			1, []string{"POST /v1/otps/authenticate request.ghost: the service says that ghost is anything, which has no form in the spec"}, []string{"        age:\n"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := tree(t, test.edits)
			_, got := propose(t, dir, test.edits)
			if len(got.Left) != test.left || len(got.Notes) != len(test.notes) {
				t.Fatalf("%d applied, %d left, notes %q", len(got.Done), len(got.Left), got.Notes)
			}
			for i, want := range test.notes {
				if !strings.HasPrefix(got.Notes[i], want) {
					t.Errorf("note %q, want %q", got.Notes[i], want)
				}
			}
			for _, want := range test.want {
				if n := strings.Count(string(got.Files[consumer]), want); n != 1 {
					t.Errorf("%q occurs %d times in the spec:\n%s", want, n, got.Files[consumer])
				}
			}
		})
	}
}

func TestFreeNames(t *testing.T) {
	taken := map[string]bool{}
	for range 12 {
		taken[firstFree("Thing", "", taken)] = true
	}
	if !taken["Thing"] || !taken["Thing2"] || !taken["Thing12"] || len(taken) != 12 {
		t.Errorf("the names are %v", taken)
	}
}

func TestOtherLineEnds(t *testing.T) {
	edits := inserted[0].edits
	dir := tree(t, edits)
	name := filepath.Join(dir, consumer)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	windows := bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
	if err := os.WriteFile(name, windows, 0o644); err != nil {
		t.Fatal(err)
	}
	_, got := propose(t, dir, edits)
	if lone := bytes.Count(got.Files[consumer], []byte("\n")) - bytes.Count(got.Files[consumer], []byte("\r\n")); lone != 0 {
		t.Errorf("%d lines end otherwise", lone)
	}

	short := bytes.TrimSuffix(data, []byte("\n"))
	if err := os.WriteFile(name, short, 0o644); err != nil {
		t.Fatal(err)
	}
	change(t, dir, []swap{{sessTS, "    attributes?: Attributes;", "    attributes?: Attributes;\n    at?: string;"}})
	_, got = propose(t, dir, edits)
	if want := "            - type: 'null'\n        at:\n          type: [string, 'null']\n          description: TODO"; !bytes.HasSuffix(got.Files[consumer], []byte(want)) {
		t.Errorf("the end is %q", got.Files[consumer][len(got.Files[consumer])-120:])
	}
}
