package wire

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// A Writer writes one JSON text: compact, valid UTF-8, fields in the order of the calls.
//
//	w.BeginObject()
//	w.Field("phone_number").String(phone)
//	w.Field("expiration_minutes").Int(5)
//	w.EndObject()
//
// The zero Writer is ready to use. Errors are sticky: Err returns the first, and there are no Bytes then.
// It is up to the caller to end what it begins and to give each field one value.
type Writer struct {
	buf   []byte
	depth int
	err   *Error
}

// NewWriter returns a Writer that overwrites and uses buf.
func NewWriter(buf []byte) *Writer {
	return &Writer{buf: buf[:0]}
}

// Reset makes w start again with buf, as NewWriter does.
func (w *Writer) Reset(buf []byte) {
	*w = Writer{buf: buf[:0]}
}

// Bytes returns the text in the Writer's own buffer. It is nil after an error.
func (w *Writer) Bytes() []byte {
	if w.err != nil {
		return nil
	}
	return w.buf
}

// Err returns the first error, an [*Error], or nil.
func (w *Writer) Err() error {
	if w.err == nil {
		return nil
	}
	return w.err
}

// BeginObject begins an object; Field follows for each field, and then EndObject.
func (w *Writer) BeginObject() { w.begin('{') }

// EndObject ends the object.
func (w *Writer) EndObject() { w.end('}') }

// BeginArray begins an array; a value follows for each element, and then EndArray.
func (w *Writer) BeginArray() { w.begin('[') }

// EndArray ends the array.
func (w *Writer) EndArray() { w.end(']') }

// Field writes the name of a field and returns w, which must write one value next.
// The name is one of the API: ASCII that needs no escapes, and the only one of its kind in the object.
//
// Inlined for each field of each request, it would be a third of the code of the SDK.
//
//go:noinline
func (w *Writer) Field(name string) *Writer {
	b := append(separated(w.buf), '"')
	b = append(b, name...)
	w.buf = append(b, '"', ':')
	return w
}

// String writes a string. Invalid UTF-8 is an error.
func (w *Writer) String(s string) {
	w.separate()
	w.text(s)
}

// Int writes an integer.
func (w *Writer) Int(n int) {
	w.separate()
	w.buf = strconv.AppendInt(w.buf, int64(n), 10)
}

// Float writes a number in the form that JavaScript gives it. NaN and the infinities are errors.
func (w *Writer) Float(f float64) {
	w.separate()
	if math.IsNaN(f) || math.IsInf(f, 0) {
		w.fail("a finite number", "NaN or an infinity")
		return
	}
	if a := math.Abs(f); a == 0 || 1e-6 <= a && a < 1e21 {
		w.buf = strconv.AppendFloat(w.buf, f, 'f', -1, 64)
		return
	}
	w.buf = strconv.AppendFloat(w.buf, f, 'e', -1, 64)
	if n := len(w.buf); w.buf[n-4] == 'e' && w.buf[n-3] == '-' && w.buf[n-2] == '0' { // e-09 becomes e-9
		w.buf = append(w.buf[:n-2], w.buf[n-1])
	}
}

// Bool writes a boolean.
func (w *Writer) Bool(b bool) {
	w.separate()
	w.buf = strconv.AppendBool(w.buf, b)
}

// Null writes null.
func (w *Writer) Null() {
	w.separate()
	w.buf = append(w.buf, "null"...)
}

// Time writes a time in the format of RFC 3339, with as many digits of the second as it has.
// A year of more than four digits is an error.
func (w *Writer) Time(t time.Time) {
	w.separate()
	text, err := t.AppendText(append(w.buf, '"'))
	if err != nil {
		w.fail("a time that RFC 3339 can express", "another")
		return
	}
	w.buf = append(text, '"')
}

// Strings writes an array of strings. It is empty for nil.
func (w *Writer) Strings(s []string) { WriteStrings(w, s) }

// WriteStrings writes an array of strings of type T, such as an enum. It is empty for nil.
func WriteStrings[T ~string](w *Writer, s []T) {
	w.BeginArray()
	for _, v := range s {
		w.String(string(v))
	}
	w.EndArray()
}

// WriteSlice writes an array, each element with write, usually (*T).writeJSON. It is empty for nil.
func WriteSlice[T any](w *Writer, s []T, write func(*T, *Writer)) {
	w.BeginArray()
	for i := range s {
		write(&s[i], w)
	}
	w.EndArray()
}

// WriteMap writes an object whose names are data, each value with write. Names are sorted, so that equal maps
// give equal bytes. It is empty for nil.
func WriteMap[T any](w *Writer, m map[string]T, write func(*Writer, T)) {
	w.BeginObject()
	for _, name := range slices.Sorted(maps.Keys(m)) {
		w.separate()
		w.text(name)
		w.buf = append(w.buf, ':')
		write(w, m[name])
	}
	w.EndObject()
}

func (w *Writer) begin(bracket byte) {
	w.separate()
	w.depth++
	if w.depth > maxDepth {
		w.fail("at most 10000 levels of nesting", "more")
	}
	w.buf = append(w.buf, bracket)
}

func (w *Writer) end(bracket byte) {
	w.depth--
	w.buf = append(w.buf, bracket)
}

// separate writes a comma if one is due.
func (w *Writer) separate() { w.buf = separated(w.buf) }

// separated returns text, with a comma after it if one is due. None is due after a byte that must be
// followed by a value, because no value ends with such a byte.
func separated(text []byte) []byte {
	if n := len(text); n > 0 {
		if c := text[n-1]; c != ':' && c != '{' && c != '[' {
			return append(text, ',')
		}
	}
	return text
}

// text writes s as a string, for a value or a name.
func (w *Writer) text(s string) {
	b := append(w.buf, '"')
	done := 0 // how far s is written
	for i := 0; i < len(s); {
		if i <= len(s)-8 && unusual(eight(s[i:])) == 0 {
			i += 8
			continue
		}
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			char, size := utf8.DecodeRuneInString(s[i:])
			if char == utf8.RuneError && size == 1 {
				w.fail("valid UTF-8", "an invalid byte")
				return
			}
			i += size
			continue
		}
		b = append(b, s[done:i]...)
		b = appendEscape(b, c)
		i++
		done = i
	}
	b = append(b, s[done:]...)
	w.buf = append(b, '"')
}

// appendEscape appends the shortest escape sequence for c, a control character, quote or backslash.
func appendEscape(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	default:
		return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xF])
	}
}

// fail records the first error. Its path is that of the position at which the text ends: a Reader of the
// text fails there.
func (w *Writer) fail(want, got string) {
	if w.err == nil {
		r := NewReader(string(w.buf))
		r.Skip()
		r.End() // fails if nothing else did, because the text is incomplete
		w.err = &Error{Path: r.err.Path, Offset: -1, Want: want, Got: got}
	}
}
