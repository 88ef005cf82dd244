package tree

import (
	"maps"
	"slices"
)

// Replace gives files under root new content: all of them or none.
func Replace(root string, files map[string][]byte) error {
	var differences []Difference
	for _, name := range slices.Sorted(maps.Keys(files)) {
		differences = append(differences, Difference{Path: name, content: files[name]})
	}
	return Write(root, differences)
}
