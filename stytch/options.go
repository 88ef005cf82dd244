package stytch

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/internal/transport"
)

// Option changes how a client works. The functions whose names begin with With return one, apart from
// those of a [CallOption]. A nil Option changes nothing.
type Option = transport.Option

// WithBaseURL sets where the API is, such as "https://login.example.com" for a custom domain. It
// must be https, or http to this machine (see [WithInsecureHTTP]). A path is kept in front of the
// API's own. The empty string means the default. It is also the issuer of session JWTs that a local
// check accepts, next to the service's own; see [WithJWTIssuers].
func WithBaseURL(url string) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.BaseURL = url })
}

// WithInsecureHTTP allows a base URL that is http to another machine. The project's secret and
// every code then cross the network in the clear.
func WithInsecureHTTP() Option {
	return transport.OptionFunc(func(c *transport.Config) { c.AllowHTTP = true })
}

// WithHTTPClient sets the HTTP client. A copy of it is used, with two differences: no redirect is
// followed, so that credentials go nowhere else; and its Timeout, if shorter than that of an
// attempt, applies to each attempt. Without a Transport it uses the one that all clients share,
// not [http.DefaultTransport], which keeps only two idle connections to a host. Nil means the
// default.
func WithHTTPClient(client *http.Client) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.HTTPClient = client })
}

// WithTimeout sets how long a call may take with all attempts and the waits between them. 0 means
// the default of 30 seconds, a negative value no limit. The context of a call can end it sooner.
func WithTimeout(d time.Duration) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.Timeout = d })
}

// WithAttemptTimeout sets how long an attempt may take, to the last byte of the answer: from
// getting a connection, or, with an HTTP client or middleware of the application, from looking for
// one. 0 means the default of 10 seconds, a negative value no limit.
func WithAttemptTimeout(d time.Duration) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.AttemptTimeout = d })
}

// WithMaxRetries sets how often a failed call may be repeated, where that does no harm; the default
// is 2. 0 or less turns retries off.
func WithMaxRetries(n int) Option {
	return transport.OptionFunc(func(c *transport.Config) {
		c.MaxRetries = n
		if n <= 0 {
			c.MaxRetries = -1 // in a Config, 0 is the default
		}
	})
}

// WithMaxResponseBytes sets how large an answer may be, after decompression. 0 means the default of
// 1 MiB, a negative value no limit.
func WithMaxResponseBytes(n int64) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.MaxResponseBytes = n })
}

// WithLogger sets where a debug record is written about each attempt: the call, its path template,
// status, duration and request ID, the type of an error and its cause, the Retry-After of the answer,
// and the pause before the next attempt; no value of what was sent or answered. Nil, the default,
// writes none.
func WithLogger(logger *slog.Logger) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.Logger = logger })
}

// WithMiddleware wraps what sends the requests, for example to trace them. The first function given
// is outermost, and each attempt passes through all of them. A middleware sees the credentials and
// everything that is sent.
func WithMiddleware(middleware ...func(http.RoundTripper) http.RoundTripper) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.Middleware = append(c.Middleware, middleware...) })
}

// WithUserAgent adds the name of the application, such as "shop/1.2", to the User-Agent header.
func WithUserAgent(name string) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.UserAgent = name })
}

// WithJWTLeeway sets how far the clocks of this machine and of the service may be apart, for the
// local check of session JWTs. 0 means the default of 5 seconds, a negative value none.
func WithJWTLeeway(d time.Duration) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.JWTLeeway = d })
}

// WithJWTIssuers adds issuers that a local check of session JWTs accepts, such as
// "https://login.example.com". The service issues a JWT in the name of the domain that it was asked
// through. A client knows the issuer of its own base URL, and the one of the service's own
// addresses. A front end that uses a custom domain needs it named here, or each of its JWTs costs a
// call. How the URL is spelled does not matter.
func WithJWTIssuers(issuers ...string) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.JWTIssuers = append(c.JWTIssuers, issuers...) })
}

// WithClock sets the clock that session JWTs are held against. Nil means that of the machine.
func WithClock(now func() time.Time) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.Now = now })
}

// WithoutValidation sends requests unchecked and leaves it to the service to refuse them.
func WithoutValidation() Option {
	return transport.OptionFunc(func(c *transport.Config) { c.SkipValidation = true })
}
