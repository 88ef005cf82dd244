package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// operation is an operation's place in a file.
type operation struct {
	path   *yaml.Node // the key
	method *yaml.Node // the key
	node   *yaml.Node
}

func operationsOf(src *load.Source) []operation {
	var ops []operation
	for path, item := range load.Pairs(load.Get(src.Root, "paths")) {
		for method, op := range load.Pairs(item) {
			if pathItemShape.fields[method.Value] != nil && op.Kind == yaml.MappingNode {
				ops = append(ops, operation{path, method, op})
			}
		}
	}
	return ops
}

func (w *walker) operations() {
	ops := operationsOf(w.src)
	if len(ops) > 0 && w.src.Name == w.spec.Sources[load.SharedFile].Name {
		w.list.Hintf(codes.SharedCall, w.src.Pos(ops[0].path), "move it to a file of the consumer API or of the B2B API", "the shared file has no calls")
	}
	tags := w.tags()
	catalog := catalogOf(w.spec)
	first := map[string]*yaml.Node{}
	w.pathsMeet()
	for _, op := range ops {
		w.path(op)
		w.operationID(op, tags, first)
		w.body(op)
		w.server(op)
		w.thirdPerson(load.Get(op.node, "summary"))
		w.errorList(load.Get(op.node, "x-errors"), catalog)
		if security := load.Get(op.node, "security"); security != nil && len(security.Content) > 0 {
			w.list.Hintf(codes.OperationSecurity, w.src.Pos(security), "leave it out, or write [] for a call without credentials",
				"an operation cannot have credentials of its own")
		}
	}
}

// namesErrorType reports a text that names no error type.
func (w *walker) namesErrorType(name *yaml.Node) {
	errors := w.spec.Sources[load.ErrorsFile]
	if errors == nil {
		return
	}
	if known := load.Keys(load.Get(errors.Root, "errors")); known != nil { // else the file's own finding says why
		w.known(name, known, "an error type of errors.yaml", "declare it there first")
	}
}

// pathsMeet reports paths that differ in nothing but the names of parameters:
// a URL would belong to both.
func (w *walker) pathsMeet() {
	first := map[string]*yaml.Node{}
	for path := range load.Pairs(load.Get(w.src.Root, "paths")) {
		pattern := load.PathPattern(path.Value)
		if earlier := first[pattern]; earlier != nil && earlier.Value != path.Value {
			w.list.Relatef(codes.DeclaredTwice, w.src.Pos(path), "write the calls of both under one path",
				diag.Related{Pos: w.src.Pos(earlier), Message: "first declared here"},
				"the path %s is %s with another name for a parameter", path.Value, earlier.Value)
			continue
		}
		first[pattern] = path
	}
}

func (w *walker) tags() []string {
	var names []string
	first := map[string]*yaml.Node{}
	for _, tag := range load.Items(load.Get(w.src.Root, "tags")) {
		name := load.Get(tag, "name")
		if name == nil {
			continue
		}
		if !dotted.MatchString(name.Value) {
			w.list.Reportf(codes.TagName, w.src.Pos(name), "the tag %q is not a place in the client; write lower-case names with dots between, such as otps.sms", name.Value)
		}
		w.once(name, first, "the tag")
		w.thirdPerson(load.Get(tag, "description"))
		names = append(names, name.Value)
	}
	return names
}

// dotted is a place in the client: otps.sms.login_or_create.
var dotted = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)

func (w *walker) operationID(op operation, tags []string, first map[string]*yaml.Node) {
	list := load.Items(load.Get(op.node, "tags"))
	if len(list) > 1 {
		w.list.Reportf(codes.SeveralTags, w.src.Pos(list[1]), "an operation has one tag: the service that it belongs to")
	}
	if len(list) > 0 {
		w.known(list[0], tags, "a tag of this API", "declare it under tags")
	}
	id := load.Get(op.node, "operationId")
	if id == nil || len(list) == 0 || id.Value == "" {
		return
	}
	w.once(id, first, "the operationId")
	method, ok := strings.CutPrefix(id.Value, list[0].Value+".")
	if !ok || !dotted.MatchString(id.Value) || strings.Contains(method, ".") {
		w.list.Hintf(codes.OperationID, w.src.Pos(id), fmt.Sprintf("write %s.name_of_the_call", list[0].Value),
			"the operationId %q is not a place in the client: it is the tag, a dot and the call's name", id.Value)
	}
}

var pathTemplate = regexp.MustCompile(`^(/([a-zA-Z0-9_.~-]+|\{[a-zA-Z0-9_]+\}))+$`)

// path checks that the template and the declared path parameters agree.
func (w *walker) path(op operation) {
	if !pathTemplate.MatchString(op.path.Value) || strings.Contains(op.path.Value, "/.") {
		w.list.Reportf(codes.PathTemplate, w.src.Pos(op.path), "the path %q is not a list of plain names and {parameters}, each behind a slash", op.path.Value)
		return
	}
	first := map[string]*yaml.Node{}
	declared := map[string]bool{}
	for _, p := range load.Items(load.Get(op.node, "parameters")) {
		p = w.parameter(p)
		name, in := load.Get(p, "name"), load.Get(p, "in")
		if name == nil || in == nil {
			continue
		}
		w.once(name, first, "the parameter")
		w.parameterName(name, in)
		w.parameterExample(load.Get(p, "example"), in.Value)
		if in.Value != "path" {
			continue
		}
		declared[name.Value] = true
		if !strings.Contains(op.path.Value, "{"+name.Value+"}") {
			w.list.Reportf(codes.PathParameter, w.src.Pos(name), "the path %s has no {%s}", op.path.Value, name.Value)
		}
		if required := load.Get(p, "required"); required == nil || required.Value != "true" {
			w.list.Hintf(codes.PathParameter, w.src.Pos(p), "add required: true", "a path parameter is always required")
		}
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(op.path.Value, "/") {
		name := strings.Trim(part, "{}")
		if name != part && seen[name] {
			w.list.Hintf(codes.PathParameter, w.src.Pos(op.path), "give each its own name", "the path has the parameter {%s} twice", name)
		} else if seen[name] = true; name != part && !declared[name] {
			w.list.Reportf(codes.PathParameter, w.src.Pos(op.path), "the path parameter {%s} is not declared under parameters of %s", name, strings.ToUpper(op.method.Value))
		}
	}
}

// ownHeaders are set by the client for every call.
var ownHeaders = []string{
	"accept", "accept-encoding", "authorization", "connection", "content-encoding", "content-length", "content-type", "cookie",
	"expect", "host", "idempotency-key", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
	"x-idempotency-key",
}

// plainName is a name that means the same in a URL, a header, JSON and a Go tag.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

func (w *walker) plainName(name *yaml.Node) {
	if !plainName.MatchString(name.Value) {
		w.list.Reportf(codes.PlainName, w.src.Pos(name), "the name %q is not one of letters, digits, dots, hyphens and underscores", name.Value)
	}
}

// claim is a name that is an address, as the claims of tokens have it.
var claim = regexp.MustCompile(`^https://[A-Za-z0-9_./-]+$`)

func (w *walker) propertyName(name, property *yaml.Node) {
	switch {
	case !claim.MatchString(name.Value):
		w.plainName(name)
	case load.Get(property, "x-go-name") == nil:
		w.list.Hintf(codes.PlainName, w.src.Pos(name), "add x-go-name", "the name %q is an address, which gives no good name in Go", name.Value)
	}
}

func (w *walker) parameterName(name, in *yaml.Node) {
	w.plainName(name)
	if in.Value == "header" && slices.Contains(ownHeaders, strings.ToLower(name.Value)) {
		w.list.Reportf(codes.OwnHeader, w.src.Pos(name), "the header %s belongs to the client, which sets it for every call", name.Value)
	}
}

// parameterExample refuses what the client does not send as a part of the path,
// or what does not arrive as it was in a header.
func (w *walker) parameterExample(example *yaml.Node, in string) {
	switch {
	case example == nil || example.Kind != yaml.ScalarNode:
	case in == "path" && slices.Contains([]string{"", ".", ".."}, example.Value):
		w.list.Hintf(codes.ExampleRejected, w.src.Pos(example), "write an id as the service has them", "a part of the path cannot be %q, so the example could not be sent", example.Value)
	case in == "header" && (strings.TrimSpace(example.Value) != example.Value || strings.ContainsFunc(example.Value, unicode.IsControl)):
		w.list.Reportf(codes.ExampleRejected, w.src.Pos(example), "a header cannot contain line breaks, or begin or end with a space, so the example could not be sent")
	}
}

// parameter is a parameter of a call: what a reference leads to, or itself.
func (w *walker) parameter(p *yaml.Node) *yaml.Node {
	ref := load.Get(p, "$ref")
	if ref == nil {
		return p
	}
	_, pointer, _ := strings.Cut(ref.Value, "#")
	for _, src := range []*load.Source{w.src, w.spec.Sources[load.SharedFile]} {
		if found, ok := load.At(src.Root, pointer); ok {
			return found
		}
	}
	return p
}

// requestMedia is the body of a call by its media type, or nil.
func requestMedia(op *yaml.Node) (name string, media *yaml.Node) {
	for key, value := range load.Pairs(load.Get(load.Get(op, "requestBody"), "content")) {
		return key.Value, value
	}
	return "", nil
}

// server checks the host of a call that another host than the usual one serves.
func (w *walker) server(op operation) {
	servers := load.Get(op.node, "servers")
	if servers == nil {
		return
	}
	if len(load.Items(servers)) != 1 {
		w.list.Hintf(codes.Servers, w.src.Pos(servers), "write servers: [{url: https://...}]", "a call has one server of its own")
	}
	for _, server := range load.Items(servers) {
		w.serverAddress(load.Get(server, "url"))
	}
}

func (w *walker) body(op operation) {
	body := load.Get(op.node, "requestBody")
	if body == nil {
		return
	}
	if op.method.Value == "get" || op.method.Value == "delete" {
		w.list.Hintf(codes.BodyOfGet, w.src.Pos(body), "write query parameters", "a %s call has no request body", strings.ToUpper(op.method.Value))
	}
	if required := load.Get(body, "required"); required == nil || required.Value != "true" {
		w.list.Hintf(codes.OptionalBody, w.src.Pos(body), "add required: true", "an optional request body is not generated")
	}
	content := load.Get(body, "content")
	if len(load.Keys(content)) > 1 || content != nil && len(load.Keys(content)) == 0 {
		w.list.Hintf(codes.OneMediaType, w.src.Pos(content), "write "+load.JSON+" or "+load.Form, "a request body has one media type")
	}
	_, media := requestMedia(op.node)
	if media != nil && load.Get(media, "example") == nil {
		w.list.Hintf(codes.NoExample, w.src.Pos(media), "add a realistic example; tests and documentation are made from it", "the request has no example")
	}
}
