package pipeline

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/runtimetest"
)

var update = flag.Bool("update", false, "write the golden parts of testdata anew")

// module makes a module with the base spec and a case's edits. An edit is a
// file called NAME.edit: blocks of lines that begin with "-" (what is in
// the file, once) and "+" (what takes its place). NAME.gone removes a file, and
// NAME.quoted makes one of lines that are quoted as in Go.
func module(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	return moduleAt(t, t.TempDir(), archive)
}

// moduleAt makes it in a folder that has none of its files, or does not exist.
func moduleAt(t testing.TB, root string, archive *txtar.Archive) string {
	t.Helper()
	if err := os.CopyFS(root, os.DirFS("testdata/base")); err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		name, edit := strings.CutSuffix(f.Name, ".edit")
		if gone, ok := strings.CutSuffix(name, ".gone"); ok {
			if err := os.Remove(filepath.Join(root, gone)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if quoted, ok := strings.CutSuffix(name, ".quoted"); ok {
			write(t, filepath.Join(root, quoted), unquote(t, string(f.Data)))
			continue
		}
		path := filepath.Join(root, filepath.FromSlash(name))
		switch {
		case edit:
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, applyEdits(t, string(data), string(f.Data)))
		case name != "findings" && !strings.HasPrefix(name, "want/"):
			write(t, path, string(f.Data))
		}
	}
	return root
}

// checkable makes modules that can be type-checked, one after the other in the
// same place: the runtime is copied once, and the go command finds what it has
// compiled for the case before.
type checkable struct {
	root     string
	packages map[string]string // the runtime's files in the SDK's packages
}

func newCheckable(t *testing.T) *checkable {
	t.Helper()
	c := &checkable{root: filepath.Join(t.TempDir(), "module"), packages: map[string]string{}}
	for name, data := range runtimetest.Files(t, repository, "example.com/base") {
		if strings.HasPrefix(name, "internal"+string(filepath.Separator)) {
			write(t, filepath.Join(c.root, name), data)
		} else {
			c.packages[name] = data
		}
	}
	return c
}

// module makes a case's module in place of the one before.
func (c *checkable) module(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	entries, err := os.ReadDir(c.root)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.Name() != "internal" {
			if err := os.RemoveAll(filepath.Join(c.root, entry.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	moduleAt(t, c.root, archive)
	for name, data := range c.packages {
		write(t, filepath.Join(c.root, name), data)
	}
	return c.root
}

func unquote(t testing.TB, lines string) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(lines) {
		text, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		b.WriteString(text)
	}
	return b.String()
}

func write(t testing.TB, path, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func applyEdits(t testing.TB, data, edits string) string {
	t.Helper()
	var before, after strings.Builder
	flush := func() {
		if before.Len() == 0 && after.Len() == 0 {
			return
		}
		if n := strings.Count(data, before.String()); n != 1 {
			t.Fatalf("the edit's old lines occur %d times in the file, want once:\n%s", n, before.String())
		}
		data = strings.Replace(data, before.String(), after.String(), 1)
		before.Reset()
		after.Reset()
	}
	for line := range strings.Lines(edits) {
		switch line[0] {
		case '-':
			if after.Len() > 0 {
				flush()
			}
			before.WriteString(line[1:])
		case '+':
			after.WriteString(line[1:])
		default:
			t.Fatalf("an edit's line begins with - or +: %q", line)
		}
	}
	flush()
	return data
}

func archives(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in testdata/%s: %v", folder, err)
	}
	return files
}

// golden returns the part of an archive with that name, or puts it there.
func golden(t *testing.T, file string, archive *txtar.Archive, name string, got []byte) []byte {
	t.Helper()
	for i := range archive.Files {
		if archive.Files[i].Name != name {
			continue
		}
		if *update && !bytes.Equal(archive.Files[i].Data, got) {
			archive.Files[i].Data = got
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return archive.Files[i].Data
	}
	t.Fatalf("%s has no part %s", file, name)
	return nil
}

// TestNegative runs specs that the generator must refuse, or warn of, and
// compares what it says. Each code of the table is said by one of them.
func TestNegative(t *testing.T) {
	said := map[string]bool{}
	findings(t, "negative", true, said, func(t *testing.T, archive *txtar.Archive) (string, bool) {
		return module(t, archive), false
	})
	findings(t, "warned", false, said, func(t *testing.T, archive *txtar.Archive) (string, bool) {
		return module(t, archive), false
	})
	modules := newCheckable(t)
	findings(t, "mismatched", true, said, func(t *testing.T, archive *txtar.Archive) (string, bool) {
		return modules.module(t, archive), true
	})
	for _, code := range codes.All() {
		if !said[code.ID] {
			t.Errorf("no case is about %s: %s", code, code.Title)
		}
	}
}

// findings runs the cases of a folder. prepare makes a case's module, and tells
// whether it is to be type-checked.
func findings(t *testing.T, folder string, refused bool, said map[string]bool, prepare func(*testing.T, *txtar.Archive) (string, bool)) {
	for _, file := range archives(t, folder) {
		t.Run(folder+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			root, checked := prepare(t, archive)
			result, err := Run(Options{Root: root, SkipVerify: !checked})
			if err != nil {
				t.Fatal(err)
			}
			if result.Failed() != refused {
				t.Errorf("refused: %t, want %t", result.Failed(), refused)
			}
			for _, f := range result.Findings.Sorted() {
				said[f.Code.ID] = true
				if f.Pos.File == "" {
					t.Errorf("a finding has no place: %s", f.Message)
				}
			}
			var got bytes.Buffer
			if err := diag.Text(&got, result.Findings.Sorted(), diag.Plain, result.Source); err != nil {
				t.Fatal(err)
			}
			if want := golden(t, file, archive, "findings", got.Bytes()); !bytes.Equal(got.Bytes(), want) {
				t.Errorf("findings:\n%s\nwant:\n%s", got.Bytes(), want)
			}
		})
	}
}

// TestPositive runs specs that the generator must honour, and compares the
// files that each case is about.
func TestPositive(t *testing.T) {
	modules := newCheckable(t)
	for _, file := range archives(t, "positive") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			root := modules.module(t, archive)
			result, err := Run(Options{Root: root})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range result.Findings.Sorted() {
				t.Errorf("%s: %s", f.Pos, f.Message)
			}
			if t.Failed() {
				return
			}
			sound(t, result)
			for _, part := range archive.Files {
				name, ok := strings.CutPrefix(part.Name, "want/")
				if !ok {
					continue
				}
				got := result.Tree.Files[name]
				if region, ok := result.Tree.Regions[name]; ok {
					got = region.Want
				}
				if got == nil {
					t.Errorf("%s is not generated", name)
					continue
				}
				if want := golden(t, file, archive, part.Name, got); !bytes.Equal(got, want) {
					t.Errorf("%s:\n%s\nwant:\n%s", name, got, want)
				}
			}
		})
	}
}
