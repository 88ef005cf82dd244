package stytchtest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/spec"
)

// api is the spec in the form that the server enforces.
type api struct {
	// consumer and b2b return the calls of each API, and errors the error types.
	// Each is read on first use, because it takes longer than the rest of the
	// server's start.
	consumer, b2b func() ([]operation, error)
	errors        func() (map[string]errorType, error)
}

// operation is one call of the spec.
type operation struct {
	call    Call
	handler handler // nil: the emulator does not implement the call
	route   *routers.Route
	parts   []string // of the path, between the slashes
}

// errorType is an entry of errors.yaml.
type errorType struct {
	Status      int    `yaml:"status"`
	Description string `yaml:"description"`
	Action      string `yaml:"action"`
	url         string
}

// embedded is the embedded spec. All servers of the process share it.
var embedded = &api{
	consumer: sync.OnceValues(func() ([]operation, error) { return readOperations("consumer") }),
	b2b:      sync.OnceValues(func() ([]operation, error) { return readOperations("b2b") }),
	errors:   sync.OnceValues(readErrors),
}

// warm reads the spec and makes the first key before the first calls need them.
func (a *api) warm() {
	_, _ = a.consumer()
	_, _ = a.b2b()
	_, _ = a.errors()
	first()
}

func readOperations(name string) ([]operation, error) {
	document, err := spec.Document(name)
	if err != nil {
		return nil, fmt.Errorf("the embedded spec: %w", err)
	}
	data, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("the embedded spec: %w", err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("the embedded spec: %w", err)
	}
	doc.Servers = nil // paths match at any address
	var operations []operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			operations = append(operations, operation{
				call: newCall(name, op.OperationID), handler: handlers[name][op.OperationID],
				route: &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op},
				parts: strings.Split(path, "/"),
			})
		}
	}
	// In this order a path without parameters comes before one that also matches it.
	slices.SortFunc(operations, func(a, b operation) int {
		return cmp.Or(cmp.Compare(a.route.Path, b.route.Path), cmp.Compare(a.route.Method, b.route.Method))
	})
	return operations, nil
}

func readErrors() (map[string]errorType, error) {
	data, err := spec.Files.ReadFile("errors.yaml")
	if err != nil {
		return nil, err
	}
	var catalog struct {
		Docs   string               `yaml:"docs"`
		Errors map[string]errorType `yaml:"errors"`
	}
	if err := yaml.Unmarshal(data, &catalog); err != nil {
		return nil, fmt.Errorf("the embedded errors.yaml: %w", err)
	}
	for name, e := range catalog.Errors {
		e.url = strings.NewReplacer("{status}", fmt.Sprint(e.Status), "{type}", name).Replace(catalog.Docs)
		catalog.Errors[name] = e
	}
	return catalog.Errors, nil
}

// find returns the call of a request, and its path parameters. If the path
// exists with other methods, it returns the allowed methods.
func (a *api) find(method, path string) (op *operation, params map[string]string, allowed []string, err error) {
	read := a.consumer
	if strings.HasPrefix(path, "/v1/b2b/") {
		read = a.b2b
	}
	operations, err := read()
	if err != nil {
		return nil, nil, nil, err
	}
	parts := strings.Split(path, "/")
	for i := range operations {
		candidate := &operations[i]
		params, ok := match(candidate.parts, parts)
		if !ok {
			continue
		}
		if candidate.route.Method == method {
			return candidate, params, nil, nil
		}
		allowed = append(allowed, candidate.route.Method)
	}
	slices.Sort(allowed)
	return nil, nil, allowed, nil
}

func match(template, parts []string) (map[string]string, bool) {
	if len(template) != len(parts) {
		return nil, false
	}
	params := map[string]string{}
	for i, part := range template {
		name, isParam := strings.CutPrefix(part, "{")
		if !isParam && part != parts[i] || isParam && parts[i] == "" {
			return nil, false
		}
		if isParam {
			params[strings.TrimSuffix(name, "}")] = parts[i]
		}
	}
	return params, true
}

// filterOptions make the filter report all errors and leave credentials to the
// server.
var filterOptions = &openapi3filter.Options{
	MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true,
	IncludeResponseStatus: true,
}

// input describes a request to the filter.
func (op *operation) input(r *http.Request, params map[string]string, body []byte) *openapi3filter.RequestValidationInput {
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	return &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: op.route, Options: filterOptions,
	}
}

// violation is one error of a request or response against the spec.
type violation struct {
	field     string // its path, "" for the request as a whole
	rule      string // the schema's keyword: pattern, required, oneOf, not ...
	reason    string
	errorType string // the service's type for this field, or ""
}

// checkRequest compares a request with the spec.
func (op *operation) checkRequest(in *openapi3filter.RequestValidationInput) []violation {
	found := violations(openapi3filter.ValidateRequest(context.Background(), in), violation{})
	// Searches have error types of their own for a query, and check it themselves.
	found = slices.DeleteFunc(found, func(v violation) bool { return v.field == "query" || strings.HasPrefix(v.field, "query.") })
	for i, v := range found {
		if property := op.property(v.field); property != nil {
			found[i].errorType = cmp.Or(v.errorType, invalid(property))
		}
	}
	return found
}

// property returns the schema of a field of the body, nil when the body has none
// of this name.
func (op *operation) property(name string) *openapi3.Schema {
	if op.route.Operation.RequestBody == nil {
		return nil
	}
	if property := bodyOf(op).Properties[name]; property != nil {
		return property.Value
	}
	return nil
}

// checkResponse compares a response with the spec.
func (op *operation) checkResponse(in *openapi3filter.RequestValidationInput, status int, header http.Header, body []byte) error {
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: status, Header: header,
		Body: io.NopCloser(bytes.NewReader(body)), Options: filterOptions,
	})
}

// violations flattens the filter's errors. in describes the parameter with the errors.
func violations(err error, in violation) []violation {
	var many openapi3.MultiError
	var request *openapi3filter.RequestError
	var schema *openapi3.SchemaError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &request) && error(request) == err:
		if p := request.Parameter; p != nil {
			in.field = p.Name
			if p.Schema != nil {
				in.errorType = invalid(p.Schema.Value)
			}
		}
		if request.Err == nil {
			in.reason = request.Reason
			return []violation{in}
		}
		if found := violations(request.Err, in); len(found) == 0 || found[0].rule != "" || found[0].reason != request.Err.Error() {
			return found
		}
		reason := request.Err.Error()
		if request.Reason != reason { // both are equal for a missing parameter
			reason = strings.TrimSpace(request.Reason + " " + reason)
		}
		in.reason = reason
		return []violation{in}
	case errors.As(err, &many) && isMulti(err):
		var all []violation
		for _, e := range many {
			all = append(all, violations(e, in)...)
		}
		return all
	case errors.As(err, &schema):
		if isAbsentFalse(schema) {
			return nil
		}
		v := violation{strings.Join(schema.JSONPointer(), "."), schema.SchemaField, schema.Reason, in.errorType}
		v.field = cmp.Or(v.field, in.field)
		if schema.Schema != nil {
			v.errorType = cmp.Or(v.errorType, invalid(schema.Schema))
		} else if i := strings.LastIndex(v.reason, "': "); i >= 0 {
			v.reason = v.reason[i+len("': "):] // a schema with const has another validator, which repeats the path
		}
		return []violation{v}
	}
	in.reason = err.Error()
	return []violation{in}
}

// invalid returns the service's error type for a value that does not fit its schema.
func invalid(schema *openapi3.Schema) string {
	errorType, _ := schema.Extensions["x-invalid"].(string)
	return errorType
}

// isAbsentFalse reports whether the only error is a missing boolean. Clients that
// leave out zero values cannot send false in another way.
func isAbsentFalse(err *openapi3.SchemaError) bool {
	pointer := err.JSONPointer()
	if err.SchemaField != "required" || len(pointer) == 0 || err.Schema == nil {
		return false
	}
	property := err.Schema.Properties[pointer[len(pointer)-1]]
	return property != nil && property.Value.Type.Is("boolean")
}

func isMulti(err error) bool {
	_, ok := err.(openapi3.MultiError)
	return ok
}
