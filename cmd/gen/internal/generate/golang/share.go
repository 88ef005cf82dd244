package golang

import (
	"maps"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// parameterOf is the type of the parameter of each method that packages share: the internal package
// and the name. A method without a parameter is not in it.
var parameterOf = map[string][2]string{
	"readJSON": {"wire", "Reader"}, "writeJSON": {"wire", "Writer"}, "validate": {"validate", "Validator"}, "params": {"transport", "Params"},
}

// share has other packages use a method of a type of this package.
func (e *emitter) share(t *model.Type, name string) {
	e.shared[t.Name+"."+name] = jen.Id("_").Op("=").Qual(e.internal("share"), "Put").Call(jen.Parens(jen.Op("*").Id(t.Name)).Dot(name))
}

// methodOf is a type's method as a function, which another package shares if the type is its own:
// (*User).readJSON or stytchUserReadJSON.
func (e *emitter) methodOf(t *model.Type, name string) *jen.Statement {
	if t.Package == e.pkg.Name {
		return jen.Parens(jen.Op("*").Id(t.Name)).Dot(name)
	}
	variable := t.Package + t.Name + strings.ToUpper(name[:1]) + name[1:]
	parameters := []jen.Code{jen.Op("*").Add(e.typeName(t))}
	if parameter, ok := parameterOf[name]; ok {
		parameters = append(parameters, jen.Op("*").Qual(e.internal(parameter[0]), parameter[1]))
	}
	e.shared[variable] = jen.Id(variable).Op("=").Qual(e.internal("share"), "Get").Types(jen.Func().Params(parameters...)).Call()
	return jen.Id(variable)
}

// callMethod calls a method of the struct that a field holds.
func (e *emitter) callMethod(f *model.Field, value *jen.Statement, name string, arguments ...jen.Code) *jen.Statement {
	if f.Type.Package == e.pkg.Name {
		return value.Dot(name).Call(arguments...)
	}
	if f.Required {
		value = jen.Op("&").Add(value)
	}
	return e.methodOf(f.Type, name).Call(append([]jen.Code{value}, arguments...)...)
}

// methodValue is a method of the struct that a field holds, bound to the struct.
func (e *emitter) methodValue(f *model.Field, value *jen.Statement, name string) jen.Code {
	if f.Type.Package == e.pkg.Name {
		return value.Dot(name)
	}
	parameter := parameterOf[name]
	return jen.Func().Params(jen.Id("x").Op("*").Qual(e.internal(parameter[0]), parameter[1])).Block(
		e.callMethod(f, value, name, jen.Id("x")))
}

// offered reports whether the client of another package has an area of this package, too.
func (e *emitter) offered(s *model.Service) bool {
	return !strings.Contains(s.Tag, ".") && len(e.sdk.OfferedBy(s)) > 0
}

// shareService writes the function that makes a service with a client of another package.
func (e *emitter) shareService(f *jen.File, s *model.Service) {
	name := "new" + s.Name
	e.shared[name] = jen.Id("_").Op("=").Qual(e.internal("share"), "Put").Call(jen.Id(name))
	f.Line()
	f.Func().Id(name).Params(jen.Id("t").Op("*").Qual(e.internal("transport"), "Client")).Op("*").Id(s.Name).Block(jen.Return(newService(s)))
}

// sharedService is the function that makes a service of the first package.
func (e *emitter) sharedService(s *model.Service) *jen.Statement {
	variable := e.sdk.Packages[0].Name + "New" + s.Name
	e.shared[variable] = jen.Id(variable).Op("=").Qual(e.internal("share"), "Get").
		Types(jen.Func().Params(jen.Op("*").Qual(e.internal("transport"), "Client")).Op("*").Qual(e.first(), s.Name)).Call()
	return jen.Id(variable)
}

// sharing writes what this package shares with the others, and what it uses of theirs.
func (e *emitter) sharing() {
	if len(e.shared) == 0 {
		return
	}
	f := e.file("shared_gen.go")
	if e.errorPrefix() == "" {
		f.Comment("// The other packages use these methods and functions, which applications should not see.")
	} else {
		f.Comment("// These are methods and functions of other packages, which applications should not see.")
	}
	f.Var().DefsFunc(func(g *jen.Group) {
		for _, name := range slices.Sorted(maps.Keys(e.shared)) {
			g.Add(e.shared[name])
		}
	})
}
