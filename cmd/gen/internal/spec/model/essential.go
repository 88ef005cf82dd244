package model

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// An essential field is one that the caller of a call cannot go on without. An answer that lacks it, or has
// it in another form, is an error. Any other field that an answer lacks is left empty.
//
// The required texts of a response are essential by default: the ids, tokens and codes that the next call
// takes. A response without such texts has its required objects and lists for essential fields. x-essential
// adds a field or takes one out. In an object, a text is essential only with x-essential, and only where
// the object itself is essential.

// saysEssential reads x-essential. The key next to a reference comes before that of its schema. It is nil
// where the spec says nothing.
func saysEssential(ref *openapi3.SchemaRef) *bool {
	for _, extensions := range []map[string]any{ref.Extensions, ref.Value.Extensions} {
		if v, ok := extensions["x-essential"].(bool); ok {
			return &v
		}
	}
	return nil
}

// essential decides which fields of the answers are essential.
func essential(sdk *SDK, list *diag.List) {
	for _, pkg := range sdk.Packages {
		for _, t := range pkg.AllTypes() {
			for _, f := range t.Fields {
				if t.InResponse {
					f.Essential = f.saysEssential != nil && *f.saysEssential
					checkEssential(t, f, list)
				}
			}
		}
		for _, m := range pkg.Methods() {
			defaults(m.Response.Fields)
			for _, f := range m.Request.Fields {
				if f.keys["x-essential"] != nil {
					list.Hintf(codes.CannotBeEssential, f.Pos, "remove x-essential; it is for answers", "%s is a field of a request", f.Wire)
				}
			}
		}
	}
}

// defaults makes fields of a response essential that the spec says nothing about.
func defaults(fields []*Field) {
	for _, kinds := range [][]Kind{{String}, {Struct, List, Map}} {
		for _, f := range fields {
			if f.saysEssential == nil && f.Required && slices.Contains(kinds, f.Kind) {
				f.Essential = true
			}
		}
		if slices.ContainsFunc(fields, func(f *Field) bool { return f.Essential }) {
			return
		}
	}
}

// checkEssential reports a field that cannot be essential because the response does not show whether it is
// there.
func checkEssential(t *Type, f *Field, list *diag.List) {
	switch kinds := []Kind{String, Enum, Struct, List, Map}; {
	case !f.Essential:
	case !f.Required:
		list.Hintf(codes.CannotBeEssential, f.Pos, "name it in required, or remove x-essential", "%s can be absent, and so is not essential", f.Wire)
	case t.Role == RoleResponse && !slices.Contains(kinds, f.Kind):
		list.Hintf(codes.CannotBeEssential, f.Pos, "remove x-essential; it is for texts, enums, objects and lists", "%s is %s, whose zero can be a value of the service", f.Wire, article[f.Kind])
	case t.Role == RoleObject && (f.Kind != String || f.Limits.MinLength == 0):
		list.Hintf(codes.CannotBeEssential, f.Pos, "in an object, write x-essential for texts with minLength: 1", "nothing tells whether %s of %s is there", f.Wire, t.Name)
	}
}

// Essentials returns the paths of the fields that a response must have. An essential object with essential
// fields of its own is left out in favor of these.
func (t *Type) Essentials() [][]*Field {
	var paths [][]*Field
	for _, f := range t.Fields {
		if !f.Essential {
			continue
		}
		inner := len(paths)
		if f.Kind == Struct {
			for _, below := range f.Type.Fields {
				if below.Essential {
					paths = append(paths, []*Field{f, below})
				}
			}
		}
		if len(paths) == inner {
			paths = append(paths, []*Field{f})
		}
	}
	return paths
}
