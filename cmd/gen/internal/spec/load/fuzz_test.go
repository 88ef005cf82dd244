package load

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
)

const base = "../../generate/pipeline/testdata/base/spec"

// FuzzRead reads a spec whose one file is anything at all: it ends with a
// document or with findings that point into the file.
func FuzzRead(f *testing.F) {
	files := fstest.MapFS{}
	names := []string{ConsumerFile, B2BFile, SharedFile, ErrorsFile}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(base, name))
		if err != nil {
			f.Fatal(err)
		}
		files["spec/"+name] = &fstest.MapFile{Data: data}
		f.Add(data)
	}
	for _, seed := range []string{
		"", "#", "\ufeffa: 1", "a: \x00", "a: &a [*a]", "a: &a {b: *a}", "<<: {a: 1}", "a: !!binary x", "? [a]\n: b", "--- a\n--- b",
		"a: 1\r\nb: 2\r\n", "{a: 1, a: 2}", "0x1: 2", "a: 1e999", "a: |\n \t", strings.Repeat("[", 2000), strings.Repeat("- ", 2000), "%YAML 9.9\n---\na: b",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{}
		for name, file := range files {
			fsys[name] = file
		}
		fsys["spec/"+ConsumerFile] = &fstest.MapFile{Data: data}
		var list diag.List
		spec := Read(fsys, "spec", &list)
		spec.Resolve(&list)
		if spec.Sources[ConsumerFile].Root == nil && !list.HasErrors() {
			t.Error("nothing was read, and nothing is said about it")
		}
		lines := bytes.Count(data, []byte("\n")) + 1
		for _, finding := range list.Sorted() {
			if finding.Pos.File == "spec/"+ConsumerFile && finding.Pos.Line > lines {
				t.Errorf("%s lies outside of the file, which has %d lines: %s", finding.Pos, lines, finding.Message)
			}
		}
		printable(t, &list, spec)
	})
}

// printable wants findings to print as lines that no terminal obeys.
func printable(t *testing.T, list *diag.List, spec *Spec) {
	t.Helper()
	var b strings.Builder
	if err := diag.Text(&b, list.Sorted(), diag.Plain, spec.Bytes); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.String() {
		if r < ' ' && r != '\n' || r == 0x7f || r == 0x202e {
			t.Fatalf("a finding prints %U: %q", r, b.String())
		}
	}
}
