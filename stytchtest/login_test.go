package stytchtest_test

import (
	"testing"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestSixLines runs the login from the package documentation.
func TestSixLines(t *testing.T) {
	srv := stytchtest.NewServer(t)
	client, ctx, phone := srv.Client(), t.Context(), "+15005550006"
	sent, err1 := client.OTPs.SMS.LoginOrCreate(ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone})
	message, err2 := srv.Inbox().WaitFor(ctx, phone)
	auth, err3 := client.OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.PhoneID, Code: message.Code, SessionDurationMinutes: new(60)})
	if err1 != nil || err2 != nil || err3 != nil || auth.Session == nil {
		t.Fatal(err1, err2, err3)
	}
}
