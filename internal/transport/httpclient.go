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

// maxConnsPerHost limits the HTTP/1.1 connections to one host, idle or not. Without a limit, the pool
// opens more connections than there are concurrent calls. It dials for a call that then gets a
// connection which has become free.
const maxConnsPerHost = 32

// sharedPool returns the connections of all clients without an http.Client of their own. New clients
// reuse them, and dropping a client leaks nothing.
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
		// A ping detects a connection that has died silently; all calls share one. It fails well before
		// an attempt times out, so that the next attempt gets another connection.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 4 * time.Second, PingTimeout: 3 * time.Second},
	}}
})

// pool is the SDK's own transport with its connections.
type pool struct {
	transport *http.Transport
	suspect   atomic.Bool // an attempt got no answer in time

	mu      sync.Mutex
	renewed time.Time
}

// renewInterval is the least time between two renewals. Callers with short deadlines and a slow but
// healthy service would otherwise force every other caller to reconnect.
const renewInterval = 9 * time.Second

// renew closes the idle connections if one may be dead. A firewall drops idle connections without a
// notice, and each attempt would then time out on the next dead one. renew runs when the next attempt
// begins, because HTTP/2 counts a connection as busy for a moment after a timeout.
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

// A sender sends a request and returns the answer, whatever its status. It follows no redirects: the
// credentials go only to the base URL. So it needs no http.Client, which copies every request in case of
// a redirect.
type sender struct {
	transport  http.RoundTripper
	pool       *pool          // the pool of transport; nil: the application's own transport
	shared     bool           // transport is the shared one, without middleware
	observed   bool           // there is middleware, which may look at the context
	clearHTTP2 bool           // transport may speak HTTP/2 without TLS
	jar        http.CookieJar // nil: no cookies

	proxy func(*http.Request) (*url.URL, error) // nil: no proxy, or not known
}

// newSender returns a sender with the transport and the cookie jar of given, or the shared transport for
// nil, and with the middleware. New handles the timeout of given, as a limit of the attempt.
func newSender(given *http.Client, middleware []func(http.RoundTripper) http.RoundTripper) (sender, error) {
	var s sender
	if given != nil {
		s.transport, s.jar = given.Transport, given.Jar
	}
	s.shared = s.transport == nil && len(middleware) == 0
	s.observed = len(middleware) > 0
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

// send returns either an answer, whose body is not nil, or an error.
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

// once is a RoundTripper that stops net/http from repeating a request because of its headers: net/http
// takes these headers as a permission to repeat.
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
