package diag

import (
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
)

func text(t *testing.T, f Finding, source string) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, []Finding{f}, Plain, func(string) []byte { return []byte(source) }); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	tests := []struct {
		name    string
		finding Finding
		source  string
		want    string
	}{
		{
			"a caret under the column, behind a tab and wide letters",
			Finding{Code: codes.UnknownKey, Pos: Pos{"a.yaml", 2, 6}, Message: "no"}, "one\n\täöü: x\n",
			"a.yaml:2:6: error[E012]: no\n  2 |  äöü: x\n    |      ^\n",
		},
		{
			"a file as a whole",
			Finding{Code: codes.UnknownKey, Pos: Pos{File: "a.yaml"}, Message: "no", Hint: "yes"}, "one\n",
			"a.yaml: error[E012]: no\n  hint: yes\n",
		},
		{
			"a line that no longer exists",
			Finding{Code: codes.UnknownKey, Pos: Pos{"a.yaml", 9, 1}, Message: "no"}, "one\n",
			"a.yaml:9:1: error[E012]: no\n",
		},
		{
			"control and bidirectional characters do not reach the terminal",
			Finding{Code: codes.UnknownKey, Pos: Pos{"a.yaml", 1, 3}, Message: "bad \x1b[2J name\nnext"}, "a\x1b\u202eb\r\n",
			"a.yaml:1:3: error[E012]: bad \ufffd[2J name\ufffdnext\n  1 | a\ufffd\ufffdb\n    |   ^\n",
		},
		{
			"a second place",
			Finding{Code: codes.UnusedSchema, Pos: Pos{"a.yaml", 1, 1}, Message: "no", Related: &Related{Pos{"a.yaml", 2, 1}, "first"}}, "x\ny\n",
			"a.yaml:1:1: warning[W001]: no\n  1 | x\n    | ^\na.yaml:2:1: note: first\n  2 | y\n    | ^\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := text(t, test.finding, test.source); got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
		})
	}
}

// TestColours marks the severity and the caret, and leaves the rest alone.
func TestColours(t *testing.T) {
	var b strings.Builder
	f := Finding{Code: codes.UnknownKey, Pos: Pos{"a.yaml", 1, 1}, Message: "no", Hint: "yes"}
	if err := Text(&b, []Finding{f}, Colours, func(string) []byte { return []byte("x\x1b[31my\n") }); err != nil {
		t.Fatal(err)
	}
	want := "\x1b[1ma.yaml:1:1:\x1b[0m \x1b[1;31merror[E012]:\x1b[0m no\n  1 | x\ufffd[31my\n    | \x1b[1;31m^\x1b[0m\n  \x1b[36mhint:\x1b[0m yes\n"
	if b.String() != want {
		t.Errorf("got %q\nwant %q", b.String(), want)
	}
}

// TestGitHub keeps what looks like a command, or like the end of one, inside of
// its own.
func TestGitHub(t *testing.T) {
	var b strings.Builder
	f := Finding{
		Code: codes.DuplicateKey, Pos: Pos{"a,b:c%.yaml", 3, 0}, Message: "100% wrong\n::error::x\r\x1b", Hint: "a::b",
		Related: &Related{Pos{"a.yaml", 1, 2}, "first"},
	}
	if err := GitHub(&b, []Finding{f}); err != nil {
		t.Fatal(err)
	}
	want := "::error file=a%2Cb%3Ac%25.yaml,line=3,col=1,title=E011%3A a key appears twice::" +
		"100%25 wrong%0A::error::x\ufffd\ufffd%0Ahint: a::b%0Aa.yaml:1:2: first\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}

// TestFirst shows errors before warnings, by position, and counts the others.
func TestFirst(t *testing.T) {
	var l List
	for i := range maxKept + 5 {
		l.Reportf(codes.UnusedSchema, Pos{"a", i, 1}, "odd")
	}
	if l.HasErrors() {
		t.Error("warnings are errors")
	}
	l.Reportf(codes.UnknownKey, Pos{"a", maxKept + 9, 1}, "wrong")
	l.Reportf(codes.UnknownKey, Pos{"a", 1, 1}, "wrong")
	if !l.HasErrors() || len(l.Sorted()) != maxKept+2 || l.Dropped() != 5 {
		t.Errorf("errors %t, %d kept, %d dropped", l.HasErrors(), len(l.Sorted()), l.Dropped())
	}
	first, more := l.First(4)
	var lines []int
	for _, f := range first {
		lines = append(lines, f.Pos.Line)
	}
	if want := []int{0, 1, 1, maxKept + 9}; !slices.Equal(lines, want) || more != maxKept+3 {
		t.Errorf("lines %v and %d more, want %v and %d", lines, more, want, maxKept+3)
	}
	if first, more := l.First(maxKept * 2); len(first) != maxKept+2 || more != 5 {
		t.Errorf("of all, %d are shown, and %d more", len(first), more)
	}
}

// TestLongLine cuts a long line out around the place.
func TestLongLine(t *testing.T) {
	source := strings.Repeat("x", 5000) + "HERE" + strings.Repeat("y", 5000)
	got := text(t, Finding{Code: codes.UnknownKey, Pos: Pos{"a.yaml", 1, 5001}, Message: "no"}, source)
	lines := strings.Split(got, "\n")
	if len(got) > 600 || !strings.Contains(lines[1], "HERE") || strings.Index(lines[1], "HERE") != strings.Index(lines[2], "^") {
		t.Errorf("got:\n%s", got)
	}
}

func TestListDropsRepeats(t *testing.T) {
	var l List
	l.Reportf(codes.UnknownKey, Pos{"a", 1, 1}, "same")
	l.Reportf(codes.UnknownKey, Pos{"a", 1, 1}, "same")
	l.Reportf(codes.UnknownKey, Pos{"a", 1, 2}, "same")
	if got := len(l.Sorted()); got != 2 {
		t.Errorf("%d findings, want 2", got)
	}
}
