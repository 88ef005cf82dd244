package drift

import (
	"slices"
	"testing"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
)

// TestVariants compares unions of objects that a text field tells apart.
func TestVariants(t *testing.T) {
	text := contract.Known(&contract.Type{Kind: contract.String})
	texts := contract.Known(&contract.Type{Kind: contract.Array, Elem: text})
	filter := func(name string, value *contract.Ref) *contract.Type {
		fields := []*contract.Field{
			{Name: "filter_name", Required: true, Type: contract.Known(&contract.Type{Kind: contract.String, Enum: []string{name}})},
			{Name: "filter_value", Required: true, Type: value},
		}
		return &contract.Type{Kind: contract.Object, Fields: fields, Pos: diag.Pos{File: name}}
	}
	union := func(parts ...*contract.Type) *contract.Type {
		u := &contract.Type{}
		u.Unite(parts)
		return u
	}
	anyOther := &contract.Type{Kind: contract.Object, Fields: []*contract.Field{{Name: "filter_name", Type: text}}}
	ids, emails, status := filter("ids", texts), filter("emails", texts), filter("status", text)
	tests := []struct {
		name        string
		here, there *contract.Type
		want        []string
	}{
		{"alike, in another order", union(ids, emails), union(emails, ids, anyOther), nil},
		{"a variant only here", union(ids, emails), union(ids), []string{"value-only-here request[] emails"}},
		{"a variant only there", union(ids), union(ids, emails), []string{"value-only-there request[] emails"}},
		{"a union inside", union(ids, emails), union(union(ids), union(emails, anyOther)), nil},
		{"another type of value", union(status), union(filter("status", texts)), []string{"type request[].filter_value a list"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &comparer{byKey: map[string]*Difference{}, met: map[Meeting]*contract.Type{}}
			if err := c.types(tt.here, tt.there, "request[]", 0); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range c.found {
				got = append(got, string(d.Kind)+" "+d.Locations[0].Field+" "+d.Value)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
