// Package origin normalizes and judges the addresses of servers.
package origin

import (
	"net/netip"
	"net/url"
	"strings"
)

// defaultPorts are the ports that a URL need not name.
var defaultPorts = map[string]string{"http": "80", "https": "443"}

// Normalize normalizes the scheme and host of a URL: lower case, without the default
// port, and without the final dot of a complete name. Without that dot, [net.Dial]
// resolves the names of this machine itself.
func Normalize(u *url.URL) {
	u.Scheme = strings.ToLower(u.Scheme)
	host, port := u.Hostname(), u.Port()
	host = strings.TrimSuffix(host, ".")
	if addr, err := netip.ParseAddr(host); err != nil || addr.Zone() == "" { // the zone of an address is case-sensitive
		host = strings.ToLower(host)
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" && port != defaultPorts[u.Scheme] {
		host += ":" + port
	}
	u.Host = host
}

// IsLoopback reports whether a host, in lower case and without a port, is this machine,
// without asking a resolver. A resolver may send the subdomains of localhost to any machine.
func IsLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
