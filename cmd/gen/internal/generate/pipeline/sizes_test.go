package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
)

// TestSizes runs specs that are large or deep beyond reason: each is refused,
// with findings that a person can still read. What nests deeper than 10,000
// levels is what the YAML parser itself refuses.
func TestSizes(t *testing.T) {
	base, err := os.ReadFile("testdata/base/spec/consumer.yaml")
	if err != nil {
		t.Fatal(err)
	}
	deep := func(open, closed string) string { return strings.Repeat(open, 10_000) + strings.Repeat(closed, 10_000) }
	var blocks, nested, many strings.Builder
	for i := range 10_000 {
		if i < 2000 {
			fmt.Fprintf(&blocks, "%sa:\n", strings.Repeat(" ", i))
		}
		nested.WriteString("{type: object, properties: {a: ")
	}
	nested.WriteString("x" + strings.Repeat("}}", 10_000))
	for i := range 20_000 {
		fmt.Fprintf(&many, "key%d: value\n", i)
	}
	tests := []struct {
		name string
		spec string
		want *codes.Code
	}{
		{"50 MB", string(base) + strings.Repeat("# nothing\n", 5<<20), codes.UnreadableFile},
		{"10,000 lists", "a: " + deep("[", "]"), codes.TooDeep},
		{"10,000 mappings", "a: " + deep("{a: ", "}"), codes.TooDeep},
		{"10,000 lists in lines", "a:\n  " + strings.Repeat("- ", 10_000) + "a", codes.NotYAML},
		{"2,000 blocks", blocks.String(), codes.TooDeep},
		{"10,000 schemas", string(base) + "x: " + nested.String(), codes.NotYAML},
		{"20,000 unknown keys", string(base) + many.String(), codes.TooDeep},
		{"1,000 equal keys", string(base) + strings.Repeat("a: 1\n", 1000), codes.DuplicateKey},
		{"a line of 500 kB", string(base) + "x: '" + strings.Repeat("\\u202e ", 1<<16) + "'\n", codes.UnknownKey},
		{"a text of 500 kB", strings.Replace(string(base), "An API to test", strings.Repeat("An API ", 1<<16), 1), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := module(t, &txtar.Archive{})
			write(t, filepath.Join(root, "spec/consumer.yaml"), test.spec)
			result, err := Run(Options{Root: root, SkipVerify: true})
			if err != nil {
				t.Fatal(err)
			}
			if test.want == nil {
				if result.Failed() {
					t.Errorf("refused: %v", result.Findings.Sorted()[0].Message)
				}
				return
			}
			said := map[*codes.Code]bool{}
			for _, f := range result.Findings.Sorted() {
				said[f.Code] = true
			}
			if !said[test.want] {
				t.Errorf("findings %v, want %s", said, test.want)
			}
		})
	}
}
