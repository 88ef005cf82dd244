package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wantGen runs the command in a module and wants an exit code and what it says.
func wantGen(t *testing.T, root string, code int, want string, args ...string) (out string) {
	t.Helper()
	got, stdout, stderr := gen(t, append(args, "-C", root)...)
	out = stdout + stderr
	if got != code || !strings.Contains(out, want) {
		t.Fatalf("gen %v: exit code %d, want %d and %q\n%.3000s", args, got, code, want, out)
	}
	return out
}

// TestLineEnds gives every file the line ends of Windows, as editors do that do
// not look at .gitattributes.
func TestLineEnds(t *testing.T) {
	t.Parallel()
	root := areaModule(t)
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && !strings.HasPrefix(name, "internal") {
			file := filepath.Join(root, name)
			write(t, file, strings.ReplaceAll(string(read(t, file)), "\n", "\r\n"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	wantGen(t, root, exitFine, "as generated", "check")
	if out := wantGen(t, root, exitFine, ""); out != "" {
		t.Errorf("gen wrote\n%s", out)
	}
	edit(t, filepath.Join(root, consumerArea), "description: Sends codes.", "description: Sends short codes.")
	out := wantGen(t, root, exitDiffers, "stytch/codes_gen.go: out of date: "+consumerArea+" changed since", "check")
	if strings.Contains(out, "b2b/") || strings.Count(out, "\n") > 100 {
		t.Errorf("check shows more than what changed:\n%.3000s", out)
	}
	wantGen(t, root, exitFine, "updated  stytch/codes_gen.go")
	wantGen(t, root, exitFine, "as generated", "check")
	readme := read(t, filepath.Join(root, "README.md"))
	if !bytes.Contains(readme, []byte("Sends short codes.")) || bytes.Count(readme, []byte("\n")) != bytes.Count(readme, []byte("\r\n")) {
		t.Error("the README does not keep its line ends")
	}
}

// TestMerge merges branches: those that change different files of the spec need
// nothing but git, and where they meet, what is in conflict is named.
func TestMerge(t *testing.T) {
	t.Parallel()
	root := areaModule(t)
	in := func(args ...string) string { return git(t, root, args...) }
	in("init", "-q")
	in("add", "-A")
	in("commit", "-qm", "base")
	branch := func(name, file, before, after string) {
		in("checkout", "-q", "-b", name, "main")
		edit(t, filepath.Join(root, file), before, after)
		wantGen(t, root, exitFine, "updated  gen.sum")
		in("commit", "-qam", name)
	}
	branch("consumer", consumerArea, "summary: Reads a code.", "summary: Fetches a code.")
	branch("b2b", b2bArea, "summary: Ends a session", "summary: Stops a session")
	branch("shared", "spec/shared.yaml", "description: The code.", "description: The right code.")
	branch("meets", consumerArea, "summary: Reads a code.", "summary: Reads this code.")

	in("checkout", "-q", "consumer")
	for _, other := range []string{"b2b", "shared"} {
		in("merge", "-q", "-m", "merge", other)
		wantGen(t, root, exitFine, "as generated", "check")
	}

	if out, err := gitIn(root, "merge", "-m", "merge", "meets"); err == nil {
		t.Fatalf("the branches do not meet:\n%s", out)
	}
	if out := wantGen(t, root, exitBad, "error[E107]: unresolved merge conflict", "check"); !strings.Contains(out, "| <<<<<<< HEAD\n") {
		t.Errorf("check does not show the place:\n%s", out)
	}
	in("checkout", "--theirs", consumerArea)
	out := wantGen(t, root, exitDiffers, "stytch/codes_gen.go: in conflict: line ", "check")
	if !strings.Contains(out, "gen.sum: in conflict: line ") {
		t.Errorf("check does not name gen.sum:\n%.1000s", out)
	}
	wantGen(t, root, exitFine, "updated  stytch/codes_gen.go")
	wantGen(t, root, exitFine, "as generated", "check")
}
