package drift

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/lint"
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
	Upstream string

	field *regexp.Regexp
	used  bool
}

// ReadKnown reads spec/drift.yaml. Without the file nothing is accepted and
// the scope is everything.
func ReadKnown(root, name string) (*Known, error) {
	data, err := load.ReadFile(os.DirFS(root), name, 1<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return &Known{Scope: []string{"/"}}, nil
	}
	if err != nil {
		return nil, contract.Errorf(diag.Pos{File: name}, "cannot be read: %v", err)
	}
	return ParseKnown(name, data)
}

// ParseKnown is ReadKnown for bytes.
func ParseKnown(name string, data []byte) (*Known, error) {
	src := &load.Source{Name: name, Data: data}
	var list diag.List
	lint.Drift(src, &list)
	if err := contract.First(&list); err != nil {
		return nil, err
	}
	k := &Known{}
	for _, n := range load.Items(load.Get(src.Root, "scope")) {
		if !strings.HasPrefix(n.Value, "/") {
			return nil, contract.Errorf(src.Pos(n), "scope is a list of path prefixes such as /v1/otps")
		}
		k.Scope = append(k.Scope, n.Value)
	}
	for _, n := range load.Items(load.Get(src.Root, "accepted")) {
		e := &Accepted{
			Pos: src.Pos(n), Call: load.Text(n, "call"), Field: load.Text(n, "field"), Drift: Kind(load.Text(n, "drift")),
			Value: load.Text(n, "value"), Upstream: load.Text(n, "upstream"),
		}
		if !slices.Contains(Kinds, e.Drift) {
			return nil, contract.Errorf(e.Pos, "drift cannot be %q; it is one of %s", e.Drift, joined(Kinds))
		}
		e.field = regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(e.Field), `\*\*`, ".*") + "$")
		k.Accepted = append(k.Accepted, e)
	}
	if len(k.Scope) == 0 {
		return nil, contract.Errorf(diag.Pos{File: name}, "the file needs scope: the path prefixes of the calls that the spec is about")
	}
	return k, nil
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
