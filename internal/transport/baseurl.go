package transport

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// parseBaseURL checks a base URL and removes the slashes at its end. Its errors do not show the URL,
// which may hold a password, beyond scheme and host.
func parseBaseURL(raw string, allowHTTP bool) (*url.URL, error) {
	if strings.TrimSpace(raw) != raw {
		return nil, errors.New("the base URL begins or ends with white space: want it without")
	}
	u, err := url.Parse(strings.TrimRight(raw, "/"))
	if err != nil {
		return nil, errors.New("the base URL cannot be parsed: want one such as https://login.example.com")
	}
	switch {
	case u.Scheme == "":
		return nil, errors.New("the base URL has no scheme: want one such as https://login.example.com")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("the base URL has the scheme %s: want https", u.Scheme)
	case u.Hostname() == "":
		return nil, errors.New("the base URL has no host: want one such as https://login.example.com")
	case u.User != nil:
		return nil, errors.New("the base URL has a user name or password: credentials are given apart from it")
	case u.RawQuery != "" || u.ForceQuery:
		return nil, errors.New("the base URL has a query: want it without")
	case strings.Contains(raw, "#"):
		return nil, errors.New("the base URL has a fragment: want it without")
	case u.Scheme == "http" && !allowHTTP && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("the base URL uses http to %s, which would send the secret in the clear: "+
			"want https, or the option for http on a network you trust", u.Hostname())
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("the base URL has the port %s: want 1 to 65535", port)
		}
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return nil, fmt.Errorf("the base URL has %q in its path: want the path it stands for", segment)
		}
	}
	if strings.HasSuffix(u.Path, "/v1") {
		return nil, errors.New("the base URL ends with /v1, which every call begins with: want it without")
	}
	u.Host = strings.TrimSuffix(u.Host, ":")
	return u, nil
}

// isLoopback reports whether host is this machine by its name alone, without asking a resolver.
func isLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" { // a name below it can be anybody's, as a resolver sees it
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
