package nodepkg

import (
	"path"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
)

// declarations is a file of TypeScript declarations: its types and classes by
// name, read when they are asked for.
type declarations struct {
	pkg     *Package
	src     *source
	types   map[string]*contract.Ref
	imports map[string]imported
	classes map[string]map[string]*method
}

// imported is a name from another file.
type imported struct {
	file, name string
	token      token
}

// method is a declared method of a class.
type method struct {
	token  token
	params []parameter
	result int // the token that its type begins at
}

type parameter struct {
	name string
	typ  *contract.Ref
}

func (p *Package) parse(name string, data []byte) (*declarations, error) {
	src, err := lex(name, data)
	if err != nil {
		return nil, err
	}
	f := &declarations{
		pkg: p, src: src, types: map[string]*contract.Ref{}, imports: map[string]imported{},
		classes: map[string]map[string]*method{},
	}
	for src.peek().kind != end {
		if err := f.statement(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// statement reads one declaration. What no call can refer to is passed over:
// functions, variables, and what a file exports of others.
func (f *declarations) statement() error {
	switch {
	case f.src.take(";"):
		return nil
	case f.src.take("import"):
		return f.importing()
	}
	start := f.src.peek()
	if f.src.take("export") {
		if f.src.is("{") || f.src.is("*") || f.src.is("type") && (f.src.ahead(1).text == "{" || f.src.ahead(1).text == "*") || f.src.is("default") {
			return f.toSemicolon()
		}
	}
	for f.src.take("declare") || f.src.take("abstract") {
	}
	switch {
	case f.src.take("interface"):
		return f.interfaceType()
	case f.src.take("type"):
		return f.alias()
	case f.src.take("class"):
		return f.class()
	case f.src.is("function"), f.src.is("const"), f.src.is("let"), f.src.is("var"), f.src.is("async"):
		return f.toSemicolon()
	case f.src.is("enum"), f.src.is("namespace"), f.src.is("module"):
		return f.src.errorf(start.pos, "%s is not read; interfaces, types and classes are", f.src.peek().text)
	}
	return f.src.unexpected("a declaration")
}

// toSemicolon moves past the end of a statement.
func (f *declarations) toSemicolon() error {
	for !f.src.take(";") {
		switch t := f.src.peek(); {
		case t.kind == end:
			return f.src.unexpected("%q", ";")
		case t.kind == mark && closing[t.text] != "":
			if err := f.src.block(); err != nil {
				return err
			}
		default:
			f.src.skip()
		}
	}
	return nil
}

// importing reads import { A, B as C } from "./file";
func (f *declarations) importing() error {
	f.src.take("type")
	var names []imported
	var locals []string
	if f.src.take("{") {
		for !f.src.take("}") {
			t := f.src.skip()
			if t.kind != word {
				return f.src.errorf(t.pos, "found %s in an import where this reader expects a name", quote(t.text))
			}
			local := t
			if f.src.take("as") {
				local = f.src.skip()
			}
			names, locals = append(names, imported{name: t.text, token: t}), append(locals, local.text)
			f.src.take(",")
		}
	}
	start := f.src.at
	if err := f.toSemicolon(); err != nil {
		return err
	}
	from := f.src.tokens[f.src.at-2]
	if from.kind != text {
		return f.src.errorf(f.src.tokens[start].pos, "this import is not read")
	}
	for i, name := range names {
		name.file, name.token = from.text, from
		f.imports[locals[i]] = name
	}
	return nil
}

func (f *declarations) declare(name token, ref *contract.Ref) error {
	if name.kind != word {
		return f.src.errorf(name.pos, "found %s where this reader expects a name", quote(name.text))
	}
	if f.types[name.text] != nil {
		return f.src.errorf(name.pos, "the type %s is declared a second time", quote(name.text))
	}
	f.types[name.text] = ref
	return nil
}

func (f *declarations) interfaceType() error {
	name := f.src.skip()
	if f.src.is("<") {
		return f.unread(name, "a type with parameters")
	}
	var bases []token
	if f.src.take("extends") {
		for {
			bases = append(bases, f.src.skip())
			if f.src.is("<") || f.src.is(".") {
				return f.unread(name, "what this extends")
			}
			if !f.src.take(",") {
				break
			}
		}
	}
	start := f.src.at
	if !f.src.is("{") {
		return f.src.unexpected("%q", "{")
	}
	if err := f.src.block(); err != nil {
		return err
	}
	return f.declare(name, contract.Lazy(f.src.pos(name.pos), func() (*contract.Type, error) {
		return f.interfaceBody(name, bases, start)
	}))
}

func (f *declarations) interfaceBody(name token, bases []token, start int) (*contract.Type, error) {
	back := f.src.at
	defer func() { f.src.at = back }()
	f.src.at = start
	t, err := f.literal(0)
	if err != nil {
		return nil, err
	}
	t.Name, t.Pos = name.text, f.src.pos(name.pos)
	for _, base := range slices.Backward(bases) {
		b, err := f.reference(base)
		if err != nil {
			return nil, err
		}
		own := t.Fields
		t.Fields = slices.Clone(b.Fields)
		for _, field := range own {
			if i := slices.IndexFunc(t.Fields, func(have *contract.Field) bool { return have.Name == field.Name }); i >= 0 {
				t.Fields[i] = field
			} else {
				t.Fields = append(t.Fields, field)
			}
		}
	}
	return t, nil
}

// unread declares a type whose use is an error, and moves past
// it: the parts of a package that people wrote hold some.
func (f *declarations) unread(name token, what string) error {
	err := f.src.errorf(name.pos, "%s is not read", what)
	if name.kind == word && f.types[name.text] == nil {
		f.types[name.text] = contract.Lazy(f.src.pos(name.pos), func() (*contract.Type, error) { return nil, err })
	}
	for !f.src.is("{") && f.src.peek().kind != end {
		f.src.skip()
	}
	return f.src.block()
}

// alias reads type Name = ...;
func (f *declarations) alias() error {
	name := f.src.skip()
	if f.src.is("<") {
		for !f.src.is("=") && f.src.peek().kind != end {
			f.src.skip()
		}
	}
	if err := f.src.want("="); err != nil {
		return err
	}
	start := f.src.at
	if err := f.toSemicolon(); err != nil {
		return err
	}
	body := f.later(start, 0)
	return f.declare(name, contract.Lazy(f.src.pos(name.pos), func() (*contract.Type, error) {
		t, err := body.Type()
		if err != nil {
			return nil, err
		}
		named := *t
		named.Name = name.text
		return &named, nil
	}))
}

// reference returns the type that a name has in this file.
func (f *declarations) reference(name token) (*contract.Type, error) {
	if ref := f.types[name.text]; ref != nil {
		return ref.Type()
	}
	from, ok := f.imports[name.text]
	if !ok {
		return nil, f.src.errorf(name.pos, "the type %s is neither declared nor imported here", quote(name.text))
	}
	if !strings.HasPrefix(from.file, ".") {
		return nil, f.src.errorf(name.pos, "the type %s comes from another package, %s, which is not read", quote(name.text), quote(from.file))
	}
	file := path.Join(path.Dir(f.src.name), from.file)
	if file != f.pkg.types && !strings.HasPrefix(file, f.pkg.types+"/") {
		return nil, f.src.errorf(from.token.pos, "the import leads out of the folder %s", f.pkg.types)
	}
	other := f.pkg.declared[file+".d.ts"]
	if other == nil {
		other = f.pkg.declared[file+"/index.d.ts"]
	}
	if other == nil {
		return nil, f.src.errorf(from.token.pos, "the import leads to nothing: the package has no %s.d.ts", file)
	}
	if ref := other.types[from.name]; ref != nil {
		return ref.Type()
	}
	return nil, f.src.errorf(name.pos, "%s declares no type %s", other.src.name, quote(from.name))
}
