package gochange

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

const before = `
-- go.mod --
module example.com/m

go 1.26
-- internal/wire/wire.go --
package wire

type Reader struct{}

type Option func()
-- a/a.go --
package a

import "example.com/m/internal/wire"

type Option = wire.Option

type T struct{ F *string }

func (t *T) ReadJSON(d *wire.Reader) {}

func (t *T) M(opts ...Option) {}

func With(o Option) {}

const C = 1

var V int
-- a/a_test.go --
package a

does not even parse
-- a/a_plan9.go --
package a

func With(o Option) {}
-- b/b.go --
package b

import "example.com/m/a"

func F(t a.T) {}
`

func module(t *testing.T, archive string) Source {
	t.Helper()
	root := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(root, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Source{Name: "it", Root: root, Module: "example.com/m", Packages: []string{"a", "b", "c"}}
}

func TestCompare(t *testing.T) {
	var loader Loader
	base, err := loader.Load(t.Context(), module(t, before))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, old, new string
		want           []string // position, kind, symbol, message, compatible
	}{
		{"field", "F *string", "F string", []string{"a/a.go:7 field a.T.F changed from *string to string false"}},
		{"method", "M(opts ...Option)", "N(opts ...Option)", []string{
			"a/a.go:11 in base method a.(*T).M removed false", "a/a.go:11 method a.(*T).N added true"}},
		{"glue that no application can call", "func (t *T) ReadJSON(d *wire.Reader) {}", "var _ wire.Reader", nil},
		{"function with a type of internal that has a name here", "func With(o Option) {}\n\nconst", "const", []string{"a/a.go:13 in base func a.With removed false"}},
		{"const", "C = 1", "C = 2", []string{"a/a.go:15 const a.C value changed from 1 to 2 false"}},
		{"var", "V int", "V int64", []string{"a/a.go:17 var a.V changed from int to int64 false"}},
		{"other package", "F(t a.T)", "F(t *a.T)", []string{"b/b.go:5 func b.F changed from func(example.com/m/a.T) to func(*example.com/m/a.T) false"}},
		{"new package", "-- b/b.go --", "-- c/c.go --\npackage c\n-- b/b.go --", []string{"c package c.c added true"}},
		{"lost package", "-- b/b.go --", "-- d/b.go --", []string{"b in base package b.b removed false"}},
		{"runtime changed below", "type Reader struct{}", "type Reader struct{ n int }", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if strings.Count(before, test.old) < 1 {
				t.Fatalf("%q is not in the module", test.old)
			}
			head, err := loader.Load(t.Context(), module(t, strings.Replace(before, test.old, test.new, 1)))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range Compare(base, head) {
				pos := c.Pos
				pos.Column = 0
				where := pos.String()
				if c.InBase {
					where += " in base"
				}
				got = append(got, fmt.Sprintf("%s %s %s.%s %s %t", where, c.Kind, c.Package, c.Symbol, c.Message, c.Compatible))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestOverlay(t *testing.T) {
	var loader Loader
	src := module(t, before)
	base, err := loader.Load(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	src.Overlay = map[string][]byte{
		"a/a.go":      []byte("package a\n\ntype T struct{ F *string }\n"),
		"a/new.go":    []byte("package a\n\nfunc New() {}\n"),
		"a/x_test.go": []byte("nonsense"),
	}
	head, err := loader.Load(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range Compare(base, head) {
		got = append(got, c.Symbol+" "+c.Message)
	}
	want := []string{"(*T).M removed", "C removed", "Option removed", "V removed", "With removed", "New added"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
