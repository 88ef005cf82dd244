package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aymanbagabas/go-udiff"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
)

// driftModule is a module whose spec agrees with two upstreams beside it.
func driftModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("internal/drift/testdata")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/m\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func replaceIn(t *testing.T, name, old, new string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte(old)) {
		t.Fatalf("%s has no %q", name, old)
	}
	if err := os.WriteFile(name, bytes.Replace(data, []byte(old), []byte(new), 1), 0o644); err != nil {
		t.Fatal(err)
	}
}

func everyFile(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestDriftCommand(t *testing.T) {
	dir := driftModule(t)
	typed := filepath.Join(dir, "package/types/lib/b2c/otps.d.ts")
	packaged := filepath.Join(dir, "package")
	tests := []struct {
		name   string
		before func()
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"a document that agrees", nil, []string{filepath.Join(dir, "upstream.yaml")}, exitFine, "openapi 1.2.3: no difference; 0 accepted; 4 calls compared, 1 outside", ""},
		{"a package that agrees", nil, []string{packaged}, exitFine, "npm example 1.2.3: no difference", ""},
		{"calls outside of the scope", nil, []string{"--outside", packaged}, exitFine, "outside of the scope:\n  POST /v1/users\n", ""},
		{"help", nil, []string{"-h"}, exitFine, "Exit codes of the program", ""},
		{"no upstream", nil, nil, exitBad, "", "give one UPSTREAM"},
		{"two upstreams", nil, []string{"a", "b"}, exitBad, "", "give one UPSTREAM"},
		{"flags behind", nil, []string{packaged, "--outside"}, exitFine, "outside of the scope:\n", ""},
		{"unknown format", nil, []string{"--format", "xml", packaged}, exitBad, "", "the formats are text, markdown, json, github"},
		{"upstream that is not there", nil, []string{filepath.Join(dir, "none")}, exitBad, "", "no such file"},
		{"upstream of another kind", nil, []string{filepath.Join(dir, "go.mod")}, exitBad, "", "go.mod:"},
		{"drift", func() {
			replaceIn(t, typed, "    scopes?: string[];", "    scopes?: string[];\n    trace_id?: string;")
		}, []string{packaged}, exitDiffers, "spec/consumer.yaml:21:15: lacking: the service has this field, the spec has not\n  at POST /v1/otps/authenticate request.trace_id\n", ""},
		{"drift, as annotations", nil, []string{"--format", "github", packaged}, exitDiffers, "::warning file=spec/consumer.yaml,line=21,col=15,title=field-only-there::", ""},
		{"drift.yaml that is wrong", func() {
			replaceIn(t, filepath.Join(dir, "spec/drift.yaml"), "scope:", "scopes:")
		}, []string{packaged}, exitBad, "", `spec/drift.yaml:1:1: unknown key "scopes"`},
		{"spec that is wrong", func() {
			replaceIn(t, filepath.Join(dir, "spec/drift.yaml"), "scopes:", "scope:")
			replaceIn(t, filepath.Join(dir, "spec/shared.yaml"), "paths: {}", "paths: {}\npaths: {}")
		}, []string{packaged}, exitBad, "", "spec/shared.yaml:4:1: error[E011]: the key \"paths\" appears here a second time"},
		{"spec that is wrong, for a pull request", nil, []string{"--format", "github", packaged}, exitBad, "::error file=spec/shared.yaml,line=4,col=1,title=E011", ""},
		{"spec that is wrong, for a program", nil, []string{"--format", "json", packaged}, exitBad, `"code": "E011"`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.before != nil {
				test.before()
			}
			before := everyFile(t, dir)
			var stdout, stderr bytes.Buffer
			args := append([]string{"drift", "-C", dir}, test.args...)
			if code := run(args, &stdout, &stderr); code != test.code {
				t.Errorf("exit code %d, want %d\n%s%s", code, test.code, &stdout, &stderr)
			}
			if !strings.Contains(stdout.String(), test.stdout) || !strings.Contains(stderr.String(), test.stderr) {
				t.Errorf("got:\n%s%s", &stdout, &stderr)
			}
			if test.stderr != "" && stdout.Len() > 0 {
				t.Errorf("beside an error there is output: %s", &stdout)
			}
			if !maps.Equal(before, everyFile(t, dir)) {
				t.Error("a file has changed")
			}
		})
	}
}

func TestDriftApply(t *testing.T) {
	dir := driftModule(t)
	replaceIn(t, filepath.Join(dir, "package/types/lib/b2c/otps.d.ts"), "    scopes?: string[];", "    scopes?: string[];\n    trace_id?: string;")
	args := []string{"drift", "-C", dir, "--apply", filepath.Join(dir, "package")}
	var stdout, stderr bytes.Buffer
	if code := run(args, &stdout, &stderr); code != exitDiffers {
		t.Errorf("exit code %d: %s%s", code, &stdout, &stderr)
	}
	if !strings.Contains(stderr.String(), "updated  spec/consumer.yaml\n1 difference applied, 0 left to a person") ||
		!strings.Contains(stdout.String(), "spec/consumer.yaml:51:32: unwritten: the description is still to be written") {
		t.Errorf("got:\n%s%s", &stderr, &stdout)
	}
	// Applying again changes nothing; writing the text makes it clean.
	before := everyFile(t, dir)
	run(args, &stdout, &stderr)
	if !maps.Equal(before, everyFile(t, dir)) {
		t.Error("the second time changed a file")
	}
	replaceIn(t, filepath.Join(dir, "spec/consumer.yaml"), "description: TODO", "description: The id of the trace.")
	stdout.Reset()
	if code := run(args, &stdout, &stderr); code != exitFine {
		t.Errorf("exit code %d: %s", code, &stdout)
	}
}

// TestDriftArea brings in an area that the spec lacks, from each kind of upstream: both describe the same
// calls, and make the same file. What cannot be written is left with the reason. Then gen asks for the texts
// that a person has to write, and for nothing else.
func TestDriftArea(t *testing.T) {
	t.Parallel()
	for upstream, left := range map[string]string{
		"upstream.yaml": "left     POST /v1/devices/search: filter is one of several types; write oneOf with a discriminator, or one type\n" +
			"4 differences applied, 1 left to a person",
		"package": "left     POST /v1/devices/search: filter is one of several types; write oneOf with a discriminator, or one type\n" +
			"left     POST /v1/devices/upload: its request is a form, and the service's description does not say what is in it\n" +
			"4 differences applied, 2 left to a person",
	} {
		t.Run(upstream, func(t *testing.T) {
			t.Parallel()
			root := areaModule(t)
			write(t, filepath.Join(root, "spec/drift.yaml"), "scope: [/v1/devices]\naccepted: [{call: '*', drift: call-only-here, reason: Another area., upstream: npm example 2.0.0}, {call: '*', drift: call-only-here, reason: Another area., upstream: openapi 2.0.0}]\n")
			code, _, stderr := gen(t, "drift", "-C", root, "--apply", filepath.Join("testdata/drift", upstream))
			if code != exitDiffers || !strings.Contains(stderr, "updated  spec/consumer/devices.yaml\n"+left) {
				t.Errorf("exit code %d\n%s", code, stderr)
			}
			want := string(read(t, "testdata/drift/devices.yaml"))
			if got := string(read(t, filepath.Join(root, "spec/consumer/devices.yaml"))); got != want {
				t.Errorf("%s", udiff.Unified("want", "got", want, got))
			}
			code, stdout, stderr := gen(t, "-C", root, "--all", "--format", "json")
			var report struct {
				Findings []struct{ Code, File, Message string }
			}
			if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != exitBad || len(report.Findings) == 0 {
				t.Fatalf("exit code %d, %v\n%s%s", code, err, stdout, stderr)
			}
			for _, f := range report.Findings {
				if f.Code != codes.Unwritten.ID && f.Code != codes.NoExample.ID || f.File != "spec/consumer/devices.yaml" {
					t.Errorf("%s: %s: %s", f.File, f.Code, f.Message)
				}
			}
		})
	}
}
