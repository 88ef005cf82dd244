package impact

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/apichange"
)

func TestReadAccepted(t *testing.T) {
	for _, test := range []struct {
		name, data string
		want       string // of the error; empty: it reads
		count      int
	}{
		{"two", "accepted:\n  - change: 'a: b'\n    reason: c\n  - {change: d, reason: e}\n", "", 2},
		{"empty file", "", "", 0},
		{"comment only", "# none yet\n", "", 0},
		{"empty list", "accepted: []\n", "", 0},
		{"not YAML", "accepted: [\n", "not YAML", 0},
		{"a list", "- change: a\n", ":1:1: the top of the file is a list, not a mapping", 0},
		{"no list", "accepted: all\n", ":1:11: accepted must be a list, not a string", 0},
		{"misspelt at the top", "acepted: []\n", `:1:1: unknown key "acepted" in the file; did you mean "accepted"?`, 0},
		{"misspelt in an entry", "accepted:\n  - change: a\n    reson: b\n", `:3:5: unknown key "reson" in an entry; did you mean "reason"?`, 0},
		{"an entry that is a text", "accepted: [a]\n", ":1:12: an item must be a mapping, not a string", 0},
		{"no change", "accepted:\n  - reason: b\n", ":2:5: an entry needs the key change", 0},
		{"no reason", "accepted:\n  - change: b\n", ":2:5: an entry needs the key reason", 0},
		{"an empty reason", "accepted:\n  - {change: b, reason: ' '}\n", ":2:25: the text is empty", 0},
		{"a reason that is a list", "accepted:\n  - {change: b, reason: [c]}\n", ":2:25: reason must be a string, not a list", 0},
		{"a key twice", "accepted:\n  - {change: b, change: c, reason: d}\n", `the key "change" appears here a second time`, 0},
		{"a change twice", "accepted:\n  - {change: b, reason: d}\n  - {change: b, reason: d}\n", ":3:5: the change is accepted a second time", 0},
		{"an alias", "accepted: &a\n  - *a\n", "YAML anchors are not read", 0},
		{"too large", strings.Repeat("#", maxAccepted+1), "more than", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ReadAccepted(fstest.MapFS{AcceptedFile: {Data: []byte(test.data)}})
			switch {
			case test.want == "" && (err != nil || len(got) != test.count):
				t.Errorf("%d entries and error %v, want %d", len(got), err, test.count)
			case test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), AcceptedFile) || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
	if got, err := ReadAccepted(fstest.MapFS{}); got != nil || err != nil {
		t.Errorf("no file: %v, %v", got, err)
	}
}

// TestHostileText puts what could mislead a reader into a report: it stays
// text, on its line.
func TestHostileText(t *testing.T) {
	report := &Report{Base: "a", Head: "b", Changes: []*Change{{
		Level: apichange.Major, Pos: diag.Pos{File: "spec/a,b:c.yaml", Line: 1},
		API: &apichange.Change{Level: apichange.Major, Subject: "schema <img> | @ada", Text: "x\x1b[31m\u202e 100%\r::error::no ``` `"},
	}}}
	for format, write := range Formats {
		var b strings.Builder
		if err := write(&b, report); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"\x1b", "\u202e", "\r", "\n::error::no"} {
			if strings.Contains(b.String(), bad) && format != "json" {
				t.Errorf("%s: %q came through:\n%s", format, bad, b.String())
			}
		}
		for format2, bad := range map[string]string{"markdown": "<img>", "github": "file=spec/a,b:c"} {
			if format == format2 && strings.Contains(b.String(), bad) {
				t.Errorf("%s: %q came through:\n%s", format, bad, b.String())
			}
		}
	}
}
