package apichange

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/model"
)

// own compares what the library does not know.
func (c *comparison) own() {
	pairs := map[[2]*model.Type]bool{}
	for _, key := range slices.Sorted(maps.Keys(c.head.calls)) {
		base, head := c.base.calls[key], c.head.calls[key]
		if base == nil {
			continue
		}
		c.call(base, head)
		c.rules(base, head)
		c.types(base.Request, head.Request, head, pairs)
		c.types(base.Response, head.Response, head, pairs)
	}
	c.errorTypes()
	c.servers()
}

// repeats orders the retry classes by how often the client repeats a call.
var repeats = map[model.Retry]int{model.RetryNever: 0, model.RetryUnsent: 1, model.RetrySafe: 2}

func (c *comparison) call(base, head *call) {
	change := Change{Pos: head.Pos, Subject: head.String(), Calls: []string{head.String()}}
	if base.Place != head.Place {
		renamed := change
		renamed.Rule, renamed.Level = "call-renamed", Patch
		renamed.Text = fmt.Sprintf("the call `%s` is now named `%s`, the same on the wire", base.Place, head.Place)
		renamed.Symbols = union(base.symbols(c.base, c.head), head.symbols(c.head, c.base)...)
		c.add(renamed)
	}
	if base.Retry != head.Retry {
		retry := change
		retry.InClient = true
		retry.Pos = c.at(head, "x-retry")
		retry.Rule, retry.Level = "retry-less", Minor
		if repeats[head.Retry] > repeats[base.Retry] {
			// A client that repeats what it did not may do it twice.
			retry.Rule, retry.Level = "retry-more", Major
		}
		retry.Text = fmt.Sprintf("`x-retry` changed from `%s` to `%s`", base.Retry, head.Retry)
		c.add(retry)
	}
	if base.Anonymous != head.Anonymous {
		credentials := change
		credentials.InClient = true
		credentials.Pos = c.at(head, "security")
		credentials.Rule, credentials.Level, credentials.Text = "credentials-changed", Major, "the client no longer sends credentials with the call"
		if base.Anonymous {
			credentials.Text = "the client now sends credentials with the call"
		}
		c.add(credentials)
	}
	before, after := wires(base.Errors), wires(head.Errors)
	for _, wire := range after {
		if !slices.Contains(before, wire) && !slices.Contains(wires(common(c.base.SDK)), wire) {
			expected := change
			expected.Pos, expected.Rule, expected.Level = c.at(head, "x-errors"), "call-error-added", Minor
			expected.Text = fmt.Sprintf("the call can now answer the error `%s`", wire)
			c.add(expected)
		}
	}
	for _, wire := range before {
		if !slices.Contains(after, wire) && !slices.Contains(wires(common(c.head.SDK)), wire) {
			gone := change
			gone.Pos, gone.Rule, gone.Level = c.at(head, "x-errors"), "call-error-removed", Patch
			gone.Text = fmt.Sprintf("the call no longer lists the error `%s`", wire)
			c.add(gone)
		}
	}
}

func common(sdk *model.SDK) []*model.ErrorType {
	return slices.DeleteFunc(slices.Clone(sdk.Errors), func(e *model.ErrorType) bool { return !e.Common })
}

func wires(errors []*model.ErrorType) []string {
	var all []string
	for _, e := range errors {
		all = append(all, e.Wire)
	}
	return all
}

// at is the place of a key below a call in HEAD.
func (c *comparison) at(head *call, pointer string) diag.Pos {
	src := c.head.Spec.Source(head.pkg.Spec)
	escaped := strings.NewReplacer("~", "~0", "/", "~1").Replace(head.Path)
	node, ok := load.At(src.Root, "/paths/"+escaped+"/"+strings.ToLower(head.Verb)+"/"+pointer)
	if !ok {
		return head.Pos
	}
	return src.Pos(node)
}

// types compares two types that stand in the same place.
func (c *comparison) types(base, head *model.Type, where *call, seen map[[2]*model.Type]bool) {
	if base == nil || head == nil || seen[[2]*model.Type{base, head}] {
		return
	}
	seen[[2]*model.Type{base, head}] = true
	for _, before := range base.Fields {
		after := c.partner(base, before, head, where)
		if after == nil {
			c.unseen(Change{Pos: before.Pos, InBase: true, Text: fmt.Sprintf("`%s` was removed", hit{owner: base, field: before}.name())},
				base, before, head, nil, where)
			continue
		}
		c.field(base, before, head, after, where)
		c.types(before.Type, after.Type, where, seen)
	}
	for _, after := range head.Fields {
		if c.partner(head, after, base, where) == nil {
			c.unseen(Change{Pos: after.Pos, Text: fmt.Sprintf("`%s` was added", hit{owner: head, field: after}.name())},
				base, nil, head, after, where)
		}
	}
	c.enum(base, head, where)
}

// partner is the field of another type that stands for the same on the wire: of
// the same name or, as a path does not show them, in the same place of it.
func (c *comparison) partner(t *model.Type, f *model.Field, other *model.Type, where *call) *model.Field {
	if f.In != model.InPath {
		return fieldOf(other, f.Wire)
	}
	key := callKey(where.pkg.Spec, where.Verb, where.Path)
	paths := []string{c.base.calls[key].Path, c.head.calls[key].Path}
	if t == where.Request {
		slices.Reverse(paths)
	}
	others := strings.Split(paths[1], "/")
	for i, part := range strings.Split(paths[0], "/") {
		if part == "{"+f.Wire+"}" {
			return fieldOf(other, strings.Trim(others[i], "{}"))
		}
	}
	return nil
}

func (c *comparison) field(base *model.Type, before *model.Field, head *model.Type, after *model.Field, where *call) {
	name := hit{owner: head, field: after}.name()
	change := Change{
		Pos: after.Pos, Subject: subject(head, where), Calls: []string{where.String()},
		Symbols: []Symbol{fieldSymbol(base, before), fieldSymbol(head, after)},
	}
	switch {
	case before.Wire != after.Wire: // a parameter of the path
		renamed := change
		renamed.Rule, renamed.Text = "go-field-renamed", fmt.Sprintf("the path parameter `%s` is now named `%s`, the same on the wire", before.Wire, after.Wire)
		c.add(renamed)
	case before.Name != after.Name:
		renamed := change
		renamed.Rule, renamed.Text = "go-field-renamed", fmt.Sprintf("`%s` is now named %s in Go, the same on the wire", name, after.Name)
		c.add(renamed)
	}
	if before.Type != nil && after.Type != nil && before.Type.Role == after.Type.Role && symbolOf(before.Type) != symbolOf(after.Type) {
		c.renamed(before.Type, after.Type, where, change.Symbols)
	}
	if before.Sensitive != after.Sensitive {
		secret := change
		secret.InClient = true
		name := c.declared(&secret, after, "x-sensitive", name)
		secret.Rule, secret.Level = "secret-added", Minor
		secret.Text = fmt.Sprintf("`%s` is now a secret and prints as [redacted]", name)
		if before.Sensitive {
			// What nobody saw begins to appear in logs.
			secret.Rule, secret.Level = "secret-removed", Major
			secret.Text = fmt.Sprintf("`%s` is no longer a secret and now appears in logs and prints", name)
		}
		secret.Symbols = c.redaction(head) // the field itself is as it was
		c.add(secret)
	}
	if before.Essential != after.Essential && before.Required && after.Required { // else a required list has changed
		essential := change
		essential.InClient, essential.Symbols = true, nil
		name := c.declared(&essential, after, "x-essential", name)
		essential.Rule, essential.Level = "essential-added", Minor
		essential.Text = fmt.Sprintf("an answer without `%s` is now an error", name)
		if before.Essential {
			// A program that never asked whether it is there gets nothing.
			essential.Rule, essential.Level = "essential-removed", Major
			essential.Text = fmt.Sprintf("an answer without `%s` is no longer an error, and leaves the field empty", name)
		}
		c.add(essential)
	}
	if before.Invalid != after.Invalid && before.In == after.In {
		invalid := change
		invalid.InClient, invalid.Symbols = true, nil
		name := c.declared(&invalid, after, "x-invalid", name)
		invalid.Rule, invalid.Level = "invalid-type", Minor
		if before.Invalid != "" { // which a program may match
			invalid.Level = Major
		}
		invalid.Text = fmt.Sprintf("an invalid `%s` is now refused as %s, not as %s", name, refusal(after.Invalid), refusal(before.Invalid))
		c.add(invalid)
	}
	if shape(before) != shape(after) {
		change.Text = fmt.Sprintf("`%s` changed from %s to %s", name, shape(before), shape(after))
		c.unseen(change, base, before, head, after, where)
	}
}

// refusal is the error type of an invalid value in words.
func refusal(errorType string) string {
	if errorType == "" {
		return "a bad request"
	}
	return "`" + errorType + "`"
}

// renamed records that a type has another name in Go, with the fields that hold
// it.
func (c *comparison) renamed(base, head *model.Type, where *call, fields []Symbol) {
	text := fmt.Sprintf("the type %s.%s is now %s.%s, the same on the wire", base.Package, base.Name, head.Package, head.Name)
	change := c.add(Change{
		Rule: "go-type-renamed", Pos: head.Pos, Subject: "schema " + head.Name, Calls: []string{where.String()}, Text: text,
		Symbols: slices.Concat(newTypes(base, c.head, nil), newTypes(head, c.base, nil), fields),
	})
	for _, side := range []*model.Type{base, head} { // constants of an enum bear its name
		for _, v := range side.Values {
			change.Symbols = union(change.Symbols, Symbol{side.Package, v.Name})
		}
	}
}

// redaction are the methods that types have, or no longer have, because of the
// secrets in a type that they hold, or are.
func (c *comparison) redaction(secret *model.Type) []Symbol {
	var all []Symbol
	for _, pkg := range c.head.SDK.Packages {
		for _, t := range pkg.AllTypes() {
			old := c.base.types[symbolOf(t)]
			if old == nil || old.Sensitive == t.Sensitive || !holds(t, secret, map[*model.Type]bool{}) {
				continue
			}
			for _, method := range []string{"Format", "LogValue"} {
				all = append(all, Symbol{t.Package, t.Name + "." + method}, Symbol{t.Package, "(*" + t.Name + ")." + method})
			}
		}
	}
	return all
}

// holds reports whether a type is another one, or has it in its fields.
func holds(t, other *model.Type, seen map[*model.Type]bool) bool {
	if t == nil || seen[t] {
		return false
	}
	seen[t] = true
	return t == other || slices.ContainsFunc(t.Fields, func(f *model.Field) bool { return holds(f.Type, other, seen) })
}

// declared moves a change of a key to the component that a field is a reference to, where the key has
// changed there: it is declared once for many fields. It returns the name that the change is about.
func (c *comparison) declared(change *Change, f *model.Field, key, name string) string {
	for _, file := range []string{path.Base(f.Pos.File), load.SharedFile} {
		pointer := "/components/schemas/" + f.Limits.PatternOf
		if f.Limits.PatternOf == "" || c.head.Spec.Sources[file] == nil {
			continue
		}
		is, found := load.At(c.head.Spec.Sources[file].Root, pointer)
		was, _ := load.At(c.base.Spec.Sources[file].Root, pointer)
		if found && valueOf(is, key) != valueOf(was, key) {
			change.Pos, change.Subject = c.head.Spec.Sources[file].Pos(is), "schema "+f.Limits.PatternOf
			return f.Limits.PatternOf
		}
	}
	return name
}

// valueOf is the text of a key of a schema, "" without one.
func valueOf(n *yaml.Node, key string) string {
	if value := load.Get(n, key); value != nil {
		return value.Value
	}
	return ""
}

func subject(t *model.Type, where *call) string {
	if t.Role == model.RoleRequest || t.Role == model.RoleResponse {
		return where.String()
	}
	return "schema " + t.Name
}

// shape is what a field holds on the wire, its type's content not included.
func shape(f *model.Field) string {
	var b strings.Builder
	if f.Required {
		b.WriteString("required ")
	}
	b.WriteString(string(f.Kind))
	if f.Elem != "" {
		b.WriteString(" of " + string(f.Elem))
	}
	for _, limits := range []model.Limits{f.Limits, f.ItemLimits} {
		bound := func(name string, n *int) {
			if n != nil {
				fmt.Fprintf(&b, ", %s %d", name, *n)
			}
		}
		bound("minimum", limits.Minimum)
		bound("maximum", limits.Maximum)
		bound("maxLength", limits.MaxLength)
		bound("maxItems", limits.MaxItems)
		if limits.MinLength > 0 {
			fmt.Fprintf(&b, ", minLength %d", limits.MinLength)
		}
		if limits.MinItems > 0 {
			fmt.Fprintf(&b, ", minItems %d", limits.MinItems)
		}
		if limits.Pattern != nil {
			fmt.Fprintf(&b, ", pattern %s", limits.Pattern.Source)
		}
		if limits.Default != "" {
			fmt.Fprintf(&b, ", default %s", limits.Default)
		}
	}
	return b.String()
}

// unseen records a difference of a field unless a change covers the field.
// There is no rule for it, so it counts as a break until a person has looked.
func (c *comparison) unseen(change Change, base *model.Type, before *model.Field, head *model.Type, after *model.Field, where *call) {
	change.Rule, change.Level = "unjudged", Major
	change.Subject, change.Calls, change.Symbols = subject(head, where), []string{where.String()}, nil
	if before != nil {
		change.Symbols = union(change.Symbols, fieldSymbol(base, before))
	}
	if after != nil {
		change.Symbols = union(change.Symbols, fieldSymbol(head, after))
	}
	for _, have := range c.changes {
		for _, symbol := range change.Symbols {
			if slices.Contains(have.covers, symbol) {
				return
			}
		}
	}
	c.add(change)
}

// enum looks for values that no change covers.
func (c *comparison) enum(base, head *model.Type, where *call) {
	for _, side := range []struct {
		from, to *model.Type
		text     string
		inBase   bool
	}{{base, head, "the value `%s` was removed", true}, {head, base, "the value `%s` was added", false}} {
		for _, v := range side.from.Values {
			symbol := Symbol{side.from.Package, v.Name}
			if slices.ContainsFunc(side.to.Values, func(w model.EnumValue) bool { return v.Wire == w.Wire }) ||
				slices.ContainsFunc(c.changes, func(have *Change) bool { return slices.Contains(have.covers, symbol) }) {
				continue
			}
			c.add(Change{
				Rule: "unjudged", Level: Major, Pos: side.from.Pos, InBase: side.inBase, Subject: "schema " + head.Name,
				Calls: []string{where.String()}, Text: fmt.Sprintf(side.text, v.Wire), Symbols: []Symbol{symbol},
			})
		}
	}
}
