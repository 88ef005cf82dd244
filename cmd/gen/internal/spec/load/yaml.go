package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// maxDepth bounds nesting: a spec needs about twenty levels.
const maxDepth = 100

// maxKeys bounds mappings: the YAML library compares each key with each other.
const maxKeys = 2000

// Parse reads one YAML document whose top is a mapping, and refuses what
// would let two readers see two things: duplicate keys, aliases, merge keys,
// keys that are not strings, tags. Without a root, the list says what is wrong.
func Parse(src *Source, list *diag.List) *yaml.Node {
	if !plain(src, list) {
		return nil
	}
	if line := diag.Conflict(src.Data); line > 0 {
		list.Conflict(src.Name, line)
		return nil
	}
	return (&parser{src, list, false}).document()
}

// ParseForeign is Parse for a document of others. It takes what is unusual and
// harmless there, such as numbers for keys.
func ParseForeign(src *Source, list *diag.List) *yaml.Node {
	return (&parser{src, list, true}).document()
}

type parser struct {
	*Source
	list    *diag.List
	foreign bool
}

func (p *parser) document() *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(p.Data))
	var doc yaml.Node
	if err := decodeNode(decoder, &doc); err != nil {
		if errors.Is(err, io.EOF) {
			p.list.Reportf(codes.EmptyFile, diag.Pos{File: p.Name}, "the file is empty")
			return nil
		}
		syntax(p.Source, err, p.list)
		return nil
	}
	var second yaml.Node
	if err := decodeNode(decoder, &second); !errors.Is(err, io.EOF) {
		p.list.Reportf(codes.SecondDocument, p.Pos(&second), "a second YAML document begins here; a file has one")
		return nil
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.ShortTag() == "!!null" {
		p.list.Reportf(codes.EmptyFile, diag.Pos{File: p.Name}, "the file is empty")
		return nil
	}
	if root.Kind != yaml.MappingNode {
		p.list.Reportf(codes.TopNotMapping, p.Pos(root), "the top of the file is %s, not a mapping", Describe(root))
		return nil
	}
	if !p.sound(root, 1) {
		return nil
	}
	return root
}

// isPrintableASCII reports whether a line has only the printable characters of ASCII, as nearly every line has.
func isPrintableASCII(line []byte) bool {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return !slices.ContainsFunc(line, func(c byte) bool { return (c < ' ' && c != '\t') || c > '~' })
}

// plain reports whether a file is UTF-8 as every tool reads it. A YAML parser
// takes other encodings, too.
func plain(src *Source, list *diag.List) bool {
	if bytes.HasPrefix(src.Data, []byte("\ufeff")) {
		list.Hintf(codes.NotPlainText, diag.Pos{File: src.Name, Line: 1, Column: 1}, "save it without", "the file begins with a byte order mark")
		return false
	}
	line := 0
	for text := range bytes.Lines(src.Data) {
		line++
		pos := diag.Pos{File: src.Name, Line: line}
		switch i := bytes.IndexByte(text, 0); {
		case i >= 0:
			pos.Column = utf8.RuneCount(text[:i]) + 1
			list.Reportf(codes.NotPlainText, pos, "the line holds a NUL byte")
			return false
		case isPrintableASCII(text):
			continue
		case !utf8.Valid(text):
			pos.Column = utf8.RuneCount(text[:invalidAt(text)]) + 1
			list.Hintf(codes.NotPlainText, pos, "save the file as UTF-8", "the line holds bytes that are not UTF-8")
			return false
		}
		if at := control.FindIndex(text); at != nil {
			pos.Column = utf8.RuneCount(text[:at[0]]) + 1
			r, _ := utf8.DecodeRune(text[at[0]:])
			list.Hintf(codes.NotPlainText, pos, "remove it", "the line holds the control character %U", r)
			return false
		}
		if at := otherBreak.FindIndex(text); at != nil {
			pos.Column = utf8.RuneCount(text[:at[0]]) + 1
			list.Hintf(codes.NotPlainText, pos, "end lines with a line feed", "the line holds a line break that only some tools see")
			return false
		}
	}
	return true
}

// control is what YAML has no place for in a file.
var control = regexp.MustCompile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0080-\u0084\u0086-\u009f\ufffe\uffff]")

// otherBreak is what YAML takes for a line break and editors may not.
var otherBreak = regexp.MustCompile("\r[^\n]|\r$|[\u0085\u2028\u2029]")

// invalidAt is the place of the first byte that is not UTF-8.
func invalidAt(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(text)
}

// decodeNode turns a parser's panic on hostile input into an error.
func decodeNode(decoder *yaml.Decoder, into *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: the parser gave up: %v", p)
		}
	}()
	return decoder.Decode(into)
}

// jsonNumber is a number as JSON and YAML both read it.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

// sound walks the whole tree and reports whether every node of it is of the
// plain kind that the rest of the generator reads.
func (p *parser) sound(n *yaml.Node, depth int) bool {
	if depth > maxDepth {
		p.list.Reportf(codes.TooDeep, p.Pos(n), "nested more than %d levels deep", maxDepth)
		return false
	}
	if n.Kind == yaml.AliasNode {
		p.list.Hintf(codes.Alias, p.Pos(n), "use a $ref to a component", "YAML aliases are not read")
		return false
	}
	ok := p.foreign || p.usual(n)
	if n.Kind == yaml.MappingNode && !p.uniqueKeys(n) {
		return false
	}
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			ok = p.sound(child, depth+1) && ok
		}
	}
	return ok
}

// usual reports whether a node is written as in JSON.
func (p *parser) usual(n *yaml.Node) bool {
	ok := true
	if n.Anchor != "" {
		p.list.Hintf(codes.Alias, p.Pos(n), "use a component and a $ref", "YAML anchors are not read")
		ok = false
	}
	if n.Style&yaml.TaggedStyle != 0 {
		p.list.Reportf(codes.Tag, p.Pos(n), "YAML tags are not read")
		ok = false
	}
	if tag := n.ShortTag(); n.Kind == yaml.ScalarNode && (tag == "!!int" || tag == "!!float") {
		if !jsonNumber.MatchString(n.Value) {
			p.list.Hintf(codes.NotJSONNumber, p.Pos(n), "write it in decimal digits, or in quotes if it is a text", "%s is not a number in JSON", n.Value)
			ok = false
		} else if _, err := strconv.ParseFloat(n.Value, 64); err != nil {
			p.list.Hintf(codes.NotJSONNumber, p.Pos(n), "put it into quotes if it is a text", "%s is more than a float64 holds", n.Value)
			ok = false
		}
	}
	return ok
}

func (p *parser) uniqueKeys(n *yaml.Node) bool {
	if keys := len(n.Content) / 2; keys > maxKeys && !p.foreign {
		p.list.Reportf(codes.TooDeep, p.Pos(n), "a mapping with %d keys, more than the %d that one may have", keys, maxKeys)
		return false
	}
	ok := true
	first := map[string]*yaml.Node{}
	for key := range Pairs(n) {
		switch tag := key.ShortTag(); {
		case key.Kind != yaml.ScalarNode:
			p.list.Reportf(codes.KeyNotString, p.Pos(key), "a key must be a string, not %s", Describe(key))
			ok = false
			continue
		case tag == "!!merge":
			p.list.Hintf(codes.Alias, p.Pos(key), "use a $ref to a component", "YAML merge keys are not read")
			ok = false
			continue
		case tag != "!!str" && !p.foreign:
			p.list.Hintf(codes.KeyNotString, p.Pos(key), fmt.Sprintf("write '%s'", key.Value), "the key %s is %s, not a string", key.Value, Describe(key))
			ok = false
		}
		if earlier := first[key.Value]; earlier != nil {
			p.list.Relatef(codes.DuplicateKey, p.Pos(key), "", diag.Related{Pos: p.Pos(earlier), Message: "first declared here"},
				"the key %q appears here a second time", key.Value)
			ok = false
			continue
		}
		first[key.Value] = key
	}
	return ok
}

// Pairs yields the keys and values of a mapping, in the order of the file. It
// yields nothing for any other node.
func Pairs(n *yaml.Node) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// Get returns the value under a key of a mapping, or nil.
func Get(n *yaml.Node, key string) *yaml.Node {
	for k, v := range Pairs(n) {
		if k.Value == key {
			return v
		}
	}
	return nil
}

// At follows a JSON pointer ("/components/schemas/User") down from a node. It
// returns the deepest node that it reaches, and whether that is the whole way.
func At(n *yaml.Node, pointer string) (*yaml.Node, bool) {
	if pointer == "" || pointer == "/" {
		return n, true
	}
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		token = unescapes.Replace(token)
		var next *yaml.Node
		switch n.Kind {
		case yaml.MappingNode:
			next = Get(n, token)
		case yaml.SequenceNode:
			if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(n.Content) {
				next = n.Content[i]
			}
		}
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

// unescapes are the escapes of a JSON pointer.
var unescapes = strings.NewReplacer("~1", "/", "~0", "~")

// Key returns the key of that name in a mapping, or nil.
func Key(n *yaml.Node, name string) *yaml.Node {
	for k := range Pairs(n) {
		if k.Value == name {
			return k
		}
	}
	return nil
}

// Items returns the items of a list, or none.
func Items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// Texts returns what the items of a list say.
func Texts(n *yaml.Node) []string {
	var texts []string
	for _, item := range Items(n) {
		texts = append(texts, item.Value)
	}
	return texts
}

// Text returns the scalar under a key of a mapping, or "".
func Text(n *yaml.Node, key string) string {
	if value := Get(n, key); value != nil && value.Kind == yaml.ScalarNode {
		return value.Value
	}
	return ""
}

// Keys returns the keys of a mapping in the order of the file.
func Keys(n *yaml.Node) []string {
	var keys []string
	for k := range Pairs(n) {
		keys = append(keys, k.Value)
	}
	return keys
}

// Describe names a node's kind as a person would: "a list", "the number 5".
func Describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!int", "!!float":
		return "the number " + n.Value
	case "!!bool":
		return "the boolean " + n.Value
	case "!!null":
		if n.Value != "" {
			return "null"
		}
		return "empty"
	case "!!timestamp":
		return "a date"
	}
	return "a string"
}
