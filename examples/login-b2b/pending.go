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

// loginLife is how long a login may take. It outlasts the codes, so that a person
// whose code has expired can ask for another.
const loginLife = 15 * time.Minute

// maxLogins bounds the memory; the guard keeps most floods away from it.
const maxLogins = 10_000

// logins are the logins on their way, which stay on the server: a browser gets a
// random name for its own. A stranger can then neither read where a code went, nor
// have a code of their own checked for somebody else. With several processes they go
// into a store that all of them share. They are safe for concurrent use.
type logins struct {
	now func() time.Time

	mu   sync.Mutex
	byID map[string]login
}

func newLogins(now func() time.Time) *logins { return &logins{now: now, byID: map[string]login{}} }

// loginCookie names the login that a browser is in.
const loginCookie = "login"

// begin keeps a login in place of the one that the browser was in.
func (l *logins) begin(w http.ResponseWriter, r *http.Request, one login) {
	id := rand.Text() // 128 bits: nobody guesses it
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

// find returns the login that a browser is in, and whether it is in one.
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

// update keeps what became of the login that a browser is in.
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

// maxTries is how many codes can be tried for one that was sent. The service locks
// users, but who guesses should not get that far, and a first code by e-mail belongs
// to no user yet.
const maxTries = 5

// try counts a try of the code that a browser's login is waiting for, and reports
// whether there was one left. It counts before the service is asked, so that requests
// at the same time get no more.
func (l *logins) try(r *http.Request) bool {
	left := false
	l.update(r, func(one *login) {
		one.tries++
		left = one.tries <= maxTries
	})
	return left
}

// tooManyTries is what to say when there was none left.
var tooManyTries = &problem{status: http.StatusTooManyRequests, AtField: true,
	Message: "There were too many wrong codes. Please ask for another code."}

// end forgets the login that a browser is in.
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

// makeRoom forgets what has expired, and if need be what expires first.
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

// setLoginCookie sets the cookie: no script reads it, no form of another site sends
// it, and it crosses the network only encrypted.
func setLoginCookie(w http.ResponseWriter, r *http.Request, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: loginCookie, Value: value, Path: "/login", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: !plainLoopback(r),
	})
}

// plainLoopback reports whether a browser talks to this machine without TLS, as in
// development: not every browser sends a Secure cookie back then.
func plainLoopback(r *http.Request) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return r.TLS == nil && (strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback())
}
