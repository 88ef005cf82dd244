package sessionweb

import (
	"net/http"
	"net/url"
	"strings"
)

// place is where a browser keeps a cookie, next to its name.
type place struct{ domain, path string }

// maxParents is how many domains above a host are thought of.
const maxParents = 5

// places are where a browser that talks to a host can have cookies of the site's
// names, apart from paths that only who set them knows: the host alone, and the domains
// that it is in. A browser does not say which of them a cookie is of.
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

// domainsOf returns the domains that a host is in: of app.example.com itself and
// example.com. What is above, as com, no browser takes for a cookie; nor does it take
// an address, or what is no name.
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
