package pipeline

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// sound wants generated files to be what they say they are, whatever the spec
// holds: Go that parses, without a directive or a second header, in the folders
// that are generated; Markdown without HTML.
func sound(t *testing.T, result *Result) {
	t.Helper()
	for name, data := range result.Tree.Files {
		if folder, _, _ := strings.Cut(name, "/"); name != path.Clean(name) || !slices.Contains([]string{"stytch", "b2b", "docs", "stytchtest"}, folder) {
			t.Errorf("%q lies outside of what is generated", name)
		}
		problem := ""
		if strings.HasSuffix(name, ".go") {
			problem = unsoundGo(name, data)
		} else {
			problem = unsoundMarkdown(name, data)
		}
		if problem != "" {
			t.Errorf("%s: %s", name, problem)
		}
	}
	for name := range result.Tree.Stubs {
		if name != path.Clean(name) || path.Dir(name) != "stytch" && path.Dir(name) != "b2b" {
			t.Errorf("the stub %q lies outside of the packages", name)
		}
	}
}

func unsoundGo(name string, data []byte) string {
	file, err := parser.ParseFile(token.NewFileSet(), name, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err.Error()
	}
	header := "// " + model.Generated
	if !bytes.HasPrefix(data, []byte(header+"\n")) {
		return "it does not begin with the header"
	}
	first := true
	for _, group := range file.Comments {
		for _, comment := range group.List {
			switch text := comment.Text; {
			case text == header && first:
			case text == header:
				return "a second header"
			case strings.HasPrefix(text, "/*"):
				return "a block comment"
			case ast.IsGenerated(&ast.File{Package: comment.End() + 1, Comments: []*ast.CommentGroup{{List: []*ast.Comment{comment}}}}):
				return fmt.Sprintf("a line that says it is generated: %s", text)
			case text != "//" && !strings.HasPrefix(text, "// ") && !strings.HasPrefix(text, "//\t"):
				return fmt.Sprintf("a directive: %s", text)
			case strings.HasPrefix(text, "// +build"):
				return fmt.Sprintf("a build constraint: %s", text)
			}
			first = false
		}
	}
	return ""
}

func unsoundMarkdown(name string, data []byte) string {
	if !bytes.HasPrefix(data, []byte("<!-- "+model.Generated+" -->\n")) {
		return "it does not begin with the header"
	}
	return ""
}
