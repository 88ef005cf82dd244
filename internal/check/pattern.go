package check

import "unicode/utf8"

// A Pattern is a regular expression of the kind that formats of codes and addresses need: character
// classes with counts, one after the other, from the start of a string to its end. Matching it takes
// one pass and no regexp package. The generator makes Patterns from the spec's regular expressions.
type Pattern struct {
	Source string // the regular expression in the spec
	Want   string // what a matching string is, such as "a phone number in E.164 format"; may be empty
	Steps  []Step
}

// A Step matches a run of characters of one class.
//
// Steps are taken greedily, without a way back. That finds every match as long as the class of a step
// with a variable count has no character in common with what may come next.
type Step struct {
	Ranges string // the class: pairs of characters, the first and the last of a range
	Negate bool   // the class is all characters but those
	Min    int    // at least so many
	Max    int    // at most so many; -1: no limit
}

// Match reports whether the whole of s matches. A byte that is no UTF-8 counts as U+FFFD, as in regexp.
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
	for ranges := s.Ranges; ranges != ""; {
		low, n := utf8.DecodeRuneInString(ranges)
		high, m := utf8.DecodeRuneInString(ranges[n:])
		if low <= char && char <= high {
			return !s.Negate
		}
		ranges = ranges[n+m:]
	}
	return s.Negate
}
