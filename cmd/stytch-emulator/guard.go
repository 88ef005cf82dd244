package main

import (
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// checkHost refuses a name that is not the emulator's. A page of another site
// whose name suddenly resolves to this machine (DNS rebinding) is of the same
// origin as the emulator, but still has its own name.
func checkHost(r *http.Request, configured string) error {
	host := hostOf(r.Host)
	switch {
	case host == "localhost" || host == strings.ToLower(configured):
		return nil
	case isLoopback(host) || isLocal(host, r):
		return nil
	}
	return fmt.Errorf("the host %q is not the emulator's: use 127.0.0.1, localhost, or what --host says", r.Host)
}

// hostOf is a Host header without its port, as names compare.
func hostOf(header string) string {
	host := header
	if h, _, err := net.SplitHostPort(header); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// isLocal reports whether a host is the address, not a name, that the request
// came in at.
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

// checkSite refuses what another site's page makes a browser send. Clients that
// are no browsers send neither header.
func checkSite(r *http.Request) error {
	switch site := r.Header.Get("Sec-Fetch-Site"); site {
	case "", "same-origin", "none":
	default:
		return fmt.Errorf("a page of another site (%s) cannot use the control API", site)
	}
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return nil
	}
	origin, err := url.Parse(origins[0])
	if len(origins) > 1 || err != nil || origin.Scheme != "http" || !strings.EqualFold(origin.Host, r.Host) {
		return errors.New("a page of another origin cannot use the control API")
	}
	return nil
}

// checkContentType refuses a body that is not declared as JSON: a form of
// another site can send text, but not JSON without asking.
func checkContentType(r *http.Request) error {
	if r.ContentLength == 0 {
		return nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return errors.New("the body is not declared as JSON: send it with the Content-Type application/json")
	}
	return nil
}
