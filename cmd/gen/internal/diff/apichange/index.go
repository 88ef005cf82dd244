package apichange

import (
	"path"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// index finds the parts of one side.
type index struct {
	Side
	calls map[string]*call
	types map[Symbol]*model.Type
	// nodes has what the spec files say, by the position of the key that it is
	// under, or by its own for an item of a list.
	nodes map[diag.Pos]*yaml.Node
}

// call is a call with where it belongs.
type call struct {
	*model.Method
	pkg     *model.Package
	service *model.Service
}

func (c *call) String() string { return c.pkg.FullName(c.Method) }

// key names a call by what is sent: paths do not show the names of their
// parameters.
func (c *call) key() string { return c.pkg.API + " " + c.Verb + " " + load.PathPattern(c.Path) }

func newIndex(side Side) *index {
	x := &index{Side: side, calls: map[string]*call{}, types: map[Symbol]*model.Type{}, nodes: map[diag.Pos]*yaml.Node{}}
	for _, pkg := range side.SDK.Packages {
		for _, s := range pkg.Services {
			for _, m := range s.Methods {
				c := &call{m, pkg, s}
				x.calls[c.key()] = c
			}
		}
		for _, t := range pkg.AllTypes() {
			x.types[symbolOf(t)] = t
		}
	}
	for _, src := range side.Spec.Files {
		x.collect(src, src.Root)
	}
	return x
}

// at returns what is below a key of a spec file, or nil.
func (x *index) at(pos diag.Pos, pointer string) *yaml.Node {
	if n := x.nodes[pos]; n != nil {
		if n, ok := load.At(n, pointer); ok {
			return n
		}
	}
	return nil
}

func (x *index) collect(src *load.Source, n *yaml.Node) {
	for key, value := range load.Pairs(n) {
		x.nodes[src.Pos(key)] = value
		x.collect(src, value)
	}
	for _, item := range load.Items(n) {
		x.collect(src, item)
		x.nodes[src.Pos(item)] = item // a mapping begins where its first key does
	}
}

// schema is the part of a spec file that says which values are valid.
type schema struct {
	file string
	node *yaml.Node
	// own is what is written where the value is, in ownFile: node, or a reference
	// to it with what is next to it.
	own     *yaml.Node
	ownFile string
	// component names the component that it is, or is in: "shared schema Code".
	// It is empty for a schema that is written where it is used.
	component string
	// declared is where the component is declared.
	declared diag.Pos
}

// schemaOf returns the schema of a field's values other than null.
func (x *index) schemaOf(f *model.Field) schema {
	s := schema{file: f.Pos.File, node: x.nodes[f.Pos]}
	if f.In != model.InBody {
		s.node = load.Get(s.node, "schema")
	}
	return x.follow(s)
}

// items returns the schema of the items of a list or the values of a map.
func (x *index) items(s schema) schema {
	below := load.Get(s.node, "items")
	if below == nil {
		below = load.Get(s.node, "additionalProperties")
	}
	s.node = below
	return x.follow(s)
}

// follow leaves out the alternative null, and goes where a reference leads.
func (x *index) follow(s schema) schema {
	s.own, s.ownFile = s.node, s.file
	if choice := load.Get(s.node, "oneOf"); choice != nil && len(choice.Content) > 0 && load.Get(s.node, "type") == nil {
		s.node = choice.Content[0]
	}
	ref := load.Get(s.node, "$ref")
	if ref == nil {
		return s
	}
	if src, key, value := x.Spec.Target(s.file, ref.Value); src != nil {
		s.file, s.node, s.component, s.declared = src.Name, value, x.component(src.Name, key.Value), src.Pos(key)
	}
	return s
}

// component names a schema of a file in a way that no other file's does.
func (x *index) component(file, name string) string {
	for _, pkg := range x.SDK.Packages {
		if pkg.Spec == x.Spec.Document(file) {
			return pkg.API + " schema " + name
		}
	}
	return strings.TrimSuffix(path.Base(file), path.Ext(file)) + " schema " + name
}

// keyPos is where a key of a mapping is, if the mapping has it.
func keyPos(file string, n *yaml.Node, name string) (diag.Pos, bool) {
	if key := load.Key(n, name); key != nil {
		return diag.Pos{File: file, Line: key.Line, Column: key.Column}, true
	}
	return diag.Pos{}, false
}

// itemPos is where a text is in the list under a key of a mapping.
func itemPos(file string, n *yaml.Node, key, text string) (diag.Pos, bool) {
	for _, item := range load.Items(load.Get(n, key)) {
		if item.Value == text {
			return diag.Pos{File: file, Line: item.Line, Column: item.Column}, true
		}
	}
	return diag.Pos{}, false
}
