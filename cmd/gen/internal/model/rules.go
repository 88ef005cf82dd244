package model

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// rules reads oneOf and not over required properties.
func (b *builder) rules(t *Type, schema *openapi3.Schema) {
	choice, _ := schema.Extensions["x-choice"].(map[string]any)
	if len(schema.OneOf) > 0 {
		var names []string
		for _, branch := range schema.OneOf {
			if required := onlyRequired(branch); len(required) == 1 {
				names = append(names, required[0])
				continue
			}
			b.list.Hintf(codes.ObjectAlternatives, fieldLocation(schema.Origin, "oneOf"), "write oneOf: [{required: [a]}, {required: [b]}] for exactly one of a and b",
				"alternatives between objects are not generated")
			return
		}
		if len(names) < 2 {
			b.list.Hintf(codes.NothingToChoose, fieldLocation(schema.Origin, "oneOf"), "write required, or another branch", "there is nothing to choose between")
			return
		}
		b.rule(t, ExactlyOne, names, choice, fieldLocation(schema.Origin, "x-choice"), fieldLocation(schema.Origin, "oneOf"))
	}
	var pairs [][]string
	for _, part := range append(openapi3.SchemaRefs{schema.Not}, notsOf(b, schema)...) {
		if part == nil {
			continue
		}
		if required := onlyRequired(part); len(required) == 2 {
			pairs = append(pairs, required)
			continue
		}
		b.list.Hintf(codes.UseOfNot, location(schema.Origin), "write not: {required: [a, b]} for at most one of a and b", "this use of not is not generated")
	}
	for _, group := range cliques(pairs) {
		b.rule(t, AtMostOne, group, choice, fieldLocation(schema.Origin, "x-choice"), location(schema.Origin))
	}
	if choice != nil && len(t.Rules) == 0 {
		b.nothingToChoose(schema)
	}
}

func (b *builder) nothingToChoose(schema *openapi3.Schema) {
	b.list.Hintf(codes.UnreachableError, fieldLocation(schema.Origin, "x-choice"), "write oneOf or not over required properties, or take x-choice out",
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
func onlyRequired(ref *openapi3.SchemaRef) []string {
	s := ref.Value
	if ref.Ref != "" || s == nil || s.Type != nil || s.Properties != nil || s.OneOf != nil || s.AllOf != nil || s.Not != nil {
		return nil
	}
	return s.Required
}

// cliques joins pairs that all exclude one another into groups.
func cliques(pairs [][]string) [][]string {
	excludes := func(a, b string) bool {
		return slices.ContainsFunc(pairs, func(p []string) bool {
			return p[0] == a && p[1] == b || p[0] == b && p[1] == a
		})
	}
	var groups [][]string
	for _, pair := range pairs {
		if slices.ContainsFunc(groups, func(g []string) bool {
			return slices.Contains(g, pair[0]) && slices.Contains(g, pair[1])
		}) {
			continue
		}
		group := slices.Clone(pair)
		for _, other := range pairs {
			for _, name := range other {
				if !slices.Contains(group, name) && !slices.ContainsFunc(group, func(g string) bool { return !excludes(g, name) }) {
					group = append(group, name)
				}
			}
		}
		groups = append(groups, group)
	}
	return groups
}

func (b *builder) rule(t *Type, kind RuleKind, names []string, choice map[string]any, choicePos, pos diag.Pos) {
	rule := Rule{Kind: kind, None: text(choice["none"]), Several: text(choice["several"]), Pos: choicePos}
	for _, name := range names {
		i := slices.IndexFunc(t.Fields, func(f *Field) bool { return f.Wire == name })
		switch {
		case i < 0:
			var known []string
			for _, f := range t.Fields {
				known = append(known, f.Wire)
			}
			b.list.Hintf(codes.UnknownName, pos, diag.DidYouMean(name, known), "the rule names %q, which is not a property here", name)
			return
		case t.Fields[i].Required:
			b.list.Reportf(codes.RuleOverRequired, pos, "%q is required, and so cannot be one of several to choose from", name)
			return
		}
		rule.Fields = append(rule.Fields, t.Fields[i])
	}
	t.Rules = append(t.Rules, rule)
}
