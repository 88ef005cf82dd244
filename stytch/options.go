package stytch

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/internal/transport"
)

// Option changes a client. The functions that begin with With return one, except for those that return a
// [CallOption]. A nil Option changes nothing.
type Option = transport.Option

// WithBaseURL sets the address of the API, such as "https://login.example.com" for a custom domain. It
// must use https, or http to this machine (see [WithInsecureHTTP]). A path in it comes before the path
// of each call. The empty string means the default.
//
// Local checks of session JWTs also accept this address as the issuer; see [WithJWTIssuers].
func WithBaseURL(url string) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.BaseURL = url })
}

// WithInsecureHTTP allows a base URL with http to another machine. The project's secret and all codes
// are then sent unencrypted.
func WithInsecureHTTP() Option {
	return transport.OptionFunc(func(c *transport.Config) { c.AllowHTTP = true })
}

// WithHTTPClient sets the HTTP client; nil means the default. The SDK uses a copy with two differences.
// It follows no redirects, so that credentials go nowhere else. Its Timeout, if shorter than the attempt
// timeout, limits each attempt.
//
// A client without a Transport uses the SDK's shared one, not [http.DefaultTransport], which keeps only
// two idle connections to a host.
func WithHTTPClient(client *http.Client) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.HTTPClient = client })
}

// WithTimeout limits the time of a call, including all attempts and the waits between them. The
// default is 30 seconds; 0 or less means no limit. The context of a call can end it earlier.
func WithTimeout(d time.Duration) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.Timeout = setting(d) })
}

// WithAttemptTimeout limits the time of each attempt, up to the last byte of the answer. The
// default is 10 seconds; 0 or less means no limit. The time starts when the attempt gets a connection.
// With an HTTP client or middleware of the application, it starts before that, with the attempt itself.
func WithAttemptTimeout(d time.Duration) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.AttemptTimeout = setting(d) })
}

// WithMaxRetries sets how often a failed call may be repeated, if that is safe. The default is 2; 0 or
// less means none.
func WithMaxRetries(n int) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.MaxRetries = setting(n) })
}

// WithMaxResponseBytes limits the size of an answer, after decompression. The default is 1 MiB; 0 or
// less means no limit.
func WithMaxResponseBytes(n int64) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.MaxResponseBytes = setting(n) })
}

// WithLogger sets a logger that gets a debug record for each attempt. A record has the call, its path
// template, the status, the duration and the request ID. For a failure it also has the error type, the
// cause, the Retry-After of the answer and the pause before the next attempt. It has no values of
// requests or answers. Nil, the default, turns logging off.
func WithLogger(logger *slog.Logger) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.Logger = logger })
}

// WithMiddleware wraps the RoundTripper that sends the requests, for example to trace them. The first
// function is the outermost, and each attempt goes through all of them. [AttemptFrom] tells which call
// and attempt a request belongs to. A middleware sees the credentials and all data.
func WithMiddleware(middleware ...func(http.RoundTripper) http.RoundTripper) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.Middleware = append(c.Middleware, middleware...) })
}

// WithUserAgent adds the name of the application, such as "shop/1.2", to the User-Agent header.
func WithUserAgent(name string) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.UserAgent = name })
}

// WithJWTLeeway sets the allowed difference between this machine's clock and the service's, for local
// checks of session JWTs. The default is 5 seconds; 0 or less means none.
func WithJWTLeeway(d time.Duration) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.JWTLeeway = setting(d) })
}

// WithJWTIssuers adds issuers that local checks of session JWTs accept, such as
// "https://login.example.com". The issuer of a JWT is the domain through which it was requested. A
// client already knows the issuers of its own base URL and of the service's own addresses.
//
// Add the custom domain of a front end here; otherwise each of its JWTs costs a call. The URLs are
// normalized before they are compared.
func WithJWTIssuers(issuers ...string) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.JWTIssuers = append(c.JWTIssuers, issuers...) })
}

// WithClock sets the clock for checks of session JWTs, and for the age of access policies. Nil means the machine's clock.
func WithClock(now func() time.Time) Option {
	return transport.OptionFunc(func(c *transport.Config) { c.Now = now })
}

// WithoutValidation sends requests without validating them first. The service then rejects wrong ones.
func WithoutValidation() Option {
	return transport.OptionFunc(func(c *transport.Config) { c.SkipValidation = true })
}

// setting returns what a transport.Config has for a number that an option was given. A Config has 0 where
// no option was given.
func setting[T int | int64 | time.Duration](n T) T {
	if n <= 0 {
		return -1
	}
	return n
}
