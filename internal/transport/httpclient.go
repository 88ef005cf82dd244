package transport

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// maxConnsPerHost bounds the connections to one host, where it does not speak HTTP/2. Idle ones are
// all kept. Without a bound the pool opens more connections than there are calls at a time: it
// dials for a call that then gets a connection which has become free.
const maxConnsPerHost = 32

// sharedPool returns the connections of all clients that are given none, so that clients made one
// after the other share connections, and dropping a client leaks nothing.
var sharedPool = sync.OnceValue(func() *pool {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &pool{transport: &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: connected,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        maxConnsPerHost,
		MaxIdleConnsPerHost:    maxConnsPerHost,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
		// A ping finds out that a connection has died silently; all calls share one. It does so well
		// before an attempt ends, so that the next one gets another connection.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 4 * time.Second, PingTimeout: 3 * time.Second},
	}}
})

// pool is a transport of the SDK's own with its connections.
type pool struct {
	transport *http.Transport
	suspect   atomic.Bool // an attempt got no answer in time

	mu      sync.Mutex
	renewed time.Time
}

// renewInterval is how long renewed connections are trusted. Callers who give up early on a service
// that is slow and well would otherwise have all others shake hands anew, and it slower.
const renewInterval = 9 * time.Second

// renew closes the idle connections if one may be dead. A firewall that forgets a connection tells
// nobody: each attempt would wait in vain on the next of those that it forgot. That is done only when
// another attempt begins, since HTTP/2 takes a moment to see that the last one has left.
func (p *pool) renew() {
	if !p.suspect.Load() || !p.suspect.Swap(false) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); now.Sub(p.renewed) >= renewInterval {
		p.renewed = now
		p.transport.CloseIdleConnections()
	}
}

// A sender sends a request and returns the answer, whatever it is. It follows no redirect: the
// credentials go to the base URL and nowhere else. So it does without the copies that an http.Client
// makes of every request for the redirects that may come.
type sender struct {
	transport  http.RoundTripper
	pool       *pool          // what transport sends with; nil: with what the application gave
	shared     bool           // transport is the shared one, with nothing around it
	clearHTTP2 bool           // transport may speak HTTP/2 without TLS
	jar        http.CookieJar // nil: no cookies

	proxy func(*http.Request) (*url.URL, error) // nil: none, or unknown
}

// newSender returns a sender that does as given does, nil for the default, and runs the middleware.
// The timeout of given is not its concern: New makes it a limit of the attempt.
func newSender(given *http.Client, middleware []func(http.RoundTripper) http.RoundTripper) (sender, error) {
	var s sender
	if given != nil {
		s.transport, s.jar = given.Transport, given.Jar
	}
	s.shared = s.transport == nil && len(middleware) == 0
	t, ok := s.transport.(*http.Transport)
	switch {
	case ok && t == nil:
		return sender{}, errors.New("the http.Client has a nil *http.Transport: want one, or no Transport at all")
	case ok && t.Protocols != nil:
		s.clearHTTP2 = t.Protocols.UnencryptedHTTP2()
	}
	if s.transport == nil {
		s.pool = sharedPool()
		s.transport, t, ok = s.pool.transport, s.pool.transport, true
	}
	if ok {
		s.proxy = t.Proxy
	}
	s.transport = once{s.transport}
	for i, wrap := range slices.Backward(middleware) {
		if wrap == nil {
			return sender{}, fmt.Errorf("middleware %d is nil: want a function", i)
		}
		if s.transport = wrap(s.transport); s.transport == nil {
			return sender{}, fmt.Errorf("middleware %d returned nil: want a http.RoundTripper", i)
		}
	}
	return s, nil
}

// send returns an answer, which then has a body, or an error.
func (s *sender) send(req *http.Request) (*http.Response, error) {
	if s.jar != nil {
		for _, cookie := range s.jar.Cookies(req.URL) {
			req.AddCookie(cookie)
		}
	}
	resp, err := s.transport.RoundTrip(req)
	switch {
	case err != nil:
		return nil, err
	case resp == nil:
		return nil, errors.New("the http.RoundTripper returned neither an answer nor an error")
	case resp.Body == nil:
		resp.Body = http.NoBody
	}
	if s.jar != nil {
		if cookies := resp.Cookies(); len(cookies) > 0 {
			s.jar.SetCookies(req.URL, cookies)
		}
	}
	return resp, nil
}

// once is a RoundTripper that does not take the header of a request for a permission to send it
// twice. net/http takes these for one.
type once struct{ http.RoundTripper }

var repeatHeaders = []string{"Idempotency-Key", "X-Idempotency-Key"}

// RoundTrip implements http.RoundTripper.
func (o once) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, name := range repeatHeaders {
		if _, ok := r.Header[name]; ok && r.GetBody != nil {
			unrepeatable := *r
			unrepeatable.GetBody = nil
			return o.RoundTripper.RoundTrip(&unrepeatable)
		}
	}
	return o.RoundTripper.RoundTrip(r)
}
