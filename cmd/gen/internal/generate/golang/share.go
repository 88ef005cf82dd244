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

// sharedName is the name by which a package shares a method of a type: UserReadJSON.
func sharedName(t *model.Type, method string) string {
	return t.Name + strings.ToUpper(method[:1]) + method[1:]
}

// sharedParameters are the parameters of a method of a type, with the type first.
func (e *emitter) sharedParameters(t *model.Type, method string) []jen.Code {
	parameters := []jen.Code{jen.Id("v").Op("*").Add(e.typeName(t))}
	if parameter, ok := parameterOf[method]; ok {
		parameters = append(parameters, jen.Id("x").Op("*").Qual(e.internal(parameter[0]), parameter[1]))
	}
	return parameters
}

// share has other packages use a method of a type of this package.
func (e *emitter) share(t *model.Type, method string) {
	var arguments []jen.Code
	if _, ok := parameterOf[method]; ok {
		arguments = append(arguments, jen.Id("x"))
	}
	name := sharedName(t, method)
	e.shared[name] = jen.Func().Params(jen.Id("shared")).Id(name).Params(e.sharedParameters(t, method)...).Block(
		jen.Id("v").Dot(method).Call(arguments...))
}

// methodOf is a type's method as a function, which another package shares if the type is its own:
// (*User).readJSON or stytchUserReadJSON.
func (e *emitter) methodOf(t *model.Type, method string) *jen.Statement {
	if t.Package == e.pkg.Name {
		return jen.Parens(jen.Op("*").Id(t.Name)).Dot(method)
	}
	name := sharedName(t, method)
	e.shared[name] = jen.Id(name).Params(e.sharedParameters(t, method)...)
	return jen.Id(e.sharedVariable(name))
}

// sharedVariable is the variable with what the first package shares by a name.
func (e *emitter) sharedVariable(name string) string { return e.sdk.Packages[0].Name + name }

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

// shareService has other packages make a service, with a client of their own.
func (e *emitter) shareService(s *model.Service) {
	e.shared["New"+s.Name] = jen.Func().Params(jen.Id("shared")).Add(e.newServiceOf(s)).Block(jen.Return(newService(s)))
}

// sharedService is the function that makes a service of the first package.
func (e *emitter) sharedService(s *model.Service) *jen.Statement {
	name := "New" + s.Name
	e.shared[name] = e.newServiceOf(s)
	return jen.Id(e.sharedVariable(name))
}

func (e *emitter) newServiceOf(s *model.Service) *jen.Statement {
	return jen.Id("New"+s.Name).Params(jen.Id("t").Op("*").Qual(e.internal("transport"), "Client")).Op("*").Qual(e.first(), s.Name)
}

// sharing writes what this package shares with the others, and what it uses of theirs.
func (e *emitter) sharing() {
	if len(e.shared) == 0 {
		return
	}
	f := e.file("shared_gen.go")
	names := slices.Sorted(maps.Keys(e.shared))
	if e.errorPrefix() == "" {
		f.Comment("// The other packages use these methods and functions, which applications should not see.")
		for _, name := range names {
			f.Line().Add(e.shared[name])
		}
		return
	}
	all := e.sharedVariable("Shared")
	f.Comment("// These are methods and functions of other packages, which applications should not see.")
	f.Var().DefsFunc(func(g *jen.Group) {
		g.Id(all).Op("=").Qual(e.internal("share"), "Get").Types(jen.InterfaceFunc(func(g *jen.Group) {
			for _, name := range names {
				g.Add(e.shared[name])
			}
		})).Call()
		for _, name := range names {
			g.Id(e.sharedVariable(name)).Op("=").Id(all).Dot(name)
		}
	})
}
