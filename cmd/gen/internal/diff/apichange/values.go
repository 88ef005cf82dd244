package apichange

import (
	"fmt"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/pattern"
)

// value is a value whose limits are compared.
type value struct {
	owner    owner
	name     string   // of the field in a text
	pos      diag.Pos // of the field in HEAD
	from, to schema
}

// same reports whether both sides read the value's limits from the same place:
// from one component, or from the field itself.
func (v value) same() bool { return v.from.component == v.to.component }

// inComponent returns the same as a value of the component that says its
// limits.
func (v value) inComponent() value {
	v.owner, v.name, v.pos = owner{subject: v.to.component}, "the schema", v.to.declared
	v.from.own, v.from.ownFile = v.from.node, v.from.file
	v.to.own, v.to.ownFile = v.to.node, v.to.file
	return v
}

// declaring returns what a change of a key is about: the component, if it says
// something else, or the field. Some keys can also be next to a reference.
func (v value) declaring(key string) value {
	if v.to.component != "" && v.same() && load.Text(v.from.node, key) != load.Text(v.to.node, key) {
		return v.inComponent()
	}
	return v
}

// limits compares what values must keep to.
func (w *walk) limits(before, after model.Limits, v value) {
	optional := func(n int) *int {
		if n == 0 {
			return nil
		}
		return &n
	}
	for _, l := range []struct {
		key           string
		upper         bool
		before, after *int
	}{
		{"minimum", false, before.Minimum, after.Minimum},
		{"maximum", true, before.Maximum, after.Maximum},
		{"minLength", false, optional(before.MinLength), optional(after.MinLength)},
		{"maxLength", true, before.MaxLength, after.MaxLength},
		{"minItems", false, optional(before.MinItems), optional(after.MinItems)},
		{"maxItems", true, before.MaxItems, after.MaxItems},
	} {
		switch {
		case l.before == nil && l.after == nil:
		case l.before == nil:
			w.limit(v, l.key, w.used.narrowed(), fmt.Sprintf("now has the %s `%d`", l.key, *l.after))
		case l.after == nil:
			w.limit(v, l.key, w.used.widened(), fmt.Sprintf("no longer has the %s `%d`", l.key, *l.before))
		case *l.before != *l.after:
			level := w.used.narrowed()
			if (*l.after > *l.before) == l.upper {
				level = w.used.widened()
			}
			w.limit(v, l.key, level, fmt.Sprintf("has the %s `%d` instead of `%d`", l.key, *l.after, *l.before))
		}
	}
	switch from, to := before.Pattern, after.Pattern; {
	case from == nil && to == nil:
	case from == nil:
		w.limit(v, "pattern", w.used.narrowed(), fmt.Sprintf("now has the pattern `%s`", to.Source))
	case to == nil:
		w.limit(v, "pattern", w.used.widened(), fmt.Sprintf("no longer has the pattern `%s`", from.Source))
	case from.Source != to.Source:
		w.limit(v, "pattern", w.patternLevel(from.Source, to.Source), fmt.Sprintf("has the pattern `%s` instead of `%s`", to.Source, from.Source))
	}
}

// patternLevel judges a change of a pattern. When neither pattern matches all
// that the other does, it is a break in either direction.
func (w *walk) patternLevel(from, to string) Level {
	switch {
	case pattern.Widens(from, to):
		return w.used.widened()
	case pattern.Widens(to, from):
		return w.used.narrowed()
	}
	return Major
}

// limit records a change of one limit: of the component that says it, or of
// the field.
func (w *walk) limit(v value, key string, level Level, text string) {
	v = v.declaring(key)
	change := Change{Rule: "limit-changed", Level: level, Pos: v.pos, Text: v.name + " " + text}
	if v.same() && v.owner.below == "" {
		if pos, ok := keyPos(v.to.ownFile, v.to.own, key); ok {
			change.Pos = pos
		} else if pos, ok := keyPos(v.from.ownFile, v.from.own, key); ok {
			change.Pos, change.InBase = pos, true
		}
	}
	w.record(v.owner, change)
}

// defaults compares what the service takes when a field is not set.
func (w *walk) defaults(before, after *model.Field, v value) {
	from, to := before.Limits.Default, after.Limits.Default
	if from == to {
		return
	}
	// A program that does not set the field gets something else from now on. A
	// default that is new, or gone, is what the service does anyway.
	level, text := Major, fmt.Sprintf("has the default `%s` instead of `%s`", to, from)
	switch {
	case from == "":
		level, text = Minor, fmt.Sprintf("now has the default `%s`", to)
	case to == "":
		level, text = Minor, fmt.Sprintf("no longer has the default `%s`", from)
	}
	w.limit(v, "default", level, text)
}

// deprecated records that something is deprecated, or is no longer.
func (w *walk) deprecated(v value, now model.Docs) {
	w.note(v.owner, Change{Rule: "deprecated", Level: Minor, Pos: v.pos, Text: v.name + " is " + deprecation(now)})
}

// retyped records that a field holds values of another type. What else changed
// about its values is part of that.
func (w *walk) retyped(before, after *model.Field, v value, symbols []Symbol) {
	level := Major
	switch {
	case widens(before, after):
		level = w.used.widened()
	case widens(after, before):
		level = w.used.narrowed()
	}
	if v.same() && v.to.component != "" {
		v = v.inComponent()
	}
	change := Change{
		Rule: "type-changed", Level: level, Pos: v.pos, Symbols: union(union(symbols, newTypes(before.Type, w.head, nil)...), newTypes(after.Type, w.base, nil)...),
		Text: fmt.Sprintf("%s changed from %s to %s", v.name, kindName(before), kindName(after)),
	}
	if pos, ok := keyPos(v.to.file, v.to.node, "type"); ok && v.same() && v.owner.below == "" {
		change.Pos = pos
	}
	w.record(v.owner, change)
}

// widens reports whether every value of one type is one of the other.
func widens(from, to *model.Field) bool {
	wider := func(from, to model.Kind) bool {
		return from == to || from == model.Integer && to == model.Number || from == model.Struct && to == model.Map ||
			(from == model.Enum || from == model.Time) && to == model.String
	}
	if from.Kind == model.Map && to.Kind == model.Map && to.Elem == "" {
		return true // free-form
	}
	return wider(from.Kind, to.Kind) && wider(from.Elem, to.Elem) && wider(from.Inner, to.Inner)
}

// kindNames are what texts call the kinds, one and several.
var kindNames = map[model.Kind][2]string{
	model.String: {"a string", "strings"}, model.Integer: {"an integer", "integers"}, model.Number: {"a number", "numbers"},
	model.Boolean: {"a boolean", "booleans"}, model.Time: {"a date-time", "date-times"},
	model.Map: {"a free-form object", "free-form objects"}, model.Struct: {"an object", "objects"}, model.Enum: {"an enum", "enums"},
	model.Union: {"a choice of objects", "choices of objects"},
}

// kindName says what a field holds.
func kindName(f *model.Field) string {
	switch {
	case f.Kind == model.List:
		return "a list of " + kindNames[f.Elem][1]
	case f.Elem == model.List:
		return "a map of lists of " + kindNames[f.Inner][1]
	case f.Elem != "":
		return "a map of " + kindNames[f.Elem][1]
	}
	return kindNames[f.Kind][0]
}

// secret compares whether a field prints its value.
func (w *walk) secret(before *model.Field, head *model.Type, after *model.Field, v value) {
	if before.Sensitive == after.Sensitive {
		return
	}
	if of := v.declaring("x-sensitive"); of.owner != v.owner || after.Kind != model.List {
		v = of
	} else {
		v.from, v.to = w.base.items(v.from), w.head.items(v.to)
		v = v.declaring("x-sensitive")
	}
	change := Change{
		Rule: "secret-added", Level: Minor, Pos: v.pos, InClient: true, Text: v.name + " is now a secret and prints as [redacted]",
		Symbols: w.redaction(head), // the field itself is as it was
	}
	if before.Sensitive { // what was redacted begins to appear in logs
		change.Rule, change.Level, change.Text = "secret-removed", Major, v.name+" is no longer a secret and now appears in logs and prints"
	}
	w.note(v.owner, change)
}

// essential compares whether an answer without the field is an error.
func (w *walk) essential(before, after *model.Field, v value) {
	if before.Essential == after.Essential || !before.Required || !after.Required { // else a required list has changed
		return
	}
	v = v.declaring("x-essential")
	change := Change{Rule: "essential-added", Level: Minor, Pos: v.pos, InClient: true, Text: fmt.Sprintf("an answer without %s is now an error", v.name)}
	if before.Essential { // a program that never asked whether it is there gets nothing
		change.Rule, change.Level = "essential-removed", Major
		change.Text = fmt.Sprintf("an answer without %s is no longer an error, and leaves the field empty", v.name)
	}
	w.note(v.owner, change)
}

// invalid compares the error type that an invalid value is refused as.
func (w *walk) invalid(before, after *model.Field, v value) {
	if before.Invalid == after.Invalid {
		return
	}
	v = v.declaring("x-invalid")
	level := Minor
	if before.Invalid != "" { // which a program may match
		level = Major
	}
	w.note(v.owner, Change{
		Rule: "invalid-type", Level: level, Pos: v.pos, InClient: true,
		Text: fmt.Sprintf("an invalid value of %s is now refused as %s, not as %s", v.name, refusal(after.Invalid), refusal(before.Invalid)),
	})
}

// refusal names the error type of an invalid value.
func refusal(errorType string) string {
	if errorType == "" {
		return "a bad request"
	}
	return "`" + errorType + "`"
}

// redaction are the methods that types have, or no longer have, because of the
// secrets in a type that they hold, or are.
func (c *comparison) redaction(secret *model.Type) []Symbol {
	var all []Symbol
	for _, pkg := range c.head.SDK.Packages {
		for _, t := range pkg.AllTypes() {
			old := c.base.types[symbolOf(t)]
			if old == nil || old.Sensitive == t.Sensitive || !model.Reaches(t, func(below *model.Type) bool { return below == secret }) {
				continue
			}
			for _, method := range []string{"Format", "LogValue"} {
				all = append(all, Symbol{t.Package, t.Name + "." + method}, Symbol{t.Package, "(*" + t.Name + ")." + method})
			}
		}
	}
	return all
}
