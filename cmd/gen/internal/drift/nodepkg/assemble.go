package nodepkg

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
)

var (
	expression = regexp.MustCompile(`\$\{([^}]*)\}`)
	escaped    = regexp.MustCompile(`^encodeURIComponent\([a-z]+\.([A-Za-z0-9_]+)\)$`)
	ofClient   = regexp.MustCompile(`^this\.(?:[A-Za-z0-9_]+\.)*([A-Za-z0-9_]+)$`)
)

// template turns the url into a path template, and names its parameters.
func (s *scripts) template(url token) (string, []string, error) {
	var names []string
	bad := false
	path := expression.ReplaceAllStringFunc(url.text, func(e string) string {
		inner := e[2 : len(e)-1]
		m := escaped.FindStringSubmatch(inner)
		if m == nil {
			m = ofClient.FindStringSubmatch(inner)
		}
		if m == nil {
			bad = true
			return e
		}
		names = append(names, m[1])
		return "{" + m[1] + "}"
	})
	if bad || strings.Contains(path, "${") || !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#\\ ") {
		return "", nil, s.src.errorf(url.pos, "the path %s is not read", quote(url.text))
	}
	return path, names, nil
}

// assemble makes a call of what the script and the declaration say.
func (s *scripts) assemble(req *request, m *method) (*contract.Call, error) {
	path, names, err := s.template(req.url)
	if err != nil {
		return nil, err
	}
	c := &contract.Call{Verb: req.verb.text, Path: path, Pos: s.src.pos(req.url.pos), Server: s.pkg.server(req.server), Params: map[string]*contract.Ref{}}
	if len(names) > 0 {
		c.Params[contract.InPath] = s.pathParameters(c.Pos, names, m)
	}
	if len(s.headers) > 0 {
		c.Params[contract.InHeader] = s.headerParameters(c.Pos, m)
	}
	if req.raw != "" { // hand-written: the declared types are not those on the wire
		c.Request = contract.Known(&contract.Type{Kind: contract.Opaque, Name: req.raw, Pos: c.Pos})
		c.Response = contract.Known(&contract.Type{Kind: contract.Any, Pos: c.Pos})
		return c, nil
	}
	if c.Request, err = s.fields(c.Pos, req.data, names, m); err != nil {
		return nil, err
	}
	if c.Params[contract.InQuery], err = s.fields(c.Pos, req.query, names, m); err != nil {
		return nil, err
	}
	c.Response = s.declared.response(m)
	return c, nil
}

// fields returns the type of a payload: the fields of the method's parameter
// that are not in the path.
func (s *scripts) fields(pos diag.Pos, p *payload, inPath []string, m *method) (*contract.Ref, error) {
	if p == nil {
		return nil, nil
	}
	if p.all == "" && len(p.names) == 0 { // {}
		return contract.ObjectOf(pos), nil
	}
	name := p.all
	if name == "" && len(m.params) > 0 {
		name = m.params[0].name
	}
	param := m.param(name)
	if param == nil {
		return nil, contract.Errorf(pos, "the method %s has no parameter %s in %s", s.method, quote(name), s.declared.src.name)
	}
	return contract.Lazy(pos, func() (*contract.Type, error) {
		t, err := param.Type()
		if err != nil || t.Kind != contract.Object {
			return t, err
		}
		some := *t
		some.Fields = slices.DeleteFunc(slices.Clone(t.Fields), func(f *contract.Field) bool {
			return slices.Contains(inPath, f.Name) || p.all == "" && !slices.Contains(p.names, f.Name)
		})
		return &some, nil
	}), nil
}

func (s *scripts) pathParameters(pos diag.Pos, names []string, m *method) *contract.Ref {
	var fields []*contract.Field
	for _, name := range names {
		fields = append(fields, &contract.Field{Name: name, Required: true, Pos: pos, Type: contract.Lazy(pos, func() (*contract.Type, error) {
			if len(m.params) > 0 {
				t, err := m.params[0].typ.Type()
				if err != nil {
					return nil, err
				}
				if f := t.Field(name); f != nil {
					return f.Type.Type()
				}
			}
			return &contract.Type{Kind: contract.String, Pos: pos}, nil // a part of a URL is a text
		})})
	}
	return contract.ObjectOf(pos, fields...)
}

func (s *scripts) headerParameters(pos diag.Pos, m *method) *contract.Ref {
	var fields []*contract.Field
	for _, h := range s.headers {
		fields = append(fields, &contract.Field{Name: h.name, Pos: pos, Type: contract.Lazy(pos, func() (*contract.Type, error) {
			options := m.param("options")
			for _, name := range []string{"authorization", h.field} {
				if options == nil {
					break
				}
				t, err := options.Type()
				if err != nil {
					return nil, err
				}
				options = nil
				if f := t.Field(name); f != nil {
					options = f.Type
				}
			}
			if options == nil {
				return nil, contract.Errorf(pos, "the options of %s declare no authorization.%s", s.method, h.field)
			}
			return options.Type()
		})})
	}
	return contract.ObjectOf(pos, fields...)
}

// server returns the address of a kind of server, or the kind if the package
// has no address for it.
func (p *Package) server(kind string) string {
	if url := p.servers[strings.ToLower(kind)]; url != "" {
		return contract.ServerName(url)
	}
	return kind
}

// readServers reads the addresses of servers:
//
//	const fraud = exports.fraud = "https://telemetry.example.com/";
func readServers(name string, data []byte) (map[string]string, error) {
	src, err := lex(name, data)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for ; src.peek().kind != end; src.skip() {
		if value := src.ahead(2); src.peek().kind == word && src.ahead(1).text == "=" && value.kind == text && strings.HasPrefix(value.text, "https://") {
			found[strings.ToLower(src.peek().text)] = value.text
		}
	}
	return found, nil
}

// readHeaders reads the functions that set headers:
//
//	function addAuthorizationHeaders(headers, authorization) {
//	  headers["X-Stytch-Member-Session"] = authorization.session_token;
func readHeaders(name string, data []byte) (map[string][]header, error) {
	src, err := lex(name, data)
	if err != nil {
		return nil, err
	}
	found := map[string][]header{}
	function := ""
	for ; src.peek().kind != end; src.skip() {
		switch {
		case src.is("function"):
			function = src.ahead(1).text
		case src.is("headers") && src.ahead(1).text == "[":
			key, field := src.ahead(2), src.ahead(7)
			if key.kind != text || src.ahead(3).text != "]" || src.ahead(4).text != "=" || src.ahead(6).text != "." || field.kind != word || function == "" {
				return nil, src.errorf(src.peek().pos, "this header is not read; headers[\"Name\"] = authorization.field is")
			}
			found[function] = append(found[function], header{key.text, field.text})
		}
	}
	return found, nil
}

// declarationsOf returns the declarations for a file of dist.
func (p *Package) declarationsOf(src *source) (*declarations, error) {
	name := path.Join(p.types, strings.TrimSuffix(strings.TrimPrefix(src.name, p.dist+"/"), ".js")+".d.ts")
	if d := p.declared[name]; d != nil {
		return d, nil
	}
	return nil, contract.Errorf(diag.Pos{File: src.name}, "the package has no declarations for this file: %s is missing", name)
}
