package load

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// Complaint takes an error of the YAML library apart: the line, 0 when it names
// none, and what is wrong.
func Complaint(err error) (line int, message string) {
	message = err.Error()
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		message = message[len(m[0]):]
		line, _ = strconv.Atoi(m[1])
	}
	return line, strings.TrimSpace(message)
}

// syntax reports what the YAML library says about a file that it cannot read. It
// names the line where the structure that it was in begins; the line that a
// person has to look at is the first that cannot follow those before it.
func syntax(src *Source, err error, list *diag.List) {
	pos := diag.Pos{File: src.Name}
	var message string
	pos.Line, message = Complaint(err)
	lines := bytes.SplitAfter(src.Data, []byte("\n"))
	if len(src.Data) <= maxSearched {
		if line := firstUnreadable(lines); line > 0 {
			pos.Line = line
		}
	}
	hint := ""
	if pos.Line > 0 && pos.Line <= len(lines) {
		pos.Column, hint = look(lines[pos.Line-1], message)
	}
	if hint == "" {
		list.Reportf(codes.NotYAML, pos, "not YAML: %s", message)
		return
	}
	list.Hintf(codes.NotYAML, pos, hint, "not YAML: %s", message)
}

// maxSearched is the size above which the line is not searched for.
const maxSearched = 512 << 10

// settled is how many lines in a row must be unreadable to be so for good:
// a text or a list over several lines is unreadable in its middle.
const settled = 40

// firstUnreadable returns the first line that makes the file up to it unreadable,
// or 0.
func firstUnreadable(lines [][]byte) int {
	readable := func(n int) bool {
		var into yaml.Node
		err := decodeNode(yaml.NewDecoder(bytes.NewReader(bytes.Join(lines[:n], nil))), &into)
		return err == nil || err.Error() == "EOF"
	}
	good, bad := 0, len(lines)
	for {
		low, high := good, bad
		for high-low > 1 {
			if middle := (low + high) / 2; readable(middle) {
				low = middle
			} else {
				high = middle
			}
		}
		good = low
		for n := high + 1; n < bad && n <= high+settled; n++ {
			if readable(n) {
				good = n
			}
		}
		if good == low {
			return high
		}
	}
}

// look finds the place in a line, and what would be right there.
func look(line []byte, message string) (column int, hint string) {
	text := strings.TrimRight(string(line), "\r\n")
	indent := len(text) - len(strings.TrimLeft(text, " "))
	column = indent + 1
	rest := text[indent:]
	first, _ := utf8.DecodeRuneInString(rest)
	switch {
	case first > unicode.MaxASCII && unicode.IsSpace(first):
		return column, fmt.Sprintf("indent with spaces; this is %U", first)
	case strings.HasPrefix(rest, "\t"):
		return column, "indent with spaces; YAML knows no tabs"
	case strings.Contains(message, "mapping values are not allowed"):
		if key, value, ok := strings.Cut(rest, ": "); ok && strings.Contains(value, ": ") {
			return column + utf8.RuneCountInString(key) + len(": "), "put the text into quotes: a colon with a space behind it begins a value"
		}
	}
	return column, "look at the indentation and at quotes and brackets: up to the line above, the file can be read"
}
