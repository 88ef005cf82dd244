// Package pattern compiles the patterns of the spec into what the SDK matches
// without the regexp package.
package pattern

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"
	"unicode"

	"github.com/stytchgen/sdk/internal/validate"
)

// Compile compiles a regular expression in the syntax of package regexp. The expression must be a
// sequence of character classes with counts, anchored at both ends, as in ^\+[1-9][0-9]{1,14}$, and
// must not need backtracking. If it is not, the error says what is wrong with it. The Pattern's
// Want is left empty.
func Compile(expr string) (validate.Pattern, error) {
	parsed, err := parse(expr)
	if err != nil {
		return validate.Pattern{}, err
	}
	p := validate.Pattern{Source: expr}
	for _, s := range parsed {
		list, negate := ranges(s.class)
		p.Steps = append(p.Steps, validate.Step{Ranges: list, Negate: negate, Min: s.min, Max: s.max})
	}
	return p, nil
}

// A step is a validate.Step in which the class is still a flat list.
type step struct {
	source   *syntax.Regexp // the part of the expression; making its text is slow
	class    []rune         // sorted pairs of the first and the last character of a range
	min, max int            // max is -1 for no limit
}

func parse(expr string) ([]step, error) {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, unreadable(err)
	}
	parts := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		parts = re.Sub
	}
	last := len(parts) - 1
	switch {
	case re.Op == syntax.OpAlternate:
		return nil, errors.New("alternatives are not supported: write one sequence of classes with counts")
	case parts[0].Op != syntax.OpBeginText:
		return nil, errors.New("must begin with ^")
	case parts[last].Op != syntax.OpEndText:
		return nil, errors.New("must end with $")
	}
	var steps []step
	for _, part := range parts[1:last] {
		for _, re := range split(part) {
			s, err := newStep(re)
			if err != nil {
				return nil, err
			}
			steps = appendStep(steps, s)
		}
	}
	return steps, checkGreedy(steps)
}

// complaints say what each error of the syntax means; the text at fault goes before.
var complaints = map[syntax.ErrorCode]string{
	syntax.ErrInvalidPerlOp:         "is not supported; neither are other lookarounds, named groups and flags",
	syntax.ErrInvalidNamedCapture:   "is not supported; neither are other lookarounds, named groups and flags",
	syntax.ErrInvalidEscape:         "is no escape sequence",
	syntax.ErrInvalidCharClass:      "is no class of characters",
	syntax.ErrInvalidCharRange:      "is not a range or a named class of characters",
	syntax.ErrMissingBracket:        "begins a class that does not end",
	syntax.ErrMissingParen:          "has a group that does not end",
	syntax.ErrUnexpectedParen:       "has a ) without a (",
	syntax.ErrMissingRepeatArgument: "is a count of nothing",
	syntax.ErrInvalidRepeatOp:       "is a count of a count",
	syntax.ErrInvalidRepeatSize:     "is no count: the largest is 1000, and the first is not above the second",
	syntax.ErrTrailingBackslash:     "ends with a backslash that escapes nothing",
}

// unreadable says in our words why an expression cannot be read.
func unreadable(err error) error {
	failure, ok := errors.AsType[*syntax.Error](err)
	if !ok {
		return err
	}
	complaint := complaints[failure.Code]
	switch {
	case complaint == "":
		return errors.New("cannot be read: " + failure.Code.String())
	case failure.Expr == "":
		return errors.New("it " + complaint)
	}
	return fmt.Errorf("%s %s", failure.Expr, complaint)
}

// split returns the characters of a literal one by one, and anything else as it is.
func split(re *syntax.Regexp) []*syntax.Regexp {
	if re.Op != syntax.OpLiteral {
		return []*syntax.Regexp{re}
	}
	var chars []*syntax.Regexp
	for i := range re.Rune {
		chars = append(chars, &syntax.Regexp{Op: syntax.OpLiteral, Flags: re.Flags, Rune: re.Rune[i : i+1]})
	}
	return chars
}

// newStep returns the step for a class of characters, which may have a count.
func newStep(re *syntax.Regexp) (step, error) {
	s := step{min: 1, max: 1}
	switch re.Op {
	case syntax.OpStar:
		s.min, s.max, re = 0, -1, re.Sub[0]
	case syntax.OpPlus:
		s.min, s.max, re = 1, -1, re.Sub[0]
	case syntax.OpQuest:
		s.min, s.max, re = 0, 1, re.Sub[0]
	case syntax.OpRepeat:
		s.min, s.max, re = re.Min, re.Max, re.Sub[0]
	}
	s.source = re
	switch {
	case re.Op == syntax.OpCharClass:
		s.class = re.Rune
	case re.Op == syntax.OpLiteral && len(re.Rune) == 1:
		s.class = literal(re.Rune[0], re.Flags)
	case re.Op == syntax.OpAnyChar:
		s.class = []rune{0, unicode.MaxRune}
	case re.Op == syntax.OpAnyCharNotNL:
		s.class = []rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	case re.Op == syntax.OpCapture:
		return step{}, fmt.Errorf("group %s is not supported: write a sequence of classes with counts", s.source)
	default:
		return step{}, fmt.Errorf("%s is not supported: write a class of characters, with a count if need be", s.source)
	}
	if len(s.class) == 0 {
		return step{}, fmt.Errorf("%s matches no character", s.source)
	}
	for _, char := range s.class {
		if 0xD7FF <= char && char <= 0xE000 { // such a range, or its complement, ends at a surrogate, which is not a character in Go
			return step{}, fmt.Errorf("%s has a range that begins or ends at the surrogates, U+D7FF to U+E000", s.source)
		}
	}
	return s, nil
}

// literal returns the class of one character, with its other cases if flags say that case does not matter.
func literal(char rune, flags syntax.Flags) []rune {
	class := []rune{char, char}
	if flags&syntax.FoldCase != 0 {
		for c := unicode.SimpleFold(char); c != char; c = unicode.SimpleFold(c) {
			class = append(class, c, c)
		}
		slices.Sort(class) // each character is there twice, as a range of its own
	}
	return class
}

// appendStep appends s, or adds its counts to the last step if that is of the same class.
func appendStep(steps []step, s step) []step {
	n := len(steps)
	if n == 0 || !slices.Equal(steps[n-1].class, s.class) {
		return append(steps, s)
	}
	last := &steps[n-1]
	last.min += s.min
	if last.max < 0 || s.max < 0 {
		last.max = -1
	} else {
		last.max += s.max
	}
	return steps
}

// checkGreedy makes sure that each step may take all characters that it can, because none of them can be
// meant for a later step. So what may follow a step with a variable count must begin with other characters.
func checkGreedy(steps []step) error {
	for i, s := range steps {
		if s.min == s.max {
			continue
		}
		for _, next := range steps[i+1:] {
			if char, ok := common(s.class, next.class); ok {
				return fmt.Errorf("%s and %s, which may follow it, have %q in common: "+
					"give the first a fixed count or make them differ", s.source, next.source, char)
			}
			if next.min > 0 {
				break
			}
		}
	}
	return nil
}

// common returns a character that is in both classes.
func common(a, b []rune) (char rune, ok bool) {
	for i := 0; i < len(a); i += 2 {
		for j := 0; j < len(b); j += 2 {
			if low := max(a[i], b[j]); low <= min(a[i+1], b[j+1]) {
				return low, true
			}
		}
	}
	return 0, false
}

// ranges returns the shorter form of a class: its own ranges, or those of all other characters.
func ranges(class []rune) (list [][2]rune, negate bool) {
	negate = class[len(class)-1] == unicode.MaxRune
	if negate {
		class = complement(class)
	}
	for i := 0; i < len(class); i += 2 {
		list = append(list, [2]rune{class[i], class[i+1]})
	}
	return list, negate
}

// complement returns the characters that are not in class, which goes up to the last of all.
func complement(class []rune) []rune {
	var rest []rune
	next := rune(0)
	for i := 0; i < len(class); i += 2 {
		if class[i] > next {
			rest = append(rest, next, class[i]-1)
		}
		next = class[i+1] + 1
	}
	return rest
}

// Widens reports whether every text that matches one expression certainly matches another as well. Of
// expressions that differ in more than the classes and counts of their steps, it says no.
func Widens(from, to string) bool {
	before, err := parse(from)
	if err != nil {
		return false
	}
	after, err := parse(to)
	if err != nil || len(before) != len(after) {
		return false
	}
	for i, b := range before {
		a := after[i]
		if a.min > b.min || a.max >= 0 && (b.max < 0 || b.max > a.max) || !includes(a.class, b.class) {
			return false
		}
	}
	return true
}

// includes reports whether each range of one class is within a range of another.
func includes(outer, inner []rune) bool {
	for i := 0; i+1 < len(inner); i += 2 {
		within := false
		for j := 0; j+1 < len(outer); j += 2 {
			within = within || outer[j] <= inner[i] && inner[i+1] <= outer[j+1]
		}
		if !within {
			return false
		}
	}
	return true
}
