package load

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// TestSyntax makes the mistakes that people make in YAML, each in the line that
// says "wrong", deep in a file that is fine above and below it.
func TestSyntax(t *testing.T) {
	tests := []struct {
		name, wrong string
		column      int
		hint        string
	}{
		{"too deep", "         wrong: text", 10, "indentation"},
		{"too little", "     wrong: text", 6, "indentation"},
		{"a key among the items of a list", "  wrong: text", 3, "indentation"},
		{"tab", "\twrong: text", 1, "spaces"},
		{"a space that is none", "     \u00a0wrong: text", 6, "U+00A0"},
		{"tab behind spaces", "      \twrong: text", 7, "spaces"},
		{"colon in a text", "      wrong: The label: it shows.", 14, "quotes"},
		{"quote that ends early", `      wrong: "a" b"`, 7, ""},
	}
	item := "  - name: a\n    text: >-\n      Some text, which goes on.\n    flow: {a: [b,\n      c, d], e: f}\n    map:\n      key: value\n"
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := "list:\n" + strings.Repeat(item, 60) + test.wrong + "\n" + strings.Repeat(item, 60)
			want := strings.Count(text[:strings.Index(text, test.wrong)], "\n") + 1
			var list diag.List
			Read(fstest.MapFS{"spec/consumer.yaml": {Data: []byte(text)}}, "spec", &list)
			for _, f := range list.Sorted() {
				if f.Pos.File != "spec/consumer.yaml" {
					continue // the other files are not there
				}
				if f.Pos.Line != want || f.Pos.Column != test.column || !strings.Contains(f.Hint, test.hint) {
					t.Errorf("%s: %s (%s); want %d:%d and a hint with %q", f.Pos, f.Message, f.Hint, want, test.column, test.hint)
				}
				return
			}
			t.Error("it can be read")
		})
	}
}
