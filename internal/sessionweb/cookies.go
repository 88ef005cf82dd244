package sessionweb

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// The names of the cookies in the service's own clients.
const (
	defaultTokenName = "stytch_session"
	defaultJWTName   = "stytch_session_jwt"
)

// Cookies configures the session cookies. The zero value is the default.
type Cookies struct {
	TokenName, JWTName string
	Domain             string
	Path               string
	SameSite           http.SameSite
	Secure             *bool // nil: true, except for plain HTTP to this machine
}

// Site is the configuration that setting, reading and clearing cookies share.
type Site struct {
	Cookies
	// Project is the id of the project whose sessions the cookies carry.
	Project string
}

// NewSite validates the configuration of the cookies and fills in the defaults. It
// returns an error for cookies that browsers would silently drop.
func NewSite(project string, c Cookies) (*Site, error) {
	c.TokenName = cmp.Or(c.TokenName, defaultTokenName)
	c.JWTName = cmp.Or(c.JWTName, defaultJWTName)
	c.Path = cmp.Or(c.Path, "/")
	if c.SameSite == 0 {
		c.SameSite = http.SameSiteLaxMode
	}
	given := c.Domain
	c.Domain = strings.ToLower(strings.TrimPrefix(given, "."))
	if c.Secure != nil {
		c.Secure = new(*c.Secure) // the application may change its variable later
	}
	insecure := c.Secure != nil && !*c.Secure
	switch {
	case !valid(http.Cookie{Name: c.TokenName}) || !valid(http.Cookie{Name: c.JWTName}):
		return nil, fmt.Errorf("the session cookies: %q or %q can name no cookie: want letters, digits, - and _", c.TokenName, c.JWTName)
	case c.TokenName == c.JWTName:
		return nil, fmt.Errorf("the session cookies: both are named %s: want two names", c.JWTName)
	case isHostOnly(c.TokenName) != isHostOnly(c.JWTName):
		return nil, errors.New("the session cookies: one name begins with __Host-: want both or neither to")
	case isHostOnly(c.TokenName) && (c.Domain != "" || c.Path != "/"):
		return nil, errors.New("the session cookies: their names begin with __Host-: want no Domain, and the Path /")
	case (c.needSecure() || c.SameSite == http.SameSiteNoneMode) && insecure:
		return nil, errors.New("the session cookies: a __Host- or __Secure- name and SameSite=None demand Secure")
	case c.Path[0] != '/' || !valid(http.Cookie{Name: "x", Path: c.Path}):
		return nil, fmt.Errorf("the session cookies: browsers take no cookie with the Path %q: want one such as /app", c.Path)
	case given != "" && len(domainsOf(c.Domain)) == 0:
		return nil, fmt.Errorf("the session cookies: browsers take no cookie with the Domain %q: want one such as example.com", given)
	case !slices.Contains([]http.SameSite{http.SameSiteLaxMode, http.SameSiteStrictMode, http.SameSiteNoneMode}, c.SameSite):
		return nil, errors.New("the session cookies: their SameSite is unknown: want that of Lax, Strict or None")
	}
	return &Site{Cookies: c, Project: project}, nil
}

// defaultSite is for requests that passed no client's middleware.
var defaultSite = func() *Site {
	site, err := NewSite("", Cookies{})
	if err != nil {
		panic(err)
	}
	return site
}()

// isHostOnly reports whether the name has the prefix __Host-. Browsers keep such a
// cookie only if this host set it, over TLS and for all paths.
func isHostOnly(name string) bool { return hasPrefixFold(name, "__Host-") }

// needSecure reports whether browsers accept the cookies only with Secure.
func (c Cookies) needSecure() bool {
	return slices.ContainsFunc([]string{c.TokenName, c.JWTName}, func(name string) bool {
		return isHostOnly(name) || hasPrefixFold(name, "__Secure-") || hasPrefixFold(name, "__Http-")
	})
}

func (c Cookies) secure(r *http.Request) bool {
	if c.Secure != nil {
		return *c.Secure
	}
	return c.needSecure() || c.SameSite == http.SameSiteNoneMode || !plainLoopback(r)
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func valid(c http.Cookie) bool { return c.Valid() == nil }

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// Set sets the cookies of a session. Both expire with the session, so that an expired
// JWT can still be renewed. Without an expiry they last until the browser closes.
//
// If a value is empty or too long for a browser, Set clears the cookie, which may
// belong to another person's session. It also clears cookies of the same name on
// other domains, because browsers would send both.
func (s *Site) Set(w http.ResponseWriter, r *http.Request, token, jwt string, expires time.Time) {
	everywhere := !s.showsAnotherProject(r)
	s.put(w, r, s.TokenName, token, expires, everywhere && len(r.CookiesNamed(s.TokenName)) > 0)
	s.put(w, r, s.JWTName, jwt, expires, everywhere && len(r.CookiesNamed(s.JWTName)) > 0)
}

// Clear clears the cookies of the session.
func (s *Site) Clear(w http.ResponseWriter, r *http.Request) { s.Set(w, r, "", "", past) }

// maxCookie is the size of name and value, in bytes, that browsers keep.
const maxCookie = 4096

// past is an expiry that clears a cookie.
var past = time.Unix(1, 0)

// put sets a cookie, or clears it if browsers would not keep its value. With
// everywhere, it first clears the cookies of that name on other domains. It replaces
// an earlier Set-Cookie of the same answer, and forbids caches to store the answer.
func (s *Site) put(w http.ResponseWriter, r *http.Request, name, value string, expires time.Time, everywhere bool) {
	if value == "" || len(name)+len(value) > maxCookie {
		value, expires = "", past
	}
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header["Set-Cookie"] = slices.DeleteFunc(slices.Clone(header["Set-Cookie"]), func(line string) bool { return strings.HasPrefix(line, name+"=") })
	secure := s.secure(r)
	write := func(at place, value string, expires time.Time) {
		cookie := &http.Cookie{Name: name, Value: value, Domain: at.domain, Path: at.path, HttpOnly: true, Secure: secure, SameSite: s.SameSite}
		if !expires.IsZero() {
			cookie.Expires, cookie.MaxAge = expires, int(time.Until(expires).Seconds())
			if cookie.MaxAge <= 0 {
				cookie.MaxAge = -1 // 0 would mean that it is not set
			}
		}
		http.SetCookie(w, cookie)
	}
	own := place{s.Domain, s.Path}
	if everywhere {
		for _, at := range s.places(r.Host) {
			if at != own {
				write(at, "", past)
			}
		}
	}
	write(own, value, expires) // last: some browsers treat a host and its domain as the same
}
