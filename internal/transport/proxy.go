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

// proxy is the proxy of the environment, except to this machine: the secret goes there in the clear.
func proxy(r *http.Request) (*url.URL, error) {
	if origin.IsLoopback(r.URL.Hostname()) {
		return nil, nil
	}
	return http.ProxyFromEnvironment(r)
}

// proxyError is a failure of the proxy, before the request reached the service. It names the proxy, because
// otherwise it looks as if the service were down.
type proxyError struct {
	proxy  *url.URL
	status int   // what the proxy answered; 0: something else went wrong
	err    error // what, if status is 0
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

// Unwrap returns what went wrong.
func (e *proxyError) Unwrap() error { return e.err }

// wantsCredentials reports whether the proxy refuses every request until its URL has the right user and
// password.
func (e *proxyError) wantsCredentials() bool { return e.status == http.StatusProxyAuthRequired }

// throughProxy reports whether an error is one of the proxy.
func throughProxy(err error) bool {
	_, is := errors.AsType[*proxyError](err)
	return is
}

// connected checks what a proxy answers to CONNECT. Only the SDK's own transport calls it.
func connected(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{proxy: proxy, status: answer.StatusCode}
}

// proxyOf returns the proxy that a request goes through; nil if there is none, or if it is unknown.
func (s *sender) proxyOf(r *http.Request) *url.URL {
	if s.proxy == nil {
		return nil
	}
	u, _ := s.proxy(r)
	return u
}

// throughProxy makes an error name the proxy of a request that got no connection.
func (s *sender) throughProxy(r *http.Request, w *watch, err error) error {
	if !w.asked.Load() || w.connections.Load() > 0 || errors.Is(err, context.Canceled) || throughProxy(err) {
		return err
	}
	u := s.proxyOf(r)
	if u == nil {
		return err
	}
	// An http.Transport of the application reports only the text of the status.
	if strings.EqualFold(err.Error(), http.StatusText(http.StatusProxyAuthRequired)) {
		return &proxyError{proxy: u, status: http.StatusProxyAuthRequired}
	}
	return &proxyError{proxy: u, err: err}
}
