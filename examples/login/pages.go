package main

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed pages
var pageFiles embed.FS

// pages are the pages by name, each in the layout of layout.html. html/template
// escapes user input for its context.
var pages = func() map[string]*template.Template {
	all := map[string]*template.Template{}
	files, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil {
		panic(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		all[name] = template.Must(template.ParseFS(pageFiles, "pages/layout.html", file))
	}
	return all
}()

// show writes a page. It renders the page before it sends the first byte, so that an
// error is not half a page with status 200.
func (a *app) show(w http.ResponseWriter, status int, name string, page any) {
	var body bytes.Buffer
	err := pages[name].ExecuteTemplate(&body, "layout.html", struct {
		Page  any
		Inbox bool
	}{page, a.inbox != nil})
	if err != nil {
		a.log.Error("could not make a page", "page", name, "error", err)
		http.Error(w, "Something is out of order on our side.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w)
}
