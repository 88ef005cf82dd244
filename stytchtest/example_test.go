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

// Begin with the users and organizations of a seed file.
func ExampleProject_Seed() {
	srv, err := stytchtest.Start(stytchtest.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	err = srv.Seed("seed.yaml", []byte(`
users:
  - user_id: user-test-ada
    emails: [{email: ada@example.com}]
    password: analytical-engine-1
`))
	if err != nil {
		log.Fatal(err)
	}
	auth, err := srv.Client().Passwords.Authenticate(context.Background(), stytch.PasswordsAuthenticateRequest{Email: "ada@example.com", Password: "analytical-engine-1"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(auth.UserID)

	err = srv.Seed("seed.yaml", []byte("users:\n  - email: bob@example.com\n"))
	fmt.Println(err)
	// Output:
	// user-test-ada
	// seed.yaml:2:5: users.0: unknown key "email"; did you mean "emails"?
}
