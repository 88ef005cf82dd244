package drift

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
)

// maxFields bounds a comparison: types that hold one another in many ways
// have more ways through them than can be walked. Our calls have some 5,000.
const maxFields = 500_000

// comparer walks pairs of calls.
type comparer struct {
	found  []*Difference
	byKey  map[string]*Difference
	fields int
	// The place where the walk is.
	name     string
	response bool
	open     []pair
	met      map[Meeting]*contract.Type
}

// pair is a pair of types that the walk is inside of.
type pair struct{ here, there diag.Pos }

// add records a difference. The same difference of the same line of the spec
// is one with several places.
func (c *comparer) add(d *Difference, at Location) {
	key := fmt.Sprint(d.Kind, d.Severity, d.Pos, d.Value, d.Message)
	if d.Kind == CallOnlyThere {
		key = fmt.Sprint(d.Kind, at)
	}
	if have := c.byKey[key]; have != nil {
		if !slices.Contains(have.Locations, at) {
			have.Locations = append(have.Locations, at)
		}
		have.InResponse = have.InResponse || d.InResponse
		return
	}
	d.Locations, d.Met = []Location{at}, c.met
	c.byKey[key] = d
	c.found = append(c.found, d)
}

func (c *comparer) sorted() []*Difference {
	for _, d := range c.found {
		slices.SortFunc(d.Locations, compareLocations)
	}
	slices.SortStableFunc(c.found, func(a, b *Difference) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), a.Pos.Compare(b.Pos), compareLocations(a.Locations[0], b.Locations[0]),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value))
	})
	return c.found
}

func compareLocations(a, b Location) int {
	return cmp.Or(cmp.Compare(a.Call, b.Call), cmp.Compare(a.Field, b.Field))
}

func (c *comparer) location(way string) Location { return Location{c.name, way} }

// call compares two calls, and reports whether all of them could be read.
func (c *comparer) call(here, there *contract.Call) (compared bool, err error) {
	c.name, c.response = here.String(), false
	if there.Verb != here.Verb {
		c.add(&Difference{Kind: OtherVerb, Severity: Wrong, Pos: here.Pos, There: there.Pos, Value: there.Verb,
			Message: fmt.Sprintf("the service takes %s, the spec says %s", there.Verb, here.Verb)}, c.location(""))
	}
	if there.Server != here.Server {
		c.add(&Difference{Kind: OtherServer, Severity: Wrong, Pos: here.Pos, There: there.Pos, Value: there.Server,
			Message: fmt.Sprintf("the service has this call%s, the spec has it%s", where(there), where(here))}, c.location(""))
	}
	names, theirs := parameterNames(here.Path), parameterNames(there.Path)
	for i, name := range names {
		if i < len(theirs) && theirs[i] != name {
			c.add(&Difference{Kind: PathParameter, Severity: Wrong, Pos: here.Pos, There: there.Pos, Value: theirs[i],
				Message: fmt.Sprintf("the service calls this parameter %s", quote(theirs[i]))}, c.location("path."+name))
		}
	}
	// What is in the template is there on both sides; compare the types.
	if err := c.pathTypes(here, there, names, theirs); err != nil {
		return false, err
	}
	for _, in := range []string{contract.InQuery, contract.InHeader, contract.InCookie} {
		if err := c.objects(here.Params[in], there.Params[in], in, here.Pos, there.Pos); err != nil {
			return false, err
		}
	}
	request, err := c.body(here.Request, there.Request, "request", here.Pos, there.Pos)
	if err != nil {
		return false, err
	}
	c.response = true
	response, err := c.body(here.Response, there.Response, "response", here.Pos, there.Pos)
	return request && response, err
}

// where says where a call is.
func where(c *contract.Call) string {
	if c.Server == "" {
		return " at the API's own server"
	}
	return c.Where()
}

// body compares a request or response, and reports whether it could be read.
func (c *comparer) body(here, there *contract.Ref, way string, pos, therePos diag.Pos) (bool, error) {
	for _, side := range []struct {
		ref  *contract.Ref
		name string
	}{{there, "the service's description"}, {here, "the spec"}} {
		if side.ref == nil {
			continue
		}
		t, err := side.ref.Type()
		if err != nil {
			return false, err
		}
		d := &Difference{Kind: NotCompared, Severity: Unknown, Pos: pos, There: therePos, Value: t.Name, InResponse: c.response}
		switch t.Kind {
		case contract.Opaque:
			d.Message = fmt.Sprintf("%s says that the %s is not JSON (%s), so it is not compared", side.name, way, t.Name)
		case contract.Any:
			d.Message = fmt.Sprintf("%s does not say what is in the %s, so it is not compared", side.name, way)
		default:
			continue
		}
		c.add(d, c.location(way))
		return false, nil
	}
	return true, c.objects(here, there, way, pos, therePos)
}

func parameterNames(path string) []string {
	var names []string
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") {
			names = append(names, strings.Trim(part, "{}"))
		}
	}
	return names
}

func (c *comparer) pathTypes(here, there *contract.Call, names, theirs []string) error {
	if here.Params[contract.InPath] == nil || there.Params[contract.InPath] == nil {
		return nil // a template may be without a declaration
	}
	ours, err := here.Params[contract.InPath].Type()
	if err != nil {
		return err
	}
	other, err := there.Params[contract.InPath].Type()
	if err != nil {
		return err
	}
	for i, name := range names {
		if i >= len(theirs) {
			break
		}
		a, b := ours.Field(name), other.Field(theirs[i])
		if a == nil || b == nil {
			continue
		}
		if err := c.refs(a.Type, b.Type, "path."+name, 0); err != nil {
			return err
		}
	}
	return nil
}

// objects compares two objects, of which one may not be there: it then has no
// fields.
func (c *comparer) objects(here, there *contract.Ref, way string, pos, therePos diag.Pos) error {
	if here == nil && there == nil {
		return nil
	}
	if here == nil {
		here = contract.Known(&contract.Type{Kind: contract.Object, Pos: pos})
	}
	if there == nil {
		there = contract.Known(&contract.Type{Kind: contract.Object, Pos: therePos})
	}
	return c.refs(here, there, way, 0)
}

// maxDepth bounds how deep types are walked: no answer is nested deeper.
const maxDepth = 64

func (c *comparer) refs(here, there *contract.Ref, way string, depth int) error {
	if here == nil || there == nil {
		return nil // of one nothing is said
	}
	if c.fields++; c.fields > maxFields {
		return contract.Errorf(diag.Pos{File: c.name}, "the call has more than %d fields in fields; the types hold one another too often", maxFields)
	}
	a, err := here.Type()
	if err != nil {
		return err
	}
	b, err := there.Type()
	if err != nil {
		return err
	}
	p := pair{a.Pos, b.Pos}
	if depth > maxDepth || a.Kind == contract.Object && b.Kind == contract.Object && slices.Contains(c.open, p) {
		return nil // types that hold themselves
	}
	c.open = append(c.open, p)
	defer func() { c.open = c.open[:len(c.open)-1] }()
	return c.types(a, b, way, depth)
}

func (c *comparer) types(here, there *contract.Type, way string, depth int) error {
	switch {
	case here.Kind == contract.Any || there.Kind == contract.Any:
		return nil
	case here.Kind == contract.Object && there.Kind == contract.Object:
		return c.fieldsOf(here, there, way, depth)
	case here.Kind == contract.Map && there.Kind == contract.Map, here.Kind == contract.Array && there.Kind == contract.Array:
		return c.refs(here.Elem, there.Elem, way+"[]", depth+1)
	case here.Kind == contract.String && there.Kind == contract.String:
		c.values(here, there, way)
		return nil
	case here.Kind == there.Kind && here.Kind != contract.Union:
		return nil
	case here.Kind == contract.Integer && there.Kind == contract.Number && there.Loose:
		return nil // TypeScript has one kind of number
	case here.Kind == contract.Union && there.Kind == contract.Union && len(here.Variants) > 0 && len(there.Variants) > 0:
		return c.variants(here, there, way, depth)
	case here.Kind == contract.Map && there.Kind == contract.Object && len(there.Fields) == 0:
		return nil // {} on both sides
	case here.Kind == contract.Map && there.Kind == contract.Object:
		c.add(&Difference{Kind: OtherType, Severity: Lacking, Pos: here.Pos, There: there.Pos, Value: string(there.Kind),
			Message: "the service names the fields of this object, the spec takes any"}, c.location(way))
		return nil
	}
	c.add(&Difference{Kind: OtherType, Severity: Wrong, Pos: here.Pos, There: there.Pos, Value: string(there.Kind),
		Message: fmt.Sprintf("it is %s at the service, the spec says %s", there.Kind, here.Kind)}, c.location(way))
	return nil
}

func (c *comparer) fieldsOf(here, there *contract.Type, way string, depth int) error {
	if met := (Meeting{there.Pos, here.File}); here.Name != "" && there.Name != "" && c.met[met] == nil {
		c.met[met] = here
	}
	header := way == contract.InHeader
	matched := map[*contract.Field]bool{}
	for _, ours := range here.Fields {
		theirs := find(there, ours.Name, header)
		if theirs == nil {
			c.add(&Difference{Kind: FieldOnlyHere, Severity: Wrong, Pos: ours.Pos, There: there.Pos, Value: ours.Name,
				Message: "the service has no such field"}, c.location(way+"."+ours.Name))
			continue
		}
		matched[theirs] = true
		if err := c.required(ours, theirs, way+"."+ours.Name); err != nil {
			return err
		}
		if err := c.refs(ours.Type, theirs.Type, way+"."+ours.Name, depth+1); err != nil {
			return err
		}
	}
	for _, theirs := range there.Fields {
		if matched[theirs] {
			continue
		}
		d := &Difference{Kind: FieldOnlyThere, Severity: Lacking, Pos: here.Pos, There: theirs.Pos, Value: theirs.Name,
			Message: "the service has this field, the spec has not", Here: here, ThereType: there, InResponse: c.response}
		if theirs.Required && !c.response {
			d.Severity, d.Message = Wrong, "the service requires this field, the spec has none"
		}
		c.add(d, c.location(way+"."+theirs.Name))
	}
	return nil
}

// find returns the field of a name; names of headers have no case.
func find(t *contract.Type, name string, header bool) *contract.Field {
	if f := t.Field(name); f != nil || !header {
		return f
	}
	for _, f := range t.Fields {
		if strings.EqualFold(f.Name, name) {
			return f
		}
	}
	return nil
}

// required compares who must send a field. A field of an answer that the spec
// knows to be null at times is not in required by our convention, so
// that says nothing.
func (c *comparer) required(here, there *contract.Field, way string) error {
	if here.Required == there.Required {
		return nil
	}
	d := &Difference{Kind: RequiredOnlyHere, Severity: Wrong, Pos: here.Pos, There: there.Pos,
		Message: "the service may leave this field out, the spec says that it is always there"}
	switch {
	case here.Required && !c.response:
		d.Severity, d.Message = Lacking, "the service does not require this field, the spec does"
	case !here.Required && !c.response:
		d.Kind, d.Message = RequiredOnlyThere, "the service requires this field, the spec does not"
	case !here.Required:
		t, err := here.Type.Type()
		if err != nil {
			return err
		}
		if t.Nullable {
			return nil
		}
		d.Kind, d.Severity, d.Message = RequiredOnlyThere, Lacking, "the service always has this field, the spec does not say so"
	}
	c.add(d, c.location(way))
	return nil
}

// values compares enums. One that only the spec has is knowledge of ours.
func (c *comparer) values(here, there *contract.Type, way string) {
	if there.Enum == nil {
		return
	}
	if here.Enum == nil {
		c.add(&Difference{Kind: ValueOnlyThere, Severity: Lacking, Pos: here.Pos, There: there.Pos, Value: "*",
			Message: "the service names the values " + strings.Join(slices.Concat(there.Enum, there.Misfits), ", ") + "; the spec takes any string"}, c.location(way))
		return
	}
	for _, value := range there.Misfits {
		c.add(&Difference{Kind: ValueOnlyThere, Severity: Lacking, Pos: here.Pos, There: there.Pos, Value: value,
			Message: fmt.Sprintf("the service has the value %s, which is no string though the type is; the spec has not", value),
			Here:    here, ThereType: there, InResponse: c.response}, c.location(way))
	}
	for _, value := range here.Enum {
		if !slices.Contains(there.Enum, value) {
			c.add(&Difference{Kind: ValueOnlyHere, Severity: Wrong, Pos: here.Pos, There: there.Pos, Value: value,
				Message: fmt.Sprintf("the service has no value %s", quote(value))}, c.location(way))
		}
	}
	for _, value := range there.Enum {
		if !slices.Contains(here.Enum, value) {
			c.add(&Difference{Kind: ValueOnlyThere, Severity: Lacking, Pos: here.Pos, There: there.Pos, Value: value,
				Message: fmt.Sprintf("the service has the value %s, the spec has not", quote(value)),
				Here:    here, ThereType: there, InResponse: c.response}, c.location(way))
		}
	}
}

// quote shows a name of the service's in a message.
func quote(s string) string { return fmt.Sprintf("%q", s) }
