package stytch

import (
	"slices"
	"strings"
	"unicode"
)

// MANUAL(TypedInput)(FUNCTION)

// CleanCode makes a code of what a person typed or pasted: "482 913", "482-913", "[482913]" and the
// digits of Persian, Arabic or full-width keyboards all become "482913". Other characters stay, so
// that a wrong input is still refused, by the client before anything is sent.
func CleanCode(typed string) string {
	return strings.NewReplacer("(", "", ")", "").Replace(clean(typed, ""))
}

// CleanPhoneNumber makes a phone number in E.164 format of what a person typed: spaces, dashes, dots,
// slashes and brackets go, so that "+1 (500) 555-0006" becomes "+15005550006". A number without a plus
// sign and country code stays without, and is refused by the client before anything is sent.
//
// A zero in parentheses behind the country code, as in "+44 (0) 20 7946 0958", is for callers from
// within the country, and left out. In countries such as Italy it is a part of the number, and stays:
// "+39 (0)6 1234567" becomes "+39061234567".
func CleanPhoneNumber(typed string) string {
	number := clean(typed, dots)
	if before, after, found := strings.Cut(number, "(0)"); found {
		if country, ok := countryCode(before); ok && !slices.Contains(zeroCountries, country) {
			number = before + after
		}
	}
	return strings.NewReplacer("(", "", ")", "").Replace(number)
}

// zeroCountries are the codes of the countries that know no trunk prefix, and where the numbers of
// people begin with a zero: Italy with the Vatican, Côte d'Ivoire, Burkina Faso, Benin, the Congo
// (Brazzaville), San Marino and Tajikistan. Source: the national numbering plans that the ITU publishes.
var zeroCountries = []string{"39", "225", "226", "229", "242", "378", "992"}

// countryCode returns the country code if number is one and nothing else: "+44", "(+44)".
func countryCode(number string) (string, bool) {
	code, ok := strings.CutPrefix(strings.NewReplacer("(", "", ")", "").Replace(number), "+")
	return code, ok && 1 <= len(code) && len(code) <= 3 && strings.Trim(code, "0123456789") == ""
}

const (
	// dots are the dots and slashes that people put between the parts of a phone number.
	dots = "./\u00b7\u2022\u2024\u2027\u2044\u2215\u2219\u22c5\u30fb\u3002\ufe52\uff0e\uff0f\uff61\uff65"
	// dashes are what keyboards have for dashes and Unicode does not call so: minus signs, the long
	// vowel of Japanese, lines.
	dashes = "\u02d7\u2043\u207b\u208b\u2212\u2500\u2501\u2796\u30fc\uff70"
	// pluses are the plus signs beside that of ASCII.
	pluses = "\u207a\u208a\u2795\ufe62\uff0b"
)

// clean leaves out white space, what cannot be seen, dashes and more separators, and makes digits,
// brackets and the plus sign those of ASCII.
func clean(typed, separators string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case '0' <= r && r <= '9':
			return r
		case unicode.In(r, unicode.White_Space, unicode.Cf, unicode.Me, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point),
			unicode.Is(unicode.Pd, r), strings.ContainsRune(dashes, r), strings.ContainsRune(separators, r):
			return -1
		case unicode.Is(unicode.Ps, r):
			return '('
		case unicode.Is(unicode.Pe, r):
			return ')'
		case strings.ContainsRune(pluses, r):
			return '+'
		}
		return digit(r)
	}, typed)
}

// digit makes a decimal digit of any script that of ASCII. Unicode has the ten of a script in order,
// and begins each run of scripts with a zero.
func digit(r rune) rune {
	for _, run := range unicode.Nd.R16 {
		if rune(run.Lo) <= r && r <= rune(run.Hi) {
			return '0' + (r-rune(run.Lo))%10
		}
	}
	for _, run := range unicode.Nd.R32 {
		if rune(run.Lo) <= r && r <= rune(run.Hi) {
			return '0' + (r-rune(run.Lo))%10
		}
	}
	return r
}

// ENDMANUAL(TypedInput)
