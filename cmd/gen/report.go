package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"golang.org/x/term"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/pipeline"
	"github.com/stytchgen/sdk/cmd/gen/internal/generate/tree"
)

// The formats of findings and differences.
const (
	formatText   = "text"
	formatJSON   = "json"
	formatGitHub = "github"
)

// isTerminal reports whether what is written goes to a person's screen.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// style is coloured on a terminal, unless its user wants none:
// https://no-color.org.
func style(w io.Writer) diag.Style {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !isTerminal(w) {
		return diag.Plain
	}
	return diag.Colours
}

// report writes what is wrong with the spec. As JSON it is written only when
// the run ends here, for the output is one document.
func (c command) report(result *pipeline.Result, stdout, stderr io.Writer) error {
	if c.format == formatJSON {
		if !result.Failed() {
			return nil
		}
		return writeJSON(stdout, result, nil)
	}
	most, hint := diag.Shown, "; --all shows them"
	if c.all {
		most, hint = math.MaxInt, ""
	}
	err := printFindings(c.format, most, hint, result.Findings, result.Source, stdout, stderr)
	if err == nil && result.Failed() {
		first, _ := result.Findings.First(1)
		fmt.Fprintf(stderr, "gen: %s; nothing was written. go run ./cmd/gen explain %s says more about the first error.\n", count(result.Findings), first[0].Code)
	}
	return err
}

// printFindings writes at most most findings, and how many more there are: annotations to standard output,
// text to stderr. The hint says how to see the others.
func printFindings(format string, most int, hint string, list *diag.List, source func(file string) []byte, stdout, stderr io.Writer) error {
	shown, more := list.First(most)
	rest := fmt.Sprintf("... and %s%s", diag.Count(more, "more finding"), hint)
	if format == formatGitHub {
		err := diag.GitHub(stdout, shown)
		if more > 0 && err == nil {
			err = diag.Annotation(stdout, "notice", diag.Pos{}, "gen", rest)
		}
		return err
	}
	err := diag.Text(stderr, shown, style(stderr), source)
	if more > 0 && err == nil {
		_, err = fmt.Fprintln(stderr, rest)
	}
	return err
}

func count(list *diag.List) string {
	_, n := list.First(0)
	return diag.Count(n, "finding")
}

// badSpec ends a command that compares a spec, because it has errors.
type badSpec struct {
	name     string // of the state; empty if there is one alone
	base     bool   // the state is not what the files at hand show
	findings *diag.List
	source   func(file string) []byte
}

func (e *badSpec) Error() string {
	s := "the spec has " + count(e.findings)
	if e.name != "" {
		s = e.name + ": " + s
	}
	return s
}

// failure is why a command could not do its work, as JSON.
type failure struct {
	Findings []diag.Record `json:"findings"`
	Dropped  int           `json:"dropped,omitzero"`
	Error    string        `json:"error"`
}

// explainError says why a command failed: on stderr, and on standard output in the format of the report
// that there would have been. The findings of a badSpec come with it.
func explainError(command, format string, err error, stdout, stderr io.Writer) {
	spec := &badSpec{findings: &diag.List{}}
	isSpec := errors.As(err, &spec)
	message := diag.CleanLines(err.Error())
	var failed error
	switch {
	case format == formatJSON:
		failed = diag.JSON(stdout, failure{diag.Records(spec.findings.Sorted()), spec.findings.Dropped(), message})
	case isSpec && !spec.base:
		failed = printFindings(format, diag.Shown, "; gen check --all shows them", spec.findings, spec.source, stdout, stderr)
	case isSpec:
		failed = printFindings(formatText, diag.Shown, "", spec.findings, spec.source, stdout, stderr)
	case format == formatGitHub:
		failed = diag.Annotation(stdout, "error", diag.Pos{}, command, message)
	}
	fmt.Fprintf(stderr, "%s: %s\n", command, message)
	if failed != nil {
		fmt.Fprintf(stderr, "%s: %v\n", command, failed)
	}
}

// outcome is a run as JSON.
type outcome struct {
	Findings []diag.Record `json:"findings"`
	// Dropped is how many findings there were beyond these.
	Dropped int `json:"dropped,omitzero"`
	// Differences are the files that check found to differ, or that were written.
	Differences []difference `json:"differences"`
}

type difference struct {
	Path   string `json:"path"`
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
}

func writeJSON(w io.Writer, result *pipeline.Result, differences []tree.Difference) error {
	o := outcome{Findings: diag.Records(result.Findings.Sorted()), Dropped: result.Findings.Dropped(), Differences: []difference{}}
	for _, d := range differences {
		o.Differences = append(o.Differences, difference{d.Path, string(d.Kind), d.Reason})
	}
	return diag.JSON(w, o)
}

// annotate writes differences as workflow commands.
func annotate(w io.Writer, differences []tree.Difference) error {
	for _, d := range differences {
		if err := diag.Annotation(w, "error", diag.Pos{File: d.Path}, "not as generated: "+string(d.Kind), d.Reason); err != nil {
			return err
		}
	}
	return nil
}
