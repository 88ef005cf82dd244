// Package load reads the spec folder: YAML into nodes that know their place,
// and those into resolved OpenAPI documents. It knows OpenAPI and nothing of
// what is made from it.
package load

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
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

// The files next to them, which only gen drift and gen diff read.
const (
	DriftFile    = "drift.yaml"
	AcceptedFile = "accepted-breaks.yaml"
)

// The media types of bodies.
const (
	JSON = "application/json"
	Form = "application/x-www-form-urlencoded"
)

// Todo is a placeholder for what a person has yet to write. gen drift --apply leaves it where it knows that
// something is, and not what it means.
const Todo = "TODO"

// OAuthError is the shared response of calls whose errors have the form of OAuth.
const OAuthError = "OAuthError"

// APIFiles are the files that describe an API; each becomes a Go package. What
// concerns one area of an API is in a file of its folder: consumer/otps.yaml.
var APIFiles = []string{ConsumerFile, B2BFile}

// AreaFolder is the folder of an API's area files, in the spec folder.
func AreaFolder(api string) string { return strings.TrimSuffix(api, ".yaml") }

// Source is a file of the spec, or a document that several files make up.
type Source struct {
	// Name is the file's path from the module's root, with slashes. A document
	// has the name of its API's file.
	Name string
	Data []byte
	// Root is the top mapping, nil when the file could not be read as YAML.
	Root *yaml.Node
	// Areas are the names of the area files that a document was joined from.
	Areas []string
	// Partial tells that an area file of the document could not be read.
	Partial bool
	// files has the file of each node of a document that is not in the API's own.
	files map[*yaml.Node]string
}

// File is the file that a node is in.
func (s *Source) File(n *yaml.Node) string { return cmp.Or(s.files[n], s.Name) }

// Pos is where a node begins.
func (s *Source) Pos(n *yaml.Node) diag.Pos {
	if n == nil {
		return diag.Pos{File: s.Name}
	}
	return diag.Pos{File: s.File(n), Line: n.Line, Column: n.Column}
}

// Spec is a spec folder as read.
type Spec struct {
	// Dir is the folder's path from the module's root.
	Dir string
	// Files holds each file by its name in the folder, such as consumer/otps.yaml.
	Files map[string]*Source
	// Sources holds each document by the name of its first file: those of the two
	// APIs, joined with their area files, the shared one, and errors.yaml.
	Sources map[string]*Source
	// Documents has the resolved OpenAPI documents, by the same names.
	Documents map[string]*openapi3.T
	// Unread are the files that look like parts of the spec and are none.
	Unread []Unread
}

// Unread is a file that nothing reads.
type Unread struct {
	Pos diag.Pos
	// Hint says what would be read instead.
	Hint string
}

// Source returns the file that a position names, or nil.
func (s *Spec) Source(file string) *Source {
	return s.Files[strings.TrimPrefix(file, s.Dir+"/")]
}

// Bytes returns the content of the file that a position names.
func (s *Spec) Bytes(file string) []byte {
	if src := s.Source(file); src != nil {
		return src.Data
	}
	return nil
}

// FilesOf returns the files of an API: first the one that it has the name of,
// then its area files by name.
func (s *Spec) FilesOf(api string) []*Source {
	files := []*Source{s.Files[api]}
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		if path.Dir(name) == AreaFolder(api) {
			files = append(files, s.Files[name])
		}
	}
	return files
}

// Namespace returns the files that a reference in a file may lead to, those of
// its own document first.
func (s *Spec) Namespace(file string) []*Source {
	api := path.Base(s.Document(file))
	switch {
	case slices.Contains(APIFiles, api):
		return append(s.FilesOf(api), s.Files[SharedFile])
	case s.Source(file) == nil:
		return nil
	}
	return []*Source{s.Source(file)}
}

// Document returns the name of the file that describes the API as a whole which
// a file belongs to: spec/consumer.yaml for spec/consumer/otps.yaml.
func (s *Spec) Document(file string) string {
	if folder := path.Dir(file); folder != s.Dir {
		return folder + ".yaml"
	}
	return file
}

// Target returns what a reference in a file leads to: the key and the value in
// the file that has them, or nil.
func (s *Spec) Target(file, reference string) (src *Source, key, value *yaml.Node) {
	named, pointer, _ := strings.Cut(reference, "#")
	files := s.Namespace(file)
	if named != "" { // as references were written before an API had several files
		files = s.Namespace(path.Join(s.Dir, named))
	}
	holder, name := path.Split(pointer)
	for _, src := range files {
		if src.Root == nil {
			continue
		}
		all, found := At(src.Root, strings.TrimSuffix(holder, "/"))
		for key, value := range Pairs(all) {
			if found && key.Value == name {
				return src, key, value
			}
		}
	}
	return nil, nil, nil
}

// Read reads the files of the folder and parses their YAML. What is wrong goes
// to the list; a file that is missing or is not YAML leaves a Source without a
// Root.
func Read(fsys fs.FS, dir string, list *diag.List) *Spec {
	spec := &Spec{Dir: dir, Files: map[string]*Source{}, Sources: map[string]*Source{}, Documents: map[string]*openapi3.T{}}
	for _, name := range []string{ConsumerFile, B2BFile, SharedFile, ErrorsFile} {
		spec.read(fsys, name, list)
		spec.Sources[name] = spec.Files[name]
	}
	spec.look(fsys, list)
	for _, name := range APIFiles {
		spec.Sources[name] = spec.join(name, list)
	}
	return spec
}

func (s *Spec) read(fsys fs.FS, name string, list *diag.List) {
	src := &Source{Name: path.Join(s.Dir, name)}
	s.Files[name] = src
	data, err := ReadFile(fsys, src.Name, maxFile)
	if err != nil {
		list.Hintf(codes.UnreadableFile, diag.Pos{File: src.Name}, "a spec folder has the files consumer.yaml, b2b.yaml, shared.yaml and errors.yaml",
			"the file cannot be read: %v", err)
		return
	}
	src.Data = data
	src.Root = Parse(src, list)
}

// look reads the area files, and finds files that look like parts of the spec
// and are none.
func (s *Spec) look(fsys fs.FS, list *diag.List) {
	others := []string{ConsumerFile, B2BFile, SharedFile, ErrorsFile, DriftFile, AcceptedFile}
	_ = fs.WalkDir(fsys, s.Dir, func(file string, entry fs.DirEntry, err error) error {
		name := strings.TrimPrefix(file, s.Dir+"/")
		switch {
		case err != nil:
			return fs.SkipDir // what is needed and cannot be read has a finding of its own
		case strings.HasPrefix(entry.Name(), ".") && file != s.Dir: // tools keep their settings in such files
			if entry.IsDir() {
				return fs.SkipDir
			}
		case !entry.IsDir() && !slices.Contains(others, name):
			s.another(fsys, name, others, list)
		}
		return nil
	})
}

// another reads a file that is an area file, and remembers one that nothing reads.
func (s *Spec) another(fsys fs.FS, name string, others []string, list *diag.List) {
	extension := path.Ext(name)
	folder := path.Dir(name)
	isArea := slices.Contains(APIFiles, folder+".yaml")
	switch strings.ToLower(extension) {
	case ".yaml", ".yml", ".json":
	default:
		return
	}
	if isArea && extension == ".yaml" {
		s.read(fsys, name, list)
		return
	}
	unread := Unread{diag.Pos{File: path.Join(s.Dir, name)}, "the spec is consumer.yaml, b2b.yaml, shared.yaml, errors.yaml, and the .yaml files in the folders consumer and b2b"}
	if meant := strings.ToLower(strings.TrimSuffix(name, extension)) + ".yaml"; isArea || slices.Contains(others, meant) {
		unread.Hint = "call it " + meant
	}
	s.Unread = append(s.Unread, unread)
}

// PathPattern returns the path of a call without the names of its parameters, which are
// not sent.
func PathPattern(path string) string {
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

// ReadFile reads a regular file of at most limit bytes. The error does not name the file.
func ReadFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name) // before it is opened: opening a pipe would wait
	switch {
	case err != nil:
		return nil, Cause(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > limit:
		return nil, fmt.Errorf("it has %d bytes, more than the %d that are read", info.Size(), limit)
	}
	file, err := fsys.Open(name)
	if err != nil {
		return nil, Cause(err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit))
	return data, Cause(err)
}

// Cause is an error of the file system without the path.
func Cause(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}
