package stytch_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

// over returns a client for an http.Client. It does not repeat calls, and reports drift as text.
func over(client *http.Client, drift func(text string), opts ...stytch.Option) *stytch.Client {
	c, err := stytch.NewClient(wiretest.ProjectID, wiretest.Secret, append(opts, stytch.WithHTTPClient(client), stytch.WithMaxRetries(0),
		stytch.WithDriftReport(func(d stytch.Drift) { drift(d.String()) }))...)
	if err != nil {
		panic(err)
	}
	return c
}

func FuzzOTPsAuthenticateResponse(f *testing.F) {
	wiretest.FuzzResponse(f, &exchangeOTPsAuthenticate, func(ctx context.Context, client *http.Client, drift func(string)) (*stytch.OTPsAuthenticateResponse, error) {
		return over(client, drift).OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: "phone-number-test-1", Code: "482913"})
	})
}

func FuzzSessionsGetResponse(f *testing.F) {
	wiretest.FuzzResponse(f, &exchangeSessionsGet, func(ctx context.Context, client *http.Client, drift func(string)) (*stytch.SessionsGetResponse, error) {
		return over(client, drift).Sessions.Get(ctx, stytch.SessionsGetRequest{UserID: "user-test-1"})
	})
}

func FuzzSessionsGetJWKSResponse(f *testing.F) {
	wiretest.FuzzResponse(f, &exchangeSessionsGetJWKS, func(ctx context.Context, client *http.Client, drift func(string)) (*stytch.SessionsGetJWKSResponse, error) {
		return over(client, drift).Sessions.GetJWKS(ctx, stytch.SessionsGetJWKSRequest{ProjectID: wiretest.ProjectID})
	})
}

func TestBrokenAnswers(t *testing.T) {
	wiretest.CheckBroken(t, exchanges, func(client *http.Client, drift func(text string)) any {
		return over(client, drift, stytch.WithoutValidation())
	})
}
