package wire

import (
	"strconv"
	"strings"
	"time"
)

// String reads a string. It is "" for null.
func (r *Reader) String() string {
	if r.peek() == '"' {
		return r.text()
	}
	r.none("a string")
	return ""
}

// Int reads an integer: a number without a fraction or exponent that fits into an int. It is 0 for null.
func (r *Reader) Int() int {
	if !r.atNumber() {
		r.none("an integer")
		return 0
	}
	offset := r.pos
	s := r.number("an integer")
	n, err := strconv.Atoi(s)
	switch {
	case err == nil || s == "":
		return n
	case strings.ContainsAny(s, ".eE"):
		r.refuse(offset, "an integer", "a number with a fraction or an exponent")
	default:
		r.refuse(offset, "an integer of at most "+strconv.Itoa(strconv.IntSize)+" bits", "a larger one")
	}
	return 0
}

// Float reads a number. It is 0 for null.
func (r *Reader) Float() float64 {
	if !r.atNumber() {
		r.none("a number")
		return 0
	}
	offset := r.pos
	s := r.number("a number")
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && s != "" {
		r.refuse(offset, "a number that a float64 can hold", "a larger one")
		return 0
	}
	return f
}

// Bool reads a boolean. It is false for null.
func (r *Reader) Bool() bool {
	if c := r.peek(); c != 't' && c != 'f' {
		r.none("a boolean")
		return false
	}
	return r.literal()
}

// literal reads the boolean whose first letter is next.
func (r *Reader) literal() bool {
	switch rest := r.src[r.pos:]; {
	case strings.HasPrefix(rest, "true"):
		r.pos += len("true")
		return true
	case strings.HasPrefix(rest, "false"):
		r.pos += len("false")
	default:
		r.unexpected("a boolean")
	}
	return false
}

// Time reads a string with a time in the format of RFC 3339, which allows small letters and leap
// seconds. A leap second becomes the first second of the next minute. It is the zero Time for null.
func (r *Reader) Time() time.Time {
	if r.peek() != '"' {
		r.none("a string with a time")
		return time.Time{}
	}
	offset := r.pos
	s := r.text()
	if s == r.timeText && s != "" {
		return r.time
	}
	t, ok := parseTime(s)
	if !ok {
		r.refuse(offset, "a time in the format of RFC 3339", "another string")
		return time.Time{}
	}
	r.timeText, r.time = s, t
	return t
}

// parseTime reads a time in the format of RFC 3339.
func parseTime(s string) (t time.Time, ok bool) {
	if t, ok = parseUsualTime(s); ok {
		return t, true
	}
	if t, ok = parseStrictTime(s); ok {
		return t, true
	}
	return parseRareTime(s)
}

// IsUsualTime reports whether s is a time in the usual form of RFC 3339: with capitals and without a
// leap second.
func IsUsualTime(s string) bool {
	_, ok := parseStrictTime(s)
	return ok
}

// parseStrictTime is time.Parse without forms that RFC 3339 does not allow: an hour of one digit, a
// comma before the fraction, an offset of a day or more.
func parseStrictTime(s string) (t time.Time, ok bool) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || s[len("2006-01-02T15")] != ':' || s[len("2006-01-02T15:04:05")] == ',' {
		return time.Time{}, false
	}
	if zone := s[len(s)-len("07:00"):]; !strings.HasSuffix(s, "Z") && (zone[:2] > "23" || zone[3:] > "59") {
		return time.Time{}, false
	}
	return t, true
}

// parseRareTime accepts the forms of RFC 3339 that time.Parse does not: a small t or z, and a leap
// second at the end of a day in UTC.
func parseRareTime(s string) (t time.Time, ok bool) {
	const date, minute, second = len("2006-01-02"), len("2006-01-02T15:04:"), len("2006-01-02T15:04:05")
	if len(s) <= second {
		return time.Time{}, false
	}
	if s[date] == 't' {
		s = s[:date] + "T" + s[date+1:]
	}
	if zone, small := strings.CutSuffix(s, "z"); small {
		s = zone + "Z"
	}
	leap := s[minute:second] == "60"
	if leap {
		s = s[:minute] + "59" + s[second:]
	}
	if t, ok = parseStrictTime(s); !ok || !leap {
		return t, ok
	}
	if utc := t.UTC(); utc.Hour() != 23 || utc.Minute() != 59 {
		return time.Time{}, false
	}
	return t.Add(time.Second), true
}

// parseUsualTime is a fast parseTime for times in UTC and whole seconds, as the service writes them. It
// rejects days that some months do not have.
func parseUsualTime(s string) (t time.Time, ok bool) {
	const usual = "2006-01-02T15:04:05Z"
	if len(s) != len(usual) || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[19] != 'Z' {
		return time.Time{}, false
	}
	century, year := twoDigits(s[0:2]), twoDigits(s[2:4])
	month, day := twoDigits(s[5:7]), twoDigits(s[8:10])
	hour, minute, second := twoDigits(s[11:13]), twoDigits(s[14:16]), twoDigits(s[17:19])
	if century|year|hour|minute|second < 0 || hour > 23 || minute > 59 || second > 59 ||
		month < 1 || month > 12 || day < 1 || day > 28 {
		return time.Time{}, false
	}
	return time.Date(100*century+year, time.Month(month), day, hour, minute, second, 0, time.UTC), true
}

// twoDigits returns the number that is written as s, -1 if it is not one.
func twoDigits(s string) int {
	tens, ones := int(s[0])-'0', int(s[1])-'0'
	if tens < 0 || tens > 9 || ones < 0 || ones > 9 {
		return -1
	}
	return 10*tens + ones
}

// StringPtr reads a string. It is nil for null.
func (r *Reader) StringPtr() *string { return readInto(&r.strings, r, (*Reader).String) }

// IntPtr reads an integer, as Int does. It is nil for null.
func (r *Reader) IntPtr() *int { return readScalar(r, (*Reader).Int) }

// FloatPtr reads a number. It is nil for null.
func (r *Reader) FloatPtr() *float64 { return readScalar(r, (*Reader).Float) }

// BoolPtr reads a boolean. It is nil for null.
func (r *Reader) BoolPtr() *bool { return readScalar(r, (*Reader).Bool) }

// TimePtr reads a time, as Time does. It is nil for null.
func (r *Reader) TimePtr() *time.Time { return readInto(&r.times, r, (*Reader).Time) }

// A block has room for the values of several pointers and short lists, in one allocation. Answers have
// many optional strings and times, which are kept or dropped together. A block belongs to one text, so
// that no pointer keeps a value of another text alive.
type block[T any] []T

// blockSize is the number of values in an allocation.
const blockSize = 8

// pointer returns a pointer to v, which shares no memory with other pointers.
func (b *block[T]) pointer(v T) *T {
	if len(*b) == cap(*b) {
		*b = make([]T, 0, blockSize)
	}
	*b = append(*b, v)
	return &(*b)[len(*b)-1]
}

// readInto is like readScalar, with the value in a block.
func readInto[T any](b *block[T], r *Reader, read func(*Reader) T) *T {
	if r.null() {
		return nil
	}
	misfits := r.misfits
	v := read(r)
	if r.misfits != misfits {
		return nil
	}
	return b.pointer(v)
}

func readScalar[T any](r *Reader, read func(*Reader) T) *T {
	if r.null() {
		return nil
	}
	misfits := r.misfits
	v := read(r)
	if r.misfits != misfits {
		return nil
	}
	return &v
}
