package main

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// part is a group of numbers of a shared calling code that belong to one country. They begin with
// digits.
type part struct{ digits, country string }

// depth is the most digits after the calling code that are compared. Smaller parts, which some
// landlines have, count for the main region.
const depth = 6

// parts finds the numbers that do not belong to the main region. The main
// region is the first.
func parts(regions []*phonenumbers.PhoneMetadata) []part {
	if len(regions) == 1 {
		return nil
	}
	plans := make([]plan, len(regions))
	for i, m := range regions {
		plans[i] = newPlan(m, i == 0)
	}
	var list []part
	split(plans, "", &list)
	return list
}

// split adds the parts of the numbers that begin with digits.
func split(plans []plan, digits string, list *[]part) {
	possible := slices.DeleteFunc(slices.Clone(plans), func(p plan) bool { return p.dead() })
	switch {
	case len(possible) == 0:
	case len(possible) == 1 || len(digits) == depth || alike(possible):
		// If several regions are possible, libphonenumber also uses the first.
		if id := possible[0].id; id != plans[0].id {
			*list = append(*list, part{digits, id})
		}
	default:
		before := len(*list)
		for digit := '0'; digit <= '9'; digit++ {
			next := []plan{{id: plans[0].id}} // the main region stays first even if it has no such numbers
			for _, p := range possible {
				if after := p.after(digit); p.id == plans[0].id {
					next[0] = after
				} else {
					next = append(next, after)
				}
			}
			split(next, digits+string(digit), list)
		}
		merge(list, before, digits)
	}
}

// alike reports whether all plans allow the same numbers from here on, so that more digits do not
// distinguish them.
func alike(plans []plan) bool {
	for _, p := range plans[1:] {
		if !slices.Equal(p.key(), plans[0].key()) {
			return false
		}
	}
	return true
}

// merge replaces ten parts of one country by one part.
func merge(list *[]part, from int, digits string) {
	added := (*list)[from:]
	if len(added) != 10 {
		return
	}
	for _, p := range added {
		if len(p.digits) != len(digits)+1 || p.country != added[0].country {
			return
		}
	}
	*list = append((*list)[:from], part{digits, added[0].country})
}

// plan is the numbering plan of a region after some digits.
type plan struct {
	id      string
	threads []thread
}

// thread is a position in a regular expression.
type thread struct {
	program *syntax.Prog
	at      uint32
}

// newPlan uses the kinds of numbers that differ between regions. Toll-free and similar numbers are
// equal in all regions of a calling code, and count for the main region.
func newPlan(m *phonenumbers.PhoneMetadata, main bool) plan {
	p := plan{id: m.GetId()}
	if lead := m.GetLeadingDigits(); lead != "" {
		// libphonenumber identifies the whole region by these leading digits.
		p.add(lead)
		return p
	}
	kinds := []*phonenumbers.PhoneNumberDesc{m.GetFixedLine(), m.GetMobile(), m.GetPersonalNumber(), m.GetVoip(), m.GetPager()}
	if main {
		kinds = append(kinds, m.GetTollFree(), m.GetPremiumRate(), m.GetSharedCost(), m.GetUan(), m.GetVoicemail())
	}
	for _, kind := range kinds {
		if pattern := kind.GetNationalNumberPattern(); pattern != "" && pattern != "NA" {
			p.add(pattern)
		}
	}
	return p
}

func (p *plan) add(pattern string) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", p.id, err)) // the metadata is broken: no table can be generated
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		panic(fmt.Sprintf("%s: %v", p.id, err))
	}
	p.follow(thread{program, uint32(program.Start)})
}

// follow adds a thread and all threads that it reaches without another digit.
func (p *plan) follow(t thread) {
	if slices.Contains(p.threads, t) {
		return
	}
	p.threads = append(p.threads, t)
	switch in := t.program.Inst[t.at]; in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		p.follow(thread{t.program, in.Out})
		p.follow(thread{t.program, in.Arg})
	case syntax.InstCapture, syntax.InstNop, syntax.InstEmptyWidth:
		p.follow(thread{t.program, in.Out})
	}
}

// after returns the plan after one more digit.
func (p plan) after(digit rune) plan {
	next := plan{id: p.id}
	for _, t := range p.threads {
		switch in := &t.program.Inst[t.at]; in.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if in.MatchRune(digit) {
				next.follow(thread{t.program, in.Out})
			}
		case syntax.InstMatch: // leading digits match everything that follows
			next.threads = append(next.threads, t)
		}
	}
	return next
}

// dead reports whether no number of the region begins like this.
func (p plan) dead() bool { return len(p.threads) == 0 }

// key returns what the plan still allows, as text that can be compared.
func (p plan) key() []string {
	var list []string
	for _, t := range p.threads {
		if in := t.program.Inst[t.at]; in.Op == syntax.InstRune || in.Op == syntax.InstRune1 {
			list = append(list, fmt.Sprint(in.Rune, " then ", rest(t.program, in.Out)))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// rest returns the text of a program from an instruction on.
func rest(program *syntax.Prog, at uint32) string {
	var b strings.Builder
	seen := map[uint32]int{}
	var walk func(uint32)
	walk = func(at uint32) {
		if n, ok := seen[at]; ok {
			fmt.Fprintf(&b, "#%d", n)
			return
		}
		seen[at] = len(seen)
		switch in := program.Inst[at]; in.Op {
		case syntax.InstRune, syntax.InstRune1:
			fmt.Fprint(&b, in.Rune)
			walk(in.Out)
		case syntax.InstAlt, syntax.InstAltMatch:
			b.WriteByte('(')
			walk(in.Out)
			b.WriteByte('|')
			walk(in.Arg)
			b.WriteByte(')')
		case syntax.InstMatch:
			b.WriteByte('.')
		default:
			walk(in.Out)
		}
	}
	walk(at)
	return b.String()
}
