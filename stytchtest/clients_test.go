package stytchtest_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// TestOtherClients sends requests that clients in other languages send and this
// SDK does not.
func TestOtherClients(t *testing.T) {
	tests := []struct {
		name, contentType, more string
		want                    string
	}{
		{"no content type", "", ``, ""},
		{"a charset", "application/json; charset=utf-8", ``, ""},
		{"a field that the spec does not know", "application/json", `,"new":{"field":1}`, ""},
		{"options without the false booleans", "application/json", `,"options":{}`, ""},
		{"options with only a true boolean", "application/json", `,"options":{"ip_match_required":true}`, "attribute_mismatch"},
		{"an option of another type", "application/json", `,"options":{"ip_match_required":"yes"}`, "bad_request"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			methodID, code := w.sms()
			body := `{"method_id":"` + methodID + `","code":"` + code + `"` + test.more + `}`
			r := must(http.NewRequestWithContext(w.ctx, http.MethodPost, w.URL()+"/v1/otps/authenticate", strings.NewReader(body)))(t)
			r.SetBasicAuth(w.ID, w.Secret)
			if test.contentType != "" {
				r.Header.Set("Content-Type", test.contentType)
			}
			resp := must(http.DefaultClient.Do(r))(t)
			_ = resp.Body.Close()
			if got := w.Requests()[len(w.Requests())-1].ErrorType; got != test.want {
				t.Errorf("error type %q, want %q", got, test.want)
			}
		})
	}
}

// TestRequiredFieldsOfOtherTypes checks that a required field that is not a
// boolean stays required.
func TestRequiredFieldsOfOtherTypes(t *testing.T) {
	w := newWorld(t)
	status, e := w.post("/v1/otps/authenticate", `{"method_id":"x","options":{}}`, w.ID, w.Secret)
	if status != http.StatusBadRequest || e["error_type"] != string(stytch.ErrBadRequest) || e["error_message"] != "code: is required" {
		t.Errorf("%d %v", status, e)
	}
}

// TestInvalidRequests sends requests that the client rejects and checks that the server rejects them too.
// The client's error must match the server's error type.
func TestInvalidRequests(t *testing.T) {
	w := newWorld(t)
	loose := w.Client(stytch.WithoutValidation())
	team, looseTeam := w.B2B(), w.B2B(stytch.WithoutValidation())
	const id, jwt = "id-1", "a.b.c"
	tests := []struct {
		want stytch.ErrorType
		call func(*stytch.Client, *b2b.Client) error
	}{
		{stytch.ErrInvalidPhoneNumber, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.OTPs.SMS.LoginOrCreate(w.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: "500 555 0006"})
			return err
		}},
		{stytch.ErrInvalidPhoneNumber, func(_ *stytch.Client, c *b2b.Client) error {
			_, err := c.OTPs.SMS.Send(w.ctx, b2b.OTPsSMSSendRequest{OrganizationID: id, MemberID: id, MFAPhoneNumber: new("0")})
			return err
		}},
		{stytch.ErrInvalidEmail, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.OTPs.Email.Send(w.ctx, stytch.OTPsEmailSendRequest{Email: "ada"})
			return err
		}},
		{stytch.ErrInvalidEmail, func(_ *stytch.Client, c *b2b.Client) error {
			_, err := c.OTPs.Email.Discovery.Send(w.ctx, b2b.OTPsEmailDiscoverySendRequest{EmailAddress: "@"})
			return err
		}},
		{stytch.ErrInvalidCode, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: id, Code: "48291"})
			return err
		}},
		{stytch.ErrInvalidCode, func(_ *stytch.Client, c *b2b.Client) error {
			_, err := c.OTPs.Email.Authenticate(w.ctx, b2b.OTPsEmailAuthenticateRequest{OrganizationID: id, EmailAddress: "ada@example.com", Code: "48291a"})
			return err
		}},
		{stytch.ErrInvalidMethodID, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{Code: "482913"})
			return err
		}},
		{stytch.ErrInvalidSessionDurationMinutes, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: id, Code: "482913", SessionDurationMinutes: new(4)})
			return err
		}},
		{stytch.ErrInvalidExpirationOTP, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.OTPs.WhatsApp.Send(w.ctx, stytch.OTPsWhatsAppSendRequest{PhoneNumber: phone, ExpirationMinutes: new(11)})
			return err
		}},
		{stytch.ErrInvalidExpirationOTP, func(_ *stytch.Client, c *b2b.Client) error {
			_, err := c.OTPs.Email.LoginOrSignup(w.ctx, b2b.OTPsEmailLoginOrSignupRequest{OrganizationID: id, EmailAddress: "ada@example.com", SignupExpirationMinutes: new(16)})
			return err
		}},
		{stytch.ErrInvalidLocale, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.OTPs.Email.LoginOrCreate(w.ctx, stytch.OTPsEmailLoginOrCreateRequest{Email: "ada@example.com", Locale: new(stytch.EmailLocale("xx"))})
			return err
		}},
		{stytch.ErrInvalidTemplateID, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.OTPs.Email.Send(w.ctx, stytch.OTPsEmailSendRequest{Email: "ada@example.com", LoginTemplateID: new("")})
			return err
		}},
		{stytch.ErrInvalidUserID, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.Sessions.Get(w.ctx, stytch.SessionsGetRequest{})
			return err
		}},
		{stytch.ErrInvalidSessionToken, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: new("")})
			return err
		}},
		{stytch.ErrUnableToParseSessionJWT, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.Sessions.Revoke(w.ctx, stytch.SessionsRevokeRequest{SessionJWT: new("")})
			return err
		}},
		{stytch.ErrNoSessionArguments, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{})
			return err
		}},
		{stytch.ErrTooManySessionArguments, func(_ *stytch.Client, c *b2b.Client) error {
			_, err := c.Sessions.Exchange(w.ctx, b2b.SessionsExchangeRequest{OrganizationID: id, SessionToken: new(id), SessionJWT: new(jwt)})
			return err
		}},
		{stytch.ErrTooManySessionArguments, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: id, Code: "482913", SessionToken: new(id), SessionJWT: new(jwt)})
			return err
		}},
		{stytch.ErrTooManyUserSelectionArguments, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.OTPs.SMS.Send(w.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: phone, UserID: new(id), SessionToken: new(id)})
			return err
		}},
		{stytch.ErrNoSessionRevokeArguments, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.Sessions.Revoke(w.ctx, stytch.SessionsRevokeRequest{})
			return err
		}},
		{stytch.ErrTooManySessionRevokeArguments, func(_ *stytch.Client, c *b2b.Client) error {
			_, err := c.Sessions.Revoke(w.ctx, b2b.SessionsRevokeRequest{MemberID: new(id), SessionToken: new(id)})
			return err
		}},
		{stytch.ErrBadRequest, func(_ *stytch.Client, c *b2b.Client) error {
			_, err := c.Sessions.Get(w.ctx, b2b.SessionsGetRequest{MemberID: id})
			return err
		}},
		{stytch.ErrBadRequest, func(c *stytch.Client, _ *b2b.Client) error {
			_, err := c.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: new(id), AuthorizationCheck: &stytch.AuthorizationCheck{ResourceID: "r"}})
			return err
		}},
	}
	for _, test := range tests {
		t.Run(string(test.want), func(t *testing.T) {
			var answered *stytch.Error
			if err := test.call(loose, looseTeam); !errors.As(err, &answered) || answered.Type != test.want {
				t.Errorf("the server answers %v, want %s", err, test.want)
			}
			var refused *stytch.ValidationError
			err := test.call(w.client, team)
			if !errors.As(err, &refused) || !errors.Is(err, test.want) || errors.Is(err, stytch.ErrOTPCodeNotFound) {
				t.Errorf("the client says %v, want %s", err, test.want)
			}
		})
	}
}
