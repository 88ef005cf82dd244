package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// loadControl reads control.yaml on the first request.
var loadControl = sync.OnceValues(func() (*openapi3.T, error) {
	data, err := assets.ReadFile("control.yaml")
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("control.yaml: %w", err)
	}
	// Requests use no feature of 3.1 that 3.0 lacks, and the validation for 3.0
	// reports the field and the reason separately.
	doc.OpenAPI = "3.0.3"
	return doc, nil
})

// findOperation returns an operation of control.yaml by its ID.
func findOperation(doc *openapi3.T, id string) *routers.Route {
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.OperationID == id {
				return &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}
			}
		}
	}
	return nil
}

// checkParameters rejects query parameters that control.yaml does not have, or that
// are given twice. Files of the page are not in it.
func checkParameters(id string, r *http.Request) error {
	doc, err := loadControl()
	if err != nil {
		return &failure{http.StatusInternalServerError, err}
	}
	found := findOperation(doc, id)
	if found == nil {
		return nil
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return errors.New("the query of the URL is not valid: want name=value, separated by &, with other characters percent-encoded")
	}
	var known []string
	for _, p := range slices.Concat(found.PathItem.Parameters, found.Operation.Parameters) {
		if p.Value.In != openapi3.ParameterInQuery {
			continue
		}
		known = append(known, p.Value.Name)
		if len(query[p.Value.Name]) > 1 && !p.Value.Schema.Value.Type.Is("array") {
			return fmt.Errorf("%s: want one value, not %d", p.Value.Name, len(query[p.Value.Name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		switch {
		case slices.Contains(known, name):
		case len(known) == 0:
			return fmt.Errorf("unknown parameter %q; %s takes none", name, id)
		default:
			return fmt.Errorf("unknown parameter %q; the parameters of %s are %s", name, id, strings.Join(known, ", "))
		}
	}
	if found.Operation.RequestBody == nil && r.ContentLength != 0 {
		return fmt.Errorf("%s takes no body", id)
	}
	return nil
}

// checkRequest compares a request with control.yaml. The body can be read again
// afterwards.
func checkRequest(id string, r *http.Request) error {
	doc, err := loadControl()
	if err != nil {
		return &failure{http.StatusInternalServerError, err}
	}
	if err := checkParameters(id, r); err != nil {
		return err
	}
	found := findOperation(doc, id)
	if found == nil {
		return &failure{http.StatusInternalServerError, fmt.Errorf("control.yaml does not describe %s", id)}
	}
	inPath := map[string]string{}
	for _, p := range slices.Concat(found.PathItem.Parameters, found.Operation.Parameters) {
		if p.Value.In == openapi3.ParameterInPath {
			inPath[p.Value.Name] = r.PathValue(p.Value.Name)
		}
	}
	options := &openapi3filter.Options{SkipSettingDefaults: true, MultiError: true}
	err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, Route: found, PathParams: inPath, Options: options,
	})
	if err == nil {
		return nil
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return &failure{http.StatusRequestEntityTooLarge, fmt.Errorf("the body has more than %d bytes", large.Limit)}
	}
	return errors.New(strings.Join(violations(err), "; "))
}

// violations lists the errors against control.yaml in short form.
func violations(err error) []string {
	switch e := err.(type) {
	case openapi3.MultiError:
		var all []string
		for _, one := range e {
			all = append(all, violations(one)...)
		}
		return all
	case *openapi3filter.RequestError:
		var parse *openapi3filter.ParseError
		switch {
		case e.Err == nil:
			return []string{e.Error()}
		case e.RequestBody != nil && errors.Is(e.Err, openapi3filter.ErrInvalidRequired):
			return []string{"the body is missing: want a JSON object"}
		case e.RequestBody != nil && errors.As(e.Err, &parse):
			return []string{"the body is not JSON: " + parse.RootCause().Error()}
		}
		found := violations(e.Err)
		for i, text := range found {
			if e.Parameter != nil {
				found[i] = e.Parameter.Name + ": " + strings.TrimPrefix(text, ": ")
			}
		}
		return found
	case *openapi3.SchemaError:
		if e.SchemaField == "anyOf" {
			return []string{"want one of " + strings.Join(alternatives(e.Schema), ", ")}
		}
		if strings.HasSuffix(e.Reason, " is unsupported") { // a property that the schema does not have
			known := slices.Sorted(maps.Keys(e.Schema.Properties))
			e.Reason = strings.TrimSuffix(e.Reason, " is unsupported") + " is unknown; the known ones are " + strings.Join(known, ", ")
		}
		where := strings.Join(e.JSONPointer(), ".")
		if where == "" {
			return []string{e.Reason}
		}
		return []string{where + ": " + e.Reason}
	}
	return []string{err.Error()}
}

// alternatives returns the fields of which a schema requires at least one.
func alternatives(schema *openapi3.Schema) []string {
	var names []string
	for _, branch := range schema.AnyOf {
		names = append(names, branch.Value.Required...)
	}
	return names
}
