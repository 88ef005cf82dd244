package main

import (
	"net/http"
	"time"

	"github.com/stytchgen/sdk/guard"
)

// maxForm is the size of a form that is read: every one here is tiny.
const maxForm = 16 << 10

// protect puts in front of the application what every page of it needs.
func (a *app) protect(mux *http.ServeMux) http.Handler {
	// A form of another site can make a browser send its cookies here. Every change
	// is a POST, and a POST that a page of another origin caused is refused by what
	// the browser says about it; so the forms need no tokens.
	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(http.HandlerFunc(a.refused))
	// The guard wants to know who asks for a code. Behind a proxy of yours, say which
	// addresses it has: its own would be everybody's.
	clients := guard.Clients()
	return a.logged(mux, headers(sameOrigin.Handler(clients(http.MaxBytesHandler(mux, maxForm)))))
}

// headers adds the headers of every answer.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		// Nothing but our own style sheet and script: text that slipped through as
		// HTML could load nothing and send nothing anywhere. Nobody may frame a page,
		// so nobody can trick people into clicking on "Log out everywhere".
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		// Not no-referrer: with that a browser sends "Origin: null" with our own forms,
		// which looks as if they came from elsewhere where it tells nothing more.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		// Pages hold addresses and codes: no cache keeps them, and the Back button shows
		// none after logging out.
		h.Set("Cache-Control", "no-store")
		// What ends TLS in front of this application adds Strict-Transport-Security.
		next.ServeHTTP(w, r)
	})
}

// logged writes a record of every request: its route, never what people typed.
func (a *app) logged(mux *http.ServeMux, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, route := mux.Handler(r)
		start, answer := time.Now(), &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		a.log.Info("request", "route", route, "status", answer.status, "duration", time.Since(start).Round(time.Microsecond))
	})
}

// statusWriter remembers the status that was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the writer.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
