package stytch_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stytchgen/sdk/stytch"
)

func TestCleanCode(t *testing.T) {
	tests := map[string]string{
		"482913": "482913", " 482 913\n": "482913", "482-913": "482913", "482\u2013913": "482913",
		"\u202a482\u00a0913\u202c": "482913", "４８２９１３": "482913", "۴۸۲۹۱۳": "482913", "٤٨٢٩١٣": "482913",
		"48291a": "48291a", "": "", "48.2913": "48.2913",
		"482\u2212913": "482913", "482\u2015913": "482913", "482\uff0d913": "482913", "４８２ー９１３": "482913", "482\u301c913": "482913", "482\u2500913": "482913",
		"（４８２９１３）": "482913", "[482 913]": "482913", "【482913】": "482913", "\u300c482913\u300d": "482913",
		"4\ufe0f\u20e38\ufe0f\u20e3": "48", "\U0001d7ce\U0001d7d9\U0001d7ec\U0001d7ff": "0109", "\u0ce6\u0d67\u1042": "012", "482\u00ad913": "482913", "\u3164482913": "482913",
		"482+913": "482+913", "48291O": "48291O", "\u2460482913": "\u2460482913", "+": "+",
	}
	for typed, want := range tests {
		if got := stytch.CleanCode(typed); got != want {
			t.Errorf("CleanCode(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestCleanPhoneNumber(t *testing.T) {
	tests := map[string]string{
		"+1 (500) 555-0006": "+15005550006", "+1.500.555.0006": "+15005550006", "＋１５００５５５０００６": "+15005550006",
		"500 555 0006": "5005550006", "+49 (0)30/123": "+4930123", "+44 (0) 20 7946 0958": "+442079460958", "(+44) (0)20": "+4420",
		"+1 (005) 55": "+100555", "(0)30 123": "030123", "+1500abc": "+1500abc",
		"＋１（５００）５５５－０００６": "+15005550006", "+1．500．555．0006": "+15005550006", "+81 90ー1234ー5678": "+819012345678", "+81・90・1234・5678": "+819012345678",
		"\u207a1 500\u2212555\u22120006": "+15005550006", "+1 [500] {555} 0006": "+15005550006", "+1\u2044500\uff0f555": "+1500555", "\ufe621 500": "+1500", "+٤٩ ٣٠": "+4930",
		// The zero in parentheses is removed in every form, but only there.
		"＋４９（０）３０": "+4930", "+44 [0] 20": "+4420", "+49 ( 0 ) 30": "+4930", "+(44) (0)20": "+4420", "+7 (0) 495": "+7495", "+420 (0) 2": "+4202",
		"+44 20 (0) 7946": "+442007946", "+44 (0) 20 (0) 1": "+442001", "(0) +44 20": "0+4420", "+ (0) 20": "+020", "+1234 (0) 5": "+123405",
		// A zero that is part of the number stays.
		"+39 (0)6 1234567": "+39061234567", "+39 06 1234567": "+39061234567", "(+39) (0)2 123": "+3902123", "+378 (0)549 886377": "+3780549886377",
		"+225 (0)7 12 34 56 78": "+2250712345678", "+226 (0)7 12 34 56": "+22607123456", "+229 (0)1 95 12 34 56": "+2290195123456",
		"+242 (0)6 123 4567": "+242061234567", "+992 (0)5 964 2440": "+992059642440", "＋３９（０）６": "+3906",
	}
	for typed, want := range tests {
		if got := stytch.CleanPhoneNumber(typed); got != want {
			t.Errorf("CleanPhoneNumber(%q) = %q, want %q", typed, got, want)
		}
	}
}

// FuzzTypedInput checks that cleaning clean input changes nothing, and that the result has no separators
// and only ASCII digits.
func FuzzTypedInput(f *testing.F) {
	for _, typed := range []string{"482 913", "+44 (0) 20 7946 0958", "＋３９（０）６", "\xff(0)\U0001d7d8", "((0)+1(0)"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for name, clean := range map[string]func(string) string{"CleanCode": stytch.CleanCode, "CleanPhoneNumber": stytch.CleanPhoneNumber} {
			got := clean(typed)
			if again := clean(got); again != got {
				t.Errorf("%s makes %q of %q, and %q of that", name, got, typed, again)
			}
			for _, r := range got {
				if unicode.In(r, unicode.White_Space, unicode.Pd, unicode.Ps, unicode.Pe, unicode.Cf) || unicode.Is(unicode.Nd, r) && r > '9' {
					t.Errorf("%s leaves %q in %q", name, r, got)
				}
			}
			if plain := strings.Trim(typed, "+0123456789") == ""; plain && got != typed {
				t.Errorf("%s makes %q of %q", name, got, typed)
			}
		}
	})
}
