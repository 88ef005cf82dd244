package load

import (
	"bytes"
	"fmt"
	"net/url"
	"path"
	"reflect"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// Resolve loads the OpenAPI documents from what Read has parsed. References
// lead to the folder's own files and nowhere else. Origins in the documents
// name the files that things are written in.
func (s *Spec) Resolve(list *diag.List) {
	texts := map[string]*text{}
	for _, name := range append([]string{SharedFile}, APIFiles...) {
		if src := s.Sources[name]; src.Root != nil {
			texts[src.Name] = s.write(src)
		}
	}
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	loader.IncludeOrigin = true
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, location *url.URL) ([]byte, error) {
		if t := texts[location.Path]; t != nil && location.Scheme == "" && location.Host == "" {
			return t.Bytes(), nil
		}
		return nil, fmt.Errorf("%q is not a file of the spec that can be read", location)
	}
	for _, name := range append([]string{SharedFile}, APIFiles...) {
		src := s.Sources[name]
		if src.Root == nil {
			continue
		}
		doc, err := resolve(loader, src.Name, texts[src.Name].Bytes())
		if err != nil {
			list.Reportf(codes.Unresolved, diag.Pos{File: src.Name}, "%v", err)
			continue
		}
		s.Documents[name] = doc
	}
	r := &relocation{texts: texts, seen: map[any]bool{}}
	for _, doc := range s.Documents {
		r.walk(reflect.ValueOf(doc))
	}
}

func resolve(loader *openapi3.Loader, name string, data []byte) (doc *openapi3.T, err error) {
	defer func() {
		if p := recover(); p != nil {
			doc, err = nil, fmt.Errorf("the OpenAPI loader gave up on this document: %v", p)
		}
	}()
	return loader.LoadFromDataWithPath(data, &url.URL{Path: name})
}

// text is a document as the OpenAPI library reads it: each key and each item of
// a list on a line of its own, whatever files they come from and however they
// are written there.
type text struct {
	bytes.Buffer
	places []place // of each line
}

// place is where the key or item of a line begins, and the line on which its
// value ends if it is a scalar.
type place struct {
	diag.Pos
	end int
}

// write writes a document. It follows the references of an API to shared
// components, which are in a document of their own.
func (s *Spec) write(src *Source) *text {
	t := &text{}
	w := &writer{t, src, s.Sources[SharedFile]}
	w.line(src.Root, src.Root, 0, "#") // which no JSON begins with: for JSON, the library keeps no origins
	w.children(src.Root, 0)
	return t
}

type writer struct {
	*text
	src, shared *Source
}

func (w *writer) line(n, value *yaml.Node, indent int, text string) {
	w.WriteString(strings.Repeat(" ", indent) + text + "\n")
	end := n.Line
	if value.Kind == yaml.ScalarNode {
		end = max(n.Line, value.EndLine)
	}
	w.places = append(w.places, place{w.src.Pos(n), end})
}

func (w *writer) children(n *yaml.Node, indent int) {
	for key, value := range Pairs(n) {
		label := quote(key.Value) + ":"
		if key.Value == "$ref" && value.Kind == yaml.ScalarNode {
			w.line(key, value, indent, label+" "+quote(w.reference(value.Value)))
			continue
		}
		w.value(label, key, value, indent)
	}
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			w.value("-", item, item, indent)
		}
	}
}

// value writes a line for a key or an item, and those of its value below it.
func (w *writer) value(label string, at, value *yaml.Node, indent int) {
	switch {
	case value.Kind == yaml.ScalarNode:
		w.line(at, value, indent, label+" "+scalar(value))
	case len(value.Content) > 0:
		w.line(at, value, indent, label)
		w.children(value, indent+1)
	case value.Kind == yaml.SequenceNode:
		w.line(at, value, indent, label+" []")
	default:
		w.line(at, value, indent, label+" {}")
	}
}

// reference names the shared file in a reference to a component of it.
func (w *writer) reference(ref string) string {
	if !strings.HasPrefix(ref, "#/") || w.src == w.shared || w.shared.Root == nil {
		return ref
	}
	if _, own := At(w.src.Root, ref[1:]); own {
		return ref
	}
	if _, theirs := At(w.shared.Root, ref[1:]); theirs {
		return path.Base(w.shared.Name) + ref
	}
	return ref
}

func scalar(n *yaml.Node) string {
	switch n.ShortTag() {
	case "!!null":
		return "null"
	case "!!bool", "!!int", "!!float":
		return n.Value
	}
	return quote(n.Value)
}

// quote writes a text in ASCII. YAML knows all escapes of Go.
func quote(s string) string { return strconv.QuoteToASCII(s) }

// relocation has the origins of documents name the places in the files instead
// of those in the texts that the library read.
type relocation struct {
	texts map[string]*text
	seen  map[any]bool
}

func (r *relocation) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || r.seen[v.Interface()] {
			return
		}
		r.seen[v.Interface()] = true
		switch x := v.Interface().(type) {
		case *openapi3.Origin:
			r.origin(x)
			return
		case *openapi3.Paths:
			r.walk(reflect.ValueOf(x.Map()))
		case *openapi3.Responses:
			r.walk(reflect.ValueOf(x.Map()))
		}
		r.walk(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				r.walk(v.Field(i))
			}
		}
	case reflect.Map:
		if v.Type().Elem().Kind() == reflect.Interface {
			return // extensions and examples, which have no origins
		}
		for _, key := range v.MapKeys() {
			r.walk(v.MapIndex(key))
		}
	case reflect.Slice:
		for i := range v.Len() {
			r.walk(v.Index(i))
		}
	}
}

func (r *relocation) origin(o *openapi3.Origin) {
	if o.Key != nil {
		r.move(o.Key)
	}
	for i := range o.Fields {
		r.move(&o.Fields[i])
	}
	for _, items := range o.Sequences {
		for i := range items {
			r.move(&items[i])
		}
	}
}

func (r *relocation) move(l *openapi3.Location) {
	t := r.texts[l.File]
	if t == nil || l.Line < 1 || l.Line > len(t.places) {
		return
	}
	begin := t.places[l.Line-1]
	l.File, l.Line, l.Column = begin.File, begin.Line, begin.Column
	if l.EndLine > 0 && l.EndLine <= len(t.places) {
		// What several files make up ends in another file than it begins in.
		if end := t.places[l.EndLine-1]; end.File == begin.File {
			l.EndLine = end.end
		} else {
			l.EndLine = begin.Line
		}
	}
}
