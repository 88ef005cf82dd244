package transport

import (
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/internal/validate"
)

// Params collects the path, query and header parameters of a call. A value that cannot be sent is
// reported as a violation when the call is made.
type Params struct {
	path    []pathParam
	query   url.Values
	header  http.Header
	form    url.Values
	invalid []validate.Violation
}

type pathParam struct{ name, value string }

// Path sets the value of {name} in the path template.
func (p *Params) Path(name, value string) {
	switch value { // each of these would change the path to that of another call
	case "":
		p.refuse(name, "must not be empty")
	case ".", "..":
		p.refuse(name, "must not be a dot or two dots: it is a part of the URL's path")
	}
	p.path = append(p.path, pathParam{name, value})
}

// Query adds a query parameter.
func (p *Params) Query(name, value string) {
	if p.query == nil {
		p.query = url.Values{}
	}
	p.query.Add(name, value)
}

// Form adds a field of the form that is the body.
func (p *Params) Form(name, value string) {
	if p.form == nil {
		p.form = url.Values{}
	}
	p.form.Add(name, value)
}

// Header sets a header.
func (p *Params) Header(name, value string) {
	if !validHeaderValue(value) {
		p.refuse(name, "must not contain line breaks or other control characters: it is sent as a header")
		return
	}
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set(name, value)
}

func (p *Params) refuse(name, message string) {
	p.invalid = append(p.invalid, validate.Violation{Field: name, Message: message})
}

// expand inserts the parameters into a path template. It returns the plain path and the escaped one.
func (p *Params) expand(template string) (path, escaped string) {
	if !strings.Contains(template, "{") {
		return template, template
	}
	var plain, sent strings.Builder
	for rest := template; rest != ""; {
		before, after, _ := strings.Cut(rest, "{")
		name, behind, found := strings.Cut(after, "}")
		plain.WriteString(before)
		sent.WriteString(before)
		if found {
			value := p.pathValue(name)
			plain.WriteString(value)
			sent.WriteString(url.PathEscape(value))
		}
		rest = behind
	}
	return plain.String(), sent.String()
}

// pathValue returns the value for name. A missing value is a violation.
func (p *Params) pathValue(name string) string {
	for _, param := range p.path {
		if param.name == name {
			return param.value
		}
	}
	p.refuse(name, "must be set: it is a part of the URL's path")
	return ""
}

// reservedHeaders are set by the transport. Changing one would break the call, or send it with the
// credentials of another project.
var reservedHeaders = map[string]bool{
	"Accept": true, "Accept-Encoding": true, "Authorization": true, "Connection": true,
	"Content-Encoding": true, "Content-Length": true, "Content-Type": true, "Expect": true,
	"Host": true, "Proxy-Authorization": true, "Te": true, "Trailer": true, "Transfer-Encoding": true,
	"Upgrade": true, "User-Agent": true,
}

// checkHeader checks the headers from the options of a call. own are the headers that come from fields
// of the request.
func checkHeader(header, own http.Header) []validate.Violation {
	if len(header) == 0 {
		return nil
	}
	var invalid []validate.Violation
	for _, name := range slices.Sorted(maps.Keys(header)) {
		values := header[name]
		_, twice := own[name]
		switch {
		case !validHeaderName(name):
			invalid = append(invalid, validate.Violation{Field: "header",
				Message: "must have a name of letters, digits and hyphens"})
		case twice || reservedHeaders[textproto.CanonicalMIMEHeaderKey(name)]:
			invalid = append(invalid, validate.Violation{Field: "header " + name,
				Message: "must not be set: the client sets it"})
		}
		for _, value := range values {
			if !validHeaderValue(value) {
				invalid = append(invalid, validate.Violation{Field: "header " + name,
					Message: "must not contain line breaks or other control characters"})
			}
		}
	}
	return invalid
}

// validHeaderName reports whether s is a token of RFC 9110.
func validHeaderName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && !('0' <= c && c <= '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}

// validHeaderValue reports whether net/http accepts s as a header value.
func validHeaderValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
