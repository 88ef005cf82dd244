package apichange

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// maxChoices bounds the combinations that are tried: two to its power.
const maxChoices = 12

// rules compares which combinations of fields a request may set.
func (c *comparison) rules(base, head *call) {
	before, after := describe(base.Request.Rules), describe(head.Request.Rules)
	if before == after {
		c.choiceErrors(base, head)
		return
	}
	var names []string
	for _, rule := range slices.Concat(base.Request.Rules, head.Request.Rules) {
		for _, f := range rule.Fields {
			if base.Request.Field(f.Wire) != nil { // no caller sets a field that was not there
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
	for _, key := range []string{"oneOf", "anyOf", "not", "allOf"} {
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

// choiceErrors compares the error types of requests that break a rule.
func (c *comparison) choiceErrors(base, head *call) {
	for i, was := range base.Request.Rules {
		is := head.Request.Rules[i]
		for _, pair := range [][3]string{{was.None, is.None, "none"}, {was.Several, is.Several, "several"}} {
			if pair[0] == pair[1] {
				continue
			}
			change := Change{Subject: head.String(), Calls: []string{head.String()}, InClient: true, Rule: "invalid-type", Level: Minor}
			if pair[0] != "" {
				change.Level = Major
			}
			var body schema
			body, change.Pos = c.requestBody(head)
			if pos, ok := keyPos(body.file, body.node, "x-choice"); ok {
				change.Pos = pos
			}
			change.Text = fmt.Sprintf("a request with %s of %s is now refused as %s, not as %s", pair[2], fieldsOf(is), refusal(pair[1]), refusal(pair[0]))
			c.add(change)
		}
	}
}

// describe says in a fixed order what rules want.
func describe(rules []model.Rule) string {
	var all []string
	for _, rule := range rules {
		all = append(all, string(rule.Kind)+" "+fieldsOf(rule))
	}
	if len(all) == 0 {
		return "any"
	}
	slices.Sort(all)
	return strings.Join(all, " and ")
}

// fieldsOf lists the fields of a rule in a fixed order.
func fieldsOf(rule model.Rule) string {
	var names []string
	for _, f := range rule.Fields {
		names = append(names, "`"+f.Wire+"`")
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
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
		if n > 1 && rule.Kind != model.AtLeastOne || n == 0 && rule.Kind != model.AtMostOne {
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
