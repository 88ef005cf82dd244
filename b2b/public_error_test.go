package b2b_test

import (
	"context"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestPublicErrorOf checks errors that mean different things after different calls.
func TestPublicErrorOf(t *testing.T) {
	check := func(ctx context.Context, c *b2b.Client) error {
		_, err := c.Sessions.Authenticate(ctx, b2b.SessionsAuthenticateRequest{SessionToken: new("gone")})
		return err
	}
	exchange := func(ctx context.Context, c *b2b.Client) error {
		_, err := c.Sessions.Exchange(ctx, b2b.SessionsExchangeRequest{OrganizationID: "o", SessionToken: new("gone")})
		return err
	}
	list := func(ctx context.Context, c *b2b.Client) error {
		_, err := c.Sessions.Get(ctx, b2b.SessionsGetRequest{OrganizationID: "o", MemberID: "m"})
		return err
	}
	send := func(ctx context.Context, c *b2b.Client) error {
		_, err := c.OTPs.SMS.Send(ctx, b2b.OTPsSMSSendRequest{OrganizationID: "o", MemberID: "m"})
		return err
	}
	loginOrSignup := func(ctx context.Context, c *b2b.Client) error {
		_, err := c.OTPs.Email.LoginOrSignup(ctx, b2b.OTPsEmailLoginOrSignupRequest{OrganizationID: "o", EmailAddress: "ada@example.com"})
		return err
	}
	login := func(ctx context.Context, c *b2b.Client) error {
		_, err := c.Passwords.Authenticate(ctx, b2b.PasswordsAuthenticateRequest{OrganizationID: "o", EmailAddress: "ada@example.com", Password: "horse"})
		return err
	}
	discover := func(ctx context.Context, c *b2b.Client) error {
		_, err := c.Passwords.Discovery.Authenticate(ctx, b2b.PasswordsDiscoveryAuthenticateRequest{EmailAddress: "ada@example.com", Password: "horse"})
		return err
	}
	tests := []struct {
		name   string
		reason stytch.ErrorType
		call   func(context.Context, *b2b.Client) error
		status int
		code   string
	}{
		{"a member who is gone", stytch.ErrMemberNotFound, check, 401, stytch.CodeLoginFirst},
		{"a session of elsewhere", stytch.ErrSessionNotFound, send, 401, stytch.CodeLoginFirst},
		{"to exchange no session", stytch.ErrSessionNotFound, exchange, 401, stytch.CodeLoginFirst},
		{"an organization to log in to", stytch.ErrOrganizationNotFound, loginOrSignup, 404, stytch.CodeNotFound},
		{"an organization to exchange", stytch.ErrOrganizationNotFound, exchange, 404, stytch.CodeNotFound},
		{"no member there to exchange", stytch.ErrMemberNotFound, exchange, 404, stytch.CodeNotFound},
		{"sessions of no member", stytch.ErrMemberNotFound, list, 404, stytch.CodeNotFound},
		{"a wrong password", stytch.ErrUnauthorizedCredentials, login, 400, stytch.CodeWrongPassword},
		{"a member without a password", stytch.ErrMemberPasswordNotFound, login, 400, stytch.CodeWrongPassword},
		{"a password of no member", stytch.ErrMemberNotFound, login, 400, stytch.CodeWrongPassword},
		{"a password that must be changed", stytch.ErrMemberResetPassword, login, 400, stytch.CodeWrongPassword},
		{"a wrong password before an organization is chosen", stytch.ErrUnauthorizedCredentials, discover, 400, stytch.CodeWrongPassword},
		{"an organization that does not exist", stytch.ErrOrganizationNotFound, login, 404, stytch.CodeNotFound},
		{"wrong credentials of the project", stytch.ErrUnauthorizedCredentials, loginOrSignup, 503, stytch.CodeOutage},
		{"no invitation", stytch.ErrInvalidEmailForJITProvisioning, loginOrSignup, 403, stytch.CodeNoAccess},
		{"a stranger to the organization", stytch.ErrMemberNotFound, loginOrSignup, 400, stytch.CodeInvalidAddress},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			srv := stytchtest.NewServer(t)
			srv.Fail(stytchtest.Fault{ErrorType: string(test.reason)})
			err := test.call(t.Context(), srv.B2B())
			if public := stytch.PublicErrorOf(err); public.Status != test.status || public.Code != test.code {
				t.Errorf("%v is shown as %+v, want %d %s", err, public, test.status, test.code)
			}
		})
	}
}
