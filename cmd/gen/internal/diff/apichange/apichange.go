// Package apichange compares two states of the spec: what became different
// for a program that calls the service, and how bad that is. It compares the
// model that Go code is made from, so it judges exactly what the generator
// reads.
package apichange

import (
	"cmp"
	"slices"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// Level is what a change asks of a version number.
type Level int

// The levels.
const (
	None  Level = iota // nothing
	Patch              // documentation
	Minor              // additions
	Major              // breaks
)

func (l Level) String() string {
	return [...]string{"none", "patch", "minor", "major"}[l]
}

// MarshalText makes a level a word in JSON.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Side is one state of the spec.
type Side struct {
	Spec *load.Spec
	SDK  *model.SDK
}

// Symbol is the name of something in a Go package, as package gochange writes
// it: User.Email, (*OTPsService).Authenticate.
type Symbol struct {
	Package, Name string
}

// Change is one difference.
type Change struct {
	// Rule is the name of what happened: field-required.
	Rule string
	// Level is what it means to programs that call the service.
	Level Level
	// InClient tells that nothing changes on the wire, only what the Go client
	// does.
	InClient bool
	// Pos is where it is in HEAD, or in BASE when it is gone.
	Pos    diag.Pos
	InBase bool
	// Subject is what changed: a call, a schema, an error type.
	Subject string
	// Text says what happened. Together with Subject it names the change: no
	// other change of the comparison has both.
	Text string
	// Calls are the calls that it touches: "consumer.otps.sms.send".
	Calls []string
	// Symbols are what changes with it in Go, under the names of BASE or HEAD.
	Symbols []Symbol

	// used tells where the schema is used that the change is in.
	used direction
}

// Compare returns what changed from one side to the other, by position.
func Compare(base, head Side) []*Change {
	c := &comparison{base: newIndex(base), head: newIndex(head), known: map[identity]*Change{}}
	c.calls()
	c.errorTypes()
	c.publicErrors()
	c.servers()
	c.documentation()
	for _, change := range c.changes {
		change.Text += change.used.suffix()
		slices.Sort(change.Calls)
	}
	slices.SortStableFunc(c.changes, func(a, b *Change) int {
		return cmp.Or(a.Pos.Compare(b.Pos), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Text, b.Text))
	})
	return c.changes
}

type comparison struct {
	base, head *index
	changes    []*Change
	known      map[identity]*Change
}

// identity is what makes two findings one change.
type identity struct {
	rule, subject, text string
	pos                 diag.Pos
	inBase              bool
}

// add records a change. Calls that share a schema find the same changes in
// it: each is one change of all these calls, as bad as it is for the worst.
func (c *comparison) add(change Change) {
	id := identity{change.Rule, change.Subject, change.Text, change.Pos, change.InBase}
	have := c.known[id]
	if have == nil {
		c.known[id] = &change
		c.changes = append(c.changes, &change)
		return
	}
	have.Level = max(have.Level, change.Level)
	have.used |= change.used
	have.Calls = union(have.Calls, change.Calls...)
	have.Symbols = union(have.Symbols, change.Symbols...)
}

func union[T comparable](have []T, more ...T) []T {
	for _, item := range more {
		if !slices.Contains(have, item) {
			have = append(have, item)
		}
	}
	return have
}

// direction tells which way a value goes. A schema can be used in both.
type direction int

const (
	sent     direction = 1 << iota // in requests
	received                       // in responses
)

func (d direction) suffix() string {
	return [...]string{"", " (in requests)", " (in responses)", " (in requests and responses)"}[d]
}

// narrowed is the level of a change after which fewer values are valid: a
// break for those who send them.
func (d direction) narrowed() Level {
	if d == sent {
		return Major
	}
	return Minor
}

// widened is the level of a change after which more values are valid: a break
// for those who receive them.
func (d direction) widened() Level {
	if d == received {
		return Major
	}
	return Minor
}
