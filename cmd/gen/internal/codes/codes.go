// Package codes is the table of everything that the generator can find wrong:
// each finding has a code, and each code an entry that says more. The page
// docs/findings.md and gen explain are made from it.
package codes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Code is one kind of finding. The variables of this package are all there are.
type Code struct {
	// ID is "E012" for an error, which stops the generator, and "W001" for a
	// warning, which does not. An ID keeps its meaning for ever.
	ID string
	// Title names the finding in a few words.
	Title string
	// Meaning says what is wrong about it, and why the generator minds.
	Meaning string
	// Wrong and Right are an example of each, of the language Language.
	Wrong, Right string
	// Language is what the examples are written in: "yaml" when empty.
	Language string
	// Do says what to do.
	Do string
}

// IsWarning reports whether the finding stops nothing.
func (c *Code) IsWarning() bool { return strings.HasPrefix(c.ID, "W") }

// String returns the ID.
func (c *Code) String() string { return c.ID }

// Syntax is the language of the examples, as a Markdown fence names it.
func (c *Code) Syntax() string { return cmp.Or(c.Language, "yaml") }

// Text is the entry as gen explain prints it.
func (c *Code) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n%s\n", c.ID, c.Title, wrap(c.Meaning))
	for _, example := range []struct{ label, text string }{{"Wrong", c.Wrong}, {"Right", c.Right}} {
		fmt.Fprintf(&b, "\n%s:\n\n", example.label)
		for line := range strings.Lines(example.text) {
			b.WriteString(strings.TrimRight("    "+line, " \n") + "\n")
		}
	}
	fmt.Fprintf(&b, "\n%s\n", wrap(c.Do))
	return b.String()
}

// width is where the lines of an entry end.
const width = 88

func wrap(text string) string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return strings.Join(append(lines, line), "\n")
}

var all []*Code

func add(c Code) *Code {
	all = append(all, &c)
	return &c
}

// All returns every code, in the order of the IDs.
func All() []*Code {
	return slices.SortedFunc(slices.Values(all), func(a, b *Code) int { return cmp.Compare(a.ID, b.ID) })
}

// Lookup returns the code of an ID, in capitals or not, or nil.
func Lookup(id string) *Code {
	for _, c := range all {
		if strings.EqualFold(c.ID, id) {
			return c
		}
	}
	return nil
}
