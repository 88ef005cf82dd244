package main

import (
	"net/http"
	"time"

	"github.com/stytchgen/sdk/guard"
)

// maxForm is the largest form that is read. All forms here are tiny.
const maxForm = 16 << 10

// protect wraps the application with what every page needs.
func (a *app) protect(mux *http.ServeMux) http.Handler {
	// A form of another site can make a browser send its cookies here. Every change
	// is a POST. A POST from a page of another origin is rejected by its headers, so
	// the forms need no tokens.
	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(http.HandlerFunc(a.refused))
	// The guard needs the client that asks for a code. Behind your own proxy, pass the
	// proxy's addresses here. Otherwise all visitors count as one client.
	clients := guard.Clients()
	return a.logged(mux, headers(sameOrigin.Handler(clients(http.MaxBytesHandler(mux, maxForm)))))
}

// headers adds the headers of every response.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		// Only our own style sheet and script are allowed, so that injected HTML can
		// neither load nor send anything. Framing is forbidden, so that no other site
		// can trick people into clicking "Log out everywhere".
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		// Not no-referrer: then a browser sends "Origin: null" with our own forms, and
		// without Sec-Fetch-Site they look like forms of another site.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		// Pages contain addresses and codes. They are not cached, and the Back button does
		// not show them after the logout.
		h.Set("Cache-Control", "no-store")
		// The proxy that terminates TLS adds Strict-Transport-Security.
		next.ServeHTTP(w, r)
	})
}

// logged logs every request: its route, never what people entered.
func (a *app) logged(mux *http.ServeMux, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, route := mux.Handler(r)
		start, answer := time.Now(), &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		a.log.Info("request", "route", route, "status", answer.status, "duration", time.Since(start).Round(time.Microsecond))
	})
}

// statusWriter records the status of a response.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap gives http.ResponseController the inner writer.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
