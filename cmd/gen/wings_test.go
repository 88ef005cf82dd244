package main

import (
	"go/parser"
	"go/token"
	"os/exec"
	"strings"
	"testing"
)

// TestWings keeps the three programs of the generator apart: what one of them
// needs from another belongs to the common ground, and that needs none of them.
func TestWings(t *testing.T) {
	const internal = "github.com/stytchgen/sdk/cmd/gen/internal/"
	wingOf := func(path string) string {
		name, inside := strings.CutPrefix(path, internal)
		if wing, _, _ := strings.Cut(name, "/"); inside && (wing == "generate" || wing == "diff" || wing == "drift") {
			return wing
		}
		return ""
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}} {{join .TestImports " "}} {{join .XTestImports " "}}`, "./internal/...").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	// The command drift needs its own wing only; diff also generates the work tree's code.
	file, err := parser.ParseFile(token.NewFileSet(), "drift.go", nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range file.Imports {
		if wing := wingOf(strings.Trim(spec.Path.Value, `"`)); wing != "" && wing != "drift" {
			t.Errorf("drift.go imports %s", spec.Path.Value)
		}
	}
	found := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		pkg, imports, _ := strings.Cut(line, " ")
		wing := wingOf(pkg)
		found[wing] = true
		for _, imported := range strings.Fields(imports) {
			if other := wingOf(imported); other != "" && other != wing {
				t.Errorf("%s imports %s: move what both need to the common ground", pkg, imported)
			}
		}
	}
	for _, wing := range []string{"generate", "diff", "drift", ""} {
		if !found[wing] {
			t.Errorf("no package of the wing %q was found", wing)
		}
	}
}
