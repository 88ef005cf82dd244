package main

import (
	"embed"
	"net/http"
	"path"
)

// root is where everything stands that is not the API.
const root = "/_emulator"

//go:embed page control.yaml
var assets embed.FS

// assetTypes are the files that are served as they are, with their types.
var assetTypes = map[string]string{
	"page/index.html":  "text/html; charset=utf-8",
	"page/page.css":    "text/css; charset=utf-8",
	"page/page.js":     "text/javascript; charset=utf-8",
	"page/favicon.svg": "image/svg+xml",
	"control.yaml":     "application/yaml",
}

// policy is the page's Content-Security-Policy: nothing but its own files, no
// inline script or style, and no way for script to make markup out of text.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// secure sets the headers of every answer but the API's.
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
		data, err := assets.ReadFile(path.Clean(name))
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", assetTypes[name])
		_, _ = w.Write(data) // a client that is gone needs no answer
		return nil
	}
}
