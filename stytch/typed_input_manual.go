package stytch

import (
	"slices"
	"strings"
	"unicode"
)

// MANUAL(TypedInput)(FUNCTION)

// CleanCode returns the code in what a person typed or pasted. "482 913", "482-913", "[482913]" and the
// digits of Persian, Arabic or full-width keyboards all become "482913". Other characters stay, so that
// the client still rejects wrong input before it is sent.
func CleanCode(typed string) string {
	return strings.NewReplacer("(", "", ")", "").Replace(clean(typed, ""))
}

// CleanPhoneNumber returns what a person typed as a phone number in E.164 format. It removes spaces,
// dashes, dots, slashes and brackets, so that "+1 (500) 555-0006" becomes "+15005550006". It does not
// add a missing country code; the client rejects such a number before it is sent.
//
// A zero in parentheses after the country code, as in "+44 (0) 20 7946 0958", is only dialed within the
// country and is removed. In countries such as Italy it is part of the number and stays: "+39 (0)6
// 1234567" becomes "+39061234567".
func CleanPhoneNumber(typed string) string {
	number := clean(typed, dots)
	if before, after, found := strings.Cut(number, "(0)"); found {
		if country, ok := countryCode(before); ok && !slices.Contains(zeroCountries, country) {
			number = before + after
		}
	}
	return strings.NewReplacer("(", "", ")", "").Replace(number)
}

// zeroCountries are the codes of countries without a trunk prefix whose subscriber numbers can begin
// with a zero: Italy with the Vatican, Côte d'Ivoire, Burkina Faso, Benin, the Congo (Brazzaville), San
// Marino and Tajikistan. Source: the national numbering plans that the ITU publishes.
var zeroCountries = []string{"39", "225", "226", "229", "242", "378", "992"}

// countryCode returns the country code if number is one and nothing else: "+44", "(+44)".
func countryCode(number string) (string, bool) {
	code, ok := strings.CutPrefix(strings.NewReplacer("(", "", ")", "").Replace(number), "+")
	return code, ok && 1 <= len(code) && len(code) <= 3 && strings.Trim(code, "0123456789") == ""
}

const (
	// dots are the dots and slashes that people put between the parts of a phone number.
	dots = "./\u00b7\u2022\u2024\u2027\u2044\u2215\u2219\u22c5\u30fb\u3002\ufe52\uff0e\uff0f\uff61\uff65"
	// dashes are characters that keyboards use for dashes but Unicode does not class as such: minus
	// signs, the Japanese long vowel mark, lines.
	dashes = "\u02d7\u2043\u207b\u208b\u2212\u2500\u2501\u2796\u30fc\uff70"
	// pluses are the plus signs outside ASCII.
	pluses = "\u207a\u208a\u2795\ufe62\uff0b"
)

// clean removes white space, invisible characters, dashes and separators, and replaces digits, brackets
// and plus signs with those of ASCII.
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

// digit replaces a decimal digit of any script with the ASCII one. In Unicode, the ten digits of a
// script are in order, and each run of scripts begins with a zero.
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
