package transport

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/stytchgen/sdk/internal/rbac"
	"github.com/stytchgen/sdk/internal/sessionjwt"
	"github.com/stytchgen/sdk/internal/sessionweb"
)

// Client makes calls. It is safe for concurrent use, and there is nothing to close.
type Client struct {
	// With a verb that does not fit, fmt ignores the Format method of a service and prints its fields
	// one pointer deep. Behind this second pointer it prints only an address.
	*inside
}

// inside has the fields of a client, including the credentials.
type inside struct {
	projectID string
	base      *url.URL
	ownBase   bool // the base URL is neither that of the test environment nor the live one
	sender    sender
	header    http.Header // of every call, including the credentials
	secrets   []string    // errors must not show these
	public    bool        // there are no credentials: only anonymous calls are made

	timeout          time.Duration // 0: none
	attemptTimeout   time.Duration // 0: none
	maxRetries       int
	maxResponseBytes int64 // 0: no limit
	skipValidation   bool

	jwt      sessionjwt.Config // Keys is nil if they are to be fetched
	fetcher  any               // a keyFetcher and policyFetcher
	jwtOnce  sync.Once
	verifier *sessionjwt.Verifier
	site     *sessionweb.Site
	renewals sessionweb.Calls

	policyGrace  time.Duration // 0: none
	policiesOnce sync.Once
	policies     *rbac.Policies

	interceptors []Interceptor

	logger *slog.Logger
	drifts *drifts // nil: drift is not reported
	errors ErrorMaker

	refusal error // why every call fails; nil: calls are made
	sleep   func(context.Context, time.Duration) error
	jitter  func(time.Duration) time.Duration
}

// New applies the options to cfg, checks it and returns a client. It does no I/O.
func New(cfg Config, opts ...Option) (*Client, error) {
	for _, opt := range opts {
		if opt != nil {
			opt.apply(&cfg)
		}
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = cfg.defaultBaseURL()
	}
	base, err := parseBaseURL(cfg.BaseURL, cfg.AllowHTTP)
	if err != nil {
		return nil, err
	}
	sender, err := newSender(cfg.HTTPClient, cfg.Middleware)
	if err != nil {
		return nil, err
	}
	jwt, err := cfg.sessionJWTs(base)
	if err != nil {
		return nil, err
	}
	site, err := sessionweb.NewSite(cfg.ProjectID, cfg.SessionCookies)
	if err != nil {
		return nil, err
	}
	credentials := base64.StdEncoding.EncodeToString([]byte(cfg.ProjectID + ":" + cfg.Secret))
	attemptTimeout := orDefault(cfg.AttemptTimeout, DefaultAttemptTimeout)
	if given := cfg.HTTPClient; given != nil && given.Timeout > 0 &&
		(attemptTimeout == 0 || given.Timeout < attemptTimeout) {
		attemptTimeout = given.Timeout
	}
	c := &Client{&inside{
		projectID: cfg.ProjectID,
		base:      base,
		ownBase:   base.String() != cfg.TestURL && base.String() != cfg.LiveURL,
		sender:    sender,
		header: http.Header{
			"Accept":        {"application/json"},
			"Authorization": {"Basic " + credentials},
			"User-Agent":    {userAgent(cfg.UserAgent)},
		},
		secrets:          []string{cfg.Secret, credentials},
		timeout:          orDefault(cfg.Timeout, DefaultTimeout),
		attemptTimeout:   attemptTimeout,
		maxRetries:       orDefault(cfg.MaxRetries, DefaultMaxRetries),
		maxResponseBytes: orDefault(cfg.MaxResponseBytes, DefaultMaxResponseBytes),
		skipValidation:   cfg.SkipValidation,
		jwt:              jwt,
		fetcher:          cfg.API.Fetcher,
		site:             site,
		policyGrace:      orDefault(cfg.PolicyGrace, DefaultPolicyGrace),
		interceptors:     cfg.Interceptors,
		logger:           cfg.Logger,
		drifts:           newDrifts(cfg.DriftReport, cfg.Errors.KnownType, cfg.API.Enums),
		errors:           cfg.Errors,
		sleep:            cfg.Sleep,
		jitter:           cfg.Jitter,
	}}
	if cfg.Public {
		c.public, c.secrets = true, nil
		delete(c.header, "Authorization")
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	if c.jitter == nil {
		c.jitter = rand.N[time.Duration]
	}
	return c, nil
}

// None returns a client whose calls all fail with the given reason, before any other check.
func None(makes ErrorMaker, reason error) *Client {
	site, _ := sessionweb.NewSite("", sessionweb.Cookies{}) // the defaults are valid
	return &Client{&inside{base: &url.URL{}, site: site, errors: makes, refusal: reason}}
}

// Refusal returns why all calls of this client fail, or nil.
func (c *Client) Refusal() error { return c.refusal }

// Now returns the time of the client's clock, which checks tokens.
func (c *Client) Now() time.Time {
	if c.jwt.Now == nil {
		return time.Now()
	}
	return c.jwt.Now()
}

// sessionJWTs returns how session JWTs are verified. With a custom base URL, the service issues them in
// the name of that URL.
func (cfg *Config) sessionJWTs(base *url.URL) (sessionjwt.Config, error) {
	c := sessionjwt.Config{
		Audience: cfg.ProjectID,
		Leeway:   orDefault(cfg.JWTLeeway, DefaultJWTLeeway),
		Now:      cfg.Now,
	}
	own := base.String()
	if own == cfg.TestURL || own == cfg.LiveURL {
		own = ""
	}
	var err error
	if c.Issuers, err = sessionjwt.Issuers(cfg.ProjectID, own, cfg.JWTIssuers); err != nil {
		return c, err
	}
	if cfg.JWTKeys != nil {
		c.Keys, err = sessionjwt.Fixed(cfg.JWTKeys)
	}
	return c, err
}

// Verifier returns the client's verifier of JWTs. Its keys come from the client's API, unless the
// application configured them.
func (c *Client) Verifier() *sessionjwt.Verifier {
	c.jwtOnce.Do(func() {
		if c.jwt.Keys == nil {
			c.jwt.Keys = sessionjwt.Fetched(func(ctx context.Context) ([]sessionjwt.Key, error) {
				if c.refusal != nil {
					return nil, c.refusal
				}
				return c.fetcher.(keyFetcher).Keys(ctx, c)
			})
		}
		c.verifier = sessionjwt.New(c.jwt)
	})
	return c.verifier
}

// Policies returns the client's access policies.
func (c *Client) Policies() *rbac.Policies {
	c.policiesOnce.Do(func() {
		cfg := rbac.Config{Answered: func(error) bool { return false }, Fetch: func(context.Context, string) ([]rbac.Grant, error) { return nil, c.refusal }}
		if c.refusal == nil {
			cfg = c.fetcher.(policyFetcher).Policies(c)
		}
		cfg.Grace, cfg.Now = c.policyGrace, c.jwt.Now
		c.policies = rbac.New(cfg)
	})
	return c.policies
}

// Site returns the settings of the session cookies.
func (c *Client) Site() *sessionweb.Site { return c.site }

// Renewals returns the calls in progress that renew sessions.
func (c *Client) Renewals() *sessionweb.Calls { return &c.renewals }

// Within returns a context that ends when a call with these options would end, for work outside of the
// call.
func (c *Client) Within(ctx context.Context, opts []CallOption) (context.Context, context.CancelFunc) {
	var s CallSettings
	s.apply(c, opts)
	if s.Timeout <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, s.Timeout)
}

// ProjectID returns the client's project ID. For a nil client it is empty.
func (c *Client) ProjectID() string {
	if c == nil {
		return ""
	}
	return c.projectID
}

// BaseURL returns the address of the API, without a slash at the end. For a nil client it is empty.
func (c *Client) BaseURL() string {
	if c == nil {
		return ""
	}
	return c.base.String()
}

// Format prints the project and the base URL.
func (c *Client) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "{ProjectID: %q, BaseURL: %q}", c.ProjectID(), c.BaseURL())
}

// LogValue returns the project and the base URL for a log.
func (c *Client) LogValue() slog.Value {
	return slog.GroupValue(slog.String("project_id", c.ProjectID()), slog.String("base_url", c.BaseURL()))
}

// userAgent returns the User-Agent header: the SDK, its platform, and suffix, which names the
// application.
func userAgent(suffix string) string {
	// The version of a development build is a phrase: "devel go1.27-f2d1 Mon Mar 2 ...".
	version := runtime.Version()
	for _, word := range strings.Fields(version) {
		if strings.HasPrefix(word, "go") {
			version = word
			break
		}
	}
	s := fmt.Sprintf("stytchgen-go/%s (%s; %s/%s)", Version, version, runtime.GOOS, runtime.GOARCH)
	return strings.TrimSpace(s + " " + suffix)
}

// sleep waits for d. If ctx ends first, it returns the error of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
