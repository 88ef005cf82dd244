// Package runtimetest gives the modules of tests the runtime that generated code needs.
package runtimetest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Files returns the runtime for a module of another path: the packages under
// internal, and the hand-written files of the SDK's packages that know no call.
// The paths are relative to the module's root.
func Files(t testing.TB, repository, module string) map[string]string {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(repository, "internal", "*"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, folder := range append(folders, filepath.Join(repository, "stytch"), filepath.Join(repository, "b2b")) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			name := entry.Name()
			if entry.IsDir() || strings.HasSuffix(name, "_test.go") && name != "exchange_test.go" || strings.Contains(name, "_gen") || strings.HasSuffix(name, "_manual.go") {
				continue
			}
			data, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			rel, err := filepath.Rel(repository, filepath.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			files[rel] = strings.ReplaceAll(string(data), "github.com/stytchgen/sdk", module)
		}
	}
	return files
}
