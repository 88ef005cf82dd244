package apply

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/lint"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// api is a file with calls, and what its calls say about where others belong.
type api struct {
	*file
	paths *yaml.Node
	// roots are what its paths have before their areas: /v1/b2b of
	// /v1/b2b/otps/sms/send, whose tag is otps.sms.
	roots [][]string
	// tags and ids are those that are taken.
	tags, ids map[string]bool
}

func newAPI(f *file) *api {
	x := &api{file: f, paths: load.Get(f.src.Root, "paths"), tags: map[string]bool{}, ids: map[string]bool{}}
	if tags := load.Get(f.src.Root, "tags"); tags != nil {
		for _, tag := range tags.Content {
			if name := load.Get(tag, "name"); name != nil {
				x.tags[name.Value] = true
			}
		}
	}
	for key, item := range load.Pairs(x.paths) {
		for _, op := range load.Pairs(item) {
			if id := load.Get(op, "operationId"); id != nil {
				x.ids[id.Value] = true
			}
		}
		tag := tagOf(item)
		if tag == "" {
			continue
		}
		x.tags[tag] = true
		area, _, _ := strings.Cut(tag, ".")
		parts := strings.Split(key.Value, "/")
		if i := slices.IndexFunc(parts, func(part string) bool { return placeName(part) == area }); i > 0 {
			x.roots = append(x.roots, parts[:i])
		}
	}
	return x
}

// tagOf is the tag of a path's calls.
func tagOf(item *yaml.Node) string {
	tag := ""
	for _, op := range load.Pairs(item) {
		if tags := load.Get(op, "tags"); tags != nil && len(tags.Content) > 0 {
			tag = tags.Content[0].Value
		}
	}
	return tag
}

// root is how many parts of a path are before its area; 0 if no path of the
// file begins so.
func (x *api) root(parts []string) int {
	n := 0
	for _, root := range x.roots {
		if len(root) < len(parts) && slices.Equal(root, parts[:len(root)]) {
			n = max(n, len(root))
		}
	}
	return n
}

// place is where a call belongs.
type place struct {
	to     *api
	behind *yaml.Node // the path that it stands behind
	joins  bool       // that is the call's own path: its verb joins the others
	tag    string
	id     string
}

// place finds where a call belongs, or says what a person has to know for it.
func (a *applier) place(c *contract.Call) (p place, problem string) {
	parts := strings.Split(c.Path, "/")
	longest := 0
	for _, x := range a.apis {
		if p.behind = keyOf(x.paths, c.Path); p.behind != nil {
			p.to, p.joins = x, true
			break
		}
		switch n := x.root(parts); {
		case n > longest:
			longest, p.to = n, x
		case n == longest:
			p.to = nil // it may be of either
		}
	}
	if p.to == nil {
		return p, fmt.Sprintf("its path does not say whether it belongs into %s; write it into the right one", a.apiNames())
	}
	var names []string
	for _, part := range parts[p.to.root(parts):] {
		if name := placeName(part); name != "" {
			names = append(names, name)
		}
	}
	area := p.to.area(names)
	if p.joins {
		if tag := tagOf(valueOf(p.to.paths, p.behind)); tag != "" {
			area = strings.Split(tag, ".")
		}
	} else {
		p.behind = p.to.neighbour(parts)
	}
	if len(area) == 0 {
		return p, fmt.Sprintf("its path names no area of the client; write the call into %s, with a tag", p.to.src.Name)
	}
	if p.tag = strings.Join(area, "."); !p.to.declarable(p.tag) {
		return p, fmt.Sprintf("%s has no list of tags that %s could join; begin one", p.to.src.Name, p.tag)
	}
	var rest []string
	if len(area) < len(names) && slices.Equal(area, names[:len(area)]) {
		rest = names[len(area):]
	}
	// A call is named by the path's last part, and by its verb where that is
	// not enough.
	if last := parts[len(parts)-1]; len(rest) == 0 || p.joins || a.verbs[c.Path] > 1 || placeName(last) == "" {
		rest = append([]string{strings.ToLower(c.Verb)}, rest...)
	}
	p.id = firstFree(p.tag+"."+strings.Join(rest, "_"), "_", p.to.ids)
	return p, ""
}

// area returns which of a path's names are its area: all but the last, which
// names the call. A place that is a call is no area, and an area no call.
func (x *api) area(names []string) []string {
	if len(names) < 2 || x.tags[strings.Join(names, ".")] {
		return names
	}
	area := names[:len(names)-1]
	for n := 2; n <= len(area); n++ {
		if x.ids[strings.Join(area[:n], ".")] {
			return area[:n-1]
		}
	}
	return area
}

// neighbour is the path that has most in common with another, the last of them.
func (x *api) neighbour(parts []string) *yaml.Node {
	var best *yaml.Node
	most := 0
	for key := range load.Pairs(x.paths) {
		common := 0
		for i, part := range strings.Split(key.Value, "/") {
			if i == len(parts) || parts[i] != part {
				break
			}
			common++
		}
		if common >= most {
			best, most = key, common
		}
	}
	return best
}

// declare adds the tag of a new area, and of those that it lies in, to the
// file's list.
func (x *api) declare(tag string) {
	for i, c := range tag + "." {
		if c == '.' && !x.tags[tag[:i]] {
			x.tags[tag[:i]] = true
			list := load.Get(x.src.Root, "tags")
			x.addItemEntry(list, x.lastTag(list, tag), entry{{"name", plain(tag[:i])}, {"description", lint.Todo}})
		}
	}
}

// lastTag is the tag of a list that another stands behind: the last one of the
// same area, or the last one.
func (x *api) lastTag(list *yaml.Node, tag string) *yaml.Node {
	area, _, _ := strings.Cut(tag, ".")
	for _, item := range slices.Backward(list.Content) {
		if name := load.Get(item, "name"); name != nil && strings.HasPrefix(name.Value+".", area+".") {
			return item
		}
	}
	return list.Content[len(list.Content)-1]
}

// declarable reports whether the tag of an area is declared, or can be.
func (x *api) declarable(tag string) bool {
	list := load.Get(x.src.Root, "tags")
	return x.tags[tag] || list != nil && len(list.Content) > 0
}

func (a *applier) apiNames() string {
	var names []string
	for _, x := range a.apis {
		names = append(names, x.src.Name)
	}
	return strings.Join(names, " or ")
}

var notSnake = regexp.MustCompile(`[^a-z0-9_]+`)

// placeName is a part of a path as a place in the client; "" for a parameter,
// and for what cannot be one.
func placeName(part string) string {
	if strings.HasPrefix(part, "{") {
		return ""
	}
	name := strings.Trim(notSnake.ReplaceAllString(strings.ToLower(part), "_"), "_")
	if name == "" || name[0] < 'a' {
		return ""
	}
	return name
}
