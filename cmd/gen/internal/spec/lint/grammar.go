package lint

import (
	"maps"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// kind is what a YAML node must be.
type kind int

const (
	anything kind = iota
	text
	prose // text that ends up in comments and pages
	address
	boolean
	integer
	number
	list
	mapping
)

// shape says what may be in one place of a spec file. A key that is in
// neither fields nor refused is unknown.
type shape struct {
	// name is how findings call the thing: "an operation".
	name string
	kind kind
	// fields are the keys of a mapping with known keys.
	fields map[string]*shape
	// required keys must be there, in the order they are missed.
	required []string
	// refused are keys that OpenAPI knows and the generator does not honour,
	// each with what to do instead.
	refused map[string]string
	// each is the shape of a list's items, or of the values of a mapping whose
	// keys are names.
	each *shape
	// keys, where set, are the only names that a mapping with each may use.
	keys []string
	// values, where set, are the only texts allowed.
	values []string
	// ref allows a $ref in place of the thing.
	ref bool
	// errorType wants a text to be an error type of errors.yaml.
	errorType bool
	// some wants a list to have an item.
	some bool
	// orList allows a list of the same in place of the text, and orBoolean true or
	// false in place of the mapping.
	orList, orBoolean bool
	// hint says what would be right in place of a value of another kind.
	hint string
}

var (
	anyText    = &shape{name: "a text", kind: text}
	anyProse   = &shape{name: "a text", kind: prose}
	anyAddress = &shape{name: "an address", kind: address}
	anyBoolean = &shape{name: "a boolean", kind: boolean}
	anyInteger = &shape{name: "an integer", kind: integer}
	anyNumber  = &shape{name: "a number", kind: number}
	anyValue   = &shape{name: "a value", kind: anything}
	textList   = &shape{name: "a list of texts", kind: list, each: anyText}
	errorType  = &shape{name: "an error type", kind: text, errorType: true}
)

func object(name string, required []string, fields map[string]*shape, refused map[string]string) *shape {
	return &shape{name: name, kind: mapping, required: required, fields: fields, refused: refused}
}

func named(name string, each *shape) *shape { return &shape{name: name, kind: mapping, each: each} }

func listOf(name string, each *shape) *shape { return &shape{name: name, kind: list, each: each} }

func someOf(name string, each *shape) *shape {
	return &shape{name: name, kind: list, each: each, some: true}
}

func oneOfTexts(name string, values ...string) *shape {
	return &shape{name: name, kind: text, values: values}
}

var externalDocs = object("externalDocs", []string{"url"}, map[string]*shape{
	"url": anyAddress, "description": anyProse,
}, nil)

var requirements = listOf("security", named("a requirement", textList))

// documentShape is an OpenAPI document of ours.
var documentShape = object("the document", []string{"openapi", "info", "paths"}, map[string]*shape{
	"openapi": oneOfTexts("the OpenAPI version", "3.1.0", "3.1.1", "3.1.2"),
	"info": object("info", []string{"title", "version"}, map[string]*shape{
		"title": anyText, "version": anyText, "description": anyProse, "summary": anyText,
		"termsOfService": anyText, "contact": anyValue, "license": anyValue,
	}, nil),
	"externalDocs": externalDocs,
	"servers":      serversShape,
	"security":     requirements,
	"tags": listOf("tags", object("a tag", []string{"name", "description"}, map[string]*shape{
		"name": anyText, "description": anyProse, "externalDocs": externalDocs,
	}, nil)),
	"paths":       named("paths", pathItemShape),
	"components":  componentsShape,
	load.AreasKey: textList, load.ServicesKey: textList,
	"x-manual": listOf("x-manual", object("a MANUAL() section", []string{"name", "kind", "declares", "description"}, map[string]*shape{
		"name":        anyText,
		"kind":        oneOfTexts("the section's kind", "METHOD", "FUNCTION", "TYPE"),
		"declares":    textList,
		"description": anyProse,
	}, nil)),
}, map[string]string{
	"webhooks":          "the generator makes clients; leave webhooks out",
	"jsonSchemaDialect": "the dialect is that of OpenAPI 3.1; leave it out",
})

var serversShape = listOf("servers", object("a server", []string{"url"}, map[string]*shape{
	"url": anyText, "description": anyProse,
}, map[string]string{"variables": "write each server's URL out"}))

var componentsShape = object("components", nil, map[string]*shape{
	"schemas":    named("schemas", componentSchemaShape),
	"responses":  named("responses", responseShape),
	"parameters": named("parameters", componentParameterShape),
	"securitySchemes": named("securitySchemes", object("a security scheme", []string{"type"}, map[string]*shape{
		"type": anyText, "scheme": anyText, "description": anyProse,
	}, map[string]string{
		"name": "calls carry HTTP Basic credentials", "in": "calls carry HTTP Basic credentials", "flows": "calls carry HTTP Basic credentials",
		"bearerFormat": "calls carry HTTP Basic credentials", "openIdConnectUrl": "calls carry HTTP Basic credentials",
	})),
}, map[string]string{
	"requestBodies": "write the request body at its operation",
	"headers":       "response headers are readable as they are; leave them out",
	"examples":      "write the example at its media type",
	"links":         "leave links out",
	"callbacks":     "leave callbacks out",
	"pathItems":     "write the path under paths",
})

var pathItemShape = object("a path", nil, map[string]*shape{
	"get": operationShape, "post": operationShape, "put": operationShape,
	"patch": operationShape, "delete": operationShape,
}, map[string]string{
	"$ref":        "write the path out",
	"summary":     "write it at the operation",
	"description": "write it at the operation",
	"parameters":  "write them at each operation",
	"servers":     "the base URL is an option of the client; leave servers out here",
	"head":        "the generator makes no HEAD calls", "options": "the generator makes no OPTIONS calls",
	"trace": "the generator makes no TRACE calls", "query": "the generator makes no QUERY calls",
})

var retryClass = oneOfTexts("the retry class", "safe", "unsent", "never")

var operationShape = object("an operation",
	[]string{"operationId", "tags", "summary", "externalDocs", "x-retry", "responses"},
	map[string]*shape{
		"operationId": anyText, "tags": textList, "summary": anyText, "description": anyProse,
		"externalDocs": externalDocs, "deprecated": anyBoolean,
		"x-retry":    retryClass,
		"x-errors":   textList,
		"security":   requirements,
		"parameters": listOf("parameters", parameterShape),
		"servers":    serversShape,
		"x-paging": object("x-paging", []string{"cursor", "next", "items"}, map[string]*shape{
			"cursor": anyText, "next": anyText, "items": anyText,
		}, nil),
		"requestBody": requestBodyShape,
		"responses": &shape{name: "responses", kind: mapping, required: []string{"200", "default"},
			fields: map[string]*shape{"200": successShape, "default": responseShape}},
	}, map[string]string{
		"callbacks": "leave callbacks out",
	})

// parameterShape is a parameter of a call; componentParameterShape one that calls share.
var (
	parameterShape          = parameter(true, nil)
	componentParameterShape = parameter(false, anyText)
)

func parameter(ref bool, partOf *shape) *shape {
	s := object("a parameter", []string{"name", "in", "description", "schema"}, map[string]*shape{
		"name": anyText, "in": oneOfTexts("the parameter's place", "path", "query", "header"),
		"required": anyBoolean, "description": anyProse, "deprecated": anyBoolean,
		"schema": schemaShape, "example": anyValue, "x-go-name": anyText,
	}, refusedInParameters)
	s.ref = ref
	if partOf != nil {
		s.fields["x-part-of"] = partOf
	}
	return s
}

var refusedInParameters = map[string]string{
	"style":           "parameters are written in their default style",
	"explode":         "parameters are written in their default style",
	"allowReserved":   "parameters are always escaped",
	"allowEmptyValue": "an optional parameter that is set is sent, empty or not; leave it out",
	"content":         "write a schema",
	"examples":        "write one example under the key example",
}

var requestBodyShape = object("a request body", []string{"content"}, map[string]*shape{
	"required": anyBoolean, "description": anyProse, "content": requestContentShape,
}, map[string]string{"$ref": "write the request body out"})

var contentShape = &shape{
	name: "content", kind: mapping, required: []string{"application/json"},
	each: mediaTypeShape, keys: []string{"application/json"},
}

var requestContentShape = &shape{
	name: "content", kind: mapping, each: mediaTypeShape, keys: []string{load.JSON, load.Form},
}

var mediaTypeShape = object("a media type", []string{"schema"}, map[string]*shape{
	"schema": schemaShape, "example": anyValue,
}, map[string]string{
	"examples": "write one example under the key example",
	"encoding": "the client encodes bodies; leave encoding out",
})

var responseShape = &shape{
	name: "a response", kind: mapping, ref: true, required: []string{"description", "content"},
	fields: map[string]*shape{"description": anyProse, "content": contentShape},
	refused: map[string]string{
		"headers": "response headers are readable as they are; leave them out",
		"links":   "leave links out",
	},
}

// successShape is the answer of a call that did what it was asked. Without content, it has no body.
var successShape = func() *shape {
	s := *responseShape
	s.required = []string{"description"}
	return &s
}()

// schemaShape is filled by init because schemas hold schemas.
// componentSchemaShape is the same, but cannot be a mere $ref. additionalShape can
// be a boolean.
var (
	schemaShape          = &shape{name: "a schema", kind: mapping, ref: true, refused: map[string]string{}}
	componentSchemaShape = &shape{name: "a schema", kind: mapping}
	additionalShape      = &shape{name: "a schema", kind: mapping, ref: true, orBoolean: true}
)

func init() {
	schemaShape.fields = map[string]*shape{
		"type": {name: "the type", kind: text, orList: true,
			values: []string{"string", "integer", "number", "boolean", "object", "array", "null"}},
		"title":        anyText,
		"format":       anyText,
		"description":  anyProse,
		"externalDocs": externalDocs,
		"deprecated":   anyBoolean,
		"properties":   named("properties", schemaShape),
		"required": {name: "a list of texts", kind: list, each: anyText,
			hint: "name each required property in the list required of its object"},
		"additionalProperties": additionalShape,
		"items":                schemaShape,
		"enum":                 someOf("enum", anyText),
		"const":                anyText,
		"default":              anyValue,
		"minimum":              anyNumber,
		"maximum":              anyNumber,
		"minLength":            anyInteger,
		"maxLength":            anyInteger,
		"minItems":             anyInteger,
		"maxItems":             anyInteger,
		"pattern":              anyText,
		"oneOf":                someOf("oneOf", schemaShape),
		"anyOf":                someOf("anyOf", schemaShape),
		"allOf":                someOf("allOf", schemaShape),
		"discriminator": object("discriminator", []string{"propertyName", "mapping"}, map[string]*shape{
			"propertyName": anyText, "mapping": named("mapping", anyText),
		}, nil),
		"not":         schemaShape,
		"x-sensitive": anyBoolean,
		"x-essential": anyBoolean,
		"x-invalid":   errorType,
		"x-choice":    object("x-choice", nil, map[string]*shape{"none": errorType, "several": errorType}, nil),
		"x-go-name":   anyText,
	}
	for instead, names := range map[string]string{
		"OpenAPI 3.1 writes type: [string, 'null']":            "nullable",
		"write the example at the media type or the parameter": "example examples",
		"leave it to the service, and say it in the description": "multipleOf uniqueItems minProperties maxProperties contains minContains maxContains " +
			"dependentSchemas dependentRequired propertyNames if then else",
		"write minimum":                       "exclusiveMinimum",
		"write maximum":                       "exclusiveMaximum",
		"leave the property out of requests":  "readOnly",
		"leave the property out of responses": "writeOnly",
		"bodies are JSON; leave it out":       "xml",
		"write items":                         "prefixItems",
		"write additionalProperties: true for a free-form object": "patternProperties",
		"leave it out": "unevaluatedItems unevaluatedProperties contentEncoding contentMediaType contentSchema $id $schema",
		"write the schema under components.schemas": "$defs",
		"refer by path":        "$anchor",
		"write $ref":           "$dynamicRef $dynamicAnchor",
		"write a YAML comment": "$comment",
	} {
		for name := range strings.FieldsSeq(names) {
			schemaShape.refused[name] = instead
		}
	}
	additionalShape.fields = schemaShape.fields
	componentSchemaShape.fields = maps.Clone(schemaShape.fields)
	componentSchemaShape.fields["x-copied"] = anyBoolean
	additionalShape.refused = schemaShape.refused
	componentSchemaShape.refused = maps.Clone(schemaShape.refused)
	componentSchemaShape.refused["$ref"] = "refer to the other component where this one is used"
}

// errorsShape is errors.yaml.
var errorsShape = object("the file", []string{"docs", "common", "errors"}, map[string]*shape{
	"docs":   anyAddress,
	"common": textList,
	"groups": named("groups", textList),
	"public": named("public", object("a public error", []string{"status", "message"}, map[string]*shape{
		"status": anyInteger, "message": anyProse, "types": textList,
	}, nil)),
	"errors": named("errors", object("an error type", []string{"status", "description", "action"}, map[string]*shape{
		"area": anyText, "status": anyInteger, "description": anyProse, "action": anyProse, "retry": anyBoolean, "docs": anyAddress,
	}, nil)),
}, nil)

// driftShape is drift.yaml, and acceptedShape accepted-breaks.yaml.
var (
	driftShape = object("the file", []string{"scope"}, map[string]*shape{
		"scope": textList,
		"accepted": listOf("accepted", object("an entry", []string{"call", "drift", "reason", "upstream"}, map[string]*shape{
			"call": anyText, "field": anyText, "drift": anyText, "value": anyText, "reason": anyProse, "upstream": anyText,
		}, nil)),
	}, nil)
	acceptedShape = object("the file", []string{"accepted"}, map[string]*shape{
		"accepted": listOf("accepted", object("an entry", []string{"change", "reason"}, map[string]*shape{"change": anyText, "reason": anyProse}, nil)),
	}, nil)
)
