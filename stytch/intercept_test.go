package stytch_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// busyError is an error of an interceptor.
type busyError struct{}

func (busyError) Error() string { return "busy" }

func (busyError) PublicError() stytch.PublicError {
	return stytch.PublicError{Status: 429, Code: stytch.CodeTooManyAttempts, Message: "Later, please.", RetryAfter: time.Minute}
}

// TestWithInterceptor uses an interceptor that passes one call and rejects another.
func TestWithInterceptor(t *testing.T) {
	srv := stytchtest.NewServer(t)
	var seen []string
	refuse := false
	client := srv.Client(stytch.WithInterceptor(func(ctx context.Context, call *stytch.Call, next func(context.Context) error) error {
		if refuse {
			return fmt.Errorf("not now: %w", busyError{})
		}
		err := next(ctx)
		seen = append(seen, fmt.Sprintf("%s %T %T", call.Path, call.Request, call.Response))
		return err
	}))
	send := func() error {
		response, err := client.OTPs.SMS.LoginOrCreate(t.Context(), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: "+15005550006"})
		if (response == nil) != (err != nil) {
			t.Errorf("%v, %v", response, err)
		}
		return err
	}
	if err := send(); err != nil {
		t.Fatal(err)
	}
	const want = "/v1/otps/sms/login_or_create *stytch.OTPsSMSLoginOrCreateRequest *stytch.OTPsSMSLoginOrCreateResponse"
	if len(seen) != 1 || seen[0] != want {
		t.Errorf("seen: %q; want %q", seen, want)
	}

	refuse = true
	err := send()
	if !errors.Is(err, busyError{}) || errors.Is(err, stytch.ErrOutcomeUnknown) {
		t.Errorf("refused with %v", err)
	}
	if public := stytch.PublicErrorOf(err); public != (busyError{}).PublicError() || stytch.RetryAfter(err) != time.Minute {
		t.Errorf("the public error is %+v, with a wait of %v", public, stytch.RetryAfter(err))
	}
	if sent := len(srv.Inbox().Messages()); sent != 1 {
		t.Errorf("%d codes were sent; want 1", sent)
	}
	if _, err := stytch.NewClient(projectID, secret, stytch.WithInterceptor(nil)); err == nil {
		t.Error("a nil interceptor is taken")
	}
}
