package sessionweb

import "net/http"

// uncached returns a writer whose answer no cache keeps, whatever the handler says
// about it: it carries somebody's cookies. The function it returns is called when the
// handler is done. The writer flushes and can be hijacked where the one inside can.
func uncached(w http.ResponseWriter) (http.ResponseWriter, func()) {
	u := &noStore{ResponseWriter: w}
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

type noStore struct{ http.ResponseWriter }

// seal takes back what a handler has said about caches.
func (u *noStore) seal() {
	header := u.Header()
	header.Set("Cache-Control", "no-store")
	for _, name := range []string{"Expires", "CDN-Cache-Control", "Surrogate-Control"} { // some caches ask these first
		header.Del(name)
	}
}

func (u *noStore) WriteHeader(status int) {
	u.seal()
	u.ResponseWriter.WriteHeader(status)
}

func (u *noStore) Write(p []byte) (int, error) {
	u.seal()
	return u.ResponseWriter.Write(p)
}

// Unwrap lets [http.ResponseController] reach the writer inside for what is not here.
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
