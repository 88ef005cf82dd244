package nodepkg

import (
	"path"
	"regexp"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
)

// scripts reads the calls of one file of dist. Each call is
//
//	(0, _shared.request)(this.fetchConfig, {method: "POST", url: `/v1/...`, headers, data})
//
// in a method of a class that the declarations describe.
type scripts struct {
	pkg      *Package
	src      *source
	declared *declarations
	class    string
	method   string
	// headers are those that the method sets, by the fields of its options.
	headers []header
	calls   []*contract.Call
}

// header is a header that a function of method_options.js sets.
type header struct{ name, field string }

func (p *Package) scripts(name string, data []byte) ([]*contract.Call, error) {
	src, err := lex(name, data)
	if err != nil {
		return nil, err
	}
	s := &scripts{pkg: p, src: src}
	for src.peek().kind != end {
		switch {
		case src.is("class") && src.ahead(1).kind == word && !s.after("."):
			if err := s.classBody(); err != nil {
				return nil, err
			}
		default:
			if err := s.outside(); err != nil {
				return nil, err
			}
		}
	}
	return s.calls, nil
}

func (s *scripts) after(mark string) bool {
	return s.src.at > 0 && s.src.tokens[s.src.at-1].text == mark
}

// outside moves past a token that is in no method, or not in a call. It
// refuses what is a call all the same, so that none is lost.
func (s *scripts) outside() error {
	t := s.src.peek()
	if s.atCall() {
		return s.src.errorf(t.pos, "a call outside of a class is not read")
	}
	return s.passing()
}

var versioned = regexp.MustCompile(`^/v[0-9]+(/|$)`)

// passing moves past a token that belongs to no call.
func (s *scripts) passing() error {
	if t := s.src.peek(); s.atPath() && !s.behind("createRemoteJWKSet", "(", "new", "URL", "(") { // keys, which another library fetches
		return s.src.errorf(t.pos, "the path %s is in no call that this reader knows", quote(t.text))
	}
	s.src.skip()
	return nil
}

// atPath reports whether the token is the path of a call.
func (s *scripts) atPath() bool {
	t := s.src.peek()
	return (t.kind == text || t.kind == template) && versioned.MatchString(t.text)
}

// behind reports whether these tokens are before the next one.
func (s *scripts) behind(texts ...string) bool {
	start := s.src.at - len(texts)
	if start < 0 {
		return false
	}
	for i, text := range texts {
		if s.src.tokens[start+i].text != text {
			return false
		}
	}
	return true
}

// written reads a call that a person wrote: new URL(path), and fetch with a
// method. Nothing says what is sent and answered.
func (s *scripts) written(stop int) error {
	template, names, err := s.template(s.src.peek())
	if err != nil {
		return err
	}
	pos := s.src.pos(s.src.skip().pos)
	for i := s.src.at; i+2 < stop; i++ {
		key, colon, verb := s.src.tokens[i], s.src.tokens[i+1], s.src.tokens[i+2]
		if key.text == "method" && colon.text == ":" && verb.kind == text {
			anything := contract.Known(&contract.Type{Kind: contract.Any, Pos: pos})
			c := &contract.Call{Verb: verb.text, Path: template, Pos: pos, Params: map[string]*contract.Ref{}, Request: anything, Response: anything}
			if len(names) > 0 {
				c.Params[contract.InPath] = s.pathParameters(pos, names, &method{})
			}
			s.calls = append(s.calls, c)
			return nil
		}
	}
	return contract.Errorf(pos, "the path %s is in no call that this reader knows", quote(template))
}

// atCall reports whether ".request)(" begins here.
func (s *scripts) atCall() bool {
	return s.src.is(".") && s.src.ahead(1).text == "request" && s.src.ahead(2).text == ")" && s.src.ahead(3).text == "("
}

// classBody reads the methods of a class.
func (s *scripts) classBody() error {
	s.src.skip()
	s.class = s.src.skip().text
	for !s.src.is("{") {
		if s.src.skip().kind == end {
			return s.src.unexpected("%q", "{")
		}
	}
	s.src.skip()
	for !s.src.take("}") {
		for s.src.take("async") || s.src.take("static") || s.src.take("*") {
		}
		name := s.src.peek()
		if s.src.is("[") { // a computed name, such as that of an iterator
			if err := s.src.block(); err != nil {
				return err
			}
			name = token{word, "[]", name.pos}
		} else {
			s.src.skip()
		}
		switch {
		case name.kind != word:
			return s.src.errorf(name.pos, "found %s in a class where this reader expects a method", quote(name.text))
		case s.src.is("("):
			if err := s.src.block(); err != nil {
				return err
			}
			if err := s.methodBody(name); err != nil {
				return err
			}
		default: // a field, to its semicolon
			for !s.src.take(";") {
				if s.src.peek().kind == end {
					return s.src.errorf(name.pos, "the field %s has no end", quote(name.text))
				}
				if err := s.outside(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (s *scripts) methodBody(name token) error {
	if !s.src.is("{") {
		return s.src.unexpected("%q", "{")
	}
	start := s.src.at
	if err := s.src.block(); err != nil {
		return err
	}
	stop := s.src.at
	s.src.at, s.method, s.headers = start, name.text, nil
	for s.src.at < stop {
		var err error
		switch {
		case s.atCall():
			err = s.call(name)
		case s.src.is(".") && s.src.ahead(2).text == ")" && s.src.ahead(3).text == "(" && s.pkg.headers[s.src.ahead(1).text] != nil:
			s.headers = append(s.headers, s.pkg.headers[s.src.ahead(1).text]...)
			err = s.passing()
		case s.atPath() && s.behind("=", "new", "URL", "("):
			err = s.written(stop)
		case s.src.is("headers") && s.src.ahead(1).text == "[" && !s.after("."):
			err = s.src.errorf(s.src.peek().pos, "a header that is set here is not read; functions of method_options.js are")
		default:
			err = s.passing()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// request is what the argument of a call says.
type request struct {
	verb, url   token
	data, query *payload
	server      string // the kind of server, "" for the API's own
	raw         string // what is sent instead of JSON, if anything is
}

// payload is what goes into a body or a query: all fields of a parameter of
// the method, or some.
type payload struct {
	all   string // the parameter, or ""
	names []string
}

func (s *scripts) call(name token) error {
	start := s.src.peek()
	s.src.at += 4 // .request)(
	for !s.src.take(",") {
		if t := s.src.skip(); t.kind == end || t.text == ")" || t.text == ";" {
			return s.src.errorf(start.pos, "this call is not read: it has no second argument")
		}
	}
	req, err := s.argument()
	if err != nil {
		return err
	}
	if req.verb.kind != text || req.url.kind != text && req.url.kind != template {
		return s.src.errorf(start.pos, "this call is not read: it needs method and url as texts")
	}
	if s.declared == nil {
		if s.declared, err = s.pkg.declarationsOf(s.src); err != nil {
			return err
		}
	}
	m := s.declared.classes[s.class][s.method]
	if m == nil {
		return s.src.errorf(name.pos, "%s declares no method %s of the class %s", s.declared.src.name, s.method, s.class)
	}
	c, err := s.assemble(req, m)
	if err != nil {
		return err
	}
	c.Area, c.Name = strings.TrimSuffix(path.Base(s.src.name), ".js"), s.method
	s.calls = append(s.calls, c)
	return nil
}

// argument reads {method: "POST", url: `/v1/...`, headers, data}.
func (s *scripts) argument() (*request, error) {
	if err := s.src.want("{"); err != nil {
		return nil, err
	}
	req := &request{}
	for !s.src.take("}") {
		key := s.src.skip()
		var value bool
		if value = s.src.take(":"); !value && !s.src.is(",") && !s.src.is("}") {
			return nil, s.src.unexpected("%q", ":")
		}
		var err error
		switch key.text {
		case "method":
			req.verb = s.src.skip()
		case "url":
			req.url = s.src.skip()
		case "baseURLType":
			req.server = s.src.skip().text
		case "headers":
			err = s.expression(value)
		case "dataRaw":
			if req.raw = "dataRaw"; s.src.is("new") && s.src.ahead(1).text == "URLSearchParams" {
				req.raw = "application/x-www-form-urlencoded"
			}
			err = s.expression(value)
		case "data":
			req.data, err = s.payload(key, value)
		case "params":
			req.query, err = s.payload(key, value)
		default:
			return nil, s.src.errorf(key.pos, "%s in a call is not read", quote(key.text))
		}
		if err != nil {
			return nil, err
		}
		if !s.src.take(",") && !s.src.is("}") {
			return nil, s.src.unexpected("%q", ",")
		}
	}
	return req, nil
}

// expression moves past the value of a key.
func (s *scripts) expression(value bool) error {
	for value && !s.src.is(",") && !s.src.is("}") {
		t := s.src.peek()
		switch {
		case t.kind == end:
			return s.src.unexpected("a value")
		case t.kind == mark && closing[t.text] != "":
			if err := s.src.block(); err != nil {
				return err
			}
		default:
			s.src.skip()
		}
	}
	return nil
}

// payload reads data, data: data, data: {}, data: {...data} and
// data: {name: data.name}.
func (s *scripts) payload(key token, value bool) (*payload, error) {
	if !value {
		return &payload{all: key.text}, nil
	}
	if t := s.src.peek(); t.kind == word {
		s.src.skip()
		return &payload{all: t.text}, nil
	}
	if err := s.src.want("{"); err != nil {
		return nil, err
	}
	p := &payload{}
	for !s.src.take("}") {
		if s.src.take("...") {
			p.all = s.src.skip().text
		} else {
			name := s.src.skip()
			if name.kind != word && name.kind != text {
				return nil, s.src.errorf(name.pos, "found %s where this reader expects the name of a field", quote(name.text))
			}
			p.names = append(p.names, name.text)
			if err := s.expression(s.src.take(":")); err != nil {
				return nil, err
			}
		}
		if !s.src.take(",") && !s.src.is("}") {
			return nil, s.src.unexpected("%q", ",")
		}
	}
	return p, nil
}
