// Package docs_test checks that what the documents say about the packages is true.
package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the folder of the project.
var root = func() string {
	folder, err := filepath.Abs("..")
	if err != nil {
		panic(err)
	}
	return folder
}()

// imported are the packages that snippets use, by name.
var imported = map[string]string{
	"b2b": "github.com/stytchgen/sdk/b2b", "guard": "github.com/stytchgen/sdk/guard", "redisguard": "github.com/stytchgen/sdk/guard/redisguard",
	"stytch": "github.com/stytchgen/sdk/stytch", "stytchtest": "github.com/stytchgen/sdk/stytchtest", "redis": "github.com/redis/go-redis/v9",
	"base64": "encoding/base64", "hmac": "crypto/hmac", "httptest": "net/http/httptest", "sha256": "crypto/sha256", "strconv": "strconv",
	"context": "context", "errors": "errors", "fmt": "fmt", "http": "net/http", "log": "log", "netip": "net/netip", "os": "os",
	"slog": "log/slog", "strings": "strings", "testing": "testing", "time": "time",
}

// surroundings declares what the application around a snippet has.
const surroundings = `package app

import (
	"context"
	"net/http"
	"testing"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
)

var (
	ctx                                           context.Context
	projectID, secret, email, phone, code, typed string
	jwt, accessToken, clientID, clientSecret      string
	saveDocument                                  http.Handler
	w                                             http.ResponseWriter
	r                                             *http.Request
	mux                                           *http.ServeMux
	t                                             *testing.T
	err                                           error
	sent                                          *stytch.OTPsSMSLoginOrCreateResponse
	auth                                          *stytch.OTPsAuthenticateResponse
	g                                             *guard.Guard
	send                                          guard.Send
	page                                          func(text string)
	accounts                                      interface {
		Update(ctx context.Context, userID string, status stytch.UserStatus) error
		Delete(ctx context.Context, userID string) error
	}
)
`

// TestSnippets compiles the Go snippets of the README and of the documents in a module of their own.
func TestSnippets(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	redisguard := filepath.Join(root, "guard", "redisguard")
	module := strings.NewReplacer("module github.com/stytchgen/sdk/guard/redisguard", "module example.com/app", "=> ../..", "=> "+root).
		Replace(read(t, filepath.Join(redisguard, "go.mod")))
	write("go.mod", module+"\nrequire github.com/stytchgen/sdk/guard/redisguard v0.0.0\nreplace github.com/stytchgen/sdk/guard/redisguard => "+redisguard+"\n")
	write("go.sum", read(t, filepath.Join(redisguard, "go.sum")))
	write("surroundings.go", surroundings)
	compiled := 0
	for _, page := range pages(t) {
		list := snippets(t, page)
		if len(list) == 0 {
			continue
		}
		write(strings.NewReplacer("/", "_", ".md", ".go").Replace(page), source(t, page, list))
		compiled += len(list)
	}
	if compiled < 100 {
		t.Errorf("only %d snippets found", compiled)
	}
	build := exec.Command("go", "build", "-mod=mod", "-buildvcs=false", "-gcflags=-e", ".")
	build.Dir, build.Env = folder, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if output, err := build.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, strings.ReplaceAll(string(output), root+string(filepath.Separator), ""))
	}
}

// pages returns the README and the documents, except for findings.md, which has wrong code.
func pages(t *testing.T) []string {
	t.Helper()
	list := []string{"README.md"}
	for _, pattern := range []string{"docs/*.md", "docs/emulator/*.md", "docs/reference/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			if filepath.Base(name) != "findings.md" {
				list = append(list, filepath.ToSlash(strings.TrimPrefix(name, root+string(filepath.Separator))))
			}
		}
	}
	return list
}

// snippet is a block of Go code, and the line of its page on which it begins.
type snippet struct {
	code string
	line int
}

func snippets(t *testing.T, page string) (list []snippet) {
	t.Helper()
	lines := strings.Split(read(t, filepath.Join(root, filepath.FromSlash(page))), "\n")
	reference := strings.HasPrefix(page, "docs/reference/")
	for i := 0; i < len(lines); i++ {
		indent, ok := strings.CutSuffix(lines[i], "```go")
		if !ok || strings.Trim(indent, " ") != "" { // snippets in list items are indented
			continue
		}
		start := i + 1
		var block []string
		for i = start; i < len(lines) && lines[i] != indent+"```"; i++ {
			block = append(block, strings.TrimPrefix(lines[i], indent))
		}
		code := strings.Join(block, "\n")
		switch {
		case reference && parses("package p\n"+code): // declarations of the SDK itself
		case strings.Contains(code, "stytchapi."): // code for another client
		default:
			list = append(list, snippet{code, start + 1})
		}
	}
	return list
}

// source returns a file with the snippets of a page. The compiler reports mistakes with the lines of the page.
func source(t *testing.T, page string, list []snippet) string {
	t.Helper()
	var body strings.Builder
	imports := map[string]bool{}
	for i, s := range list {
		at := fmt.Sprintf("\n//line %s:%d\n%s\n//line generated.go:1\n", filepath.Join(root, page), s.line, s.code)
		client := "stytch"
		if strings.HasPrefix(page, "docs/reference/b2b-") || strings.Contains(s.code, "b2b.") {
			client = "b2b"
		}
		name := fmt.Sprintf("snippet_%s_%d", strings.NewReplacer("/", "_", "-", "_", ".", "_").Replace(page), i)
		var text string
		switch {
		case parses("package p\n" + s.code):
			text = s.code
			body.WriteString(at)
		case parses("package p\nvar _ = " + s.code):
			text = "var _ = " + s.code
			fmt.Fprintf(&body, "\nvar _ = %s\n", strings.TrimSuffix(at, "\n"))
		default:
			imports[client] = true
			text = "func f() {\n" + s.code + "\n}"
			fmt.Fprintf(&body, "\nfunc %s(client *%s.Client) any {\n{%s%s}\nreturn nil\n}\n", name, client, at, uses(t, page, s))
		}
		file, err := parser.ParseFile(token.NewFileSet(), page, "package p\n"+text, 0)
		if err != nil {
			t.Errorf("%s:%d: %v", page, s.line, err)
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if selector, ok := n.(*ast.SelectorExpr); ok {
				if name, ok := selector.X.(*ast.Ident); ok && imported[name.Name] != "" {
					imports[name.Name] = true
				}
			}
			return true
		})
	}
	var head strings.Builder
	for _, name := range slices.Sorted(maps.Keys(imports)) {
		fmt.Fprintf(&head, "import %q\n", imported[name])
	}
	return "package app\n\n" + head.String() + body.String()
}

func parses(text string) bool {
	_, err := parser.ParseFile(token.NewFileSet(), "", text, 0)
	return err == nil
}

// uses returns statements that use each variable of a snippet, because a snippet may leave that to the reader.
func uses(t *testing.T, page string, s snippet) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), page, "package p\nfunc f() {\n"+s.code+"\n}", 0)
	if err != nil {
		t.Errorf("%s:%d: %v", page, s.line, err)
		return ""
	}
	var text strings.Builder
	for _, statement := range file.Decls[0].(*ast.FuncDecl).Body.List {
		assignment, ok := statement.(*ast.AssignStmt)
		if !ok || assignment.Tok != token.DEFINE {
			continue
		}
		for _, variable := range assignment.Lhs {
			if name := variable.(*ast.Ident).Name; name != "_" {
				fmt.Fprintf(&text, "_ = %s\n", name)
			}
		}
	}
	return text.String()
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
