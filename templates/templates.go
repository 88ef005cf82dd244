// Package templates contains the text of generated doc comments, reference
// pages, the page of findings and MANUAL() stubs.
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

// Read returns the text of a file with LF line ends; a working tree may have
// others.
func Read(file string) ([]byte, error) {
	text, err := files.ReadFile(file)
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), err
}

// Parse returns the templates of a file, which can call funcs.
func Parse(file string, funcs template.FuncMap) (*template.Template, error) {
	text, err := Read(file)
	if err != nil {
		return nil, err
	}
	return template.New(file).Funcs(funcs).Option("missingkey=error").Parse(string(text))
}
