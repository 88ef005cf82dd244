package main

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/stytchtest"
)

// TestAreas finds services without an area, areas that nothing can be put into, and names
// that do not exist.
func TestAreas(t *testing.T) {
	var services []string
	for _, c := range stytchtest.SpecCalls() {
		service := c.Name[:strings.LastIndexByte(c.Name, '.')]
		services = append(services, service)
		if areaOf(service) == nil {
			t.Errorf("no area has the service %s", service)
		}
		if !c.Emulated {
			t.Errorf("%s has no rules", c.Name)
		}
	}
	var page strings.Builder
	for _, file := range must(filepath.Glob("page/*"))(t) {
		page.Write(must(os.ReadFile(file))(t))
	}
	keys := must(seedKeys())(t)
	doc, methods := contract(t), reflect.TypeFor[*stytchtest.Project]()
	for _, a := range areas {
		if len(a.seedsOf(keys))+len(a.control)+len(a.page)+len(a.methods) == 0 {
			t.Errorf("%s cannot be set up", a.title)
		}
		for _, service := range a.services {
			if !slices.ContainsFunc(services, func(s string) bool {
				return strings.HasPrefix(s+".", service+".") || strings.HasSuffix(service, "_providers")
			}) {
				t.Errorf("%s: there is no service %s", a.title, service)
			}
		}
		for _, operation := range a.control {
			if findOperation(doc, operation) == nil {
				t.Errorf("%s: control.yaml has no operation %s", a.title, operation)
			}
		}
		for _, list := range a.page {
			if strings.ToLower(list) != list && !strings.Contains(page.String(), list) {
				t.Errorf("%s: the page has no %q", a.title, list)
			}
		}
		for _, name := range a.methods {
			if _, ok := methods.MethodByName(name); !ok {
				t.Errorf("%s: stytchtest.Project has no method %s", a.title, name)
			}
		}
		for _, sentence := range a.simplified {
			if !strings.HasSuffix(sentence, ".") || strings.Contains(sentence, "|") {
				t.Errorf("%s: %q is no sentence for a table", a.title, sentence)
			}
		}
	}
	for _, key := range keys {
		if !strings.Contains(key, ".") && !strings.HasPrefix(key, "$") && !slices.ContainsFunc(areas, func(a area) bool { return a.seed != nil && a.seed.MatchString(key) }) {
			t.Errorf("no area has the key %s of a seed", key)
		}
	}
}
