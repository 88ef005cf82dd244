package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

const memoryURL = "http://127.0.0.1:1" // no server listens here

// A call is a call of the API with the spec's example, for each of the clients.
type call struct {
	name     string
	response string
	// sdk and reflective return a function that makes the call over an http.Client. They are called
	// once for each operation.
	sdk        func(url string, client *http.Client) func(context.Context) error
	reflective func(request, reflective) func(context.Context) error
}

// method is a method of the SDK.
type method[In, Out any] = func(context.Context, In, ...stytch.CallOption) (*Out, error)

// newCall returns the call of an example. pick returns the method of an SDK client.
func newCall[Client, In, Out any](
	name string, e example, connect func(...stytch.Option) (Client, error), pick func(Client) method[In, Out],
) (call, error) {
	var in In
	if err := json.Unmarshal(e.request, &in); err != nil {
		return call{}, fmt.Errorf("the example of %s: %w", name, err)
	}
	return call{
		name:     name,
		response: string(e.response),
		sdk: func(url string, client *http.Client) func(context.Context) error {
			c, err := connect(stytch.WithBaseURL(url), stytch.WithHTTPClient(client))
			return func(ctx context.Context) error {
				if err != nil {
					return err
				}
				_, err := pick(c)(ctx, in)
				return err
			}
		},
		reflective: func(r request, c reflective) func(context.Context) error {
			return func(ctx context.Context) error {
				_, err := reflectiveCall[Out](ctx, c, r, &in)
				return err
			}
		},
	}, nil
}

func connectConsumer(opts ...stytch.Option) (*stytch.Client, error) {
	return stytch.NewClient(wiretest.ProjectID, wiretest.Secret, opts...)
}

func connectB2B(opts ...stytch.Option) (*b2b.Client, error) {
	return b2b.NewClient(wiretest.ProjectID, wiretest.Secret, opts...)
}

// allCalls returns every call of the API.
func allCalls() ([]call, error) {
	consumer, err := readExamples("consumer")
	if err != nil {
		return nil, err
	}
	business, err := readExamples("b2b")
	if err != nil {
		return nil, err
	}
	l := callList{consumer: consumer, b2b: business}
	addConsumer(&l, "otps.authenticate", func(c *stytch.Client) method[stytch.OTPsAuthenticateRequest, stytch.OTPsAuthenticateResponse] {
		return c.OTPs.Authenticate
	})
	addConsumer(&l, "otps.sms.send", func(c *stytch.Client) method[stytch.OTPsSMSSendRequest, stytch.OTPsSMSSendResponse] {
		return c.OTPs.SMS.Send
	})
	addConsumer(&l, "otps.sms.login_or_create", func(c *stytch.Client) method[stytch.OTPsSMSLoginOrCreateRequest, stytch.OTPsSMSLoginOrCreateResponse] {
		return c.OTPs.SMS.LoginOrCreate
	})
	addConsumer(&l, "otps.whatsapp.send", func(c *stytch.Client) method[stytch.OTPsWhatsAppSendRequest, stytch.OTPsWhatsAppSendResponse] {
		return c.OTPs.WhatsApp.Send
	})
	addConsumer(&l, "otps.whatsapp.login_or_create", func(c *stytch.Client) method[stytch.OTPsWhatsAppLoginOrCreateRequest, stytch.OTPsWhatsAppLoginOrCreateResponse] {
		return c.OTPs.WhatsApp.LoginOrCreate
	})
	addConsumer(&l, "otps.email.send", func(c *stytch.Client) method[stytch.OTPsEmailSendRequest, stytch.OTPsEmailSendResponse] {
		return c.OTPs.Email.Send
	})
	addConsumer(&l, "otps.email.login_or_create", func(c *stytch.Client) method[stytch.OTPsEmailLoginOrCreateRequest, stytch.OTPsEmailLoginOrCreateResponse] {
		return c.OTPs.Email.LoginOrCreate
	})
	addConsumer(&l, "sessions.get", func(c *stytch.Client) method[stytch.SessionsGetRequest, stytch.SessionsGetResponse] {
		return c.Sessions.Get
	})
	addConsumer(&l, "sessions.authenticate", func(c *stytch.Client) method[stytch.SessionsAuthenticateRequest, stytch.SessionsAuthenticateResponse] {
		return c.Sessions.Authenticate
	})
	addConsumer(&l, "sessions.revoke", func(c *stytch.Client) method[stytch.SessionsRevokeRequest, stytch.SessionsRevokeResponse] {
		return c.Sessions.Revoke
	})
	addConsumer(&l, "sessions.get_jwks", func(c *stytch.Client) method[stytch.SessionsGetJWKSRequest, stytch.SessionsGetJWKSResponse] {
		return c.Sessions.GetJWKS
	})
	addB2B(&l, "otps.sms.send", func(c *b2b.Client) method[b2b.OTPsSMSSendRequest, b2b.OTPsSMSSendResponse] { return c.OTPs.SMS.Send })
	addB2B(&l, "otps.sms.authenticate", func(c *b2b.Client) method[b2b.OTPsSMSAuthenticateRequest, b2b.OTPsSMSAuthenticateResponse] {
		return c.OTPs.SMS.Authenticate
	})
	addB2B(&l, "otps.email.login_or_signup", func(c *b2b.Client) method[b2b.OTPsEmailLoginOrSignupRequest, b2b.OTPsEmailLoginOrSignupResponse] {
		return c.OTPs.Email.LoginOrSignup
	})
	addB2B(&l, "otps.email.authenticate", func(c *b2b.Client) method[b2b.OTPsEmailAuthenticateRequest, b2b.OTPsEmailAuthenticateResponse] {
		return c.OTPs.Email.Authenticate
	})
	addB2B(&l, "otps.email.discovery.send", func(c *b2b.Client) method[b2b.OTPsEmailDiscoverySendRequest, b2b.OTPsEmailDiscoverySendResponse] {
		return c.OTPs.Email.Discovery.Send
	})
	addB2B(&l, "otps.email.discovery.authenticate", func(c *b2b.Client) method[b2b.OTPsEmailDiscoveryAuthenticateRequest, b2b.OTPsEmailDiscoveryAuthenticateResponse] {
		return c.OTPs.Email.Discovery.Authenticate
	})
	addB2B(&l, "sessions.get", func(c *b2b.Client) method[b2b.SessionsGetRequest, b2b.SessionsGetResponse] { return c.Sessions.Get })
	addB2B(&l, "sessions.authenticate", func(c *b2b.Client) method[b2b.SessionsAuthenticateRequest, b2b.SessionsAuthenticateResponse] {
		return c.Sessions.Authenticate
	})
	addB2B(&l, "sessions.revoke", func(c *b2b.Client) method[b2b.SessionsRevokeRequest, b2b.SessionsRevokeResponse] {
		return c.Sessions.Revoke
	})
	addB2B(&l, "sessions.exchange", func(c *b2b.Client) method[b2b.SessionsExchangeRequest, b2b.SessionsExchangeResponse] {
		return c.Sessions.Exchange
	})
	addB2B(&l, "sessions.get_jwks", func(c *b2b.Client) method[b2b.SessionsGetJWKSRequest, b2b.SessionsGetJWKSResponse] {
		return c.Sessions.GetJWKS
	})
	if missing := l.missing(); len(missing) > 0 {
		l.err = errors.Join(l.err, fmt.Errorf("the spec has calls that are not measured: %s", strings.Join(missing, ", ")))
	}
	return l.calls, l.err
}

// A callList collects the calls of both packages.
type callList struct {
	consumer, b2b map[string]example
	calls         []call
	err           error
}

func addConsumer[In, Out any](l *callList, id string, pick func(*stytch.Client) method[In, Out]) {
	c, err := newCall("consumer."+id, l.consumer[id], connectConsumer, pick)
	l.calls, l.err = append(l.calls, c), errors.Join(l.err, err)
}

func addB2B[In, Out any](l *callList, id string, pick func(*b2b.Client) method[In, Out]) {
	c, err := newCall("b2b."+id, l.b2b[id], connectB2B, pick)
	l.calls, l.err = append(l.calls, c), errors.Join(l.err, err)
}

// missing returns the calls with one-time passcodes that are not in the list. The measurements are about
// these, with the calls for the sessions that follow. Other calls have the same parts.
func (l *callList) missing() (names []string) {
	for prefix, examples := range map[string]map[string]example{"consumer.": l.consumer, "b2b.": l.b2b} {
		for id := range examples {
			if strings.HasPrefix(id, "otps.") && !slices.ContainsFunc(l.calls, func(c call) bool { return c.name == prefix+id }) {
				names = append(names, prefix+id)
			}
		}
	}
	slices.Sort(names)
	return names
}

// request returns the request that the SDK sends for the call, so that the other clients
// send the same.
func (c call) request(ctx context.Context, url string) (request, error) {
	var r request
	recorder := &http.Client{Transport: memory{status: 200, body: c.response, seen: &r}}
	return r, c.sdk(url, recorder)(ctx)
}
