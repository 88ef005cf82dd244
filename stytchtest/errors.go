package stytchtest

import (
	"fmt"
	"strings"

	"github.com/stytchgen/sdk/internal/validate"
	"github.com/stytchgen/sdk/stytchtest/internal/contract"
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

// broken turns violations of the spec into the service's error. The first
// violation with an error type of its own sets the type; the message lists all.
func broken(found []validate.Violation) *apiError {
	e := &apiError{errorType: "bad_request"}
	for _, v := range found {
		if e.errorType == "bad_request" && v.Type != "" {
			e.errorType = v.Type
		}
	}
	e.message = join(found)
	return e
}

func join(found []validate.Violation) string {
	messages := make([]string, len(found))
	for i, v := range found {
		messages[i] = v.String()
	}
	return strings.Join(messages, "; ")
}

// ErrorType is an error type that the service can return.
type ErrorType struct {
	Name   string
	Status int
}

// ErrorTypes returns every error type of the spec, sorted by name. A [Fault]
// can return each of them.
func ErrorTypes() []ErrorType {
	var types []ErrorType
	for _, e := range contract.ErrorTypes() {
		types = append(types, ErrorType{e.Name, e.Status})
	}
	return types
}
