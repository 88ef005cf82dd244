package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/cmd/gen/internal/diff/gochange"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/impact"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/revision"
)

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
			t.Fatalf("%q occurs %d times in %s, want once", e.before, n, e.file)
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
