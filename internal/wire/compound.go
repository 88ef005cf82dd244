package wire

import (
	"encoding/json"
	"strconv"
	"strings"
)

// ReadPtr reads an object into a new T with read, usually (*T).readJSON. It returns nil for null.
func ReadPtr[T any](r *Reader, read func(*T, *Reader)) *T {
	if r.peek() != '{' {
		r.none("an object")
		return nil
	}
	v := new(T)
	read(v, r)
	return v
}

// ReadSlice reads an array of objects, each with read. It returns nil for null, and a slice that is not
// nil for an empty array.
func ReadSlice[T any](r *Reader, read func(*T, *Reader)) []T {
	if r.peek() != '[' {
		r.none("an array")
		return nil
	}
	s := []T{}
	for r.BeginArray(); r.NextElement(); {
		if r.lenient && r.peek() != '{' {
			r.misfit("an object")
			continue
		}
		var zero T
		s = append(s, zero)
		read(&s[len(s)-1], r)
	}
	return s
}

// ReadMap reads an object whose names are data, each value with read. It returns nil for null, and a map that
// is not nil for an empty object.
func ReadMap[T any](r *Reader, read func(*Reader) T) map[string]T {
	if r.peek() != '{' {
		r.none("an object")
		return nil
	}
	m := map[string]T{}
	for r.BeginObject(); r.NextField(); {
		if r.lenient && r.peek() == 'n' {
			r.misfit("a value")
			continue
		}
		r.peek()
		name, start, misfits := r.Name(), r.pos, r.misfits
		v := read(r)
		if r.misfits == misfits || r.misfitAt != start { // what does not fit inside of v is left empty there
			m[name] = v
		}
	}
	return m
}

// ReadStringPtr reads a string of type T, such as an enum. It returns nil for null.
func ReadStringPtr[T ~string](r *Reader) *T {
	return readScalar(r, func(r *Reader) T { return T(r.String()) })
}

// ReadStrings reads an array of strings of type T, such as an enum. It returns nil for null, and a
// slice that is not nil for an empty array.
func ReadStrings[T ~string](r *Reader) []T {
	if r.peek() != '[' {
		r.none("an array")
		return nil
	}
	s := []T{}
	for r.BeginArray(); r.NextElement(); {
		if v, ok := r.element(); ok {
			s = append(s, T(v))
		}
	}
	return s
}

// element reads a string in an array. It is not ok if the array goes on without it.
func (r *Reader) element() (s string, ok bool) {
	if r.lenient && r.peek() != '"' {
		r.misfit("a string")
		return "", false
	}
	misfits := r.misfits
	s = r.String()
	return s, r.misfits == misfits
}

// Strings reads an array of strings. It is nil for null, and not nil for an empty array.
func (r *Reader) Strings() []string {
	if r.peek() != '[' {
		r.none("an array")
		return nil
	}
	start := len(r.strings)
	for r.BeginArray(); r.NextElement(); {
		s, ok := r.element()
		if !ok {
			continue
		}
		if len(r.strings) == cap(r.strings) { // the list moves to a block of its own
			list := r.strings[start:]
			r.strings = append(make([]string, 0, max(blockSize, 2*len(list))), list...)
			start = 0
		}
		r.strings = append(r.strings, s)
	}
	end := len(r.strings)
	if start == end {
		return []string{}
	}
	list := r.strings[start:end:end] // what is appended to it goes elsewhere
	if cap(r.strings) > blockSize {
		r.strings = nil // the larger block of a long list is for nothing that comes later
	}
	return list
}

// Map reads an object of any shape into the types that encoding/json uses for it, with numbers as
// [FreeNumber] has them. It is nil for null, and not nil for an empty object.
func (r *Reader) Map() map[string]any {
	if r.peek() != '{' {
		r.none("an object")
		return nil
	}
	m := map[string]any{}
	for r.BeginObject(); r.NextField(); {
		name := r.Name()
		m[name] = r.Any()
	}
	return m
}

// Maps reads an array of objects of any shape, as Map reads each. It is nil for null, and not nil for an empty array.
func (r *Reader) Maps() []map[string]any {
	return ReadSlice(r, func(m *map[string]any, r *Reader) { *m = r.Map() })
}

// IsString reports whether the value to be read next is a string.
func (r *Reader) IsString() bool { return r.peek() == '"' }

// Any reads a value of any kind, as Map does for the values in an object.
func (r *Reader) Any() any {
	switch c := r.peek(); {
	case c == '{':
		return r.Map()
	case c == '[':
		list := []any{}
		for r.BeginArray(); r.NextElement(); {
			list = append(list, r.Any())
		}
		return list
	case c == '"':
		return r.freeText()
	case c == 't' || c == 'f':
		return r.literal()
	case r.null():
		return nil
	}
	return FreeNumber(json.Number(r.number("a value")))
}

// FreeNumber returns a number as free-form data holds it: a float64, as with encoding/json, which is what
// every program expects. A number that would become another one is kept as a [json.Number]: an integer that
// no float64 is, such as most of more than 2^53, and what is out of its range.
func FreeNumber(n json.Number) any {
	const exact = 15 // so many digits, any float64 holds
	f, err := strconv.ParseFloat(string(n), 64)
	switch {
	case err != nil:
		return n
	case len(n) <= exact, strings.ContainsAny(string(n), ".eE"), strconv.FormatFloat(f, 'f', 0, 64) == string(n):
		return f
	}
	return n
}

// Skip reads a value of any kind, as strictly as all others, and forgets it.
func (r *Reader) Skip() {
	switch c := r.peek(); {
	case c == '{':
		for r.BeginObject(); r.NextField(); {
			r.Skip()
		}
	case c == '[':
		for r.BeginArray(); r.NextElement(); {
			r.Skip()
		}
	case c == '"':
		r.freeText()
	case c == 't' || c == 'f':
		r.literal()
	case !r.null():
		r.number("a value")
	}
}

// Raw reads a value of any kind and returns its JSON text.
func (r *Reader) Raw() string {
	r.peek()
	src, start := r.src, r.pos
	r.Skip()
	if r.err != nil {
		return ""
	}
	return src[start:r.pos]
}

// A Field is a field that the generated code does not know.
type Field struct {
	Path string // in the whole text, such as "user.emails[0].new"; a name with odd characters is quoted
	Raw  string // its value's JSON text
}

// RecordUnknown makes Unknown keep what it skips, until the next Reset.
func (r *Reader) RecordUnknown() {
	r.recording = true
}

// Unknown reads the value of a field that the caller does not know. The value is checked as strictly
// as all others, and then forgotten, unless RecordUnknown was called.
func (r *Reader) Unknown() {
	if !r.recording {
		r.Skip()
		return
	}
	path := r.exactPath()
	if raw := r.Raw(); r.err == nil {
		r.unknown = append(r.unknown, Field{Path: path, Raw: raw})
	}
}

// UnknownFields returns what Unknown recorded, in the order of the text.
func (r *Reader) UnknownFields() []Field {
	return r.unknown
}

// Kind says what the value to be read next is, from how it begins: "a string", "a number",
// "a boolean", "null", "an object" or "an array"; of what is no JSON it says something else.
func (r *Reader) Kind() string {
	r.peek()
	return kind(r.src[r.pos:])
}
