package main

import (
	"embed"
	"net/http"
	"path"
)

// root is the path prefix of everything except the API.
const root = "/_emulator"

//go:embed page control.yaml
var assets embed.FS

// assetTypes are the content types of the page's files.
var assetTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".yaml": "application/yaml",
}

// pageRoutes returns the routes of the page's files: each at its name, and the
// page itself at the root.
func pageRoutes() []route {
	files, err := assets.ReadDir("page")
	if err != nil {
		panic(err) // cannot happen: the files are embedded
	}
	var list []route
	for _, file := range files {
		name := file.Name()
		one := route{http.MethodGet, "/" + name, name, asset("page/" + name), true}
		if name == "index.html" {
			one.path, one.handle = "/{$}", (*control).page
		}
		list = append(list, one)
	}
	return list
}

// policy is the page's Content-Security-Policy. It allows only the page's own
// files, no inline script or style, and no script that turns text into markup.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// secure sets the headers of every response except those of the API.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// asset serves a file of the page.
func asset(name string) func(*control, http.ResponseWriter, *http.Request) error {
	return func(_ *control, w http.ResponseWriter, _ *http.Request) error {
		data, err := assets.ReadFile(name)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", assetTypes[path.Ext(name)])
		_, _ = w.Write(data) // the client may be gone
		return nil
	}
}
