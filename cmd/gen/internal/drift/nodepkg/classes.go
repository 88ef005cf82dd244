package nodepkg

import (
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
)

// class reads the methods of a class; its other members say nothing about
// calls.
func (f *declarations) class() error {
	name := f.src.skip()
	for !f.src.is("{") {
		if f.src.skip().kind == end {
			return f.src.unexpected("%q", "{")
		}
	}
	f.src.skip()
	methods := map[string]*method{}
	f.classes[name.text] = methods
	for !f.src.take("}") {
		for f.src.take("private") || f.src.take("protected") || f.src.take("public") || f.src.take("static") ||
			f.src.take("readonly") || f.src.take("abstract") || f.src.take("async") {
		}
		member := f.src.peek()
		if f.src.is("[") { // a computed name, such as that of an iterator
			if err := f.src.block(); err != nil {
				return err
			}
			member = token{word, "[]", member.pos}
		} else {
			f.src.skip()
		}
		f.src.take("?")
		switch {
		case member.kind != word:
			return f.src.errorf(member.pos, "found %s in a class where this reader expects a member", quote(member.text))
		case f.src.is("("):
			m, err := f.method(member)
			if err != nil {
				return err
			}
			methods[member.text] = m
		default:
			if err := f.toSemicolon(); err != nil {
				return err
			}
		}
	}
	return nil
}

// method reads (name: T, ...): T;
func (f *declarations) method(name token) (*method, error) {
	m := &method{token: name}
	f.src.skip()
	for !f.src.take(")") {
		p := f.src.peek()
		if p.kind == mark && closing[p.text] != "" { // taken apart on the spot
			if err := f.src.block(); err != nil {
				return nil, err
			}
		} else {
			f.src.skip()
		}
		f.src.take("?")
		if f.src.take(":") {
			m.params = append(m.params, parameter{p.text, f.later(f.src.at, 0)})
			if err := f.skipType(); err != nil {
				return nil, err
			}
		}
		if !f.src.take(",") && !f.src.is(")") {
			return nil, f.src.unexpected("%q", ")")
		}
	}
	f.src.take(":")
	m.result = f.src.at
	return m, f.toSemicolon()
}

// param returns the type of a parameter of the method, or nil.
func (m *method) param(name string) *contract.Ref {
	for _, p := range m.params {
		if p.name == name {
			return p.typ
		}
	}
	return nil
}

// response returns the T of Promise<T>, which the method returns.
func (f *declarations) response(m *method) *contract.Ref {
	return contract.Lazy(f.src.pos(m.token.pos), func() (*contract.Type, error) {
		back := f.src.at
		defer func() { f.src.at = back }()
		f.src.at = m.result
		if !f.src.take("Promise") || !f.src.take("<") {
			return nil, f.src.errorf(m.token.pos, "the method %s returns no Promise", quote(m.token.text))
		}
		t, err := f.parseType(0)
		if err != nil {
			return nil, err
		}
		return t, f.src.want(">")
	})
}
