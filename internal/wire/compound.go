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

// ReadSlice reads an array of objects, each with read. It returns nil for null, and a non-nil slice for
// an empty array.
func ReadSlice[T any](r *Reader, read func(*T, *Reader)) []T {
	if !r.beginObjects() {
		return nil
	}
	s := []T{}
	for r.nextObject() {
		var zero T
		s = append(s, zero)
		read(&s[len(s)-1], r)
	}
	return s
}

// beginObjects reads the beginning of an array of objects, and reports whether there is one. This and
// nextObject are apart from ReadSlice, which is compiled again for each type.
func (r *Reader) beginObjects() bool {
	if r.peek() != '[' {
		r.none("an array")
		return false
	}
	r.BeginArray()
	return true
}

// nextObject goes to the next object of an array, and reports whether there is one.
func (r *Reader) nextObject() bool {
	for r.NextElement() {
		if !r.lenient || r.peek() == '{' {
			return true
		}
		r.misfit("an object")
	}
	return false
}

// ReadMap reads an object whose names are data, each value with read. It returns nil for null, and a
// non-nil map for an empty object.
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
		if r.misfits == misfits || r.misfitAt != start { // a misfit inside v leaves a field of v empty
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
// non-nil slice for an empty array.
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

// element reads a string in an array. It returns false if the element is left out of the list.
func (r *Reader) element() (s string, ok bool) {
	if r.lenient && r.peek() != '"' {
		r.misfit("a string")
		return "", false
	}
	misfits := r.misfits
	s = r.String()
	return s, r.misfits == misfits
}

// Strings reads an array of strings. It returns nil for null, and a non-nil slice for an empty array.
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
		if len(r.strings) == cap(r.strings) { // append moves the list to a new block
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
	list := r.strings[start:end:end] // appending to the list does not overwrite the block
	if cap(r.strings) > blockSize {
		r.strings = nil // later values do not use the larger block of a long list
	}
	return list
}

// Map reads a free-form object into the types that encoding/json uses, with numbers as of [FreeNumber].
// It returns nil for null, and a non-nil map for an empty object.
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

// Maps reads an array of free-form objects, each like Map. It returns nil for null, and a non-nil slice
// for an empty array.
func (r *Reader) Maps() []map[string]any {
	return ReadSlice(r, func(m *map[string]any, r *Reader) { *m = r.Map() })
}

// IsString reports whether the next value is a string.
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

// FreeNumber returns a number in free-form data: a float64, as with encoding/json. A number that a
// float64 would change is a [json.Number] instead: most integers above 2^53, and numbers out of range.
func FreeNumber(n json.Number) any {
	const exact = 15 // a float64 represents all numbers with this many digits
	f, err := strconv.ParseFloat(string(n), 64)
	switch {
	case err != nil:
		return n
	case len(n) <= exact, strings.ContainsAny(string(n), ".eE"), strconv.FormatFloat(f, 'f', 0, 64) == string(n):
		return f
	}
	return n
}

// Skip reads a value of any kind, with the same strict rules, and discards it.
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
	Path string // such as "user.emails[0].new"; a name with unusual characters is quoted
	Raw  string // its value's JSON text
}

// RecordUnknown makes Unknown record the values that it skips, until the next Reset.
func (r *Reader) RecordUnknown() {
	r.recording = true
}

// Unknown reads the value of a field that the caller does not know, with the same strict rules. It
// discards the value, unless RecordUnknown was called.
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

// Kind describes the next value by its first character: "a string", "a number", "a boolean", "null", "an
// object" or "an array". For text that is not JSON it returns another description.
func (r *Reader) Kind() string {
	r.peek()
	return kind(r.src[r.pos:])
}
