package apply

import (
	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/load"
)

// namesake returns how the calls of a file already write a field of this name
// in the same direction, if all write it alike: the new field is then the same
// thing, and shares its limits and whether it is a secret.
func (a *applier) namesake(to *file, name string, t *contract.Type, response bool) entry {
	if t.Kind == contract.Object || t.Kind == contract.Array || t.Enum != nil {
		return nil // found by their types
	}
	var found *yaml.Node
	for _, item := range load.Pairs(load.Get(to.src.Root, "paths")) {
		for _, op := range load.Pairs(item) {
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
	}
	if found == nil {
		return nil
	}
	return entry{{"$ref", "'" + found.Value + "'"}}
}
