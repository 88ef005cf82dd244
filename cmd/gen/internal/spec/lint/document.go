package lint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

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
		return // to hold an example against a schema that is itself would not end
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
	for _, item := range items(n) {
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

func (d *documentLinter) examples(doc *openapi3.T) {
	eachOperation(doc, func(at string, op *openapi3.Operation) {
		if op.RequestBody != nil && op.RequestBody.Value != nil {
			d.media(op.RequestBody.Value.Content, at+"/requestBody", "request")
		}
		if op.Responses != nil {
			if response := op.Responses.Value("200"); response != nil && response.Value != nil {
				d.media(response.Value.Content, at+"/responses/200", "response")
			}
		}
		for i, p := range op.Parameters {
			if p.Value != nil && p.Value.Example != nil && p.Value.Schema != nil {
				d.example(p.Value.Schema, p.Value.Example, fmt.Sprintf("%s/parameters/%d/example", at, i), "parameter")
			}
		}
	})
}

func (d *documentLinter) media(content openapi3.Content, at, what string) {
	media := content.Get("application/json")
	if media != nil && media.Schema != nil && media.Example != nil {
		d.example(media.Schema, media.Example, at+"/content/application~1json/example", what)
	}
}

// example holds an example against its schema and reports every place where
// the schema rejects it.
func (d *documentLinter) example(schema *openapi3.SchemaRef, value any, at, what string) {
	if schema.Value == nil {
		return
	}
	for _, failure := range rejections(schema.Value, value) {
		if failure.SchemaField == "pattern" && !compiles(failure.Schema.Pattern) {
			continue // which the pattern's own finding says
		}
		n, _ := load.At(d.src.Root, at+"/"+strings.Join(escape(failure.JSONPointer()), "/"))
		place := strings.Join(failure.JSONPointer(), ".")
		if place != "" {
			place = " at " + place
		}
		d.list.Reportf(codes.ExampleRejected, d.src.Pos(n), "the schema rejects the %s's example%s: %s", what, place, reason(failure))
	}
	d.expressible(schema, value, at, what)
}

// rejections returns every place where a schema rejects a value. The library
// stops at a broken rule over several fields, so these are asked for apart.
func rejections(schema *openapi3.Schema, value any) []*openapi3.SchemaError {
	plain := *schema
	plain.Not, plain.OneOf, plain.AllOf = nil, nil, nil
	rules := openapi3.Schema{Not: schema.Not, OneOf: schema.OneOf, AllOf: schema.AllOf}
	found := schemaErrors(visit(&plain, value))
	if schema.Properties == nil {
		return schemaErrors(visit(schema, value))
	}
	return append(found, schemaErrors(visit(&rules, value))...)
}

func compiles(expr string) bool {
	_, err := regexp.Compile(expr)
	return err == nil
}

func visit(schema *openapi3.Schema, value any) error {
	return schema.VisitJSON(value, openapi3.MultiErrors(), openapi3.EnableFormatValidation())
}

// reason says in our words why a schema rejects a value.
func reason(failure *openapi3.SchemaError) string {
	switch failure.SchemaField {
	case "format":
		return "it is no " + failure.Schema.Format + " such as 2026-03-02T09:41:07Z"
	case "not", "allOf":
		return "it sets several of the fields of which at most one can be set"
	case "oneOf":
		return "it sets none, or several, of the fields of which exactly one must be set"
	}
	if failure.Reason != "" {
		return failure.Reason
	}
	first, _, _ := strings.Cut(failure.Error(), "\n")
	return first
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
			if media := op.RequestBody.Value.Content.Get("application/json"); media != nil {
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

// place is where a default stands: in the schema, or beside the reference.
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

// expressible reports what of an example has no form in Go: keys that the schema
// does not declare (the service may send such, but an example that does documents
// something else), and integers that do not fit into an int everywhere.
func (d *documentLinter) expressible(schema *openapi3.SchemaRef, value any, at, what string) {
	s := schema.Value
	if s == nil {
		return
	}
	if len(s.OneOf) == 2 && s.OneOf[0].Ref != "" && value != nil { // an object or null
		d.expressible(s.OneOf[0], value, at, what)
	}
	switch value := value.(type) {
	case map[string]any:
		if s.Properties == nil {
			return
		}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			below := at + "/" + escape([]string{key})[0]
			if property := s.Properties[key]; property != nil {
				d.expressible(property, value[key], below, what)
				continue
			}
			n, _ := load.At(d.src.Root, below)
			d.list.Hintf(codes.UndeclaredKey, d.src.Pos(n), diag.DidYouMean(key, slices.Collect(maps.Keys(s.Properties))),
				"the %s's example has a key %q that the schema does not declare", what, key)
		}
	case float64:
		d.integer(s, value, at, what)
	case string:
		if _, err := time.Parse(time.RFC3339, value); s.Format == "date-time" && err != nil && visit(s, value) == nil {
			n, _ := load.At(d.src.Root, at)
			d.list.Reportf(codes.ExampleRejected, d.src.Pos(n), "the %s's example has the time %s, which does not exist; write one such as 2026-03-02T09:41:07Z", what, value)
		}
	case []any:
		for i, item := range value {
			if s.Items != nil {
				d.expressible(s.Items, item, fmt.Sprintf("%s/%d", at, i), what)
			}
		}
	}
}

// integer reports an integer of an example that is not written as Go writes an int.
func (d *documentLinter) integer(s *openapi3.Schema, value float64, at, what string) {
	if s.Type == nil || !s.Type.Includes(openapi3.TypeInteger) {
		return
	}
	n, _ := load.At(d.src.Root, at)
	switch {
	case n.ShortTag() != "!!int":
		d.list.Reportf(codes.ExampleRejected, d.src.Pos(n), "the %s's example has the integer %s; write it without a fraction and an exponent", what, n.Value)
	case what != "response" && (value < math.MinInt32 || value > math.MaxInt32):
		d.list.Reportf(codes.ExampleRejected, d.src.Pos(n), "the %s's example has the integer %s, which does not fit into an int on 32-bit systems", what, n.Value)
	}
}

func escape(tokens []string) []string {
	escaped := make([]string, len(tokens))
	for i, token := range tokens {
		escaped[i] = strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
	}
	return escaped
}
