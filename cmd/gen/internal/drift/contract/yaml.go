package contract

import (
	"fmt"
	"os"
	"path/filepath"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// maxDocument is the size of the largest document that is read. The one that
// the service's owner publishes has 2.5 MB.
const maxDocument = 24 << 20

// ReadYAML reads a document of others.
func ReadYAML(name string) (*yaml.Node, error) {
	data, err := load.ReadFile(os.DirFS(filepath.Dir(name)), filepath.Base(name), maxDocument)
	if err != nil {
		return nil, Errorf(diag.Pos{File: name}, "cannot be read: %v", err)
	}
	return ParseYAML(name, data)
}

// ParseYAML is ReadYAML for bytes.
func ParseYAML(name string, data []byte) (*yaml.Node, error) {
	var list diag.List
	root := load.ParseForeign(&load.Source{Name: name, Data: data}, &list)
	return root, First(&list)
}

// First returns the first finding of a list as an error, or nil.
func First(list *diag.List) error {
	first, _ := list.First(1)
	if len(first) == 0 {
		return nil
	}
	message := first[0].Message
	if related := first[0].Related; related != nil {
		message += fmt.Sprintf(" (%s: %s)", related.Pos, related.Message)
	}
	return Errorf(first[0].Pos, "%s", message)
}

func at(file string, n *yaml.Node) diag.Pos {
	return (&load.Source{Name: file}).Pos(n)
}

// wrong says that a node is not what it must be.
func wrong(file, what string, n *yaml.Node, want string) error {
	return Errorf(at(file, n), "%s must be %s, not %s", what, want, load.Describe(n))
}
