package redact

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestScrub(t *testing.T) {
	tests := []struct {
		name    string
		text    string
		secrets []string
		want    string
	}{
		{"nothing", "The code is not valid.", nil, "The code is not valid."},
		{"empty", "", []string{"a"}, ""},
		{"empty secret", "abc", []string{""}, "abc"},
		{"secret", "code 482913 is wrong", []string{"482913"}, "code [redacted] is wrong"},
		{"secret twice", "482913 482913", []string{"482913"}, "[redacted] [redacted]"},
		{"secret within a word", "x482913y", []string{"482913"}, "x[redacted]y"},
		{"secrets that overlap", "xabcdefgx", []string{"abcde", "defg"}, "x[redacted]x"},
		{"secret in another", "abcdefg", []string{"cde", "abcdefg"}, "[redacted]"},
		{"secret that repeats itself", "xababababx", []string{"abab"}, "x[redacted]x"},
		{"secrets side by side", "abcdwxyz", []string{"abcd", "wxyz"}, "[redacted]"},
		{"short secret as a word", "level 5, not 15", []string{"5"}, "level [redacted], not 15"},
		{"short secret at both ends", "5 of 5", []string{"5"}, "[redacted] of [redacted]"},
		{"whole text", "482913", []string{"482913"}, "[redacted]"},

		{"phone number in a query", "to=%2B15005550006", []string{"+15005550006"}, "to=[redacted]"},
		{"phone number as some encoders write it", `"\u002b15005550006"`, []string{"+15005550006"}, `"\u002b[redacted]"`},
		{"phone number glued to a word", "n15005550006-x", []string{"+15005550006"}, "n[redacted]-x"},
		{"token in a query", "token=a%2Fb%2Bc%3D&x=1", []string{"a/b+c="}, "token=[redacted]&x=1"},
		{"text with quotes in JSON", `say \"hush hush\"`, []string{`"hush hush"`}, "say [redacted]"},
		{"code in two halves", "482 913, 482-913", []string{"482913"}, "[redacted], [redacted]"},
		{"e-mail address", "no user ada@example.com.", nil, "no user [redacted]."},
		{"e-mail address with a tag", "<ada.b+c@mail.example.co.uk>", nil, "<[redacted]>"},
		{"e-mail address of another script", "für jörg@bücher.example!", nil, "für [redacted]!"},
		{"e-mail address in a URL", "GET /users?email=ada%40example.com&x=1", nil, "GET [redacted]&x=1"},
		{"e-mail addresses", "a@b.c,d@e.f", nil, "[redacted],[redacted]"},
		{"an @ alone", "at @ 5, @x, x@", nil, "at @ 5, @x, x@"},

		{"phone number", "+15005550006 is not mobile", nil, "[redacted] is not mobile"},
		{"phone number with separators", "call +1 (500) 555-0006.", nil, "call [redacted]."},
		{"phone number without a plus", "number 15005550006, please", nil, "number [redacted], please"},
		{"phone number in a URL", "?to=%2B15005550006", nil, "?to=%2B[redacted]"},
		{"limits", "between 5 and 527040 minutes", nil, "between 5 and 527040 minutes"},
		{"sum", "1 + 2, +49", nil, "1 + 2, +49"},
		{"address of a host", "dial tcp 127.0.0.1:34567: connection refused", nil, "dial tcp 127.0.0.1:34567: connection refused"},
		{"id", "user-test-01234567890-4222-8333-012345678901", nil, "user-test-01234567890-4222-8333-012345678901"},
		{"uuid of digits", "request-id-test-11111111-1111-4222-8333-444444444444", nil,
			"request-id-test-11111111-1111-4222-8333-444444444444"},

		{"JWT", "bad token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln.", nil, "bad token [redacted]."},
		{"no JWT", "eyJust a word", nil, "eyJust a word"},
		{"project secret", "used secret-test-AbC_d-9=", nil, "used [redacted]="},
		{"live project secret", "(secret-live-AbC)", nil, "([redacted])"},
		{"word with secret", "secret-tests", nil, "secret-tests"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Scrub(tt.text, tt.secrets); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestScrubLongText finds a secret in the middle of long texts that were made to be slow: with
// quadratic time the test would not come to an end.
func TestScrubLongText(t *testing.T) {
	const secret = "swordfish"
	for _, unit := range []string{"a", "@", "a@", "%40", "+", "+1", "+ ", "1", "1-", "1.", "eyJ", "eyJ.", ".eyJ", "eyJ-", "secret-test-", "é"} {
		t.Run(unit, func(t *testing.T) {
			half := strings.Repeat(unit, 1<<17/len(unit))
			got := Scrub(half+" "+secret+" "+half, []string{secret, strings.Repeat("a", 1000)})
			if strings.Contains(got, secret) || !strings.Contains(got, Mark) {
				t.Errorf("the secret is not redacted in a text of %d bytes", 2*len(half))
			}
		})
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("code 482913 for ada@example.com", "482913")
	f.Add("+1 500 555 0006 eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "eyJh")
	f.Add("secret-test-x %40", "5")
	f.Fuzz(func(t *testing.T, text, secret string) {
		got := Scrub(text, []string{secret})
		if len(secret) >= shortSecret && !strings.Contains(Mark, secret) {
			for piece := range strings.SplitSeq(got, Mark) {
				if strings.Contains(piece, secret) {
					t.Errorf("%q is left in %q", secret, got)
				}
			}
		}
		if utf8.ValidString(text) && utf8.ValidString(secret) && !utf8.ValidString(got) {
			t.Errorf("%q became invalid: %q", text, got)
		}
	})
}
