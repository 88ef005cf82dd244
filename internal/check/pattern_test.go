package check

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
		{"exact count", []Step{{Ranges: "09", Min: 2, Max: 2}}, "42", true},
		{"one too few", []Step{{Ranges: "09", Min: 2, Max: 2}}, "4", false},
		{"one too many", []Step{{Ranges: "09", Min: 2, Max: 2}}, "427", false},
		{"no limit", []Step{{Ranges: "09", Min: 1, Max: -1}}, "1234567890", true},
		{"no limit, none", []Step{{Ranges: "09", Min: 1, Max: -1}}, "", false},
		{"optional", []Step{{Ranges: "--", Max: 1}, {Ranges: "09", Min: 1, Max: 1}}, "4", true},
		{"at most none", []Step{{Ranges: "09", Max: 0}}, "", true},
		{"at most none, one", []Step{{Ranges: "09", Max: 0}}, "4", false},
		{"second range", []Step{{Ranges: "09az", Min: 1, Max: 1}}, "m", true},
		{"between ranges", []Step{{Ranges: "09az", Min: 1, Max: 1}}, "A", false},
		{"negated", []Step{{Ranges: "09az", Negate: true, Min: 1, Max: 1}}, "A", true},
		{"negated, in the class", []Step{{Ranges: "09az", Negate: true, Min: 1, Max: 1}}, "a", false},
		{"any character", []Step{{Negate: true, Min: 1, Max: 1}}, "😀", true},
		{"beyond ASCII", []Step{{Ranges: "ая", Min: 3, Max: 3}}, "мир", true},
		{"invalid UTF-8", []Step{{Ranges: "\ufffd\ufffd", Min: 2, Max: 2}}, "\xff\xff", true},
		{"end of line", []Step{{Ranges: "09", Min: 1, Max: 1}}, "4\n", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := (Pattern{Steps: test.steps}).Match(test.s); got != test.want {
				t.Errorf("Match(%q) is %v, want %v", test.s, got, test.want)
			}
		})
	}
}
