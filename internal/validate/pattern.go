package validate

import "unicode/utf8"

// A Pattern is a regular expression of a simple kind, which is enough for the formats of codes and
// addresses. It is a sequence of character classes with counts, from the start of a string to its end.
// Matching takes one pass and does not need package regexp. The generator makes Patterns from the
// regular expressions of the spec.
type Pattern struct {
	Source string // the regular expression in the spec
	Want   string // describes a matching string: "a phone number in E.164 format"; may be empty
	Steps  []Step
}

// A Step matches a run of characters of one class. Each step takes as many characters as it can.
//
// There is no backtracking. That finds every match if the class of a step with a variable count has no
// character in common with what may follow the step.
type Step struct {
	Ranges [][2]rune // the class: the first and the last character of each range
	Negate bool      // the class is all other characters
	Min    int       // the least number of characters
	Max    int       // the largest number of characters; -1: no limit
}

// Match reports whether the whole of s matches. As in package regexp, a byte that is not valid UTF-8
// counts as U+FFFD.
func (p Pattern) Match(s string) bool {
	for _, step := range p.Steps {
		n := 0
		for n != step.Max && s != "" {
			char, size := utf8.DecodeRuneInString(s)
			if !step.has(char) {
				break
			}
			s = s[size:]
			n++
		}
		if n < step.Min {
			return false
		}
	}
	return s == ""
}

// has reports whether char is in the class.
func (s Step) has(char rune) bool {
	for _, r := range s.Ranges {
		if r[0] <= char && char <= r[1] {
			return !s.Negate
		}
	}
	return s.Negate
}
