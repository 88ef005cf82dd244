// Package templates holds the text of what is generated and is prose: doc
// comments, reference pages, the page of findings, the table of calls, MANUAL()
// stubs.
package templates

import (
	"bytes"
	"embed"
	"text/template"
)

//go:embed *.tmpl
var files embed.FS

// The template files.
const (
	Comments  = "comments.tmpl"
	Findings  = "findings.tmpl"
	Manual    = "manual.tmpl"
	Reference = "reference.tmpl"
)

// Read returns the text of a file with the line ends that are generated: a work
// tree can have others.
func Read(file string) ([]byte, error) {
	text, err := files.ReadFile(file)
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), err
}

// Parse returns the templates of a file, with the functions that they call.
func Parse(file string, funcs template.FuncMap) (*template.Template, error) {
	text, err := Read(file)
	if err != nil {
		return nil, err
	}
	return template.New(file).Funcs(funcs).Option("missingkey=error").Parse(string(text))
}
