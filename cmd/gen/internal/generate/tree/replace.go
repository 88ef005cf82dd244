package tree

import (
	"maps"
	"slices"
)

// Replace gives files new content, all of them or none: before is what they held when the new content
// was made, and still must.
func (s *Session) Replace(before, after map[string][]byte) error {
	var differences []Difference
	for _, name := range slices.Sorted(maps.Keys(after)) {
		differences = append(differences, Difference{Path: name, before: before[name], content: after[name]})
	}
	return s.Write(differences)
}
