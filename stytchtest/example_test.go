package stytchtest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// Log in with the code from the inbox, and let the session expire. A test uses
// NewServer instead, which ends the server with the test.
func Example() {
	srv, err := stytchtest.Start(stytchtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client, phone, ctx := srv.Client(), "+15005550006", context.Background()

	sent, err := client.OTPs.SMS.LoginOrCreate(ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone})
	if err != nil {
		log.Fatal(err)
	}
	message, err := srv.Inbox().WaitFor(ctx, phone)
	if err != nil {
		log.Fatal(err)
	}
	auth, err := client.OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{
		MethodID: sent.PhoneID, Code: message.Code, SessionDurationMinutes: new(60),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("logged in:", auth.UserID == sent.UserID)

	srv.Clock().Advance(61 * time.Minute)
	_, err = client.Sessions.Authenticate(ctx, stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken})
	fmt.Println("expired:", errors.Is(err, stytch.ErrSessionNotFound))
	// Output:
	// logged in: true
	// expired: true
}

// An application makes its own client from the environment. With Options it uses the server's clock, too.
func ExampleProject_Setenv() {
	test := func(t *testing.T) {
		srv := stytchtest.NewServer(t)
		srv.Setenv(t)
		client, err := stytch.FromEnv(srv.Options()...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Debug.Whoami(t.Context(), stytch.DebugWhoamiRequest{}); err != nil {
			t.Error(err)
		}
	}
	_ = test // go test runs it
}
