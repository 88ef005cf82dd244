package apichange

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/model"
)

// maxChoices bounds the combinations that are tried: two to its power.
const maxChoices = 12

// rules compares which combinations of fields a request may set.
func (c *comparison) rules(base, head *call) {
	before, after := describe(base.Request.Rules), describe(head.Request.Rules)
	if before == after {
		return
	}
	var names []string
	for _, rule := range slices.Concat(base.Request.Rules, head.Request.Rules) {
		for _, f := range rule.Fields {
			if fieldOf(base.Request, f.Wire) != nil { // nobody sets a field that was not there
				names = union(names, f.Wire)
			}
		}
	}
	slices.Sort(names)
	refused, allowed := "", ""
	if len(names) > maxChoices {
		refused = "set what it could; there are too many combinations to try them"
		names = nil
	}
	for bits := range 1 << len(names) {
		var set []string
		for i, name := range names {
			if bits>>i&1 == 1 {
				set = append(set, name)
			}
		}
		was, is := accepts(base.Request, set), accepts(head.Request, set)
		switch {
		case was && !is && refused == "":
			refused = combination(set)
		case !was && is && allowed == "":
			allowed = combination(set)
		}
	}
	change := Change{Subject: head.String(), Calls: []string{head.String()}}
	var body schema
	body, change.Pos = c.requestBody(head)
	for _, key := range []string{"oneOf", "not", "allOf"} {
		if pos, ok := keyPos(body.file, body.node, key); ok {
			change.Pos = pos
			break
		}
	}
	switch {
	case refused != "":
		change.Rule, change.Level = "request-combination-refused", Major
		change.Text = "the request may no longer " + refused
	case allowed != "":
		change.Rule, change.Level = "request-combination-allowed", Minor
		change.Text = "the request may now " + allowed
	default:
		return // written otherwise, or about new fields only
	}
	change.Text += fmt.Sprintf(" (before: %s, now: %s)", before, after)
	c.add(change)
}

// describe says in a fixed order what rules want.
func describe(rules []model.Rule) string {
	var all []string
	for _, rule := range rules {
		var names []string
		for _, f := range rule.Fields {
			names = append(names, "`"+f.Wire+"`")
		}
		slices.Sort(names)
		all = append(all, string(rule.Kind)+" "+strings.Join(names, ", "))
	}
	if len(all) == 0 {
		return "any"
	}
	slices.Sort(all)
	return strings.Join(all, " and ")
}

// accepts reports whether a request that sets these fields, and those that it
// must anyway, keeps the rules. Which fields are required the library compares,
// so that one which the set lacks counts as set.
func accepts(t *model.Type, set []string) bool {
	for _, rule := range t.Rules {
		n := 0
		for _, f := range rule.Fields {
			if slices.Contains(set, f.Wire) {
				n++
			}
		}
		if n > 1 || n == 0 && rule.Kind == model.ExactlyOne {
			return false
		}
	}
	return true
}

// combination says what a request does that sets these fields.
func combination(set []string) string {
	switch len(set) {
	case 0:
		return "leave all of them out"
	case 1:
		return "set `" + set[0] + "` alone"
	}
	return "set `" + strings.Join(set, "` and `") + "` together"
}
