package apply

import (
	"cmp"
	"fmt"
	"slices"
	"testing/fstest"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/load"
)

// Propose works out the edits for a report. It changes nothing.
//
// A type of the spec may represent several of the service: what one of them has is then not inserted,
// as the others would differ. What spoils anything is left to a person, with a note; all else is applied.
func Propose(spec *load.Spec, report *drift.Report, there *contract.API, known *drift.Known) *Edits {
	p := proposal{spec, report, there, known}
	t := p.try(ordered(report.Differences))
	var notes []string
	for len(t.spoiled) > 0 {
		first := t.spoiled[0]
		culprit, without := p.blame(t, first)
		if culprit == nil { // several spoil it, each by itself
			var more []string
			t, more = p.oneByOne(t)
			notes = append(notes, more...)
			break
		}
		notes = append(notes, note(culprit, first))
		t = without
	}
	t.edits.Notes = append(t.edits.Notes, notes...)
	return t.edits
}

// note says what is left to a person, and why.
func note(d *drift.Difference, s spoil) string {
	return fmt.Sprintf("%s; with it, %s", what(d), s)
}

// what says what would be inserted.
func what(d *drift.Difference) string {
	if d.Kind == drift.ValueOnlyThere {
		return fmt.Sprintf("the value %q of %s", d.Value, d.Locations[0])
	}
	return d.Locations[0].String()
}

// proposal is what edits are made from, and compared with.
type proposal struct {
	spec   *load.Spec
	report *drift.Report
	there  *contract.API
	known  *drift.Known
}

// trial is the edits for some of the differences, and what they would spoil.
type trial struct {
	differences []*drift.Difference
	edits       *Edits
	spoiled     []spoil
}

func (p proposal) try(differences []*drift.Difference) trial {
	edits := insert(p.spec, differences)
	for _, d := range p.report.Differences {
		if !slices.Contains(edits.Done, d) {
			edits.Left = append(edits.Left, d)
		}
	}
	return trial{differences, edits, p.verify(edits)}
}

// blame finds the difference without whose insertion a place would not be spoiled, and returns it with
// the trial without it and its like. It returns nil if there is none.
func (p proposal) blame(t trial, first spoil) (culprit *drift.Difference, without trial) {
	for _, suspect := range t.edits.Done {
		without := p.try(slices.DeleteFunc(slices.Clone(t.differences), func(d *drift.Difference) bool {
			return d.Kind == suspect.Kind && d.Pos == suspect.Pos && d.Value == suspect.Value && d.Call == suspect.Call
		}))
		if !slices.Contains(without.spoiled, first) {
			return suspect, without
		}
	}
	return nil, trial{}
}

// oneByOne takes up one difference after the other, and leaves out those with which anything would be
// spoiled. It returns the trial with the others, and the notes.
func (p proposal) oneByOne(t trial) (trial, []string) {
	good := p.try(nil)
	var notes []string
	for _, d := range t.differences {
		with := p.try(append(slices.Clone(good.differences), d))
		if len(with.spoiled) > 0 {
			notes = append(notes, note(d, with.spoiled[0]))
			continue
		}
		good = with
	}
	return good, notes
}

// A spoil is a difference that is there only after the edits, or says that these cannot be read.
type spoil struct {
	unreadable bool
	kind       drift.Kind
	value      string
	at         drift.Location
	message    string
}

func (s spoil) String() string {
	if s.unreadable {
		return "the files could not be read: " + s.message
	}
	return fmt.Sprintf("%s would differ: %s", s.at, s.message)
}

// verify reads the files as they will be and compares them with the service: what was applied must be
// gone, and nothing new may be there. It returns what is.
func (p proposal) verify(edits *Edits) []spoil {
	fsys := fstest.MapFS{}
	for _, src := range p.spec.Files {
		fsys[src.Name] = &fstest.MapFile{Data: src.Data}
	}
	for name, data := range edits.Files {
		fsys[name] = &fstest.MapFile{Data: data}
	}
	var list diag.List
	next := load.Read(fsys, p.spec.Dir, &list)
	if list.HasErrors() {
		f := list.Sorted()[0]
		return []spoil{{unreadable: true, message: f.Pos.File + ": " + f.Message}}
	}
	report, err := drift.Check(next, p.there, p.known)
	if err != nil {
		return []spoil{{unreadable: true, message: err.Error()}}
	}
	left := map[spoil]bool{}
	for _, s := range spots(edits.Left) {
		left[s] = true
	}
	return slices.DeleteFunc(spots(report.Differences), func(s spoil) bool { return left[s] })
}

// spots takes differences apart, place by place.
func spots(differences []*drift.Difference) []spoil {
	var all []spoil
	for _, d := range differences {
		for _, at := range d.Locations {
			all = append(all, spoil{kind: d.Kind, value: d.Value, at: at, message: d.Message})
		}
	}
	return all
}

// ordered puts differences in the order in which the service names what they
// are about, so that insertions in one place follow it; calls are in that of
// their paths.
func ordered(all []*drift.Difference) []*drift.Difference {
	sorted := slices.Clone(all)
	rank := func(d *drift.Difference) int {
		if d.ThereType == nil {
			return 0
		}
		if i := slices.IndexFunc(d.ThereType.Fields, func(f *contract.Field) bool { return f.Name == d.Value }); i >= 0 {
			return i
		}
		return slices.Index(d.ThereType.Enum, d.Value)
	}
	slices.SortStableFunc(sorted, func(a, b *drift.Difference) int {
		if a.Call != nil && b.Call != nil {
			return cmp.Or(cmp.Compare(a.Call.Path, b.Call.Path), cmp.Compare(a.Call.Verb, b.Call.Verb))
		}
		return cmp.Or(a.Pos.Compare(b.Pos), rank(a)-rank(b))
	})
	return sorted
}
