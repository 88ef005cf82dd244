package pipeline

import (
	"os"
	"path/filepath"
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
	for _, file := range files {
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
		if !result.Failed() {
			sound(t, result)
		}
	})
}
