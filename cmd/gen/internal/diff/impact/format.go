package impact

import (
	"fmt"
	"io"
	"strings"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/apichange"
	"github.com/stytchgen/sdk/cmd/gen/internal/diff/gochange"
)

// Formats are the ways to write a report.
var Formats = map[string]func(io.Writer, *Report) error{
	"text": Text, "markdown": Markdown, "json": JSON, "github": GitHub,
}

// titles are the headings of the levels, the worst first.
var titles = []struct {
	level apichange.Level
	title string
}{
	{apichange.Major, "Breaking"}, {apichange.Minor, "Minor"}, {apichange.Patch, "Patch"},
}

// mostEffects is how many changes in Go a reader gets to see for one change of
// the API. JSON has all.
const mostEffects = 4

// Text writes a report for a terminal.
func Text(w io.Writer, r *Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s -> %s: %s\n%s\n", r.Base, r.Head, r.Verdict(), r.Summary())
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	for _, section := range titles {
		if all, _ := r.count(section.level); all == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", section.title)
		for _, c := range r.Changes {
			if c.Level == section.level {
				c.text(&b)
			}
		}
	}
	r.unused(&b)
	r.advice(&b)
	_, err := io.WriteString(w, diag.CleanLines(b.String()))
	return err
}

func (c *Change) text(b *strings.Builder) {
	judgement := ""
	if c.Level == apichange.Major {
		judgement = ": " + c.Judgement()
	}
	effect := c.Effect(mostEffects)
	if effect == "" {
		fmt.Fprintf(b, "  %s: %s%s\n", c.place(), c.Key(), judgement)
		return
	}
	fmt.Fprintf(b, "  %s: %s\n", c.place(), c.Key())
	if len(c.API.Calls) > 1 {
		fmt.Fprintf(b, "      in %d calls: %s\n", len(c.API.Calls), diag.Some(c.API.Calls, mostEffects))
	}
	fmt.Fprintf(b, "      -> %s%s\n", effect, judgement)
}

func (r *Report) unused(b *strings.Builder) {
	for i, u := range r.Unused {
		if i == 0 {
			b.WriteString("\n")
		}
		pos := u.Pos
		pos.Column = 0
		fmt.Fprintf(b, "%s: warning: %s\n", pos, u.message())
	}
}

func (u Unused) message() string {
	if u.Hint != "" {
		return fmt.Sprintf("the accepted break %q matches none; did you mean %q?", u.Change, u.Hint)
	}
	return fmt.Sprintf("the accepted break %q matches none; remove it", u.Change)
}

// advice says how the first break that is not accepted would be.
func (r *Report) advice(b *strings.Builder) {
	for _, c := range r.Changes {
		if c.Level == apichange.Major && c.Reason == "" {
			fmt.Fprintf(b, "\nTo accept a break that is meant, copy it into %s, without its position:\n", AcceptedFile)
			fmt.Fprintf(b, "  accepted:\n    - change: '%s'\n      reason: why applications have to bear it\n", strings.ReplaceAll(c.Key(), "'", "''"))
			return
		}
	}
}

// Markdown writes a report for a pull request.
func Markdown(w io.Writer, r *Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## What this changes for applications: %s\n\n`%s` → `%s`: %s.\n", r.Verdict(), r.Base, r.Head, r.Summary())
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "\n> %s\n", diag.Cell(note))
	}
	for _, section := range titles {
		if all, _ := r.count(section.level); all == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n### %s\n\n| Where | What | In Go |", section.title)
		major := section.level == apichange.Major
		if major {
			b.WriteString(" Judgement |\n|---|---|---|---|\n")
		} else {
			b.WriteString("\n|---|---|---|\n")
		}
		for _, c := range r.Changes {
			if c.Level != section.level {
				continue
			}
			fmt.Fprintf(&b, "| %s | %s | %s |", diag.Cell(c.place()), diag.Cell(c.Key()), diag.Cell(c.Effect(mostEffects)))
			if major {
				fmt.Fprintf(&b, " %s |", diag.Cell(c.Judgement()))
			}
			b.WriteString("\n")
		}
	}
	if len(r.Unused) > 0 {
		b.WriteString("\n### Accepted breaks without use\n\n")
		for _, u := range r.Unused {
			fmt.Fprintf(&b, "- %s: %s\n", diag.Cell(u.Pos.String()), diag.Cell(u.message()))
		}
	}
	_, err := io.WriteString(w, diag.CleanLines(b.String()))
	return err
}

// jsonChange is a change as programs read it.
type jsonChange struct {
	Level     apichange.Level   `json:"level"`
	Judgement string            `json:"judgement"`
	Line      string            `json:"line"`
	Pos       diag.Pos          `json:"pos"`
	InBase    bool              `json:"in_base"`
	Key       string            `json:"key"`
	Accepted  string            `json:"accepted,omitempty"`
	API       *jsonAPI          `json:"api"`
	Go        []gochange.Change `json:"go"`
}

type jsonAPI struct {
	Level   apichange.Level `json:"level"`
	Rule    string          `json:"rule"`
	Subject string          `json:"subject"`
	Text    string          `json:"text"`
	Calls   []string        `json:"calls"`
}

type jsonUnused struct {
	Pos    diag.Pos `json:"pos"`
	Change string   `json:"change"`
	Hint   string   `json:"hint,omitempty"`
}

// JSON writes a report for programs.
func JSON(w io.Writer, r *Report) error {
	out := struct {
		Base    string          `json:"base"`
		Head    string          `json:"head"`
		Verdict apichange.Level `json:"verdict"`
		Worst   apichange.Level `json:"worst_not_accepted"`
		Changes []jsonChange    `json:"changes"`
		Unused  []jsonUnused    `json:"unused_accepted"`
		Notes   []string        `json:"notes"`
	}{r.Base, r.Head, r.Verdict(), r.Worst(), []jsonChange{}, []jsonUnused{}, append([]string{}, r.Notes...)}
	for _, c := range r.Changes {
		change := jsonChange{
			Level: c.Level, Judgement: c.Judgement(), Line: c.Line(), Pos: c.Pos, InBase: c.InBase,
			Key: c.Key(), Accepted: c.Reason, Go: append([]gochange.Change{}, c.Go...),
		}
		if c.API != nil {
			change.API = &jsonAPI{c.API.Level, c.API.Rule, c.API.Subject, c.API.Text, append([]string{}, c.API.Calls...)}
		}
		out.Changes = append(out.Changes, change)
	}
	for _, u := range r.Unused {
		out.Unused = append(out.Unused, jsonUnused{u.Pos, u.Change, u.Hint})
	}
	return diag.JSON(w, out)
}

// GitHub writes a report as annotations of GitHub's workflows.
func GitHub(w io.Writer, r *Report) error {
	var b strings.Builder
	for _, c := range r.Changes {
		command, title := "notice", c.Level.String()
		switch {
		case c.Reason != "":
			command, title = "warning", "breaking, accepted"
		case c.Level == apichange.Major:
			command, title = "error", c.Judgement()
		}
		message := c.Key() + c.arrow() + ": " + c.Judgement()
		pos := c.Pos
		if c.InBase { // the line is another one now, or gone
			message, pos.Line = c.Line(), 0
		}
		_ = diag.Annotation(&b, command, pos, title, message)
	}
	for _, u := range r.Unused {
		_ = diag.Annotation(&b, "warning", u.Pos, "accepted break without use", u.message())
	}
	for _, note := range r.Notes {
		_ = diag.Annotation(&b, "notice", diag.Pos{}, "gen diff", note)
	}
	_ = diag.Annotation(&b, "notice", diag.Pos{}, "gen diff", fmt.Sprintf("%s -> %s: %s; %s", r.Base, r.Head, r.Verdict(), r.Summary()))
	_, err := io.WriteString(w, b.String())
	return err
}
