package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stytchgen/sdk/cmd/gen/internal/diff/gochange"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/impact"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/revision"
)

// generated is a small module that the tests of this package share. smallModule copies it.
var generated struct {
	sync.Once
	root string
}

// smallModule makes a module of a small spec with the runtime of this one and
// what the generator makes.
func smallModule(t *testing.T) string {
	t.Helper()
	generated.Do(func() {
		root := filepath.Join(filepath.Dir(program), "small")
		generateSmall(t, root)
		generated.root = root
	})
	if generated.root == "" {
		t.Fatal("the small module could not be generated; another test says why")
	}
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS(generated.root)); err != nil {
		t.Fatal(err)
	}
	return root
}

func generateSmall(t *testing.T, root string) {
	t.Helper()
	if err := os.CopyFS(root, os.DirFS("testdata/diff/base")); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"internal/check", "internal/grammar", "internal/origin", "internal/redact", "internal/sessionjwt", "internal/sessionweb", "internal/share", "internal/transport", "internal/wire", "internal/wiretest", "stytch", "b2b"} {
		entries, err := os.ReadDir(filepath.Join(repository, folder))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			name := entry.Name()
			if strings.HasSuffix(name, "_test.go") && name != "exchange_test.go" || strings.Contains(name, "_gen") || strings.HasSuffix(name, "_manual.go") {
				continue
			}
			data := strings.ReplaceAll(string(read(t, filepath.Join(repository, folder, name))), "github.com/stytchgen/sdk", "example.com/base")
			write(t, filepath.Join(root, folder, name), data)
		}
	}
	if code, stdout, stderr := gen(t, "-C", root); code != exitFine {
		t.Fatalf("the base module is not generated: %s%s", stdout, stderr)
	}
}

// apply makes a case's edits in a copy of the base module.
func (c diffCase) apply(t *testing.T, base string) string {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(root, os.DirFS(base)); err != nil {
		t.Fatal(err)
	}
	for _, e := range c.edits {
		name := filepath.Join(root, filepath.FromSlash(e.file))
		if e.before == "" {
			write(t, name, e.after)
			continue
		}
		data := string(read(t, name))
		if n := strings.Count(data, e.before); n != 1 {
			t.Fatalf("%q stands %d times in %s, want once", e.before, n, e.file)
		}
		write(t, name, strings.Replace(data, e.before, e.after, 1))
	}
	return root
}

// TestDiffCases makes one change after the other and wants all that gen diff
// says about it to be right, and nothing else to be said.
func TestDiffCases(t *testing.T) {
	root := smallModule(t)
	base := state{Revision: &revision.Revision{Name: "base", Root: root}}
	var err error
	if base.api, err = readSpec(base.Revision); err != nil {
		t.Fatal(err)
	}
	var loader gochange.Loader
	if base.surface, err = loader.Load(t.Context(), base.source()); err != nil {
		t.Fatal(err)
	}
	for _, c := range slices.Concat(requestCases, answerCases, callCases, ownerCases, onceCases, goCases, silentCases) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var report impact.Report
			head := state{Revision: &revision.Revision{Name: "head", Root: c.apply(t, root)}}
			if err := readWorkTree(&head, &report); err != nil {
				explainError("gen diff", formatText, err, io.Discard, t.Output())
				t.FailNow()
			}
			var err error
			if head.surface, err = loader.Load(t.Context(), head.source()); err != nil {
				t.Fatal(err)
			}
			if _, err := join(&report, base, head); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, change := range report.Changes {
				got = append(got, change.Line())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}
