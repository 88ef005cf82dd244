package sessionweb

import (
	"net/http"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/internal/sessionjwt"
)

// credentials are the tokens and JWTs of a request, without duplicates. A browser can
// have several cookies of one name, with different paths and domains. It sends longer
// paths first, and older cookies first within a path. So the last cookie is most
// likely the one that the login set, and it comes first here.
type credentials struct {
	tokens, jwts []string
	cookies      bool // they came as cookies
}

// maxCredential is the largest size of a token or JWT, in bytes.
const maxCredential = 16 << 10

// credentialsOf returns the credentials of the Bearer header, or, without one, those
// of the cookies.
func (s *Site) credentialsOf(r *http.Request) credentials {
	if c, ok := bearerOf(r); ok {
		return c
	}
	c := credentials{tokens: cookieValues(r, s.TokenName), jwts: cookieValues(r, s.JWTName)}
	c.cookies = len(c.jwts) > 0 || len(c.tokens) > 0
	return c
}

// bearerOf returns the token or JWT of a Bearer header, and whether there is one.
func bearerOf(r *http.Request) (credentials, bool) {
	var c credentials
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return c, false
	}
	value = strings.TrimSpace(value)
	switch {
	case value == "" || len(value) > maxCredential:
	case strings.Count(value, ".") == 2:
		c.jwts = []string{value}
	default:
		c.tokens = []string{value}
	}
	return c, true
}

func cookieValues(r *http.Request, name string) []string {
	var values []string
	for _, cookie := range slices.Backward(r.CookiesNamed(name)) {
		if cookie.Value != "" && len(cookie.Value) <= maxCredential && !slices.Contains(values, cookie.Value) {
			values = append(values, cookie.Value)
		}
	}
	return values
}

// showsAnotherProject reports whether a cookie has a JWT for another project. The
// other cookies of the request may then belong to that project, too.
func (s *Site) showsAnotherProject(r *http.Request) bool {
	if s.Project == "" {
		return false
	}
	for _, jwt := range cookieValues(r, s.JWTName) {
		if claim, ok := sessionjwt.Peek(jwt); ok && claim.ForAnother(s.Project) {
			return true
		}
	}
	return false
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
