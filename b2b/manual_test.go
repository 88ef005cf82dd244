package b2b_test

import (
	"encoding/json"
	"testing"

	"github.com/stytchgen/sdk/b2b"
)

func TestCustomClaims(t *testing.T) {
	type plan struct{ Plan string }
	tests := []struct {
		name    string
		session *b2b.MemberSession
		want    plan
	}{
		{"no session", nil, plan{}},
		{"no claims", &b2b.MemberSession{}, plan{}},
		{"claims", &b2b.MemberSession{CustomClaims: map[string]any{"plan": "pro"}}, plan{"pro"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := b2b.CustomClaims[plan](test.session); err != nil || got != test.want {
				t.Errorf("got %+v and the error %v, want %+v", got, err, test.want)
			}
		})
	}
	big := json.Number("9007199254740993")
	free, err := b2b.CustomClaims[struct{ A, B any }](&b2b.MemberSession{CustomClaims: map[string]any{"A": 3.0, "B": big}})
	if err != nil || free.A != 3.0 || free.B != big {
		t.Errorf("got %v and the error %v", free, err)
	}
	claims, err := b2b.NewCustomClaims(map[string]any{"plan": nil})
	if value, ok := claims["plan"]; err != nil || !ok || value != nil {
		t.Errorf("NewCustomClaims: %v, %v; want a null, which deletes the claim", claims, err)
	}
}

func TestNext(t *testing.T) {
	phone := &b2b.MFAMemberOptions{MFAPhoneNumber: "+15005550006"}
	tests := []struct {
		name          string
		authenticated bool
		primary       *b2b.PrimaryRequired
		mfa           *b2b.MFARequired
		want          b2b.Step
	}{
		{"logged in", true, nil, nil, b2b.StepDone},
		{"another primary factor", false, &b2b.PrimaryRequired{}, nil, b2b.StepPrimary},
		{"another primary factor first, then MFA", false, &b2b.PrimaryRequired{}, &b2b.MFARequired{MemberOptions: phone}, b2b.StepPrimary},
		{"a code was sent", false, nil, &b2b.MFARequired{MemberOptions: phone, SecondaryAuthInitiated: new(b2b.MFAMethodSMSOTP)}, b2b.StepSMSCode},
		{"no code was sent", false, nil, &b2b.MFARequired{MemberOptions: phone}, b2b.StepSendSMS},
		{"another method was begun", false, nil, &b2b.MFARequired{MemberOptions: phone, SecondaryAuthInitiated: new(b2b.MFAMethodTOTP)}, b2b.StepSendSMS},
		{"no phone number", false, nil, &b2b.MFARequired{MemberOptions: &b2b.MFAMemberOptions{}}, b2b.StepEnroll},
		{"a code was sent, and the options are left out", false, nil, &b2b.MFARequired{SecondaryAuthInitiated: new(b2b.MFAMethodSMSOTP)}, b2b.StepSMSCode},
		{"an authenticator app", false, nil, &b2b.MFARequired{MemberOptions: &b2b.MFAMemberOptions{TOTPRegistrationID: "member-totp-test-1"}}, b2b.StepTOTPCode},
		{"no options", false, nil, &b2b.MFARequired{}, b2b.StepEnroll},
		{"nothing said", false, nil, nil, b2b.StepUnknown},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, got := range []b2b.Step{
				(&b2b.OTPsEmailAuthenticateResponse{MemberAuthenticated: test.authenticated, PrimaryRequired: test.primary, MFARequired: test.mfa}).Next(),
				(&b2b.SessionsExchangeResponse{MemberAuthenticated: test.authenticated, PrimaryRequired: test.primary, MFARequired: test.mfa}).Next(),
				(&b2b.DiscoveredOrganization{MemberAuthenticated: test.authenticated, PrimaryRequired: test.primary, MFARequired: test.mfa}).Next(),
				(&b2b.DiscoveryIntermediateSessionsExchangeResponse{MemberAuthenticated: test.authenticated, PrimaryRequired: test.primary, MFARequired: test.mfa}).Next(),
				(&b2b.DiscoveryOrganizationsCreateResponse{MemberAuthenticated: test.authenticated, PrimaryRequired: test.primary, MFARequired: test.mfa}).Next(),
				(&b2b.MagicLinksAuthenticateResponse{MemberAuthenticated: test.authenticated, PrimaryRequired: test.primary, MFARequired: test.mfa}).Next(),
				(&b2b.OAuthAuthenticateResponse{MemberAuthenticated: test.authenticated, PrimaryRequired: test.primary, MFARequired: test.mfa}).Next(),
				(&b2b.PasswordsAuthenticateResponse{MemberAuthenticated: test.authenticated, PrimaryRequired: test.primary, MFARequired: test.mfa}).Next(),
				(&b2b.PasswordsEmailResetResponse{MemberAuthenticated: test.authenticated, PrimaryRequired: test.primary, MFARequired: test.mfa}).Next(),
				(&b2b.PasswordsExistingPasswordResetResponse{MemberAuthenticated: test.authenticated, PrimaryRequired: test.primary, MFARequired: test.mfa}).Next(),
				(&b2b.SSOAuthenticateResponse{MemberAuthenticated: test.authenticated, PrimaryRequired: test.primary, MFARequired: test.mfa}).Next(),
			} {
				if got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			}
		})
	}
}

// TestNextWithSession checks that a login with a session is complete, even if other fields are missing.
func TestNextWithSession(t *testing.T) {
	session := &b2b.MemberSession{}
	for i, got := range []b2b.Step{
		(&b2b.OTPsEmailAuthenticateResponse{MemberSession: session}).Next(),
		(&b2b.SessionsExchangeResponse{MemberSession: session}).Next(),
		(&b2b.DiscoveryIntermediateSessionsExchangeResponse{MemberSession: session}).Next(),
		(&b2b.DiscoveryOrganizationsCreateResponse{MemberSession: session}).Next(),
		(&b2b.MagicLinksAuthenticateResponse{MemberSession: session}).Next(),
		(&b2b.OAuthAuthenticateResponse{MemberSession: session}).Next(),
		(&b2b.PasswordsAuthenticateResponse{MemberSession: session}).Next(),
		(&b2b.PasswordsEmailResetResponse{MemberSession: session}).Next(),
		(&b2b.PasswordsExistingPasswordResetResponse{MemberSession: session}).Next(),
		(&b2b.SSOAuthenticateResponse{MemberSession: session}).Next(),
	} {
		if got != b2b.StepDone {
			t.Errorf("answer %d: got %q", i, got)
		}
	}
}
