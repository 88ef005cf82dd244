package model

import (
	"fmt"
	"path"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// packageNames maps each API file to the Go package that is made from it. The
// first one also has what the APIs share.
var packageNames = map[string]string{load.ConsumerFile: "stytch", load.B2BFile: "b2b"}

// Input is what Build needs in addition to the spec.
type Input struct {
	// Module is the import path of the module that the packages live in.
	Module string
	// Taken holds, by package, the names that hand-written files declare, those of
	// methods as User.Initials.
	Taken map[string]map[string]diag.Pos
}

// Build makes the model of a spec. What cannot be expressed goes to the list;
// the model is then incomplete and not to be used.
func Build(spec *load.Spec, in Input, list *diag.List) *SDK {
	b := &builder{spec: spec, list: list, types: map[string]*Type{}, errorLists: map[string][]*ErrorType{}}
	sdk := &SDK{Module: in.Module, Errors: b.errors(), Public: b.publicErrors()}
	if doc := spec.Documents[load.ConsumerFile]; doc != nil && len(doc.Servers) == 2 {
		sdk.TestURL, sdk.LiveURL = doc.Servers[0].URL, doc.Servers[1].URL
	}
	for _, file := range load.APIFiles {
		if doc := spec.Documents[file]; doc != nil {
			sdk.Packages = append(sdk.Packages, b.pkg(file, doc))
		}
	}
	sdk.ErrorAnswer, sdk.OAuthErrorAnswer = b.errorAnswer("Error"), b.errorAnswer(load.OAuthError)
	for _, pkg := range sdk.Packages {
		b.components(pkg)
		b.offers(pkg, sdk.Packages[0])
	}
	b.unused()
	finish(sdk)
	essential(sdk, list)
	invalid(sdk, list)
	collide(sdk, in.Taken, list)
	return sdk
}

type builder struct {
	spec       *load.Spec
	list       *diag.List
	types      map[string]*Type        // by file#name; nil while a scalar
	errorLists map[string][]*ErrorType // by what x-errors writes: a type, or @ and a group
	used       []string                // file#name of components that something refers to

	usedParameters []string // the same of parameters
}

// location is the place that an origin records.
func location(o *openapi3.Origin) diag.Pos {
	if o == nil || o.Key == nil {
		return diag.Pos{}
	}
	return diag.Pos{File: o.Key.File, Line: o.Key.Line, Column: o.Key.Column}
}

// fieldLocation is the place of one key of a collection.
func fieldLocation(o *openapi3.Origin, key string) diag.Pos {
	if o != nil {
		if l, ok := o.Fields.Lookup(key); ok {
			return diag.Pos{File: l.File, Line: l.Line, Column: l.Column}
		}
	}
	return location(o)
}

func (b *builder) pkg(file string, doc *openapi3.T) *Package {
	pkg := &Package{API: strings.TrimSuffix(file, ".yaml"), Name: packageNames[file], Spec: b.spec.Sources[file].Name}
	if doc.Info != nil {
		pkg.Title, pkg.Docs = doc.Info.Title, Docs{Text: prose(doc.Info.Description), URL: docsURL(doc.ExternalDocs)}
	}
	byTag := map[string]*Service{}
	for _, tag := range doc.Tags {
		s := b.service(tag)
		byTag[s.Tag] = s
		pkg.Services = append(pkg.Services, s)
	}
	b.adopt(pkg.Services, byTag)
	for _, op := range b.operations(file, doc) {
		if s := byTag[op.tag()]; s != nil {
			s.Methods = append(s.Methods, b.method(pkg, s, op))
		}
	}
	for _, s := range pkg.Services {
		if len(s.Methods) == 0 && len(s.Children) == 0 && !b.list.HasErrors() {
			b.list.Reportf(codes.EmptyService, s.Pos, "the service %s has no calls", s.Tag)
		}
	}
	pkg.Manual = b.manual(file)
	return pkg
}

// errorAnswer returns the form of a shared response for errors.
func (b *builder) errorAnswer(name string) *Type {
	doc := b.spec.Documents[load.SharedFile]
	if doc == nil || doc.Components == nil || doc.Components.Responses[name] == nil {
		return nil
	}
	answer := doc.Components.Responses[name].Value
	if answer == nil {
		return nil
	}
	media := answer.Content.Get(load.JSON)
	if media == nil || media.Schema == nil || media.Schema.Value == nil {
		return nil
	}
	t := &Type{Name: name, Role: RoleObject, Pos: location(media.Schema.Origin)}
	b.fields(t, load.SharedFile, media.Schema.Value, false)
	return t
}

func (b *builder) service(tag *openapi3.Tag) *Service {
	last := tag.Name[strings.LastIndex(tag.Name, ".")+1:]
	return &Service{
		Tag: tag.Name, Name: GoName(tag.Name) + "Service", Field: GoName(last), Pos: location(tag.Origin),
		Docs: Docs{Text: prose(tag.Description), URL: docsURL(tag.ExternalDocs)},
	}
}

// adopt puts each service under its parent.
func (b *builder) adopt(services []*Service, byTag map[string]*Service) {
	for _, s := range services {
		i := strings.LastIndex(s.Tag, ".")
		if i < 0 {
			continue
		}
		parent := byTag[s.Tag[:i]]
		if parent == nil {
			b.list.Hintf(codes.OrphanService, s.Pos, fmt.Sprintf("declare the tag %s, with what it holds", s.Tag[:i]),
				"the service %s has no parent", s.Tag)
			continue
		}
		parent.Children = append(parent.Children, s)
	}
}

// offers reads x-services. Lint has reported the names that are no areas of the first package.
func (b *builder) offers(pkg, first *Package) {
	src := b.spec.Sources[path.Base(pkg.Spec)]
	if pkg == first {
		return
	}
	for _, item := range load.Items(load.Get(src.Root, load.ServicesKey)) {
		for _, s := range first.Services {
			if s.Tag == item.Value {
				pkg.Offers = append(pkg.Offers, Offer{s, src.Pos(item)})
			}
		}
	}
}

// saidAt reports whether an error on that line has been found.
func (b *builder) saidAt(pos diag.Pos) bool { return b.list.ErrorWithin(pos.File, pos.Line, pos.Line) }

// saidWithin reports whether lint has found an error on the lines of a schema. A
// schema without a position is not a mapping, which is an error too.
func (b *builder) saidWithin(o *openapi3.Origin) bool {
	if o == nil {
		return b.list.HasErrors()
	}
	return o.Key != nil && b.list.ErrorWithin(o.Key.File, o.Key.Line, max(o.Key.Line, o.Key.EndLine))
}

func tagFile(tag string) string { return strings.ReplaceAll(tag, ".", "_") }

func text(v any) string {
	s, _ := v.(string)
	return s
}

func texts(v any) []string {
	var all []string
	items, _ := v.([]any)
	for _, item := range items {
		all = append(all, text(item))
	}
	return all
}

// prose trims a description and divides its paragraphs by empty lines. In a
// folded YAML text (>-), each line break that is left ends a paragraph.
func prose(s string) string {
	var paragraphs []string
	for p := range strings.Lines(s) {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			paragraphs = append(paragraphs, p)
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

func docsURL(d *openapi3.ExternalDocs) string {
	if d == nil {
		return ""
	}
	return d.URL
}

// component splits a reference into the file and the name that it leads to.
func component(file, ref string) (string, string) {
	target, pointer, _ := strings.Cut(ref, "#")
	if target != "" {
		file = path.Base(target)
	}
	return file, pointer[strings.LastIndex(pointer, "/")+1:]
}

// PackageNames returns the names of the packages that are generated.
func PackageNames() []string {
	var names []string
	for _, file := range load.APIFiles {
		names = append(names, packageNames[file])
	}
	return names
}
