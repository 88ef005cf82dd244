package tree

import (
	"maps"
	"slices"
)

// Replace gives files under root new content, all of them or none: before is
// what they held when the new content was made, and still must.
func Replace(root string, before, after map[string][]byte) error {
	var differences []Difference
	for _, name := range slices.Sorted(maps.Keys(after)) {
		differences = append(differences, Difference{Path: name, before: before[name], content: after[name]})
	}
	session, err := Begin(root)
	if err != nil {
		return err
	}
	defer session.End()
	return session.Write(differences)
}
