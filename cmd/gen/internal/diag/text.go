package diag

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Style is how Text marks its parts.
type Style struct{ place, wrong, odd, hint, reset string }

// The styles: as plain text, and in a terminal's colours.
var (
	Plain   = Style{}
	Colours = Style{place: "\x1b[1m", wrong: "\x1b[1;31m", odd: "\x1b[1;33m", hint: "\x1b[36m", reset: "\x1b[0m"}
)

// Text writes findings as a compiler does: position, message, the line with a
// caret under the column, and the hint. source returns a file's bytes.
func Text(w io.Writer, findings []Finding, style Style, source func(file string) []byte) error {
	var b strings.Builder
	for _, f := range findings {
		mark := style.wrong
		if f.Code.IsWarning() {
			mark = style.odd
		}
		fmt.Fprintf(&b, "%s%s:%s %s%s[%s]:%s %s\n", style.place, Clean(f.Pos.String()), style.reset,
			mark, f.Severity(), f.Code, style.reset, Clean(f.Message))
		excerpt(&b, f.Pos, mark, style, source(f.Pos.File))
		if f.Hint != "" {
			fmt.Fprintf(&b, "  %shint:%s %s\n", style.hint, style.reset, Clean(f.Hint))
		}
		if f.Related != nil {
			fmt.Fprintf(&b, "%s%s:%s %snote:%s %s\n", style.place, Clean(f.Related.Pos.String()), style.reset,
				style.hint, style.reset, Clean(f.Related.Message))
			excerpt(&b, f.Related.Pos, style.hint, style, source(f.Related.Pos.File))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// maxExcerpt is how many columns of a line an excerpt shows.
const maxExcerpt = 160

func excerpt(b *strings.Builder, pos Pos, mark string, style Style, data []byte) {
	if pos.Line == 0 || data == nil {
		return
	}
	for range pos.Line - 1 {
		_, rest, found := bytes.Cut(data, []byte("\n"))
		if !found {
			return
		}
		data = rest
	}
	first, _, _ := bytes.Cut(data, []byte("\n"))
	line := []rune(strings.TrimSuffix(string(first), "\r"))
	start, end := 0, len(line)
	if len(line) > maxExcerpt {
		start = max(0, min(pos.Column-maxExcerpt/2, len(line)-maxExcerpt))
		end = start + maxExcerpt
	}
	number := fmt.Sprint(pos.Line)
	fmt.Fprintf(b, "  %s | %s\n", number, Clean(string(line[start:end])))
	if pos.Column > 0 {
		indent := strings.Repeat(" ", max(0, min(pos.Column-1-start, maxExcerpt)))
		fmt.Fprintf(b, "  %s | %s%s^%s\n", strings.Repeat(" ", len(number)), indent, mark, style.reset)
	}
}

// Clean makes text from elsewhere safe to print: one line, and nothing
// that moves a terminal's cursor or reorders what is read. Each rune stays one
// column wide, so that a caret still points at its place.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u2028', r == '\u2029':
			return utf8.RuneError
		}
		return r
	}, s)
}

// CleanLines does so line by line.
func CleanLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = Clean(lines[i])
	}
	return strings.Join(lines, "\n")
}

// Some lists names: all of them, or the first few and how many more there are.
func Some(names []string, most int) string {
	if len(names) > most {
		return fmt.Sprintf("%s, and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// Count is a number of things in words: "1 file", "2 files". A plural that is not made with an s is given.
func Count(n int, noun string, plural ...string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case len(plural) > 0:
		noun = plural[0]
	default:
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
