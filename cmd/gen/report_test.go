package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
)

// TestFormats asks for the findings and differences of one damage in each form.
func TestFormats(t *testing.T) {
	t.Parallel()
	root := areaModule(t)
	spec := filepath.Join(root, consumerArea)
	good := string(read(t, spec))
	edit(t, spec, "x-retry: unsent", "x-retri: unsent")

	code, stdout, stderr := gen(t, "--format", "json", "-C", root)
	var got struct {
		Findings []struct {
			Code, Severity, Title, File, Message, Hint string
			Line, Column                               int
		}
		Differences []struct{ Path, Kind, Reason string }
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitBad || stderr != "" {
		t.Fatalf("exit code %d, %v\n%s%s", code, err, stdout, stderr)
	}
	f := got.Findings[0]
	if f.Code != "E012" && f.Code != "E018" || f.File != "spec/consumer/codes.yaml" || f.Line == 0 || f.Column == 0 || f.Severity != "error" || f.Title == "" {
		t.Errorf("the finding as JSON: %+v", f)
	}

	code, stdout, _ = gen(t, "check", "--format", "github", "-C", root)
	if code != exitBad || !strings.Contains(stdout, "::error file=spec/consumer/codes.yaml,line=") || !strings.Contains(stdout, `%0Ahint: did you mean "x-retry"?`) {
		t.Errorf("exit code %d, annotations:\n%s", code, stdout)
	}

	code, _, stderr = gen(t, "-C", root)
	if code != exitBad || strings.Contains(stderr, "\x1b") || !strings.Contains(stderr, "error[E012]: unknown extension key") || !strings.Contains(stderr, "gen explain ") {
		t.Errorf("exit code %d, text:\n%s", code, stderr)
	}

	write(t, spec, strings.Replace(good, "summary: Reads a code.", "summary: Fetches a code.", 1))
	code, stdout, _ = gen(t, "check", "--format", "json", "-C", root)
	got.Findings = nil
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDiffers || len(got.Differences) == 0 {
		t.Errorf("exit code %d, %v, differences as JSON:\n%s", code, err, stdout)
	}
	for _, f := range got.Findings { // warnings stop nothing
		if f.Severity == "error" {
			t.Errorf("a finding that stops nothing as JSON: %+v", f)
		}
	}
	code, stdout, _ = gen(t, "check", "--format", "github", "-C", root)
	if code != exitDiffers || !strings.Contains(stdout, "::error file=stytch/codes_gen.go,title=not as generated%3A out of date::spec/consumer/codes.yaml changed") {
		t.Errorf("exit code %d, annotations:\n%s", code, stdout)
	}
}

// TestManyFindings makes 73 findings. People are shown 50 and the number of the others, unless they ask for
// all; programs get all.
func TestManyFindings(t *testing.T) {
	t.Parallel()
	root := areaModule(t)
	var keys strings.Builder
	for i := range 73 {
		fmt.Fprintf(&keys, "x-key-%d: none\n", i)
	}
	edit(t, filepath.Join(root, "spec/consumer.yaml"), "openapi: 3.1.0\n", "openapi: 3.1.0\n"+keys.String())
	for _, test := range []struct {
		args   []string
		each   string
		number int
		rest   string
	}{
		{nil, "error[E012]", 50, "... and 23 more findings; --all shows them\ngen: 73 findings; nothing was written"},
		{[]string{"--all"}, "error[E012]", 73, "gen: 73 findings; nothing was written"},
		{[]string{"check", "--format", "github"}, "::error file=", 50, "::notice title=gen::... and 23 more findings; --all shows them\n"},
		{[]string{"check", "--format", "github", "--all"}, "::error file=", 73, ""},
		{[]string{"check", "--format", "json"}, `"E012"`, 73, ""},
	} {
		code, stdout, stderr := gen(t, append(test.args, "-C", root)...)
		if got := strings.Count(stdout+stderr, test.each); code != exitBad || got != test.number || !strings.Contains(stdout+stderr, test.rest) {
			t.Errorf("%q: exit code %d, %d findings, want %d and %q\n%s%s", test.args, code, got, test.number, test.rest, stdout, stderr)
		}
	}
}

// TestFailures fails in ways that are no findings: a program that reads the output gets them all the same.
func TestFailures(t *testing.T) {
	t.Parallel()
	root := areaModule(t)
	write(t, filepath.Join(root, "docs/reference/errors.md"), "# Mine\n")
	for _, command := range [][]string{{"check"}, {"diff", "nobody"}, {"drift", "no-such-folder"}} {
		args := append(command, "-C", root, "--format", "json")
		code, stdout, stderr := gen(t, args...)
		var got struct {
			Findings []struct{}
			Error    string
		}
		if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitBad || got.Error == "" || !strings.Contains(stderr, got.Error) {
			t.Errorf("%s: exit code %d, %v\n%s%s", command, code, err, stdout, stderr)
		}
		args[len(args)-1] = "github"
		code, stdout, _ = gen(t, args...)
		if code != exitBad || !strings.HasPrefix(stdout, "::error title=gen") || strings.Count(stdout, "\n") != 1 {
			t.Errorf("%s: exit code %d, annotations:\n%s", command, code, stdout)
		}
	}
	for _, args := range [][]string{{"--format", "json", "check"}, {"-C", root, "drift", "x"}} {
		if code, _, stderr := gen(t, args...); code != exitBad || !strings.Contains(stderr, "the command comes first: gen "+args[2]) {
			t.Errorf("%s: exit code %d, %s", args, code, stderr)
		}
	}
}

// TestExplainsAll prints the entry of every code, whole and of its own, and
// finds each on the page.
func TestExplainsAll(t *testing.T) {
	page := string(read(t, filepath.Join(repository, "docs/findings.md")))
	var seen []string
	for _, c := range codes.All() {
		if slices.Contains(seen, c.ID) || len(c.ID) != 4 || c.ID[0] != 'E' && c.ID[0] != 'W' {
			t.Errorf("%s appears twice, or is not an ID", c.ID)
		}
		seen = append(seen, c.ID)
		for what, text := range map[string]string{"title": c.Title, "meaning": c.Meaning, "wrong": c.Wrong, "right": c.Right, "do": c.Do} {
			if strings.TrimSpace(text) == "" || !strings.Contains(page, strings.TrimSpace(text)) {
				t.Errorf("%s: its %s is empty, or not on the page", c, what)
			}
		}
		if c.Wrong == c.Right {
			t.Errorf("%s: the examples are the same", c)
		}
		var b strings.Builder
		if err := explain(strings.ToLower(c.ID), &b); err != nil || !strings.HasPrefix(b.String(), c.ID+": "+c.Title+"\n") {
			t.Errorf("explain %s: %v\n%s", c, err, b.String())
		}
	}
}

// TestColours colours on a terminal only, and there not for everyone.
func TestColours(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if isTerminal(null) || isTerminal(&strings.Builder{}) {
		t.Error("what is no terminal counts as one")
	}
}
