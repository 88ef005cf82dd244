package lint

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

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
				at := fmt.Sprintf("%s/parameters/%d/example", at, i)
				if _, pointer, shared := strings.Cut(p.Ref, "#"); shared {
					at = pointer + "/example"
				}
				d.example(p.Value.Schema, p.Value.Example, at, "parameter")
			}
		}
	})
}

func (d *documentLinter) media(content openapi3.Content, at, what string) {
	for name, media := range content {
		if media != nil && media.Schema != nil && media.Example != nil {
			d.example(media.Schema, media.Example, at+"/content/"+escape([]string{name})[0]+"/example", what)
		}
	}
}

// example validates an example against its schema and reports every place where
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
	plain.Not, plain.OneOf, plain.AnyOf, plain.AllOf = nil, nil, nil, nil
	rules := openapi3.Schema{Not: schema.Not, OneOf: schema.OneOf, AnyOf: schema.AnyOf, AllOf: schema.AllOf}
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
	case "anyOf":
		return "it sets none of the fields of which at least one must be set"
	case "oneOf":
		return "it sets none, or several, of the fields of which exactly one must be set"
	}
	if failure.Reason != "" {
		return failure.Reason
	}
	first, _, _ := strings.Cut(failure.Error(), "\n")
	return first
}

// expressible reports what of an example has no form in Go: keys that the schema
// does not declare, and integers that do not fit into an int everywhere. The
// service may send such keys, but an example that has them documents something
// else.
func (d *documentLinter) expressible(schema *openapi3.SchemaRef, value any, at, what string) {
	s := schema.Value
	if s == nil {
		return
	}
	if len(s.OneOf) == 2 && s.Discriminator == nil && s.OneOf[0].Ref != "" && value != nil { // an object or null
		d.expressible(s.OneOf[0], value, at, what)
	}
	switch value := value.(type) {
	case map[string]any:
		if values := s.AdditionalProperties.Schema; values != nil {
			for _, key := range slices.Sorted(maps.Keys(value)) {
				d.expressible(values, value[key], at+"/"+escape([]string{key})[0], what)
			}
		}
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
