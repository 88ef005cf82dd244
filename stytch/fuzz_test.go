package stytch_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

// over returns a client whose calls go over an http.Client and are not repeated.
func over(client *http.Client) *stytch.Client {
	c, err := stytch.NewClient(wiretest.ProjectID, wiretest.Secret, stytch.WithHTTPClient(client), stytch.WithMaxRetries(0))
	if err != nil {
		panic(err)
	}
	return c
}

func FuzzOTPsAuthenticateResponse(f *testing.F) {
	wiretest.FuzzResponse(f, &exchangeOTPsAuthenticate, func(ctx context.Context, client *http.Client) (*stytch.OTPsAuthenticateResponse, error) {
		return over(client).OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: "phone-number-test-1", Code: "482913"})
	})
}

func FuzzSessionsGetResponse(f *testing.F) {
	wiretest.FuzzResponse(f, &exchangeSessionsGet, func(ctx context.Context, client *http.Client) (*stytch.SessionsGetResponse, error) {
		return over(client).Sessions.Get(ctx, stytch.SessionsGetRequest{UserID: "user-test-1"})
	})
}

func FuzzSessionsGetJWKSResponse(f *testing.F) {
	wiretest.FuzzResponse(f, &exchangeSessionsGetJWKS, func(ctx context.Context, client *http.Client) (*stytch.SessionsGetJWKSResponse, error) {
		return over(client).Sessions.GetJWKS(ctx, stytch.SessionsGetJWKSRequest{ProjectID: wiretest.ProjectID})
	})
}
