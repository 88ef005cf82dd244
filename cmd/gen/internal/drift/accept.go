package drift

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// File is the name of the file of known differences in the spec's folder.
const File = load.DriftFile

// Known is what spec/drift.yaml holds.
type Known struct {
	// Scope are the path prefixes of the calls that the spec is about.
	Scope []string
	// Accepted are the differences that a person looked at and accepted.
	Accepted []*Accepted
}

// Accepted is one entry of spec/drift.yaml.
type Accepted struct {
	Pos diag.Pos
	// Call is a call as Location has it, or "*" for all.
	Call string
	// Field is the way to a field as Location has it; a ** in it matches any
	// way. Empty for the call as a whole.
	Field string
	Drift Kind
	// Value is the value, name or type that differs; empty for any.
	Value    string
	Reason   string
	Upstream string

	field *regexp.Regexp
	used  bool
}

// ReadKnown reads spec/drift.yaml. Without the file nothing is accepted and
// the scope is everything.
func ReadKnown(root, name string) (*Known, error) {
	path := filepath.Join(root, filepath.FromSlash(name))
	if _, err := os.Lstat(path); err != nil {
		if os.IsNotExist(err) {
			return &Known{Scope: []string{"/"}}, nil
		}
		return nil, contract.Errorf(diag.Pos{File: name}, "cannot be read: %v", err.(*fs.PathError).Err)
	}
	data, err := contract.ReadFile(path, 1<<20)
	if err != nil {
		return nil, err
	}
	return ParseKnown(name, data)
}

// ParseKnown is ReadKnown for bytes.
func ParseKnown(name string, data []byte) (*Known, error) {
	top, err := contract.ParseYAML(name, data)
	if err != nil {
		return nil, err
	}
	k := &Known{}
	for key, value := range load.Pairs(top) {
		switch key.Value {
		case "scope":
			k.Scope, err = scope(name, value)
		case "accepted":
			k.Accepted, err = entries(name, value)
		default:
			err = contract.Errorf(pos(name, key), "unknown key %q; the file has scope and accepted", key.Value)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(k.Scope) == 0 {
		return nil, contract.Errorf(diag.Pos{File: name}, "the file needs scope: the path prefixes of the calls that the spec is about")
	}
	return k, nil
}

func pos(file string, n *yaml.Node) diag.Pos {
	return diag.Pos{File: file, Line: n.Line, Column: n.Column}
}

func scope(file string, list *yaml.Node) ([]string, error) {
	var prefixes []string
	for _, n := range list.Content {
		if list.Kind != yaml.SequenceNode || n.Kind != yaml.ScalarNode || !strings.HasPrefix(n.Value, "/") {
			return nil, contract.Errorf(pos(file, n), "scope is a list of path prefixes such as /v1/otps")
		}
		prefixes = append(prefixes, n.Value)
	}
	return prefixes, nil
}

func entries(file string, list *yaml.Node) ([]*Accepted, error) {
	if list.Kind != yaml.SequenceNode {
		return nil, contract.Errorf(pos(file, list), "accepted must be a list, not %s", load.Describe(list))
	}
	var all []*Accepted
	for _, n := range list.Content {
		e, err := entry(file, n)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

func entry(file string, n *yaml.Node) (*Accepted, error) {
	e := &Accepted{Pos: pos(file, n)}
	kind := ""
	keys := map[string]*string{"call": &e.Call, "field": &e.Field, "drift": &kind, "value": &e.Value, "reason": &e.Reason, "upstream": &e.Upstream}
	for key, value := range load.Pairs(n) {
		to := keys[key.Value]
		if to == nil {
			return nil, contract.Errorf(pos(file, key), "unknown key %q; an entry has call, field, drift, value, reason and upstream", key.Value)
		}
		if value.Kind != yaml.ScalarNode || strings.TrimSpace(value.Value) == "" {
			return nil, contract.Errorf(pos(file, value), "%s must be a text, not %s", key.Value, load.Describe(value))
		}
		*to = value.Value
	}
	for _, key := range []string{"call", "drift", "reason", "upstream"} {
		if *keys[key] == "" {
			return nil, contract.Errorf(e.Pos, "the entry needs %s", key)
		}
	}
	e.Drift = Kind(kind)
	if !slices.Contains(Kinds, e.Drift) {
		return nil, contract.Errorf(e.Pos, "drift cannot be %q; it is one of %s", kind, joined(Kinds))
	}
	e.field = regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(e.Field), `\*\*`, ".*") + "$")
	return e, nil
}

func joined(kinds []Kind) string {
	texts := make([]string, len(kinds))
	for i, k := range kinds {
		texts[i] = string(k)
	}
	return strings.Join(texts, ", ")
}

func (e *Accepted) matches(d *Difference, at Location) bool {
	return e.Drift == d.Kind && (e.Call == "*" || e.Call == at.Call) && (e.Value == "" || e.Value == d.Value) && e.field.MatchString(at.Field)
}

// String says which differences an entry accepts.
func (e *Accepted) String() string {
	return strings.Join(strings.Fields(fmt.Sprint(e.Drift, " ", e.Value, " at ", e.Call, " ", e.Field)), " ")
}

// Accept takes the accepted places out of the differences. It returns what is
// left, how many places it took out, and the entries that matched none though
// they were written about the same kind of upstream.
func (k *Known) Accept(found []*Difference, source string) (left []*Difference, accepted int, unused []*Accepted) {
	for _, d := range found {
		rest := slices.DeleteFunc(slices.Clone(d.Locations), func(at Location) bool {
			hit := false
			for _, e := range k.Accepted {
				if e.matches(d, at) {
					e.used, hit = true, true
				}
			}
			return hit
		})
		accepted += len(d.Locations) - len(rest)
		if len(rest) > 0 {
			d.Locations = rest
			left = append(left, d)
		}
	}
	kind, _, _ := strings.Cut(source, " ")
	for _, e := range k.Accepted {
		if of, _, _ := strings.Cut(e.Upstream, " "); !e.used && of == kind {
			unused = append(unused, e)
		}
	}
	return left, accepted, unused
}
