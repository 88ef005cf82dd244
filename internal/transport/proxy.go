package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/stytchgen/sdk/internal/origin"
)

// proxy returns the proxy of the environment. Calls to this machine use none, because plain http would
// show the secret to the proxy.
func proxy(r *http.Request) (*url.URL, error) {
	if origin.IsLoopback(r.URL.Hostname()) {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r)
}

// proxyError is a failure of the proxy, before the request reached the service. It names the proxy;
// otherwise the service would seem to be down.
type proxyError struct {
	proxy  *url.URL
	status int   // the proxy's answer; 0: the proxy did not answer
	err    error // what went wrong, if status is 0
}

// Error names the proxy without its user and password.
func (e *proxyError) Error() string {
	name := "the proxy " + e.proxy.Scheme + "://" + e.proxy.Host
	var op *net.OpError
	switch {
	case e.status == http.StatusProxyAuthRequired && e.proxy.User == nil:
		return name + " wants a user and a password (status 407): put them before the host in its URL"
	case e.status == http.StatusProxyAuthRequired:
		return name + " refuses the user or the password in its URL (status 407)"
	case e.status != 0:
		return name + " refuses to connect to the service: status " + strings.TrimSpace(fmt.Sprintf("%d %s", e.status, http.StatusText(e.status)))
	case errors.As(e.err, &op) && op.Op == "proxyconnect":
		return name + " cannot be reached: " + op.Err.Error()
	}
	return "no connection through " + name + ": " + e.err.Error()
}

// Unwrap returns the underlying error, if there is one.
func (e *proxyError) Unwrap() error { return e.err }

// wantsCredentials reports whether the proxy rejects the user and password in its URL. It then rejects
// every attempt.
func (e *proxyError) wantsCredentials() bool { return e.status == http.StatusProxyAuthRequired }

// throughProxy reports whether err comes from a proxy.
func throughProxy(err error) bool {
	_, is := errors.AsType[*proxyError](err)
	return is
}

// connected checks the proxy's answer to CONNECT. Only the SDK's own transport calls it.
func connected(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{proxy: proxy, status: answer.StatusCode}
}

// proxyOf returns the proxy of a request; nil if there is none or it is not known.
func (s *sender) proxyOf(r *http.Request) *url.URL {
	if s.proxy == nil {
		return nil
	}
	u, _ := s.proxy(r)
	return u
}

// throughProxy adds the name of the proxy to the error of a request that got no connection.
func (s *sender) throughProxy(r *http.Request, w *watch, err error) error {
	if !w.asked.Load() || w.connections.Load() > 0 || errors.Is(err, context.Canceled) || throughProxy(err) {
		return err
	}
	u := s.proxyOf(r)
	if u == nil {
		return err
	}
	// An http.Transport of the application returns only the status text as the error.
	if strings.EqualFold(err.Error(), http.StatusText(http.StatusProxyAuthRequired)) {
		return &proxyError{proxy: u, status: http.StatusProxyAuthRequired}
	}
	return &proxyError{proxy: u, err: err}
}
