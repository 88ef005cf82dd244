package golang

import (
	"bytes"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// Snippet returns a call's example as it is in the body of a function that
// returns an error.
func Snippet(sdk *model.SDK, pkg *model.Package, s *model.Service, m *model.Method) (string, error) {
	e := &emitter{writer: &writer{sdk: sdk, pkg: pkg}} // it writes no comments
	code := jen.List(jen.Id("resp"), jen.Err()).Op(":=").Add(e.call(s, m)).Line().
		If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Err())).Line().
		Qual("fmt", "Println").Call(printedOf(m).expression)
	var b bytes.Buffer
	if err := code.RenderWithFile(&b, e.newFile(sdk.Module+"/example", "example")); err != nil {
		return "", err
	}
	return strings.TrimSpace(b.String()), nil
}

// TypeName is a field's Go type as an application writes it.
func TypeName(sdk *model.SDK, pkg *model.Package, f *model.Field) string {
	e := &emitter{writer: &writer{sdk: sdk, pkg: pkg}}
	var b bytes.Buffer
	file := e.newFile(sdk.Module+"/"+pkg.Name, pkg.Name)
	// A type alone is no Go file, so it is rendered as a declaration.
	if err := jen.Var().Id("_").Add(e.goType(f)).RenderWithFile(&b, file); err != nil {
		return string(f.Kind)
	}
	return strings.TrimPrefix(strings.TrimSpace(b.String()), "var _ ")
}
