package sessionweb

import (
	"net/http"
	"slices"
	"strings"
)

// uncached returns a writer whose response no cache stores, even if the handler sets
// Cache-Control: the response sets cookies. The returned function must be called when
// the handler is done. The writer can flush and be hijacked if the inner one can.
func uncached(w http.ResponseWriter) (http.ResponseWriter, func()) {
	u := &noStore{w, slices.Clone(w.Header()["Set-Cookie"])}
	flusher, flushes := w.(http.Flusher)
	hijacker, hijacks := w.(http.Hijacker)
	switch {
	case flushes && hijacks:
		return struct {
			*noStore
			flushing
			http.Hijacker
		}{u, flushing{u, flusher}, hijacker}, u.seal
	case flushes:
		return struct {
			*noStore
			flushing
		}{u, flushing{u, flusher}}, u.seal
	case hijacks:
		return struct {
			*noStore
			http.Hijacker
		}{u, hijacker}, u.seal
	}
	return u, u.seal
}

type noStore struct {
	http.ResponseWriter
	cookies []string // lines of Set-Cookie
}

// seal overrides what a handler said about caches, and restores lost cookies: a
// [net/http/httputil.ReverseProxy] clears the header after an informational response.
func (u *noStore) seal() {
	header := u.Header()
	if have := header["Set-Cookie"]; !slices.ContainsFunc(have, u.isOurs) {
		header["Set-Cookie"] = append(slices.Clone(u.cookies), have...)
	}
	header.Set("Cache-Control", "no-store")
	for _, name := range []string{"Expires", "CDN-Cache-Control", "Surrogate-Control"} { // some caches ask these first
		header.Del(name)
	}
}

// isOurs reports whether a line of Set-Cookie is about one of the cookies.
func (u *noStore) isOurs(line string) bool {
	name, _, _ := strings.Cut(line, "=")
	return slices.ContainsFunc(u.cookies, func(ours string) bool { return strings.HasPrefix(ours, name+"=") })
}

func (u *noStore) WriteHeader(status int) {
	u.seal()
	u.ResponseWriter.WriteHeader(status)
}

func (u *noStore) Write(p []byte) (int, error) {
	u.seal()
	return u.ResponseWriter.Write(p)
}

// Unwrap gives [http.ResponseController] the inner writer.
func (u *noStore) Unwrap() http.ResponseWriter { return u.ResponseWriter }

// FlushError is what [http.ResponseController] flushes with.
func (u *noStore) FlushError() error {
	u.seal()
	return http.NewResponseController(u.ResponseWriter).Flush()
}

// flushing is the part of a writer that flushes.
type flushing struct {
	outer *noStore
	inner http.Flusher
}

func (f flushing) Flush() {
	f.outer.seal()
	f.inner.Flush()
}
