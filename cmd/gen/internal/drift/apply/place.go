package apply

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// api is an API, and what its calls say about where others belong.
type api struct {
	// files are that of the API as a whole, and its area files. folder is where
	// these are.
	files  []*file
	folder string
	// roots are what its paths have before their areas: /v1/b2b of
	// /v1/b2b/otps/sms/send, whose tag is otps.sms.
	roots [][]string
	// tags and ids are those that are taken.
	tags, ids map[string]bool
}

func newAPI(folder string, files []*file) *api {
	x := &api{files: files, folder: folder, tags: map[string]bool{}, ids: map[string]bool{}}
	for _, f := range files {
		f.api = x
		x.read(f.src.Root)
	}
	return x
}

// read takes note of a file's tags and calls.
func (x *api) read(root *yaml.Node) {
	for _, tag := range load.Items(load.Get(root, "tags")) {
		x.tags[load.Text(tag, "name")] = true
	}
	for key, item := range load.Pairs(load.Get(root, "paths")) {
		for _, op := range load.Pairs(item) {
			x.ids[load.Text(op, "operationId")] = true
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
}

// areaFile returns the file of an area. If the API has area files, but none for
// this area, it is a new one.
func (a *applier) areaFile(x *api, area string) *file {
	if len(x.files) == 1 {
		return x.files[0]
	}
	name := path.Join(x.folder, area+".yaml")
	if a.files[name] == nil {
		f := newFile(&load.Source{Name: name})
		f.api = x
		x.files = append(x.files, f)
		a.files[name] = f
	}
	return a.files[name]
}

// tagOf is the tag of a path's calls.
func tagOf(item *yaml.Node) string {
	tag := ""
	for _, op := range load.Pairs(item) {
		if tags := load.Texts(load.Get(op, "tags")); len(tags) > 0 {
			tag = tags[0]
		}
	}
	return tag
}

// root is how many parts of a path are before its area; 0 if no path of the API
// begins so.
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
	to     *file
	behind *yaml.Node // the path that it comes after
	joins  bool       // that is the call's own path: its verb joins the others
	tag    string
	id     string
}

// place finds where a call belongs, or says what a person has to know for it.
func (a *applier) place(c *contract.Call) (p place, problem string) {
	parts := strings.Split(c.Path, "/")
	var x *api
	longest := 0
	for _, candidate := range a.apis {
		if p.to, p.behind = candidate.has(c.Path); p.behind != nil {
			x, p.joins = candidate, true
			break
		}
		switch n := candidate.root(parts); {
		case n > longest:
			longest, x = n, candidate
		case n == longest:
			x = nil // it may be of either
		}
	}
	if x == nil {
		return p, fmt.Sprintf("its path does not say whether it belongs into %s; write it into the right one", a.apiNames())
	}
	var names []string
	for _, part := range parts[x.root(parts):] {
		if name := placeName(part); name != "" {
			names = append(names, name)
		}
	}
	area, name := x.named(c, names), callName(c)
	if area == nil {
		area = x.area(names)
	}
	if p.joins && name == "" {
		if tag := tagOf(valueOf(load.Get(p.to.src.Root, "paths"), p.behind)); tag != "" {
			area = strings.Split(tag, ".")
		}
	}
	if len(area) == 0 {
		return p, fmt.Sprintf("its path names no area of the client; write the call into %s, with a tag", x.place())
	}
	if !p.joins {
		p.to = a.areaFile(x, area[0])
		p.behind = p.to.neighbour(parts)
	}
	if p.tag = strings.Join(area, "."); !p.to.declarable(p.tag) {
		return p, fmt.Sprintf("%s has no list of tags that %s could join; begin one", p.to.src.Name, p.tag)
	}
	if name != "" {
		p.id = firstFree(p.tag+"."+name, "_", x.ids)
		return p, ""
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
	p.id = firstFree(p.tag+"."+strings.Join(rest, "_"), "_", x.ids)
	return p, ""
}

// callName is the name that the source gives a call, as the spec writes names; "" if it gives none.
func callName(c *contract.Call) string {
	if name := model.GoName(c.Name); name != "" {
		return model.FileName(name)
	}
	return ""
}

// named returns the area that the source names for a call, or nil if the path and the tags of the API do not
// say where its parts begin: m2m_clients_secrets is m2m.clients.secrets.
func (x *api) named(c *contract.Call, names []string) []string {
	if callName(c) == "" || len(names) == 0 {
		return nil
	}
	if c.Area == "" {
		return names[:1]
	}
	flat := strings.TrimPrefix(c.Area, path.Base(x.folder)+"_")
	for tag := range x.tags {
		if strings.ReplaceAll(tag, ".", "_") == flat {
			return strings.Split(tag, ".")
		}
	}
	for n := len(names); n > 0; n-- {
		own := strings.Join(names[:n], "_")
		if flat == own {
			return names[:n]
		}
		if outer, ok := strings.CutSuffix(flat, "_"+own); ok && placeName(outer) == outer {
			return append([]string{outer}, names[:n]...)
		}
		if inner, ok := strings.CutPrefix(flat, own+"_"); ok && placeName(inner) == inner {
			return append(slices.Clone(names[:n]), inner)
		}
	}
	if placeName(flat) == flat && !strings.Contains(flat, "_") {
		return []string{flat}
	}
	return nil
}

// has returns the file that has a path, and the key there.
func (x *api) has(path string) (*file, *yaml.Node) {
	for _, f := range x.files {
		if key := load.Key(load.Get(f.src.Root, "paths"), path); key != nil {
			return f, key
		}
	}
	return nil, nil
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
func (f *file) neighbour(parts []string) *yaml.Node {
	var best *yaml.Node
	most := 0
	for key := range load.Pairs(load.Get(f.src.Root, "paths")) {
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

// declare adds the tag of a new area, and of those that it is in, to the
// file's list.
func (f *file) declare(tag string) {
	for i, c := range tag + "." {
		if c != '.' || f.api.tags[tag[:i]] {
			continue
		}
		f.api.tags[tag[:i]] = true
		item := entry{{"name", plain(tag[:i])}, {"description", load.Todo}}
		if list := load.Get(f.src.Root, "tags"); list != nil {
			f.addItemEntry(list, lastTag(list, tag), item)
		} else {
			f.tags = append(f.tags, item)
		}
	}
}

// lastTag is the tag of a list that another comes after: the last one of the
// same area, or the last one.
func lastTag(list *yaml.Node, tag string) *yaml.Node {
	area, _, _ := strings.Cut(tag, ".")
	for _, item := range slices.Backward(list.Content) {
		if strings.HasPrefix(load.Text(item, "name")+".", area+".") {
			return item
		}
	}
	return list.Content[len(list.Content)-1]
}

// declarable reports whether the tag of an area is declared, or can be.
func (f *file) declarable(tag string) bool {
	list := load.Get(f.src.Root, "tags")
	return f.api.tags[tag] || list == nil || len(list.Content) > 0
}

// place is where the calls of an API are.
func (x *api) place() string {
	if len(x.files) == 1 {
		return x.files[0].src.Name
	}
	return "a file in " + x.folder
}

func (a *applier) apiNames() string {
	var names []string
	for _, x := range a.apis {
		names = append(names, x.place())
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
