// Package impact says what a change of the module does to applications: it
// joins what happened to the API with what happened to the Go packages.
package impact

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/apichange"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/gochange"
	"github.com/stytchgen/sdk/cmd/gen/internal/spec/model"
)

// Report is all that changed between two states.
type Report struct {
	// Base and Head are what the user calls the two states.
	Base, Head string
	// Changes are what changed, the worst first.
	Changes []*Change
	// Unused are the accepted breaks that nothing matches.
	Unused []Unused
	// Notes are what a reader has to know about the comparison.
	Notes []string
}

// Change is one difference: of the API, of the Go packages, or of both.
type Change struct {
	// Level is the worse of both sides.
	Level apichange.Level
	// API is what happened to the API; nil when nothing did.
	API *apichange.Change
	// Go is what happened in Go. What an earlier change of the report tells
	// already is not told again.
	Go []gochange.Change
	// Pos is where it is in HEAD, or in BASE when it is gone.
	Pos    diag.Pos
	InBase bool
	// Reason is why it is accepted, empty when it is not.
	Reason string

	// above is what happened in Go and is reported with an earlier change.
	above []gochange.Change
}

// Join puts the changes of the API and of Go together: those of the same field,
// call, type or constant are one. Each change of Go is reported once.
func Join(api []*apichange.Change, inGo []gochange.Change, head *model.SDK) []*Change {
	generated := map[apichange.Symbol]bool{}
	for _, pkg := range head.Packages {
		for _, t := range pkg.AllTypes() {
			generated[apichange.Symbol{Package: t.Package, Name: t.Name}] = true
		}
	}
	// Requests, responses and what they hold are not made to be compared with ==.
	// Otherwise the first list that the service adds to one would be a break.
	inGo = slices.DeleteFunc(slices.Clone(inGo), func(g gochange.Change) bool {
		return g.Message == gochange.NotComparable && generated[apichange.Symbol{Package: g.Package, Name: g.Symbol}]
	})
	bySymbol := map[apichange.Symbol][]int{}
	for i, g := range inGo {
		symbol := apichange.Symbol{Package: g.Package, Name: g.Symbol}
		bySymbol[symbol] = append(bySymbol[symbol], i)
	}
	claimed := make([]bool, len(inGo))
	var all []*Change
	for _, a := range api {
		c := &Change{API: a, Pos: a.Pos, InBase: a.InBase}
		for _, symbol := range a.Symbols {
			for _, i := range bySymbol[symbol] {
				claimed[i] = true
				c.Go = append(c.Go, inGo[i])
			}
		}
		all = append(all, c)
	}
	for i, g := range inGo {
		if !claimed[i] {
			all = append(all, &Change{Go: []gochange.Change{g}, Pos: g.Pos, InBase: g.InBase})
		}
	}
	all = slices.DeleteFunc(all, func(c *Change) bool {
		c.Level = max(c.apiLevel(), c.goLevel())
		return c.Level == apichange.None
	})
	slices.SortStableFunc(all, func(a, b *Change) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), a.Pos.Compare(b.Pos), cmp.Compare(a.Key(), b.Key()))
	})
	told := map[gochange.Change]bool{}
	for _, c := range all {
		c.Go = slices.DeleteFunc(c.Go, func(g gochange.Change) bool {
			if told[g] {
				c.above = append(c.above, g)
				return true
			}
			told[g] = true
			return false
		})
	}
	return all
}

func (c *Change) apiLevel() apichange.Level {
	if c.API == nil {
		return apichange.None
	}
	return c.API.Level
}

func (c *Change) goLevel() apichange.Level {
	level := apichange.None
	for _, g := range slices.Concat(c.Go, c.above) {
		if !g.Compatible {
			return apichange.Major
		}
		level = apichange.Minor
	}
	return level
}

// Key names a change in the file of accepted breaks: what happened to what, and
// not in which line.
func (c *Change) Key() string {
	if c.API != nil {
		return c.API.Subject + ": " + c.API.Text
	}
	return goText(c.Go[0])
}

// Line says in one line where, what, what it does in Go, and how bad it is.
func (c *Change) Line() string {
	return fmt.Sprintf("%s: %s%s: %s", c.place(), c.Key(), c.arrow(), c.Judgement())
}

func (c *Change) place() string {
	pos := c.Pos
	pos.Column = 0
	if c.InBase {
		return pos.String() + " in BASE"
	}
	return pos.String()
}

func (c *Change) arrow() string {
	if effect := c.Effect(3); effect != "" {
		return " -> " + effect
	}
	return ""
}

// Effect says what a change of the API does in Go, the first few parts of it.
// It is empty for a change of Go alone, and for documentation.
func (c *Change) Effect(most int) string {
	switch {
	case c.API == nil, c.Level == apichange.Patch:
		return ""
	case len(c.Go) == 0 && len(c.above) > 0:
		return "part of the change in Go above"
	case len(c.Go) == 0:
		return "Go programs compile as before"
	}
	var parts []string
	for _, g := range c.Go {
		parts = append(parts, goText(g))
	}
	return diag.Some(parts, most)
}

// Judgement says how bad it is, and for whom.
func (c *Change) Judgement() string {
	judgement := c.Level.String()
	if c.Level == apichange.Major {
		judgement = "breaking"
		switch {
		case c.API != nil && c.API.InClient && c.goLevel() < apichange.Major:
			judgement = "breaking for Go callers at run time"
		case c.goLevel() < apichange.Major:
			judgement = "breaking for the API only"
		case c.apiLevel() < apichange.Major:
			judgement = "breaking for Go callers only"
		}
	}
	if c.Reason != "" {
		judgement += " (accepted: " + c.Reason + ")"
	}
	return judgement
}

func goText(g gochange.Change) string {
	name := g.Package + "." + g.Symbol
	switch {
	case strings.HasPrefix(g.Symbol, "(*"):
		name = "(*" + g.Package + "." + g.Symbol[2:]
	case g.Kind == "package" || g.Kind == "module":
		name = g.Symbol
	}
	return fmt.Sprintf("%s `%s` %s", g.Kind, name, g.Message)
}

// Verdict is what the changes ask of the next version's number.
func (r *Report) Verdict() apichange.Level {
	verdict := apichange.None
	for _, c := range r.Changes {
		verdict = max(verdict, c.Level)
	}
	return verdict
}

// Worst is the level of the worst change that is not accepted.
func (r *Report) Worst() apichange.Level {
	worst := apichange.None
	for _, c := range r.Changes {
		if c.Reason == "" {
			worst = max(worst, c.Level)
		}
	}
	return worst
}

// count returns how many changes have a level, and how many of them are
// accepted.
func (r *Report) count(level apichange.Level) (all, accepted int) {
	for _, c := range r.Changes {
		if c.Level == level {
			all++
			if c.Reason != "" {
				accepted++
			}
		}
	}
	return all, accepted
}

// Summary counts the changes in words.
func (r *Report) Summary() string {
	var parts []string
	for _, level := range []apichange.Level{apichange.Major, apichange.Minor, apichange.Patch} {
		all, accepted := r.count(level)
		if all == 0 {
			continue
		}
		part := fmt.Sprintf("%d %s", all, map[apichange.Level]string{apichange.Major: "breaking", apichange.Minor: "minor", apichange.Patch: "patch"}[level])
		if accepted > 0 {
			part += fmt.Sprintf(" (%d accepted)", accepted)
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return "nothing that applications can see"
	}
	return strings.Join(parts, ", ")
}
