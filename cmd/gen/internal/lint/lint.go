// Package lint answers whether a spec is one that the generator can honour. It
// reports everything that is wrong, and refuses what would otherwise be
// skipped in silence.
package lint

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/load"
)

// Structure checks the shape of each file: known keys, the right kinds of
// values, references that lead somewhere, names that are declared. It needs
// no resolved documents, so that it can say what keeps them from resolving.
func Structure(spec *load.Spec, list *diag.List) {
	Unwritten(spec, list)
	for _, name := range append([]string{load.SharedFile}, load.APIFiles...) {
		src := spec.Sources[name]
		if src.Root == nil {
			continue
		}
		w := &walker{spec: spec, src: src, list: list}
		w.walk(src.Root, src.Root, documentShape)
		w.operations()
		w.described()
		w.endless()
		w.runtime()
	}
	if src := spec.Sources[load.ErrorsFile]; src.Root != nil {
		w := &walker{spec: spec, src: src, list: list}
		w.walk(src.Root, src.Root, errorsShape)
		w.catalog()
	}
}

// runtime checks what the client does for every call: where the service is,
// and how it knows who calls.
func (w *walker) runtime() {
	if len(operationsOf(w.src)) == 0 {
		return
	}
	servers := items(load.Get(w.src.Root, "servers"))
	if len(servers) != 2 {
		w.list.Reportf(codes.Servers, w.src.Pos(load.Get(w.src.Root, "servers")), "servers must be two: the test environment, then the live one")
	}
	first := items(load.Get(w.spec.Sources[load.ConsumerFile].Root, "servers"))
	for i, server := range servers {
		address := load.Get(server, "url")
		if address == nil {
			continue
		}
		if u, err := url.Parse(address.Value); err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
			w.list.Reportf(codes.Servers, w.src.Pos(address), "the server must be https:// and a host, nothing more")
		}
		if i < len(first) && load.Get(first[i], "url") != nil && load.Get(first[i], "url").Value != address.Value {
			w.list.Reportf(codes.Servers, w.src.Pos(address), "the server is not that of %s; both packages call the same service", load.ConsumerFile)
		}
	}
	requirements := items(load.Get(w.src.Root, "security"))
	if len(requirements) != 1 || len(load.Keys(requirements[0])) != 1 || load.Keys(requirements[0])[0] != "basicAuth" {
		w.list.Hintf(codes.Credentials, w.src.Pos(load.Get(w.src.Root, "security")), "write security: [{basicAuth: []}]", "every call carries the project's Basic credentials, and security must say so")
	}
	scheme, ok := load.At(w.src.Root, "/components/securitySchemes/basicAuth")
	if !ok || scalarOf(scheme, "type") != "http" || scalarOf(scheme, "scheme") != "basic" {
		w.list.Hintf(codes.Credentials, w.src.Pos(scheme), "write components.securitySchemes.basicAuth: {type: http, scheme: basic}", "the security scheme basicAuth is not HTTP Basic")
	}
}

func scalarOf(n *yaml.Node, key string) string {
	if v := load.Get(n, key); v != nil && v.Kind == yaml.ScalarNode {
		return v.Value
	}
	return ""
}

// described finds what has no description, and so would have no comment.
func (w *walker) described() {
	for name, schema := range load.Pairs(load.Get(load.Get(w.src.Root, "components"), "schemas")) {
		w.plainName(name)
		if load.Get(schema, "description") == nil && !misspelt(schema, "description", schemaShape) {
			w.list.Reportf(codes.NoDescription, w.src.Pos(name), "the schema %s has no description; it becomes the comment of the Go type or field", name.Value)
		}
		w.properties(schema)
	}
	for _, op := range operationsOf(w.src) {
		media, _ := load.At(op.node, "/requestBody/content/application~1json/schema")
		w.properties(media)
		answer, ok := load.At(op.node, "/responses/200/content/application~1json")
		if !ok {
			continue
		}
		w.properties(load.Get(answer, "schema"))
		if load.Get(answer, "example") == nil {
			w.list.Hintf(codes.NoExample, w.src.Pos(answer), "add a realistic example; tests and documentation are made from it", "the response has no example")
		}
	}
}

// endless finds schemas that are a choice of themselves: whether they accept a
// value depends on whether they do.
func (w *walker) endless() {
	schemas := load.Get(load.Get(w.src.Root, "components"), "schemas")
	for name := range load.Pairs(schemas) {
		seen := map[*yaml.Node]bool{}
		var leads func(n *yaml.Node) bool
		leads = func(n *yaml.Node) bool {
			if ref := load.Get(n, "$ref"); ref != nil {
				target, local := strings.CutPrefix(ref.Value, "#/components/schemas/")
				if local && target == name.Value {
					return true
				}
				n = load.Get(schemas, target) // another file leads not back to this one
			}
			if n == nil || seen[n] {
				return false
			}
			seen[n] = true
			branches := append(items(load.Get(n, "oneOf")), items(load.Get(n, "allOf"))...)
			if not := load.Get(n, "not"); not != nil {
				branches = append(branches, not)
			}
			return slices.ContainsFunc(branches, leads)
		}
		if leads(load.Get(schemas, name.Value)) {
			w.list.Hintf(codes.HoldsItself, w.src.Pos(name), "write the properties out, or refer to another schema",
				"the schema %s is a choice of itself, which no value can decide", name.Value)
		}
	}
}

func (w *walker) properties(schema *yaml.Node) {
	declared := load.Keys(load.Get(schema, "properties"))
	for name, property := range load.Pairs(load.Get(schema, "properties")) {
		w.plainName(name)
		if load.Get(property, "description") == nil && load.Get(property, "$ref") == nil && !misspelt(property, "description", schemaShape) {
			w.list.Reportf(codes.NoDescription, w.src.Pos(name), "the property %s has no description; it becomes the comment of the Go field", name.Value)
		}
		w.properties(property)
	}
	first := map[string]*yaml.Node{}
	for _, name := range items(load.Get(schema, "required")) {
		w.once(name, first, "the required property")
		if load.Get(schema, "properties") != nil {
			w.known(name, declared, "a property of this schema")
		}
	}
}

// thirdPerson checks a sentence that goes on after the name of a method or
// service: "Send sends a code."
func (w *walker) thirdPerson(n *yaml.Node) {
	w.sentence(n)
	if n == nil || isTodo(n) {
		return
	}
	verb, _, _ := strings.Cut(n.Value, " ")
	if verb = strings.TrimRight(verb, ",;:."); verb != "" && !strings.HasSuffix(verb, "s") {
		w.list.Hintf(codes.ThirdPerson, w.src.Pos(n), "begin with what it does: Sends, Lists, Checks", "this sentence goes on after a name, so it begins with a verb in the third person, not with %q", verb)
	}
}

// sentence checks a text that becomes part of a doc comment.
func (w *walker) sentence(n *yaml.Node) {
	if n == nil || n.Kind != yaml.ScalarNode || n.Value == "" || isTodo(n) {
		return
	}
	first, _ := utf8.DecodeRuneInString(n.Value)
	if !unicode.IsUpper(first) || !strings.HasSuffix(strings.TrimSpace(n.Value), ".") {
		w.list.Reportf(codes.Sentence, w.src.Pos(n), "this text becomes a sentence of the documentation; begin it with a capital letter and end it with a full stop")
	}
}

// once reports a name that stands twice, with its first place.
func (w *walker) once(n *yaml.Node, first map[string]*yaml.Node, what string) {
	if earlier := first[n.Value]; earlier != nil {
		w.list.Relatef(codes.DeclaredTwice, w.src.Pos(n), "", diag.Related{Pos: w.src.Pos(earlier), Message: "first declared here"},
			"%s %q is declared twice", what, n.Value)
		return
	}
	first[n.Value] = n
}

func (w *walker) known(n *yaml.Node, names []string, what string) {
	w.knownOr(n, names, what, "")
}

// knownOr reports a name that is not known; the hint may go on with otherwise.
func (w *walker) knownOr(n *yaml.Node, names []string, what, otherwise string) {
	if n.Kind == yaml.ScalarNode && n.Value != "" && !slices.Contains(names, n.Value) {
		hint := diag.DidYouMean(n.Value, names)
		if hint != "" && otherwise != "" {
			hint += " "
		}
		w.list.Hintf(codes.UnknownName, w.src.Pos(n), hint+otherwise, "%q is not %s", n.Value, what)
	}
}

// items returns the items of a list, or none.
func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}
