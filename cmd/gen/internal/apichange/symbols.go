package apichange

import (
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/model"
)

// hit is the property that a path leads to.
type hit struct {
	owner *model.Type
	field *model.Field
	// item tells that the path leads to the items of the list.
	item bool
}

// follow walks a property path of the library, such as
// session/oneOf[#/components/schemas/Session]/roles/items/, down from a body.
func follow(t *model.Type, path string) (hit, bool) {
	var h hit
	for path != "" {
		var token string
		if strings.HasPrefix(path, "oneOf[") || strings.HasPrefix(path, "anyOf[") || strings.HasPrefix(path, "allOf[") {
			_, path, _ = strings.Cut(path, "]")
			path = strings.TrimPrefix(path, "/")
			continue
		}
		token, path, _ = strings.Cut(path, "/")
		if token == "" {
			continue
		}
		if token == "items" && h.field != nil && h.field.Kind == model.List && !h.item {
			h.item = true
			continue
		}
		f := fieldOf(t, token)
		if f == nil {
			return hit{}, false
		}
		h = hit{owner: t, field: f}
		t = f.Type
	}
	return h, h.field != nil
}

func fieldOf(t *model.Type, wire string) *model.Field {
	if t == nil {
		return nil
	}
	for _, f := range t.Fields {
		if f.Wire == wire {
			return f
		}
	}
	return nil
}

// name is how a text calls the property: by its schema when that has a name.
func (h hit) name() string {
	name := h.field.Wire
	if h.owner.Role == model.RoleObject {
		name = h.owner.Name + "." + name
	}
	if h.item {
		name += "[]"
	}
	return name
}

func symbolOf(t *model.Type) Symbol { return Symbol{t.Package, t.Name} }

func fieldSymbol(t *model.Type, f *model.Field) Symbol {
	return Symbol{t.Package, t.Name + "." + f.Name}
}

// symbols are what the property is in Go, with the types below it that the
// other side does not have.
func (h hit) symbols(other *index) []Symbol {
	return append([]Symbol{fieldSymbol(h.owner, h.field)}, newTypes(h.field.Type, other, nil)...)
}

// newTypes returns the types from t down that the other side does not have.
func newTypes(t *model.Type, other *index, path []Symbol) []Symbol {
	if t == nil {
		return path
	}
	symbol := symbolOf(t)
	if other.types[symbol] != nil {
		return path
	}
	before := len(path)
	if path = union(path, symbol); len(path) == before {
		return path
	}
	for _, v := range t.Values {
		path = union(path, Symbol{t.Package, v.Name})
	}
	for _, f := range t.Fields {
		path = newTypes(f.Type, other, path)
	}
	return path
}

// symbols are what a call is in Go, with the services and types that only it
// brings.
func (c *call) symbols(own, other *index) []Symbol {
	all := []Symbol{{c.pkg.Name, "(*" + c.service.Name + ")." + c.Name}}
	all = append(all, newTypes(c.Request, other, nil)...)
	all = append(all, newTypes(c.Response, other, nil)...)
	for place := c.service.Place; place != ""; {
		s := serviceAt(own, c.pkg.Name, place)
		if s == nil || serviceAt(other, c.pkg.Name, place) != nil {
			break
		}
		parent, _, _ := cutLast(place)
		holder := "Client"
		if p := serviceAt(own, c.pkg.Name, parent); p != nil {
			holder = p.Name
		}
		all = append(all, Symbol{c.pkg.Name, s.Name}, Symbol{c.pkg.Name, holder + "." + s.Field})
		place = parent
	}
	return all
}

func cutLast(place string) (string, string, bool) {
	if i := strings.LastIndex(place, "."); i >= 0 {
		return place[:i], place[i+1:], true
	}
	return "", place, false
}

func serviceAt(x *index, pkg, place string) *model.Service {
	for _, p := range x.SDK.Packages {
		for _, s := range p.Services {
			if p.Name == pkg && s.Place == place {
				return s
			}
		}
	}
	return nil
}
