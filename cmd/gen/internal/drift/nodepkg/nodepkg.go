// Package nodepkg reads the calls of the service's official package for Node:
// the verbs and paths from its scripts in dist/, the fields from the
// TypeScript declarations next to them. It reads what the generated files of
// that package use and refuses anything else with its place.
package nodepkg

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// Limits on what is read. The package has about 200 files and 1.6 MB.
const (
	maxFile  = 4 << 20
	maxTotal = 64 << 20
	maxFiles = 5000
)

// Package is an unpacked Node package.
type Package struct {
	root     *os.Root
	dir      string
	types    string // the folder of the declarations, with slashes
	dist     string // that of the scripts
	declared map[string]*declarations
	headers  map[string][]header
	servers  map[string]string
	read     int
}

// manifest is what of package.json matters here.
type manifest struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Types   string `json:"types"`
	Main    string `json:"main"`
}

// Read reads the calls of the package in a folder. Nothing outside of it is
// read. Positions in errors are relative to it.
func Read(dir string) (*contract.API, error) {
	if _, err := os.Stat(filepath.Join(dir, "package.json")); err != nil {
		if _, err := os.Stat(filepath.Join(dir, "package", "package.json")); err == nil {
			dir = filepath.Join(dir, "package") // as npm pack makes it
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	p := &Package{root: root, dir: dir, declared: map[string]*declarations{}}
	api, err := p.api()
	var located *contract.Error
	if errors.As(err, &located) {
		located.Pos.File = filepath.ToSlash(filepath.Join(dir, located.Pos.File))
	}
	return api, err
}

func (p *Package) api() (*contract.API, error) {
	m, err := p.manifest()
	if err != nil {
		return nil, err
	}
	declarations, err := p.files(p.types, ".d.ts")
	if err != nil {
		return nil, err
	}
	if len(declarations) == 0 {
		return nil, contract.Errorf(diag.Pos{File: p.types}, "the package has no declarations: no file ends in .d.ts")
	}
	for _, name := range declarations {
		data, err := p.file(name)
		if err != nil {
			return nil, err
		}
		if p.declared[name], err = p.parse(name, data); err != nil {
			return nil, err
		}
	}
	calls, err := p.calls()
	if err != nil {
		return nil, err
	}
	return &contract.API{Source: fmt.Sprintf("npm %s %s", m.Name, m.Version), Calls: calls}, nil
}

func (p *Package) manifest() (*manifest, error) {
	data, err := p.file("package.json")
	if err != nil {
		return nil, err
	}
	var m manifest
	pos := diag.Pos{File: "package.json"}
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, contract.Errorf(pos, "is not the description of a Node package: %v", err)
	}
	for key, value := range map[string]string{"name": m.Name, "version": m.Version} {
		if value == "" || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return nil, contract.Errorf(pos, "has no %s that can be shown", key)
		}
	}
	for _, part := range []struct {
		key, value string
		folder     *string
	}{{"types", m.Types, &p.types}, {"main", m.Main, &p.dist}} {
		folder := path.Dir(path.Clean(part.value))
		if part.value == "" || folder == "." || !filepath.IsLocal(filepath.FromSlash(folder)) {
			return nil, contract.Errorf(pos, "%s must name a file in a folder of the package, not %q", part.key, part.value)
		}
		*part.folder = folder
	}
	return &m, nil
}

// files lists the files of a folder with an ending, sorted.
func (p *Package) files(dir, ending string) ([]string, error) {
	var names []string
	err := fs.WalkDir(p.root.FS(), dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return contract.Errorf(diag.Pos{File: name}, "cannot be read: %v", load.Cause(err))
		case entry.IsDir() || !strings.HasSuffix(name, ending):
			return nil
		case !entry.Type().IsRegular():
			return contract.Errorf(diag.Pos{File: name}, "is not a regular file")
		case len(names) == maxFiles:
			return contract.Errorf(diag.Pos{File: dir}, "has more than %d files", maxFiles)
		}
		names = append(names, name)
		return nil
	})
	return names, err
}

func (p *Package) file(name string) ([]byte, error) {
	data, err := load.ReadFile(p.root.FS(), name, maxFile)
	if err != nil {
		return nil, contract.Errorf(diag.Pos{File: name}, "cannot be read: %v", err)
	}
	if p.read += len(data); p.read > maxTotal {
		return nil, contract.Errorf(diag.Pos{File: name}, "the package has more than the %d bytes that are read", maxTotal)
	}
	return data, nil
}

// calls reads the scripts: first those that the others share, with the
// functions that set headers and the addresses of servers.
func (p *Package) calls() ([]*contract.Call, error) {
	scripts, err := p.files(p.dist, ".js")
	if err != nil {
		return nil, err
	}
	for _, name := range scripts {
		var err error
		var data []byte
		switch name {
		case path.Join(p.dist, "shared/method_options.js"):
			if data, err = p.file(name); err == nil {
				p.headers, err = readHeaders(name, data)
			}
		case path.Join(p.dist, "shared/envs.js"):
			if data, err = p.file(name); err == nil {
				p.servers, err = readServers(name, data)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	var calls []*contract.Call
	first := map[string]bool{}
	for _, name := range scripts {
		data, err := p.file(name)
		if err != nil {
			return nil, err
		}
		found, err := p.scripts(name, data)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			if key := c.String() + c.Where(); !first[key] { // one that both clients have is there twice
				first[key] = true
				calls = append(calls, c)
			}
		}
	}
	if len(calls) == 0 {
		return nil, contract.Errorf(diag.Pos{File: p.dist}, "the package makes no calls that this reader knows")
	}
	return calls, nil
}
