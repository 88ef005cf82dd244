package wire

import (
	"strconv"
	"strings"
)

// An Error describes a mistake in a JSON text, or in a value to encode. It contains no values, because
// bodies contain codes, tokens and phone numbers.
type Error struct {
	// Path is where the mistake is: "user.emails[0].verified". It is empty for the text as a whole. A
	// name that does not look like a field's, such as a key in free-form data, is replaced by a question
	// mark.
	Path string
	// Offset is the position in the text, in bytes. It is -1 for an error of a Writer.
	Offset int
	// Want is what would be right: "a boolean".
	Want string
	// Got is the kind of value that was found: "a string".
	Got string
}

// Error returns a text such as "user.emails[0].verified: want a boolean, got a string (offset 93)".
func (e *Error) Error() string {
	s := "want " + e.Want + ", got " + e.Got
	if e.Path != "" {
		s = e.Path + ": " + s
	}
	if e.Offset >= 0 {
		s += " (offset " + strconv.Itoa(e.Offset) + ")"
	}
	return s
}

// fail records the first error and removes the source, so that every later read fails at once. Neither
// the Reader's methods nor its callers need to check for errors.
func (r *Reader) fail(offset int, want, got string) {
	if r.err != nil {
		return
	}
	r.err = &Error{Path: r.safePath(), Offset: offset, Want: want, Got: got}
	r.misfits++
	r.most = max(r.most, len(r.names))
	r.src, r.pos, r.state = "", 0, inside
	r.frames, r.names = r.frames[:0], r.names[:0]
}

// unexpected fails because the next value is not of the wanted kind.
func (r *Reader) unexpected(want string) {
	r.fail(r.pos, want, kind(r.src[r.pos:]))
}

// kind describes the value at the start of s. It shows at most a punctuation mark of the text.
func kind(s string) string {
	if s == "" {
		return "the end of the text"
	}
	switch c := s[0]; {
	case c == '"':
		return "a string"
	case c == '{':
		return "an object"
	case c == '[':
		return "an array"
	case c == '-' || isDigit(c):
		return "a number"
	case strings.HasPrefix(s, "true"), strings.HasPrefix(s, "false"):
		return "a boolean"
	case strings.HasPrefix(s, "null"):
		return "null"
	case isLetter(c):
		return "a letter"
	case c < ' ' || c == 0x7f:
		return "a control character"
	case c > 0x7f:
		return "a character outside ASCII"
	default:
		return "'" + s[:1] + "'"
	}
}

// maxPathLevels limits the path in an error; more names would not help a reader.
const maxPathLevels = 32

// safePath returns the path of the current value as an error may show it.
func (r *Reader) safePath() string {
	return r.path(maxPathLevels, func(name string) string {
		if IsFieldName(name) {
			return name
		}
		return "?"
	})
}

// IsFieldName reports whether s looks like the name of a field, and so can be shown. The service's
// tokens and ids have more than 40 characters, including digits or capital letters. Long names of fields
// are lower-case words with underscores.
func IsFieldName(s string) bool {
	if len(s) <= 40 {
		return isName(s)
	}
	return len(s) <= 64 && strings.Contains(s, "_") && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// exactPath returns the path of the current value with the exact names. No two values have the same one.
func (r *Reader) exactPath() string {
	return r.path(maxDepth, func(name string) string {
		if isName(name) {
			return name
		}
		return strconv.Quote(name)
	})
}

// path joins the names and indexes that lead to the current value. It is only built when it is needed,
// from names and indexes that a Reader has anyway.
func (r *Reader) path(maxLevels int, show func(name string) string) string {
	var b strings.Builder
	for i, f := range r.frames {
		if i == maxLevels {
			b.WriteString("...")
			break
		}
		if f.array {
			b.WriteString("[" + strconv.Itoa(f.index) + "]")
			continue
		}
		end, known := len(r.names), r.state != inName // the end of the names in f, if f is the innermost frame
		if i+1 < len(r.frames) {
			end, known = r.frames[i+1].names, true
		}
		if !known || end == f.names {
			continue // between two fields, or before the first
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(show(r.names[end-1]))
	}
	return b.String()
}

// isName reports whether s has the form of a field name: a letter, then letters, digits and a few marks.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		first := isLetter(c) || c == '_'
		if !first && (i == 0 || !isDigit(c) && c != '-' && c != '#') {
			return false
		}
	}
	return s != ""
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
