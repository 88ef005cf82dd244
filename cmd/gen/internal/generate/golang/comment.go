package golang

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
	"github.com/stytchgen/sdk/templates"
)

// width is the column that comments are wrapped at.
const width = 100

// writer renders doc comments for one package.
type writer struct {
	sdk       *model.SDK
	pkg       *model.Package
	templates *template.Template
	// names are what Go calls the things that have a name in the spec.
	names map[string]string
	// fields resolves wire names of the struct or call at hand to Go names.
	fields []*model.Field
}

func newWriter(sdk *model.SDK, pkg *model.Package) (*writer, error) {
	w := &writer{sdk: sdk, pkg: pkg}
	w.names = w.index()
	var err error
	w.templates, err = templates.Parse(templates.Comments, template.FuncMap{
		"go": w.references, "lower": Lower, "list": fieldNames,
		"variants": func(t *model.Type) string {
			return Variants(t, func(t *model.Type) string { return "[" + t.Name + "]" })
		},
		"essentials": func(t *model.Type) string { return Essentials(t, func(name string) string { return name }) },
	})
	return w, err
}

// comment renders a template and wraps it as the lines of a comment that
// is indented by so many tabs.
func (w *writer) comment(name string, tabs int, args map[string]any) (*jen.Statement, error) {
	text, err := w.text(name, args)
	if err != nil {
		return nil, err
	}
	return jen.Comment(strings.Join(commentLines(text, width-4*tabs), "\n")), nil
}

func (w *writer) text(name string, args map[string]any) (string, error) {
	var b strings.Builder
	if err := w.templates.ExecuteTemplate(&b, name, args); err != nil {
		return "", fmt.Errorf("template %s: %w", name, err)
	}
	return b.String(), nil
}

// commentLines wraps paragraphs to lines that begin with "// " and are at most
// limit wide, where words allow it.
func commentLines(text string, limit int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		words := strings.Fields(paragraph)
		if len(words) == 0 {
			continue
		}
		if len(lines) > 0 {
			lines = append(lines, "//")
		}
		line := "//"
		for _, word := range words {
			if line != "//" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > limit {
				lines = append(lines, line)
				line = "//"
			}
			line += " " + word
		}
		lines = append(lines, line)
	}
	return lines
}

// Lower lowers the first letter of a sentence, unless its first word is
// written in capitals.
func Lower(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	second, _ := utf8.DecodeRuneInString(s[size:])
	if s == "" || unicode.IsUpper(second) || unicode.IsDigit(second) {
		return s
	}
	return string(unicode.ToLower(first)) + s[size:]
}

func fieldNames(fields []*model.Field) string {
	return Join(fields, func(f *model.Field) string { return f.Name })
}

// Join lists fields in words: A, B and C.
func Join(fields []*model.Field, name func(*model.Field) string) string {
	var names []string
	for _, f := range fields {
		names = append(names, name(f))
	}
	return join(names, "and")
}

// join lists words: A, B and C.
func join(words []string, last string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}

// Essentials lists in words what a response must have, "" if that is nothing.
func Essentials(t *model.Type, name func(string) string) string {
	var names []string
	for _, path := range t.Essentials() {
		var parts []string
		for _, f := range path {
			parts = append(parts, f.Name)
		}
		names = append(names, name(strings.Join(parts, ".")))
	}
	if len(names) == 0 {
		return ""
	}
	return join(names, "or")
}

// Variants lists the structs of a union in words.
func Variants(t *model.Type, name func(*model.Type) string) string {
	var names []string
	for _, v := range t.Variants {
		names = append(names, name(v.Type))
	}
	return join(names, "and")
}

var backticks = regexp.MustCompile("`([^`]+)`")

// references turns names in backticks into what Go calls them: a link to a
// method or type, a field's name. Anything else keeps its backticks.
func (w *writer) references(text string) string {
	return backticks.ReplaceAllStringFunc(text, func(quoted string) string {
		name := strings.Trim(quoted, "`")
		for _, f := range w.fields {
			if f.Wire == name {
				return f.Name
			}
		}
		if known := w.names[name]; known != "" {
			return known
		}
		return quoted
	})
}

// index finds what every name means in the package. Of several meanings the
// last one set here counts.
func (w *writer) index() map[string]string {
	names := map[string]string{}
	for _, e := range slices.Backward(w.sdk.Errors) {
		names[e.Wire] = "[" + w.errorPrefix() + e.Name + "]"
	}
	for _, pkg := range slices.Backward(w.sdk.Packages) {
		for _, t := range pkg.Types {
			names[t.Name] = "[" + t.Name + "]"
			if pkg != w.pkg {
				names[t.Name] = "[" + pkg.Name + "." + t.Name + "]"
			}
		}
	}
	for _, o := range w.pkg.Offers {
		for _, s := range o.All() {
			names[s.Tag] = "[" + w.errorPrefix() + s.Name + "]"
			for _, m := range s.Methods {
				names[m.ID] = "[" + w.errorPrefix() + s.Name + "." + m.Name + "]"
			}
		}
	}
	for _, s := range slices.Backward(w.pkg.Services) {
		names[s.Tag] = "[" + s.Name + "]"
		for _, m := range s.Methods {
			names[m.ID] = "[" + s.Name + "." + m.Name + "]"
		}
	}
	for wire, name := range w.fieldNames() {
		if name != "" {
			names[wire] = name
		}
	}
	return names
}

// fieldNames returns the Go name of each wire name that a field anywhere in the
// package has, "" if there are several.
func (w *writer) fieldNames() map[string]string {
	names := map[string]string{}
	for _, t := range w.pkg.AllTypes() {
		for _, f := range t.Fields {
			if name, seen := names[f.Wire]; seen && name != f.Name {
				names[f.Wire] = ""
			} else {
				names[f.Wire] = f.Name
			}
		}
	}
	return names
}

// errorPrefix qualifies the error constants, which the first package holds.
func (w *writer) errorPrefix() string {
	if first := w.sdk.Packages[0]; first != w.pkg {
		return first.Name + "."
	}
	return ""
}

// Limits says in words what a value must keep to, or "".
func Limits(f *model.Field) string {
	l := f.Limits
	var parts []string
	switch {
	case l.Minimum != nil && l.Maximum != nil:
		parts = append(parts, fmt.Sprintf("from %d to %d", *l.Minimum, *l.Maximum))
	case l.Minimum != nil:
		parts = append(parts, fmt.Sprintf("at least %d", *l.Minimum))
	case l.Maximum != nil:
		parts = append(parts, fmt.Sprintf("at most %d", *l.Maximum))
	}
	if l.MinLength > 1 {
		parts = append(parts, "at least "+diag.Count(l.MinLength, "character"))
	}
	if l.MaxLength != nil {
		parts = append(parts, "at most "+diag.Count(*l.MaxLength, "character"))
	}
	if l.MinItems > 0 {
		parts = append(parts, "at least "+diag.Count(l.MinItems, "item"))
	}
	if l.MaxItems != nil {
		parts = append(parts, "at most "+diag.Count(*l.MaxItems, "item"))
	}
	if l.Default != "" {
		value := l.Default
		if f.Kind == model.Enum || f.Kind == model.String {
			value = strconv.Quote(value)
		}
		parts = append(parts, value+" when not set")
	}
	if len(parts) == 0 {
		return ""
	}
	text := strings.Join(parts, "; ")
	return strings.ToUpper(text[:1]) + text[1:]
}
