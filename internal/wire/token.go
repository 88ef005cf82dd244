package wire

import (
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf8"
)

// plain marks the bytes that are plain in a string: ASCII except for control characters, quotes and
// backslashes.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// text reads the string whose opening quote is next. Plain strings share the memory of the source. A
// string that does not fit is empty.
func (r *Reader) text() string {
	start := r.pos + 1
	if end := plainEnd(r.src, start); end >= 0 {
		r.pos = end + 1
		return r.src[start:end]
	}
	misfits := r.misfits
	s := r.unusualText(start)
	if r.misfits != misfits {
		return ""
	}
	return s
}

// freeText is like text, for free-form data: a lenient Reader keeps the valid part.
func (r *Reader) freeText() string {
	start := r.pos + 1
	if end := plainEnd(r.src, start); end >= 0 {
		r.pos = end + 1
		return r.src[start:end]
	}
	return r.unusualText(start)
}

// plainEnd returns the position of the closing quote of a plain string that begins at start. It returns
// -1 for any other string, including one that ends with the text.
func plainEnd(s string, start int) int {
	for i := start; i <= len(s)-8; i += 8 {
		x := eight(s[i:])
		if marks := unusual(x); marks != 0 {
			first := bits.TrailingZeros64(marks) &^ 7 // the lowest bit of the first unusual byte
			if byte(x>>first) != '"' {
				return -1
			}
			return i + first/8
		}
	}
	return -1
}

// eight returns the first eight bytes of s, with the first in the lowest bits.
func eight(s string) uint64 {
	s = s[:8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// unusual sets the highest bit of the first byte that is not plain. It is 0 if all eight are plain.
func unusual(x uint64) uint64 {
	const (
		ones = 0x0101010101010101
		high = 0x80 * ones
	)
	// Each line sets the highest bit of some bytes. Bytes outside ASCII have it set, and the
	// subtractions set it by going below zero. They then borrow from the next byte, so only the first
	// mark counts.
	notASCII := x
	control := x - ' '*ones
	quote := (x ^ '"'*ones) - ones
	backslash := (x ^ '\\'*ones) - ones
	return (notASCII | control | (quote | backslash)) & high
}

// unusualText is like text, for strings with escapes or characters outside ASCII, and for wrong ones. It
// begins after the opening quote.
func (r *Reader) unusualText(start int) string {
	var b strings.Builder // the text up to and including the last escape
	done := start         // the end of the source that is in b
	for i := start; i < len(r.src); {
		switch c := r.src[i]; {
		case plain[c]:
			i++
		case c == '"':
			r.pos = i + 1
			if done == start {
				return r.src[start:i]
			}
			b.WriteString(r.src[done:i])
			return b.String()
		case c == '\\':
			char, size, want := unescape(r.src[i:])
			if want != "" {
				if char != utf8.RuneError || !r.lenient {
					r.fail(i, want, "another escape sequence")
					return ""
				}
				r.misfits++
			}
			b.WriteString(r.src[done:i])
			b.WriteRune(char)
			i += size
			done = i
		case c < ' ':
			r.fail(i, "control characters in strings escaped", "a control character")
			return ""
		default:
			char, size := utf8.DecodeRuneInString(r.src[i:])
			if char == utf8.RuneError && size == 1 {
				if r.refuse(i, "valid UTF-8", "an invalid byte"); r.err != nil {
					return ""
				}
				b.WriteString(r.src[done:i])
				b.WriteRune(char)
				done = i + 1
			}
			i += size
		}
	}
	r.fail(len(r.src), "a closing quote", "the end of the text")
	return ""
}

// unescape decodes the escape sequence at the start of s and returns the character and its size in
// bytes. If the sequence is wrong, want is what would be right. Half a surrogate pair gives U+FFFD and
// the size of the half.
func unescape(s string) (char rune, size int, want string) {
	if len(s) > 1 && s[1] == 'u' {
		return unescapeHex(s)
	}
	if len(s) > 1 {
		if i := strings.IndexByte(`"\/bfnrt`, s[1]); i >= 0 {
			return rune("\"\\/\b\f\n\r\t"[i]), 2, ""
		}
	}
	return 0, 0, `one of "\/bfnrtu after a backslash`
}

// unescapeHex is unescape for \u, which gives a UTF-16 code unit in four hexadecimal digits.
func unescapeHex(s string) (char rune, size int, want string) {
	unit, ok := hexUnit(s)
	switch {
	case !ok:
		return 0, 0, "four hexadecimal digits after \\u"
	case unit < 0xD800 || unit > 0xDFFF:
		return unit, 6, ""
	}
	low, ok := hexUnit(s[6:])
	if !ok || unit > 0xDBFF || low < 0xDC00 || low > 0xDFFF {
		return utf8.RuneError, 6, "a pair of surrogates"
	}
	return 0x10000 + (unit-0xD800)<<10 + (low - 0xDC00), 12, ""
}

func hexUnit(s string) (unit rune, ok bool) {
	if len(s) < 6 || s[:2] != `\u` {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}

// atNumber reports whether the next value begins like a number.
func (r *Reader) atNumber() bool {
	c := r.peek()
	return c == '-' || isDigit(c)
}

// number reads a number and returns its text. If there is none, it fails and returns "".
func (r *Reader) number(want string) string {
	if !r.atNumber() {
		r.unexpected(want)
		return ""
	}
	n := numberLen(r.src[r.pos:])
	if n == 0 {
		r.fail(r.pos, want, "a malformed number")
		return ""
	}
	r.pos += n
	return r.src[r.pos-n : r.pos]
}

// numberLen returns the length of the number at the start of s, 0 if there is none.
func numberLen(s string) int {
	i := 0
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++ // no digit may follow; the caller checks that
	} else if !skipDigits(s, &i) {
		return 0
	}
	if i < len(s) && s[i] == '.' {
		i++
		if !skipDigits(s, &i) {
			return 0
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !skipDigits(s, &i) {
			return 0
		}
	}
	return i
}

// skipDigits moves i past digits and reports whether there was one.
func skipDigits(s string, i *int) bool {
	start := *i
	for *i < len(s) && isDigit(s[*i]) {
		*i++
	}
	return *i > start
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
