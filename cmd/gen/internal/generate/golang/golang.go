// Package golang writes the model as Go files. What it returns is formatted
// and depends on the model alone.
package golang

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
	"github.com/stytchgen/sdk/internal/validate"
)

// Emit returns the Go files of every package, by their path from the module's
// root.
func Emit(sdk *model.SDK) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, pkg := range sdk.Packages {
		e, err := newEmitter(sdk, pkg)
		if err != nil {
			return nil, err
		}
		if err := e.emit(); err != nil {
			return nil, fmt.Errorf("package %s: %w", pkg.Name, err)
		}
		if err := e.render(files); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// render adds the files of the package to files. Most of the time goes into
// formatting, which each file needs for itself, so they take turns on all processors.
func (e *emitter) render(files map[string][]byte) error {
	names := slices.Sorted(maps.Keys(e.files))
	sources, errs := make([][]byte, len(names)), make([]error, len(names))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(names); i = int(next.Add(1)) - 1 {
				var b bytes.Buffer
				if err := e.files[names[i]].Render(&b); err != nil {
					errs[i] = fmt.Errorf("%s/%s: %w", e.pkg.Name, names[i], err)
				}
				sources[i] = groupImports(b.Bytes())
			}
		})
	}
	wait.Wait()
	for i, name := range names {
		files[e.pkg.Name+"/"+name] = sources[i]
	}
	return errors.Join(errs...)
}

// groupImports puts an empty line between the imports of the standard library
// and the others, as people do.
func groupImports(source []byte) []byte {
	before, rest, found := bytes.Cut(source, []byte("\nimport (\n"))
	imports, after, closed := bytes.Cut(rest, []byte("\n)\n"))
	if !found || !closed {
		return source
	}
	var standard, others [][]byte
	for line := range bytes.SplitSeq(imports, []byte("\n")) {
		host, _, _ := bytes.Cut(line, []byte("/"))
		if bytes.Contains(host, []byte(".")) {
			others = append(others, line)
		} else {
			standard = append(standard, line)
		}
	}
	if len(standard) > 0 && len(others) > 0 {
		standard = append(standard, nil)
	}
	imports = bytes.Join(append(standard, others...), []byte("\n"))
	return slices.Concat(before, []byte("\nimport (\n"), imports, []byte("\n)\n"), after)
}

// emitter writes one package.
type emitter struct {
	*writer
	files map[string]*jen.File
	// patterns and enums are what the checks of requests refer to, by the names
	// of their variables.
	patterns map[string]*validate.Pattern
	enums    map[string]*model.Type
	// shared are the declarations of what packages share, by name.
	shared map[string]jen.Code
	// calls are the variables of the calls, which those keep clear of.
	calls map[string]bool
	// err is the first error of a comment, kept so that emitting reads straight.
	err error
}

func newEmitter(sdk *model.SDK, pkg *model.Package) (*emitter, error) {
	w, err := newWriter(sdk, pkg)
	if err != nil {
		return nil, err
	}
	e := &emitter{
		writer: w, files: map[string]*jen.File{}, patterns: map[string]*validate.Pattern{}, enums: map[string]*model.Type{}, shared: map[string]jen.Code{}, calls: map[string]bool{},
	}
	for _, m := range pkg.Methods() {
		e.calls[m.Variable()] = true
	}
	return e, nil
}

func (e *emitter) emit() error {
	e.client()
	if e.errorPrefix() == "" {
		e.errors()
	}
	for _, s := range e.pkg.Services {
		e.service(s)
	}
	for _, t := range e.pkg.Types {
		e.componentType(t)
	}
	e.checkVariables()
	e.answerEnums()
	e.sharing()
	e.tests()
	return e.err
}

// file returns the file of that name, begun when it is new.
func (e *emitter) file(name string) *jen.File {
	f := e.files[name]
	if f == nil {
		f = e.newFile(e.sdk.Module+"/"+e.pkg.Name, e.pkg.Name)
		e.files[name] = f
	}
	return f
}

func (e *emitter) newFile(path, name string) *jen.File {
	f := jen.NewFilePathName(path, name)
	f.HeaderComment("// " + model.Generated)
	for path, name := range map[string]string{
		e.internal("transport"): "transport", e.internal("wire"): "wire", e.internal("validate"): "validate",
		e.internal("redact"): "redact", e.internal("grammar"): "grammar", e.internal("share"): "share", e.internal("wiretest"): "wiretest",
	} {
		f.ImportName(path, name)
	}
	for _, pkg := range e.sdk.Packages {
		f.ImportName(e.sdk.Module+"/"+pkg.Name, pkg.Name)
	}
	return f
}

// internal is the import path of a runtime package.
func (e *emitter) internal(name string) string { return e.sdk.Module + "/internal/" + name }

// first is the import path of the package that has what all share.
func (e *emitter) first() string { return e.sdk.Module + "/" + e.sdk.Packages[0].Name }

// doc renders a comment. Errors are kept for the end.
func (e *emitter) doc(template string, tabs int, args map[string]any) jen.Code {
	c, err := e.comment(template, tabs, args)
	if err != nil && e.err == nil {
		e.err = err
	}
	if c == nil {
		return jen.Null()
	}
	return c
}

// within sets the fields that references in backticks may name, while f runs.
func (e *emitter) within(fields []*model.Field, f func()) {
	before := e.fields
	e.fields = fields
	f()
	e.fields = before
}

// typeName is a struct or enum as this package writes it.
func (e *emitter) typeName(t *model.Type) *jen.Statement {
	return jen.Qual(e.sdk.Module+"/"+t.Package, t.Name)
}

// goType is the Go type of a field.
func (e *emitter) goType(f *model.Field) *jen.Statement {
	switch {
	case f.Kind == model.Map && f.Elem == "":
		return jen.Map(jen.String()).Any()
	case f.Kind == model.Map:
		return jen.Map(jen.String()).Add(e.goType(f.Item()))
	case f.Kind == model.List:
		return jen.Index().Add(e.goType(f.Item()))
	case f.Kind == model.Union:
		return e.typeName(f.Type)
	case f.Kind == model.Any:
		return jen.Any()
	}
	if f.Required {
		return e.scalar(f.Kind, f.Type)
	}
	return jen.Op("*").Add(e.scalar(f.Kind, f.Type))
}

func (e *emitter) scalar(kind model.Kind, t *model.Type) *jen.Statement {
	switch kind {
	case model.Integer:
		return jen.Int()
	case model.Number:
		return jen.Float64()
	case model.Boolean:
		return jen.Bool()
	case model.Time:
		return jen.Qual("time", "Time")
	case model.Struct, model.Enum:
		return e.typeName(t)
	}
	return jen.String()
}

// pointer reports whether a field is nil when it is not set and holds one
// value otherwise.
func pointer(f *model.Field) bool {
	return !f.Required && !slices.Contains([]model.Kind{model.Map, model.List, model.Union, model.Any}, f.Kind)
}

// base is what a call's names begin with: OTPsSMSSend.
func base(m *model.Method) string {
	return m.Request.Name[:len(m.Request.Name)-len("Request")]
}

// bodyFields are the fields that travel in the JSON body.
func bodyFields(t *model.Type) []*model.Field {
	return slices.DeleteFunc(slices.Clone(t.Fields), func(f *model.Field) bool { return !f.SentInBody() })
}

// parameters are the fields that travel in the URL or the headers.
func parameters(t *model.Type) []*model.Field {
	return slices.DeleteFunc(slices.Clone(t.Fields), func(f *model.Field) bool { return f.In == model.InBody })
}
