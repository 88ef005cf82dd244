// Package docs writes the model as Markdown: a reference page for each
// service, the types, the errors, an index, the table of calls, and the page of
// the generator's own findings.
package docs

import (
	"bytes"
	"cmp"
	"fmt"
	"go/format"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/golang"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
	"github.com/stytchgen/sdk/templates"
)

// Folder is where the pages lie under the module's root.
const Folder = "docs/reference"

// Findings is the page of what the generator can find wrong.
const Findings = "docs/findings.md"

// Emit returns the reference pages and the page of findings, by their path from
// the module's root.
func Emit(sdk *model.SDK) (map[string][]byte, error) {
	p, err := newPages(sdk)
	if err != nil {
		return nil, err
	}
	for _, pkg := range sdk.Packages {
		for _, s := range pkg.Services {
			if len(s.Methods) > 0 {
				p.render(pagePath(pkg, s), "reference-service", view{SDK: sdk, Package: pkg, Service: s})
			}
		}
		p.render(pkg.Name+"-types.md", "reference-types", view{SDK: sdk, Package: pkg})
	}
	p.render("errors.md", "reference-errors", view{SDK: sdk})
	p.render("README.md", "reference-index", view{SDK: sdk})
	if err := p.findings(); err != nil {
		return nil, err
	}
	return p.files, p.err
}

func (p *pages) findings() error {
	t, err := templates.Parse(templates.Findings, template.FuncMap{
		"generated": func() string { return model.Generated }, "anchor": anchor,
	})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "findings", codes.All()); err != nil {
		return fmt.Errorf("%s: %w", Findings, err)
	}
	p.files[Findings] = tidy(b.Bytes())
	return nil
}

// view is what a page's template sees.
type view struct {
	SDK     *model.SDK
	Package *model.Package
	Service *model.Service
}

type pages struct {
	sdk       *model.SDK
	templates *template.Template
	links     map[string]string
	indexes   map[*model.Package]map[string]string // links of each package
	files     map[string][]byte
	err       error
}

func newPages(sdk *model.SDK) (*pages, error) {
	p := &pages{sdk: sdk, files: map[string][]byte{}, indexes: map[*model.Package]map[string]string{}}
	var err error
	p.templates, err = templates.Parse(templates.Reference, template.FuncMap{
		"go": p.markdown, "within": p.within, "lower": golang.Lower, "list": fieldNames, "dict": dict,
		"variants": func(t *model.Type) string {
			return golang.Variants(t, func(t *model.Type) string { return p.code(t.Name) })
		},
		"essentials": func(t *model.Type) string {
			return golang.Essentials(t, func(name string) string { return "`" + name + "`" })
		},
		"generated": func() string { return model.Generated },
		"place":     func(s *model.Service) string { return golang.ClientPath(s.Tag) },
		"name":      func(s string) string { return s }, "isFunc": func(string) bool { return false },
		"cell": cell, "span": diag.Span, "call": clientCall, "page": pagePath, "type": p.typeCell, "limits": limits,
		"snippet": p.snippet, "anchor": anchor, "manual": manualFor,
		"unowned": func(pkg *model.Package) []*model.Manual { return manualFor(pkg, nil) },
		"areas":   areasOf, "heading": areaHeading, "headingOf": headingOf,
		"area": areaTitle, "gofmt": gofmt,
	})
	return p, err
}

func (p *pages) render(name, template string, data view) {
	p.within(data.Package)
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, template, data); err != nil && p.err == nil {
		p.err = fmt.Errorf("%s: %w", name, err)
	}
	p.files[Folder+"/"+name] = tidy(b.Bytes())
}

// blankLines are what conditions in a template leave behind.
var blankLines = regexp.MustCompile(`\n{3,}`)

func tidy(page []byte) []byte {
	return append(bytes.TrimSpace(blankLines.ReplaceAll(page, []byte("\n\n"))), '\n')
}

// pagePath is the file of a service's page.
func pagePath(pkg *model.Package, s *model.Service) string {
	return pkg.Name + "-" + pageName.Replace(s.Tag) + ".md"
}

var pageName = strings.NewReplacer(".", "-", "_", "-")

// clientCall is a call as an application writes it: OTPs.SMS.Send.
func clientCall(s *model.Service, m *model.Method) string {
	return golang.ClientPath(s.Tag) + "." + m.Name
}

// anchor is the fragment that GitHub gives a heading.
func anchor(heading string) string {
	keep := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z':
			return r
		}
		return -1
	}, strings.ToLower(heading))
	return keep
}

// code is a name in backticks.
var code = regexp.MustCompile("`[^`\n]+`")

// blockStart is what would make a paragraph a heading, a list, a quote, a table
// or a block of code.
var blockStart = regexp.MustCompile("(?m)^([#>|+=*~`-]|[0-9]+[.)])")

// markdown makes a description safe for a page: code stays code, with
// calls and types linked, and the rest cannot become HTML, a link, or anything
// but a paragraph.
func (p *pages) markdown(text string) string {
	var b strings.Builder
	rest := 0
	for _, at := range code.FindAllStringIndex(text, -1) {
		b.WriteString(escape(text[rest:at[0]]) + p.code(text[at[0]+1:at[1]-1]))
		rest = at[1]
	}
	b.WriteString(escape(text[rest:]))
	return blockStart.ReplaceAllStringFunc(b.String(), func(start string) string {
		if start == "`" {
			return start // a span of code, for other backticks are escaped
		}
		return start[:len(start)-1] + `\` + start[len(start)-1:]
	})
}

func escape(text string) string { return escapes.Replace(text) }

var escapes = strings.NewReplacer("<", "&lt;", ">", "&gt;", "[", `\[`, "`", "\\`")

// code is a name that a description has in backticks.
func (p *pages) code(name string) string {
	if link := p.links[name]; link != "" {
		return link
	}
	return "`" + name + "`"
}

// within makes names in backticks link to what they mean in a package, or in the
// first one that has them. It writes nothing.
func (p *pages) within(pkg *model.Package) string {
	if _, ok := p.indexes[pkg]; !ok {
		p.indexes[pkg] = index(p.sdk, pkg)
	}
	p.links = p.indexes[pkg]
	return ""
}

// index makes the links to calls and types, by the names that descriptions
// give them. Of several meanings the last one set here counts: that of the package
// itself.
func index(sdk *model.SDK, own *model.Package) map[string]string {
	links := map[string]string{}
	packages := slices.Clone(sdk.Packages)
	slices.Reverse(packages)
	if own != nil {
		packages = append(packages, own)
	}
	for _, pkg := range packages {
		for _, t := range pkg.Types {
			links[t.Name] = fmt.Sprintf("[`%s`](%s-types.md#%s)", t.Name, pkg.Name, anchor(t.Name))
		}
		for _, s := range pkg.Services {
			for _, m := range s.Methods {
				links[m.ID] = fmt.Sprintf("[`%s`](%s#%s)", clientCall(s, m), pagePath(pkg, s), anchor(clientCall(s, m)))
			}
		}
	}
	return links
}

// dict gives a template several values under names.
func dict(pairs ...any) (map[string]any, error) {
	values := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is not a name", pairs[i])
		}
		values[name] = pairs[i+1]
	}
	return values, nil
}

// cell makes text safe for a table.
func cell(text string) string { return cellEscapes.Replace(text) }

var cellEscapes = strings.NewReplacer("|", `\|`, "\n\n", "<br><br>", "\n", " ")

func fieldNames(fields []*model.Field) string {
	return golang.Join(fields, func(f *model.Field) string { return "`" + f.Name + "`" })
}

// typeCell is a field's Go type, linked where a page describes it.
func (p *pages) typeCell(pkg *model.Package, f *model.Field) string {
	name := "`" + golang.TypeName(p.sdk, pkg, f) + "`"
	if f.Type == nil {
		return name
	}
	return fmt.Sprintf("[%s](%s-types.md#%s)", name, f.Type.Package, anchor(f.Type.Name))
}

// limits says what a value must keep to, its pattern included.
func limits(f *model.Field) string {
	text := cell(escape(golang.Limits(f)))
	if f.Limits.Pattern == nil {
		return text
	}
	pattern := "Matches " + diag.Span(f.Limits.Pattern.Source)
	if text == "" {
		return pattern
	}
	return pattern + "; " + golang.Lower(text)
}

func (p *pages) snippet(pkg *model.Package, s *model.Service, m *model.Method) (string, error) {
	return golang.Snippet(p.sdk, pkg, s, m)
}

// gofmt lays a declaration out as Go source has it: a struct with a line for each
// field. What is no declaration stays, for the stage that refuses it.
func gofmt(declaration string) string {
	if formatted, err := format.Source([]byte(declaration)); err == nil {
		return string(formatted)
	}
	return declaration
}

// receiver is the type that a declared method belongs to.
var receiver = regexp.MustCompile(`^func \(\w+ \*?(\w+)\)`)

// manualFor returns the sections that belong to a service: with a method of the
// service itself, or of a request or response of its calls. Without a service,
// it returns those that belong to none.
func manualFor(pkg *model.Package, service *model.Service) []*model.Manual {
	var sections []*model.Manual
	for _, section := range pkg.Manual {
		owners := ownersOf(pkg, section)
		if service == nil && len(owners) == 0 || service != nil && slices.Contains(owners, service) {
			sections = append(sections, section)
		}
	}
	return sections
}

func ownersOf(pkg *model.Package, section *model.Manual) []*model.Service {
	var types []string
	for _, d := range section.Declares {
		if found := receiver.FindStringSubmatch(d.Code); found != nil {
			types = append(types, found[1])
		}
	}
	var owners []*model.Service
	for _, s := range pkg.Services {
		if slices.Contains(types, s.Name) || slices.ContainsFunc(s.Methods, func(m *model.Method) bool {
			return slices.Contains(types, m.Request.Name) || slices.Contains(types, m.Response.Name)
		}) {
			owners = append(owners, s)
		}
	}
	return owners
}

func areaTitle(area model.ErrorArea) string { return cmp.Or(area.Title, "All types") }

// The markers of the table of calls in a file of a person.
const (
	beginMarker = "<!-- calls:begin -->"
	endMarker   = "<!-- calls:end -->"
)

// Table returns a file of a person with the table of calls put between its
// markers. It fails when the markers are not there exactly once.
func Table(sdk *model.SDK, file []byte) ([]byte, error) {
	p, err := newPages(sdk)
	if err != nil {
		return nil, err
	}
	before, rest, ok := bytes.Cut(file, []byte(beginMarker))
	_, after, closed := bytes.Cut(rest, []byte(endMarker))
	if !ok || !closed || bytes.Contains(after, []byte(beginMarker)) || bytes.Contains(after, []byte(endMarker)) {
		return nil, fmt.Errorf("it needs %s and, further down, %s, once each; the table of calls goes between them", beginMarker, endMarker)
	}
	var b bytes.Buffer
	if err := p.templates.ExecuteTemplate(&b, "areas", map[string]any{"SDK": sdk, "Folder": Folder + "/"}); err != nil {
		return nil, err
	}
	table := []byte(beginMarker + "\n\n" + string(tidy(b.Bytes())) + "\n" + endMarker)
	if bytes.HasPrefix(rest, []byte("\r\n")) { // the file's own line ends
		table = bytes.ReplaceAll(table, []byte("\n"), []byte("\r\n"))
	}
	return slices.Concat(before, table, after), nil
}
