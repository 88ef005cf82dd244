// Package address normalizes phone numbers and e-mail addresses for counting, so that all spellings
// of one address get the same key. Codes are never sent to a key.
package address

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// Phone is a phone number in the form in which it is counted.
type Phone struct {
	// Key is the same for all spellings of the number that carriers accept.
	Key string
	// Country is the ISO 3166-1 alpha-2 code of the number's country: "US". It is [International] for a
	// network without a country, and empty for an unassigned calling code.
	Country string
}

// International is the country of numbers that belong to no country, such as satellite phones.
const International = "001"

// The most and the fewest digits of a number in E.164 format. The shortest existing numbers have
// four digits after a calling code of three.
const (
	maxDigits = 15
	minDigits = 7
)

// ParsePhone parses a number in E.164 format: "+15005550006". It reports whether the number may be
// valid.
func ParsePhone(number string) (Phone, bool) {
	digits, ok := strings.CutPrefix(number, "+")
	if !ok || len(digits) < minDigits || len(digits) > maxDigits || digits[0] == '0' {
		return Phone{}, false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return Phone{}, false
		}
	}
	plan := numbering()
	// A calling code is never a prefix of another one.
	code := 1
	for code <= 3 && plan[digits[:code]].country == "" {
		code++
	}
	if code > 3 {
		return Phone{Key: digits}, true
	}
	digits = plan[digits[:code]].strip(digits, code)
	phone := Phone{Key: digits}
	for n := min(len(digits), longestPrefix); n >= code; n-- {
		if p, ok := plan[digits[:n]]; ok {
			phone.Country = p.country
			break
		}
	}
	return phone, true
}

// KnownCountry reports whether there are phone numbers of a country.
func KnownCountry(country string) bool {
	for _, p := range numbering() {
		if p.country == country {
			return true
		}
	}
	return false
}

// prefix describes the numbers that begin with some digits.
type prefix struct {
	country string
	trunks  []trunk // of a calling code
}

// trunk is a prefix that people add to a number and carriers ignore.
type trunk struct {
	digits string
	at     int // how many digits of the number come before it
	length int // of the number with the trunk prefix, without the calling code; 0 means any
}

// strip removes the digits that carriers ignore after the calling code. code is the calling
// code's length.
func (p prefix) strip(digits string, code int) string {
	for _, t := range p.trunks {
		at := code + t.at
		if len(digits) > at && strings.HasPrefix(digits[at:], t.digits) && (t.length == 0 || len(digits) == code+t.length) {
			digits = digits[:at] + digits[at+len(t.digits):]
		}
	}
	return digits
}

//go:embed numbering.txt
var numberingText string

// longestPrefix is the length of the longest prefix in the table.
const longestPrefix = 8

// numbering returns the table, by the first digits of numbers.
var numbering = sync.OnceValue(func() map[string]prefix {
	plan := make(map[string]prefix, 512)
	for line := range strings.Lines(numberingText) {
		fields := strings.Fields(line)
		if len(fields) < 2 || fields[0] == "#" {
			continue
		}
		p := prefix{country: fields[1]}
		for _, field := range fields[2:] {
			p.trunks = append(p.trunks, parseTrunk(field))
		}
		plan[fields[0]] = p
	}
	return plan
})

// parseTrunk parses "0", "8/11" or "9@2/11". It does not report errors: a test parses the whole
// embedded table.
func parseTrunk(field string) trunk {
	field, length, _ := strings.Cut(field, "/")
	digits, at, _ := strings.Cut(field, "@")
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	return trunk{digits: digits, at: number(at), length: number(length)}
}
