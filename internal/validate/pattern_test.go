package validate

import "testing"

func TestPatternMatch(t *testing.T) {
	tests := []struct {
		name  string
		steps []Step
		s     string
		want  bool
	}{
		{"nothing", nil, "", true},
		{"more than nothing", nil, "a", false},
		{"exact count", []Step{{Ranges: [][2]rune{{'0', '9'}}, Min: 2, Max: 2}}, "42", true},
		{"one too few", []Step{{Ranges: [][2]rune{{'0', '9'}}, Min: 2, Max: 2}}, "4", false},
		{"one too many", []Step{{Ranges: [][2]rune{{'0', '9'}}, Min: 2, Max: 2}}, "427", false},
		{"no limit", []Step{{Ranges: [][2]rune{{'0', '9'}}, Min: 1, Max: -1}}, "1234567890", true},
		{"no limit, none", []Step{{Ranges: [][2]rune{{'0', '9'}}, Min: 1, Max: -1}}, "", false},
		{"optional", []Step{{Ranges: [][2]rune{{'-', '-'}}, Max: 1}, {Ranges: [][2]rune{{'0', '9'}}, Min: 1, Max: 1}}, "4", true},
		{"at most none", []Step{{Ranges: [][2]rune{{'0', '9'}}, Max: 0}}, "", true},
		{"at most none, one", []Step{{Ranges: [][2]rune{{'0', '9'}}, Max: 0}}, "4", false},
		{"second range", []Step{{Ranges: [][2]rune{{'0', '9'}, {'a', 'z'}}, Min: 1, Max: 1}}, "m", true},
		{"between ranges", []Step{{Ranges: [][2]rune{{'0', '9'}, {'a', 'z'}}, Min: 1, Max: 1}}, "A", false},
		{"negated", []Step{{Ranges: [][2]rune{{'0', '9'}, {'a', 'z'}}, Negate: true, Min: 1, Max: 1}}, "A", true},
		{"negated, in the class", []Step{{Ranges: [][2]rune{{'0', '9'}, {'a', 'z'}}, Negate: true, Min: 1, Max: 1}}, "a", false},
		{"any character", []Step{{Negate: true, Min: 1, Max: 1}}, "😀", true},
		{"beyond ASCII", []Step{{Ranges: [][2]rune{{'а', 'я'}}, Min: 3, Max: 3}}, "мир", true},
		{"invalid UTF-8", []Step{{Ranges: [][2]rune{{'\ufffd', '\ufffd'}}, Min: 2, Max: 2}}, "\xff\xff", true},
		{"end of line", []Step{{Ranges: [][2]rune{{'0', '9'}}, Min: 1, Max: 1}}, "4\n", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := (Pattern{Steps: test.steps}).Match(test.s); got != test.want {
				t.Errorf("Match(%q) is %v, want %v", test.s, got, test.want)
			}
		})
	}
}
