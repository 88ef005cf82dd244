// Package revision finds the state of the module that a name refers to: a
// folder, or a git revision, whose files are read into a folder of their own
// without touching the work tree.
package revision

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// Revision is one state of the module.
type Revision struct {
	// Name is what the user called it; a revision of git has its hash behind.
	Name string
	// Root is the folder that holds its go.mod.
	Root string
	// Commit is the hash of a git revision, empty for a folder.
	Commit string

	temporary bool
}

// Close removes what Open has made.
func (r *Revision) Close() error {
	if !r.temporary {
		return nil
	}
	return os.RemoveAll(r.Root)
}

// Open finds what a name refers to: a folder, or a revision of the git
// repository that holds root. A relative folder is one below the current folder
// of the process. The caller closes what it gets.
func Open(ctx context.Context, root, name string) (*Revision, error) {
	if err := plausible(name); err != nil {
		return nil, err
	}
	info, err := os.Stat(name)
	isFolder := err == nil && info.IsDir()
	explicit := strings.ContainsAny(name[:1], `./\`) || filepath.IsAbs(name)
	if isFolder && explicit {
		return folder(name)
	}
	g := newGit(ctx, root)
	commit, revisionErr := g.commit(name)
	switch {
	case isFolder && revisionErr == nil:
		return nil, fmt.Errorf("%q is both a folder and a git revision; write ./%s for the folder, or a hash or refs/... for the revision", name, name)
	case isFolder:
		return folder(name)
	case err == nil:
		return nil, fmt.Errorf("%q is a file; write the folder of a module or a git revision", name)
	case revisionErr != nil && explicit:
		return nil, fmt.Errorf("the folder %q: %w", name, load.Cause(err))
	case revisionErr != nil:
		return nil, revisionErr
	}
	return g.extract(name, commit)
}

// plausible refuses names that no revision and no folder has, among them those
// that a program would take for its options.
func plausible(name string) error {
	switch {
	case name == "":
		return errors.New("the name of a revision or folder is empty")
	case strings.HasPrefix(name, "-"):
		return fmt.Errorf("%q begins with a dash, as no revision does; write ./%s if it is a folder", name, name)
	case strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("%q holds a control character", name)
	}
	return nil
}

// folder takes a folder as it is.
func folder(name string) (*Revision, error) {
	root, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	r := &Revision{Name: name, Root: root}
	return r, r.check()
}

// check tells what a state lacks to be compared.
func (r *Revision) check() error {
	for _, want := range []struct{ name, what string }{
		{"go.mod", "it is not the root of a Go module"},
		{"spec", "it has no spec to compare"},
	} {
		if _, err := os.Stat(filepath.Join(r.Root, want.name)); err != nil {
			return fmt.Errorf("%s: no %s: %s", r.Name, want.name, want.what)
		}
	}
	return nil
}
