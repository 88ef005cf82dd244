// Package wire reads and writes the JSON of API calls, without reflection.
//
// Generated code drives a [Reader] and a [Writer] field by field. Both follow the strict rules of
// encoding/json/v2. Names are compared with their case. A duplicate name, invalid UTF-8 and a lone
// surrogate are errors. null gives a Go value its zero value. An integer is written without a fraction
// or an exponent. Errors are sticky, so that generated code checks once, at the end.
//
// A lenient Reader, for answers of the service, leaves values empty that do not fit, and continues; see
// [Reader.Lenient].
package wire

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// A Reader reads one JSON text. Strings without escapes share the memory of that text.
//
// The zero Reader reads an empty text; [Reader.Reset] gives it another, so that Readers can be pooled.
// An object is read with
//
//	for r.BeginObject(); r.NextField(); {
//		switch r.Name() {
//		case "user_id":
//			v.UserID = r.String()
//		default:
//			r.Unknown()
//		}
//	}
//
// and an array with BeginArray and NextElement in the same way. Each turn must read exactly one value.
// After an error every method returns a zero value, NextField and NextElement return false, and Err
// returns the first error.
type Reader struct {
	src   string // empty after an error
	pos   int    // of the next unread byte of src
	state state
	err   *Error

	lenient  bool
	misfits  int                 // how many values did not fit, including the error
	misfitAt int                 // where the last of them begins
	repeated map[string]struct{} // the paths of second values, where essential fields can be
	repeats  func(name string)   // called for each name with a second value; nil: not wanted

	most   int      // the largest number of names at one time
	ended  int      // where the names of the object that ended last end; they begin at the length of names
	frames []frame  // the objects and arrays that are open, outermost first
	names  []string // the names read so far in each open object, outermost first

	strings block[string] // the strings of pointers and lists
	times   block[time.Time]

	timeText string // the last time that was read: in a login, many times are equal
	time     time.Time

	recording bool
	unknown   []Field
}

// A frame is an open object or array.
type frame struct {
	array  bool
	index  int                 // of the current element of an array
	names  int                 // where the object's names begin in Reader.names
	filter uint64              // a bit for each name of the object: see nameBit
	seen   map[string]struct{} // the names of a large object: see Reader.isDuplicate
}

// A state is what a Reader must remember between calls, apart from its position.
type state uint8

const (
	inside  state = iota // before or after a value
	begun                // after the bracket that opens an object or array: no comma is due
	wasNull              // after a null in place of an object or array: it has no members
	inName               // at the name of a field
)

const (
	maxDepth     = 10_000 // of objects and arrays in one another, as in encoding/json
	fewNames     = 64     // up to this number, names are compared one by one
	pooledNames  = 1024   // Reset keeps no more room than this
	pooledFrames = 256    // nor than this
)

// NewReader returns a Reader for src.
func NewReader(src string) *Reader {
	r := new(Reader)
	r.Reset(src)
	return r
}

// readers is the pool of Readers.
var readers = sync.Pool{New: func() any { return new(Reader) }}

// Read reads a text with read, which must read all of it. The Reader comes from a pool.
func Read(src string, read func(*Reader)) error { return pooled(src, false, read) }

// ReadLenient is [Read] with a lenient Reader.
func ReadLenient(src string, read func(*Reader)) error { return pooled(src, true, read) }

func pooled(src string, lenient bool, read func(*Reader)) error {
	r := readers.Get().(*Reader)
	r.Reset(src)
	r.lenient = lenient
	read(r)
	err := r.End()
	r.Reset("")
	readers.Put(r)
	return err
}

// Reset makes r read src from its start, strictly, with no error and without recording unknown fields.
// It forgets the previous text, so a Reader that is reset to "" keeps no secret alive in a pool.
func (r *Reader) Reset(src string) {
	names, frames := r.names, r.frames
	clear(names[:max(len(names), r.most)])
	clear(frames)
	if cap(names) == 0 || cap(names) > pooledNames {
		names = make([]string, 0, 32)
	}
	if cap(frames) == 0 || cap(frames) > pooledFrames {
		frames = make([]frame, 0, 8)
	}
	*r = Reader{src: src, names: names[:0], frames: frames[:0]}
}

// Err returns the first error, an [*Error], or nil.
func (r *Reader) Err() error {
	if r.err == nil {
		return nil
	}
	return r.err
}

// End checks that nothing but white space follows the value that was read, and returns the first error.
func (r *Reader) End() error {
	r.peek()
	if r.pos < len(r.src) {
		r.unexpected("the end of the text")
	}
	return r.Err()
}

// BeginObject enters an object; NextField then moves through its fields. A null has none.
func (r *Reader) BeginObject() {
	r.begin('{', "an object")
}

// NextField moves to the next field of the object and reads its name.
// It returns false at the end of the object, which it leaves, and after an error.
func (r *Reader) NextField() bool {
	for {
		// The fast path, for a plain name without white space around it. anyName handles all other
		// names.
		src, offset, end, name := r.src, r.pos, -1, ""
		compact := r.state == begun
		if r.state == inside && offset < len(src) && src[offset] == ',' {
			offset++
			compact = true
		}
		if compact && offset < len(src) && src[offset] == '"' {
			end = plainEnd(src, offset+1)
		}
		if end >= 0 && end+1 < len(src) && src[end+1] == ':' {
			name = src[offset+1 : end]
			r.pos = end + len(`":`)
		} else {
			var ok bool
			if offset, name, ok = r.anyName(); !ok {
				return false
			}
		}
		r.state = inside

		f := &r.frames[len(r.frames)-1]
		bit := nameBit(name)
		duplicate := f.filter&bit != 0 && r.isDuplicate(f, name)
		f.filter |= bit
		r.names = append(r.names, name) // even a duplicate, so that the path of the error ends with it
		if !duplicate {
			return true
		}
		if !r.lenient {
			r.fail(offset, "each name once", "a duplicate")
			return false
		}
		r.passOver(name)
	}
}

// nameBit returns the bit of name in the filter of its object. Most names have different bits.
func nameBit(name string) uint64 {
	hash := len(name)
	if hash > 0 {
		hash += 5*int(name[0]) + 11*int(name[len(name)/2]) + 23*int(name[len(name)-1])
	}
	return uint64(1) << (hash & 63)
}

// anyName moves to the next name of the object, in any form, and past its colon. It returns false at the
// end of the object, which it leaves, and after an error.
func (r *Reader) anyName() (offset int, name string, ok bool) {
	if !r.next('}', "a comma or '}'") {
		return 0, "", false
	}
	r.state = inName
	if r.peek() != '"' {
		r.unexpected("a name")
		return 0, "", false
	}
	offset = r.pos
	name = r.freeText()
	if r.peek() != ':' {
		r.unexpected("a colon")
		return 0, "", false
	}
	r.pos++
	return offset, name, true
}

// Name returns the name of the current field.
func (r *Reader) Name() string {
	if len(r.names) == 0 {
		return ""
	}
	return r.names[len(r.names)-1]
}

// BeginArray enters an array; NextElement then moves through its elements. A null has none.
func (r *Reader) BeginArray() {
	r.begin('[', "an array")
}

// NextElement moves to the next element of the array.
// It returns false at the end of the array, which it leaves, and after an error.
func (r *Reader) NextElement() bool {
	if !r.next(']', "a comma or ']'") {
		return false
	}
	r.frames[len(r.frames)-1].index++
	return true
}

// begin enters the object or array that opens with bracket.
func (r *Reader) begin(bracket byte, want string) {
	switch {
	case r.peek() != bracket:
		if r.none(want); r.err == nil {
			r.state = wasNull
		}
	case len(r.frames) == maxDepth:
		r.fail(r.pos, "at most 10000 levels of nesting", "more")
	default:
		r.pos++
		r.state = begun
		r.frames = append(r.frames, frame{})
		f := &r.frames[len(r.frames)-1] // filling it in place is faster than copying
		f.array, f.index, f.names = bracket == '[', -1, len(r.names)
	}
}

// next moves to the next member of the innermost object or array, past the comma if one is due.
// At its end it moves past the closing bracket, leaves it, and returns false.
func (r *Reader) next(bracket byte, want string) bool {
	before := r.state
	r.state = inside
	if before == wasNull {
		return false
	}
	switch r.peek() {
	case bracket:
		r.pos++
		last := len(r.frames) - 1
		r.ended = len(r.names)
		r.most = max(r.most, r.ended)
		r.names = r.names[:r.frames[last].names]
		r.frames[last].seen = nil
		r.frames = r.frames[:last]
		return false
	case ',':
		if before != begun {
			r.pos++
			return true
		}
	}
	if before != begun {
		r.unexpected(want)
		return false
	}
	return true // the caller reads the member
}

// isDuplicate reports whether name is among the names of the innermost object, f. It compares a few
// names one by one and looks up more in a map, so that no object takes quadratic time.
func (r *Reader) isDuplicate(f *frame, name string) bool {
	names := r.names[f.names:]
	if len(names) <= fewNames {
		return slices.Contains(names, name)
	}
	if f.seen == nil {
		f.seen = make(map[string]struct{}, 4*fewNames)
	}
	for _, n := range names[len(f.seen):] { // all differ, so the first len(f.seen) are in the map
		f.seen[n] = struct{}{}
	}
	_, found := f.seen[name]
	return found
}

// peek skips white space and returns the next byte without consuming it; 0 at the end.
func (r *Reader) peek() byte {
	if r.pos < len(r.src) && r.src[r.pos] > ' ' {
		return r.src[r.pos]
	}
	return r.skipSpace()
}

func (r *Reader) skipSpace() byte {
	for ; r.pos < len(r.src); r.pos++ {
		if c := r.src[r.pos]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// null reads a null if there is one, and reports whether there was.
func (r *Reader) null() bool {
	if r.peek() != 'n' || !strings.HasPrefix(r.src[r.pos:], "null") {
		return false
	}
	r.pos += len("null")
	return true
}
