package transport

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// maxConnsPerHost bounds the connections to one host, where it does not speak HTTP/2. Idle ones are
// all kept. Without a bound the pool opens more connections than there are calls at a time: it
// dials for a call that then gets a connection which has become free.
const maxConnsPerHost = 32

// sharedTransport returns the HTTP transport of all clients that are given none, so that clients
// made one after the other share connections, and dropping a client leaks nothing.
var sharedTransport = sync.OnceValue(func() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  proxy,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        maxConnsPerHost,
		MaxIdleConnsPerHost:    maxConnsPerHost,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
		// A ping finds out that a connection has died silently; all calls share one.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second},
	}
})

// httpClient returns a copy of given, or a new client, that follows no redirect, has no timeout of
// its own and runs the middleware. It also reports whether the requests go straight to the shared transport.
func httpClient(
	given *http.Client, middleware []func(http.RoundTripper) http.RoundTripper,
) (*http.Client, bool, error) {
	client := new(http.Client)
	if given != nil {
		*client = *given
	}
	shared := client.Transport == nil && len(middleware) == 0
	if client.Transport == nil {
		client.Transport = sharedTransport()
	}
	client.Transport = once{client.Transport}
	for i, wrap := range slices.Backward(middleware) {
		if wrap == nil {
			return nil, false, fmt.Errorf("middleware %d is nil: want a function", i)
		}
		if client.Transport = wrap(client.Transport); client.Transport == nil {
			return nil, false, fmt.Errorf("middleware %d returned nil: want a http.RoundTripper", i)
		}
	}
	client.Timeout = 0 // New makes it a limit of the attempt
	// The credentials go to the base URL and nowhere else.
	client.CheckRedirect = func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}
	return client, shared, nil
}

// proxy is the proxy of the environment, except to this machine: the secret goes there in the clear.
func proxy(r *http.Request) (*url.URL, error) {
	if isLoopback(r.URL.Hostname()) {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r)
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
