package sessionweb

import (
	"net/http"
	"net/netip"
	"net/url"
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
// lives as long as the browser.
func SetCookies(w http.ResponseWriter, r *http.Request, token, jwt string, expires time.Time) {
	for name, value := range map[string]string{TokenCookie: token, JWTCookie: jwt} {
		if value != "" {
			set(w, r, name, value, expires)
		}
	}
}

// ClearCookies takes the session from the browser.
func ClearCookies(w http.ResponseWriter, r *http.Request) {
	for _, name := range []string{TokenCookie, JWTCookie} {
		set(w, r, name, "", time.Unix(1, 0))
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

// plainLoopback reports whether a browser talks to this machine without TLS: it
// would not send a Secure cookie back.
func plainLoopback(r *http.Request) bool {
	if r.TLS != nil {
		return false
	}
	u := url.URL{Host: r.Host}
	host := strings.ToLower(u.Hostname())
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// setRetryAfter says how long to wait, in whole seconds.
func setRetryAfter(w http.ResponseWriter, d time.Duration) {
	if d > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((d+time.Second-1)/time.Second)))
	}
}
