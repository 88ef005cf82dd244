package stytch_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestPublicErrorOf causes each kind of error with the emulator.
func TestPublicErrorOf(t *testing.T) {
	const phone = "+15005550006"
	authenticate := func(ctx context.Context, c *stytch.Client, id, code string) error {
		_, err := c.OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: id, Code: code})
		return err
	}
	tests := map[string]struct {
		fault  stytchtest.Fault
		do     func(ctx context.Context, srv *stytchtest.Server, c *stytch.Client, id, code string) error
		status int
		code   string
		retry  time.Duration
	}{
		"wrong code": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, id, code string) error {
			return authenticate(ctx, c, id, wrong(code))
		}, status: 400, code: stytch.CodeWrongCode},
		"no code": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, id, _ string) error {
			return authenticate(ctx, c, id, "12 34")
		}, status: 400, code: stytch.CodeWrongCode},
		"expired code": {do: func(ctx context.Context, srv *stytchtest.Server, c *stytch.Client, id, code string) error {
			srv.Clock().Advance(time.Hour)
			return authenticate(ctx, c, id, code)
		}, status: 400, code: stytch.CodeExpiredCode},
		"used code": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, id, code string) error {
			return errors.Join(authenticate(ctx, c, id, code), authenticate(ctx, c, id, code))
		}, status: 400, code: stytch.CodeExpiredCode},
		"locked": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, id, code string) error {
			var err error
			for range 11 {
				err = authenticate(ctx, c, id, wrong(code))
			}
			return err
		}, status: 429, code: stytch.CodeLocked},
		"too many attempts": {fault: stytchtest.Fault{ErrorType: "too_many_requests", RetryAfter: 90 * time.Second},
			status: 429, code: stytch.CodeTooMany, retry: 90 * time.Second},
		"no phone number": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, _, _ string) error {
			_, err := c.OTPs.SMS.LoginOrCreate(ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: "555 0006"})
			return err
		}, status: 400, code: stytch.CodeInvalidAddress},
		"no e-mail address": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, _, _ string) error {
			_, err := c.OTPs.Email.LoginOrCreate(ctx, stytch.OTPsEmailLoginOrCreateRequest{Email: "ada"})
			return err
		}, status: 400, code: stytch.CodeInvalidAddress},
		"an address that gets none": {fault: stytchtest.Fault{ErrorType: "unsubscribed_phone_number"}, status: 400, code: stytch.CodeInvalidAddress},
		"what no person types": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, _, _ string) error {
			_, err := c.OTPs.SMS.LoginOrCreate(ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone, ExpirationMinutes: new(11)})
			return err
		}, status: 503, code: stytch.CodeOutage},
		"no minutes of a session": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, id, code string) error {
			_, err := c.OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: id, Code: code, SessionDurationMinutes: new(4)})
			return err
		}, status: 503, code: stytch.CodeOutage},
		"a mistake beside a wrong code": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, id, _ string) error {
			_, err := c.OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: id, Code: "12", SessionDurationMinutes: new(4)})
			return err
		}, status: 400, code: stytch.CodeWrongCode},
		"a visitor who has gone": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, id, code string) error {
			gone, leave := context.WithCancel(ctx)
			leave()
			return authenticate(gone, c, id, code)
		}, status: 499, code: stytch.CodeCanceled},
		"a visitor who goes meanwhile": {do: failWith(&stytch.ConnectionError{OutcomeUnknown: true, Err: context.Canceled}), status: 499, code: stytch.CodeCanceled},
		"a timeout":                    {do: failWith(&stytch.ConnectionError{Err: context.DeadlineExceeded}), status: 503, code: stytch.CodeOutage},
		"sessions of two users":        {do: failWith(stytch.ErrAmbiguousSession), status: 401, code: stytch.CodeLoginFirst},
		"a member's JWT":               {do: failWith(stytch.ErrJWTOfMember), status: 401, code: stytch.CodeLoginFirst},
		"an issuer that is unknown":    {do: failWith(stytch.ErrJWTIssuer), status: 503, code: stytch.CodeOutage},
		"no session": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, _, _ string) error {
			_, err := c.Sessions.Authenticate(ctx, stytch.SessionsAuthenticateRequest{SessionToken: new("nobody")})
			return err
		}, status: 401, code: stytch.CodeLoginFirst},
		"an expired JWT":   {do: failWith(stytch.ErrJWTExpired), status: 401, code: stytch.CodeLoginFirst},
		"no session shown": {do: failWith(stytch.ErrNoSession), status: 401, code: stytch.CodeLoginFirst},
		"a stranger's JWT": {do: failWith(stytch.ErrJWTUnknownKey), status: 401, code: stytch.CodeLoginFirst},
		"a user who is gone": {do: func(ctx context.Context, srv *stytchtest.Server, c *stytch.Client, _, _ string) error {
			srv.Fail(stytchtest.Fault{ErrorType: "user_not_found"})
			_, err := c.Sessions.Authenticate(ctx, stytch.SessionsAuthenticateRequest{SessionToken: new("gone")})
			return err
		}, status: 401, code: stytch.CodeLoginFirst},
		"sessions of no user": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, _, _ string) error {
			_, err := c.Sessions.Get(ctx, stytch.SessionsGetRequest{UserID: "user-test-11111111-1111-4111-8111-111111111111"})
			return err
		}, status: 404, code: stytch.CodeNotFound},
		"to end a session of before": {do: func(ctx context.Context, _ *stytchtest.Server, c *stytch.Client, _, _ string) error {
			_, err := c.Sessions.Revoke(ctx, stytch.SessionsRevokeRequest{SessionID: new("session-test-11111111-1111-4111-8111-111111111111")})
			return err
		}, status: 404, code: stytch.CodeNotFound},
		"a gateway's 429":      {do: failWith(&stytch.Error{StatusCode: 429, RetryAfter: 90 * time.Second}), status: 429, code: stytch.CodeTooMany, retry: 90 * time.Second},
		"not allowed":          {fault: stytchtest.Fault{ErrorType: "consumer_session_authorization_error"}, status: 403, code: stytch.CodeNotAllowed},
		"not allowed in B2B":   {fault: stytchtest.Fault{ErrorType: "session_authorization_error"}, status: 403, code: stytch.CodeNotAllowed},
		"an internal error":    {fault: stytchtest.Fault{Status: 500}, status: 503, code: stytch.CodeMayHaveWorked},
		"a gateway's page":     {fault: stytchtest.Fault{HTML: true}, status: 503, code: stytch.CodeMayHaveWorked},
		"a reset connection":   {fault: stytchtest.Fault{Reset: true}, status: 503, code: stytch.CodeMayHaveWorked},
		"wrong credentials":    {fault: stytchtest.Fault{ErrorType: "unauthorized_credentials"}, status: 503, code: stytch.CodeOutage},
		"a type of next year":  {do: failWith(&stytch.Error{StatusCode: 418, Type: "brewing", Message: "SECRET"}), status: 503, code: stytch.CodeOutage},
		"an unknown error":     {do: failWith(errors.New("SECRET")), status: 503, code: stytch.CodeOutage},
		"none":                 {do: failWith(nil), status: 503, code: stytch.CodeOutage},
		"keys out of reach":    {do: failWith(stytch.ErrJWTKeysUnreachable), status: 503, code: stytch.CodeOutage},
		"a mistake in the app": {fault: stytchtest.Fault{ErrorType: "email_template_not_found"}, status: 503, code: stytch.CodeOutage},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			srv := stytchtest.NewServer(t)
			client := srv.Client(stytch.WithMaxRetries(0))
			sent, err := client.OTPs.SMS.LoginOrCreate(t.Context(), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone})
			if err != nil {
				t.Fatal(err)
			}
			message, err := srv.Inbox().WaitFor(t.Context(), phone)
			if err != nil {
				t.Fatal(err)
			}
			if test.do == nil {
				srv.Fail(test.fault)
				err = authenticate(t.Context(), client, sent.PhoneID, message.Code)
			} else {
				err = test.do(t.Context(), srv, client, sent.PhoneID, message.Code)
			}
			public := stytch.PublicErrorOf(err)
			if public.Status != test.status || public.Code != test.code || public.RetryAfter != test.retry {
				t.Errorf("%v becomes %+v; want status %d, code %s, retry after %v", err, public, test.status, test.code, test.retry)
			}
			w := httptest.NewRecorder()
			public.Write(w)
			encoded, err2 := json.Marshal(public)
			private := []string{phone, "SECRET", message.Code}
			if answer := new(stytch.Error); errors.As(err, &answer) && answer.RequestID != "" {
				private = append(private, answer.Message, answer.RequestID)
			}
			for _, text := range private {
				if told := w.Body.String() + string(encoded); strings.Contains(told, text) {
					t.Errorf("the public message is %q", told)
				}
			}
			want := map[time.Duration]string{0: "", 90 * time.Second: "90"}[test.retry]
			if err2 != nil || w.Code != test.status || w.Header().Get("Retry-After") != want || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("the answer is %d with %v", w.Code, w.Header())
			}
		})
	}
}

// TestRetryAfterOfAges checks that the longest possible wait does not overflow.
func TestRetryAfterOfAges(t *testing.T) {
	w := httptest.NewRecorder()
	stytch.PublicErrorOf(&stytch.Error{StatusCode: 429, RetryAfter: math.MaxInt64}).Write(w)
	if got := w.Header().Get("Retry-After"); got != "9223372037" {
		t.Errorf("Retry-After: %s", got)
	}
}

// TestPublicErrorOfEveryType checks that every error type of the service has a public sentence, and that
// only 5xx becomes an outage.
func TestPublicErrorOfEveryType(t *testing.T) {
	for _, e := range stytchtest.ErrorTypes() {
		public := stytch.PublicErrorOf(&stytch.Error{StatusCode: e.Status, Type: stytch.ErrorType(e.Name), Message: "SECRET", RetryAfter: time.Minute})
		if public.Message == "" || strings.Contains(public.Message, "SECRET") || public.Code == "" || public.Status < 400 || public.RetryAfter != time.Minute && public.Status != 401 && public.Status != 404 {
			t.Errorf("%s becomes %+v", e.Name, public)
		}
		if e.Status >= 500 && public.Status != 503 || e.Status == 429 && public.Status != 429 {
			t.Errorf("%s (%d) becomes status %d", e.Name, e.Status, public.Status)
		}
	}
}

// wrong returns a code other than the given one.
func wrong(code string) string {
	if code == "000001" {
		return "000002"
	}
	return "000001"
}

// answered returns the service's error for a call.
func failWith(err error) func(context.Context, *stytchtest.Server, *stytch.Client, string, string) error {
	return func(context.Context, *stytchtest.Server, *stytch.Client, string, string) error { return err }
}
