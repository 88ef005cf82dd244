package main

import (
	"crypto/rand"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// loginLife is how long a login may take. It is longer than the life of a code, so
// that a person with an expired code can ask for another.
const loginLife = 15 * time.Minute

// maxLogins limits the memory. The guard stops most floods before.
const maxLogins = 10_000

// logins are the logins in progress. They stay on the server; a browser only gets a
// random name. So a stranger can neither read the address of a code, nor use a code of
// their own for another person's login. With several processes, put them into a shared
// store. They are safe for concurrent use.
type logins struct {
	now func() time.Time

	mu   sync.Mutex
	byID map[string]login
}

func newLogins(now func() time.Time) *logins { return &logins{now: now, byID: map[string]login{}} }

// loginCookie is the name of the cookie with a browser's login.
const loginCookie = "login"

// begin stores a new login. It replaces the browser's earlier login.
func (l *logins) begin(w http.ResponseWriter, r *http.Request, one login) {
	id := rand.Text() // 128 bits cannot be guessed
	one.expires = l.now().Add(loginLife)
	l.mu.Lock()
	if cookie, err := r.Cookie(loginCookie); err == nil {
		delete(l.byID, cookie.Value)
	}
	l.makeRoom()
	l.byID[id] = one
	l.mu.Unlock()
	setLoginCookie(w, r, id, int(loginLife/time.Second))
}

// find returns the browser's login, and whether there is one.
func (l *logins) find(r *http.Request) (login, bool) {
	cookie, err := r.Cookie(loginCookie)
	if err != nil {
		return login{}, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	one, ok := l.byID[cookie.Value]
	return one, ok && l.now().Before(one.expires)
}

// update changes the browser's login.
func (l *logins) update(r *http.Request, change func(*login)) {
	cookie, err := r.Cookie(loginCookie)
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if one, ok := l.byID[cookie.Value]; ok {
		change(&one)
		l.byID[cookie.Value] = one
	}
}

// maxTries is how many attempts there are for each code. The service locks users too,
// but an attacker should not get that far. A first code by e-mail belongs to no user
// yet.
const maxTries = 5

// try counts an attempt with the code of the browser's login. It reports whether the
// attempt is allowed. It counts before the service is asked, so that concurrent
// requests get no more attempts.
func (l *logins) try(r *http.Request) bool {
	left := false
	l.update(r, func(one *login) {
		one.tries++
		left = one.tries <= maxTries
	})
	return left
}

// tooManyTries is the problem when no attempt is left.
var tooManyTries = &problem{status: http.StatusTooManyRequests, AtField: true,
	Message: "There were too many wrong codes. Please ask for another code."}

// end removes the browser's login.
func (l *logins) end(w http.ResponseWriter, r *http.Request) {
	cookie, err := r.Cookie(loginCookie)
	if err != nil {
		return
	}
	l.mu.Lock()
	delete(l.byID, cookie.Value)
	l.mu.Unlock()
	setLoginCookie(w, r, "", -1)
}

// makeRoom removes expired logins, and if necessary those that expire first.
func (l *logins) makeRoom() {
	if len(l.byID) < maxLogins {
		return
	}
	first := ""
	for id, one := range l.byID {
		switch {
		case !l.now().Before(one.expires):
			delete(l.byID, id)
		case first == "" || one.expires.Before(l.byID[first].expires):
			first = id
		}
	}
	if len(l.byID) >= maxLogins {
		delete(l.byID, first)
	}
}

// setLoginCookie sets the cookie. Scripts cannot read it, forms of other sites do not
// send it, and it is sent only over TLS.
func setLoginCookie(w http.ResponseWriter, r *http.Request, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: loginCookie, Value: value, Path: "/login", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: !plainLoopback(r),
	})
}

// plainLoopback reports whether a browser talks to this machine without TLS, as in
// development. Not every browser sends a Secure cookie back then.
func plainLoopback(r *http.Request) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return r.TLS == nil && (strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback())
}
