package apichange

import (
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

func symbolOf(t *model.Type) Symbol { return Symbol{t.Package, t.Name} }

func fieldSymbol(t *model.Type, f *model.Field) Symbol {
	return Symbol{t.Package, t.Name + "." + f.Name}
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
	for tag := c.service.Tag; tag != ""; {
		s := serviceAt(own, c.pkg.Name, tag)
		if s == nil || serviceAt(other, c.pkg.Name, tag) != nil {
			break
		}
		parent := tag[:max(0, strings.LastIndex(tag, "."))]
		holder := "Client"
		if p := serviceAt(own, c.pkg.Name, parent); p != nil {
			holder = p.Name
		}
		all = append(all, Symbol{c.pkg.Name, s.Name}, Symbol{c.pkg.Name, holder + "." + s.Field})
		tag = parent
	}
	return all
}

func serviceAt(x *index, pkg, tag string) *model.Service {
	for _, p := range x.SDK.Packages {
		for _, s := range p.Services {
			if p.Name == pkg && s.Tag == tag {
				return s
			}
		}
	}
	return nil
}
