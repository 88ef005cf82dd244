package nodepkg

import (
	"strings"
	"unicode/utf8"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
)

// A token is a word, a text or a mark of TypeScript or JavaScript.
type token struct {
	kind tokenKind
	// text is the word or mark as written; of a text, what it says; of a
	// template, what is between the backticks.
	text string
	pos  int
}

type tokenKind uint8

const (
	end tokenKind = iota
	word
	mark
	text
	template
	number
	pattern // a regular expression
)

// A source is a file in tokens.
type source struct {
	name   string
	data   string
	tokens []token
	at     int
}

// lex cuts a file into tokens. Comments are left out.
func lex(name string, data []byte) (*source, error) {
	s := &source{name: name, data: string(data)}
	if !utf8.Valid(data) {
		return nil, contract.Errorf(diag.Pos{File: name}, "is not text: it is not UTF-8")
	}
	for i := 0; i < len(s.data); {
		next, err := s.token(i)
		if err != nil {
			return nil, err
		}
		i = next
	}
	s.tokens = append(s.tokens, token{end, "", len(s.data)})
	return s, nil
}

// token reads one token, comment or stretch of space at i, and returns where
// the next begins.
func (s *source) token(i int) (int, error) {
	rest := s.data[i:]
	switch c := rest[0]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r' || strings.HasPrefix(rest, "\ufeff"):
		return i + max(1, len(rest)-len(strings.TrimLeft(rest, " \t\r\n\ufeff"))), nil
	case strings.HasPrefix(rest, "//"):
		return i + lineEnd(rest), nil
	case strings.HasPrefix(rest, "#!") && i == 0:
		return i + lineEnd(rest), nil
	case strings.HasPrefix(rest, "/*"):
		n := strings.Index(rest[2:], "*/")
		if n < 0 {
			return 0, s.errorf(i, "the comment has no end")
		}
		return i + n + 4, nil
	case c == '"' || c == '\'':
		return s.quoted(i, c)
	case c == '`':
		return s.templateText(i)
	case c == '/' && s.patternMayBegin():
		return s.regular(i)
	case wordByte(c):
		n := 1
		for n < len(rest) && wordByte(rest[n]) {
			n++
		}
		kind := word
		if c >= '0' && c <= '9' {
			kind = number
		}
		s.tokens = append(s.tokens, token{kind, rest[:n], i})
		return i + n, nil
	}
	for _, m := range []string{"...", "=>", "?.", "??", "==", "&&", "||"} {
		if strings.HasPrefix(rest, m) {
			s.tokens = append(s.tokens, token{mark, m, i})
			return i + len(m), nil
		}
	}
	_, n := utf8.DecodeRuneInString(rest)
	s.tokens = append(s.tokens, token{mark, rest[:n], i})
	return i + n, nil
}

func lineEnd(s string) int {
	if n := strings.IndexByte(s, '\n'); n >= 0 {
		return n
	}
	return len(s)
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func (s *source) quoted(i int, quote byte) (int, error) {
	var b strings.Builder
	for j := i + 1; j < len(s.data) && s.data[j] != '\n'; j++ {
		switch c := s.data[j]; c {
		case quote:
			s.tokens = append(s.tokens, token{text, b.String(), i})
			return j + 1, nil
		case '\\':
			j++
			if j < len(s.data) {
				b.WriteByte(s.data[j]) // enough for quotes and backslashes; names have no others
			}
		default:
			b.WriteByte(c)
		}
	}
	return 0, s.errorf(i, "the text has no end on its line")
}

// templateText reads a template literal, whose expressions may hold braces and
// further literals.
func (s *source) templateText(i int) (int, error) {
	depth := 0
	for j := i + 1; j < len(s.data); j++ {
		switch c := s.data[j]; {
		case c == '\\':
			j++
		case c == '$' && strings.HasPrefix(s.data[j:], "${"):
			depth++
			j++
		case c == '{' && depth > 0:
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == '`' && depth == 0:
			s.tokens = append(s.tokens, token{template, s.data[i+1 : j], i})
			return j + 1, nil
		case c == '`':
			return 0, s.errorf(j, "a template in a template is not read")
		}
	}
	return 0, s.errorf(i, "the template has no end")
}

// patternMayBegin tells a regular expression from a division by what comes
// before it.
func (s *source) patternMayBegin() bool {
	if len(s.tokens) == 0 {
		return true
	}
	switch last := s.tokens[len(s.tokens)-1]; last.kind {
	case word:
		return last.text == "return" || last.text == "typeof" || last.text == "case"
	case mark:
		return last.text != ")" && last.text != "]" && last.text != "}"
	default:
		return false
	}
}

func (s *source) regular(i int) (int, error) {
	class := false
	for j := i + 1; j < len(s.data) && s.data[j] != '\n'; j++ {
		switch c := s.data[j]; {
		case c == '\\':
			j++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			s.tokens = append(s.tokens, token{pattern, s.data[i : j+1], i})
			return j + 1, nil
		}
	}
	return 0, s.errorf(i, "the regular expression has no end on its line")
}

func (s *source) pos(offset int) diag.Pos {
	before := s.data[:min(offset, len(s.data))]
	return diag.Pos{File: s.name, Line: 1 + strings.Count(before, "\n"), Column: 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])}
}

func (s *source) errorf(offset int, format string, args ...any) error {
	return contract.Errorf(s.pos(offset), format, args...)
}

// peek returns the token at the reading place, and skip moves past it.
func (s *source) peek() token { return s.tokens[s.at] }

func (s *source) ahead(n int) token { return s.tokens[min(s.at+n, len(s.tokens)-1)] }

func (s *source) skip() token {
	t := s.tokens[s.at]
	if t.kind != end {
		s.at++
	}
	return t
}

// is reports whether the next token is a word or mark.
func (s *source) is(want string) bool {
	t := s.peek()
	return (t.kind == word || t.kind == mark) && t.text == want
}

// take moves past a word or mark, if it is the next token.
func (s *source) take(want string) bool {
	if s.is(want) {
		s.at++
		return true
	}
	return false
}

func (s *source) want(what string) error {
	if s.take(what) {
		return nil
	}
	return s.unexpected("%q", what)
}

func (s *source) unexpected(format string, args ...any) error {
	t := s.peek()
	found := "the end of the file"
	if t.kind != end {
		found = quote(t.text)
	}
	return s.errorf(t.pos, "found %s where this reader expects "+format, append([]any{found}, args...)...)
}

// quote shows a piece of a file in an error.
func quote(s string) string {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:40]) + "..."
	}
	return `"` + s + `"`
}

var closing = map[string]string{"{": "}", "(": ")", "[": "]"}

// block moves past a bracket and all up to the one that closes it.
func (s *source) block() error {
	open := s.peek()
	var stack []string
	for {
		t := s.skip()
		switch {
		case t.kind == end:
			return s.errorf(open.pos, "the bracket %s is never closed", open.text)
		case t.kind != mark:
		case closing[t.text] != "":
			stack = append(stack, closing[t.text])
		case t.text == "}" || t.text == ")" || t.text == "]":
			if stack[len(stack)-1] != t.text {
				return s.errorf(t.pos, "the bracket %s closes nothing", t.text)
			}
			if stack = stack[:len(stack)-1]; len(stack) == 0 {
				return nil
			}
		}
	}
}
