package b2b_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

// over returns a client for an http.Client. It does not repeat calls, and reports drift as text.
func over(client *http.Client, drift func(text string), opts ...stytch.Option) *b2b.Client {
	c, err := b2b.NewClient(wiretest.ProjectID, wiretest.Secret, append(opts, stytch.WithHTTPClient(client), stytch.WithMaxRetries(0),
		stytch.WithDriftReport(func(d stytch.Drift) { drift(d.String()) }))...)
	if err != nil {
		panic(err)
	}
	return c
}

func FuzzOTPsEmailAuthenticateResponse(f *testing.F) {
	wiretest.FuzzResponse(f, &exchangeOTPsEmailAuthenticate, func(ctx context.Context, client *http.Client, drift func(string)) (*b2b.OTPsEmailAuthenticateResponse, error) {
		return over(client, drift).OTPs.Email.Authenticate(ctx, b2b.OTPsEmailAuthenticateRequest{
			OrganizationID: "organization-test-1", EmailAddress: "ada@example.com", Code: "482913",
		})
	})
}

func FuzzOTPsEmailDiscoveryAuthenticateResponse(f *testing.F) {
	wiretest.FuzzResponse(f, &exchangeOTPsEmailDiscoveryAuthenticate, func(ctx context.Context, client *http.Client, drift func(string)) (*b2b.OTPsEmailDiscoveryAuthenticateResponse, error) {
		return over(client, drift).OTPs.Email.Discovery.Authenticate(ctx, b2b.OTPsEmailDiscoveryAuthenticateRequest{
			EmailAddress: "ada@example.com", Code: "482913",
		})
	})
}

func TestBrokenAnswers(t *testing.T) {
	wiretest.CheckBroken(t, exchanges, func(client *http.Client, drift func(text string)) any {
		return over(client, drift, stytch.WithoutValidation())
	})
}
