package docs_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// call is a method that makes a call of the API.
type call struct {
	path   string // in the client: "OTPs.SMS.Send"
	pkg    string // of the method
	method string // OTPsSMSService.Send
}

func (c call) area() string {
	area, _, _ := strings.Cut(c.path, ".")
	return area
}

// callsOf finds the calls of a client or service by reflection, as an application can.
func callsOf(typ reflect.Type, path string) (list []call) {
	for i := range typ.NumMethod() {
		if m := typ.Method(i); isCall(m.Type) {
			list = append(list, call{path + m.Name, filepath.Base(typ.Elem().PkgPath()), typ.Elem().Name() + "." + m.Name})
		}
	}
	for i := range typ.Elem().NumField() {
		if f := typ.Elem().Field(i); f.IsExported() {
			list = append(list, callsOf(f.Type, path+f.Name+".")...)
		}
	}
	return list
}

// isCall reports whether a method takes a context, a request and options, and returns a response and an error.
func isCall(m reflect.Type) bool {
	return m.NumIn() == 4 && m.NumOut() == 2 && m.In(1) == reflect.TypeFor[context.Context]() &&
		m.In(3) == reflect.TypeFor[[]stytch.CallOption]() &&
		strings.TrimSuffix(m.In(2).Name(), "Request") == strings.TrimSuffix(m.Out(0).Elem().Name(), "Response")
}

// TestCalls finds every call of both clients. Each has a doc comment, an example with an output, and a
// section in the reference, and the tables of areas count it.
func TestCalls(t *testing.T) {
	for _, client := range []reflect.Type{reflect.TypeFor[*stytch.Client](), reflect.TypeFor[*b2b.Client]()} {
		pkg := filepath.Base(client.Elem().PkgPath())
		t.Run(pkg, func(t *testing.T) {
			documented := methodsOf(t, pkg)
			counts, lent := map[string]int{}, 0
			for _, c := range callsOf(client, "") {
				if c.pkg != pkg {
					lent++ // the other package's test checks it
					continue
				}
				counts[c.area()]++
				m := documented[c.method]
				delete(documented, c.method)
				switch {
				case m == nil:
					t.Errorf("go doc has no %s", c.method)
				case len(strings.Fields(m.Doc)) < 10:
					t.Errorf("%s has the comment %q", c.path, m.Doc)
				case len(m.Examples) == 0 || m.Examples[0].Output == "":
					t.Errorf("%s has no example with an output", c.path)
				}
				if n := len(sections(t, pkg, c.path)); n != 1 {
					t.Errorf("%s has %d sections in the reference", c.path, n)
				}
			}
			for name, m := range documented {
				if m.Doc == "" {
					t.Errorf("%s has no comment", name)
				}
				if result := m.Decl.Type.Results; result != nil && len(result.List) == 2 && strings.HasSuffix(fmt.Sprint(typeOf(result.List[0])), "Response") {
					t.Errorf("no client has %s", name)
				}
			}
			total := 0
			for _, area := range slices.Sorted(maps.Keys(counts)) {
				t.Logf("%-14s %3d", area, counts[area])
				total += counts[area]
			}
			t.Logf("%d calls, and %d of another package", total, lent)
			for _, page := range []string{"README.md", "docs/reference/README.md"} {
				if table := tableOf(t, page, pkg); !maps.Equal(table, counts) {
					t.Errorf("%s counts %v, want %v", page, table, counts)
				}
			}
		})
	}
}

// typeOf returns the name of a pointer's type.
func typeOf(field *ast.Field) ast.Expr {
	if star, ok := field.Type.(*ast.StarExpr); ok {
		return star.X
	}
	return field.Type
}

// methodsOf returns the methods of a package's services as go doc shows them, with their examples.
func methodsOf(t *testing.T, pkg string) map[string]*doc.Func {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(root, pkg, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	documented, err := doc.NewFromFiles(set, files, "github.com/stytchgen/sdk/"+pkg)
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]*doc.Func{}
	for _, typ := range documented.Types {
		for _, m := range typ.Methods {
			if strings.HasSuffix(typ.Name, "Service") {
				methods[typ.Name+"."+m.Name] = m
			}
		}
	}
	return methods
}

// sections returns the reference pages of a package with a section about a call.
func sections(t *testing.T, pkg, path string) (found []string) {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(root, "docs", "reference", pkg+"-*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if strings.Contains(read(t, page), "\n## "+path+"\n") {
			found = append(found, page)
		}
	}
	return found
}

var row = regexp.MustCompile("(?m)^\\| \\[`(\\w+)`\\]\\([^)]*#(\\w+)-[^)]*\\) \\| (\\d+) \\|")

// tableOf returns the number of calls of each area of a package, as a page says it.
func tableOf(t *testing.T, page, pkg string) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, m := range row.FindAllStringSubmatch(read(t, filepath.Join(root, filepath.FromSlash(page))), -1) {
		if m[2] == pkg {
			counts[m[1]], _ = strconv.Atoi(m[3])
		}
	}
	return counts
}
