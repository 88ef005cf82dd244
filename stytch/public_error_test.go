package stytch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
			status: 429, code: stytch.CodeTooManyAttempts, retry: 90 * time.Second},
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
		"a gateway's 429":      {do: failWith(&stytch.Error{StatusCode: 429, RetryAfter: 90 * time.Second}), status: 429, code: stytch.CodeTooManyAttempts, retry: 90 * time.Second},
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

// TestPublicErrorOfPasswords checks that a visitor who tries passwords cannot find out which addresses
// have an account, and that only calls with an account's password blame the visitor for wrong
// credentials.
func TestPublicErrorOfPasswords(t *testing.T) {
	calls := map[string]func(context.Context, *stytch.Client) error{
		"authenticate": func(ctx context.Context, c *stytch.Client) error {
			_, err := c.Passwords.Authenticate(ctx, stytch.PasswordsAuthenticateRequest{Email: "ada@example.com", Password: "horse"})
			return err
		},
		"existing password": func(ctx context.Context, c *stytch.Client) error {
			_, err := c.Passwords.ExistingPassword.Reset(ctx, stytch.PasswordsExistingPasswordResetRequest{
				Email: "ada@example.com", ExistingPassword: "horse", NewPassword: "battery"})
			return err
		},
	}
	srv := stytchtest.NewServer(t)
	client := srv.Client(stytch.WithMaxRetries(0))
	shown := func(call func(context.Context, *stytch.Client) error, reason stytch.ErrorType) stytch.PublicError {
		srv.Fail(stytchtest.Fault{ErrorType: string(reason), Times: 1})
		return stytch.PublicErrorOf(call(t.Context(), client))
	}
	for name, call := range calls {
		want := shown(call, stytch.ErrUnauthorizedCredentials)
		if want.Status != 400 || want.Code != stytch.CodeWrongPassword {
			t.Errorf("%s: a wrong password is shown as %+v", name, want)
		}
		for _, reason := range []stytch.ErrorType{stytch.ErrEmailNotFound, stytch.ErrNoUserPassword, stytch.ErrResetPassword} {
			if got := shown(call, reason); got != want {
				t.Errorf("%s: %s is shown as %+v, a wrong password as %+v", name, reason, got, want)
			}
		}
		if got := shown(call, stytch.ErrTooManyRequests); got.Code != stytch.CodeTooManyAttempts {
			t.Errorf("%s: a rate limit is shown as %+v", name, got)
		}
	}
	create := func(ctx context.Context, c *stytch.Client) error {
		_, err := c.Passwords.Create(ctx, stytch.PasswordsCreateRequest{Email: "ada@example.com", Password: "horse"})
		return err
	}
	for reason, code := range map[stytch.ErrorType]string{
		stytch.ErrWeakPassword: stytch.CodeWeakPassword, stytch.ErrBreachedPassword: stytch.CodeBreachedPassword,
		stytch.ErrDuplicateEmail: stytch.CodeInvalidAddress, stytch.ErrUnauthorizedCredentials: stytch.CodeOutage,
	} {
		if got := shown(create, reason); got.Code != code {
			t.Errorf("%s is shown as %+v, want %s", reason, got, code)
		}
	}
}

// TestPublicErrorOfTypedFields checks the message for a field that a person left empty.
func TestPublicErrorOfTypedFields(t *testing.T) {
	client := stytchtest.NewServer(t).Client()
	_, login := client.Passwords.Authenticate(t.Context(), stytch.PasswordsAuthenticateRequest{Email: "ada@example.com"})
	_, signup := client.Passwords.Create(t.Context(), stytch.PasswordsCreateRequest{Email: "ada@example.com"})
	_, app := client.TOTPs.Authenticate(t.Context(), stytch.TOTPsAuthenticateRequest{UserID: "user", TOTPCode: "12"})
	_, recovery := client.TOTPs.Recover(t.Context(), stytch.TOTPsRecoverRequest{UserID: "user"})
	for _, test := range []struct {
		err  error
		code string
	}{
		{login, stytch.CodeWrongPassword}, {signup, stytch.CodeWeakPassword}, {app, stytch.CodeWrongCode}, {recovery, stytch.CodeWrongCode},
	} {
		if public := stytch.PublicErrorOf(test.err); public.Status != 400 || public.Code != test.code {
			t.Errorf("%v is shown as %+v, want %s", test.err, public, test.code)
		}
	}
}

// TestPublicErrorOfKinds checks what visitors see of a type from each area of logins.
func TestPublicErrorOfKinds(t *testing.T) {
	for reason, code := range map[stytch.ErrorType]string{
		stytch.ErrUnableToAuthMagicLink:            stytch.CodeExpiredLink,
		stytch.ErrMagicLinkNotFound:                stytch.CodeExpiredLink,
		stytch.ErrUnableToAuthPasswordResetToken:   stytch.CodeExpiredLink,
		stytch.ErrPKCEMismatch:                     stytch.CodeOtherDevice,
		stytch.ErrAttributeMismatch:                stytch.CodeOtherDevice,
		stytch.ErrUnableToAuthenticateTOTP:         stytch.CodeWrongCode,
		stytch.ErrTOTPCodeAlreadyAuthenticated:     stytch.CodeExpiredCode,
		stytch.ErrUnableToAuthenticateRecoveryCode: stytch.CodeWrongCode,
		stytch.ErrOAuthTokenNotFound:               stytch.CodeStartAgain,
		stytch.ErrUnableToAuthWebAuthnRegistration: stytch.CodeStartAgain,
		stytch.ErrEmailNotInAllowlist:              stytch.CodeInvalidAddress,
		stytch.ErrDuplicateEmailForUser:            stytch.CodeAlreadyAdded,
		stytch.ErrCannotDeleteLastPrimaryFactor:    stytch.CodeLastFactor,
		stytch.ErrOrganizationSlugAlreadyUsed:      stytch.CodeInvalidName,
		stytch.ErrInvalidEmailForJITProvisioning:   stytch.CodeNoAccess,
		stytch.ErrTooFewTokensAuthenticated:        stytch.CodeTooManyAttempts,
		stytch.ErrSessionTooOldToResetPassword:     stytch.CodeLoginFirst,
		stytch.ErrNoLoginRedirectURLsSet:           stytch.CodeOutage,
	} {
		if public := stytch.PublicErrorOf(reason); public.Code != code || public.Message == "" {
			t.Errorf("%s is shown as %+v, want %s", reason, public, code)
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

// failWith returns a call that fails with an error.
func failWith(err error) func(context.Context, *stytchtest.Server, *stytch.Client, string, string) error {
	return func(context.Context, *stytchtest.Server, *stytch.Client, string, string) error { return err }
}

// TestWriteJSON checks what programs get.
func TestWriteJSON(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&stytch.Error{StatusCode: 429, RetryAfter: 1500 * time.Millisecond}, `{"status":429,"code":"too_many_attempts","message":"%s","retry_after":2}`},
		{stytch.ErrNoSession, `{"status":401,"code":"login_first","message":"%s"}`},
	} {
		public, w := stytch.PublicErrorOf(c.err), httptest.NewRecorder()
		public.WriteJSON(w)
		if want := fmt.Sprintf(c.want, public.Message) + "\n"; w.Body.String() != want || w.Code != public.Status || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("got %d %s%v, want %s", w.Code, w.Body, w.Header(), want)
		}
	}
}
