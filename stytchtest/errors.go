package stytchtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// apiError is an error response.
type apiError struct {
	errorType string
	message   string // "" for the message in errors.yaml
	status    int    // 0 for the status in errors.yaml
}

func fail(errorType string) *apiError { return &apiError{errorType: errorType} }

func failf(errorType, format string, args ...any) *apiError {
	return &apiError{errorType: errorType, message: fmt.Sprintf(format, args...)}
}

// broken turns violations of the spec into the service's error. The first field
// with an error type of its own sets the type; the message lists all
// violations.
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

// chosen distinguishes none from too many when exactly one of several arguments
// is wanted.
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
		return errorType, "one of " + strings.Join(names, ", ") + " is required, and none is given"
	}
	errorType, _ = errorTypes["several"].(string)
	return errorType, "only one of " + strings.Join(names, ", ") + " may be given, not " + strings.Join(set, " and ")
}

// bodyOf returns the schema of a call's body.
func bodyOf(op *operation) *openapi3.Schema {
	return op.route.Operation.RequestBody.Value.Content.Get("application/json").Schema.Value
}

// alternatives returns the field names in the rules of a call's body.
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

// ErrorType is an error type that the service can return.
type ErrorType struct {
	Name   string
	Status int
}

// ErrorTypes returns every error type of the spec, sorted by name. A [Fault]
// can return each of them.
func ErrorTypes() []ErrorType {
	known, err := embedded.errors()
	if err != nil {
		return nil // no server starts then, and Start returns the reason
	}
	var types []ErrorType
	for _, name := range slices.Sorted(maps.Keys(known)) {
		types = append(types, ErrorType{name, known[name].Status})
	}
	return types
}
