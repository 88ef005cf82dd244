package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDiffInHook runs gen diff in a hook of git, which has the variables of
// its own repository in the environment. The module's repository is another
// one, or a part of it, or none without the variables.
func TestDiffInHook(t *testing.T) {
	t.Parallel()
	module := smallModule(t)
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name) }
	hook := func(repository, name string) {
		t.Helper()
		script := "#!/bin/sh\ncd sdk && exec '" + program + "' diff HEAD > '" + at(name) + "' 2>&1\n"
		if err := os.WriteFile(filepath.Join(repository, ".git/hooks/pre-commit"), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	commit := func(folder string) string {
		t.Helper()
		git(t, folder, "add", ".")
		git(t, folder, "commit", "-q", "-m", "a commit")
		return git(t, folder, "rev-parse", "--short=10", "HEAD")
	}
	copied := func(name string) {
		t.Helper()
		if err := os.CopyFS(at(name), os.DirFS(module)); err != nil {
			t.Fatal(err)
		}
	}
	changed := func(folder string) string {
		edit(t, filepath.Join(folder, consumer), "enum: [en, es]", "enum: [en, es, fr]")
		return folder
	}
	tests := []struct {
		name string
		run  func(out string) (hash string)
	}{
		{"a folder of the repository, in a linked work tree", func(out string) string {
			copied("mono/sdk")
			git(t, at("mono"), "init", "-q")
			hash := commit(at("mono"))
			hook(at("mono"), out)
			git(t, at("mono"), "worktree", "add", "-q", at("linked"), "-b", "linked")
			changed(at("linked/sdk"))
			commit(at("linked"))
			return hash
		}},
		{"a submodule, in a linked work tree", func(out string) string {
			copied("own")
			git(t, at("own"), "init", "-q")
			hash := commit(at("own"))
			if err := os.Mkdir(at("outer"), 0o755); err != nil {
				t.Fatal(err)
			}
			git(t, at("outer"), "init", "-q")
			git(t, at("outer"), "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", at("own"), "sdk")
			commit(at("outer"))
			hook(at("outer"), out)
			git(t, at("outer"), "worktree", "add", "-q", at("inner"), "-b", "inner")
			git(t, at("inner"), "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init")
			changed(at("inner/sdk"))
			git(t, at("inner"), "commit", "-q", "--allow-empty", "-m", "a commit")
			return hash
		}},
		{"a repository that only the variables name", func(out string) string {
			copied("plain/sdk")
			git(t, at("plain"), "init", "-q")
			hash := commit(at("plain"))
			if err := os.Rename(at("plain/.git"), at("elsewhere.git")); err != nil {
				t.Fatal(err)
			}
			environment := []string{"GIT_DIR=" + at("elsewhere.git"), "GIT_WORK_TREE=" + at("plain")}
			_, stdout, stderr := genIn(t, changed(at("plain/sdk")), environment, "diff", "HEAD")
			write(t, at(out), stdout+stderr)
			return hash
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out := strings.ReplaceAll(test.name, " ", "-")
			want := "HEAD (" + test.run(out) + ") -> work tree: minor"
			if got := string(read(t, at(out))); !strings.HasPrefix(got, want) || !strings.Contains(got, "the value `fr` is new") {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// TestDiffInGoEnvironment compares under settings of the go command that are
// meant for the work tree, for another system, or for another way to build.
// One state has a vendor folder and the other has none.
func TestDiffInGoEnvironment(t *testing.T) {
	t.Parallel()
	base := smallModule(t)
	head := one("", consumer, "enum: [en, es]", "enum: [en, es, fr]").apply(t, base)
	if err := os.Mkdir(filepath.Join(head, "vendor"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(head, "vendor/modules.txt"), "")
	settings := filepath.Join(t.TempDir(), "env")
	write(t, settings, "GOFLAGS=-mod=vendor\n")
	before := everyFile(t, head)
	for _, environment := range []string{
		"GOFLAGS=-mod=vendor", "GOFLAGS=-mod=mod", "GOFLAGS=-modfile=other.mod", "GOFLAGS=-tags=other -race -toolexec=/nonexistent", "GOENV=" + settings,
		"GO111MODULE=off\nGOWORK=/nonexistent/go.work\nGOPACKAGESDRIVER=/nonexistent\nGOOS=windows\nGOARCH=386\nTMPDIR=.",
	} {
		t.Run(environment, func(t *testing.T) {
			code, stdout, stderr := genIn(t, head, strings.Split(environment, "\n"), "diff", base)
			if code != exitFine || !strings.Contains(stdout, "const `stytch.LocaleFr` added") || stderr != "" {
				t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
			}
		})
	}
	for name, data := range everyFile(t, head) {
		if before[name] != data {
			t.Errorf("%s has changed", name)
		}
	}
	t.Run("no build cache", func(t *testing.T) {
		code, stdout, stderr := genIn(t, base, []string{"GOCACHE=off"}, "diff", base)
		if want := "build cache is disabled by GOCACHE=off"; code != exitBad || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") > 1 {
			t.Errorf("exit code %d, want %q on one line:\n%s%s", code, want, stdout, stderr)
		}
	})
}
