package wire

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Lenient makes r go on after a value that does not fit, until the next Reset. The caller gets what null
// would have given: an empty string, no list, a nil pointer. That is so for
//
//   - a value of another type, a number that the Go type cannot hold, a time that is none
//   - a string with invalid UTF-8 or half a surrogate pair. In free-form data it is kept, with U+FFFD for
//     what is invalid.
//   - an element of a list that is null or does not fit, which is left out of the list
//   - a name that its object had before, of which the first counts
//
// An error remains what is no JSON, and what an essential field lacks: see [Reader.EssentialString] and
// [Reader.Want].
func (r *Reader) Lenient() { r.lenient = true }

// Misfits returns how many values did not fit so far.
func (r *Reader) Misfits() int { return r.misfits }

// OnRepeat makes a lenient Reader tell f of each name that its object had before, until the next Reset.
func (r *Reader) OnRepeat(f func(name string)) { r.repeats = f }

// misfit passes over the value to be read next, which is not what is wanted. A strict Reader fails.
func (r *Reader) misfit(want string) {
	r.misfits++
	if !r.lenient || r.err != nil {
		r.unexpected(want)
		return
	}
	r.Skip()
}

// refuse is misfit for a value that was read already, from offset on.
func (r *Reader) refuse(offset int, want, got string) {
	if r.lenient {
		r.misfits++
		return
	}
	r.fail(offset, want, got)
}

// none reads a null, or else a value that does not fit.
func (r *Reader) none(want string) {
	if !r.null() {
		r.misfit(want)
	}
}

// essentialDepth is how deep in an answer essential fields are: in the answer, and in an object of it.
const essentialDepth = 2

// passOver skips the value of a name that the object had before.
func (r *Reader) passOver(name string) {
	r.misfits++
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
		r.names = r.names[:len(r.names)-1] // isDuplicate counts on names that differ
	}
}

// EssentialString reads a string without which the answer is of no use, of at least least characters.
// What does not fit is an error even of a lenient Reader.
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

// EssentialObject checks that the value to be read next is an object, as EssentialString does for a string.
func (r *Reader) EssentialObject() {
	if r.peek() != '{' {
		r.unexpected("an object")
	}
}

// EssentialArray checks that the value to be read next is an array, as EssentialString does for a string.
func (r *Reader) EssentialArray() {
	if r.peek() != '[' {
		r.unexpected("an array")
	}
}

// Want checks, right after the loop over an object, that the object had a field of each name, and had it
// once: an answer without them is not the answer to the call.
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

// WantAny checks, as Want does, that the object had a field of one of the names.
func (r *Reader) WantAny(names ...string) {
	had := r.had()
	if r.err == nil && !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(had, name) }) {
		r.fail(r.pos, "an object with "+strings.Join(names, " or "), "one without")
	}
}

// WantIn checks, as Want does, that an object in the object has a field, such as "session.user_id": is says
// whether it has.
func (r *Reader) WantIn(path string, is bool) {
	if !is {
		r.fail(r.pos, "an object with "+path, "one without")
	}
	r.once(path)
}

// had are the names of the object that ended last.
func (r *Reader) had() []string { return r.names[len(r.names):max(r.ended, len(r.names))] }

// once checks that the name of an essential field was there once: which of two values counts is not ours
// to say.
func (r *Reader) once(path string) {
	if _, twice := r.repeated[path]; twice {
		r.fail(r.pos, "an object with "+path+" once", "one with a duplicate")
	}
}
