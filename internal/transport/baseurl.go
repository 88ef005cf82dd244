package transport

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/stytchgen/sdk/internal/origin"
)

// parseBaseURL checks and normalizes a base URL, and removes slashes at its end. Its errors show only
// the scheme, host and port of the URL: the rest may contain a password.
func parseBaseURL(raw string, allowHTTP bool) (*url.URL, error) {
	if strings.TrimSpace(raw) != raw {
		return nil, errors.New("the base URL begins or ends with white space: want it without")
	}
	if !hasScheme(raw) {
		return nil, fmt.Errorf("the base URL has no scheme: want %s", withScheme(raw))
	}
	u, err := url.Parse(strings.TrimRight(raw, "/"))
	if err != nil {
		return nil, errors.New("the base URL cannot be parsed: want one such as https://login.example.com")
	}
	port := u.Port()
	origin.Normalize(u)
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("the base URL has the scheme %s: want https", u.Scheme)
	case u.Hostname() == "":
		return nil, errors.New("the base URL has no host: want one such as https://login.example.com")
	case strings.HasPrefix(u.Hostname(), ".") || strings.HasSuffix(u.Hostname(), ".") || strings.Contains(u.Hostname(), ".."):
		return nil, errors.New("the host of the base URL has an empty label: want one dot between two labels")
	case u.User != nil:
		return nil, errors.New("the base URL has a user name or password: want it without, and the credentials as project ID and secret")
	case u.RawQuery != "" || u.ForceQuery:
		return nil, errors.New("the base URL has a query: want it without")
	case strings.Contains(raw, "#"):
		return nil, errors.New("the base URL has a fragment: want it without")
	case u.Scheme == "http" && !allowHTTP && !origin.IsLoopback(u.Hostname()):
		return nil, fmt.Errorf("the base URL uses http to %s, which would send the secret in the clear: "+
			"want https, or the option for http on a network you trust", u.Hostname())
	}
	if port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("the base URL has the port %s: want 1 to 65535", port)
		}
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return nil, fmt.Errorf("the base URL has %q in its path: want the resolved path", segment)
		}
	}
	if strings.HasSuffix(u.Path, "/v1") {
		return nil, errors.New("the base URL ends with /v1, which every call begins with: want it without")
	}
	return url.Parse(strings.TrimRight(u.String(), "/")) // String escapes the path, which can add a slash to its end
}

// hasScheme reports whether a URL begins with a scheme. It reports false for "localhost:8790", where
// url.Parse finds the scheme "localhost".
func hasScheme(raw string) bool {
	scheme, _, found := strings.Cut(raw, ":")
	return found && (strings.Contains(raw, "://") || strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// withScheme suggests a URL in place of one without a scheme. It repeats the given URL only if that is
// just a host and a port, which are no secrets; otherwise it returns an example.
func withScheme(raw string) string {
	raw = strings.TrimRight(raw, "/")
	host, port, err := net.SplitHostPort(raw)
	if _, notPort := strconv.ParseUint(port, 10, 16); err != nil || notPort != nil || host == "" || !isPlain(host) {
		return "one such as https://login.example.com"
	}
	if origin.IsLoopback(strings.ToLower(host)) {
		return "http://" + raw
	}
	return "https://" + raw
}

// isPlain reports whether a host has only letters, digits, hyphens, dots and colons.
func isPlain(host string) bool {
	return strings.Trim(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.:") == ""
}
