package diag

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/internal/nearest"
)

// DidYouMean is the hint for an unknown name: the nearest candidate,
// or else all of them when they are few.
func DidYouMean(name string, candidates []string) string {
	if near := nearest.Name(name, candidates); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(candidates) == 0 || len(candidates) > 12 {
		return ""
	}
	return "known here: " + strings.Join(slices.Sorted(slices.Values(candidates)), ", ")
}
