package apply

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// file is a file of the spec and what is to be inserted into it. Nothing of
// what is there is written again, so that it stays byte for byte.
type file struct {
	src   *load.Source
	lines []int // where each line begins
	edits []edit
	// api is the API that the file is one of; nil for the shared file.
	api *api
	// tags, paths and schemas are what goes into sections that the file lacks. They
	// are written at its end.
	tags           []entry
	paths, schemas entry
}

type edit struct {
	offset int
	// indent is that of whole lines; what goes into a line has inLine.
	indent int
	text   string
}

const inLine = math.MaxInt

func newFile(src *load.Source) *file {
	f := &file{src: src, lines: []int{0}}
	for i, c := range src.Data {
		if c == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	return f
}

func (f *file) insert(offset int, text string) {
	f.edits = append(f.edits, edit{offset, inLine, text})
}

// result returns the file with what is to be inserted. Insertions at one
// place follow one another as they were made, but what is nested deeper comes
// first: it belongs to what ends there.
func (f *file) result() []byte {
	slices.SortStableFunc(f.edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(b.indent, a.indent))
	})
	var b bytes.Buffer
	at := 0
	for _, e := range f.edits {
		b.Write(f.src.Data[at:e.offset])
		b.WriteString(e.text)
		at = e.offset
	}
	b.Write(f.src.Data[at:])
	var sections entry
	if f.tags != nil {
		sections = append(sections, pair{"tags", f.tags})
	}
	if f.paths != nil {
		sections = append(sections, pair{"paths", f.paths})
	}
	if f.schemas != nil {
		sections = append(sections, pair{"components", entry{{"schemas", f.schemas}}})
	}
	if sections != nil && b.Len() > 0 && !bytes.HasSuffix(b.Bytes(), []byte("\n")) {
		b.WriteString(f.newline())
	}
	for _, line := range sections.block(0) {
		b.WriteString(line + f.newline())
	}
	return b.Bytes()
}

// changed reports whether anything is to be inserted.
func (f *file) changed() bool {
	return len(f.edits) > 0 || f.tags != nil || f.paths != nil || f.schemas != nil
}

// newline is how the file ends its lines.
func (f *file) newline() string {
	if bytes.Contains(f.src.Data, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// line returns a line without its end; lines count from 1.
func (f *file) line(n int) string {
	end := len(f.src.Data)
	if n < len(f.lines) {
		end = f.lines[n]
	}
	return strings.TrimRight(string(f.src.Data[f.lines[n-1]:end]), "\r\n")
}

// offset is where a node begins.
func (f *file) offset(n *yaml.Node) int {
	at := f.lines[n.Line-1]
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(f.src.Data[at:])
		at += size
	}
	return at
}

// after is where the line behind a block entry begins: behind its last line
// that is not empty. Comments between entries belong to the next one. The
// entry begins in line first, at a column that its other lines lie right of;
// the items of a list may begin at the column of its key.
func (f *file) after(first, column int, list bool) int {
	last := first
	for n := first + 1; n <= len(f.lines); n++ {
		text := f.line(n)
		trimmed := strings.TrimLeft(text, " ")
		if strings.TrimSpace(trimmed) == "" {
			continue
		}
		indent := len(text) - len(trimmed)
		if indent < column-1 || indent == column-1 && !(list && strings.HasPrefix(trimmed, "-")) {
			break
		}
		last = n
	}
	if last == len(f.lines) { // the last line has no end
		return len(f.src.Data)
	}
	return f.lines[last]
}

// insertLines inserts whole lines at a place that after returned.
func (f *file) insertLines(offset int, lines []string) {
	nl := f.newline()
	text := strings.Join(lines, nl) + nl
	if offset == len(f.src.Data) && offset > 0 && f.src.Data[offset-1] != '\n' {
		text = nl + strings.TrimSuffix(text, nl)
	}
	indent := len(lines[0]) - len(strings.TrimLeft(lines[0], " "))
	f.edits = append(f.edits, edit{offset, indent, text})
}

// flowEnd is where a value of a flow mapping or list ends that begins at
// offset: at the comma or bracket behind it, without the space between.
func (f *file) flowEnd(offset int) int {
	data, depth, i := f.src.Data, 0, offset
	for ; i < len(data); i++ {
		switch c := data[i]; {
		case c == '\'' || c == '"':
			if i == offset || strings.IndexByte(" \n,:[{", data[i-1]) >= 0 {
				i = f.quoteEnd(i)
			}
		case c == '#' && i > 0 && (data[i-1] == ' ' || data[i-1] == '\n'):
			for i < len(data) && data[i] != '\n' {
				i++
			}
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth == 0 {
				return trimmed(data, offset, i)
			}
			depth--
		case c == ',' && depth == 0:
			return trimmed(data, offset, i)
		}
	}
	return trimmed(data, offset, i)
}

func trimmed(data []byte, from, to int) int {
	return from + len(bytes.TrimRight(data[from:to], " \r\n\t"))
}

// quoteEnd is where the last byte of a quoted text is.
func (f *file) quoteEnd(i int) int {
	quote := f.src.Data[i]
	for i++; i < len(f.src.Data); i++ {
		switch c := f.src.Data[i]; {
		case c == '\\' && quote == '"':
			i++
		case c == quote && quote == '\'' && i+1 < len(f.src.Data) && f.src.Data[i+1] == quote:
			i++
		case c == quote:
			return i
		}
	}
	return i
}

func isFlow(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 }

// addItem inserts an item into a list: behind the item before, or, when that
// is nil, at the beginning.
func (f *file) addItem(list, before *yaml.Node, item string) {
	switch {
	case isFlow(list) && before != nil:
		f.insert(f.flowEnd(f.offset(before)), ", "+item)
	case isFlow(list) && len(list.Content) == 0:
		f.insert(f.offset(list)+1, item)
	case isFlow(list):
		f.insert(f.offset(list)+1, item+", ")
	default:
		f.insertLines(f.behindItem(list, before), []string{strings.Repeat(" ", list.Column-1) + "- " + item})
	}
}

// addItemEntry inserts a mapping into a list, likewise.
func (f *file) addItemEntry(list, before *yaml.Node, item entry) {
	if isFlow(list) {
		f.addItem(list, before, item.flow())
		return
	}
	f.insertLines(f.behindItem(list, before), item.item(list.Column-1))
}

// behindItem is where the line behind an item of a block list begins.
func (f *file) behindItem(list, before *yaml.Node) int {
	if before == nil {
		return f.lines[list.Line-1]
	}
	return f.after(before.Line, list.Column, false)
}

// addEntry inserts an entry into a mapping: behind the entry of the key
// before, or, when that is nil, at the beginning.
func (f *file) addEntry(m, before *yaml.Node, name string, value entry) {
	if isFlow(m) {
		text := plain(name) + ": " + value.flow()
		switch {
		case before != nil:
			f.insert(f.flowEnd(f.offset(valueOf(m, before))), ", "+text)
		case len(m.Content) == 0:
			f.insert(f.offset(m)+1, text)
		default:
			f.insert(f.offset(m)+1, text+", ")
		}
		return
	}
	at := f.lines[m.Line-1]
	if before != nil {
		v := valueOf(m, before)
		at = f.after(before.Line, before.Column, v.Kind == yaml.SequenceNode && !isFlow(v))
	}
	f.insertLines(at, entry{{name, value}}.block(m.Column-1))
}

func valueOf(m, key *yaml.Node) *yaml.Node {
	for k, v := range load.Pairs(m) {
		if k == key {
			return v
		}
	}
	return nil
}
