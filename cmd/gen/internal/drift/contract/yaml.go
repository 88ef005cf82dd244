package contract

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// Limits on what is read. The document that the service's owner publishes has
// 2.5 MB and is nested about 15 deep.
const (
	maxDocument = 24 << 20
	maxDepth    = 200
)

// ReadFile reads a file of at most limit bytes. An error has the file's name.
func ReadFile(name string, limit int64) ([]byte, error) {
	pos := diag.Pos{File: name}
	info, err := os.Stat(name) // before it is opened: opening a pipe would wait
	switch {
	case err != nil:
		return nil, Errorf(pos, "cannot be read: %v", cause(err))
	case !info.Mode().IsRegular():
		return nil, Errorf(pos, "is not a regular file")
	case info.Size() > limit:
		return nil, Errorf(pos, "has %d bytes, more than the %d that are read", info.Size(), limit)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, Errorf(pos, "cannot be read: %v", cause(err))
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	switch {
	case err != nil:
		return nil, Errorf(pos, "cannot be read: %v", cause(err))
	case int64(len(data)) > limit:
		return nil, Errorf(pos, "has more than the %d bytes that are read", limit)
	}
	return data, nil
}

// cause takes the name off an error that has it already.
func cause(err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// ReadYAML reads a file whose top is a mapping. It refuses what would let two
// readers see two things (duplicate keys, merge keys) and what can grow
// without end (aliases).
func ReadYAML(name string) (*yaml.Node, error) {
	data, err := ReadFile(name, maxDocument)
	if err != nil {
		return nil, err
	}
	return ParseYAML(name, data)
}

// ParseYAML is ReadYAML for bytes.
func ParseYAML(name string, data []byte) (root *yaml.Node, err error) {
	top := diag.Pos{File: name}
	defer func() {
		if p := recover(); p != nil {
			root, err = nil, Errorf(top, "not YAML: the parser gave up: %v", p)
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, Errorf(top, "the file is empty")
		}
		return nil, syntaxError(name, err)
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, Errorf(top, "the file holds more than one YAML document, or something after it that is not YAML")
	}
	root = doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, Errorf(at(name, root), "the top of the file is %s, not a mapping", load.Describe(root))
	}
	return root, sound(name, root, 1)
}

func syntaxError(name string, err error) error {
	line, message := load.Complaint(err)
	return Errorf(diag.Pos{File: name, Line: line}, "not YAML: %s", message)
}

func at(file string, n *yaml.Node) diag.Pos {
	if n == nil {
		return diag.Pos{File: file}
	}
	return diag.Pos{File: file, Line: n.Line, Column: n.Column}
}

func sound(file string, n *yaml.Node, depth int) error {
	switch {
	case depth > maxDepth:
		return Errorf(at(file, n), "nested more than %d levels deep", maxDepth)
	case n.Kind == yaml.AliasNode:
		return Errorf(at(file, n), "YAML aliases are not read")
	case n.Kind != yaml.MappingNode:
		for _, child := range n.Content {
			if err := sound(file, child, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	first := make(map[string]*yaml.Node, len(n.Content)/2)
	for key, value := range load.Pairs(n) {
		switch earlier := first[key.Value]; {
		case key.Kind != yaml.ScalarNode:
			return Errorf(at(file, key), "a key must be a string, not %s", load.Describe(key))
		case key.ShortTag() == "!!merge":
			return Errorf(at(file, key), "YAML merge keys are not read")
		case earlier != nil:
			return Errorf(at(file, key), "the key %s appears here a second time; the first is in line %d", strconv.Quote(key.Value), earlier.Line)
		}
		first[key.Value] = key
		if err := sound(file, value, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// wrong says that a node is not what it must be.
func wrong(file, what string, n *yaml.Node, want string) error {
	return Errorf(at(file, n), "%s must be %s, not %s", what, want, load.Describe(n))
}
