package stytch_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestImports holds the README to its word: an application that imports the SDK
// gets the standard library and this module, and nothing of the generator.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".", "../b2b").Output()
	if err != nil {
		t.Fatal(err)
	}
	const module = "github.com/stytchgen/sdk/"
	for path := range strings.FieldsSeq(string(out)) {
		inside, ok := strings.CutPrefix(path, module)
		if !ok || strings.HasPrefix(inside, "cmd/") || inside == "templates" || inside == "spec" {
			t.Errorf("the SDK imports %s", path)
		}
	}
}
