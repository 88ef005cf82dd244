package wire

import (
	"strconv"
	"strings"
)

// An Error says what is wrong with a JSON text, or with a value that was to become one.
// No part of it holds a value of that text: bodies carry codes, tokens and phone numbers.
type Error struct {
	// Path says where: "user.emails[0].verified". It is empty for the text as a whole. A name that
	// does not look like a field's, such as a key in free-form data, is replaced by a question mark.
	Path string
	// Offset is the place in the text that was read, in bytes. It is -1 when a Writer failed.
	Offset int
	// Want says what would have been right: "a boolean".
	Want string
	// Got says what was there instead, by its kind: "a string".
	Got string
}

// Error returns a sentence such as "user.emails[0].verified: want a boolean, got a string (offset 93)".
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

// fail records the first error and takes the source away, so that every later read fails at once
// and neither the Reader's methods nor its callers need to check.
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

// unexpected fails because what comes next is not what is wanted.
func (r *Reader) unexpected(want string) {
	r.fail(r.pos, want, kind(r.src[r.pos:]))
}

// kind says what s begins with, without giving away more than a punctuation mark.
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

// maxPathLevels bounds the path in an error; names beyond it would not help a reader.
const maxPathLevels = 32

// safePath is the path of the current value as an error may show it.
func (r *Reader) safePath() string {
	return r.path(maxPathLevels, func(name string) string {
		if IsFieldName(name) {
			return name
		}
		return "?"
	})
}

// IsFieldName reports whether s looks like the name of a field, and so can be shown. Tokens and ids of
// the service have more than 40 characters, with digits or capital letters among them. The longest names of
// fields are words of lower-case letters with underscores between them.
func IsFieldName(s string) bool {
	if len(s) <= 40 {
		return isName(s)
	}
	return len(s) <= 64 && strings.Contains(s, "_") && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// exactPath is the path of the current value with every name as it is; two values never share one.
func (r *Reader) exactPath() string {
	return r.path(maxDepth, func(name string) string {
		if isName(name) {
			return name
		}
		return strconv.Quote(name)
	})
}

// path joins the names and indexes that lead to the current value. It costs nothing until it is asked
// for, because a Reader has them anyway: names to find duplicates, indexes in its frames.
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
		end, known := len(r.names), r.state != inName // of the names in f, if it is the innermost frame
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

// isName reports whether s looks like the name of a field: a letter, then letters, digits and a few marks.
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
