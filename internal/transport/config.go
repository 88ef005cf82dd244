package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/internal/rbac"
	"github.com/stytchgen/sdk/internal/sessionjwt"
	"github.com/stytchgen/sdk/internal/sessionweb"
	"github.com/stytchgen/sdk/internal/validate"
)

// The defaults of a [Config].
const (
	DefaultTimeout          = 30 * time.Second
	DefaultAttemptTimeout   = 10 * time.Second
	DefaultMaxRetries       = 2
	DefaultMaxResponseBytes = 1 << 20
	DefaultJWTLeeway        = 5 * time.Second
	DefaultPolicyGrace      = rbac.DefaultGrace
)

// Config has the settings of a client. Only the credentials and Errors are required.
type Config struct {
	ProjectID string
	Secret    string
	Public    bool // there is no Secret, and only anonymous calls are made

	TestURL   string       // where the test API is
	LiveURL   string       // where the live API is
	BaseURL   string       // where the API is; empty: TestURL or LiveURL, by the project ID
	AllowHTTP bool         // BaseURL may be http on any host, not only on this machine
	UserAgent string       // is added to the SDK's own User-Agent
	Logger    *slog.Logger // gets a debug record for each attempt; nil: off

	// DriftReport is called where an answer differs from the spec, once for each path; nil: off.
	DriftReport func(Drift)
	API         API

	HTTPClient *http.Client                                // copied, never changed; nil: the shared one
	Middleware []func(http.RoundTripper) http.RoundTripper // around each attempt, the first outermost

	Interceptors []Interceptor // around each call, the first outermost

	Timeout          time.Duration // of a call, including waits; 0: default, negative: none
	AttemptTimeout   time.Duration // of an attempt; 0: default, negative: none
	MaxRetries       int           // attempts after the first; 0: default, negative: none
	MaxResponseBytes int64         // of a decompressed body; 0: default, negative: no limit
	SkipValidation   bool          // requests are not validated

	JWTLeeway  time.Duration    // between this clock and the service's; 0: default, negative: none
	JWTIssuers []string         // of session JWTs, in addition to those of the base URL
	JWTKeys    []sessionjwt.Key // that sign session JWTs; nil: fetched
	Now        func() time.Time // for session JWTs and policies; nil: the machine's clock

	PolicyGrace time.Duration // how long an old policy is used in an outage; 0: default, negative: none

	SessionCookies sessionweb.Cookies // names and attributes of the session cookies

	Errors ErrorMaker

	// Tests replace these. Nil means a real sleep, and a random duration in [0, n).
	Sleep  func(ctx context.Context, d time.Duration) error
	Jitter func(n time.Duration) time.Duration
}

// ErrorMaker makes the errors that an application sees.
type ErrorMaker interface {
	// Failure returns the error of a call that failed, whether it was sent or not.
	Failure(*Failure) error
	// Invalid returns the error of a request that is not valid and was not sent.
	Invalid(call *CallID, violations []validate.Violation) error
	// RetryableType reports whether a 429 with this error type is over within seconds.
	RetryableType(errorType string) bool
	// KnownType reports whether the spec has this error type, so that its name can be shown.
	KnownType(errorType string) bool
}

// orDefault returns the value of a setting: def for 0, 0 (none) for a negative v, v otherwise.
func orDefault[T int | int64 | time.Duration](v, def T) T {
	if v == 0 {
		return def
	}
	return max(v, 0)
}

// check returns the first mistake in the settings, except for the base URL and the middleware.
func (cfg *Config) check() error {
	if cfg.Errors == nil {
		return errors.New("the transport has no ErrorMaker")
	}
	for i, interceptor := range cfg.Interceptors {
		if interceptor == nil {
			return fmt.Errorf("interceptor %d is nil: want a function", i)
		}
	}
	if !validHeaderValue(cfg.UserAgent) {
		return errors.New("the user agent has control characters: want plain text such as shop/1.2")
	}
	if cfg.Public {
		return checkProjectID(cfg.ProjectID)
	}
	return checkCredentials(cfg.ProjectID, cfg.Secret)
}
