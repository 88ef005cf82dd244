package lint

import (
	"fmt"
	"maps"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/internal/nearest"
)

// walker compares one file with its shape.
type walker struct {
	spec *load.Spec
	src  *load.Source
	list *diag.List
}

// walk checks the node n that is in a place of shape s. key is the key
// that it is under, or the list that it is an item of.
func (w *walker) walk(key, n *yaml.Node, s *shape) {
	if s.kind == anything {
		return
	}
	if s.orList && n.Kind == yaml.SequenceNode {
		single := *s
		single.orList = false
		for _, item := range n.Content {
			w.walk(key, item, &single)
		}
		return
	}
	if s.orBoolean && mismatch(n, anyBoolean) == "" {
		return
	}
	if wrong := mismatch(n, s); wrong != "" {
		label := s.name
		switch {
		case key == n:
			label = "an item"
		case key.Kind == yaml.ScalarNode:
			label = key.Value
		}
		w.list.Hintf(codes.WrongKind, w.src.Pos(n), s.hint, "%s must be %s, not %s", label, wrong, load.Describe(n))
		return
	}
	switch s.kind {
	case text, prose, address:
		w.text(n, s)
	case list:
		if s.some && len(n.Content) == 0 {
			w.list.Hintf(codes.WrongKind, w.src.Pos(n), "write at least one item, or remove "+s.name, "%s is an empty list", s.name)
		}
		for _, item := range n.Content {
			w.walk(item, item, s.each)
		}
	case mapping:
		w.mapping(key, n, s)
	}
}

// mismatch says what the node should have been, or "" when it is that.
func mismatch(n *yaml.Node, s *shape) string {
	tag := ""
	if n.Kind == yaml.ScalarNode {
		tag = n.ShortTag()
	}
	switch s.kind {
	case text, prose, address:
		if tag != "!!str" && tag != "!!timestamp" {
			return "a string"
		}
	case boolean:
		if tag != "!!bool" {
			return "true or false"
		}
	case integer:
		if v, err := strconv.ParseInt(n.Value, 10, 64); tag != "!!int" || err != nil || v < 0 || v > math.MaxInt32 {
			return "a whole number from 0 to 2147483647"
		}
	case number:
		if tag != "!!int" && tag != "!!float" {
			return "a number"
		}
		if v, err := strconv.ParseFloat(n.Value, 64); err == nil && math.Abs(v) > maxExact {
			return fmt.Sprintf("a number from -%d to %[1]d, which every JSON reader holds exactly", int64(maxExact))
		}
	case list:
		if n.Kind != yaml.SequenceNode {
			return "a list"
		}
	case mapping:
		if n.Kind != yaml.MappingNode {
			return "a mapping"
		}
	}
	return ""
}

// maxExact is the largest whole number below which a float64 holds each.
const maxExact = 1<<53 - 1

func (w *walker) text(n *yaml.Node, s *shape) {
	if s == retryClass && isTodo(n) {
		return // which Unwritten says
	}
	if s.values != nil && !slices.Contains(s.values, n.Value) {
		w.list.Hintf(codes.NotAllowed, w.src.Pos(n), diag.DidYouMean(n.Value, s.values), "%s cannot be %q", s.name, n.Value)
		return
	}
	if strings.TrimSpace(n.Value) == "" {
		w.list.Reportf(codes.EmptyText, w.src.Pos(n), "the text is empty")
		return
	}
	if i := strings.IndexFunc(n.Value, func(r rune) bool { return unprintable(r) && !(s.kind == prose && r == '\n') }); i >= 0 {
		r := []rune(n.Value[i:])[0]
		w.list.Reportf(codes.HiddenCharacter, w.src.Pos(n), "the text holds the character U+%04X, which a reader cannot see", r)
	}
	if s.errorType {
		w.namesErrorType(n)
	}
	if s.kind == address && !plainAddress(n.Value) {
		w.list.Hintf(codes.NotAddress, w.src.Pos(n), "write https://, a host and a path", "%q is not the address of a page", n.Value)
	}
	if found := directive.FindString(n.Value); found != "" {
		w.list.Hintf(codes.Directive, w.src.Pos(n), "say it in other words", "the text holds %q, which tools obey when it begins a comment", strings.TrimSpace(found))
	}
}

// directive is what tools look for in the comments of Go files, wherever it
// ends up when a comment is wrapped.
var directive = regexp.MustCompile(`(?m)(^|\s)(\+build\b|//\s*(\+build|go:|line |export |nolint|lint:)|//$)|^\s*(Deprecated:|Code generated .* DO NOT EDIT\.)`)

// plainAddress reports whether an address can be in a comment and in a link
// of a page and lead to nothing but a page.
func plainAddress(s string) bool {
	u, err := url.Parse(strings.NewReplacer("{status}", "0", "{type}", "x").Replace(s))
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && !strings.ContainsAny(s, "()<>[]`\"'|\\ ")
}

// unprintable reports control, bidirectional and zero-width characters: they
// let text read otherwise than it is.
func unprintable(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0xad || r >= 0x200b && r <= 0x200f ||
		r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff || r == 0xfffd ||
		r == 0x061c || r == 0x180e || r >= 0xfff9 && r <= 0xfffb || r >= 0xe0000 && r <= 0xe007f
}

func (w *walker) mapping(at, n *yaml.Node, s *shape) {
	if ref := load.Get(n, "$ref"); ref != nil && s.ref {
		w.reference(n, ref, s)
		return
	}
	for key, value := range load.Pairs(n) {
		if s == componentSchemaShape && key.Value == "$ref" && w.leadsBack(at.Value) {
			continue // which endless says
		}
		if w.allowed(key, value, s) {
			w.walk(key, value, w.fieldShape(key.Value, s))
		}
	}
	for _, key := range s.required {
		if load.Get(n, key) == nil && !misspelt(n, key, s) {
			w.list.Reportf(codes.MissingKey, w.src.Pos(at), "%s needs the key %s", s.name, key)
		}
	}
}

// misspelt reports whether a mapping has an unknown key that is meant to be another: its own
// finding says so.
func misspelt(n *yaml.Node, key string, s *shape) bool {
	for have := range load.Pairs(n) {
		if s.fields[have.Value] == nil && nearest.Name(have.Value, []string{key}) != "" {
			return true
		}
	}
	return false
}

func (w *walker) fieldShape(key string, s *shape) *shape {
	if f := s.fields[key]; f != nil {
		return f
	}
	return s.each
}

// allowed reports whether a key can be in the mapping, and says why not.
func (w *walker) allowed(key, value *yaml.Node, s *shape) bool {
	pos, name := w.src.Pos(key), key.Value
	switch {
	case s.fields[name] != nil:
		return true
	case s.each != nil && (s.keys == nil || slices.Contains(s.keys, name)):
		return true
	case s.refused[name] != "":
		w.list.Hintf(codes.NotGenerated, pos, s.refused[name], "%q in %s is not generated", name, s.name)
		return false
	}
	known := append(slices.Collect(maps.Keys(s.fields)), s.keys...)
	if strings.HasPrefix(name, "x-") {
		known = slices.DeleteFunc(known, func(k string) bool { return !strings.HasPrefix(k, "x-") })
		w.list.Hintf(codes.UnknownKey, pos, meant(name, value, known, s), "unknown extension key %q in %s", name, s.name)
		return false
	}
	known = append(known, slices.Collect(maps.Keys(s.refused))...)
	if s.ref {
		known = append(known, "$ref")
	}
	w.list.Hintf(codes.UnknownKey, pos, meant(name, value, known, s), "unknown key %q in %s", name, s.name)
	return false
}

// meant is the hint for an unknown key: another spelling, or another place, or
// what is known here.
func meant(name string, value *yaml.Node, known []string, s *shape) string {
	if nearest.Name(name, known) == "" {
		if s.fields["properties"] != nil && (load.Get(value, "type") != nil || load.Get(value, "$ref") != nil) {
			return "a property is declared under properties, one level deeper"
		}
		for _, key := range slices.Sorted(maps.Keys(s.fields)) {
			below := s.fields[key]
			if below.each != nil {
				below = below.each
			}
			if below.fields[name] != nil {
				return "it belongs in " + below.name + ", further in"
			}
		}
	}
	return diag.DidYouMean(name, known)
}

// siblings are the keys that may be next to a $ref.
var siblings = []string{"$ref", "description", "externalDocs", "default", "deprecated", "x-sensitive", "x-essential", "x-invalid", "x-go-name"}

func (w *walker) reference(n, ref *yaml.Node, s *shape) {
	for key, value := range load.Pairs(n) {
		switch {
		case key.Value == "$ref":
		case s.fields["properties"] != nil && slices.Contains(siblings, key.Value):
			w.walk(key, value, s.fields[key.Value])
		case s.fields["properties"] != nil && s.fields[key.Value] != nil:
			w.list.Hintf(codes.NotGenerated, w.src.Pos(key), "put it into the schema that is referred to", "%q next to a $ref is not generated", key.Value)
		default:
			w.list.Hintf(codes.UnknownKey, w.src.Pos(key), diag.DidYouMean(key.Value, siblings), "unknown key %q next to a $ref", key.Value)
		}
	}
	if ref.Kind != yaml.ScalarNode || ref.ShortTag() != "!!str" {
		w.list.Reportf(codes.BadReference, w.src.Pos(ref), "a $ref must be a string, not %s", load.Describe(ref))
		return
	}
	section := "schemas"
	if s == responseShape || s == successShape {
		section = "responses"
	}
	if s == parameterShape {
		section = "parameters"
	}
	w.target(ref, section)
}

// target checks that a reference leads to a component of the wanted section, in
// a file of the same API or in the shared one.
func (w *walker) target(ref *yaml.Node, section string) {
	file, pointer, found := strings.Cut(ref.Value, "#")
	pos := w.src.Pos(ref)
	prefix := "/components/" + section + "/"
	name, ok := strings.CutPrefix(pointer, prefix)
	if !found || !ok || name == "" || strings.ContainsAny(name, "/~%") {
		w.list.Hintf(codes.BadReference, pos, fmt.Sprintf("write '#%sName'", prefix), "the reference %q does not name a component under components.%s", ref.Value, section)
		return
	}
	if file != "" {
		w.list.Hintf(codes.BadReference, pos, fmt.Sprintf("write '#%s%s'", prefix, name), "the reference names the file %q; it is the component's name alone that says where it leads", file)
		return
	}
	shared := w.spec.Sources[load.SharedFile]
	if w.src.Partial || w.src.Root == nil || shared.Root == nil {
		return // the component may be in the file that could not be read
	}
	var names []string
	for _, src := range []*load.Source{w.src, shared} {
		components := load.Get(load.Get(src.Root, "components"), section)
		if load.Get(components, name) != nil {
			return
		}
		names = append(names, load.Keys(components)...)
	}
	for _, api := range load.APIFiles {
		other := w.spec.Sources[api]
		if load.Get(load.Get(load.Get(other.Root, "components"), section), name) != nil {
			w.list.Hintf(codes.ReferenceAcross, pos, "move the schema to "+load.SharedFile, "only the API of %s has the component %s", other.Name, name)
			return
		}
	}
	w.list.Hintf(codes.DanglingReference, pos, diag.DidYouMean(name, names), "the reference leads to nothing: no file has %s%s", strings.TrimPrefix(prefix, "/"), name)
}
