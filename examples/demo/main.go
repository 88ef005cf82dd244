// Command demo starts the emulator, logs in with codes, links and an authenticator app,
// receives a webhook, and prints what is sent and received. It needs no account and no network.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// The people of the demo.
const (
	phone = "+15005550006"
	email = "ada@example.com"
)

// demo has a server, its clients and the transcript of their calls.
type demo struct {
	ctx      context.Context
	server   *stytchtest.Server
	consumer *stytch.Client
	b2b      *b2b.Client
	transcript
}

func run(ctx context.Context, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	server, err := stytchtest.Start(stytchtest.Config{
		ProjectID: "project-test-11111111-1111-4111-8111-111111111111", Secret: "secret-test-demo",
		Validate: func(err error) { fmt.Fprintln(out, "!!", err) },
	})
	if err != nil {
		return err
	}
	defer server.Close()
	d := &demo{ctx: ctx, server: server, transcript: transcript{out: out}}
	watch := stytch.WithMiddleware(d.watch)
	d.consumer, d.b2b = server.Client(watch), server.B2B(watch)

	d.printf("The emulator is listening on %s.\n", server.URL())
	for _, part := range []func() error{d.sms, d.whatsApp, d.email, d.wrongCode, d.magicLink, d.member, d.discovery, d.webhook} {
		if err := part(); err != nil {
			return err
		}
	}
	d.printf("\nDone: %d calls, %d messages, none of them sent to a phone.\n", len(server.Requests()), len(server.Inbox().Messages()))
	return nil
}

// code waits for a message and prints it.
func (d *demo) code(address string) (string, error) {
	m, err := d.server.Inbox().WaitFor(d.ctx, address)
	if err != nil {
		return "", err
	}
	d.message(m)
	return m.Code, nil
}

func (d *demo) sms() error {
	d.title("A user logs in by SMS")
	sent, err := d.consumer.OTPs.SMS.LoginOrCreate(d.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone})
	if err != nil {
		return err
	}
	auth, err := d.authenticate(sent.PhoneID, phone)
	if err != nil {
		return err
	}
	return d.session(auth)
}

func (d *demo) whatsApp() error {
	d.title("The same user logs in by WhatsApp, in Portuguese")
	sent, err := d.consumer.OTPs.WhatsApp.LoginOrCreate(d.ctx, stytch.OTPsWhatsAppLoginOrCreateRequest{
		PhoneNumber: phone, Locale: new(stytch.PhoneLocalePtBR), ExpirationMinutes: new(5),
	})
	if err != nil {
		return err
	}
	_, err = d.authenticate(sent.PhoneID, phone)
	return err
}

func (d *demo) email() error {
	d.title("Another user logs in by e-mail, and is pending until the code is verified")
	sent, err := d.consumer.OTPs.Email.LoginOrCreate(d.ctx, stytch.OTPsEmailLoginOrCreateRequest{
		Email: email, CreateUserAsPending: new(true),
	})
	if err != nil {
		return err
	}
	_, err = d.authenticate(sent.EmailID, email)
	return err
}

func (d *demo) authenticate(methodID, address string) (*stytch.OTPsAuthenticateResponse, error) {
	code, err := d.code(address)
	if err != nil {
		return nil, err
	}
	auth, err := d.consumer.OTPs.Authenticate(d.ctx, stytch.OTPsAuthenticateRequest{
		MethodID: methodID, Code: code, SessionDurationMinutes: new(60),
		SessionCustomClaims: map[string]any{"plan": "pro"},
	})
	if err != nil {
		return nil, err
	}
	d.note("%s is logged in until %s", auth.UserID, auth.Session.ExpiresAt.Format(time.TimeOnly))
	return auth, nil
}
