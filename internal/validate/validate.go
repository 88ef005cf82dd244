// Package validate validates requests before they are sent.
//
// Generated code calls one method of a [Validator] for each rule of the spec. A valid request costs no
// allocation.
package validate

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Violation is a rule that a request breaks. It never contains the value that breaks it, which may be
// a secret.
type Violation struct {
	// Field is the path of the field in the request: "attributes.ip_address", "emails[2]". It is empty
	// if the rule is about several fields of the request itself.
	Field string
	// Message says what would be right: "must be between 1 and 10".
	Message string
	// Type is the error type that the service would answer with; empty if it has none for the rule.
	Type string
}

// String returns the field and the message as one line.
func (v Violation) String() string {
	if v.Field == "" {
		return v.Message
	}
	return v.Field + ": " + v.Message
}

// A Validator collects the rules that a request breaks. The zero Validator is ready to use.
type Validator struct {
	violations []Violation
	typed      int  // the number of violations that ErrorType has handled
	chosen     int  // the number of fields set in the last broken rule about several
	depth      int  // the number of objects around the current one
	tooDeep    bool // the rest is not checked
}

// Violations returns the broken rules in the order in which they were checked, nil if there are none.
func (c *Validator) Violations() []Violation {
	return c.violations
}

// Reset forgets all violations, without touching a slice that Violations returned.
func (c *Validator) Reset() {
	*c = Validator{}
}

// ErrorType sets the error type for the violations of a field. Call it right after the checks of the
// field.
func (c *Validator) ErrorType(field, errorType string) {
	if c.typed < len(c.violations) {
		c.setType(field, errorType)
	}
}

func (c *Validator) setType(field, errorType string) {
	for i := range c.violations[c.typed:] {
		v := &c.violations[c.typed+i]
		if rest, ok := strings.CutPrefix(v.Field, field); ok && (rest == "" || rest[0] == '[') && v.Type == "" {
			v.Type = errorType
		}
	}
	c.typed = len(c.violations)
}

func (c *Validator) add(field, message string) {
	c.violations = append(c.violations, Violation{Field: field, Message: message})
}

// Report reports a field that breaks a rule which no other method checks.
func (c *Validator) Report(field, message string) { c.add(field, message) }

// Nil reports a field that is nil, and must not be.
func (c *Validator) Nil(field string) { c.add(field, "must not be nil") }

// Pattern checks that s matches p.
func (c *Validator) Pattern(field, s string, p Pattern) {
	if p.Match(s) {
		return
	}
	if p.Want != "" {
		c.add(field, "must be "+p.Want)
	} else {
		c.add(field, "must match "+p.Source)
	}
}

// MinLength checks that s has at least min characters (code points, as JSON Schema counts).
func (c *Validator) MinLength(field, s string, min int) {
	switch {
	case len(s)/utf8.UTFMax >= min, utf8.RuneCountInString(s) >= min:
	case min == 1:
		c.add(field, "must not be empty")
	default:
		c.add(field, "must have at least "+count(min, "character"))
	}
}

// MaxLength checks that s has at most max characters (code points, as JSON Schema counts).
func (c *Validator) MaxLength(field, s string, max int) {
	if len(s) > max && utf8.RuneCountInString(s) > max {
		c.add(field, "must have at most "+count(max, "character"))
	}
}

// Range checks that n is min or max, or between them.
func (c *Validator) Range(field string, n, min, max int) {
	if n < min || n > max {
		c.add(field, "must be between "+strconv.Itoa(min)+" and "+strconv.Itoa(max))
	}
}

// Min checks that n is at least min.
func (c *Validator) Min(field string, n, min int) {
	if n < min {
		c.add(field, "must be at least "+strconv.Itoa(min))
	}
}

// Max checks that n is at most max.
func (c *Validator) Max(field string, n, max int) {
	if n > max {
		c.add(field, "must be at most "+strconv.Itoa(max))
	}
}

// MinItems checks that a list of n items has at least min items.
func (c *Validator) MinItems(field string, n, min int) {
	if n < min {
		c.add(field, "must have at least "+count(min, "item"))
	}
}

// MaxItems checks that a list of n items has at most max items.
func (c *Validator) MaxItems(field string, n, max int) {
	if n > max {
		c.add(field, "must have at most "+count(max, "item"))
	}
}

// Enum checks that value is one of the allowed values.
func Enum[T ~string](c *Validator, field string, value T, allowed []T) {
	if slices.Contains(allowed, value) {
		return
	}
	names := make([]string, len(allowed))
	for i, v := range allowed {
		names[i] = strconv.Quote(string(v))
	}
	c.add(field, "must be one of "+strings.Join(names, ", "))
}

// Enums checks that each value is one of the allowed values.
func Enums[T ~string](c *Validator, field string, values, allowed []T) {
	Each(c, field, values, func(v *T, c *Validator) { Enum(c, "", *v, allowed) })
}

// In checks the fields of the object in a field, usually with its validate method.
func (c *Validator) In(field string, validate func(*Validator)) {
	before := len(c.violations)
	c.typed = before // the object may have fields with the names of earlier ones
	c.below(validate)
	c.prefix(before, field)
}

// Each checks the items of the list in a field, usually with their validate method. For items that are
// not objects, validate gives "" as the field.
func Each[T any](c *Validator, field string, items []T, validate func(*T, *Validator)) {
	c.typed = len(c.violations)
	for i := range items {
		before := len(c.violations)
		c.below(func(c *Validator) { validate(&items[i], c) })
		if len(c.violations) > before {
			c.prefix(before, field+"["+strconv.Itoa(i)+"]")
		}
	}
}

// maxDepth is how deep objects can be nested. Some request types are recursive, so a value can contain
// itself.
const maxDepth = 1000

// below checks a value inside the current one. At maxDepth it reports a violation and stops checking: a
// value that contains itself twice has an endless number of paths.
func (c *Validator) below(validate func(*Validator)) {
	switch {
	case c.tooDeep:
		return
	case c.depth == maxDepth:
		c.tooDeep = true
		c.add("", "must not nest more than "+count(maxDepth, "level")+" deep")
		return
	}
	c.depth++
	validate(c)
	c.depth--
}

// maxField is the longest path of a field; longer ones are cut.
const maxField = 256

// prefix puts field before the fields of all violations after the first n.
func (c *Validator) prefix(n int, field string) {
	for i := range c.violations[n:] {
		v := &c.violations[n+i]
		if field == "" || v.Field == "" || v.Field[0] == '[' {
			v.Field = field + v.Field
		} else {
			v.Field = field + "." + v.Field
		}
		if len(v.Field) > maxField {
			v.Field = v.Field[:maxField] + "..."
		}
	}
}

// Values checks the values of the map in a field. The names of the map are data, so a violation does not
// show them.
func Values[T any](c *Validator, field string, values map[string]T, validate func(*T, *Validator)) {
	c.typed = len(c.violations)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		before := len(c.violations)
		value := values[name]
		c.below(func(c *Validator) { validate(&value, c) })
		if len(c.violations) > before {
			c.prefix(before, field+"[]")
			return // further violations would have the same text
		}
	}
}

// A Presence says whether a field is set, for rules about several fields.
type Presence struct {
	Field string
	Set   bool
}

// Field returns a Presence.
func Field(name string, set bool) Presence {
	return Presence{Field: name, Set: set}
}

// ExactlyOne checks that exactly one of the fields is set.
func (c *Validator) ExactlyOne(fields ...Presence) {
	if n := countSet(fields); n != 1 {
		c.add("", "exactly one of "+join(fields)+" must be set, not "+strconv.Itoa(n))
		c.chosen = n
	}
}

// AtMostOne checks that at most one of the fields is set.
func (c *Validator) AtMostOne(fields ...Presence) {
	if n := countSet(fields); n > 1 {
		c.add("", "at most one of "+join(fields)+" must be set, not "+strconv.Itoa(n))
		c.chosen = n
	}
}

// AtLeastOne checks that at least one of the fields is set.
func (c *Validator) AtLeastOne(fields ...Presence) {
	if countSet(fields) == 0 {
		c.add("", "at least one of "+join(fields)+" must be set")
		c.chosen = 0
	}
}

// ChoiceErrorType sets the error types for a rule about several fields: one if none of them is set, and
// one if too many are. Call it right after ExactlyOne or AtMostOne.
func (c *Validator) ChoiceErrorType(none, several string) {
	if c.typed < len(c.violations) {
		if c.chosen > 0 {
			none = several
		}
		c.setType("", none)
	}
}

func countSet(fields []Presence) (n int) {
	for _, f := range fields {
		if f.Set {
			n++
		}
	}
	return n
}

func join(fields []Presence) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Field
	}
	return strings.Join(names, ", ")
}

// count returns "1 item" or "2 items".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}
