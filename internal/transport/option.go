package transport

import (
	"context"

	"github.com/stytchgen/sdk/internal/grammar"
	"github.com/stytchgen/sdk/internal/rbac"
	"github.com/stytchgen/sdk/internal/sessionjwt"
)

// Option changes how a client works. A nil Option changes nothing.
type Option interface{ apply(*Config) }

// OptionFunc is an [Option].
type OptionFunc func(*Config)

func (f OptionFunc) apply(c *Config) { f(c) }

// CallOption changes how one call is made. A nil CallOption changes nothing.
type CallOption interface{ applyToCall(*CallSettings) }

// CallOptionFunc is a [CallOption].
type CallOptionFunc func(*CallSettings)

func (f CallOptionFunc) applyToCall(s *CallSettings) { f(s) }

// API is what a package gives its clients. Services of another package use it, too, if the client has them.
type API struct {
	Enums grammar.Enums // that answers have, for DriftReport
	// Fetcher implements keyFetcher and policyFetcher. It is any so that programs without local checks do not
	// have what these call: the linker would keep functions here, and the methods of an interface type.
	Fetcher any
}

type keyFetcher interface {
	// Keys fetches the keys that sign the JWTs of the client's project.
	Keys(context.Context, *Client) ([]sessionjwt.Key, error)
}

type policyFetcher interface {
	// Policies returns how the access policies of the client's project are fetched.
	Policies(*Client) rbac.Config
}

// Maker makes the clients of all packages that have the same options and errors.
type Maker struct {
	New     func(projectID, secret string, api API, opts []Option) (*Client, error)
	FromEnv func(api API, opts []Option) (*Client, error)
	// None returns the client for services that were not made by a client. Each of its calls fails with an
	// error that says so.
	None func() *Client
}

// WithoutSecret is the option of a client that makes only anonymous calls.
var WithoutSecret = OptionFunc(func(c *Config) { c.Public = true })
