// Package templates holds the text of what is generated and is prose: doc
// comments, reference pages, the page of findings, the table of calls, MANUAL()
// stubs.
package templates

import (
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

// Parse returns the templates of a file, with the functions that they call.
func Parse(file string, funcs template.FuncMap) (*template.Template, error) {
	return template.New(file).Funcs(funcs).Option("missingkey=error").ParseFS(files, file)
}
