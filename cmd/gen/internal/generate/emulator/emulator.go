// Package emulator writes the model as the tables that the emulator enforces:
// the calls, the types, and the error types. The tables are constant data, so
// that a test starts the emulator without reading the spec.
package emulator

import (
	"bytes"
	"cmp"
	"fmt"
	"go/format"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// Folder is the package of the tables, below the module's root.
const Folder = "stytchtest/internal/contract"

// Emit returns the files of the tables, by their path from the module's root.
func Emit(sdk *model.SDK) (map[string][]byte, error) {
	e := &emitter{patterns: map[string]string{}}
	files := map[string][]byte{}
	for _, file := range []struct {
		name  string
		write func(*model.SDK)
	}{
		{"endpoints_gen.go", e.endpoints}, {"types_gen.go", e.types}, {"errors_gen.go", e.errors},
		{"patterns_gen.go", e.patternVariables}, // last: it has those of all others
	} {
		e.Reset()
		e.printf("// %s\n\npackage contract\n", model.Generated)
		file.write(sdk)
		name := Folder + "/" + file.name
		var err error
		if files[name], err = format.Source(e.Bytes()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return files, nil
}

// emitter writes one file after the other.
type emitter struct {
	bytes.Buffer
	// patterns are the literals of patterns, by the names of their variables.
	patterns map[string]string
}

func (e *emitter) printf(format string, args ...any) { fmt.Fprintf(&e.Buffer, format, args...) }

// endpoints writes the calls. In their order, a path without a parameter comes
// before one that also matches it. If both APIs have a call, the one of the B2B API
// is first, and is served: its answer has a part for members, too.
func (e *emitter) endpoints(sdk *model.SDK) {
	type call struct {
		api string
		*model.Method
	}
	var calls []call
	for _, pkg := range sdk.Packages {
		for _, m := range pkg.Methods() {
			calls = append(calls, call{pkg.API, m})
		}
	}
	slices.SortFunc(calls, func(a, b call) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Verb, b.Verb), cmp.Compare(a.api, b.api))
	})
	e.printf("\n// endpoints are the calls, by path.\nvar endpoints = []Endpoint{\n")
	for _, c := range calls {
		e.printf("{\nAPI: %q, ID: %q, Method: %q, Path: %q,\n", c.api, c.ID, c.Verb, c.Path)
		if c.Body != model.NoBody {
			e.printf("Body: %s,\n", map[model.Body]string{model.JSONBody: "JSON", model.FormBody: "Form"}[c.Body])
		}
		e.flags(flag{"Anonymous", c.Anonymous}, flag{"OAuthErrors", c.OAuthErrors}, flag{"NoAnswer", c.NoAnswer})
		for _, part := range []struct {
			name string
			t    *model.Type
		}{{"Request", c.Request}, {"Response", c.Response}} {
			e.printf("%s: Type{\n", part.name)
			e.contents(part.t)
			e.printf("},\n")
		}
		e.printf("},\n")
	}
	e.printf("}\n")
}

type flag struct {
	name string
	set  bool
}

func (e *emitter) flags(flags ...flag) {
	for _, f := range flags {
		if f.set {
			e.printf("%s: true, ", f.name)
		}
	}
}

// types writes the types that have a name, and those of errors.
func (e *emitter) types(sdk *model.SDK) {
	var named []*model.Type
	for _, pkg := range sdk.Packages {
		named = append(named, pkg.Types...)
	}
	e.printf("\nconst (\n")
	for i, t := range named {
		e.printf("%s", typeID(t))
		if i == 0 {
			e.printf(" TypeID = iota")
		}
		e.printf("\n")
	}
	e.printf(")\n\n// types are the types that have a name.\nvar types = [...]Type{\n")
	for _, t := range named {
		e.printf("%s: {\n", typeID(t))
		e.contents(t)
		e.printf("},\n")
	}
	e.printf("}\n\n// The two forms of an error.\nvar (\n")
	for _, answer := range []struct {
		name string
		t    *model.Type
	}{{"errorAnswer", sdk.ErrorAnswer}, {"oAuthErrorAnswer", sdk.OAuthErrorAnswer}} {
		e.printf("%s = Type{\n", answer.name)
		if answer.t != nil {
			e.contents(answer.t)
		}
		e.printf("}\n")
	}
	e.printf(")\n")
}

// patternVariables writes the patterns of all texts.
func (e *emitter) patternVariables(*model.SDK) {
	e.printf("\nvar (\n")
	for _, name := range slices.Sorted(maps.Keys(e.patterns)) {
		e.printf("%s = Pattern{%s}\n", name, e.patterns[name])
	}
	e.printf(")\n")
}

// errors writes the error types, by name.
func (e *emitter) errors(sdk *model.SDK) {
	e.printf("\n// errorTypes are the error types, by name.\nvar errorTypes = []ErrorType{\n")
	for _, t := range slices.SortedFunc(slices.Values(sdk.Errors), func(a, b *model.ErrorType) int { return cmp.Compare(a.Wire, b.Wire) }) {
		e.printf("{%q, %d, %s, %q},\n", t.Wire, t.Status, strconv.QuoteToGraphic(t.When), t.URL)
	}
	e.printf("}\n")
}

// typeID is the constant of a type: stytchUser.
func typeID(t *model.Type) string { return t.Package + t.Name }

// contents writes what is in the braces of a type.
func (e *emitter) contents(t *model.Type) {
	if len(t.Fields) > 0 {
		e.printf("Fields: []Field{\n")
		for _, f := range t.Fields {
			e.field(f)
		}
		e.printf("},\n")
	}
	if len(t.Constants) > 0 {
		e.printf("Constants: []Constant{")
		for _, c := range t.Constants {
			e.printf("{%q, %q},", c.Wire, c.Value)
		}
		e.printf("},\n")
	}
	if len(t.Rules) > 0 {
		e.printf("Rules: []Rule{\n")
		for _, rule := range t.Rules {
			e.rule(rule)
		}
		e.printf("},\n")
	}
	if len(t.Values) > 0 {
		e.printf("Values: []string{")
		for _, v := range t.Values {
			e.printf("%q,", v.Wire)
		}
		e.printf("},\n")
	}
	if t.Role == model.RoleUnion {
		e.printf("Variants: []Variant{\n")
		for _, v := range t.Variants[:len(t.Variants)-1] { // the last one is for those that the spec does not have
			for _, c := range v.Type.Constants {
				if c.Value == v.Value {
					e.printf("{Constant{%q, %q}, %s},\n", c.Wire, c.Value, typeID(v.Type))
				}
			}
		}
		e.printf("},\n")
	}
}

func (e *emitter) rule(rule model.Rule) {
	kind := map[model.RuleKind]string{model.ExactlyOne: "ExactlyOne", model.AtMostOne: "AtMostOne", model.AtLeastOne: "AtLeastOne"}[rule.Kind]
	e.printf("{Kind: %s, Fields: []string{", kind)
	for _, f := range rule.Fields {
		e.printf("%q,", f.Wire)
	}
	e.printf("}")
	if rule.None != "" {
		e.printf(", None: %q", rule.None)
	}
	if rule.Several != "" {
		e.printf(", Several: %q", rule.Several)
	}
	e.printf("},\n")
}

// places are where a field can be, except for the body, which is the default.
var places = map[model.In]string{model.InPath: "InPath", model.InQuery: "InQuery", model.InHeader: "InHeader"}

func (e *emitter) field(f *model.Field) {
	e.printf("{Name: %q, Kind: %s, ", f.Wire, kind(f.Kind))
	if f.Elem != "" {
		e.printf("Elem: %s, ", kind(f.Elem))
	}
	if f.Inner != "" {
		e.printf("Inner: %s, ", kind(f.Inner))
	}
	if f.Type != nil {
		e.printf("Type: %s, ", typeID(f.Type))
	}
	if in := places[f.In]; in != "" {
		e.printf("In: %s, ", in)
	}
	if f.Header != "" {
		e.printf("Header: %q, ", f.Header)
	}
	e.flags(flag{"Required", f.Required}, flag{"Nullable", f.Nullable})
	e.limits("Limits", f.Limits)
	e.limits("ItemLimits", f.ItemLimits)
	if f.Invalid != "" {
		e.printf("Invalid: %q", f.Invalid)
	}
	e.printf("},\n")
}

// kind is the constant of a kind, which has the name of the model's.
func kind(k model.Kind) string { return strings.ToUpper(string(k[:1])) + string(k[1:]) }

func (e *emitter) limits(name string, l model.Limits) {
	if !l.Limited() {
		return
	}
	e.printf("%s: &Limits{", name)
	for _, bound := range []struct {
		name string
		at   *int
	}{{"Minimum", l.Minimum}, {"Maximum", l.Maximum}} {
		if bound.at != nil {
			e.printf("%s: Bound{true, %d}, ", bound.name, *bound.at)
		}
	}
	for _, count := range []struct {
		name string
		n    int
	}{{"MinLength", l.MinLength}, {"MaxLength", deref(l.MaxLength)}, {"MinItems", l.MinItems}, {"MaxItems", deref(l.MaxItems)}} {
		if count.n != 0 {
			e.printf("%s: %d, ", count.name, count.n)
		}
	}
	if l.Pattern != nil {
		e.printf("Pattern: &%s, ", e.pattern(l))
	}
	e.printf("}, ")
}

// deref is a limit, 0 if there is none.
func deref(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// pattern is the variable of a pattern.
func (e *emitter) pattern(l model.Limits) string {
	literal := fmt.Sprintf("Source: %q, Want: %q", l.Pattern.Source, l.Pattern.Want)
	base := "pattern" + model.GoName(l.PatternOf)
	name := base
	for n := 2; e.patterns[name] != "" && e.patterns[name] != literal; n++ {
		name = base + strconv.Itoa(n)
	}
	e.patterns[name] = literal
	return name
}
