package model

import (
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
)

// paging reads x-paging.
func (b *builder) paging(m *Method, op operation) {
	said, ok := op.Extensions["x-paging"].(map[string]any)
	if !ok {
		return
	}
	pos := fieldLocation(op.Origin, "x-paging")
	cursor, next, items := way(m.Request, text(said["cursor"])), way(m.Response, text(said["next"])), way(m.Response, text(said["items"]))
	last := func(way []*Field) *Field { return way[len(way)-1] }
	switch {
	case len(cursor) != 1 || cursor[0].Kind != String || cursor[0].Required:
		b.list.Reportf(codes.PagingNowhere, pos, "cursor must name an optional text of the request, and %q does not", text(said["cursor"]))
	case len(next) == 0 || last(next).Kind != String:
		b.list.Reportf(codes.PagingNowhere, pos, "next must lead to a text of the response, and %q does not", text(said["next"]))
	case len(items) == 0 || last(items).Kind != List:
		b.list.Reportf(codes.PagingNowhere, pos, "items must lead to a list of the response, and %q does not", text(said["items"]))
	default:
		m.Paging = &Paging{cursor[0], next, items}
	}
}

// way returns the fields that a path with dots leads through, or nil.
func way(t *Type, path string) []*Field {
	var fields []*Field
	for name := range strings.SplitSeq(path, ".") {
		f := t.Field(name)
		if f == nil {
			return nil
		}
		fields = append(fields, f)
		if t = f.Type; f.Kind != Struct {
			t = nil
		}
	}
	return fields
}
