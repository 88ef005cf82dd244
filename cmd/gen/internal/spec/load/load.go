// Package load reads the spec folder: YAML into nodes that know their place,
// and those into resolved OpenAPI documents. It knows OpenAPI and nothing of
// what is made from it.
package load

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

// The files of a spec folder.
const (
	ConsumerFile = "consumer.yaml"
	B2BFile      = "b2b.yaml"
	SharedFile   = "shared.yaml"
	ErrorsFile   = "errors.yaml"
)

// specFiles are the files that are the spec.
var specFiles = []string{ConsumerFile, B2BFile, SharedFile, ErrorsFile}

// The files beside them, which only gen drift and gen diff read.
const (
	DriftFile    = "drift.yaml"
	AcceptedFile = "accepted-breaks.yaml"
)

// APIFiles are the files that describe an API; each becomes a Go package.
var APIFiles = []string{ConsumerFile, B2BFile}

// Source is one file of the spec.
type Source struct {
	// Name is the file's path from the module's root, with slashes.
	Name string
	Data []byte
	// Root is the top mapping, nil when the file could not be read as YAML.
	Root *yaml.Node
}

// Pos is where a node begins.
func (s *Source) Pos(n *yaml.Node) diag.Pos {
	if n == nil {
		return diag.Pos{File: s.Name}
	}
	return diag.Pos{File: s.Name, Line: n.Line, Column: n.Column}
}

// Spec is a spec folder as read.
type Spec struct {
	// Dir is the folder's path from the module's root.
	Dir string
	// Sources holds each file by its name in the folder.
	Sources map[string]*Source
	// Documents holds the resolved OpenAPI documents, by the same names.
	Documents map[string]*openapi3.T
}

// Source returns the file that a position names, or nil.
func (s *Spec) Source(file string) *Source {
	for _, src := range s.Sources {
		if src.Name == file {
			return src
		}
	}
	return nil
}

// Bytes returns the content of the file that a position names.
func (s *Spec) Bytes(file string) []byte {
	if src := s.Source(file); src != nil {
		return src.Data
	}
	return nil
}

// Read reads the four files of the folder and parses their YAML. What is
// wrong goes to the list; a file that is missing or is not YAML leaves a
// Source without a Root.
func Read(fsys fs.FS, dir string, list *diag.List) *Spec {
	spec := &Spec{Dir: dir, Sources: map[string]*Source{}, Documents: map[string]*openapi3.T{}}
	for _, name := range specFiles {
		src := &Source{Name: path.Join(dir, name)}
		spec.Sources[name] = src
		data, err := readFile(fsys, src.Name)
		if err != nil {
			list.Hintf(codes.UnreadableFile, diag.Pos{File: src.Name}, "a spec folder holds consumer.yaml, b2b.yaml, shared.yaml and errors.yaml",
				"the file cannot be read: %v", err)
			continue
		}
		src.Data = data
		src.Root = parse(src, list)
	}
	spec.unread(fsys, list)
	return spec
}

// unread warns of files that look like parts of the spec and are none.
func (s *Spec) unread(fsys fs.FS, list *diag.List) {
	names := append(slices.Clone(specFiles), DriftFile, AcceptedFile)
	entries, err := fs.ReadDir(fsys, s.Dir)
	if err != nil {
		return // that its files cannot be read has been said
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || strings.HasPrefix(name, ".") { // tools keep their settings in such files
			continue
		}
		extension := path.Ext(name)
		switch strings.ToLower(extension) {
		case ".yaml", ".yml", ".json":
			if slices.Contains(names, name) {
				continue
			}
			hint := "the spec is consumer.yaml, b2b.yaml, shared.yaml and errors.yaml"
			if meant := strings.ToLower(strings.TrimSuffix(name, extension)) + ".yaml"; slices.Contains(names, meant) {
				hint = "call it " + meant
			}
			list.Hintf(codes.UnreadFile, diag.Pos{File: path.Join(s.Dir, name)}, hint, "nothing reads this file")
		}
	}
}

// PathShape is the path of a call without the names of its parameters, which are
// not sent.
func PathShape(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

// maxFile is far above any spec of ours and far below what a parser needs
// seconds for.
const maxFile = 8 << 20

func readFile(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		var pathErr *fs.PathError
		if errors.As(err, &pathErr) {
			return nil, pathErr.Err
		}
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("it has %d bytes, more than the %d that a spec file may have", info.Size(), maxFile)
	}
	return fs.ReadFile(fsys, name)
}

// Resolve loads the OpenAPI documents from what Read has parsed. References
// lead to the folder's own files and nowhere else.
func (s *Spec) Resolve(list *diag.List) {
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = true
	loader.IncludeOrigin = true
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, location *url.URL) ([]byte, error) {
		if src := s.Source(location.Path); src != nil && src.Root != nil && location.Scheme == "" && location.Host == "" {
			return notJSON(src.Data), nil
		}
		return nil, fmt.Errorf("%q is not a file of the spec that can be read", location)
	}
	for _, name := range append([]string{SharedFile}, APIFiles...) {
		src := s.Sources[name]
		if src.Root == nil {
			continue
		}
		doc, err := resolve(loader, src)
		if err != nil {
			list.Reportf(codes.Unresolved, diag.Pos{File: src.Name}, "%v", err)
			continue
		}
		s.Documents[name] = doc
	}
}

func resolve(loader *openapi3.Loader, src *Source) (doc *openapi3.T, err error) {
	defer func() {
		if p := recover(); p != nil {
			doc, err = nil, fmt.Errorf("the OpenAPI loader gave up on this document: %v", p)
		}
	}()
	return loader.LoadFromDataWithPath(notJSON(src.Data), &url.URL{Path: src.Name})
}

// notJSON has the loader read a file that is JSON as YAML, which it is too: only
// then does it keep the places of things.
func notJSON(data []byte) []byte { return append(slices.Clip(data), "\n#"...) }
