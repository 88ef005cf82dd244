package lint

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

var (
	snake       = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	errorStatus = regexp.MustCompile(`^[45]\d\d$`)
)

// catalog checks errors.yaml beyond its shape.
func (w *walker) catalog() {
	types := load.Keys(load.Get(w.src.Root, "errors"))
	for _, name := range load.Items(load.Get(w.src.Root, "common")) {
		w.known(name, types, "an error type of this file", "declare it under errors")
	}
	w.groups(types)
	w.publicErrors()
	areas := map[string]*yaml.Node{}
	for name, entry := range load.Pairs(load.Get(w.src.Root, "errors")) {
		if area := load.Get(entry, "area"); area != nil {
			w.once(area, areas, "the area")
		}
		w.errorType(name, entry)
	}
}

func (w *walker) errorType(name, entry *yaml.Node) {
	if !snake.MatchString(name.Value) {
		w.list.Reportf(codes.ErrorTypeName, w.src.Pos(name), "the error type %q is not a lower-case name with underscores", name.Value)
	}
	w.errorStatus(entry)
	status := load.Get(entry, "status")
	if retry := load.Get(entry, "retry"); retry != nil && status != nil && status.Value != "429" {
		w.list.Hintf(codes.NotAllowed, w.src.Pos(retry), "remove it; x-retry of a call says whether other failures are repeated",
			"retry is for the status 429, not for %s", status.Value)
	}
	w.sentence(load.Get(entry, "description"))
	w.sentence(load.Get(entry, "action"))
}

func (w *walker) errorStatus(entry *yaml.Node) {
	if status := load.Get(entry, "status"); status != nil && !errorStatus.MatchString(status.Value) {
		w.list.Reportf(codes.ErrorStatus, w.src.Pos(status), "the status of an error must be between 400 and 599, not %s", status.Value)
	}
}

// publicErrors checks what visitors are shown: each error type belongs to at
// most one public error.
func (w *walker) publicErrors() {
	known := catalogOf(w.spec)
	listed := map[string]*yaml.Node{}
	for name, entry := range load.Pairs(load.Get(w.src.Root, "public")) {
		if !snake.MatchString(name.Value) {
			w.list.Reportf(codes.ErrorTypeName, w.src.Pos(name), "the public error %q is not a lower-case name with underscores", name.Value)
		}
		w.errorStatus(entry)
		w.sentence(load.Get(entry, "message"))
		types := load.Get(entry, "types")
		w.errorList(types, known)
		for _, item := range load.Items(types) {
			for _, errorType := range append(known.contents[item.Value], item.Value) {
				if earlier := listed[errorType]; earlier != nil && earlier != item {
					w.listedTwice(item, earlier, "")
				}
				listed[errorType] = item
			}
		}
	}
}

// groups checks the groups of error types. A group may list groups above it, so
// that none contains itself.
func (w *walker) groups(types []string) {
	all := load.Get(w.src.Root, "groups")
	above := &catalog{names: types, contents: map[string][]string{}}
	for name, list := range load.Pairs(all) {
		if !snake.MatchString(name.Value) {
			w.list.Reportf(codes.ErrorTypeName, w.src.Pos(name), "the group %q is not a lower-case name with underscores", name.Value)
		}
		w.errorList(list, above)
		if len(load.Items(list)) == 0 && list.Kind == yaml.SequenceNode {
			w.list.Reportf(codes.UselessGroup, w.src.Pos(name), "the group %s has no error types", name.Value)
		}
		above.add(name, list)
	}
	if w.list.HasErrors() {
		return // a call that lists the group may be what is wrong
	}
	used := map[string]bool{}
	for _, src := range w.spec.Sources {
		for _, op := range operationsOf(src) {
			for _, name := range load.Items(load.Get(op.node, "x-errors")) {
				used[name.Value] = true
				for _, part := range above.contents[name.Value] {
					used[part] = true
				}
			}
		}
	}
	for name, list := range load.Pairs(all) {
		if !used["@"+name.Value] && len(load.Items(list)) > 0 {
			w.list.Reportf(codes.UselessGroup, w.src.Pos(name), "no call lists the group @%s", name.Value)
		}
	}
}

// catalog is what a list of error types may name.
type catalog struct {
	// names are the types and, behind an @, the groups.
	names []string
	// contents are the types and groups in each group, those in groups of it included.
	contents map[string][]string
}

// catalogOf returns all that errors.yaml declares, or nil where it declares no
// types, which its own findings say.
func catalogOf(spec *load.Spec) *catalog {
	root := spec.Sources[load.ErrorsFile].Root
	types := load.Keys(load.Get(root, "errors"))
	if types == nil {
		return nil
	}
	c := &catalog{names: types, contents: map[string][]string{}}
	for name, list := range load.Pairs(load.Get(root, "groups")) {
		c.add(name, list)
	}
	return c
}

func (c *catalog) add(name, list *yaml.Node) {
	contents := map[string]bool{}
	for _, item := range load.Items(list) {
		contents[item.Value] = true
		for _, part := range c.contents[item.Value] {
			contents[part] = true
		}
	}
	c.names = append(c.names, "@"+name.Value)
	c.contents["@"+name.Value] = slices.Collect(maps.Keys(contents))
}

// errorList checks a list of error types and groups: that it names what there
// is, and nothing twice.
func (w *walker) errorList(list *yaml.Node, known *catalog) {
	if known == nil {
		return
	}
	entries := load.Items(list)
	for i, entry := range entries {
		if isTodo(entry) || w.tooLow(entry, known) {
			continue
		}
		w.known(entry, known.names, "an error type or @group of errors.yaml", "declare it there first")
		for j, other := range entries {
			switch {
			case j < i && other.Value == entry.Value:
				w.listedTwice(entry, other, "")
			case other.Value != entry.Value && slices.Contains(known.contents[other.Value], entry.Value):
				w.listedTwice(entry, other, " by way of "+other.Value)
			default:
				continue
			}
			break
		}
	}
}

func (w *walker) listedTwice(entry, other *yaml.Node, how string) {
	w.list.Relatef(codes.DeclaredTwice, w.src.Pos(entry), "remove it here", diag.Related{Pos: w.src.Pos(other), Message: "listed here"},
		"%s is listed already%s", entry.Value, how)
}

// tooLow reports a group that is named above the place where it is declared.
func (w *walker) tooLow(entry *yaml.Node, known *catalog) bool {
	name, isGroup := strings.CutPrefix(entry.Value, "@")
	if !isGroup || slices.Contains(known.names, entry.Value) {
		return false
	}
	for group := range load.Pairs(load.Get(w.src.Root, "groups")) {
		if group.Value == name {
			w.list.Hintf(codes.UnknownName, w.src.Pos(entry), "list its types here, or declare "+name+" further up", "%s is not declared above; a group lists only groups above it", entry.Value)
			return true
		}
	}
	return false
}
