package verify

import (
	"errors"
	"go/constant"
	"go/token"
	"go/types"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/manual"
)

// values compares variables and constants with what the spec declares: whether
// each is one has been compared before, its type and its value take types.
func (c *checker) values(pkg *types.Package, declared []manual.Value) {
	for _, want := range declared {
		have := pkg.Scope().Lookup(want.Name)
		if have == nil || have.Type() == types.Typ[types.Invalid] {
			continue // reported before
		}
		differs, err := c.differs(pkg, have, want)
		switch {
		case err != nil:
			c.list.Hintf(codes.DeclaresNotGo, want.Pos, "write it as it could be in "+c.at(have.Pos()).File, "MANUAL(%s) declares %q, which does not compile: %v", want.Section, want.Code, err)
		case differs != "":
			c.list.Hintf(codes.WrongShape, c.at(have.Pos()), "the spec declares "+want.Code, "%s %s, which is not what MANUAL(%s) declares", want.Name, differs, want.Section)
		}
	}
}

// differs says what a variable or constant is instead, or "". What is declared
// is read where the code is, for the names that mean something there.
func (c *checker) differs(pkg *types.Package, have types.Object, want manual.Value) (string, error) {
	var typ types.Type
	var value constant.Value
	for _, expr := range []string{want.Init, want.Type} { // a type that is written out decides
		if expr == "" {
			continue
		}
		read, err := types.Eval(c.fset, pkg, have.Pos(), expr)
		if typeErr, ok := errors.AsType[types.Error](err); ok {
			return "", errors.New(typeErr.Msg)
		} else if err != nil {
			return "", err
		}
		if typ = read.Type; read.Value != nil {
			value = read.Value
		}
	}
	named, isConstant := have.(*types.Const)
	if !isConstant {
		typ = types.Default(typ)
	}
	switch {
	case !types.Identical(typ, have.Type()):
		return "is of the type " + types.TypeString(have.Type(), types.RelativeTo(pkg)), nil
	case isConstant && (value == nil || value.Kind() != named.Val().Kind() || !constant.Compare(value, token.EQL, named.Val())):
		return "is " + named.Val().String(), nil
	}
	return "", nil
}
