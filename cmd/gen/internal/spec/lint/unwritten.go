package lint

import (
	"slices"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// Todo is a placeholder for a description that a person has yet to write. gen drift
// --apply leaves it where it knows that something is, and not what it means.
const Todo = "TODO"

// Unwritten reports each text of the spec that is still to be written.
func Unwritten(spec *load.Spec, list *diag.List) {
	for _, name := range append([]string{load.SharedFile}, load.APIFiles...) {
		if src := spec.Sources[name]; src.Root != nil {
			unwritten(src, src.Root, list)
		}
	}
}

func unwritten(src *load.Source, n *yaml.Node, list *diag.List) {
	for _, item := range items(n) {
		unwritten(src, item, list)
	}
	for key, value := range load.Pairs(n) {
		switch {
		case slices.Contains([]string{"example", "default"}, key.Value) && load.Get(value, "type") == nil && load.Get(value, "$ref") == nil:
			continue // a value; a property of this name is a schema
		case isTodo(value) && (key.Value == "description" || key.Value == "summary"):
			list.Hintf(codes.Unwritten, src.Pos(value), "say what it is, what it counts in and when it is set; mark secrets and addresses x-sensitive: true",
				"the %s is still to be written", key.Value)
		default:
			unwritten(src, value, list)
		}
	}
}

func isTodo(n *yaml.Node) bool {
	return n != nil && n.Kind == yaml.ScalarNode && n.Value == Todo
}
