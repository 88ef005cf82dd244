package model

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// choice is a name in a rule over several properties.
type choice struct {
	name string
	pos  diag.Pos
}

// rules reads oneOf and not over required properties.
func (b *builder) rules(t *Type, schema *openapi3.Schema) {
	errors, _ := schema.Extensions["x-choice"].(map[string]any)
	errorsPos := fieldLocation(schema.Origin, "x-choice")
	if len(schema.OneOf) > 0 {
		pos := fieldLocation(schema.Origin, "oneOf")
		var choices []choice
		for _, branch := range schema.OneOf {
			if required := onlyRequired(branch); len(required) == 1 {
				choices = append(choices, required[0])
				continue
			}
			b.list.Hintf(codes.ObjectAlternatives, pos, "write oneOf: [{required: [a]}, {required: [b]}] for exactly one of a and b",
				"alternatives between objects are not generated")
			return
		}
		if len(choices) < 2 {
			b.list.Hintf(codes.NothingToChoose, pos, "write required, or another branch", "there is nothing to choose between")
			return
		}
		b.rule(t, ExactlyOne, choices, errors, errorsPos)
	}
	if len(schema.AnyOf) > 0 {
		b.anyOf(t, schema, errors, errorsPos)
	}
	var pairs [][]choice
	for _, part := range append(openapi3.SchemaRefs{schema.Not}, notsOf(b, schema)...) {
		if part == nil {
			continue
		}
		if required := onlyRequired(part); len(required) == 2 {
			pairs = append(pairs, required)
			continue
		}
		pos := fieldLocation(schema.Origin, "not")
		if part.Value != nil && part.Value.Origin != nil {
			pos = location(part.Value.Origin)
		}
		b.list.Hintf(codes.UseOfNot, pos, "write not: {required: [a, b]} for at most one of a and b", "this use of not is not generated")
	}
	for _, group := range cliques(pairs) {
		b.rule(t, AtMostOne, group, errors, errorsPos)
	}
	if errors != nil && len(t.Rules) == 0 {
		b.nothingToChoose(schema)
	}
}

// anyOf reads a rule that wants at least one of several properties.
func (b *builder) anyOf(t *Type, schema *openapi3.Schema, errors map[string]any, errorsPos diag.Pos) {
	pos := fieldLocation(schema.Origin, "anyOf")
	var choices []choice
	for _, branch := range schema.AnyOf {
		required := onlyRequired(branch)
		if len(required) != 1 {
			b.list.Hintf(codes.ObjectAlternatives, pos, "write anyOf: [{required: [a]}, {required: [b]}] for at least one of a and b",
				"alternatives between objects are not generated")
			return
		}
		choices = append(choices, required[0])
	}
	if len(choices) < 2 {
		b.list.Hintf(codes.NothingToChoose, pos, "write required, or another branch", "there is nothing to choose between")
		return
	}
	b.rule(t, AtLeastOne, choices, errors, errorsPos)
}

func (b *builder) nothingToChoose(schema *openapi3.Schema) {
	b.list.Hintf(codes.UnreachableError, fieldLocation(schema.Origin, "x-choice"), "write oneOf, anyOf or not over required properties, or remove x-choice",
		"there is nothing to choose between")
}

func notsOf(b *builder, schema *openapi3.Schema) openapi3.SchemaRefs {
	var nots openapi3.SchemaRefs
	for _, part := range schema.AllOf {
		if part.Value == nil || part.Value.Not == nil || part.Value.Type != nil || part.Value.Properties != nil || part.Ref != "" {
			b.composed(schema)
			continue
		}
		nots = append(nots, part.Value.Not)
	}
	return nots
}

func (b *builder) composed(schema *openapi3.Schema) {
	b.list.Hintf(codes.AllOf, fieldLocation(schema.Origin, "allOf"), "write the properties out; allOf holds not: {required: [a, b]} only", "composing objects with allOf is not generated")
}

// onlyRequired returns the names of a schema that says nothing but required.
func onlyRequired(ref *openapi3.SchemaRef) []choice {
	s := ref.Value
	if ref.Ref != "" || s == nil || s.Type != nil || s.Properties != nil || s.OneOf != nil || s.AnyOf != nil || s.AllOf != nil || s.Not != nil {
		return nil
	}
	var choices []choice
	for i, name := range s.Required {
		choices = append(choices, choice{name, itemLocation(s.Origin, "required", i)})
	}
	return choices
}

// cliques joins pairs that all exclude one another into groups.
func cliques(pairs [][]choice) [][]choice {
	has := func(group []choice, name string) bool {
		return slices.ContainsFunc(group, func(c choice) bool { return c.name == name })
	}
	excludes := func(a, b string) bool {
		return slices.ContainsFunc(pairs, func(p []choice) bool { return a != b && has(p, a) && has(p, b) })
	}
	var groups [][]choice
	for _, pair := range pairs {
		if slices.ContainsFunc(groups, func(g []choice) bool { return has(g, pair[0].name) && has(g, pair[1].name) }) {
			continue
		}
		group := slices.Clone(pair)
		for _, other := range pairs {
			for _, c := range other {
				if !has(group, c.name) && !slices.ContainsFunc(group, func(g choice) bool { return !excludes(g.name, c.name) }) {
					group = append(group, c)
				}
			}
		}
		groups = append(groups, group)
	}
	return groups
}

func (b *builder) rule(t *Type, kind RuleKind, choices []choice, errors map[string]any, errorsPos diag.Pos) {
	rule := Rule{Kind: kind, None: text(errors["none"]), Several: text(errors["several"]), Pos: errorsPos}
	for i, c := range choices {
		field := t.Field(c.name)
		earlier := slices.IndexFunc(choices[:i], func(e choice) bool { return e.name == c.name })
		switch {
		case field == nil:
			var known []string
			for _, f := range t.Fields {
				known = append(known, f.Wire)
			}
			b.list.Hintf(codes.UnknownName, c.pos, diag.DidYouMean(c.name, known), "the rule names %q, which is not a property here", c.name)
			return
		case earlier >= 0:
			b.list.Relatef(codes.DeclaredTwice, c.pos, "", diag.Related{Pos: choices[earlier].pos, Message: "first named here"}, "the rule names %q twice", c.name)
			return
		case field.Required:
			b.list.Reportf(codes.RuleOverRequired, c.pos, "%q is required, and so cannot be one of several to choose from", c.name)
			return
		}
		rule.Fields = append(rule.Fields, field)
	}
	t.Rules = append(t.Rules, rule)
}
