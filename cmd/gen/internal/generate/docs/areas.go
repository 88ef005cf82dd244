package docs

import (
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/generate/golang"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// area is what the table of calls has a line for: a service of the client with
// those below it, such as OTPs with OTPs.SMS and OTPs.Email.
type area struct {
	// Name is how an application writes it: OTPs.
	Name string
	// About is what the calls do, in one sentence.
	About    string
	Services []*model.Service
}

// Calls is the number of calls.
func (a area) Calls() int {
	calls := 0
	for _, s := range a.Services {
		calls += len(s.Methods)
	}
	return calls
}

// areasOf returns the areas of a package that have calls, in the order of the spec.
func areasOf(pkg *model.Package) []area {
	var areas []area
	at := map[string]int{}
	for _, s := range pkg.Services {
		top, _, _ := strings.Cut(s.Tag, ".")
		i, ok := at[top]
		if !ok {
			i = len(areas)
			at[top] = i
			areas = append(areas, area{Name: golang.ClientPath(top)})
		}
		if s.Tag == top {
			areas[i].About = firstSentence(s.Docs.Text)
		}
		areas[i].Services = append(areas[i].Services, s)
	}
	return slices.DeleteFunc(areas, func(a area) bool { return a.Calls() == 0 })
}

// firstSentence returns a text up to the end of its first sentence.
func firstSentence(text string) string {
	paragraph, _, _ := strings.Cut(text, "\n\n")
	if end := strings.Index(paragraph, ". "); end >= 0 {
		return paragraph[:end+1]
	}
	return paragraph
}

// areaHeading is the heading of an area in the index. It names the package, so
// that the anchors of two packages differ.
func areaHeading(pkg *model.Package, a area) string { return headingOf(pkg, a.Name) }

func headingOf(pkg *model.Package, area string) string { return pkg.Name + ": " + area }
