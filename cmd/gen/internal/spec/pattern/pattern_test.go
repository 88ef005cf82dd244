package pattern

import (
	"reflect"
	"regexp"
	"testing"

	"github.com/stytchgen/sdk/internal/validate"
)

func TestPattern(t *testing.T) {
	tests := []struct {
		expr string
		want []validate.Step
	}{
		{`^\+[1-9][0-9]{1,14}$`, []validate.Step{
			{Ranges: [][2]rune{{'+', '+'}}, Min: 1, Max: 1},
			{Ranges: [][2]rune{{'1', '9'}}, Min: 1, Max: 1},
			{Ranges: [][2]rune{{'0', '9'}}, Min: 1, Max: 14},
		}},
		{`^[0-9]{6}$`, []validate.Step{{Ranges: [][2]rune{{'0', '9'}}, Min: 6, Max: 6}}},
		{`^\d{6}\z`, []validate.Step{{Ranges: [][2]rune{{'0', '9'}}, Min: 6, Max: 6}}},
		{`^[^@\s]+@[^@\s]+$`, []validate.Step{
			{Ranges: [][2]rune{{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}, {'@', '@'}}, Negate: true, Min: 1, Max: -1},
			{Ranges: [][2]rune{{'@', '@'}}, Min: 1, Max: 1},
			{Ranges: [][2]rune{{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}, {'@', '@'}}, Negate: true, Min: 1, Max: -1},
		}},
		{`^.*$`, []validate.Step{{Ranges: [][2]rune{{'\n', '\n'}}, Negate: true, Min: 0, Max: -1}}},
		{`^(?s:.?)$`, []validate.Step{{Negate: true, Min: 0, Max: 1}}},
		{`^a-b*$`, []validate.Step{
			{Ranges: [][2]rune{{'a', 'a'}}, Min: 1, Max: 1},
			{Ranges: [][2]rune{{'-', '-'}}, Min: 1, Max: 1},
			{Ranges: [][2]rune{{'b', 'b'}}, Min: 0, Max: -1},
		}},
		{`^[Kk]x?$`, []validate.Step{{Ranges: [][2]rune{{'K', 'K'}, {'k', 'k'}}, Min: 1, Max: 1}, {Ranges: [][2]rune{{'x', 'x'}}, Min: 0, Max: 1}}},
		{`^(?i)k$`, []validate.Step{{Ranges: [][2]rune{{'K', 'K'}, {'k', 'k'}, {'\u212a', '\u212a'}}, Min: 1, Max: 1}}},
		{`^(?:x|y){2,}$`, []validate.Step{{Ranges: [][2]rune{{'x', 'y'}}, Min: 2, Max: -1}}},
		{`^[a-z][a-z]*[a-z]{2,3}$`, []validate.Step{{Ranges: [][2]rune{{'a', 'z'}}, Min: 3, Max: -1}}},
		{`^[a-z]?[a-z]{2,3}$`, []validate.Step{{Ranges: [][2]rune{{'a', 'z'}}, Min: 2, Max: 4}}},
		{`^é[а-я]$`, []validate.Step{{Ranges: [][2]rune{{'é', 'é'}}, Min: 1, Max: 1}, {Ranges: [][2]rune{{'а', 'я'}}, Min: 1, Max: 1}}},
		{`^$`, nil},
	}
	for _, test := range tests {
		t.Run(test.expr, func(t *testing.T) {
			p, err := Compile(test.expr)
			if err != nil {
				t.Fatal(err)
			}
			if want := (validate.Pattern{Source: test.expr, Steps: test.want}); !reflect.DeepEqual(p, want) {
				t.Errorf("got  %+v\nwant %+v", p, want)
			}
		})
	}
}

func TestPatternErrors(t *testing.T) {
	tests := []struct {
		name string
		expr string
		want string
	}{
		{"class that does not end", `^[a$`, "[a$ begins a class that does not end"},
		{"group that does not end", `^(a$`, "^(a$ has a group that does not end"},
		{"end of no group", `^a)$`, "^a)$ has a ) without a ("},
		{"looking ahead", `^(?=a)b$`, "(?= is not supported; neither are other lookarounds, named groups and flags"},
		{"looking behind", `^(?<!a)b$`, "(?<!a)b$ is not supported; neither are other lookarounds, named groups and flags"},
		{"reference back", `^a\1$`, `\1 is no escape sequence`},
		{"escape of nothing", `^a\`, "it ends with a backslash that escapes nothing"},
		{"range the other way", `^[z-a]$`, "z-a is not a range or a named class of characters"},
		{"count of nothing", `^{2}$|+`, "+ is a count of nothing"},
		{"count of a count", `^a**$`, "** is a count of a count"},
		{"count that is too large", `^a{1001}$`, "{1001} is no count: the largest is 1000, and the first is not above the second"},
		{"unknown class", `^[[:nobody:]]$`, "[:nobody:] is not a range or a named class of characters"},
		{"empty", ``, `must begin with ^`},
		{"no start", `[0-9]$`, `must begin with ^`},
		{"no end", `^[0-9]`, `must end with $`},
		{"start of a line", `(?m)^[0-9]$`, `must begin with ^`},
		{"alternatives", `^aa$|^bb$`, `alternatives are not supported: write one sequence of classes with counts`},
		{"alternatives inside", `^(?:aa|bb)$`,
			`aa|bb is not supported: write a class of characters, with a count if need be`},
		{"group", `^a(bc)$`, `group (bc) is not supported: write a sequence of classes with counts`},
		{"repeated group", `^(a-)+$`, `group (a-) is not supported: write a sequence of classes with counts`},
		{"repeated sequence", `^(?:ab){2}$`,
			`ab is not supported: write a class of characters, with a count if need be`},
		{"repeated count", `^(?:a{2})*$`,
			`a{2} is not supported: write a class of characters, with a count if need be`},
		{"word boundary", `^a\b$`, `\b is not supported: write a class of characters, with a count if need be`},
		{"second start", `^^a$`, `\A is not supported: write a class of characters, with a count if need be`},
		{"no character", `^[^\x00-\x{10FFFF}]$`, `[^\x00-\x{10FFFF}] matches no character`},
		{"surrogates", `^[^\x{D800}-\x{DFFF}]$`, `[^\x{d800}-\x{dfff}] has a range that begins or ends at the surrogates, U+D7FF to U+E000`},
		{"surrogate among characters", `^a\x{D800}b$`, `\x{d800} has a range that begins or ends at the surrogates, U+D7FF to U+E000`},
		{"overlap", `^[a-z0-9]+[0-9]$`, `[0-9a-z] and [0-9], which may follow it, have '0' in common: give the first a fixed count or make them differ`},
		{"overlap beyond an optional step", `^[a-z]*-?[m-q]$`, `[a-z] and [m-q], which may follow it, have 'm' in common: give the first a fixed count or make them differ`},
		{"optional before itself", `^a?b*a$`, `a and a, which may follow it, have 'a' in common: give the first a fixed count or make them differ`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := Compile(test.expr)
			if err == nil {
				t.Fatalf("no error for %+v", p)
			}
			if err.Error() != test.want {
				t.Errorf("got  %s\nwant %s", err, test.want)
			}
		})
	}
}

// matches are expressions and strings that match them, or nearly do.
var matches = []struct {
	expr    string
	strings []string
}{
	{`^\+[1-9][0-9]{1,14}$`, []string{"", "+", "+1", "+15005550006", "15005550006", "+05005550006", "+1234567890123456",
		"+123456789012345", "+1500555000a", "+15005550006\n", " +15005550006", "+1５００"}},
	{`^[0-9]{6}$`, []string{"", "48291", "482913", "4829130", "48291a", "482913\n"}},
	{`^[^@\s]+@[^@\s]+$`, []string{"", "@", "a@", "@a", "a@b", "ada@example.com", "a@b@c", "a b@c", "é@ü", "a@\xff", "\xff@b\n", "\u00a0@b"}},
	{`^.*$`, []string{"", "a\nb", "a\rb", "\xff"}},
	{`^(?i)[a-h]{2,3}-?k$`, []string{"abk", "ab-K", "ABC-\u212a", "k", "nbk"}},
	{`^[^a-z]{2}x?$`, []string{"12", "1\U0010FFFF", "12x", "1\xffx", "1x", "\x00\x00"}},
	{`^[a-z]*[0-9]*[A-Z]*$`, []string{"", "a", "0", "A", "a0A", "A0", "aA", "aa00AA!"}},
	{`^[\x{E001}-\x{10FFFF}]?$`, []string{"", "\U0001F600", "\ue001", "\ue000", "\xff"}},
	{`^x{0}y{0,2}$`, []string{"", "x", "y", "yy", "yyy"}},
}

func TestMatchAgreesWithRegexp(t *testing.T) {
	for _, m := range matches {
		p, err := Compile(m.expr)
		if err != nil {
			t.Error(err)
			continue
		}
		re := regexp.MustCompile(m.expr)
		for _, s := range m.strings {
			if got, want := p.Match(s), re.MatchString(s); got != want {
				t.Errorf("%s, %q: got %v, want %v", m.expr, s, got, want)
			}
		}
	}
}

// FuzzMatchAgainstRegexp checks that whatever compiles matches as package regexp does.
func FuzzMatchAgainstRegexp(f *testing.F) {
	for _, m := range matches {
		for _, s := range m.strings {
			f.Add(m.expr, s)
		}
	}
	f.Add(`^[a-z0-9]+[0-9]$`, "a1")
	f.Fuzz(func(t *testing.T, expr, s string) {
		p, err := Compile(expr)
		if err != nil {
			return
		}
		re, err := regexp.Compile(expr)
		if err != nil {
			t.Fatalf("regexp does not compile it: %v", err)
		}
		if got, want := p.Match(s), re.MatchString(s); got != want {
			t.Errorf("got %v, want %v from %+v", got, want, p)
		}
	})
}

func TestWidens(t *testing.T) {
	tests := []struct {
		from, to string
		want     bool
	}{
		{`^[0-9]{6}$`, `^[0-9]{6}$`, true},
		{`^[0-9]{6}$`, `^[0-9]{6,8}$`, true},
		{`^[0-9]{6,8}$`, `^[0-9]{6}$`, false},
		{`^[0-9]{6}$`, `^[0-9]{4,}$`, true},
		{`^[0-9]{4,}$`, `^[0-9]{4,9}$`, false},
		{`^[0-9]{6}$`, `^[0-9a-f]{6}$`, true},
		{`^[0-9a-f]{6}$`, `^[0-9]{6}$`, false},
		{`^\+[0-9]{6}$`, `^[0-9]{6}$`, false},
		{`^[^@]+$`, `^[^@#]+$`, false},
		{`^[^@#]+$`, `^[^@]+$`, true},
		{`(`, `^[0-9]$`, false},
		{`^[0-9]$`, `(`, false},
	}
	for _, test := range tests {
		if got := Widens(test.from, test.to); got != test.want {
			t.Errorf("Widens(%s, %s) = %t", test.from, test.to, got)
		}
	}
}
