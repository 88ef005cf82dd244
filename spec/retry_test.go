package spec_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/spec"
)

// retryOf is the retry class that follows from the verb and the name of a call, as
// README.md says.
func retryOf(verb, id string) string {
	name := id[strings.LastIndex(id, ".")+1:]
	safe := []string{"search", "list", "lookup", "introspect", "revoke"}
	switch {
	case name == "rotate_start":
		return "never"
	case verb != "post", slices.ContainsFunc(safe, func(prefix string) bool { return strings.HasPrefix(name, prefix) }):
		return "safe"
	}
	return "unsent"
}

// value returns the value of a key in a mapping, with the key itself, whose
// comments are those of the line.
func value(mapping *yaml.Node, key string) (k, v *yaml.Node) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i], mapping.Content[i+1]
		}
	}
	return nil, nil
}

// TestRetryClasses walks all calls. A call with another class than the rule gives
// needs a comment "# retry:" that says why.
func TestRetryClasses(t *testing.T) {
	names, err := fs.Glob(spec.Files, "*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]bool{}
	for _, name := range names {
		data, err := spec.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var document yaml.Node
		if err := yaml.Unmarshal(data, &document); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, paths := value(document.Content[0], "paths")
		for i := 0; i+1 < len(paths.Content); i += 2 {
			path, item := paths.Content[i].Value, paths.Content[i+1]
			for j := 0; j+1 < len(item.Content); j += 2 {
				verb, op := item.Content[j].Value, item.Content[j+1]
				_, id := value(op, "operationId")
				key, class := value(op, "x-retry")
				calls[verb+" "+path] = true
				why := key.HeadComment + class.LineComment + key.LineComment
				if want := retryOf(verb, id.Value); class.Value != want && !strings.Contains(why, "retry:") {
					t.Errorf("%s:%d: %s is %q, and the rule says %q: change it, or say why in a comment \"# retry:\" above it",
						name, key.Line, id.Value, class.Value, want)
				}
			}
		}
	}
	if len(calls) < 186 {
		t.Errorf("read %d calls, want all 186", len(calls))
	}
}
