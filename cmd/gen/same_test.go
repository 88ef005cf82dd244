package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSameBytes generates the small module eight times, in folders of
// different names and depths, from different working directories and with
// different numbers of processors.
func TestSameBytes(t *testing.T) {
	t.Parallel()
	module := areaModule(t)
	code, want, stderr := gen(t, "dump", "--stage", "files", "-C", module)
	if code != exitFine || !strings.Contains(want, "stytch/client_gen.go") || !strings.Contains(want, "README.md") {
		t.Fatalf("exit code %d\n%s%s", code, want, stderr)
	}
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			root := filepath.Join(t.TempDir(), strings.Repeat("d/", i%5)+"module with space")
			for _, name := range []string{"spec", "stytch", "b2b"} {
				if err := os.CopyFS(filepath.Join(root, name), os.DirFS(filepath.Join(module, name))); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range []string{"go.mod", "README.md"} {
				write(t, filepath.Join(root, name), string(read(t, filepath.Join(module, name))))
			}
			folder, argument := ".", root
			if i%2 == 1 {
				folder, argument = root, "."
			}
			_, got, stderr := genIn(t, folder, []string{fmt.Sprintf("GOMAXPROCS=%d", 1+i%3)}, "dump", "--stage", "files", "-C", argument)
			if got != want {
				t.Errorf("other bytes:\n%s%s\nwant:\n%s", got, stderr, want)
			}
		})
	}
}
