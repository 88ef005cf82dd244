package lint

import (
	"slices"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// Unwritten reports each text of the spec that is still to be written.
func Unwritten(spec *load.Spec, list *diag.List) {
	for _, name := range append([]string{load.SharedFile}, load.APIFiles...) {
		if src := spec.Sources[name]; src.Root != nil {
			unwritten(src, src.Root, list)
		}
	}
}

func unwritten(src *load.Source, n *yaml.Node, list *diag.List) {
	for _, item := range load.Items(n) {
		unwritten(src, item, list)
	}
	for key, value := range load.Pairs(n) {
		switch {
		case slices.Contains([]string{"example", "default"}, key.Value) && load.Get(value, "type") == nil && load.Get(value, "$ref") == nil:
			continue // a value; a property of this name is a schema
		case isTodo(value) && (key.Value == "description" || key.Value == "summary"):
			list.Hintf(codes.Unwritten, src.Pos(value), "say what it is, what it counts in and when it is set; mark secrets and addresses x-sensitive: true",
				"the %s is still to be written", key.Value)
		case isTodo(value) && key.Value == "x-retry":
			list.Hintf(codes.Unwritten, src.Pos(value), "write safe, unsent or never; spec/README.md says which", "the retry class is still to be written")
		case key.Value == "x-errors" && slices.ContainsFunc(load.Items(value), isTodo):
			list.Hintf(codes.Unwritten, src.Pos(value), "list the error types that the call can answer, or write []", "the error types are still to be written")
		default:
			unwritten(src, value, list)
		}
	}
}

func isTodo(n *yaml.Node) bool {
	return n != nil && n.Kind == yaml.ScalarNode && n.Value == load.Todo
}
