package load

import (
	"maps"
	"path"
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// AreasKey is the key of an API's file that lists areas: in the client and in
// the documents they come first, in this order. The others follow by name.
const AreasKey = "x-areas"

// ServicesKey is the key of the B2B API's file that lists areas of the consumer
// API which its client has, too.
const ServicesKey = "x-services"

// depths are the keys of an area file. Each says how many levels of mappings
// under it are joined: two files can have schemas, but no schema is in both.
var depths = map[string]int{"tags": 0, "paths": 0, "components": 1}

// AreaKeys are the keys that an area file may have.
var AreaKeys = []string{"tags", "paths", "components"}

// join makes one document of an API's file and its area files. Files without
// errors stay as they are; the document shares their nodes.
func (s *Spec) join(api string, list *diag.List) *Source {
	whole := s.Files[api]
	areas := s.areas(api)
	if whole.Root == nil || len(areas) == 0 {
		return whole
	}
	j := &joiner{&Source{Name: whole.Name, Data: whole.Data, files: map[*yaml.Node]string{}}, list}
	j.Root = j.copy(whole.Root)
	for _, name := range areas {
		area := s.Files[path.Join(AreaFolder(api), name+".yaml")]
		j.Areas = append(j.Areas, name)
		if area.Root == nil {
			j.Partial = true
			continue
		}
		j.own(area.Root, area.Name)
		for key, value := range Pairs(area.Root) {
			if depth, ok := depths[key.Value]; ok { // lint reports any other key
				j.add(j.Root, key, value, depth+1)
			}
		}
	}
	return j.Source
}

// areas returns the areas of an API that have files, in their order.
func (s *Spec) areas(api string) []string {
	var names, first []string
	for name := range maps.Keys(s.Files) {
		if folder, file := path.Split(name); folder == AreaFolder(api)+"/" {
			names = append(names, strings.TrimSuffix(file, ".yaml"))
		}
	}
	slices.Sort(names)
	for _, name := range Texts(Get(s.Files[api].Root, AreasKey)) {
		if slices.Contains(names, name) && !slices.Contains(first, name) {
			first = append(first, name)
		}
	}
	return append(first, slices.DeleteFunc(names, func(name string) bool { return slices.Contains(first, name) })...)
}

// joiner adds area files to a document.
type joiner struct {
	*Source
	list *diag.List
}

// own notes the file of each node of an area file.
func (j *joiner) own(n *yaml.Node, file string) {
	j.files[n] = file
	for _, child := range n.Content {
		j.own(child, file)
	}
}

// copy returns a node that can be added to.
func (j *joiner) copy(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = slices.Clone(n.Content)
	if file, ok := j.files[n]; ok {
		j.files[&c] = file
	}
	return &c
}

// add adds an entry to a mapping of the document. If the mapping has the key,
// the two values become one, down to a depth.
func (j *joiner) add(to, key, value *yaml.Node, depth int) {
	at := 2 * slices.Index(Keys(to), key.Value)
	if at < 0 {
		to.Content = append(to.Content, key, value)
		return
	}
	have := to.Content[at+1]
	switch {
	case depth == 0:
		j.list.Relatef(codes.DeclaredTwice, j.Pos(key), "rename or remove one of them",
			diag.Related{Pos: j.Pos(to.Content[at]), Message: "first declared here"}, "%s is declared twice", key.Value)
	case have.Kind != value.Kind || have.Kind == yaml.ScalarNode:
		j.list.Reportf(codes.WrongKind, j.Pos(value), "%s must be %s, as in %s, not %s", key.Value, Describe(have), j.File(have), Describe(value))
	case have.Kind == yaml.SequenceNode:
		have = j.copy(have)
		have.Content = append(have.Content, value.Content...)
		to.Content[at+1] = have
	default:
		have = j.copy(have)
		for key, value := range Pairs(value) {
			j.add(have, key, value, depth-1)
		}
		to.Content[at+1] = have
	}
}
