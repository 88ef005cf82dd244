package stytchtest_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// company is a world with an organization and a B2B client.
type company struct {
	*world
	b2b *b2b.Client
	org b2b.Organization
}

func newCompany(t *testing.T, o b2b.Organization) *company {
	t.Helper()
	w := newWorld(t)
	o.OrganizationName, o.OrganizationSlug = "Analytical Engines", "engines"
	return &company{w, w.B2B(noDrift(t)), w.AddOrganization(o)}
}

func (c *company) member(m b2b.Member) b2b.Member {
	c.t.Helper()
	m.OrganizationID, m.EmailAddress = c.org.OrganizationID, email
	return must(c.AddMember(m))(c.t)
}

// login sends a code by e-mail and authenticates it.
func (c *company) login(change ...func(*b2b.OTPsEmailAuthenticateRequest)) (*b2b.OTPsEmailAuthenticateResponse, error) {
	c.t.Helper()
	if _, err := c.b2b.OTPs.Email.LoginOrSignup(c.ctx, b2b.OTPsEmailLoginOrSignupRequest{OrganizationID: c.org.OrganizationID, EmailAddress: email}); err != nil {
		return nil, err
	}
	q := b2b.OTPsEmailAuthenticateRequest{OrganizationID: c.org.OrganizationID, EmailAddress: email, Code: must(c.Inbox().WaitFor(c.ctx, email))(c.t).Code}
	for _, f := range change {
		f(&q)
	}
	return c.b2b.OTPs.Email.Authenticate(c.ctx, q)
}

func TestMemberLogin(t *testing.T) {
	for _, status := range []b2b.MemberStatus{b2b.MemberStatusActive, b2b.MemberStatusInvited, b2b.MemberStatusPending} {
		t.Run(string(status), func(t *testing.T) {
			c := newCompany(t, b2b.Organization{})
			m := c.member(b2b.Member{Status: status})
			auth := must(c.login())(t)
			if !auth.MemberAuthenticated || auth.Next() != b2b.StepDone || auth.Member.Status != b2b.MemberStatusActive || !auth.Member.EmailAddressVerified || auth.MemberID != m.MemberID {
				t.Errorf("answer %v", auth)
			}
			s := auth.MemberSession
			if !s.ExpiresAt.Equal(c.Clock().Now().Add(time.Hour)) || s.OrganizationSlug != "engines" || s.AuthenticationFactors[0].Type != stytch.AuthenticationFactorTypeEmailOTP {
				t.Errorf("session %v", s)
			}
			got := must(c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{SessionJWT: &auth.SessionJWT}))(t)
			if got.Member.MemberID != m.MemberID || got.Organization.OrganizationID != c.org.OrganizationID {
				t.Errorf("the session is of %v", got)
			}
		})
	}
}

func TestSignupByDomain(t *testing.T) {
	tests := []struct {
		name string
		org  b2b.Organization
		want stytch.ErrorType
	}{
		{"not allowed", b2b.Organization{}, stytch.ErrEmailJITProvisioningNotAllowed},
		{"another domain", b2b.Organization{EmailJITProvisioning: b2b.JITProvisioningPolicyRestricted, EmailAllowedDomains: []string{"example.org"}}, stytch.ErrInvalidEmailForJITProvisioning},
		{"allowed", b2b.Organization{EmailJITProvisioning: b2b.JITProvisioningPolicyRestricted, EmailAllowedDomains: []string{"example.com"},
			RBACEmailImplicitRoleAssignments: []b2b.EmailImplicitRoleAssignment{{Domain: "example.com", RoleID: "editor"}}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newCompany(t, test.org)
			auth, err := c.login()
			if test.want != "" {
				wants(t, err, test.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if m := auth.Member; m.Status != b2b.MemberStatusActive || len(m.Roles) != 2 || m.Roles[1].RoleID != "editor" {
				t.Errorf("member %v", m)
			}
			if m := c.Inbox().Messages()[0]; m.Purpose != "signup" || m.MemberID != auth.MemberID {
				t.Errorf("message %v", m)
			}
		})
	}
}

// TestMFA logs in members that need a second factor. A member with a phone
// number gets a code at once; a member without one enters it first.
func TestMFA(t *testing.T) {
	tests := []struct {
		name   string
		org    b2b.Organization
		member b2b.Member
		step   b2b.Step
	}{
		{"required for all, with a number", b2b.Organization{MFAPolicy: b2b.MFAPolicyRequiredForAll}, b2b.Member{MFAPhoneNumber: phone, MFAPhoneNumberVerified: true}, b2b.StepSMSCode},
		{"required for all, without a number", b2b.Organization{MFAPolicy: b2b.MFAPolicyRequiredForAll}, b2b.Member{}, b2b.StepEnroll},
		{"optional, and enrolled", b2b.Organization{}, b2b.Member{MFAEnrolled: true, MFAPhoneNumber: phone, MFAPhoneNumberVerified: true}, b2b.StepSMSCode},
		{"optional, and not enrolled", b2b.Organization{}, b2b.Member{MFAPhoneNumber: phone, MFAPhoneNumberVerified: true}, b2b.StepDone},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newCompany(t, test.org)
			m := c.member(test.member)
			auth := must(c.login())(t)
			if auth.Next() != test.step {
				t.Fatalf("next %s, want %s: %v", auth.Next(), test.step, auth)
			}
			if test.step == b2b.StepDone {
				return
			}
			if auth.MemberAuthenticated || auth.MemberSession != nil || auth.SessionToken != "" || !auth.IntermediateSessionTokenExpiresAt.Equal(c.Clock().Now().Add(10*time.Minute)) {
				t.Errorf("answer %v", auth)
			}
			token := auth.IntermediateSessionToken
			if test.step == b2b.StepEnroll {
				must(c.b2b.OTPs.SMS.Send(c.ctx, b2b.OTPsSMSSendRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID, MFAPhoneNumber: new(phone), IntermediateSessionToken: &token}))(t)
			}
			code := must(c.Inbox().WaitFor(c.ctx, phone))(t)
			if code.Purpose != "mfa" || !code.ExpiresAt.Equal(code.SentAt.Add(2*time.Minute)) {
				t.Errorf("message %v", code)
			}
			q := b2b.OTPsSMSAuthenticateRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID, Code: code.Code, IntermediateSessionToken: &token}
			done := must(c.b2b.OTPs.SMS.Authenticate(c.ctx, q))(t)
			if f := done.MemberSession.AuthenticationFactors; len(f) != 2 || f[0].EmailFactor == nil || f[1].PhoneNumberFactor == nil {
				t.Errorf("factors %v", f)
			}
			if !done.Member.MFAPhoneNumberVerified || !done.Member.MFAEnrolled || done.Member.DefaultMFAMethod != "sms_otp" {
				t.Errorf("member %v", done.Member)
			}
			_, err := c.b2b.OTPs.SMS.Authenticate(c.ctx, q) // single use
			wants(t, err, stytch.ErrIntermediateSessionNotFound)
		})
	}
}

func TestIntermediateSessionExpires(t *testing.T) {
	c := newCompany(t, b2b.Organization{MFAPolicy: b2b.MFAPolicyRequiredForAll})
	m := c.member(b2b.Member{MFAPhoneNumber: phone, MFAPhoneNumberVerified: true})
	auth := must(c.login())(t)
	c.Clock().Advance(10 * time.Minute)
	_, err := c.b2b.OTPs.SMS.Send(c.ctx, b2b.OTPsSMSSendRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID, IntermediateSessionToken: &auth.IntermediateSessionToken})
	wants(t, err, stytch.ErrIntermediateSessionNotFound)
}

func TestMFAEnrollment(t *testing.T) {
	tests := []struct {
		name   string
		policy b2b.MFAPolicy
		before bool
		set    *b2b.MFAEnrollment
		want   bool
	}{
		{"required, and unenroll is ignored", b2b.MFAPolicyRequiredForAll, true, new(b2b.MFAEnrollmentUnenroll), true},
		{"required", b2b.MFAPolicyRequiredForAll, false, nil, true},
		{"optional, not requested", b2b.MFAPolicyOptional, false, nil, false},
		{"optional, enroll", b2b.MFAPolicyOptional, false, new(b2b.MFAEnrollmentEnroll), true},
		{"optional, unenroll", b2b.MFAPolicyOptional, true, new(b2b.MFAEnrollmentUnenroll), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newCompany(t, b2b.Organization{MFAPolicy: test.policy})
			m := c.member(b2b.Member{MFAEnrolled: test.before, MFAPhoneNumber: phone, MFAPhoneNumberVerified: true})
			s := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
			must(c.b2b.OTPs.SMS.Send(c.ctx, b2b.OTPsSMSSendRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID, SessionToken: &s.Token}))(t)
			done := must(c.b2b.OTPs.SMS.Authenticate(c.ctx, b2b.OTPsSMSAuthenticateRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID,
				Code: must(c.Inbox().WaitFor(c.ctx, phone))(t).Code, SessionToken: &s.Token, SetMFAEnrollment: test.set}))(t)
			if done.Member.MFAEnrolled != test.want || done.MemberSession.MemberSessionID != s.ID {
				t.Errorf("enrolled %t, want %t; session %s, want the one that was stepped up", done.Member.MFAEnrolled, test.want, done.MemberSession.MemberSessionID)
			}
		})
	}
}

func TestMFAPhoneNumber(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	m := c.member(b2b.Member{})
	send := func(number *string) error {
		_, err := c.b2b.OTPs.SMS.Send(c.ctx, b2b.OTPsSMSSendRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID, MFAPhoneNumber: number})
		return err
	}
	wants(t, send(nil), stytch.ErrMemberPhoneNumberNotFound)
	if err := errors.Join(send(new(phone)), send(nil), send(new(phone))); err != nil {
		t.Error(err)
	}
	wants(t, send(new("+15005550009")), stytch.ErrDuplicateMemberPhoneNumber)
}

func TestOtherPrimaryFactorRequired(t *testing.T) {
	c := newCompany(t, b2b.Organization{AuthMethods: b2b.MethodPolicyRestricted, AllowedAuthMethods: []b2b.AuthMethod{"sso"}})
	c.member(b2b.Member{})
	auth := must(c.login())(t)
	if auth.Next() != b2b.StepPrimary || auth.IntermediateSessionToken == "" || len(auth.PrimaryRequired.AllowedAuthMethods) != 1 {
		t.Errorf("answer %v", auth)
	}
	// A second factor does not replace a missing primary factor.
	must(c.b2b.OTPs.SMS.Send(c.ctx, b2b.OTPsSMSSendRequest{OrganizationID: c.org.OrganizationID, MemberID: auth.MemberID,
		MFAPhoneNumber: new(phone), IntermediateSessionToken: &auth.IntermediateSessionToken}))(t)
	message, _ := c.Inbox().Last(phone)
	_, err := c.b2b.OTPs.SMS.Authenticate(c.ctx, b2b.OTPsSMSAuthenticateRequest{OrganizationID: c.org.OrganizationID, MemberID: auth.MemberID,
		Code: message.Code, IntermediateSessionToken: &auth.IntermediateSessionToken})
	wants(t, err, stytch.ErrActionAvailableOnlyOncePrimaryAuthenticationIsMet)
	if n := len(c.Sessions()); n != 0 {
		t.Errorf("%d sessions", n)
	}
}

// TestEarlierEmailCodesDie sends a code for one organization, then for another,
// then for discovery. Only the last code works.
func TestEarlierEmailCodesDie(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.member(b2b.Member{})
	must(c.b2b.OTPs.Email.LoginOrSignup(c.ctx, b2b.OTPsEmailLoginOrSignupRequest{OrganizationID: c.org.OrganizationID, EmailAddress: email}))(t)
	first := must(c.Inbox().WaitFor(c.ctx, email))(t)
	must(c.b2b.OTPs.Email.Discovery.Send(c.ctx, b2b.OTPsEmailDiscoverySendRequest{EmailAddress: email}))(t)
	second := must(c.Inbox().WaitFor(c.ctx, email))(t)
	if second.Purpose != "discovery" || !second.ExpiresAt.Equal(second.SentAt.Add(10*time.Minute)) {
		t.Errorf("message %v", second)
	}
	for _, code := range []string{first.Code, second.Code} {
		_, err := c.b2b.OTPs.Email.Authenticate(c.ctx, b2b.OTPsEmailAuthenticateRequest{OrganizationID: c.org.OrganizationID, EmailAddress: email, Code: code})
		wants(t, err, stytch.ErrOTPCodeNotFound)
	}
	must(c.b2b.OTPs.Email.Discovery.Authenticate(c.ctx, b2b.OTPsEmailDiscoveryAuthenticateRequest{EmailAddress: email, Code: second.Code}))(t)
}

func TestExchange(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.member(b2b.Member{})
	other := c.AddOrganization(b2b.Organization{OrganizationName: "Bernoulli Numbers", MFAPolicy: b2b.MFAPolicyRequiredForAll})
	auth := must(c.login())(t)
	exchange := func() (*b2b.SessionsExchangeResponse, error) {
		return c.b2b.Sessions.Exchange(c.ctx, b2b.SessionsExchangeRequest{OrganizationID: other.OrganizationID, SessionToken: &auth.SessionToken})
	}
	_, err := exchange()
	wants(t, err, stytch.ErrMemberNotFound)
	m := must(c.AddMember(b2b.Member{OrganizationID: other.OrganizationID, EmailAddress: email, Status: b2b.MemberStatusInvited, MFAPhoneNumber: phone, MFAPhoneNumberVerified: true}))(t)
	resp := must(exchange())(t)
	if resp.MemberID != m.MemberID || resp.Next() != b2b.StepSMSCode || resp.Member.Status != b2b.MemberStatusActive {
		t.Errorf("answer %v", resp)
	}
	done := must(c.b2b.OTPs.SMS.Authenticate(c.ctx, b2b.OTPsSMSAuthenticateRequest{OrganizationID: other.OrganizationID, MemberID: m.MemberID,
		Code: must(c.Inbox().WaitFor(c.ctx, phone))(t).Code, IntermediateSessionToken: &resp.IntermediateSessionToken}))(t)
	if done.MemberSession.OrganizationID != other.OrganizationID {
		t.Errorf("session %v", done.MemberSession)
	}
}

// TestRevokeOnBehalf ends sessions with the permissions of a member.
func TestRevokeOnBehalf(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	add := func(address string, roles ...string) stytchtest.Session {
		m := b2b.Member{OrganizationID: c.org.OrganizationID, EmailAddress: address}
		for _, role := range roles {
			m.Roles = append(m.Roles, b2b.MemberRole{RoleID: role})
		}
		return must(c.AddSession(must(c.AddMember(m))(t).MemberID, time.Hour, nil))(t)
	}
	mallory, ada, admin := add("mallory@example.com", "stytch_member"), add(email), add("admin@example.com", "stytch_admin")
	revoke := func(target stytchtest.Session, by *string) error {
		_, err := c.b2b.Sessions.Revoke(c.ctx, b2b.SessionsRevokeRequest{MemberSessionID: &target.ID, ActingMember: &b2b.ActingMember{SessionToken: by}})
		return err
	}
	wants(t, revoke(ada, &mallory.Token), stytch.ErrSessionAuthorizationError)
	wants(t, revoke(ada, new("nothing")), stytch.ErrSessionNotFound)
	if err := revoke(mallory, &mallory.Token); err != nil {
		t.Errorf("a member's own session: %v", err)
	}
	if err := revoke(ada, &admin.Token); err != nil {
		t.Errorf("as an administrator: %v", err)
	}
	if n := len(c.Sessions()); n != 1 {
		t.Errorf("%d sessions are left, want the administrator's", n)
	}
	if _, err := c.b2b.Sessions.Revoke(c.ctx, b2b.SessionsRevokeRequest{MemberID: &admin.MemberID}); err != nil || len(c.Sessions()) != 0 {
		t.Errorf("by member: %v, %d sessions left", err, len(c.Sessions()))
	}
}

func TestMemberAuthorizationCheck(t *testing.T) {
	c := newCompany(t, b2b.Organization{CustomRoles: []b2b.CustomRole{{RoleID: "editor", Permissions: []b2b.CustomRolePermission{{ResourceID: "documents", Actions: []string{"*"}}}}}})
	m := c.member(b2b.Member{Roles: []b2b.MemberRole{{RoleID: "editor"}}})
	s := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	check := func(organization, resource string) (*b2b.SessionsAuthenticateResponse, error) {
		return c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &s.Token,
			AuthorizationCheck: &b2b.AuthorizationCheck{OrganizationID: organization, ResourceID: resource, Action: "read"}})
	}
	if v := must(check(c.org.OrganizationID, "documents"))(t).Verdict; !v.Authorized || v.GrantingRoles[0] != "editor" {
		t.Errorf("verdict %v", v)
	}
	_, err := check(c.org.OrganizationID, "bills")
	wants(t, err, stytch.ErrSessionAuthorizationError)
	_, err = check("organization-test-other", "documents")
	wants(t, err, stytch.ErrSessionAuthorizationTenancyError)
}

func TestNobodyThere(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	_, err := c.b2b.OTPs.Email.LoginOrSignup(c.ctx, b2b.OTPsEmailLoginOrSignupRequest{OrganizationID: "organization-test-none", EmailAddress: email})
	wants(t, err, stytch.ErrOrganizationNotFound)
	_, err = c.b2b.OTPs.SMS.Send(c.ctx, b2b.OTPsSMSSendRequest{OrganizationID: c.org.OrganizationID, MemberID: "member-test-none"})
	wants(t, err, stytch.ErrMemberNotFound)
	_, err = c.b2b.Sessions.Get(c.ctx, b2b.SessionsGetRequest{OrganizationID: c.org.OrganizationID, MemberID: "member-test-none"})
	wants(t, err, stytch.ErrMemberNotFound)
	if _, err := c.AddMember(b2b.Member{OrganizationID: "none"}); err == nil {
		t.Error("a member without an organization was accepted")
	}
}

// TestClaimsTooLargeForASession checks that a code still works after a login whose claims do
// not fit into the session.
func TestClaimsTooLargeForASession(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	m := c.member(b2b.Member{EmailAddressVerified: true, Status: b2b.MemberStatusActive})
	s := must(c.AddSession(m.MemberID, time.Hour, map[string]any{"a": strings.Repeat("a", 3000)}))(t)
	var again b2b.OTPsEmailAuthenticateRequest
	_, err := c.login(func(q *b2b.OTPsEmailAuthenticateRequest) {
		again = *q
		q.SessionToken, q.SessionCustomClaims = &s.Token, map[string]any{"b": strings.Repeat("b", 3000)}
	})
	wants(t, err, stytch.ErrCustomClaimsTooLarge)
	must(c.b2b.OTPs.Email.Authenticate(c.ctx, again))(t)
}
