package main

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

// git runs git in a folder, without the settings of who runs the test.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := gitIn(dir, args...)
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return out
}

func gitIn(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// severalEdits are a change of each level, one of them accepted.
var severalEdits = diffCase{edits: []diffEdit{
	{consumer, "required: [phone_number]\n", "required: [phone_number, expiration_minutes]\n"},
	{consumer, "maximum: 10\n", "maximum: 8\n"},
	{consumer, "enum: [en, es]", "enum: [en, es, fr]"},
	{consumer, "summary: Reads a code.", "summary: Fetches a code."},
	{errorsIn, "  code_expired:\n    status: 401\n    description: The code is too old.\n    action: Send another.\n", ""},
	{consumer, "[code_not_found, code_expired]", "[code_not_found]"},
	{shared, "      pattern: '^[0-9]{6}$'\n      x-sensitive: true\n", "      pattern: '^[0-9]{6}$'\n"},
	{clean, "func Clean(typed string) string { return typed }", "func Clean(typed string) (string, error) { return typed, nil }"},
	{"spec/accepted-breaks.yaml", "", `# Breaks that are meant.
accepted:
  - change: 'error code_expired: the error type was removed'
    reason: the service has not answered it since March
  - change: 'func ` + "`stytch.Clean`" + ` changed from func(string) string to func(string) error'
    reason: a code can be wrong
  - change: 'schema Gone: it went'
    reason: it was never there
`},
}}

// TestDiffFormats compares each format with a golden file.
func TestDiffFormats(t *testing.T) {
	base := smallModule(t)
	head := severalEdits.apply(t, base)
	for format, name := range map[string]string{"text": "report.txt", "markdown": "report.md", "json": "report.json", "github": "report.github"} {
		t.Run(format, func(t *testing.T) {
			code, stdout, stderr := gen(t, "diff", "-C", head, base, "--format", format)
			if code != exitFine || stderr != "" {
				t.Fatalf("exit code %d, %s", code, stderr)
			}
			got := strings.ReplaceAll(stdout, base, "BASE")
			golden := filepath.Join("testdata/diff", name)
			if *update {
				write(t, golden, got)
			}
			if want := string(read(t, golden)); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if format == "json" && !json.Valid([]byte(got)) {
				t.Error("this is not JSON")
			}
		})
	}
}

// TestDiffFailOn runs the gate at each level, with changes of different ones.
func TestDiffFailOn(t *testing.T) {
	base := smallModule(t)
	accepted := "accepted:\n  - {change: 'error code_expired: the error type was removed', reason: it is gone}\n" +
		"  - {change: 'func `stytch.Clean` changed from func(string) string to func(string) (string, error)', reason: codes can be wrong}\n"
	worst := diffCase{edits: severalEdits.edits[4:6]}
	inGo := diffCase{edits: severalEdits.edits[7:8]}
	accept := diffEdit{"spec/accepted-breaks.yaml", "", accepted}
	heads := map[string]string{
		"nothing":  base,
		"patch":    diffCase{edits: severalEdits.edits[3:4]}.apply(t, base),
		"minor":    diffCase{edits: severalEdits.edits[2:3]}.apply(t, base),
		"breaking": worst.apply(t, base),
		"in Go":    inGo.apply(t, base),
		"accepted": diffCase{edits: append(append([]diffEdit{accept}, worst.edits...), inGo.edits...)}.apply(t, base),
	}
	for _, test := range []struct {
		failOn, head string
		want         int
	}{
		{"none", "breaking", exitFine},
		{"breaking", "breaking", exitDiffers},
		{"breaking", "in Go", exitDiffers},
		{"breaking", "accepted", exitFine},
		{"breaking", "minor", exitFine},
		{"minor", "minor", exitDiffers},
		{"minor", "patch", exitFine},
		{"patch", "accepted", exitDiffers}, // the list of a call's errors is documentation
		{"patch", "patch", exitDiffers},
		{"patch", "nothing", exitFine},
	} {
		t.Run(test.failOn+" at "+test.head, func(t *testing.T) {
			code, stdout, stderr := gen(t, "diff", "-C", heads[test.head], "--fail-on", test.failOn, base)
			if code != test.want {
				t.Errorf("exit code %d, want %d:\n%s%s", code, test.want, stdout, stderr)
			}
		})
	}
}

// TestDiffRevisions compares revisions of a repository, without leaving a
// trace in it or in the folder for temporary files.
func TestDiffRevisions(t *testing.T) {
	root := smallModule(t)
	git(t, root, "init", "-q")
	git(t, root, "commit", "-q", "--allow-empty", "-m", "nothing yet")
	git(t, root, "tag", "empty")
	write(t, filepath.Join(root, ".gitattributes"), "spec/*.yaml export-ignore\n")
	if err := os.Symlink("/etc/passwd", filepath.Join(root, "stytch", "link.go")); err != nil {
		t.Fatal(err)
	}
	git(t, root, "add", ".")
	git(t, root, "commit", "-q", "-m", "base")
	git(t, root, "tag", "v1.0.0")
	git(t, root, "branch", "spec") // as the folder is called
	remove(t, filepath.Join(root, "stytch", "link.go"))
	edit(t, filepath.Join(root, consumer), "enum: [en, es]", "enum: [en, es, fr]")
	if code, stdout, stderr := gen(t, "-C", root); code != exitFine {
		t.Fatal(stdout, stderr)
	}
	git(t, root, "commit", "-q", "-a", "-m", "a language more")
	git(t, root, "tag", "v1.1.0")
	edit(t, filepath.Join(root, consumer), "      required: [user_id, status]\n", "      required: [user_id\n")
	git(t, root, "commit", "-q", "-a", "-m", "broken")
	git(t, root, "tag", "broken")
	git(t, root, "checkout", "-q", "v1.1.0")
	shallow := filepath.Join(t.TempDir(), "shallow")
	git(t, root, "clone", "-q", "--depth=1", "file://"+root, shallow)
	before := git(t, root, "status", "--porcelain", "--ignored") + git(t, root, "worktree", "list")

	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Chdir(root)
	tests := []struct {
		name string
		args []string
		code int
		want []string // in either output
	}{
		{"a tag", []string{"v1.0.0"}, exitFine, []string{"v1.0.0 (", "-> work tree: minor", "schema Locale", "`stytch.LocaleFr` added"}},
		{"a hash", []string{git(t, root, "rev-parse", "v1.0.0")}, exitFine, []string{"work tree: minor"}},
		{"two revisions", []string{"v1.1.0", "v1.0.0"}, exitFine, []string{"major", "the value `fr` was removed"}},
		{"an expression", []string{"HEAD~1"}, exitFine, []string{"work tree: minor"}},
		{"a folder", []string{"."}, exitFine, []string{"nothing that applications can see"}},
		{"a revision that lies ahead", []string{"broken", "--fail-on", "breaking"}, exitBad, []string{"spec/consumer.yaml:", "broken ("}},
		{"the spec has an error", []string{"v1.0.0", "broken"}, exitBad, []string{"spec/consumer.yaml:172:7: error[E002]: not YAML", "broken ("}},
		{"the spec has an error, for a program", []string{"v1.0.0", "broken", "--format", "json"}, exitBad,
			[]string{`"code": "E002"`, `"file": "spec/consumer.yaml"`, "broken ("}},
		{"the spec has an error, for a pull request", []string{"v1.0.0", "broken", "--format", "github"}, exitBad,
			[]string{"::error file=spec/consumer.yaml,line=172,col=7,title=E002"}},
		{"the spec of BASE has an error, for a pull request", []string{"broken", "v1.0.0", "--format", "github"}, exitBad,
			[]string{"spec/consumer.yaml:172:7: error[E002]: not YAML", "broken ("}},
		{"unknown", []string{"v9"}, exitBad, []string{`BASE: unknown revision "v9"`}},
		{"unknown HEAD", []string{"v1.0.0", "v9"}, exitBad, []string{`HEAD: unknown revision "v9"`}},
		{"unknown in a shallow clone", []string{"-C", shallow, "v1.0.0"}, exitBad, []string{"shallow", "fetch-depth: 0"}},
		{"no spec yet", []string{"empty"}, exitBad, []string{"empty (", "no go.mod"}},
		{"an option of git", []string{"--", "--upload-pack=touch x"}, exitBad, []string{"begins with a dash"}},
		{"an option that does not exist", []string{"--upload-pack=touch x"}, exitBad, []string{"upload-pack"}},
		{"a range", []string{"v1.0.0..v1.1.0"}, exitBad, []string{"unknown revision"}},
		{"a tree", []string{"v1.0.0:spec"}, exitBad, []string{"unknown revision"}},
		{"a control character", []string{"v1\n"}, exitBad, []string{"control character"}},
		{"an empty name", []string{""}, exitBad, []string{"empty"}},
		{"an empty HEAD", []string{"v1.0.0", ""}, exitBad, []string{"empty"}},
		{"spaces", []string{" v1.0.0 x"}, exitBad, []string{"unknown revision"}},
		{"a file", []string{"go.mod"}, exitBad, []string{"is a file"}},
		{"folder and revision", []string{"spec"}, exitBad, []string{"both a folder and a git revision"}},
		{"a folder that is no module", []string{"./spec"}, exitBad, []string{"no go.mod"}},
		{"a folder that is not there", []string{"./nothing"}, exitBad, []string{`the folder "./nothing"`}},
		{"no names", nil, exitBad, []string{"what to compare with is missing"}},
		{"three names", []string{".", ".", "."}, exitBad, []string{"3 names"}},
		{"unknown level", []string{".", "--fail-on", "major"}, exitBad, []string{"none, patch, minor and breaking"}},
		{"unknown format", []string{".", "--format", "xml"}, exitBad, []string{"github, json, markdown, text"}},
		{"help", []string{"-h"}, exitFine, []string{"Exit codes"}},
		{"timings", []string{"-v", "v1.0.0", "v1.1.0"}, exitFine, []string{"4 calls", "go ", "compare "}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, stdout, stderr := gen(t, append([]string{"diff"}, test.args...)...)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, want := range test.want {
				if !strings.Contains(stdout+stderr, want) {
					t.Errorf("the output lacks %q:\n%s%s", want, stdout, stderr)
				}
			}
		})
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("temporary files are left: %v %v", left, err)
	}
	if after := git(t, root, "status", "--porcelain", "--ignored") + git(t, root, "worktree", "list"); after != before {
		t.Errorf("the repository was %q and is %q", before, after)
	}
}

// TestDiffParted says that BASE has what the work tree never had.
func TestDiffParted(t *testing.T) {
	root := smallModule(t)
	git(t, root, "init", "-q")
	git(t, root, "add", ".")
	git(t, root, "commit", "-q", "-m", "base")
	git(t, root, "checkout", "-q", "-b", "ahead")
	edit(t, filepath.Join(root, consumer), "enum: [en, es]", "enum: [en, es, fr]")
	git(t, root, "commit", "-q", "-a", "-m", "a language more")
	git(t, root, "checkout", "-q", "main")
	common := git(t, root, "rev-parse", "--short=10", "main")
	code, stdout, stderr := gen(t, "diff", "-C", root, "ahead")
	if want := "ahead has 1 commit that the work tree lacks"; code != exitFine || !strings.Contains(stdout, want) || !strings.Contains(stdout, common) {
		t.Errorf("exit code %d; the output lacks %q or %q:\n%s%s", code, want, common, stdout, stderr)
	}
}

// TestDiffBroken gives states that cannot be compared.
func TestDiffBroken(t *testing.T) {
	base := smallModule(t)
	for _, test := range []struct {
		name string
		edit diffEdit
		want string
	}{
		{"Go code that does not parse", diffEdit{clean, "package stytch\n", "package stytch\n\nfunc {"}, "stytch/clean.go:3:6"},
		{"Go code that does not compile", diffEdit{clean, "Clean(typed string) string", "Clean(typed text) string"}, "stytch/clean.go:4:18: undefined: text"},
		{"module that is not here", diffEdit{clean, "package stytch\n", "package stytch\n\nimport _ \"example.com/nowhere\"\n"}, "example.com/nowhere"},
		{"accepted breaks without a reason", diffEdit{"spec/accepted-breaks.yaml", "", "accepted:\n  - change: 'error x: gone'\n"}, "spec/accepted-breaks.yaml:2:5: an entry needs the key reason"},
		{"spec that is not YAML", diffEdit{shared, "openapi: 3.1.0\n", "openapi: [3.1.0\n"}, "spec/shared.yaml:1:1: error[E002]: not YAML"},
		{"misspelt key", diffEdit{consumer, "\npaths:", "\npahts:"}, "error[E012]: unknown key \"pahts\""},
		{"reference to nothing", diffEdit{consumer, "'#/components/schemas/Locale'", "'#/components/schemas/Local'"}, "spec/consumer.yaml:50"},
	} {
		t.Run(test.name, func(t *testing.T) {
			head := diffCase{edits: []diffEdit{test.edit}}.apply(t, base)
			code, stdout, stderr := gen(t, "diff", base, head)
			if code != exitBad || !strings.Contains(stderr, test.want) {
				t.Errorf("exit code %d; standard error lacks %q:\n%s%s", code, test.want, stdout, stderr)
			}
			if strings.HasPrefix(test.edit.file, "spec/") && test.edit.before != "" {
				if code, _, stderr := gen(t, "diff", "-C", base, head); code != exitBad || !strings.Contains(stderr, test.want) {
					t.Errorf("as BASE: exit code %d; standard error lacks %q:\n%s", code, test.want, stderr)
				}
			}
		})
	}
}

// TestDiffOlderRules compares with a spec that the rules of today refuse, as
// that of an old release may be: only HEAD has to keep them.
func TestDiffOlderRules(t *testing.T) {
	now := smallModule(t)
	old := one("", consumer, "summary: Reads a code.", "summary: Read a code.").apply(t, now)
	if code, stdout, stderr := gen(t, "diff", "-C", now, old); code != exitFine || !strings.Contains(stdout, "patch") {
		t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
	}
	if code, _, stderr := gen(t, "diff", "-C", old, now); code != exitBad || !strings.Contains(stderr, "third person") {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
}
