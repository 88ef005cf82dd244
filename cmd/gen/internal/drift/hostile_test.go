package drift

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// problem runs a comparison that must end with an error.
func problem(t *testing.T, dir, upstream string) string {
	t.Helper()
	there, err := Upstream(filepath.Join(dir, upstream))
	if err == nil {
		var list diag.List
		_, err = Check(load.Read(os.DirFS(dir), "spec", &list), there, &Known{Scope: []string{"/v1"}})
	}
	if err == nil {
		t.Fatal("no error")
	}
	return err.Error()
}

func TestHostileUpstream(t *testing.T) {
	email := "          $ref: '#/components/schemas/api_user_v1_Name'"
	tests := []struct {
		name  string
		edits []edit
		want  string // the end of the place, and the message
	}{
		{"reference to itself", []edit{{document, "    api_user_v1_Name:\n      type: object", "    api_user_v1_Name:\n      $ref: '#/components/schemas/api_user_v1_Name'\n      type: object"}},
			"upstream.yaml:180:11: the reference leads to itself"},
		{"references in a circle", []edit{{document, "    api_user_v1_Name:\n", "    api_user_v1_Name:\n      $ref: '#/components/schemas/Circle'\n    Circle:\n      $ref: '#/components/schemas/api_user_v1_Name'\n    Old:\n"}},
			"the reference leads to itself"},
		{"allOf of itself", []edit{{document, "    api_user_v1_Name:\n", "    api_user_v1_Name:\n      allOf:\n      - $ref: '#/components/schemas/api_user_v1_Name'\n    Old:\n"}},
			"the type refers to itself and so says nothing"},
		{"reference to nothing", []edit{{document, email, "          $ref: '#/components/schemas/None'"}},
			`upstream.yaml:180:17: the reference "#/components/schemas/None" leads to nothing`},
		{"reference to a file", []edit{{document, email, "          $ref: '../../etc/passwd#/x'"}},
			`upstream.yaml:180:17: the reference leads to "../../etc/passwd", which is not read`},
		{"reference to a server", []edit{{document, email, "          $ref: 'http://localhost/x#/y'"}},
			`upstream.yaml:180:17: the reference leads to "http://localhost/x", which is not read`},
		{"unknown type", []edit{{document, "        first_name:\n          type: string", "        first_name:\n          type: text"}},
			`the type "text" is not one of OpenAPI`},
		{"key twice", []edit{{document, "  version: 1.2.3", "  version: 1.2.3\n  title: Again"}},
			`upstream.yaml:5:3: the key "title" appears here a second time (`},
		{"aliases that multiply", []edit{{document, "info:\n", "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\ninfo:\n"}},
			"upstream.yaml:3:8: YAML aliases are not read"},
		{"two documents", []edit{{document, "info:\n", "x: y\n---\ninfo:\n"}}, "upstream.yaml:3:1: a second YAML document begins here"},
		{"no paths", []edit{{document, "\npaths:\n", "\nroutes:\n"}}, "paths must be a mapping"},
		{"Swagger 2", []edit{{document, "openapi: 3.0.3", "swagger: '2.0'"}}, "this is not an OpenAPI 3 document"},
		{"parts that do not join", []edit{{document, email, "          allOf:\n          - type: string\n          - type: boolean"}}, "allOf joins a string and a boolean"},

		{"import that climbs out", []edit{{otpsTS, `"./users"`, `"../../../../../etc/users"`}}, "otps.d.ts:3:32: the import leads out of the folder types/lib"},
		{"import of nothing", []edit{{otpsTS, `"./users"`, `"./people"`}}, "otps.d.ts:3:32: the import leads to nothing: the package has no types/lib/b2c/people.d.ts"},
		{"import of another package", []edit{{otpsTS, `"./users"`, `"jose"`}}, `otps.d.ts:17:11: the type "Person" comes from another package, "jose"`},
		{"unknown name", []edit{{otpsTS, "user: Person;", "user: Persons;"}}, `otps.d.ts:17:11: the type "Persons" is neither declared nor imported here`},
		{"alias of itself", []edit{{usersTS, "export interface Name {", "export type Name = Name2;\nexport type Name2 = Name;\ninterface Old {"}}, "the type refers to itself and so says nothing"},
		{"interface that extends itself", []edit{{usersTS, "export interface Name {", "export interface Name extends Name {"}}, "the type refers to itself and so says nothing"},
		{"type this reader does not know", []edit{{otpsTS, "user: Person;", "user: Pick<Person, \"name\">;"}}, `otps.d.ts:17:11: "Pick"<...> is not read`},
		{"type of the compiler", []edit{{otpsTS, "user: Person;", "user: keyof Person;"}}, "otps.d.ts:17:11: keyof in a type is not read"},
		{"intersection", []edit{{otpsTS, "user: Person;", "user: Person & Session;"}}, `otps.d.ts:17:18: found "&"`},
		{"function as a type", []edit{{otpsTS, "user: Person;", "user: (x: string) => string;"}}, "otps.d.ts:17:11: a function as a type is not read"},
		{"field twice", []edit{{otpsTS, "    code: string;", "    code: string;\n    code: string;"}}, `otps.d.ts:7:5: the field "code" appears here a second time`},
		{"comment without end", []edit{{otpsTS, "    code: string;", "    /* code: string;"}, {otpsTS, "/** Checks a code. */", ""}}, "otps.d.ts:6:5: the comment has no end"},
		{"text without end", []edit{{otpsTS, `"pt-br"`, `"pt-br`}}, "the text has no end on its line"},
		{"bracket without end", []edit{{otpsTS, "scopes?: string[];\n}", "scopes?: string[];\n"}}, "otps.d.ts:4:42: the bracket { is never closed"},
		{"call this reader does not know", []edit{{otpsJS, "      headers,\n", "      headers,\n      query: data,\n"}}, `otps.js:18:7: "query" in a call is not read`},
		{"call outside of a class", []edit{{otpsJS, "exports.OTPs = OTPs;", "(0, _shared.request)(x, {method: \"GET\", url: `/v1/x`});"}}, "otps.js:22:12: a call outside of a class is not read"},
		{"path in no call", []edit{{otpsJS, "exports.OTPs = OTPs;", "fetch(\"/v1/otps/other\");"}}, `otps.js:22:7: the path "/v1/otps/other" is in no call`},
		{"path that is worked out", []edit{{otpsJS, "`/v1/otps/authenticate`", "`/v1/otps/${which(data)}`"}}, "otps.js:16:12: the path \"/v1/otps/${which(data)}\" is not read"},
		{"method that is not declared", []edit{{otpsJS, "  authenticate(data) {", "  check(data) {"}}, "otps.d.ts declares no method check of the class OTPs"},
		{"header that is set by hand", []edit{{otpsJS, "    const headers = {};", "    const headers = {};\n    headers[\"X-Other\"] = data.code;"}}, "otps.js:14:5: a header that is set here is not read"},
		{"folder that climbs out", []edit{{"package/package.json", "./dist/index.js", "../../dist/index.js"}}, `package.json: main must name a file in a folder of the package, not "../../dist/index.js"`},
		{"absolute folder", []edit{{"package/package.json", "./types/lib/index.d.ts", "/etc/types/index.d.ts"}}, "package.json: types must name a file in a folder of the package"},
		{"description that is no JSON", []edit{{"package/package.json", "{", "["}}, "package.json: is not the description of a Node package"},
		{"no version", []edit{{"package/package.json", "1.2.3", ""}}, "package.json: has no version that can be shown"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := problem(t, tree(t, test.edits), upstreams(test.edits)[0]); !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
		})
	}
}

func TestHostileFiles(t *testing.T) {
	deep := "openapi: 3.0.3\npaths: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000)
	tests := []struct {
		name, file string
		data       []byte
		want       string
	}{
		{"empty", "upstream.yaml", nil, "upstream.yaml: the file is empty"},
		{"not YAML", "upstream.yaml", []byte("a: b\n\tc: d\n"), "upstream.yaml:2:1: not YAML"},
		{"a list", "upstream.yaml", []byte("- a\n"), "the top of the file is a list"},
		{"a picture", "upstream.yaml", []byte("\x89PNG\r\n\x1a\n\x00\x00"), "upstream.yaml:1:1: not YAML"},
		{"nested 5,000 deep", "upstream.yaml", []byte(deep), "nested more than 100 levels deep"},
		{"50 MB", "upstream.yaml", bytes.Repeat([]byte("# nothing\n"), 5<<20), "has 52428800 bytes, more than the 25165824 that are read"},
		{"a script of 5 MB", "package/dist/b2c/big.js", bytes.Repeat([]byte("// none\n"), 5<<17), "big.js: cannot be read: it has 5242880 bytes, more than the 4194304 that are read"},
		{"a script that is none", "package/dist/b2c/big.js", []byte("\xff\xfe\x00"), "big.js: is not text: it is not UTF-8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := tree(t, nil)
			if err := os.WriteFile(filepath.Join(dir, test.file), test.data, 0o644); err != nil {
				t.Fatal(err)
			}
			upstream, _, _ := strings.Cut(test.file, "/")
			if got := problem(t, dir, upstream); !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
		})
	}
}

func TestHostileFolders(t *testing.T) {
	t.Run("not there", func(t *testing.T) {
		if got := problem(t, tree(t, nil), "none"); !strings.Contains(got, "no such file") {
			t.Error(got)
		}
	})
	t.Run("not a package", func(t *testing.T) {
		if got := problem(t, tree(t, nil), "spec"); !strings.Contains(got, "package.json: cannot be read") {
			t.Error(got)
		}
	})
	t.Run("without declarations", func(t *testing.T) {
		dir := tree(t, nil)
		if err := os.RemoveAll(filepath.Join(dir, "package/types/lib")); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(dir, "package/types/lib"), 0o755); err != nil {
			t.Fatal(err)
		}
		if got := problem(t, dir, "package"); !strings.Contains(got, "the package has no declarations: no file ends in .d.ts") {
			t.Error(got)
		}
	})
	t.Run("link that leads out", func(t *testing.T) {
		dir := tree(t, nil)
		link := filepath.Join(dir, "package/types/lib/b2c/out.d.ts")
		if err := os.Symlink(filepath.Join(dir, "upstream.yaml"), link); err != nil {
			t.Fatal(err)
		}
		if got := problem(t, dir, "package"); !strings.Contains(got, "out.d.ts: is not a regular file") {
			t.Error(got)
		}
	})
	t.Run("pipes", func(t *testing.T) {
		dir := tree(t, nil)
		for name, upstream := range map[string]string{"pipe": "pipe", "package/package.json": "package"} {
			_ = os.Remove(filepath.Join(dir, name))
			if err := exec.Command("mkfifo", filepath.Join(dir, name)).Run(); err != nil {
				t.Skip(err)
			}
			if got := problem(t, dir, upstream); !strings.Contains(got, "not a regular file") {
				t.Error(got)
			}
		}
	})
	t.Run("as npm pack makes it", func(t *testing.T) {
		there, err := Upstream(tree(t, nil)) // holds the folder package
		if err != nil || there.Source != "npm example 1.2.3" {
			t.Errorf("got %v, %v", there, err)
		}
	})
}

// big writes a document of the size of the real one: 171 paths, 561 schemas,
// 2.5 MB, most of it prose.
func big() []byte {
	var b bytes.Buffer
	b.WriteString("openapi: 3.0.3\ninfo: {title: Big, version: '1'}\npaths:\n")
	for i := range 171 {
		fmt.Fprintf(&b, "  /v1/big/%d:\n    post:\n      requestBody:\n        content:\n          application/json:\n            schema:\n              $ref: '#/components/schemas/s%d'\n"+
			"      responses:\n        '200':\n          description: ok\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/s%d'\n", i, i, 560-i)
	}
	b.WriteString("components:\n  schemas:\n")
	prose := strings.Repeat("a text of some length about the field ", 9)
	for i := range 561 {
		fmt.Fprintf(&b, "    s%d:\n      type: object\n      properties:\n", i)
		for j := range 10 {
			fmt.Fprintf(&b, "        f%d:\n          type: string\n          description: %s\n", j, prose)
		}
		// Each holds the next two: more ways through them than can be walked.
		fmt.Fprintf(&b, "        a:\n          $ref: '#/components/schemas/s%d'\n        b:\n          $ref: '#/components/schemas/s%d'\n", (i+1)%561, (i+2)%561)
	}
	return b.Bytes()
}

func TestSizeOfTheRealDocument(t *testing.T) {
	dir := tree(t, nil)
	data := big()
	if len(data) < 2_200_000 || len(data) > 2_900_000 {
		t.Fatalf("the document has %d bytes", len(data))
	}
	if err := os.WriteFile(filepath.Join(dir, document), data, 0o644); err != nil {
		t.Fatal(err)
	}
	report := check(t, dir, document)
	if len(report.Differences) != 4 || len(report.Outside) != 171 {
		t.Errorf("%d differences, %d calls outside", len(report.Differences), len(report.Outside))
	}
}

func BenchmarkDocument(b *testing.B) {
	name := filepath.Join(b.TempDir(), document)
	if err := os.WriteFile(name, big(), 0o644); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Upstream(name); err != nil {
			b.Fatal(err)
		}
	}
}
