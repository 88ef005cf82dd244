package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// Resolve loads the OpenAPI documents from what Read has parsed. References
// lead to the folder's own files and nowhere else. Origins in the documents
// name the files that things are written in.
//
// The library gets JSON: YAML, which it keeps origins of, takes it more than twice as long.
func (s *Spec) Resolve(list *diag.List) {
	names := append([]string{SharedFile}, APIFiles...)
	texts := map[string][]byte{}
	read := make([]openapi3.T, len(names))
	errs := make([]error, len(names))
	var wait sync.WaitGroup
	for i, name := range names {
		src := s.Sources[name]
		if src.Root == nil {
			continue
		}
		text := s.write(src)
		texts[src.Name] = text
		wait.Go(func() { errs[i] = decode(src, text, &read[i]) })
	}
	wait.Wait()
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, location *url.URL) ([]byte, error) {
		if text := texts[location.Path]; text != nil && location.Scheme == "" && location.Host == "" {
			return text, nil
		}
		return nil, fmt.Errorf("%q is not a file of the spec that can be read", location)
	}
	for i, name := range names {
		src := s.Sources[name]
		if src.Root == nil {
			continue
		}
		doc, err := resolve(loader, src.Name, read[i], errs[i])
		if err != nil {
			list.Reportf(codes.Unresolved, diag.Pos{File: src.Name}, "%v", err)
			continue
		}
		s.Documents[name] = doc
	}
}

// decode reads a document, with its origins and with references that lead nowhere yet.
func decode(src *Source, text []byte, doc *openapi3.T) (err error) {
	defer giveUp(&err)
	if err := json.Unmarshal(text, doc); err != nil {
		return err
	}
	setOrigins(src, doc)
	return nil
}

// resolve has the references of a document lead to what they name. References of later documents find it by
// its name.
func resolve(loader *openapi3.Loader, name string, read openapi3.T, failed error) (doc *openapi3.T, err error) {
	defer giveUp(&err)
	if failed != nil {
		return nil, failed
	}
	location := &url.URL{Path: name}
	if doc, err = loader.LoadFromDataWithPath([]byte("{}"), location); err != nil {
		return nil, err
	}
	*doc = read
	return doc, loader.ResolveRefsIn(doc, location)
}

// giveUp makes an error of the library's panic on hostile input.
func giveUp(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("the OpenAPI loader gave up on this document: %v", p)
	}
}

// write writes a document as JSON. References of an API to shared components lead to the document of these.
func (s *Spec) write(src *Source) []byte {
	w := &writer{src: src, shared: s.Sources[SharedFile]}
	w.value(src.Root)
	return w.Bytes()
}

type writer struct {
	bytes.Buffer
	src, shared *Source
}

func (w *writer) value(n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		separator := byte('{')
		for key, value := range Pairs(n) {
			w.WriteByte(separator)
			separator = ','
			w.scalar(key.Value)
			w.WriteByte(':')
			if key.Value == "$ref" && value.Kind == yaml.ScalarNode {
				w.scalar(w.reference(value.Value))
			} else {
				w.value(value)
			}
		}
		if len(n.Content) == 0 {
			w.WriteByte('{')
		}
		w.WriteByte('}')
	case yaml.SequenceNode:
		w.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				w.WriteByte(',')
			}
			w.value(item)
		}
		w.WriteByte(']')
	default:
		switch n.ShortTag() {
		case "!!null":
			w.scalar(nil)
		case "!!bool", "!!int", "!!float":
			var value any
			_ = n.Decode(&value) // the parser has read it before
			w.scalar(value)
		default:
			w.scalar(n.Value)
		}
	}
}

func (w *writer) scalar(value any) {
	text, _ := json.Marshal(value) // no number of a spec is infinite
	w.Write(text)
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
