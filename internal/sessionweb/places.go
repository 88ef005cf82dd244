package sessionweb

import (
	"net/http"
	"net/url"
	"strings"
)

// place is what identifies a cookie in a browser, next to its name.
type place struct{ domain, path string }

// maxParents limits the parent domains of a host that are cleared.
const maxParents = 5

// places returns where a browser can have the site's cookies for a host: on the host
// itself, and on its parent domains. A browser does not say which of them a cookie
// belongs to. Cookies with other paths cannot be found.
func (s *Site) places(hostport string) []place {
	if isHostOnly(s.TokenName) {
		return []place{{"", "/"}}
	}
	host := url.URL{Host: hostport}
	domains := append([]string{""}, domainsOf(strings.ToLower(host.Hostname()))...)
	if s.Domain != "" {
		domains = append(domains, s.Domain)
	}
	var all []place
	seen := map[place]bool{}
	for _, domain := range domains {
		for _, path := range []string{"/", s.Path} {
			if at := (place{domain, path}); !seen[at] {
				seen[at] = true
				all = append(all, at)
			}
		}
	}
	return all
}

// domainsOf returns a host and its parent domains: for app.example.com also example.com.
// It leaves out top-level domains, addresses and invalid names, for which browsers
// accept no cookies.
func domainsOf(host string) []string {
	if isAddress(host) || strings.HasSuffix(host, ".") || !valid(http.Cookie{Name: "x", Domain: host}) {
		return nil
	}
	var domains []string
	for domain := host; strings.Contains(domain, "."); _, domain, _ = strings.Cut(domain, ".") {
		domains = append(domains, domain)
	}
	if len(domains) > maxParents {
		domains = append(domains[:1], domains[len(domains)-maxParents:]...)
	}
	return domains
}
