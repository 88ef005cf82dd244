package stytchtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// apiError is an error that the service answers.
type apiError struct {
	errorType string
	message   string // "" for what errors.yaml says
	status    int    // 0 for the usual one
}

func fail(errorType string) *apiError { return &apiError{errorType: errorType} }

func failf(errorType, format string, args ...any) *apiError {
	return &apiError{errorType: errorType, message: fmt.Sprintf(format, args...)}
}

// broken turns violations of the spec into the service's error: the type of
// the first field that has one, and a message that lists them all.
func broken(op *operation, found []violation, body map[string]any) *apiError {
	e := &apiError{errorType: "bad_request"}
	var messages []string
	for _, v := range found {
		errorType, message := describe(op, v, body)
		if e.errorType == "bad_request" && errorType != "" {
			e.errorType = errorType
		}
		messages = append(messages, message)
	}
	e.message = strings.Join(messages, "; ")
	return e
}

func describe(op *operation, v violation, body map[string]any) (errorType, message string) {
	switch v.rule {
	case "required":
		return "", fmt.Sprintf("%s: the field is required", v.field)
	case "oneOf", "anyOf", "not", "allOf":
		if v.field == "" {
			return chosen(op, body)
		}
	}
	if v.field == "" {
		return "", "the request: " + v.reason
	}
	return v.errorType, fmt.Sprintf("%s: %s", v.field, v.reason)
}

// chosen tells none from too many of the arguments of which one is wanted.
func chosen(op *operation, body map[string]any) (errorType, message string) {
	names := alternatives(op)
	var set []string
	for _, name := range names {
		if _, ok := body[name]; ok {
			set = append(set, name)
		}
	}
	errorTypes, _ := bodyOf(op).Extensions["x-choice"].(map[string]any)
	if len(set) == 0 {
		errorType, _ = errorTypes["none"].(string)
		return errorType, "one of " + strings.Join(names, ", ") + " is needed, and none is given"
	}
	errorType, _ = errorTypes["several"].(string)
	return errorType, "only one of " + strings.Join(names, ", ") + " can be given, not " + strings.Join(set, " and ")
}

// bodyOf is the schema of a call's body.
func bodyOf(op *operation) *openapi3.Schema {
	return op.route.Operation.RequestBody.Value.Content.Get("application/json").Schema.Value
}

// alternatives are the names in the rules of a call's body.
func alternatives(op *operation) []string {
	schema := bodyOf(op)
	var names []string
	add := func(more []string) {
		for _, name := range more {
			if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+name+" ") {
				names = append(names, name)
			}
		}
	}
	for _, branch := range slices.Concat(schema.OneOf, schema.AnyOf) {
		add(branch.Value.Required)
	}
	if schema.Not != nil {
		add(schema.Not.Value.Required)
	}
	for _, part := range schema.AllOf {
		if part.Value.Not != nil {
			add(part.Value.Not.Value.Required)
		}
	}
	return names
}

// ErrorType is an error type that the service can answer.
type ErrorType struct {
	Name   string
	Status int
}

// ErrorTypes returns every error type of the spec, by name. A [Fault] reaches
// each of them.
func ErrorTypes() []ErrorType {
	known, err := embedded.errors()
	if err != nil {
		return nil // no server knows any either, and its errors say why
	}
	var types []ErrorType
	for _, name := range slices.Sorted(maps.Keys(known)) {
		types = append(types, ErrorType{name, known[name].Status})
	}
	return types
}
