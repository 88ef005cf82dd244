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
)

var update = flag.Bool("update", false, "write the golden parts of testdata anew")

// module makes a module with the base spec and a case's edits. An edit is a
// file called NAME.edit: blocks of lines that begin with "-" (what stands in
// the file, once) and "+" (what takes its place). NAME.gone removes a file, and
// NAME.quoted makes one of lines that are quoted as in Go.
func module(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	return moduleAt(t, t.TempDir(), archive)
}

// moduleAt makes it in a folder that is empty or not there.
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

// addRuntime copies what generated code stands on into a case's module, so that
// the result can be type-checked: the runtime, and the hand-written files that
// know no call.
func addRuntime(t *testing.T, root string) {
	t.Helper()
	for _, folder := range []string{"internal/check", "internal/grammar", "internal/origin", "internal/redact", "internal/sessionjwt", "internal/sessionweb", "internal/share", "internal/transport", "internal/wire", "internal/wiretest", "stytch", "b2b"} {
		entries, err := os.ReadDir(filepath.Join(repository, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			name := entry.Name()
			if strings.HasSuffix(name, "_test.go") && name != "exchange_test.go" || strings.Contains(name, "_gen") || strings.HasSuffix(name, "_manual.go") {
				continue
			}
			data, err := os.ReadFile(filepath.Join(repository, folder, name))
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(root, folder, name), strings.ReplaceAll(string(data), "github.com/stytchgen/sdk", "example.com/base"))
		}
	}
}

// checkable makes a module that can be type-checked, always in the same place,
// where the go command finds what it has compiled for the case before.
func checkable(t *testing.T, shared string, archive *txtar.Archive) string {
	t.Helper()
	root := filepath.Join(shared, "module")
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	moduleAt(t, root, archive)
	addRuntime(t, root)
	return root
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
			t.Fatalf("the edit's old lines stand %d times in the file, want once:\n%s", n, before.String())
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
	shared := t.TempDir()
	findings(t, "mismatched", true, said, func(t *testing.T, archive *txtar.Archive) (string, bool) {
		return checkable(t, shared, archive), true
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
			for _, f := range result.Findings() {
				said[f.Code.ID] = true
				if f.Pos.File == "" {
					t.Errorf("a finding has no place: %s", f.Message)
				}
			}
			var got bytes.Buffer
			if err := diag.Text(&got, result.Findings(), diag.Plain, result.Source); err != nil {
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
	shared := t.TempDir()
	for _, file := range archives(t, "positive") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			root := checkable(t, shared, archive)
			result, err := Run(Options{Root: root})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range result.Findings() {
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
