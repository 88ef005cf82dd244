// Package diag is what the generator says about a spec: findings with a
// position, the line itself, a caret and what would be right.
package diag

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/stytchgen/sdk/cmd/gen/internal/codes"
)

// Pos is a place in a file. Line and Column count from 1; zero means the file
// as a whole.
type Pos struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitzero"`
	Column int    `json:"column,omitzero"`
}

func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Compare orders positions by file, line and column.
func (p Pos) Compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// conflict is how git begins the parts of a merge that it cannot make.
var conflict = regexp.MustCompile(`(?m)^(<<<<<<<|\|\|\|\|\|\|\||>>>>>>>)( |\r?$)`)

// Conflict returns the first line that marks a merge conflict, or 0.
func Conflict(data []byte) (line int) {
	if !bytes.Contains(data, []byte("<<<<<<<")) && !bytes.Contains(data, []byte("|||||||")) && !bytes.Contains(data, []byte(">>>>>>>")) {
		return 0 // the expression is slow, and nearly every file ends here
	}
	at := conflict.FindIndex(data)
	if at == nil {
		return 0
	}
	return bytes.Count(data[:at[0]], []byte("\n")) + 1
}

// Finding is one thing that is wrong, or odd, in one place.
type Finding struct {
	// Code is the kind of finding; it also tells an error from a warning.
	Code *codes.Code
	Pos  Pos
	// Message says what is wrong.
	Message string
	// Hint says what would be right.
	Hint string
	// Related points at the other party of a collision.
	Related *Related
}

// Related is a second place that a finding is about.
type Related struct {
	Pos     Pos
	Message string
}

// Severity is "error" or "warning".
func (f Finding) Severity() string {
	if f.Code.IsWarning() {
		return "warning"
	}
	return "error"
}

// List collects findings. It keeps the first errors and the first warnings of a file that is broken all
// over, and counts the others.
type List struct {
	findings []Finding
	known    map[place]bool
	kept     map[bool]int // warnings under true
	errors   bool
	dropped  int
}

type place struct {
	pos     Pos
	message string
}

// maxKept is how many errors, and how many warnings, a list keeps.
const maxKept = 10_000

// Reportf adds a finding without a hint.
func (l *List) Reportf(code *codes.Code, pos Pos, format string, args ...any) {
	l.add(Finding{Code: code, Pos: pos, Message: fmt.Sprintf(format, args...)})
}

// Hintf adds a finding whose hint says what would be right.
func (l *List) Hintf(code *codes.Code, pos Pos, hint, format string, args ...any) {
	l.add(Finding{Code: code, Pos: pos, Hint: hint, Message: fmt.Sprintf(format, args...)})
}

// Relatef adds a finding that a second place belongs to.
func (l *List) Relatef(code *codes.Code, pos Pos, hint string, second Related, format string, args ...any) {
	l.add(Finding{Code: code, Pos: pos, Hint: hint, Related: &second, Message: fmt.Sprintf(format, args...)})
}

// Conflict adds the finding of a merge conflict that begins in a line.
func (l *List) Conflict(file string, line int) {
	l.Hintf(codes.MergeConflict, Pos{File: file, Line: line, Column: 1}, "keep the version that is right, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>",
		"unresolved merge conflict")
}

// add adds a finding. A second one with the same position and message is dropped.
// So is one without a position after an error: it is about something that could
// not be read, and the error says so.
func (l *List) add(f Finding) {
	if f.Pos == (Pos{}) && l.errors && !f.Code.IsWarning() {
		return
	}
	at := place{f.Pos, f.Message}
	if l.known[at] {
		return
	}
	l.errors = l.errors || !f.Code.IsWarning()
	if l.kept[f.Code.IsWarning()] == maxKept {
		l.dropped++
		return
	}
	if l.known == nil {
		l.known, l.kept = map[place]bool{}, map[bool]int{}
	}
	l.known[at] = true
	l.kept[f.Code.IsWarning()]++
	l.findings = append(l.findings, f)
}

// Dropped is how many findings there were beyond those that are kept.
func (l *List) Dropped() int { return l.dropped }

// Sorted returns the findings by file, line and column.
func (l *List) Sorted() []Finding {
	sorted := slices.Clone(l.findings)
	slices.SortStableFunc(sorted, byPlace)
	return sorted
}

func byPlace(a, b Finding) int {
	return cmp.Or(a.Pos.Compare(b.Pos), cmp.Compare(a.Message, b.Message))
}

// Shown is how many findings a person is shown who does not ask for all.
const Shown = 50

// First returns at most most findings, by position, and how many there are beyond these. Errors go before
// warnings when there are too many.
func (l *List) First(most int) (first []Finding, more int) {
	first = l.Sorted()
	if len(first) > most {
		slices.SortStableFunc(first, func(a, b Finding) int { return cmp.Compare(a.Severity(), b.Severity()) })
		first = first[:most]
		slices.SortStableFunc(first, byPlace)
	}
	return first, len(l.findings) - len(first) + l.dropped
}

// HasErrors reports whether any finding stops the generator.
func (l *List) HasErrors() bool { return l.errors }

// Has reports whether a finding of that code is kept.
func (l *List) Has(code *codes.Code) bool {
	return slices.ContainsFunc(l.findings, func(f Finding) bool { return f.Code == code })
}

// ErrorWithin reports whether a kept error is on the lines of a file.
func (l *List) ErrorWithin(file string, from, to int) bool {
	return slices.ContainsFunc(l.findings, func(f Finding) bool {
		return !f.Code.IsWarning() && f.Pos.File == file && from <= f.Pos.Line && f.Pos.Line <= to
	})
}
