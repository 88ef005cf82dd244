// Package apply writes what the spec lacks into its files: calls, fields and
// enum values that the service has. It only ever inserts; what is there stays
// byte for byte. What only a person can write, descriptions, stays TODO.
package apply

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// Edits is the result of applying differences.
type Edits struct {
	// Files are the new contents of the files that change, by name.
	Files map[string][]byte
	// Done and Left are the differences that the new files no longer have, and
	// those that are left to a person.
	Done, Left []*drift.Difference
	// Notes say why some are left that could be inserted.
	Notes []string
}

// insert works out the edits for those of the differences that can be applied.
func insert(spec *load.Spec, differences []*drift.Difference) *Edits {
	a := &applier{spec: spec, files: map[string]*file{}, made: map[drift.Meeting]string{}, enums: map[string]string{}, verbs: map[string]int{}, answers: map[diag.Pos]bool{}}
	for _, src := range spec.Files {
		a.files[src.Name] = newFile(src)
	}
	a.shared = a.files[path.Join(spec.Dir, load.SharedFile)]
	for _, name := range load.APIFiles {
		var files []*file
		for _, src := range spec.FilesOf(name) {
			files = append(files, a.files[src.Name])
		}
		a.apis = append(a.apis, newAPI(path.Join(spec.Dir, load.AreaFolder(name)), files))
	}
	a.taken = map[*api]map[string]bool{}
	for _, x := range append(slices.Clone(a.apis), nil) {
		a.taken[x] = map[string]bool{}
		for _, f := range a.namespace(x) {
			for _, name := range load.Keys(schemas(f.src)) {
				a.taken[x][name] = true
			}
		}
	}
	for _, d := range differences {
		if d.Call != nil {
			a.verbs[d.Call.Path]++
			a.answered(d.Call.Response)
		} else if d.InResponse && d.ThereType != nil {
			if f := d.ThereType.Field(d.Value); f != nil {
				a.answered(f.Type)
			}
		}
	}
	edits := &Edits{Files: map[string][]byte{}}
	for _, d := range differences {
		switch a.why = ""; {
		case a.difference(d):
			edits.Done = append(edits.Done, d)
		case a.why != "":
			a.notes = append(a.notes, what(d)+": "+a.why)
		}
	}
	edits.Notes = a.notes
	for _, p := range a.newPaths {
		if paths := load.Get(p.to.src.Root, "paths"); paths != nil {
			p.to.addEntry(paths, p.behind, p.template, p.verbs)
		} else {
			p.to.paths = append(p.to.paths, pair{p.template, p.verbs})
		}
	}
	for _, l := range a.newLists {
		l.to.insertLines(l.to.lines[l.before.Line-1], entry{{"parameters", l.items}}.block(l.before.Column-1))
	}
	for name, f := range a.files {
		if f.changed() {
			edits.Files[name] = f.result()
		}
	}
	return edits
}

type applier struct {
	spec   *load.Spec
	files  map[string]*file
	shared *file
	// taken are the names of the components that each API can refer to, and under
	// nil those of the shared file.
	taken map[*api]map[string]bool
	// made are the names of the components made for types of the service; enums
	// are those made for values, by file and values.
	made  map[drift.Meeting]string
	enums map[string]string
	met   map[drift.Meeting]*contract.Type
	apis  []*api
	// answers are the places of the service's types that answers are made of.
	answers map[diag.Pos]bool
	// pending are components to append once their user is written.
	pending []component
	applied map[insertion]bool
	// verbs are how many calls each path is to get.
	verbs map[string]int
	// newPaths and newLists are written at the end, with all that they hold.
	newPaths []*newPath
	newLists []*newList
	notes    []string
	// why says what keeps a difference from being applied.
	why string
}

// cannot records why a difference is left to a person. It returns false: the
// difference was not applied.
func (a *applier) cannot(format string, args ...any) bool {
	if a.why == "" { // the innermost reason says most
		a.why = fmt.Sprintf(format, args...)
	}
	return false
}

// newPath is a path that the spec lacks.
type newPath struct {
	place
	template string
	verbs    entry
}

// newList are the parameters of an operation that has none.
type newList struct {
	to     *file
	before *yaml.Node // the key that they come before
	items  []entry
}

type component struct {
	of     drift.Meeting // the service's type, and the file
	name   string
	values string // of an enum, as enums has them
	schema entry
}

// insertion is one thing in one schema: two differences may be about it, when
// the schema is used in requests and answers.
type insertion struct {
	node  *yaml.Node
	value string
}

// difference applies one difference, or reports that it cannot.
func (a *applier) difference(d *drift.Difference) bool {
	a.met, a.pending = d.Met, nil
	ok := false
	switch {
	case d.Kind == drift.CallOnlyThere:
		ok = a.call(d.Call)
	case d.Here == nil || d.Here.Node == nil || a.files[d.Here.File] == nil:
		return false
	case d.Kind == drift.ValueOnlyThere:
		ok = a.value(d)
	case d.Kind == drift.FieldOnlyThere:
		ok = a.field(d)
	}
	for _, c := range a.pending {
		if ok {
			a.component(c)
		} else { // what was made for something that cannot be applied
			delete(a.made, c.of)
			delete(a.enums, c.values)
			delete(a.taken[a.files[c.of.File].api], c.name)
		}
	}
	return ok
}

// once reports whether something is to be inserted into a node for the first
// time.
func (a *applier) once(n *yaml.Node, value string) bool {
	if a.applied == nil {
		a.applied = map[insertion]bool{}
	}
	key := insertion{n, value}
	first := !a.applied[key]
	a.applied[key] = true
	return first
}

// printable is a value or name that can be written into a file as it is.
var printable = regexp.MustCompile(`^[A-Za-z0-9_.:/+-][A-Za-z0-9_.:/+ -]*$`)

func (a *applier) value(d *drift.Difference) bool {
	list := load.Get(d.Here.Node, "enum")
	at := slices.Index(d.ThereType.Enum, d.Value)
	switch {
	case at < 0:
		return a.cannot("it is no string, and enums are generated for strings only")
	case list == nil:
		return a.cannot("the schema in the spec has no enum of its own")
	case !printable.MatchString(d.Value):
		return a.cannot("it holds characters that are not written into the spec as they are")
	}
	if !a.once(list, d.Value) {
		return true
	}
	var before *yaml.Node
	for _, value := range d.ThereType.Enum[:at] {
		for _, have := range list.Content {
			if have.Value == value {
				before = have
			}
		}
	}
	a.files[d.Here.File].addItem(list, before, plain(d.Value))
	return true
}

func (a *applier) field(d *drift.Difference) bool {
	f := d.ThereType.Field(d.Value)
	if !isName(f.Name) {
		return a.cannot("the name holds characters that are not written into the spec as they are")
	}
	switch in, _, _ := strings.Cut(d.Locations[0].Field, "."); in {
	case contract.InQuery, contract.InHeader:
		return a.parameter(d, f, in)
	case contract.InCookie:
		return a.cannot("the client sends no cookies")
	}
	properties := load.Get(d.Here.Node, "properties")
	if properties == nil {
		return a.cannot("the schema in the spec has no properties of its own")
	}
	to := a.files[d.Here.File]
	value, ok := a.property(to, f, d.InResponse)
	if !ok {
		return false
	}
	if !a.once(d.Here.Node, f.Name) {
		return true
	}
	var before *yaml.Node
	for _, field := range d.ThereType.Fields[:slices.Index(d.ThereType.Fields, f)] {
		if key := load.Key(properties, field.Name); key != nil {
			before = key
		}
	}
	to.addEntry(properties, before, f.Name, value)
	if f.Required {
		a.require(to, d.Here.Node, f.Name)
	}
	return true
}

// isName reports whether the name of a field can be written into a file as it
// is.
func isName(s string) bool { return printable.MatchString(s) && !strings.ContainsAny(s, " /:+") }

// require adds a name to the required list of a schema.
func (a *applier) require(to *file, schema *yaml.Node, name string) {
	if list := load.Get(schema, "required"); list != nil {
		var last *yaml.Node
		if len(list.Content) > 0 {
			last = list.Content[len(list.Content)-1]
		}
		to.addItem(list, last, plain(name))
		return
	}
	// The first of several new names makes the list; the others join it.
	key := load.Key(schema, "properties")
	if isFlow(schema) {
		to.insert(to.offset(key), "required: "+flowList([]string{name})+", ")
		return
	}
	line := strings.Repeat(" ", key.Column-1) + "required: " + flowList([]string{name})
	for i, e := range to.edits {
		if e.offset == to.lines[key.Line-1] && strings.HasPrefix(strings.TrimSpace(e.text), "required: [") {
			to.edits[i].text = strings.Replace(e.text, "]", ", "+plain(name)+"]", 1)
			return
		}
	}
	to.insertLines(to.lines[key.Line-1], []string{line})
}

// parameter adds a parameter of the query or a header to an operation.
func (a *applier) parameter(d *drift.Difference, f *contract.Field, in string) bool {
	t, err := f.Type.Type()
	if err != nil {
		return a.cannot("%v", err)
	}
	to := a.files[d.Here.File]
	p, ok := a.parameterEntry(to, f, in, t)
	switch {
	case !ok:
		return false
	case isFlow(d.Here.Node):
		return a.cannot("the call is written on one line in the spec")
	case !a.once(d.Here.Node, in+" "+f.Name):
		return true
	}
	if list := load.Get(d.Here.Node, "parameters"); list != nil && !isFlow(list) {
		to.addItemEntry(list, list.Content[len(list.Content)-1], p)
		return true
	}
	key := load.Key(d.Here.Node, "requestBody")
	if key == nil {
		key = load.Key(d.Here.Node, "responses")
	}
	if key == nil || load.Get(d.Here.Node, "parameters") != nil {
		return a.cannot("the call has no list of parameters that one can be added to")
	}
	for _, l := range a.newLists {
		if l.before == key {
			l.items = append(l.items, p)
			return true
		}
	}
	a.newLists = append(a.newLists, &newList{to, key, []entry{p}})
	return true
}

// parameterEntry writes a parameter, or a reference to the shared one that it is.
func (a *applier) parameterEntry(to *file, f *contract.Field, in string, t *contract.Type) (entry, bool) {
	for _, file := range a.namespace(to.api) {
		shared := load.Get(load.Get(file.src.Root, "components"), "parameters")
		for key, p := range load.Pairs(shared) {
			name := load.Text(p, "name")
			if load.Text(p, "in") == in && (name == f.Name || in == contract.InHeader && strings.EqualFold(name, f.Name)) {
				return refer("parameters", key.Value), true
			}
		}
	}
	switch integer := t.Kind == contract.Number && t.Loose; {
	case t.Kind != contract.String && t.Kind != contract.Integer && t.Kind != contract.Boolean && !integer, t.Time:
		return nil, a.cannot("the parameter %s is %s; texts, integers, booleans and enums are generated", f.Name, t.Kind)
	}
	schema, ok := a.schema(to, t, f.Name)
	return entry{
		{"name", plain(f.Name)}, {"in", in}, {"required", strconv.FormatBool(f.Required)}, {"description", load.Todo},
		{"schema", marked(schema, f.Name, t)},
	}, ok
}

// component appends a schema to the components of a file.
func (a *applier) component(c component) {
	to := a.files[c.of.File]
	if m := schemas(to.src); m != nil {
		to.addEntry(m, m.Content[len(m.Content)-2], c.name, c.schema)
	} else {
		to.schemas = append(to.schemas, pair{c.name, c.schema})
	}
}

// namespace returns the files whose components a file of an API can refer to, or
// with nil the shared file.
func (a *applier) namespace(x *api) []*file {
	if x == nil {
		return []*file{a.shared}
	}
	return append(slices.Clone(x.files), a.shared)
}

func schemas(src *load.Source) *yaml.Node {
	return load.Get(load.Get(src.Root, "components"), "schemas")
}

// Names lists the files that change, sorted.
func (e *Edits) Names() []string { return slices.Sorted(maps.Keys(e.Files)) }
