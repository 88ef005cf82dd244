package drift

import (
	"fmt"
	"io"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/drift/contract"
)

// Report is the result of a comparison.
type Report struct {
	// Source names the service's description: "npm stytch 14.2.0".
	Source string
	// Calls is how many calls the spec has, and Compared how many of them were
	// compared.
	Calls, Compared int
	// Differences are those that are not accepted.
	Differences []*Difference
	// Accepted counts the places that entries of drift.yaml accept.
	Accepted int
	// Unused are the entries that no longer match any difference.
	Unused []*Accepted
	// Unwritten are the texts of the spec that are still to be written.
	Unwritten diag.List
	// Outside are the service's calls outside of the scope.
	Outside []*contract.Call
	// ListOutside asks for a list of them, not just their number.
	ListOutside bool
}

// Clean reports whether there is nothing for a person to do.
func (r *Report) Clean() bool {
	return len(r.Differences) == 0 && len(r.Unused) == 0 && !r.Unwritten.HasErrors()
}

// Formats are the names of the formats that Write knows.
var Formats = []string{"text", "markdown", "json", "github"}

// Write writes the report in a format.
func (r *Report) Write(w io.Writer, format string) error {
	write := map[string]func(*strings.Builder){"text": r.text, "markdown": r.markdown, "json": r.json, "github": r.github}[format]
	if write == nil {
		return fmt.Errorf("the format %q is not one of %s", format, strings.Join(Formats, ", "))
	}
	var b strings.Builder
	write(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

const unusedMessage = "this entry no longer matches any difference; remove it"

// summary is the last line of a report for people.
func (r *Report) summary() string {
	var parts []string
	bySeverity := map[Severity]int{}
	for _, d := range r.Differences {
		bySeverity[d.Severity]++
	}
	if n := bySeverity[Wrong] + bySeverity[Lacking]; n > 0 {
		parts = append(parts, fmt.Sprintf("%s (%d wrong, %d lacking)", diag.Count(n, "difference"), bySeverity[Wrong], bySeverity[Lacking]))
	} else {
		parts = append(parts, "no difference")
	}
	if n := bySeverity[Unknown]; n > 0 {
		parts = append(parts, diag.Count(n, "body not compared", "bodies not compared"))
	}
	if n := len(r.Unused); n > 0 {
		parts = append(parts, diag.Count(n, "entry", "entries")+" of "+File+" to remove")
	}
	if _, n := r.Unwritten.First(0); n > 0 {
		parts = append(parts, diag.Count(n, "text")+" to write")
	}
	compared := diag.Count(r.Compared, "call")
	if r.Compared < r.Calls {
		compared = fmt.Sprintf("%d of %s", r.Compared, diag.Count(r.Calls, "call"))
	}
	return fmt.Sprintf("%s: %s; %d accepted; %s compared, %d outside of the scope",
		r.Source, strings.Join(parts, ", "), r.Accepted, compared, len(r.Outside))
}

// moreTexts says how many texts are to be written beyond those that are shown.
func moreTexts(n int) string {
	return fmt.Sprintf("... and %s to write; gen check --all shows them", diag.Count(n, "more text"))
}

// shownPlaces is how many places of a difference are shown to people.
const shownPlaces = 3

// at is where to look: in the spec or, for what the spec has nothing of, in
// the service's description.
func (d *Difference) at() diag.Pos {
	if d.Pos.File == "" {
		return d.There
	}
	return d.Pos
}

func (r *Report) text(b *strings.Builder) {
	for _, d := range r.Differences {
		fmt.Fprintf(b, "%s: %s: %s\n", d.at(), d.Severity, diag.Clean(d.Message))
		for i, at := range d.Locations {
			if i == shownPlaces {
				fmt.Fprintf(b, "  and in %s\n", diag.Count(len(d.Locations)-i, "other place"))
				break
			}
			fmt.Fprintf(b, "  at %s\n", diag.Clean(at.String()))
		}
		if d.There.File != "" && d.There != d.at() {
			fmt.Fprintf(b, "  there: %s\n", diag.Clean(d.There.String()))
		}
	}
	for _, e := range r.Unused {
		fmt.Fprintf(b, "%s: unused: %s\n  %s\n", e.Pos, unusedMessage, diag.Clean(e.String()))
	}
	unwritten, more := r.Unwritten.First(diag.Shown)
	for _, f := range unwritten {
		fmt.Fprintf(b, "%s: unwritten: %s\n", f.Pos, diag.Clean(f.Message))
	}
	if more > 0 {
		fmt.Fprintln(b, moreTexts(more))
	}
	if len(unwritten) > 0 {
		fmt.Fprintf(b, "  hint: %s\n", diag.Clean(unwritten[0].Hint))
	}
	if r.ListOutside {
		fmt.Fprintf(b, "outside of the scope:\n")
		for _, c := range r.Outside {
			fmt.Fprintf(b, "  %s\n", diag.Clean(c.String()+c.Where()))
		}
	}
	fmt.Fprintln(b, diag.Clean(r.summary()))
}

func (r *Report) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "## The spec and %s\n\n%s.\n", diag.Cell(r.Source), diag.Cell(r.summary()))
	for _, severity := range []struct {
		is    Severity
		title string
	}{{Wrong, "The spec says what the service does not do"}, {Unknown, "What could not be compared"}, {Lacking, "The service does what the spec does not say"}} {
		rows := 0
		for _, d := range r.Differences {
			if d.Severity != severity.is {
				continue
			}
			if rows++; rows == 1 {
				fmt.Fprintf(b, "\n### %s\n\n| Where | What | At | There |\n|---|---|---|---|\n", severity.title)
			}
			more := ""
			if n := len(d.Locations) - 1; n > 0 {
				more = " and " + diag.Count(n, "other place")
			}
			there := ""
			if d.There.File != "" {
				there = diag.Span(d.There.String())
			}
			fmt.Fprintf(b, "| %s | %s | %s%s | %s |\n", diag.Span(d.at().String()), diag.Cell(d.Message), diag.Span(d.Locations[0].String()), more, there)
		}
	}
	if len(r.Unused) > 0 {
		fmt.Fprintf(b, "\n### Entries that no longer match any difference\n\n")
		for _, e := range r.Unused {
			fmt.Fprintf(b, "- %s: %s\n", diag.Span(e.Pos.String()), diag.Span(e.String()))
		}
	}
	if unwritten, more := r.Unwritten.First(diag.Shown); len(unwritten) > 0 {
		fmt.Fprintf(b, "\n### Texts to write\n\n")
		for _, f := range unwritten {
			fmt.Fprintf(b, "- %s: %s\n", diag.Span(f.Pos.String()), diag.Cell(f.Message))
		}
		if more > 0 {
			fmt.Fprintf(b, "- %s\n", moreTexts(more))
		}
	}
	if r.ListOutside {
		fmt.Fprintf(b, "\n### Outside of the scope\n\n")
		for _, c := range r.Outside {
			fmt.Fprintf(b, "- %s\n", diag.Span(c.String()+c.Where()))
		}
	}
}

func (r *Report) github(b *strings.Builder) {
	annotate := func(level string, pos diag.Pos, title, message string) {
		_ = diag.Annotation(b, level, pos, title, message) // a Builder takes everything
	}
	for _, d := range r.Differences {
		level := "warning"
		if d.Severity == Wrong {
			level = "error"
		}
		where := make([]string, len(d.Locations))
		for i, at := range d.Locations {
			where[i] = at.String()
		}
		annotate(level, d.Pos, string(d.Kind), d.Message+"\n"+strings.Join(where, "\n"))
	}
	for _, e := range r.Unused {
		annotate("warning", e.Pos, "unused", unusedMessage)
	}
	unwritten, more := r.Unwritten.First(diag.Shown)
	for _, f := range unwritten {
		annotate("error", f.Pos, "unwritten", f.Message)
	}
	if more > 0 {
		annotate("notice", diag.Pos{}, "unwritten", moreTexts(more))
	}
	annotate("notice", diag.Pos{}, "drift", r.summary())
}

type jsonDifference struct {
	Kind      Kind       `json:"kind"`
	Severity  Severity   `json:"severity"`
	Message   string     `json:"message"`
	Value     string     `json:"value,omitzero"`
	Pos       diag.Pos   `json:"pos"`
	There     *diag.Pos  `json:"there,omitempty"`
	Locations []Location `json:"places"`
}

type jsonEntry struct {
	Pos     diag.Pos `json:"pos"`
	Message string   `json:"message"`
}

func (r *Report) json(b *strings.Builder) {
	out := struct {
		Source      string           `json:"source"`
		Clean       bool             `json:"clean"`
		Calls       int              `json:"calls"`
		Compared    int              `json:"compared"`
		Differences []jsonDifference `json:"differences"`
		Accepted    int              `json:"accepted"`
		Unused      []jsonEntry      `json:"unused"`
		Unwritten   []jsonEntry      `json:"unwritten"`
		Outside     int              `json:"outside"`
		OutsideAre  []string         `json:"outside_calls,omitempty"`
	}{Source: r.Source, Clean: r.Clean(), Calls: r.Calls, Compared: r.Compared, Accepted: r.Accepted, Outside: len(r.Outside),
		Differences: []jsonDifference{}, Unused: []jsonEntry{}, Unwritten: []jsonEntry{}}
	for _, d := range r.Differences {
		j := jsonDifference{Kind: d.Kind, Severity: d.Severity, Message: d.Message, Value: d.Value, Pos: d.at(), Locations: d.Locations}
		if d.There.File != "" {
			j.There = &d.There
		}
		out.Differences = append(out.Differences, j)
	}
	for _, e := range r.Unused {
		out.Unused = append(out.Unused, jsonEntry{e.Pos, unusedMessage + ": " + e.String()})
	}
	for _, f := range r.Unwritten.Sorted() {
		out.Unwritten = append(out.Unwritten, jsonEntry{f.Pos, f.Message})
	}
	if r.ListOutside {
		for _, c := range r.Outside {
			out.OutsideAre = append(out.OutsideAre, c.String()+c.Where())
		}
	}
	_ = diag.JSON(b, out) // a Builder takes everything
}
