package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// contract reads control.yaml unchanged, as OpenAPI 3.1.
func contract(t *testing.T) *openapi3.T {
	t.Helper()
	return must(openapi3.NewLoader().LoadFromFile("control.yaml"))(t)
}

func TestControlIsOpenAPI(t *testing.T) {
	if err := contract(t).Validate(t.Context()); err != nil {
		t.Error(err)
	}
}

// templateOf returns the path of control.yaml that a path with values belongs to, or "".
func templateOf(doc *openapi3.T, path string) string {
	parts := strings.Split(path, "/")
	for template := range doc.Paths.Map() {
		if slices.EqualFunc(strings.Split(template, "/"), parts, func(want, part string) bool { return want == part || strings.HasPrefix(want, "{") }) {
			return template
		}
	}
	return ""
}

// checkAnswer compares a response of the control API with control.yaml.
func checkAnswer(t *testing.T, method, path string, resp *http.Response, body []byte) {
	t.Helper()
	doc, err := loadControl()
	if err != nil {
		t.Fatal(err)
	}
	item := doc.Paths.Value(path)
	if item == nil {
		path = templateOf(doc, path)
		item = doc.Paths.Value(path)
	}
	if item == nil || item.GetOperation(method) == nil {
		return // a file of the page, or not found
	}
	route := &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: item.GetOperation(method)}
	options := &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/yaml") {
		options.ExcludeResponseBody = true
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: resp.Request, Route: route, Options: options},
		Status:                 resp.StatusCode, Header: resp.Header, Body: io.NopCloser(bytes.NewReader(body)), Options: options,
	})
	if err != nil {
		t.Errorf("the response to %s %s breaks control.yaml: %v", method, path, err)
	}
}

// TestRoutesAreThoseOfTheDocument finds routes that control.yaml does not
// describe, and operations without a route.
func TestRoutesAreThoseOfTheDocument(t *testing.T) {
	var served, described []string
	for _, r := range routes {
		served = append(served, r.method+" "+root+r.path+" "+r.call)
	}
	for path, item := range contract(t).Paths.Map() {
		for method, op := range item.Operations() {
			described = append(described, method+" "+path+" "+op.OperationID)
		}
	}
	slices.Sort(served)
	slices.Sort(described)
	if !slices.Equal(served, described) {
		t.Errorf("served:\n%s\ndescribed:\n%s", strings.Join(served, "\n"), strings.Join(described, "\n"))
	}
}

func TestDocumentIsServed(t *testing.T) {
	p := launch(t)
	_, body := p.call(http.MethodGet, "/openapi.yaml", "")
	if want := must(os.ReadFile("control.yaml"))(t); body != string(want) {
		t.Error("the served document is not control.yaml")
	}
}
