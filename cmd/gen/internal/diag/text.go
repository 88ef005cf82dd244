package diag

import (
	"bytes"
	"fmt"
	"io"
	"strings"
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
		fmt.Fprintf(&b, "%s%s:%s %s%s[%s]:%s %s\n", style.place, clean(f.Pos.String()), style.reset,
			mark, f.Severity(), f.Code, style.reset, clean(f.Message))
		excerpt(&b, f.Pos, mark, style, source(f.Pos.File))
		if f.Hint != "" {
			fmt.Fprintf(&b, "  %shint:%s %s\n", style.hint, style.reset, clean(f.Hint))
		}
		if f.Related != nil {
			fmt.Fprintf(&b, "%s%s:%s %snote:%s %s\n", style.place, clean(f.Related.Pos.String()), style.reset,
				style.hint, style.reset, clean(f.Related.Message))
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
	fmt.Fprintf(b, "  %s | %s\n", number, clean(string(line[start:end])))
	if pos.Column > 0 {
		indent := strings.Repeat(" ", max(0, min(pos.Column-1-start, maxExcerpt)))
		fmt.Fprintf(b, "  %s | %s%s^%s\n", strings.Repeat(" ", len(number)), indent, mark, style.reset)
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
		case r < ' ', r == 0x7f, r >= 0x80 && r < 0xa0, r == utf8.RuneError, r == 0x061c, r == 0xad,
			r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff:
			return '\ufffd'
		}
		return r
	}, s)
}
