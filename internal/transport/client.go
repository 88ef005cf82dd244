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

	"github.com/stytchgen/sdk/internal/sessionjwt"
	"github.com/stytchgen/sdk/internal/sessionweb"
)

// Client makes calls. It is safe for concurrent use, and there is nothing to close.
type Client struct {
	// For a verb that does not fit, fmt asks no method of a service, looks through one pointer, to
	// this struct, and prints what it finds: an address.
	*inside
}

// inside is what a client has, the credentials among it.
type inside struct {
	projectID string
	base      *url.URL
	ownBase   bool // the base URL is neither that of the test environment nor the live one
	sender    sender
	header    http.Header // of every call, credentials included
	secrets   []string    // no error may show these

	timeout          time.Duration // 0: none
	attemptTimeout   time.Duration // 0: none
	maxRetries       int
	maxResponseBytes int64 // 0: no limit
	skipValidation   bool

	jwt      sessionjwt.Config // without keys, if they are to be fetched
	jwtOnce  sync.Once
	verifier *sessionjwt.Verifier
	site     *sessionweb.Site

	interceptors []Interceptor

	logger *slog.Logger
	drifts *drifts // nil: not reported
	errors ErrorMaker

	refusal error // why no call is made; nil: calls are
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
		site:             site,
		interceptors:     cfg.Interceptors,
		logger:           cfg.Logger,
		drifts:           newDrifts(cfg.DriftReport, cfg.Errors.KnownType),
		errors:           cfg.Errors,
		sleep:            cfg.Sleep,
		jitter:           cfg.Jitter,
	}}
	if c.sleep == nil {
		c.sleep = sleep
	}
	if c.jitter == nil {
		c.jitter = rand.N[time.Duration]
	}
	return c, nil
}

// None returns a client whose calls all fail for a reason, before anything else is looked at.
func None(makes ErrorMaker, reason error) *Client {
	site, _ := sessionweb.NewSite("", sessionweb.Cookies{}) // the defaults are valid
	return &Client{&inside{base: &url.URL{}, site: site, errors: makes, refusal: reason}}
}

// Refusal returns why this client makes no calls, or nil.
func (c *Client) Refusal() error { return c.refusal }

// sessionJWTs returns what session JWTs are held against. Behind a base URL of the application's own,
// the service issues them in its name.
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

// Verifier returns what verifies session JWTs, always the same. Its keys come from fetch, unless the
// application gave them.
func (c *Client) Verifier(fetch func(context.Context) ([]sessionjwt.Key, error)) *sessionjwt.Verifier {
	c.jwtOnce.Do(func() {
		if c.jwt.Keys == nil {
			c.jwt.Keys = sessionjwt.Fetched(fetch)
		}
		c.verifier = sessionjwt.New(c.jwt)
	})
	return c.verifier
}

// Site returns what the cookies of sessions are.
func (c *Client) Site() *sessionweb.Site { return c.site }

// Within returns a context that ends when a call with these options would, for
// what is done beside the call.
func (c *Client) Within(ctx context.Context, opts []CallOption) (context.Context, context.CancelFunc) {
	var s CallSettings
	s.apply(c, opts)
	if s.Timeout <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, s.Timeout)
}

// ProjectID returns the project that the client calls for; of no client it is empty.
func (c *Client) ProjectID() string {
	if c == nil {
		return ""
	}
	return c.projectID
}

// BaseURL returns where the API is, without a slash at the end; of no client it is empty.
func (c *Client) BaseURL() string {
	if c == nil {
		return ""
	}
	return c.base.String()
}

// Format prints the project and the base URL, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "{ProjectID: %q, BaseURL: %q}", c.ProjectID(), c.BaseURL())
}

// LogValue returns the project and the base URL for a log.
func (c *Client) LogValue() slog.Value {
	return slog.GroupValue(slog.String("project_id", c.ProjectID()), slog.String("base_url", c.BaseURL()))
}

// userAgent names the SDK and what it runs on; suffix names the application.
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

// sleep waits for d, or until ctx ends, whose error it then returns.
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
