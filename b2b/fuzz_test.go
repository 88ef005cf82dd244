package b2b_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

// over returns a client whose calls go over an http.Client and are not repeated.
func over(client *http.Client) *b2b.Client {
	c, err := b2b.NewClient(wiretest.ProjectID, wiretest.Secret, stytch.WithHTTPClient(client), stytch.WithMaxRetries(0))
	if err != nil {
		panic(err)
	}
	return c
}

func FuzzOTPsEmailAuthenticateResponse(f *testing.F) {
	wiretest.FuzzResponse(f, &exchangeOTPsEmailAuthenticate, func(ctx context.Context, client *http.Client) (*b2b.OTPsEmailAuthenticateResponse, error) {
		return over(client).OTPs.Email.Authenticate(ctx, b2b.OTPsEmailAuthenticateRequest{
			OrganizationID: "organization-test-1", EmailAddress: "ada@example.com", Code: "482913",
		})
	})
}

func FuzzOTPsEmailDiscoveryAuthenticateResponse(f *testing.F) {
	wiretest.FuzzResponse(f, &exchangeOTPsEmailDiscoveryAuthenticate, func(ctx context.Context, client *http.Client) (*b2b.OTPsEmailDiscoveryAuthenticateResponse, error) {
		return over(client).OTPs.Email.Discovery.Authenticate(ctx, b2b.OTPsEmailDiscoveryAuthenticateRequest{
			EmailAddress: "ada@example.com", Code: "482913",
		})
	})
}
