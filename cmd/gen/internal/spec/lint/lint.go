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
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// Structure checks the shape of each file: known keys, the right kinds of
// values, references that lead somewhere, names that are declared. It needs
// no resolved documents, so that it can say what keeps them from resolving.
func Structure(spec *load.Spec, list *diag.List) {
	for _, file := range spec.Unread {
		list.Hintf(codes.UnreadFile, file.Pos, file.Hint, "nothing reads this file")
	}
	Unwritten(spec, list)
	for _, name := range append([]string{load.SharedFile}, load.APIFiles...) {
		src := spec.Sources[name]
		if src.Root == nil {
			continue
		}
		w := &walker{spec: spec, src: src, list: list}
		w.walk(src.Root, src.Root, documentShape)
		w.areas(name)
		w.services(name)
		w.meetsShared()
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

// Drift reads drift.yaml and checks its shape.
func Drift(src *load.Source, list *diag.List) { beside(src, driftShape, list) }

// AcceptedBreaks reads accepted-breaks.yaml and checks its shape.
func AcceptedBreaks(src *load.Source, list *diag.List) { beside(src, acceptedShape, list) }

// beside reads a file that is next to the spec.
func beside(src *load.Source, s *shape, list *diag.List) {
	if src.Root = load.Parse(src, list); src.Root != nil {
		(&walker{src: src, list: list}).walk(src.Root, src.Root, s)
	}
}

// runtime checks what the client does for every call: where the service is,
// and how it knows who calls.
func (w *walker) runtime() {
	if len(operationsOf(w.src)) == 0 {
		return
	}
	servers := load.Items(load.Get(w.src.Root, "servers"))
	if len(servers) != 2 {
		w.list.Hintf(codes.Servers, w.rootKey("servers"), "write servers: [{url: https://...}, {url: https://...}]", "servers must be two: the test environment, then the live one")
	}
	first := load.Items(load.Get(w.spec.Sources[load.ConsumerFile].Root, "servers"))
	for i, server := range servers {
		address := load.Get(server, "url")
		if address == nil {
			continue
		}
		w.serverAddress(address)
		if i < len(first) && load.Get(first[i], "url") != nil && load.Get(first[i], "url").Value != address.Value {
			w.list.Reportf(codes.Servers, w.src.Pos(address), "the server is not that of %s; both packages call the same service", load.ConsumerFile)
		}
	}
	requirements := load.Items(load.Get(w.src.Root, "security"))
	if len(requirements) != 1 || len(load.Keys(requirements[0])) != 1 || load.Keys(requirements[0])[0] != "basicAuth" {
		w.list.Hintf(codes.Credentials, w.rootKey("security"), "write security: [{basicAuth: []}]", "every call carries the project's Basic credentials, and security must say so")
	}
	scheme, ok := load.At(w.src.Root, "/components/securitySchemes/basicAuth")
	if !ok || load.Text(scheme, "type") != "http" || load.Text(scheme, "scheme") != "basic" {
		w.list.Hintf(codes.Credentials, w.src.Pos(scheme), "write components.securitySchemes.basicAuth: {type: http, scheme: basic}", "the security scheme basicAuth is not HTTP Basic")
	}
}

func (w *walker) serverAddress(address *yaml.Node) {
	if address == nil {
		return
	}
	if u, err := url.Parse(address.Value); err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		w.list.Reportf(codes.Servers, w.src.Pos(address), "the server must be https:// and a host, nothing more")
	}
}

// rootKey is the place of a key of the document, or that of the document where it
// has no such key.
func (w *walker) rootKey(key string) diag.Pos {
	if value := load.Get(w.src.Root, key); value != nil {
		return w.src.Pos(value)
	}
	return w.src.Pos(w.src.Root)
}

// described finds what has no description, and so would have no comment.
func (w *walker) described() {
	for name, schema := range load.Pairs(load.Get(load.Get(w.src.Root, "components"), "schemas")) {
		w.plainName(name)
		if undescribed(schema) {
			w.list.Reportf(codes.NoDescription, w.src.Pos(name), "the schema %s has no description; it becomes the comment of the Go type or field", name.Value)
		}
		w.properties(schema)
	}
	for _, op := range operationsOf(w.src) {
		_, media := requestMedia(op.node)
		w.properties(load.Get(media, "schema"))
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

// endless finds schemas that refer to themselves without a property or a list in
// between: whether they accept a value depends on whether they do.
func (w *walker) endless() {
	for name, schema := range load.Pairs(w.schemas()) {
		if !w.leadsBack(name.Value) {
			continue
		}
		through := " through oneOf, anyOf, allOf or not"
		if load.Get(schema, "$ref") != nil {
			through = ""
		}
		w.list.Hintf(codes.HoldsItself, w.src.Pos(name), "write the properties out, or refer to another schema",
			"the schema %s refers to itself%s, so no value can be checked", name.Value, through)
	}
}

func (w *walker) schemas() *yaml.Node {
	return load.Get(load.Get(w.src.Root, "components"), "schemas")
}

// leadsBack reports whether a schema refers to itself in such a way.
func (w *walker) leadsBack(name string) bool {
	seen := map[*yaml.Node]bool{}
	var leads func(n *yaml.Node) bool
	leads = func(n *yaml.Node) bool {
		if n == nil || seen[n] {
			return false
		}
		seen[n] = true
		if ref := load.Get(n, "$ref"); ref != nil {
			target, local := strings.CutPrefix(ref.Value, "#/components/schemas/")
			return local && (target == name || leads(load.Get(w.schemas(), target))) // no other file refers to this one
		}
		branches := slices.Concat(load.Items(load.Get(n, "oneOf")), load.Items(load.Get(n, "anyOf")), load.Items(load.Get(n, "allOf")))
		if not := load.Get(n, "not"); not != nil {
			branches = append(branches, not)
		}
		return slices.ContainsFunc(branches, leads)
	}
	return leads(load.Get(w.schemas(), name))
}

// undescribed reports whether a schema has no description, neither of its own nor
// that of another one which it refers to.
func undescribed(schema *yaml.Node) bool {
	return schema.Kind == yaml.MappingNode && load.Get(schema, "description") == nil && load.Get(schema, "$ref") == nil &&
		!misspelt(schema, "description", schemaShape)
}

func (w *walker) properties(schema *yaml.Node) {
	declared := load.Keys(load.Get(schema, "properties"))
	for name, property := range load.Pairs(load.Get(schema, "properties")) {
		w.propertyName(name, property)
		if undescribed(property) && load.Get(property, "const") == nil { // Go has no field for a constant
			w.list.Reportf(codes.NoDescription, w.src.Pos(name), "the property %s has no description; it becomes the comment of the Go field", name.Value)
		}
		w.properties(property)
	}
	first := map[string]*yaml.Node{}
	for _, name := range load.Items(load.Get(schema, "required")) {
		w.once(name, first, "the required property")
		if load.Get(schema, "properties") != nil {
			w.known(name, declared, "a property of this schema", "declare it under properties")
		}
	}
}

// thirdPerson checks a sentence that continues after the name of a method or
// service: "Send sends a code."
func (w *walker) thirdPerson(n *yaml.Node) {
	w.sentence(n)
	if n == nil || isTodo(n) {
		return
	}
	words := strings.Fields(n.Value)
	if len(words) == 0 {
		return
	}
	if verb := strings.TrimRight(words[0], ",;:."); verb != "" && !strings.HasSuffix(verb, "s") {
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

// once reports a name that appears twice, with its first place.
func (w *walker) once(n *yaml.Node, first map[string]*yaml.Node, what string) {
	if earlier := first[n.Value]; earlier != nil {
		w.list.Relatef(codes.DeclaredTwice, w.src.Pos(n), "", diag.Related{Pos: w.src.Pos(earlier), Message: "first declared here"},
			"%s %q is declared twice", what, n.Value)
		return
	}
	first[n.Value] = n
}

// known reports a name that is not known; otherwise says what to do if none of the
// names is meant.
func (w *walker) known(n *yaml.Node, names []string, what, otherwise string) {
	if n.Kind == yaml.ScalarNode && n.Value != "" && !slices.Contains(names, n.Value) {
		hint := otherwise
		if near := diag.DidYouMean(n.Value, names); strings.HasSuffix(near, "?") {
			hint = near + " If not, " + otherwise
		} else if near != "" {
			hint = near + "; or " + otherwise
		}
		w.list.Hintf(codes.UnknownName, w.src.Pos(n), hint, "%q is not %s", n.Value, what)
	}
}
