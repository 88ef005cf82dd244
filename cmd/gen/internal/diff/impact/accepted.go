package impact

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/apichange"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/lint"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
	"github.com/stytchgen/sdk/internal/nearest"
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
	data, err := load.ReadFile(fsys, AcceptedFile, maxAccepted)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", AcceptedFile, err)
	}
	src := &load.Source{Name: AcceptedFile, Data: data}
	var list diag.List
	lint.AcceptedBreaks(src, &list)
	if list.Has(codes.EmptyFile) {
		return nil, nil
	}
	if first, _ := list.First(1); len(first) > 0 {
		return nil, fmt.Errorf("%s: %s", first[0].Pos, strings.Trim(first[0].Message+"; "+first[0].Hint, "; "))
	}
	var all []Acceptance
	for _, item := range load.Items(load.Get(src.Root, "accepted")) {
		a := Acceptance{src.Pos(item), oneLine(load.Text(item, "change")), oneLine(load.Text(item, "reason"))}
		if slices.ContainsFunc(all, func(have Acceptance) bool { return have.Change == a.Change }) {
			return nil, fmt.Errorf("%s: the change is accepted a second time", a.Pos)
		}
		all = append(all, a)
	}
	return all, nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Accept marks the breaks that are accepted, and keeps the entries that match
// none.
func (r *Report) Accept(accepted []Acceptance) {
	var open []string
	breaks := map[string][]*Change{}
	for _, c := range r.Changes {
		if c.Level == apichange.Major {
			key := oneLine(c.Key())
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
			r.Unused = append(r.Unused, Unused{a, nearest.Name(a.Change, open)})
		}
	}
}
