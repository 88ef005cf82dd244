package model

import (
	"math"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/pattern"
)

// article is how a finding calls a value of a kind.
var article = map[Kind]string{
	String: "a text", Integer: "an integer", Number: "a number", Boolean: "a boolean", Time: "a time",
	Map: "a free-form object", Struct: "an object", Enum: "an enum", List: "a list",
	Union: "a choice of objects", Any: "any value",
}

func (b *builder) limits(f *Field, schema *openapi3.Schema) {
	l := &f.Limits
	bound := func(v *float64, key string) *int {
		pos := fieldLocation(schema.Origin, key)
		switch {
		case v == nil || f.Kind != Integer && f.Kind != Number: // reported as misplaced
			return nil
		case f.Kind == Number:
			b.list.Hintf(codes.LimitNotWhole, pos, "write type: integer, or say it in the description", "%s is generated for integers only, not for a number", key)
			return nil
		case *v != math.Trunc(*v):
			b.list.Hintf(codes.LimitNotWhole, pos, "write a whole number", "%s is %v, which no integer is", key, *v)
			return nil
		case *v < math.MinInt32 || *v > math.MaxInt32:
			b.list.Hintf(codes.LimitNotWhole, pos, "leave it out, and say it in the description", "%s is %.0f, which does not fit into an int on 32-bit systems", key, *v)
			return nil
		}
		return new(int(*v))
	}
	l.Minimum, l.Maximum = bound(schema.Min, "minimum"), bound(schema.Max, "maximum")
	l.MinLength, l.MinItems = int(schema.MinLength), int(schema.MinItems)
	l.MaxLength, l.MaxItems = whole(schema.MaxLength), whole(schema.MaxItems)
	b.order(schema, "minimum", l.Minimum, l.Maximum)
	b.order(schema, "minLength", &l.MinLength, l.MaxLength)
	b.order(schema, "minItems", &l.MinItems, l.MaxItems)
	b.pattern(l, schema)
	isNumber := f.Kind == Integer || f.Kind == Number
	for key, misplaced := range map[string]bool{
		"minimum": schema.Min != nil && !isNumber, "maximum": schema.Max != nil && !isNumber,
		"minLength": l.MinLength > 0 && f.Kind != String, "maxLength": l.MaxLength != nil && f.Kind != String,
		"pattern":  schema.Pattern != "" && f.Kind != String,
		"minItems": l.MinItems > 0 && f.Kind != List, "maxItems": l.MaxItems != nil && f.Kind != List,
	} {
		if misplaced {
			b.list.Reportf(codes.LimitMisplaced, fieldLocation(schema.Origin, key), "%s says nothing about %s", key, article[f.Kind])
		}
	}
}

func whole(n *uint64) *int {
	if n == nil {
		return nil
	}
	return new(int(*n))
}

// order reports limits that nothing can keep to.
func (b *builder) order(schema *openapi3.Schema, key string, low, high *int) {
	if low != nil && high != nil && *low > *high {
		b.list.Reportf(codes.LimitsCross, fieldLocation(schema.Origin, key), "%s is %d, above the upper limit of %d, so no value would do", key, *low, *high)
	}
}

func (b *builder) pattern(l *Limits, schema *openapi3.Schema) {
	if schema.Pattern == "" {
		if schema.Title != "" {
			b.list.Hintf(codes.TitleWithoutPattern, fieldLocation(schema.Origin, "title"), "write a description", "a title without a pattern is not generated")
		}
		return
	}
	pos := fieldLocation(schema.Origin, "pattern")
	compiled, err := pattern.Compile(schema.Pattern)
	if err != nil {
		b.list.Hintf(codes.PatternNotLinear, pos, `write character classes with counts, anchored at both ends, such as '^[0-9]{6}$'`,
			"the pattern cannot be checked without backtracking: %v", err)
	}
	if schema.Title == "" {
		b.list.Hintf(codes.PatternWithoutTitle, pos, "add a title, such as: six digits", "a pattern needs a title: what a text that matches it is; errors are made from it")
	}
	compiled.Want = schema.Title
	l.Pattern = &compiled
}
