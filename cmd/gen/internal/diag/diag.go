// Package diag is what the generator says about a spec: findings with a
// position, the line itself, a caret and what would be right.
package diag

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Severity tells whether a finding stops the generator.
type Severity int

const (
	// Error stops the generator before anything is written.
	Error Severity = iota
	// Warning is printed and stops nothing.
	Warning
)

func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Pos is a place in a file. Line and Column count from 1; zero means the file
// as a whole.
type Pos struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitzero"`
	Column int    `json:"column,omitzero"`
}

func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Compare orders positions by file, line and column.
func (p Pos) Compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// Finding is one thing that is wrong, or odd, in one place.
type Finding struct {
	Pos      Pos
	Severity Severity
	// Message says what is wrong.
	Message string
	// Hint says what would be right.
	Hint string
	// Related points at the other party of a collision.
	Related *Related
}

// Related is a second place that a finding is about.
type Related struct {
	Pos     Pos
	Message string
}

// List collects findings.
type List struct {
	findings []Finding
}

// Errorf adds an error without a hint.
func (l *List) Errorf(pos Pos, format string, args ...any) {
	l.Add(Finding{Pos: pos, Message: fmt.Sprintf(format, args...)})
}

// Hintf adds an error whose hint says what would be right.
func (l *List) Hintf(pos Pos, hint, format string, args ...any) {
	l.Add(Finding{Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// Add adds a finding. A second one with the same place and message is dropped.
func (l *List) Add(f Finding) {
	for _, have := range l.findings {
		if have.Pos == f.Pos && have.Message == f.Message {
			return
		}
	}
	l.findings = append(l.findings, f)
}

// Sorted returns the findings by file, line and column.
func (l *List) Sorted() []Finding {
	sorted := slices.Clone(l.findings)
	slices.SortStableFunc(sorted, func(a, b Finding) int {
		return cmp.Or(a.Pos.Compare(b.Pos), cmp.Compare(a.Message, b.Message))
	})
	return sorted
}

// HasErrors reports whether any finding stops the generator.
func (l *List) HasErrors() bool {
	return slices.ContainsFunc(l.findings, func(f Finding) bool { return f.Severity == Error })
}

// Text writes findings as a compiler does: position, message, the line with a
// caret under the column, and the hint. source returns a file's bytes.
func Text(w io.Writer, findings []Finding, source func(file string) []byte) error {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "%s: %s: %s\n", f.Pos, f.Severity, clean(f.Message))
		excerpt(&b, f.Pos, source(f.Pos.File))
		if f.Hint != "" {
			fmt.Fprintf(&b, "  hint: %s\n", clean(f.Hint))
		}
		if f.Related != nil {
			fmt.Fprintf(&b, "%s: note: %s\n", f.Related.Pos, clean(f.Related.Message))
			excerpt(&b, f.Related.Pos, source(f.Related.Pos.File))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// maxExcerpt is how many columns of a line an excerpt shows.
const maxExcerpt = 160

func excerpt(b *strings.Builder, pos Pos, data []byte) {
	if pos.Line == 0 || data == nil {
		return
	}
	lines := strings.SplitN(string(data), "\n", pos.Line+1)
	if len(lines) < pos.Line {
		return
	}
	line := []rune(strings.TrimSuffix(lines[pos.Line-1], "\r"))
	start, end := 0, len(line)
	if len(line) > maxExcerpt {
		start = max(0, min(pos.Column-maxExcerpt/2, len(line)-maxExcerpt))
		end = start + maxExcerpt
	}
	number := fmt.Sprint(pos.Line)
	fmt.Fprintf(b, "  %s | %s\n", number, clean(string(line[start:end])))
	if pos.Column > 0 {
		indent := strings.Repeat(" ", max(0, pos.Column-1-start))
		fmt.Fprintf(b, "  %s | %s^\n", strings.Repeat(" ", len(number)), indent)
	}
}

// clean makes text from a spec safe to print: one line, and nothing that
// moves a terminal's cursor or reorders what is read. Each rune stays one
// column wide, so that a caret still points at its place.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ', r == 0x7f, r >= 0x80 && r < 0xa0, r == utf8.RuneError,
			r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff:
			return '\ufffd'
		}
		return r
	}, s)
}
