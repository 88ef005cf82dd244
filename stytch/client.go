package stytch

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"

	"github.com/stytchgen/sdk/internal/transport"
)

// The environment variables that [FromEnv] reads.
const (
	envProjectID = "STYTCH_PROJECT_ID"
	envSecret    = "STYTCH_SECRET"
	envBaseURL   = "STYTCH_BASE_URL"
)

// api is what clients need to know of this API.
var api = transport.API{Enums: enums, Fetcher: fetcher{}}

// fetcher fetches what local checks need. Its methods are in the hand-written sections of these checks.
type fetcher struct{}

// NewClient returns a client for a project. The project ID and the secret are in the Stytch dashboard. A
// project ID that begins with "project-live-" selects the live API, any other the test API. NewClient
// checks its arguments and does no I/O. The client is safe for concurrent use and needs no closing.
func NewClient(projectID, secret string, opts ...Option) (*Client, error) {
	t, err := newTransport(projectID, secret, api, opts)
	if err != nil {
		return nil, err
	}
	return newClient(t), nil
}

// NewPublicClient returns a client without the project's secret, for a program that should not have it. It
// can fetch access tokens with [M2MService.TokenSource], and check access tokens and session JWTs without a
// call. Calls that need the secret fail before they are sent.
func NewPublicClient(projectID string, opts ...Option) (*Client, error) {
	return NewClient(projectID, "", append(slices.Clip(opts), transport.WithoutSecret)...)
}

// FromEnv is like [NewClient], with the project ID and the secret from the environment variables
// STYTCH_PROJECT_ID and STYTCH_SECRET. If STYTCH_BASE_URL is set, it is the base URL; an option can
// override it.
func FromEnv(opts ...Option) (*Client, error) {
	t, err := newTransportFromEnv(api, opts)
	if err != nil {
		return nil, err
	}
	return newClient(t), nil
}

// Maker is for package b2b, which has the same options and errors.
func (shared) Maker() transport.Maker {
	return transport.Maker{New: newTransport, FromEnv: newTransportFromEnv, None: noTransport}
}

func newTransport(projectID, secret string, api transport.API, opts []Option) (*transport.Client, error) {
	t, err := transport.New(transport.Config{
		ProjectID: projectID, Secret: secret, TestURL: testURL, LiveURL: liveURL, API: api, Errors: errorMaker{},
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("stytch: %w", err)
	}
	return t, nil
}

func newTransportFromEnv(api transport.API, opts []Option) (*transport.Client, error) {
	for _, name := range []string{envProjectID, envSecret} {
		if os.Getenv(name) == "" {
			return nil, fmt.Errorf("stytch: the environment variable %s is not set: "+
				"want the value from the Stytch dashboard", name)
		}
	}
	opts = append([]Option{WithBaseURL(os.Getenv(envBaseURL))}, opts...)
	return newTransport(os.Getenv(envProjectID), os.Getenv(envSecret), api, opts)
}

// noTransport returns the transport of a client or service that neither [NewClient] nor [FromEnv] has
// made. Each of its calls fails with an error that says so.
var noTransport = sync.OnceValue(func() *transport.Client {
	return transport.None(errorMaker{}, errors.New("the client is nil or empty: make one with NewClient or FromEnv"))
})

// Format prints the client without its secret.
func (c Client) Format(f fmt.State, verb rune) {
	fmt.Fprintf(f, "stytch.Client%v", c.transport)
}

// LogValue returns the client for a log, without its secret.
func (c Client) LogValue() slog.Value { return c.transport.LogValue() }
