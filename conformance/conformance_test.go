//go:build conformance

// Package conformance_test runs the official SDKs of Stytch against the
// emulator, and compares their types with the spec.
package conformance_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// node is the official SDK for Node.
var node = sdk{name: "Node", userAgent: "Stytch Node v"}

// TestNode runs the tests in *.test.mjs with the official SDK for Node.
func TestNode(t *testing.T) {
	if _, err := os.Stat("node_modules"); err != nil {
		t.Fatal("the packages are not installed: run make conformance")
	}
	tests, err := filepath.Glob("*.test.mjs")
	if err != nil || len(tests) == 0 {
		t.Fatalf("found no tests: %v", err)
	}
	lab := newLab(t)
	calls := t.TempDir()
	run(t, []string{"LAB=" + lab.url, "CALLS=" + calls}, append([]string{"node", "--test", "--test-reporter=spec"}, tests...)...)
	t.Run("every call", func(t *testing.T) { node.covers(t, lab.requests()) })
	t.Run("types", func(t *testing.T) { checkTypes(t, calls) })
}

// TestLockNamesNoRegistry checks that the lock file names no registry, so that it
// works with any registry.
func TestLockNamesNoRegistry(t *testing.T) {
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(lock), `"resolved"`) {
		t.Error("package-lock.json contains addresses of a registry: create it again with npm install in this folder, whose .npmrc leaves them out")
	}
}

// run runs a program. If the program fails, the test fails.
func run(t *testing.T, env []string, args ...string) {
	t.Helper()
	program := exec.CommandContext(t.Context(), args[0], args[1:]...)
	program.Env = append(os.Environ(), env...)
	program.Stdout, program.Stderr = t.Output(), t.Output()
	if err := program.Run(); err != nil {
		t.Errorf("%s: %v", args[0], err)
	}
}
