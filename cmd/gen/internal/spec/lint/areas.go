package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// areas checks that what an API's files say is in the right one of them. An API
// without area files is one file.
func (w *walker) areas(api string) {
	for _, item := range load.Items(load.Get(w.src.Root, load.AreasKey)) {
		w.known(item, w.src.Areas, "an area with a file in the folder "+load.AreaFolder(api), "write that file")
	}
	for _, area := range w.src.Areas {
		file := w.spec.Files[path.Join(load.AreaFolder(api), area+".yaml")]
		for key := range load.Pairs(file.Root) {
			if !slices.Contains(load.AreaKeys, key.Value) {
				w.list.Hintf(codes.WrongFile, file.Pos(key), "move it to "+w.src.Name+"; an area file has tags, paths and components",
					"%q concerns the API as a whole, not one area", key.Value)
			}
		}
	}
	if len(w.src.Areas) == 0 {
		return
	}
	for _, tag := range load.Items(load.Get(w.src.Root, "tags")) {
		if name := load.Get(tag, "name"); name != nil {
			w.inArea(api, name, name.Value, "the tag "+name.Value)
		}
	}
	for _, op := range operationsOf(w.src) {
		if tags := load.Items(load.Get(op.node, "tags")); len(tags) > 0 {
			w.inArea(api, op.path, tags[0].Value, fmt.Sprintf("%s %s", strings.ToUpper(op.method.Value), op.path.Value))
		}
	}
}

// services checks the areas of the consumer API that the client of this API has, too.
func (w *walker) services(api string) {
	services := load.Get(w.src.Root, load.ServicesKey)
	if services == nil {
		return
	}
	if api != load.B2BFile {
		w.list.Hintf(codes.NotGenerated, w.rootKey(load.ServicesKey), "it belongs in "+load.B2BFile+", whose package imports that of "+load.ConsumerFile,
			"%q in %s is not generated", load.ServicesKey, api)
		return
	}
	consumer := w.spec.Sources[load.ConsumerFile]
	var areas []string
	for _, tag := range load.Items(load.Get(consumer.Root, "tags")) {
		if name := load.Text(tag, "name"); !strings.Contains(name, ".") {
			areas = append(areas, name)
		}
	}
	first := map[string]*yaml.Node{}
	for _, item := range load.Items(services) {
		w.once(item, first, "the area")
		if consumer.Root != nil && !consumer.Partial { // otherwise the area may be in the file that could not be read
			w.known(item, areas, "an area of the consumer API", "remove it")
		}
	}
}

// inArea reports what is not in the file of its tag's area.
func (w *walker) inArea(api string, n *yaml.Node, tag, what string) {
	area, _, _ := strings.Cut(tag, ".")
	want := path.Join(w.spec.Dir, load.AreaFolder(api), area+".yaml")
	if w.src.File(n) != want {
		w.list.Hintf(codes.WrongFile, w.src.Pos(n), "move it to "+want, "%s is in the wrong file: it belongs to the area %s", what, area)
	}
}

// meetsShared reports components of an API that have the names of shared ones:
// a reference would lead to both.
func (w *walker) meetsShared() {
	shared := w.spec.Sources[load.SharedFile]
	if w.src == shared {
		return
	}
	for section, theirs := range load.Pairs(load.Get(shared.Root, "components")) {
		first := map[string]*yaml.Node{}
		for name := range load.Pairs(theirs) {
			first[name.Value] = name
		}
		for name := range load.Pairs(load.Get(load.Get(w.src.Root, "components"), section.Value)) {
			if earlier := first[name.Value]; earlier != nil {
				w.list.Relatef(codes.DeclaredTwice, w.src.Pos(name), "rename or remove one of them; a reference would lead to both",
					diag.Related{Pos: shared.Pos(earlier), Message: "first declared here"}, "%s is declared twice", name.Value)
			}
		}
	}
}
