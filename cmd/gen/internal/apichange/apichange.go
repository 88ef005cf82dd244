// Package apichange compares two states of the spec: what became different
// for a program that speaks to the service, and how bad that is.
//
// The library of oasdiff finds and judges what OpenAPI can say. What only our
// spec says (retry classes, secrets, error types, names in Go) is compared on
// the model, and so is everything again, so that no change goes unseen.
package apichange

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/model"
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
	// Rule is the name of what happened: request-property-became-required.
	Rule string
	// Level is what it means to programs that speak to the service.
	Level Level
	// InClient tells that nothing changes on the wire, only what the Go client
	// does.
	InClient bool
	// Pos is where it stands in HEAD, or in BASE when it is gone.
	Pos    diag.Pos
	InBase bool
	// Subject is what changed: a call, a schema, an error type.
	Subject string
	// Text says what happened.
	Text string
	// Calls are the calls that it touches: "stytch otps.sms.send".
	Calls []string
	// Symbols are what changes with it in Go, under the names of BASE or HEAD.
	Symbols []Symbol

	// covers are the Go names of the fields that it is about.
	covers []Symbol
}

// Compare returns what changed from one side to the other, by place.
func Compare(base, head Side) ([]*Change, error) {
	c := &comparison{base: newIndex(base), head: newIndex(head)}
	for _, file := range load.APIFiles {
		if err := c.document(file); err != nil {
			return nil, err
		}
	}
	c.own()
	c.documentation()
	slices.SortStableFunc(c.changes, func(a, b *Change) int {
		return cmp.Or(a.Pos.Compare(b.Pos), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Text, b.Text))
	})
	for _, change := range c.changes {
		slices.Sort(change.Calls)
	}
	return c.changes, nil
}

type comparison struct {
	base, head *index
	changes    []*Change
	// grouped holds the changes of the library by what makes them one.
	grouped map[string]*Change
}

// index finds the parts of one side.
type index struct {
	Side
	calls map[string]*call
	types map[Symbol]*model.Type
}

// call is a call with where it belongs.
type call struct {
	*model.Method
	pkg     *model.Package
	service *model.Service
}

func (c *call) String() string { return c.pkg.Name + " " + c.Place }

func newIndex(side Side) *index {
	x := &index{Side: side, calls: map[string]*call{}, types: map[Symbol]*model.Type{}}
	for _, pkg := range side.SDK.Packages {
		for _, s := range pkg.Services {
			for _, m := range s.Methods {
				x.calls[callKey(pkg.Spec, m.Verb, m.Path)] = &call{m, pkg, s}
			}
		}
		for _, t := range pkg.AllTypes() {
			x.types[Symbol{t.Package, t.Name}] = t
		}
	}
	return x
}

// callKey names a call by its file, verb and path, whatever the path's
// parameters are called.
func callKey(file, verb, path string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s ", file, strings.ToUpper(verb))
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") {
			part = "{}"
		}
		b.WriteString("/" + part)
	}
	return b.String()
}

// add records a change. One that says the same of the same place as another is
// joined with it: what several calls share is one change.
func (c *comparison) add(change Change) *Change {
	for _, have := range c.changes {
		if have.Rule == change.Rule && have.Pos == change.Pos && have.InBase == change.InBase && have.Text == change.Text {
			have.Level = max(have.Level, change.Level)
			have.Calls = union(have.Calls, change.Calls...)
			have.Symbols = union(have.Symbols, change.Symbols...)
			have.covers = union(have.covers, change.covers...)
			return have
		}
	}
	c.changes = append(c.changes, &change)
	return &change
}

func union[T comparable](have []T, more ...T) []T {
	for _, item := range more {
		if !slices.Contains(have, item) {
			have = append(have, item)
		}
	}
	return have
}
