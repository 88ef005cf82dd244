package drift

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// TestFormats compares each format with a golden file. The package holds every
// kind of finding, and names that mean something in Markdown and in commands.
func TestFormats(t *testing.T) {
	dir := tree(t, []edit{
		{otpsJS, `method: "POST"`, `method: "PUT", baseURLType: "CODES"`},
		{b2bJS, "      data\n", "      dataRaw: new URLSearchParams(data)\n"},
		{sessTS, "    email_id: string;", "    email_id: number;"},
		{usersTS, "    verified: boolean;", "    verified: boolean;\n    \"a|b`c<d>::e%0A,f\"?: string;"},
		{sessJS, "`/v1/sessions`", "`/v1/sessions/all`"},
		{consumer, "description: Its address.", "description: TODO"},
		{"spec/drift.yaml", "/v1/b2b/sessions]", "/v1/b2b/sessions]\naccepted:\n  - {call: '*', field: '**.none', drift: type, reason: none, upstream: npm example 1.0.0}"},
	})
	for _, format := range Formats {
		t.Run(format, func(t *testing.T) {
			report := check(t, dir, "package")
			report.ListOutside = true
			var b strings.Builder
			if err := report.Write(&b, format); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata/golden", format)
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != string(want) {
				t.Errorf("got:\n%s", b.String())
			}
			if format == "json" && !json.Valid([]byte(b.String())) {
				t.Error("it is not JSON")
			}
		})
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := new(Report).Write(new(strings.Builder), "html"); err == nil {
		t.Error("no error")
	}
}
