package stytch

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"github.com/stytchgen/sdk/internal/transport"
)

// The environment variables that [FromEnv] reads.
const (
	envProjectID = "STYTCH_PROJECT_ID"
	envSecret    = "STYTCH_SECRET"
	envBaseURL   = "STYTCH_BASE_URL"
)

// NewClient returns a client for a project, with the ID and the secret that the Stytch dashboard
// shows. A project ID that begins with "project-live-" selects the live API, any other the test
// API. NewClient checks its arguments and does no I/O; the client is safe for concurrent use and
// has nothing to close.
func NewClient(projectID, secret string, opts ...Option) (*Client, error) {
	t, err := NewTransport(projectID, secret, opts...)
	if err != nil {
		return nil, err
	}
	return newClient(t), nil
}

// FromEnv returns a client as [NewClient] does, with the project ID and the secret from the
// environment variables STYTCH_PROJECT_ID and STYTCH_SECRET. STYTCH_BASE_URL, if set, is the base
// URL, unless an option gives another.
func FromEnv(opts ...Option) (*Client, error) {
	t, err := NewTransportFromEnv(opts...)
	if err != nil {
		return nil, err
	}
	return newClient(t), nil
}

// NewTransport returns what carries the calls of a client. It is for the package b2b, whose client
// takes the same options and returns the same errors; applications use [NewClient].
func NewTransport(projectID, secret string, opts ...Option) (*transport.Client, error) {
	cfg := transport.Config{ProjectID: projectID, Secret: secret, TestURL: testURL, LiveURL: liveURL, Errors: errorMaker{}}
	for _, opt := range opts {
		if opt != nil {
			opt(&cfg)
		}
	}
	t, err := transport.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("stytch: %w", err)
	}
	return t, nil
}

// NoTransport returns what carries the calls of a client or service that neither [NewClient] nor
// [FromEnv] has made: none, each is an error that says so. It is for generated code.
func NoTransport() *transport.Client { return noTransport() }

var noTransport = sync.OnceValue(func() *transport.Client {
	return transport.None(errorMaker{}, errors.New("the client is nil or empty: make one with NewClient or FromEnv"))
})

// NewTransportFromEnv is to [FromEnv] what [NewTransport] is to [NewClient].
func NewTransportFromEnv(opts ...Option) (*transport.Client, error) {
	for _, name := range []string{envProjectID, envSecret} {
		if os.Getenv(name) == "" {
			return nil, fmt.Errorf("stytch: the environment variable %s is not set: "+
				"want the value from the Stytch dashboard", name)
		}
	}
	opts = append([]Option{WithBaseURL(os.Getenv(envBaseURL))}, opts...)
	return NewTransport(os.Getenv(envProjectID), os.Getenv(envSecret), opts...)
}

// Format prints the client without its secret, whatever the verb.
func (c Client) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, "stytch.Client%v", c.transport)
}

// LogValue returns the client for a log, without its secret.
func (c Client) LogValue() slog.Value { return c.transport.LogValue() }
