package apply

import (
	"regexp"
	"slices"
	"strings"
)

// entry is a mapping to be written, in order. A value is a text that is YAML
// already, an entry, or a list of entries.
type entry []pair

type pair struct {
	key   string
	value any
}

// block writes the mapping in block style, its keys behind indent spaces.
func (e entry) block(indent int) []string {
	margin := strings.Repeat(" ", indent)
	var lines []string
	for _, p := range e {
		switch v := p.value.(type) {
		case string:
			lines = append(lines, margin+plain(p.key)+": "+v)
		case entry:
			lines = append(lines, margin+plain(p.key)+":")
			lines = append(lines, v.block(indent+2)...)
		case []entry:
			lines = append(lines, margin+plain(p.key)+":")
			for _, item := range v {
				lines = append(lines, item.item(indent+2)...)
			}
		}
	}
	return lines
}

// item writes the mapping as an item of a block list.
func (e entry) item(indent int) []string {
	lines := e.block(indent + 2)
	lines[0] = strings.Repeat(" ", indent) + "- " + lines[0][indent+2:]
	return lines
}

// flow writes the mapping on one line.
func (e entry) flow() string {
	var parts []string
	for _, p := range e {
		text := plain(p.key) + ": "
		switch v := p.value.(type) {
		case string:
			text += v
		case entry:
			text += v.flow()
		case []entry:
			var items []string
			for _, item := range v {
				items = append(items, item.flow())
			}
			text += "[" + strings.Join(items, ", ") + "]"
		}
		parts = append(parts, text)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

var plainText = regexp.MustCompile(`^[A-Za-z_/$][A-Za-z0-9_./{}$-]*$`)

// plain writes a name or value, in quotes where YAML would read another thing.
func plain(s string) string {
	reserved := []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
	if plainText.MatchString(s) && !slices.Contains(reserved, strings.ToLower(s)) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

// flowList writes a list of texts on one line.
func flowList(values []string) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = plain(v)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
