package apply

import (
	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// namesake returns how the calls of an API already write a field of this name
// in the same direction, if all write it alike. The new field is then the same
// thing, so it has the same limits, and is a secret if that one is.
func (a *applier) namesake(to *file, name string, t *contract.Type, response bool) entry {
	if t.Kind == contract.Object || t.Kind == contract.Array || t.Enum != nil {
		return nil // found by their types
	}
	var found *yaml.Node
	for _, op := range to.operations() {
		at := "/requestBody/content/application~1json/schema/properties"
		if response {
			at = "/responses/200/content/application~1json/schema/properties"
		}
		properties, ok := load.At(op, at)
		if !ok {
			continue
		}
		property := load.Get(properties, name)
		if property == nil {
			continue
		}
		ref := load.Get(property, "$ref")
		if ref == nil || found != nil && found.Value != ref.Value {
			return nil
		}
		found = ref
	}
	if found == nil || !a.isKind(to, found.Value, t) {
		return nil
	}
	return entry{{"$ref", plain(found.Value)}}
}

// operations returns the operations of the API that a file is one of.
func (f *file) operations() []*yaml.Node {
	var all []*yaml.Node
	if f.api == nil {
		return nil
	}
	for _, f := range f.api.files {
		for _, item := range load.Pairs(load.Get(f.src.Root, "paths")) {
			for _, op := range load.Pairs(item) {
				all = append(all, op)
			}
		}
	}
	return all
}

// isKind reports whether a component is what the service says the field is.
func (a *applier) isKind(to *file, ref string, t *contract.Type) bool {
	_, _, schema := a.spec.Target(to.src.Name, ref)
	kind := load.Get(schema, "type")
	if kind == nil {
		return false
	}
	is := map[string]contract.Kind{
		"string": contract.String, "integer": contract.Integer, "number": contract.Number,
		"boolean": contract.Boolean, "object": contract.Map,
	}[kind.Value]
	if load.Get(schema, "properties") != nil || load.Get(schema, "enum") != nil {
		return false
	}
	return is == t.Kind || is == contract.Integer && t.Loose
}
