package sessionweb

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The names of the cookies, as the service's own clients have them.
const (
	TokenCookie = "stytch_session"
	JWTCookie   = "stytch_session_jwt"
)

// SetCookies gives the browser a session. Both cookies live as long as it: the
// expired JWT of a session that goes on is renewed. A session without an end
// lives as long as the browser. For a value that is not there, or that browsers
// would drop, the cookie of before is cleared: it may be of somebody else.
func SetCookies(w http.ResponseWriter, r *http.Request, token, jwt string, expires time.Time) {
	setOrClear(w, r, TokenCookie, token, expires)
	setOrClear(w, r, JWTCookie, jwt, expires)
}

// renewCookies gives the browser what a renewal brought beside the tokens that it
// has. Nobody knows here whether the login was to outlive the browser, so this does
// not. Where it was, the token outlives it, and brings a JWT again.
func renewCookies(w http.ResponseWriter, r *http.Request, has []string, token, jwt string) {
	if token != "" && !slices.Contains(has, token) {
		setOrClear(w, r, TokenCookie, token, time.Time{})
	}
	setOrClear(w, r, JWTCookie, jwt, time.Time{})
}

func setOrClear(w http.ResponseWriter, r *http.Request, name, value string, expires time.Time) {
	if value == "" || len(name)+len(value) > maxCookie {
		value, expires = "", past
	}
	set(w, r, name, value, expires)
}

// maxCookie is how many bytes of name and value browsers keep.
const maxCookie = 4096

// past clears a cookie.
var past = time.Unix(1, 0)

// ClearCookies takes the session from the browser.
func ClearCookies(w http.ResponseWriter, r *http.Request) {
	for _, name := range []string{TokenCookie, JWTCookie} {
		set(w, r, name, "", past)
	}
}

func set(w http.ResponseWriter, r *http.Request, name, value string, expires time.Time) {
	cookie := &http.Cookie{
		Name: name, Value: value, Path: "/",
		HttpOnly: true, Secure: !plainLoopback(r), SameSite: http.SameSiteLaxMode,
	}
	if !expires.IsZero() {
		cookie.Expires, cookie.MaxAge = expires, int(time.Until(expires).Seconds())
		if cookie.MaxAge <= 0 {
			cookie.MaxAge = -1 // 0 would mean: not stated
		}
	}
	replace(w, cookie)
}

// replace sets a cookie in place of the one of that name that was set before in
// the same answer.
func replace(w http.ResponseWriter, cookie *http.Cookie) {
	header := w.Header()
	kept := header["Set-Cookie"][:0:0]
	for _, line := range header["Set-Cookie"] {
		if !strings.HasPrefix(line, cookie.Name+"=") {
			kept = append(kept, line)
		}
	}
	header["Set-Cookie"] = kept
	http.SetCookie(w, cookie)
}

// plainLoopback reports whether a browser talks to this machine without TLS: not
// every browser would send a Secure cookie back. A proxy on this machine may have
// put the loopback address into Host; it is given away by the headers that it
// adds, or by what the browser says about where its page is from.
func plainLoopback(r *http.Request) bool {
	if r.TLS != nil || !isLoopback(r.Host) {
		return false
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-Proto", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	for _, name := range []string{"Origin", "Referer"} {
		if page, err := url.Parse(r.Header.Get(name)); err == nil && page.Host != "" && (page.Scheme != "http" || !isLoopback(page.Host)) {
			return false
		}
	}
	return true
}

// isLoopback reports whether a host, with a port or without, is this machine.
func isLoopback(hostport string) bool {
	u := url.URL{Host: hostport}
	host := strings.ToLower(u.Hostname())
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// SetRetryAfter says how long to wait, in whole seconds.
func SetRetryAfter(w http.ResponseWriter, d time.Duration) {
	if d <= 0 {
		return
	}
	seconds := int64(d / time.Second)
	if d%time.Second > 0 {
		seconds++
	}
	w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
}
