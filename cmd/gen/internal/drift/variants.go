package drift

import (
	"cmp"
	"maps"
	"slices"

	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
)

// variants compares two unions of objects, variant by variant. A variant is
// known by a text field with a single value, such as filter_name.
func (c *comparer) variants(here, there *contract.Type, way string, depth int) error {
	ours, err := tagged(here)
	if err != nil {
		return err
	}
	theirs, err := tagged(there)
	if err != nil {
		return err
	}
	for _, tag := range slices.SortedFunc(maps.Keys(ours), compareTags) {
		match := theirs[tag]
		if match == nil {
			c.add(&Difference{Kind: ValueOnlyHere, Severity: Wrong, Pos: ours[tag].Pos, There: there.Pos, Value: tag.value,
				Message: "the service has no variant with this " + tag.field}, c.location(way))
			continue
		}
		if err := c.fieldsOf(ours[tag], match, way, depth+1); err != nil {
			return err
		}
	}
	for _, tag := range slices.SortedFunc(maps.Keys(theirs), compareTags) {
		if ours[tag] == nil {
			c.add(&Difference{Kind: ValueOnlyThere, Severity: Lacking, Pos: here.Pos, There: theirs[tag].Pos, Value: tag.value,
				Message: "the service has a variant with the " + tag.field + " " + quote(tag.value) + ", the spec has not"}, c.location(way))
		}
	}
	return nil
}

// tag is the field that tells a variant from the others, with its value.
type tag struct{ field, value string }

func compareTags(a, b tag) int {
	return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.value, b.value))
}

// tagged returns the variants of a union by their tags. It leaves out a variant
// without a tag, which matches anything else.
func tagged(union *contract.Type) (map[tag]*contract.Type, error) {
	found := map[tag]*contract.Type{}
	for _, variant := range union.Variants {
		for _, field := range variant.Fields {
			t, err := field.Type.Type()
			if err != nil {
				return nil, err
			}
			if t.Kind == contract.String && len(t.Enum) == 1 && len(t.Misfits) == 0 {
				found[tag{field.Name, t.Enum[0]}] = variant
				break
			}
		}
	}
	return found, nil
}
