package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stytchgen/sdk/cmd/gen/internal/runtimetest"
)

// sharedModules are the generated modules that the tests of this package copy.
var sharedModules struct {
	small, areas sharedModule
}

type sharedModule struct {
	sync.Once
	root string
}

// copy returns a copy of the module, which the first test that needs it makes.
func (m *sharedModule) copy(t *testing.T, name string, make func(t *testing.T, root string)) string {
	t.Helper()
	m.Do(func() {
		root := filepath.Join(filepath.Dir(program), name)
		make(t, root)
		if code, stdout, stderr := gen(t, "-C", root); code != exitFine {
			t.Fatalf("the module %s is not generated: %s%s", name, stdout, stderr)
		}
		m.root = root
	})
	if m.root == "" {
		t.Fatalf("the module %s could not be generated; another test says why", name)
	}
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS(m.root)); err != nil {
		t.Fatal(err)
	}
	return root
}

// smallModule makes a module of a small spec with the runtime of this one and
// what the generator makes.
func smallModule(t *testing.T) string {
	t.Helper()
	return sharedModules.small.copy(t, "small", func(t *testing.T, root string) {
		if err := os.CopyFS(root, os.DirFS("testdata/diff/base")); err != nil {
			t.Fatal(err)
		}
		for name, data := range runtimetest.Files(t, repository, "example.com/base") {
			name = filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			write(t, name, data)
		}
	})
}

// What areaModule has beyond smallModule.
const (
	consumerArea = "spec/consumer/codes.yaml"
	b2bArea      = "spec/b2b/sessions.yaml"
	manualFile   = "stytch/two_codes_manual.go"
	manualCode   = `package stytch

// MANUAL(TwoCodes)(FUNCTION)

// TwoCodes returns the code of a request twice.
func TwoCodes(req CodesCheckRequest) string { return req.Code + req.Code }

// ENDMANUAL(TwoCodes)
`
	manualSpec = `x-manual:
  - name: TwoCodes
    kind: FUNCTION
    declares: ['func TwoCodes(req CodesCheckRequest) string']
    description: Returns the code twice.
`
)

// areaModule makes the small module with a file for each area and a MANUAL() section.
func areaModule(t *testing.T) string {
	t.Helper()
	return sharedModules.areas.copy(t, "areas", func(t *testing.T, root string) {
		if err := os.CopyFS(root, os.DirFS(smallModule(t))); err != nil {
			t.Fatal(err)
		}
		moveArea(t, root, consumer, consumerArea)
		moveArea(t, root, b2bSpec, b2bArea)
		edit(t, filepath.Join(root, consumer), "components:\n", manualSpec+"components:\n")
		write(t, filepath.Join(root, manualFile), manualCode)
	})
}

// moveArea moves the tags and paths of an API's only area into a file of their own.
func moveArea(t *testing.T, root, from, to string) {
	t.Helper()
	from, to = filepath.Join(root, from), filepath.Join(root, to)
	whole := string(read(t, from))
	start, end := strings.Index(whole, "tags:\n"), strings.Index(whole, "components:\n")
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, to, whole[start:end])
	write(t, from, whole[:start]+whole[end:])
}
