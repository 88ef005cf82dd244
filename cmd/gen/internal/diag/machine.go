package diag

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Record is a finding as JSON.
type Record struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Title    string `json:"title"`
	Pos
	Message string        `json:"message"`
	Hint    string        `json:"hint,omitzero"`
	Related *RecordSecond `json:"related,omitzero"`
}

// RecordSecond is the second place of a finding as JSON.
type RecordSecond struct {
	Pos
	Message string `json:"message"`
}

// Records returns findings in the form that is written as JSON. It is never
// nil, so that no findings are an empty list.
func Records(findings []Finding) []Record {
	records := make([]Record, 0, len(findings))
	for _, f := range findings {
		r := Record{
			Code: f.Code.ID, Severity: f.Severity(), Title: f.Code.Title, Pos: f.Pos, Message: f.Message, Hint: f.Hint,
		}
		if f.Related != nil {
			r.Related = &RecordSecond{f.Related.Pos, f.Related.Message}
		}
		records = append(records, r)
	}
	return records
}

// JSON writes a value as an indented document.
func JSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// GitHub writes findings as workflow commands, which GitHub shows next to the
// lines of a pull request.
func GitHub(w io.Writer, findings []Finding) error {
	for _, f := range findings {
		message := f.Message
		if f.Hint != "" {
			message += "\nhint: " + f.Hint
		}
		if f.Related != nil {
			message += fmt.Sprintf("\n%s: %s", f.Related.Pos, f.Related.Message)
		}
		if err := Annotation(w, f.Severity(), f.Pos, f.Code.ID+": "+f.Code.Title, message); err != nil {
			return err
		}
	}
	return nil
}

// Annotation writes one workflow command. Text that looks like another command
// stays text.
func Annotation(w io.Writer, severity string, pos Pos, title, message string) error {
	place := ""
	if pos.File != "" {
		place = "file=" + property(pos.File) + ","
	}
	if pos.Line > 0 {
		place += fmt.Sprintf("line=%d,col=%d,", pos.Line, cmp.Or(pos.Column, 1))
	}
	_, err := fmt.Fprintf(w, "::%s %stitle=%s::%s\n", severity, place, property(title), data(message))
	return err
}

// data makes text the message of a workflow command.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\n", "%0A").Replace(CleanLines(s))
}

// property makes text a property of a workflow command.
func property(s string) string {
	return strings.NewReplacer("%", "%25", ":", "%3A", ",", "%2C").Replace(Clean(s))
}
