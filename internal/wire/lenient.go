package wire

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Lenient makes r continue after a value that does not fit, until the next Reset. The caller gets the
// same as for null: an empty string, a nil list, a nil pointer. These values do not fit:
//
//   - A value of another type, a number that the Go type cannot hold, and a string that is not a time.
//   - A string with invalid UTF-8 or half a surrogate pair. Free-form data keeps it, with U+FFFD in place of
//     the invalid part.
//   - An element of a list, or a value of a typed map, that is null or of another type. It is left out.
//   - A second value for a name of the same object. The first one counts.
//
// r still fails when the text is not JSON, and when an essential field is missing or does not fit: see
// [Reader.EssentialString] and [Reader.Want].
func (r *Reader) Lenient() { r.lenient = true }

// Misfits returns how many values have not fitted so far.
func (r *Reader) Misfits() int { return r.misfits }

// OnRepeat makes a lenient Reader tell f of each name that its object had before, until the next Reset.
func (r *Reader) OnRepeat(f func(name string)) { r.repeats = f }

// misfit skips the next value, which is not of the wanted kind. A strict Reader fails.
func (r *Reader) misfit(want string) {
	r.misfits++
	r.misfitAt = r.pos
	if !r.lenient || r.err != nil {
		r.unexpected(want)
		return
	}
	r.Skip()
}

// refuse is like misfit, for a value that has already been read. The value begins at offset.
func (r *Reader) refuse(offset int, want, got string) {
	if r.lenient {
		r.misfits++
		r.misfitAt = offset
		return
	}
	r.fail(offset, want, got)
}

// none reads a null. Any other value is a misfit.
func (r *Reader) none(want string) {
	if !r.null() {
		r.misfit(want)
	}
}

// essentialDepth is how deep an essential field can be: in the answer itself, or in one of its objects.
const essentialDepth = 2

// passOver skips a second value for a name.
func (r *Reader) passOver(name string) {
	r.misfits++
	r.most = max(r.most, len(r.names)) // the name is removed next, and Reset must clear it
	if r.repeats != nil {
		r.repeats(name)
	}
	if len(r.frames) <= essentialDepth {
		if r.repeated == nil {
			r.repeated = map[string]struct{}{}
		}
		r.repeated[r.exactPath()] = struct{}{}
	}
	r.Skip()
	if r.err == nil {
		r.names = r.names[:len(r.names)-1] // isDuplicate needs distinct names
	}
}

// EssentialString reads a string that the caller needs, with at least least characters. If the value
// does not fit, even a lenient Reader fails.
func (r *Reader) EssentialString(least int) string {
	if r.peek() != '"' {
		r.unexpected("a string")
		return ""
	}
	offset, misfits := r.pos, r.misfits
	s := r.text()
	switch {
	case r.misfits != misfits:
		r.fail(offset, "a string of valid Unicode", "another")
	case len(s) >= least*utf8.UTFMax || utf8.RuneCountInString(s) >= least:
		return s
	case s == "":
		r.fail(offset, "a string that is not empty", "an empty one")
	default:
		r.fail(offset, "a longer string", "a short one")
	}
	return ""
}

// EssentialObject checks that the next value is an object. If it is not, even a lenient Reader fails.
func (r *Reader) EssentialObject() {
	if r.peek() != '{' {
		r.unexpected("an object")
	}
}

// EssentialArray checks that the next value is an array. If it is not, even a lenient Reader fails.
func (r *Reader) EssentialArray() {
	if r.peek() != '[' {
		r.unexpected("an array")
	}
}

// Want checks that the object whose loop has just ended had each of the names exactly once. Otherwise it
// is not the answer to the call.
func (r *Reader) Want(names ...string) {
	if r.err != nil {
		return
	}
	had := r.had()
	for _, name := range names {
		if !slices.Contains(had, name) {
			r.fail(r.pos, "an object with "+name, "one without")
			return
		}
		r.once(name)
	}
}

// WantAny is like Want, for at least one of the names.
func (r *Reader) WantAny(names ...string) {
	had := r.had()
	if r.err == nil && !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(had, name) }) {
		r.fail(r.pos, "an object with "+strings.Join(names, " or "), "one without")
	}
}

// WantIn is like Want, for a field of an inner object, such as "session.user_id". has reports whether
// the field has a value.
func (r *Reader) WantIn(path string, has bool) {
	if !has {
		r.fail(r.pos, "an object with "+path, "one without")
	}
	r.once(path)
}

// had returns the names of the object that ended last.
func (r *Reader) had() []string { return r.names[len(r.names):max(r.ended, len(r.names))] }

// once checks that an essential field has only one value: choosing between two would be a guess.
func (r *Reader) once(path string) {
	if _, twice := r.repeated[path]; twice {
		r.fail(r.pos, "an object with "+path+" once", "one with a duplicate")
	}
}
