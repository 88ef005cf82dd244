package main

import (
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/internal/origin"
)

// checkHost rejects a host name that is not the emulator's. With DNS rebinding,
// a page of another site can resolve its own name to this machine. It then has
// the emulator's origin, but the Host header still has its own name.
func checkHost(r *http.Request, configured string, allowed []string) error {
	host := hostOf(r.Host)
	switch {
	case host == strings.ToLower(configured) || slices.Contains(allowed, host):
		return nil
	case origin.IsLoopback(host) || isLocal(host, r):
		return nil
	}
	return fmt.Errorf("the host %q is not the emulator's: use 127.0.0.1, localhost, or the value of --host; --allow-host allows another name", r.Host)
}

// hostOf returns a Host header without its port, normalized.
func hostOf(header string) string {
	host := header
	if h, _, err := net.SplitHostPort(header); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// isLocal reports whether a host is the IP address at which the request
// arrived.
func isLocal(host string, r *http.Request) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	at, err := netip.ParseAddrPort(local.String())
	return err == nil && at.Addr().Unmap() == ip.Unmap()
}

// checkSite rejects requests that the page of another site makes. Clients that
// are not browsers send neither header. A tunnel serves an allowed host by https.
func checkSite(r *http.Request, allowed []string) error {
	switch site := r.Header.Get("Sec-Fetch-Site"); site {
	case "", "same-origin", "none":
	default:
		return fmt.Errorf("a page of another site (%s) cannot use the control API", site)
	}
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return nil
	}
	page, err := url.Parse(origins[0])
	if len(origins) > 1 || err != nil || page.Scheme != "http" && !(page.Scheme == "https" && slices.Contains(allowed, hostOf(r.Host))) || !strings.EqualFold(page.Host, r.Host) {
		return errors.New("a page of another origin cannot use the control API")
	}
	return nil
}

// checkContentType rejects a body without a content type that the call has. A form of
// another site can send text, but not JSON or YAML unless the browser asks first.
func checkContentType(call string, r *http.Request) error {
	if r.ContentLength == 0 {
		return nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && (kind == "application/json" || kind == "application/yaml" && call == "seed.apply"):
		return nil
	case call == "seed.apply":
		return errors.New("the Content-Type of the body is neither JSON nor YAML: want application/json or application/yaml")
	}
	return errors.New("the Content-Type of the body is not JSON: want application/json")
}
