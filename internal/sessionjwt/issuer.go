package sessionjwt

import (
	"errors"
	"net/url"
	"strings"

	"github.com/stytchgen/sdk/internal/origin"
)

// projectIssuer begins the issuer of a token, unless the service is reached through
// a custom domain.
const projectIssuer = "stytch.com/"

// Issuers returns the accepted issuers of a project that is called at baseURL, and
// the further ones that the application names. baseURL is empty for the service's
// own addresses.
func Issuers(projectID, baseURL string, further []string) ([]string, error) {
	issuers := []string{projectIssuer + projectID}
	if baseURL != "" {
		issuers = append(issuers, baseURL)
	}
	for _, issuer := range further {
		if _, ok := parseIssuer(issuer); !ok && !strings.HasPrefix(issuer, projectIssuer) {
			return nil, errors.New("an issuer of session JWTs is not a URL: want one such as https://login.example.com")
		}
		issuers = append(issuers, issuer)
	}
	return issuers, nil
}

// normalIssuer returns the normal form of an issuer that is a URL, and any other
// issuer as it is.
func normalIssuer(issuer string) string {
	u, ok := parseIssuer(issuer)
	if !ok {
		return issuer
	}
	return u.Scheme + "://" + u.Host + strings.TrimRight(u.EscapedPath(), "/")
}

// parseIssuer returns an issuer as a URL, and whether it is one.
func parseIssuer(issuer string) (*url.URL, bool) {
	u, err := url.Parse(issuer)
	if err != nil || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(issuer, "#") {
		return nil, false
	}
	origin.Normalize(u)
	return u, (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != ""
}
