package stytch_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestImports checks what the README says: an application that imports the SDK gets only the standard
// library and this module, without the generator.
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
