package lint

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// Documents checks what only resolved documents can tell: that they are valid
// OpenAPI, and that each example and default is one its schema accepts.
func Documents(spec *load.Spec, list *diag.List) {
	if list.Has(codes.HoldsItself) {
		return // to checking an example against a schema that contains itself would not end
	}
	misshapen := list.HasErrors()
	for _, name := range load.APIFiles {
		doc := spec.Documents[name]
		if doc == nil {
			continue
		}
		d := &documentLinter{spec: spec, src: spec.Sources[name], list: list, misshapen: misshapen}
		d.examples(doc)
		d.defaults(doc)
		d.validate(doc)
	}
}

type documentLinter struct {
	spec *load.Spec
	src  *load.Source
	list *diag.List
	// misshapen tells that Structure has found errors.
	misshapen bool
}

// validate reports what the OpenAPI library finds beyond our own checks.
func (d *documentLinter) validate(doc *openapi3.T) {
	err := doc.Validate(context.Background(), openapi3.EnableMultiError(), openapi3.IsOpenAPI31OrLater(),
		openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(), openapi3.DisableSchemaPatternValidation())
	if err == nil {
		return
	}
	var all openapi3.MultiError
	if !errors.As(err, &all) {
		all = openapi3.MultiError{err}
	}
	for _, err := range all {
		origin := originOf(err)
		if d.alreadyFound(origin) {
			continue
		}
		message, _, _ := strings.Cut(err.Error(), "\n")
		pos := d.src.Pos(d.named(message))
		if origin != nil && origin.Key != nil {
			pos = diag.Pos{File: origin.Key.File, Line: origin.Key.Line, Column: origin.Key.Column}
		}
		d.list.Reportf(codes.Invalid, pos, "%s", message)
	}
}

var (
	namedOperation = regexp.MustCompile(`invalid path (\S+): invalid operation (\w+)`)
	quotedName     = regexp.MustCompile(`"([^"]+)"`)
)

// named is what the library's message is about, as far as its names tell: an
// operation, or the first key that it quotes, or else the whole document.
func (d *documentLinter) named(message string) *yaml.Node {
	if found := namedOperation.FindStringSubmatch(message); found != nil {
		n, _ := load.At(d.src.Root, "/paths/"+escape(found[1:2])[0]+"/"+strings.ToLower(found[2]))
		return n
	}
	for _, found := range quotedName.FindAllStringSubmatch(message, -1) {
		if key := keyNamed(d.src.Root, found[1]); key != nil {
			return key
		}
	}
	return d.src.Root
}

func keyNamed(n *yaml.Node, name string) *yaml.Node {
	for key, value := range load.Pairs(n) {
		if key.Value == name {
			return key
		}
		if found := keyNamed(value, name); found != nil {
			return found
		}
	}
	for _, item := range load.Items(n) {
		if found := keyNamed(item, name); found != nil {
			return found
		}
	}
	return nil
}

// alreadyFound reports whether the list holds an error inside the thing that
// the library complains about: that is then the same in other words.
func (d *documentLinter) alreadyFound(origin *openapi3.Origin) bool {
	if origin == nil || origin.Key == nil {
		return d.misshapen // what has no place is mostly that, in other words
	}
	from, to := origin.Key.Line, max(origin.Key.Line, origin.Key.EndLine)
	return d.list.ErrorWithin(origin.Key.File, from, to)
}

// originOf digs the innermost origin out of a chain of the library's errors.
func originOf(err error) *openapi3.Origin {
	var origin *openapi3.Origin
	for err != nil {
		var value *openapi3.SchemaValueError
		if errors.As(err, &value) && value.Origin != nil {
			origin = value.Origin
		}
		var required *openapi3.RequiredFieldError
		if errors.As(err, &required) && required.Origin != nil {
			origin = required.Origin
		}
		err = errors.Unwrap(err)
	}
	return origin
}

// eachOperation calls f for every operation, with its JSON pointer.
func eachOperation(doc *openapi3.T, f func(at string, op *openapi3.Operation)) {
	if doc.Paths == nil {
		return
	}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		operations := doc.Paths.Value(path).Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			f("/paths/"+strings.ReplaceAll(path, "/", "~1")+"/"+strings.ToLower(method), operations[method])
		}
	}
}

// defaults reports defaults that their own schemas reject.
func (d *documentLinter) defaults(doc *openapi3.T) {
	seen := map[*openapi3.Schema]bool{}
	var walk func(ref *openapi3.SchemaRef)
	walk = func(ref *openapi3.SchemaRef) {
		if ref == nil || ref.Value == nil || seen[ref.Value] {
			return
		}
		s := ref.Value
		seen[s] = true
		if s.Default != nil {
			for _, failure := range rejections(s, s.Default) {
				d.list.Reportf(codes.DefaultRejected, place(s.Origin, ref.Origin), "the schema rejects its default: %s", reason(failure))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			walk(s.Properties[name])
		}
		walk(s.Items)
		for _, branch := range s.OneOf {
			walk(branch)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(componentSchemas(doc))) {
		walk(componentSchemas(doc)[name])
	}
	eachOperation(doc, func(_ string, op *openapi3.Operation) {
		for _, p := range op.Parameters {
			if p.Value != nil {
				walk(p.Value.Schema)
			}
		}
		if op.RequestBody != nil && op.RequestBody.Value != nil {
			for _, media := range op.RequestBody.Value.Content {
				walk(media.Schema)
			}
		}
	})
}

func componentSchemas(doc *openapi3.T) openapi3.Schemas {
	if doc.Components == nil {
		return nil
	}
	return doc.Components.Schemas
}

// place is where a default is: in the schema, or next to the reference.
func place(origins ...*openapi3.Origin) diag.Pos {
	for _, o := range slices.Backward(origins) {
		if o == nil {
			continue
		}
		if l, ok := o.Fields.Lookup("default"); ok {
			return diag.Pos{File: l.File, Line: l.Line, Column: l.Column}
		}
	}
	return diag.Pos{}
}

func schemaErrors(err error) []*openapi3.SchemaError {
	var all openapi3.MultiError
	if errors.As(err, &all) {
		var found []*openapi3.SchemaError
		for _, e := range all {
			found = append(found, schemaErrors(e)...)
		}
		return found
	}
	var one *openapi3.SchemaError
	if errors.As(err, &one) {
		return []*openapi3.SchemaError{one}
	}
	return nil
}

func escape(tokens []string) []string {
	escaped := make([]string, len(tokens))
	for i, token := range tokens {
		escaped[i] = escapes.Replace(token)
	}
	return escaped
}

var escapes = strings.NewReplacer("~", "~0", "/", "~1")
