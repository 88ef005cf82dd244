package stytch

import (
	"strings"
	"unicode"
)

// MANUAL(TypedInput)(FUNCTION)

// CleanCode makes a code of what a person typed or pasted: "482 913", "482-913" and the digits of
// Persian, Arabic or full-width keyboards all become "482913". Other characters stay, so that a
// wrong input is still refused, by the client before anything is sent.
func CleanCode(typed string) string {
	return clean(typed, "-\u2010\u2011\u2012\u2013")
}

// CleanPhoneNumber makes a phone number in E.164 format of what a person typed:
// "+1 (500) 555-0006" becomes "+15005550006". It knows no countries: a number without a plus sign
// and country code stays without, and is refused by the client before anything is sent.
//
// A zero in parentheses behind the country code, as in "+44 (0) 20 7946 0958", is for callers from
// within the country, and left out.
func CleanPhoneNumber(typed string) string {
	number := clean(typed, "-./\u2010\u2011\u2012\u2013")
	if strings.Contains(number, "+") {
		number = strings.Replace(number, "(0)", "", 1)
	}
	return strings.NewReplacer("(", "", ")", "").Replace(number)
}

// zeros begin the ten digits of scripts whose keyboards type them.
var zeros = []rune{
	'\u0660', // Arabic
	'\u06f0', // Persian
	'\u0966', // Devanagari
	'\u09e6', // Bengali
	'\u0e50', // Thai
	'\uff10', // full-width, of Chinese and Japanese keyboards
}

// clean leaves out white space, invisible characters and separators, and makes
// digits and the plus sign those of ASCII.
func clean(typed, separators string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), strings.ContainsRune(separators, r):
			return -1
		case r == '\uff0b':
			return '+'
		}
		for _, zero := range zeros {
			if zero <= r && r <= zero+9 {
				return '0' + r - zero
			}
		}
		return r
	}, typed)
}

// ENDMANUAL(TypedInput)
