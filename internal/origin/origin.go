// Package origin gives the addresses of servers one spelling.
package origin

import (
	"net/netip"
	"net/url"
	"strings"
)

// defaultPorts are the ports that a URL need not name.
var defaultPorts = map[string]string{"http": "80", "https": "443"}

// Normalize spells scheme and host of a URL in one way: in lower case, without the
// default port, and without the dot at the end of a name that is complete. Without
// that dot, the names of this machine are known to [net.Dial] and asked of no
// resolver.
func Normalize(u *url.URL) {
	u.Scheme = strings.ToLower(u.Scheme)
	host, port := u.Hostname(), u.Port()
	host = strings.TrimSuffix(host, ".")
	if addr, err := netip.ParseAddr(host); err != nil || addr.Zone() == "" { // the zone of an address has a case
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
