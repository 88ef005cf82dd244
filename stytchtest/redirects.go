package stytchtest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/internal/origin"
)

// RedirectType is what a browser comes back to the application for.
type RedirectType string

// The types of redirect URLs.
const (
	RedirectLogin         RedirectType = "LOGIN"
	RedirectSignup        RedirectType = "SIGNUP"
	RedirectInvite        RedirectType = "INVITE"
	RedirectResetPassword RedirectType = "RESET_PASSWORD"
	RedirectDiscovery     RedirectType = "DISCOVERY"
)

// redirectTypes lists the types, with the error types for a call that gives no URL.
var redirectTypes = map[RedirectType]struct{ none, noDefault string }{
	RedirectLogin:         {"no_login_redirect_urls_set", "no_default_login_redirect_url_set"},
	RedirectSignup:        {"no_signup_redirect_urls_set", "no_default_signup_redirect_url_set"},
	RedirectInvite:        {"no_invite_redirect_urls_set", "no_default_invite_redirect_url_set"},
	RedirectResetPassword: {"no_password_reset_redirect_url", "no_password_reset_redirect_url"},
	RedirectDiscovery:     {"no_discovery_redirect_urls_set", "no_default_discovery_redirect_url_set"},
}

// RedirectURL is a URL of the application that links can lead to, as registered
// in the service's dashboard.
type RedirectURL struct {
	// URL is compared exactly, except that "www." makes no difference. In the host, "*" matches any
	// label; as the value of a query parameter, "{}" matches any value.
	URL string `json:"url"`
	// Types are what the URL is registered for. Empty means everything.
	Types []RedirectType `json:"types,omitempty"`
	// Default makes it the URL of the calls that give none. The first default of a type counts.
	Default bool `json:"default,omitempty"`
}

// firstRedirectURL is the default of a new test project, for every type.
const firstRedirectURL = "http://localhost:3000/authenticate"

// SetRedirectURLs registers the URLs that links can lead to, in place of those registered before.
// Until the first call, links can lead to any URL that is well-formed, and
// http://localhost:3000/authenticate is the default, as in a new test project.
func (p *Project) SetRedirectURLs(urls ...RedirectURL) error {
	for _, one := range urls {
		if err := one.check(); err != nil {
			return err
		}
	}
	defer p.lock()()
	p.state.RedirectURLs = append([]RedirectURL{}, urls...)
	return nil
}

// check reports a URL that cannot be registered.
func (u RedirectURL) check() error {
	if wellFormed(u.URL) == nil {
		return fmt.Errorf("stytchtest: the redirect URL %q is not absolute, ends with a slash, or has neither https nor a loopback host", u.URL)
	}
	if u.Default && strings.ContainsAny(u.URL, "*{") {
		return fmt.Errorf("stytchtest: the redirect URL %q has a placeholder, so it cannot be a default", u.URL)
	}
	for _, kind := range u.Types {
		if _, ok := redirectTypes[kind]; !ok {
			return fmt.Errorf("stytchtest: the redirect URL %q has the unknown type %q", u.URL, kind)
		}
	}
	return nil
}

// destination returns the application's URL that a link leads to: the given one
// if it is registered, or else the default. An app's own scheme needs PKCE.
func (p *Project) destination(kind RedirectType, given, challenge *string) (string, *apiError) {
	if given == nil {
		return p.defaultURL(kind)
	}
	u := wellFormed(*given)
	switch {
	case u == nil:
		return "", fail("invalid_magic_link_url")
	case u.Scheme != "https" && u.Scheme != "http" && challenge == nil:
		return "", fail("pkce_required_for_native_callback")
	case p.state.RedirectURLs == nil:
		return *given, nil
	}
	wrong := "no_match_for_provided_magic_link_url"
	for _, registered := range p.state.RedirectURLs {
		if !registered.is(kind) {
			continue
		}
		pattern := wellFormed(registered.URL)
		if pattern == nil || !samePlace(pattern, u) {
			continue
		}
		if sameQuery(pattern, u) {
			return *given, nil
		}
		if strings.Contains(registered.URL, "{}") {
			wrong = "query_params_do_not_match"
		}
	}
	return "", fail(wrong)
}

func (p *Project) defaultURL(kind RedirectType) (string, *apiError) {
	if p.state.RedirectURLs == nil {
		return firstRedirectURL, nil
	}
	wrong := redirectTypes[kind].none
	for _, registered := range p.state.RedirectURLs {
		if !registered.is(kind) {
			continue
		}
		if registered.Default {
			return registered.URL, nil
		}
		wrong = redirectTypes[kind].noDefault
	}
	return "", fail(wrong)
}

func (u RedirectURL) is(kind RedirectType) bool {
	return len(u.Types) == 0 || slices.Contains(u.Types, kind)
}

// wellFormed parses a redirect URL. It returns nil if the service would reject the
// URL wherever it is registered.
func wellFormed(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || u.Fragment != "" || u.User != nil || strings.HasSuffix(u.Path, "/") {
		return nil
	}
	host := strings.ToLower(u.Hostname())
	switch u.Scheme {
	case "https":
		if host == "" {
			return nil
		}
	case "http":
		if !origin.IsLoopback(host) && !strings.HasSuffix(host, ".localhost") { // browsers resolve these names themselves
			return nil
		}
	case "", "file", "javascript", "vbscript", "data", "blob", "about": // no app has these
		return nil
	}
	return u
}

// samePlace compares scheme, host and path.
func samePlace(pattern, u *url.URL) bool {
	return pattern.Scheme == u.Scheme && pattern.EscapedPath() == u.EscapedPath() && sameHost(pattern.Host, u.Host)
}

func sameHost(pattern, host string) bool {
	want := strings.Split(strings.TrimPrefix(strings.ToLower(pattern), "www."), ".")
	have := strings.Split(strings.TrimPrefix(strings.ToLower(host), "www."), ".")
	return slices.EqualFunc(want, have, func(a, b string) bool { return a == "*" || a == b })
}

func sameQuery(pattern, u *url.URL) bool {
	want, have := pattern.Query(), u.Query()
	if len(want) != len(have) {
		return false
	}
	for name, values := range want {
		if !slices.EqualFunc(values, have[name], func(a, b string) bool { return a == "{}" || a == b }) {
			return false
		}
	}
	return true
}
