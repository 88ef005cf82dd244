package impact

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/apichange"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// AcceptedFile is the file of the accepted breaks, below the module's root.
const AcceptedFile = "spec/" + load.AcceptedFile

// Acceptance is a break that is meant.
type Acceptance struct {
	Pos diag.Pos
	// Change is the break's key, Reason why it is made.
	Change, Reason string
}

// Unused is an acceptance that nothing matches.
type Unused struct {
	Acceptance
	// Hint is the break that may be meant.
	Hint string
}

// maxAccepted bounds the file: far above what a person would write.
const maxAccepted = 1 << 20

// ReadAccepted reads the accepted breaks. There are none when there is no file.
// An error says where the file is wrong.
func ReadAccepted(fsys fs.FS) ([]Acceptance, error) {
	file, err := fsys.Open(AcceptedFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxAccepted+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxAccepted {
		return nil, fmt.Errorf("%s: more than %d bytes", AcceptedFile, maxAccepted)
	}
	return parseAccepted(data)
}

func parseAccepted(data []byte) (all []Acceptance, err error) {
	defer func() {
		if p := recover(); p != nil { // the parser's, on hostile input
			all, err = nil, fmt.Errorf("%s: not YAML: %v", AcceptedFile, p)
		}
	}()
	var doc yaml.Node
	err = yaml.NewDecoder(bytes.NewReader(data)).Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: not YAML: %s", AcceptedFile, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	root := doc.Content[0]
	if err := keys(root, "accepted"); err != nil {
		return nil, err
	}
	list := load.Get(root, "accepted")
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil, wrong(root, "write accepted: and a list of entries with change and reason")
	}
	seen := map[string]bool{}
	for _, item := range list.Content {
		if err := keys(item, "change", "reason"); err != nil {
			return nil, err
		}
		change, reason := text(item, "change"), text(item, "reason")
		switch {
		case change == "":
			return nil, wrong(item, "the entry has no change; gen diff prints what to write")
		case reason == "":
			return nil, wrong(item, "the entry has no reason: say why applications have to bear this break")
		case seen[change]:
			return nil, wrong(item, "the change is accepted a second time")
		}
		seen[change] = true
		all = append(all, Acceptance{Pos: diag.Pos{File: AcceptedFile, Line: item.Line, Column: item.Column}, Change: change, Reason: reason})
	}
	return all, nil
}

func text(n *yaml.Node, key string) string {
	value := load.Get(n, key)
	if value == nil || value.Kind != yaml.ScalarNode {
		return ""
	}
	return strings.Join(strings.Fields(value.Value), " ")
}

// keys wants a mapping with no other keys than these, and none twice.
func keys(n *yaml.Node, known ...string) error {
	if n.Kind != yaml.MappingNode {
		return wrong(n, "this is %s, not a mapping with %s", load.Describe(n), strings.Join(known, " and "))
	}
	seen := map[string]bool{}
	for key := range load.Pairs(n) {
		switch hint := diag.DidYouMean(key.Value, known); {
		case seen[key.Value]:
			return wrong(key, "the key %q appears here a second time", key.Value)
		case !slices.Contains(known, key.Value):
			return wrong(key, "unknown key %q; %s", key.Value, hint)
		}
		seen[key.Value] = true
	}
	return nil
}

func wrong(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s: %s", diag.Pos{File: AcceptedFile, Line: n.Line, Column: n.Column}, fmt.Sprintf(format, args...))
}

// Accept marks the breaks that are accepted, and keeps the entries that match
// none.
func (r *Report) Accept(accepted []Acceptance) {
	var open []string
	breaks := map[string][]*Change{}
	for _, c := range r.Changes {
		if c.Level == apichange.Major {
			key := strings.Join(strings.Fields(c.Key()), " ")
			breaks[key] = append(breaks[key], c)
		}
	}
	for _, a := range accepted {
		for _, c := range breaks[a.Change] {
			c.Reason = a.Reason
		}
	}
	for key, changes := range breaks {
		if changes[0].Reason == "" {
			open = append(open, key)
		}
	}
	for _, a := range accepted {
		if breaks[a.Change] == nil {
			r.Unused = append(r.Unused, Unused{a, diag.Nearest(a.Change, open)})
		}
	}
}
