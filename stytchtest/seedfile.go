package stytchtest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	yaml "github.com/oasdiff/yaml3"
)

// Seed adds what a seed file has: settings of the project, users, organizations, members,
// connections, clients, apps and more. The file is YAML or JSON; [SeedSchema] describes
// it. The name is the file's, for errors.
//
// IDs that the file lacks are derived from names and addresses, so that they are always
// the same. What exists already is not changed, except the settings of the project and of
// organizations. The error has a line for each error in the file, such as
// "seed.yaml:7:5: users.0: unknown key ...". If there is one, Seed changes nothing.
func (p *Project) Seed(name string, data []byte) error {
	f, err := readSeed(data)
	if err == nil {
		err = p.plant(f)
	}
	return inFile(name, err)
}

// inFile names the file of errors.
func inFile(name string, err error) error {
	var found seedErrors
	if !errors.As(err, &found) {
		return err
	}
	lines := each(found[:min(len(found), maxSeedErrors)], func(e seedError) string {
		return fmt.Sprintf("%s:%d:%d: %s", name, e.line, e.column, e.text)
	})
	if more := len(found) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("%s: %d more errors", name, more))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// seedError is an error in a seed file.
type seedError struct {
	line, column int
	text         string
}

// seedErrors are the errors in a seed file.
type seedErrors []seedError

func (e seedErrors) Error() string { return fmt.Sprintf("%d errors in the seed", len(e)) }

// add adds the error of a node, with the path to it.
func (e *seedErrors) add(at *yaml.Node, path []string, format string, args ...any) {
	where := ""
	if len(path) > 0 {
		where = strings.Join(each(path, short), ".") + ": "
	}
	*e = append(*e, seedError{max(at.Line, 1), max(at.Column, 1), where + fmt.Sprintf(format, args...)})
}

// sorted returns the errors as an error, in the order of the file.
func (e seedErrors) sorted() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b seedError) int { return cmp.Or(a.line-b.line, a.column-b.column) })
	return e
}

// seedFile is a seed that fits the schema.
type seedFile struct {
	top     *yaml.Node
	content seedContent
	// settings are the organizations without what only a seed has, as JSON.
	settings [][]byte
}

// maxSeedSize is the largest seed, in bytes, and maxSeedErrors how many errors are listed.
const (
	maxSeedSize   = 16 << 20
	maxSeedErrors = 1000
)

// readSeed reads a seed, and compares it with the schema.
func readSeed(data []byte) (*seedFile, error) {
	refuse := func(format string, args ...any) error {
		return seedErrors{{1, 1, fmt.Sprintf(format, args...)}}
	}
	if len(data) > maxSeedSize {
		return nil, refuse("it has %d bytes; at most %d are allowed", len(data), maxSeedSize)
	}
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, refuse("it is empty; want at least one of %s", strings.Join(seedKeys(), ", "))
	case err != nil:
		return nil, syntaxError(err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, refuse("want exactly one document")
	}
	f := &seedFile{top: document.Content[0]}
	checker := seedChecker{}
	value := checker.check(f.top, loadSeedSchema(), nil)
	if err := checker.found.sorted(); err != nil {
		return nil, err
	}
	object := value.(map[string]any)
	delete(object, "$schema")
	organizations, _ := object["organizations"].([]any)
	if err := decodeStrict(encode(object), &f.content); err != nil {
		return nil, refuse("%v", err) // the schema and the types differ
	}
	for _, one := range organizations {
		settings := one.(map[string]any)
		for _, name := range organizationExtras {
			delete(settings, name)
		}
		f.settings = append(f.settings, encode(settings))
	}
	return f, nil
}

// syntaxError is the error of a file that is not YAML, with its line.
func syntaxError(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if after, ok := strings.CutPrefix(text, "line "); ok {
		number, rest, _ := strings.Cut(after, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			line, text = n, rest
		}
	}
	return seedErrors{{line, 1, "it is not YAML: " + text}}
}

// seedKeys are the keys at the top of a seed.
func seedKeys() []string {
	var keys []string
	for key := range loadSeedSchema().Properties {
		if key != "$schema" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// at returns the node at a path, or the last node on the way to it that exists, and the
// rest of the way.
func (f *seedFile) at(path []string) (*yaml.Node, []string) {
	n := f.top
	for i, name := range path {
		next := child(n, name)
		if next == nil {
			return n, path[i:]
		}
		n = next
	}
	return n, nil
}

// child returns a value of an object or list, or nil.
func child(n *yaml.Node, name string) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(name); err == nil && i < len(n.Content) {
			return n.Content[i]
		}
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}
