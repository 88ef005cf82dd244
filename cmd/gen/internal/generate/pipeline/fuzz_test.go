package pipeline

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// FuzzRun takes a spec whose one file is anything at all through every stage
// but the type check. What is not refused is sound.
func FuzzRun(f *testing.F) {
	data, err := os.ReadFile("testdata/base/spec/consumer.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {}\n"))
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for i, file := range files {
		if i%4 != 0 {
			continue // TestNegative and TestPositive run them all
		}
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			if part.Name == "spec/consumer.yaml.edit" {
				f.Add([]byte(applyEdits(f, string(data), string(part.Data))))
			}
		}
	}
	root := moduleAt(f, f.TempDir(), &txtar.Archive{})
	f.Fuzz(func(t *testing.T, data []byte) {
		write(t, filepath.Join(root, "spec/consumer.yaml"), string(data))
		result, err := Run(Options{Root: root, SkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		placed(t, result)
		if !result.Failed() {
			sound(t, result)
		}
	})
}

// placed wants each finding to point into a file that is there.
func placed(t *testing.T, result *Result) {
	t.Helper()
	for _, f := range result.Findings.Sorted() {
		lines := bytes.Count(result.Source(f.Pos.File), []byte("\n")) + 1
		if f.Pos.File == "" || f.Pos.Line > lines {
			t.Errorf("%q, which has %d lines, is not the place of: %s %s", f.Pos, lines, f.Code, f.Message)
		}
	}
}

// FuzzValue puts a text of any kind into one place of a spec that is right
// otherwise: behind a key, or in place of the key.
func FuzzValue(f *testing.F) {
	data, err := os.ReadFile("testdata/base/spec/consumer.yaml")
	if err != nil {
		f.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	for i := 0; i < len(lines); i += 8 { // what takes long is done by the fuzzing itself
		f.Add(uint16(i), false, "Sends */ `a` | <b> # x.")
		f.Add(uint16(i+4), true, "type")
	}
	root := moduleAt(f, f.TempDir(), &txtar.Archive{})
	f.Fuzz(func(t *testing.T, at uint16, asKey bool, text string) {
		edited := slices.Clone(lines)
		line := &edited[int(at)%len(lines)]
		quoted, err := json.Marshal(text) // which YAML reads, too
		if err != nil {
			t.Skip()
		}
		key, value, found := strings.Cut(*line, ": ")
		indent := key[:len(key)-len(strings.TrimLeft(key, " -"))]
		switch {
		case asKey && found:
			*line = indent + string(quoted) + ": " + value
		case asKey:
			*line = indent + string(quoted) + ":"
		case found:
			*line = key + ": " + string(quoted)
		}
		write(t, filepath.Join(root, "spec/consumer.yaml"), strings.Join(edited, "\n"))
		result, err := Run(Options{Root: root, SkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		placed(t, result)
		if !result.Failed() {
			sound(t, result)
		}
	})
}
