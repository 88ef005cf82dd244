package sessionweb

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/stytchgen/sdk/internal/origin"
)

// plainLoopback reports whether a browser talks to this machine without TLS. Not every
// browser would send a Secure cookie back then. A proxy on this machine may have put
// the loopback address into Host. The headers that it adds show that, or the browser's
// own Origin or Referer.
func plainLoopback(r *http.Request) bool {
	if r.TLS != nil || !isLoopback(r.Host) {
		return false
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-Proto", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	for _, name := range []string{"Origin", "Referer"} {
		if page, err := url.Parse(r.Header.Get(name)); err == nil && page.Host != "" && (page.Scheme != "http" || !isLoopback(page.Host)) {
			return false
		}
	}
	return true
}

// isLoopback reports whether a host, with a port or without, is this machine. Browsers
// send the names below localhost there without asking a resolver.
func isLoopback(hostport string) bool {
	u := url.URL{Host: hostport}
	host := strings.ToLower(u.Hostname())
	return origin.IsLoopback(host) || strings.HasSuffix(host, ".localhost")
}
