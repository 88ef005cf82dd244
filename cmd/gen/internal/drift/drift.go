// Package drift compares the spec with what the service is said to be, call by
// call and field by field. Component names mean nothing to it, and what only
// the spec knows (limits, formats, what can be null) is no difference.
package drift

import (
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// Kind is what differs. "Here" is the spec, "there" the service.
type Kind string

// The kinds, as spec/drift.yaml and the JSON report write them.
const (
	CallOnlyHere      Kind = "call-only-here"
	CallOnlyThere     Kind = "call-only-there"
	OtherVerb         Kind = "verb"
	OtherServer       Kind = "server"
	NotCompared       Kind = "not-compared"
	PathParameter     Kind = "path-parameter"
	FieldOnlyHere     Kind = "field-only-here"
	FieldOnlyThere    Kind = "field-only-there"
	OtherType         Kind = "type"
	RequiredOnlyHere  Kind = "required-only-here"
	RequiredOnlyThere Kind = "required-only-there"
	ValueOnlyHere     Kind = "value-only-here"
	ValueOnlyThere    Kind = "value-only-there"
)

// Kinds lists all kinds.
var Kinds = []Kind{
	CallOnlyHere, CallOnlyThere, OtherVerb, OtherServer, NotCompared, PathParameter, FieldOnlyHere, FieldOnlyThere, OtherType,
	RequiredOnlyHere, RequiredOnlyThere, ValueOnlyHere, ValueOnlyThere,
}

// Severity says what a difference means for an application.
type Severity string

const (
	// Wrong: the spec says something that the service does not do.
	Wrong Severity = "wrong"
	// Unknown: what the service does cannot be read, so it may be anything.
	Unknown Severity = "unknown"
	// Lacking: the service does something that the spec does not say.
	Lacking Severity = "lacking"
)

// Difference is one difference, in all the places where the same line of the
// spec makes it.
type Difference struct {
	Kind     Kind
	Severity Severity
	// Pos is where the spec says it, or where it would say it.
	Pos diag.Pos
	// There is where the service's description says it; the zero Pos when it
	// says nothing.
	There diag.Pos
	// Message says what differs, without the place.
	Message string
	// Locations are the calls and the ways to the field in them, sorted.
	Locations []Location
	// Value is the enum value or the name that differs, or "".
	Value string
	// Call is the service's call of a CallOnlyThere.
	Call *contract.Call
	// Here is the spec's type that lacks a field or value, ThereType the
	// service's.
	Here, ThereType *contract.Type
	// InResponse tells that the difference is in an answer, in one place at
	// least.
	InResponse bool
	// Met are the spec's named types that were compared with the service's.
	Met map[Meeting]*contract.Type
}

// Meeting names a type of the spec by where the service describes its own, and
// by the spec's file: two files may each have a type for one of the service.
type Meeting struct {
	There diag.Pos
	File  string
}

// Location is a place in a call: "POST /v1/otps/authenticate" and
// "response.user.emails[].verified". Field is empty for the call as a whole.
type Location struct {
	Call  string `json:"call"`
	Field string `json:"field,omitzero"`
}

func (p Location) String() string {
	if p.Field == "" {
		return p.Call
	}
	return p.Call + " " + p.Field
}

// Outcome is the result of a comparison.
type Outcome struct {
	Differences []*Difference
	// Compared is how many of the spec's calls were compared: the service has
	// them, and nothing of them could not be read.
	Compared int
	// Outside are the service's calls outside of the scope.
	Outside []*contract.Call
}

// Compare returns how the spec's calls differ from the service's. Of the
// service's other calls, those under a prefix of scope are differences.
func Compare(here, there *contract.API, scope []string) (*Outcome, error) {
	c := &comparer{byKey: map[string]*Difference{}, met: map[Meeting]*contract.Type{}}
	theirs := map[string][]*contract.Call{}
	for _, call := range there.Calls {
		theirs[load.PathPattern(call.Path)] = append(theirs[load.PathPattern(call.Path)], call)
	}
	ours := map[string]bool{}
	for _, call := range here.Calls {
		ours[call.Verb+" "+load.PathPattern(call.Path)] = true
	}
	out := &Outcome{}
	taken := map[*contract.Call]bool{}
	for _, call := range here.Calls {
		match := pick(call, theirs[load.PathPattern(call.Path)], ours)
		if match == nil {
			c.add(&Difference{Kind: CallOnlyHere, Severity: Wrong, Pos: call.Pos, Message: "the service has no such call"}, Location{call.String(), ""})
			continue
		}
		taken[match] = true
		compared, err := c.call(call, match)
		if err != nil {
			return nil, err
		}
		if compared {
			out.Compared++
		}
	}
	for _, call := range there.Calls {
		switch {
		case taken[call]:
		case !call.In(scope):
			out.Outside = append(out.Outside, call)
		default:
			c.add(&Difference{Kind: CallOnlyThere, Severity: Lacking, There: call.Pos, Call: call,
				Message: "the service has this call" + call.Where() + ", the spec has not"}, Location{call.String(), ""})
		}
	}
	out.Differences = c.sorted()
	return out, nil
}

// Same reports whether two types are the same for all that a comparison sees.
func Same(here, there *contract.Type) bool {
	c := &comparer{byKey: map[string]*Difference{}, met: map[Meeting]*contract.Type{}}
	err := c.types(here, there, "", 0)
	return err == nil && len(c.found) == 0
}

// pick returns the call of the same verb, at the same server if there are
// several, or else one of another verb that no call of ours has.
func pick(call *contract.Call, candidates []*contract.Call, ours map[string]bool) *contract.Call {
	var match *contract.Call
	for _, candidate := range candidates {
		if candidate.Verb == call.Verb && (match == nil || candidate.Server == call.Server) {
			match = candidate
		}
	}
	if match != nil {
		return match
	}
	for _, candidate := range candidates {
		if !ours[candidate.Verb+" "+load.PathPattern(candidate.Path)] {
			return candidate
		}
	}
	return nil
}
