package stytchtest_test

import (
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

func strengthOf(password string, address *string) b2b.PasswordsStrengthCheckRequest {
	return b2b.PasswordsStrengthCheckRequest{Password: password, EmailAddress: address}
}

// set gives a member a password.
func (c *company) set(m b2b.Member, password string) {
	c.t.Helper()
	if err := c.SetPassword(m.MemberID, password); err != nil {
		c.t.Fatal(err)
	}
}

func (c *company) password(password string, change ...func(*b2b.PasswordsAuthenticateRequest)) (*b2b.PasswordsAuthenticateResponse, error) {
	q := b2b.PasswordsAuthenticateRequest{OrganizationID: c.org.OrganizationID, EmailAddress: email, Password: password}
	for _, f := range change {
		f(&q)
	}
	return c.b2b.Passwords.Authenticate(c.ctx, q)
}

func (c *company) reset(change ...func(*b2b.PasswordsEmailResetStartRequest)) stytchtest.Message {
	c.t.Helper()
	q := b2b.PasswordsEmailResetStartRequest{OrganizationID: c.org.OrganizationID, EmailAddress: email}
	for _, f := range change {
		f(&q)
	}
	must(c.b2b.Passwords.Email.ResetStart(c.ctx, q))(c.t)
	return c.mail()
}

func (c *company) resetWith(token, password string) (*b2b.PasswordsEmailResetResponse, error) {
	return c.b2b.Passwords.Email.Reset(c.ctx, b2b.PasswordsEmailResetRequest{PasswordResetToken: token, Password: password})
}

func TestMemberPassword(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	m := c.member(b2b.Member{EmailAddressVerified: true})
	_, err := c.password(good)
	wants(t, err, stytch.ErrMemberPasswordNotFound)
	c.set(m, good)
	auth := must(c.password(good))(t)
	f := auth.MemberSession.AuthenticationFactors
	if auth.Next() != b2b.StepDone || auth.Member.MemberPasswordID == "" || len(f) != 1 || f[0].Type != "password" || f[0].DeliveryMethod != "knowledge" {
		t.Errorf("answer %v", auth)
	}
	again := must(c.password(good, func(q *b2b.PasswordsAuthenticateRequest) { q.SessionToken = &auth.SessionToken }))(t)
	if again.SessionToken != auth.SessionToken {
		t.Errorf("session %v", again.MemberSession)
	}
	_, err = c.password(better)
	wants(t, err, stytch.ErrUnauthorizedCredentials)
	_, err = c.password(good, func(q *b2b.PasswordsAuthenticateRequest) { q.EmailAddress = "charles@example.com" })
	wants(t, err, stytch.ErrMemberNotFound)
	for range 9 {
		_, _ = c.password(better)
	}
	_, err = c.password(good)
	wants(t, err, stytch.ErrUserLockLimitReached)
	c.Clock().Advance(time.Hour)
	c.set(m, "correct horse battery staple")
	_, err = c.password("correct horse battery staple")
	wants(t, err, stytch.ErrMemberResetPassword)
	_, err = c.password(better) // right or wrong
	wants(t, err, stytch.ErrMemberResetPassword)
	have := c.Members("")[0].MemberPasswordID
	must(c.b2b.Organizations.Members.DeletePassword(c.ctx, b2b.OrganizationsMembersDeletePasswordRequest{OrganizationID: c.org.OrganizationID, MemberPasswordID: have}))(t)
	_, err = c.password(good)
	wants(t, err, stytch.ErrMemberPasswordNotFound)
}

// TestMemberPasswordReset sets a first password and another one by mail, where a
// second factor is required.
func TestMemberPasswordReset(t *testing.T) {
	c, m := newMFACompany(t, b2b.Organization{}, b2b.Member{Status: b2b.MemberStatusInvited, TOTPRegistrationID: "member-totp-test-1"})
	old := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	mail := c.reset(func(q *b2b.PasswordsEmailResetStartRequest) {
		q.ResetPasswordRedirectURL, q.LoginRedirectURL, q.CodeChallenge = new("https://app.example.com/reset"), new("https://app.example.com/login"), challenge(verifier)
		q.VerifyEmailTemplateID = new("first")
	})
	to, login := c.open(mail.Link), c.open(mail.LoginLink)
	if mail.Purpose != "reset_password" || mail.TemplateID != "first" || mail.MemberID != m.MemberID || !mail.ExpiresAt.Equal(mail.SentAt.Add(30*time.Minute)) ||
		to.Path != "/reset" || to.Query().Get("stytch_token_type") != "multi_tenant_passwords" || login.Query().Get("stytch_token_type") != "multi_tenant_magic_links" {
		t.Errorf("message %+v leads to %s and %s", mail, to, login)
	}
	_, err := c.resetWith(mail.Token, good)
	wants(t, err, stytch.ErrPKCEExpectedCodeVerifier)
	q := b2b.PasswordsEmailResetRequest{PasswordResetToken: mail.Token, Password: "1234", CodeVerifier: new(verifier)}
	_, err = c.b2b.Passwords.Email.Reset(c.ctx, q)
	wants(t, err, stytch.ErrWeakPassword)
	q.Password = good
	done := must(c.b2b.Passwords.Email.Reset(c.ctx, q))(t)
	if done.Next() != b2b.StepTOTPCode || done.Member.Status != b2b.MemberStatusActive || !done.Member.EmailAddressVerified || len(c.Sessions()) != 0 {
		t.Errorf("answer %v, sessions %v", done, c.Sessions())
	}
	in := must(c.typeTOTP(m.MemberID, c.code(m.MemberID), func(q *b2b.TOTPsAuthenticateRequest) { q.IntermediateSessionToken = &done.IntermediateSessionToken }))(t)
	if f := in.MemberSession.AuthenticationFactors; len(f) != 2 || f[0].Type != "password" || in.SessionToken == old.Token {
		t.Errorf("session %v", in.MemberSession)
	}
	_, err = c.b2b.Passwords.Email.Reset(c.ctx, q)
	wants(t, err, stytch.ErrUnableToAuthPasswordResetToken)
	late := c.reset()
	c.Clock().Advance(30 * time.Minute)
	_, err = c.resetWith(late.Token, better)
	wants(t, err, stytch.ErrUnableToAuthPasswordResetToken)
	next := c.reset()
	must(c.resetWith(next.Token, better))(t)
	if first := must(c.password(better))(t); first.Next() != b2b.StepTOTPCode {
		t.Errorf("next is %s", first.Next())
	}
	if auth := must(c.follow(next.LoginToken))(t); auth.Next() != b2b.StepTOTPCode {
		t.Errorf("next is %s", auth.Next())
	}
}

func TestMemberPasswordResetWithThePassword(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.set(c.member(b2b.Member{EmailAddressVerified: true}), good)
	must(c.password(good))(t)
	reset := func(existing, fresh string) (*b2b.PasswordsExistingPasswordResetResponse, error) {
		return c.b2b.Passwords.ExistingPassword.Reset(c.ctx, b2b.PasswordsExistingPasswordResetRequest{
			OrganizationID: c.org.OrganizationID, EmailAddress: email, ExistingPassword: existing, NewPassword: fresh})
	}
	_, err := reset(better, better)
	wants(t, err, stytch.ErrUnauthorizedCredentials)
	_, err = reset(good, "correct horse battery staple")
	wants(t, err, stytch.ErrBreachedPassword)
	done := must(reset(good, better))(t)
	if done.Next() != b2b.StepDone || len(c.Sessions()) != 1 {
		t.Errorf("answer %v, sessions %v", done, c.Sessions())
	}
	must(c.password(better))(t)
}

func TestMemberPasswordResetInASession(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	m := c.member(b2b.Member{EmailAddressVerified: true})
	s, other := must(c.AddSession(m.MemberID, 2*time.Hour, nil))(t), must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	reset := func(organizationID, password string) (*b2b.PasswordsSessionsResetResponse, error) {
		return c.b2b.Passwords.Sessions.Reset(c.ctx, b2b.PasswordsSessionsResetRequest{OrganizationID: organizationID, Password: password, SessionToken: &s.Token})
	}
	_, err := reset("nothing", good)
	wants(t, err, stytch.ErrOrganizationNotFound)
	_, err = reset("engines", "1234")
	wants(t, err, stytch.ErrWeakPassword)
	done := must(reset("engines", good))(t)
	if done.SessionToken != s.Token || len(c.Sessions()) != 1 || c.Sessions()[0].ID == other.ID || len(done.MemberSession.AuthenticationFactors) != 2 {
		t.Errorf("answer %v, sessions %v", done, c.Sessions())
	}
	must(c.password(good))(t)
	for range 10 {
		_, err = c.password("another")
		wants(t, err, stytch.ErrUnauthorizedCredentials)
	}
	_, err = reset("engines", better)
	wants(t, err, stytch.ErrUserLockLimitReached)
	c.Clock().Advance(time.Hour)
	must(c.password(good))(t) // the refused call has not changed it
	c.Clock().Advance(5*time.Minute + time.Second)
	_, err = reset("engines", better)
	wants(t, err, stytch.ErrSessionTooOldToResetPassword)
}

func TestMemberPasswordNotAllowed(t *testing.T) {
	c := newCompany(t, b2b.Organization{AuthMethods: b2b.MethodPolicyRestricted, AllowedAuthMethods: []b2b.AuthMethod{b2b.AuthMethodEmailOTP}})
	m := c.member(b2b.Member{})
	c.set(m, good)
	_, err := c.password(good)
	wants(t, err, stytch.ErrOperationRestrictedByOrganizationAuthMethods)
	_, err = c.b2b.Passwords.Email.ResetStart(c.ctx, b2b.PasswordsEmailResetStartRequest{OrganizationID: "engines", EmailAddress: email})
	wants(t, err, stytch.ErrOperationRestrictedByOrganizationAuthMethods)
	_, err = c.b2b.Passwords.Discovery.Authenticate(c.ctx, b2b.PasswordsDiscoveryAuthenticateRequest{EmailAddress: email, Password: good})
	wants(t, err, stytch.ErrCrossOrgPasswordsNotEnabled)
}

func TestMigratedMember(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	from := hashes[0].q
	q := b2b.PasswordsMigrateRequest{
		OrganizationID: "engines", EmailAddress: email, Hash: from.Hash, HashType: from.HashType, Name: new("Ada"), ExternalID: new("ada-1"),
		Roles: []string{"stytch_admin"}, MFAPhoneNumber: new(phone), SetPhoneNumberVerified: new(true), TrustedMetadata: map[string]any{"desk": "3"},
	}
	made := must(c.b2b.Passwords.Migrate(c.ctx, q))(t)
	if m := made.Member; !made.MemberCreated || !m.EmailAddressVerified || m.Status != b2b.MemberStatusActive || !m.IsAdmin || *m.ExternalID != "ada-1" || !m.MFAPhoneNumberVerified || m.MemberPasswordID == "" {
		t.Errorf("answer %v", made)
	}
	must(c.password(good))(t)
	_, err := c.b2b.Passwords.Migrate(c.ctx, q)
	wants(t, err, stytch.ErrPasswordAlreadyExists)
	q.Hash = "none"
	_, err = c.b2b.Passwords.Migrate(c.ctx, q)
	wants(t, err, stytch.ErrInvalidBcryptHash)
	other := must(c.AddMember(b2b.Member{OrganizationID: c.org.OrganizationID, EmailAddress: "charles@example.com"}))(t)
	q = b2b.PasswordsMigrateRequest{OrganizationID: "engines", EmailAddress: "charles@example.com", Hash: from.Hash, HashType: from.HashType, ExternalID: new("charles-1")}
	into := must(c.b2b.Passwords.Migrate(c.ctx, q))(t)
	if into.MemberCreated || into.MemberID != other.MemberID || into.Member.ExternalID != nil {
		t.Errorf("answer %v", into)
	}
}

// TestPasswordForAllOrganizations uses one password in two organizations.
func TestPasswordForAllOrganizations(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	if err := c.SetPasswordPolicy(stytchtest.PasswordPolicy{CrossOrganization: true}); err != nil {
		t.Fatal(err)
	}
	second := c.AddOrganization(b2b.Organization{OrganizationName: "Difference Engines"})
	c.member(b2b.Member{EmailAddressVerified: true})
	start := func() stytchtest.Message {
		must(c.b2b.Passwords.Discovery.Email.ResetStart(c.ctx, b2b.PasswordsDiscoveryEmailResetStartRequest{
			EmailAddress: email, PKCECodeChallenge: challenge(verifier), ResetPasswordRedirectURL: new("https://app.example.com/reset")}))(t)
		return c.mail()
	}
	m := start()
	to, login := c.open(m.Link).Query(), c.open(m.LoginLink).Query()
	if to.Get("stytch_token_type") != "discovery" || to.Get("stytch_redirect_type") != "reset_password" || login.Get("stytch_token_type") != "discovery" || m.MemberID != "" {
		t.Errorf("message %+v leads to %v and %v", m, to, login)
	}
	reset := b2b.PasswordsDiscoveryEmailResetRequest{PasswordResetToken: m.Token, Password: "1234", PKCECodeVerifier: new(verifier)}
	_, err := c.b2b.Passwords.Discovery.Email.Reset(c.ctx, reset)
	wants(t, err, stytch.ErrWeakPassword)
	reset.Password = good
	found := must(c.b2b.Passwords.Discovery.Email.Reset(c.ctx, reset))(t)
	if len(found.DiscoveredOrganizations) != 1 || found.DiscoveredOrganizations[0].Membership.Member.MemberPasswordID == "" {
		t.Errorf("answer %v", found)
	}
	in := must(c.b2b.Discovery.IntermediateSessions.Exchange(c.ctx, b2b.DiscoveryIntermediateSessionsExchangeRequest{
		IntermediateSessionToken: found.IntermediateSessionToken, OrganizationID: "engines"}))(t)
	if in.Next() != b2b.StepDone {
		t.Errorf("answer %v", in)
	}
	must(c.password(good))(t)

	// A person who joins by a password alone has to prove the address.
	must(c.AddMember(b2b.Member{OrganizationID: second.OrganizationID, EmailAddress: email, Status: b2b.MemberStatusInvited}))(t)
	again := must(c.b2b.Passwords.Discovery.Authenticate(c.ctx, b2b.PasswordsDiscoveryAuthenticateRequest{EmailAddress: email, Password: good}))(t)
	if len(again.DiscoveredOrganizations) != 2 || again.DiscoveredOrganizations[0].Next() != b2b.StepDone || again.DiscoveredOrganizations[1].Next() != b2b.StepPrimary {
		t.Errorf("answer %v", again)
	}
	joins := must(c.b2b.Discovery.IntermediateSessions.Exchange(c.ctx, b2b.DiscoveryIntermediateSessionsExchangeRequest{
		IntermediateSessionToken: again.IntermediateSessionToken, OrganizationID: second.OrganizationID}))(t)
	if joins.Next() != b2b.StepPrimary || len(joins.PrimaryRequired.AllowedAuthMethods) == 0 || joins.Member.Status != b2b.MemberStatusInvited {
		t.Fatalf("answer %v", joins)
	}
	must(c.b2b.MagicLinks.Email.LoginOrSignup(c.ctx, b2b.MagicLinksEmailLoginOrSignupRequest{OrganizationID: second.OrganizationID, EmailAddress: email}))(t)
	done := must(c.follow(c.mail().Token, func(q *b2b.MagicLinksAuthenticateRequest) {
		q.IntermediateSessionToken = &joins.IntermediateSessionToken
	}))(t)
	if done.Next() != b2b.StepDone || len(done.MemberSession.AuthenticationFactors) != 2 {
		t.Errorf("answer %v", done)
	}
	must(c.password(good, func(q *b2b.PasswordsAuthenticateRequest) { q.OrganizationID = second.OrganizationID }))(t)

	// Two active members have the address, so the password stays until it is reset.
	require := b2b.PasswordsEmailRequireResetRequest{EmailAddress: email, OrganizationID: new("engines")}
	if required := must(c.b2b.Passwords.Email.RequireReset(c.ctx, require))(t); required.Member.EmailAddress != email {
		t.Errorf("answer %v", required)
	}
	_, err = c.b2b.Passwords.Discovery.Authenticate(c.ctx, b2b.PasswordsDiscoveryAuthenticateRequest{EmailAddress: email, Password: good})
	wants(t, err, stytch.ErrMemberResetPassword)
	reset.PasswordResetToken, reset.Password = start().Token, better
	must(c.b2b.Passwords.Discovery.Email.Reset(c.ctx, reset))(t)
	if len(c.Sessions()) != 0 {
		t.Errorf("sessions %v", c.Sessions())
	}
	must(c.password(better))(t)
	// One active member has it, so the password is deleted.
	must(c.b2b.Organizations.Members.Delete(c.ctx, b2b.OrganizationsMembersDeleteRequest{OrganizationID: second.OrganizationID, MemberID: done.MemberID}))(t)
	must(c.b2b.Passwords.Email.RequireReset(c.ctx, b2b.PasswordsEmailRequireResetRequest{EmailAddress: email}))(t)
	_, err = c.password(better)
	wants(t, err, stytch.ErrMemberPasswordNotFound)
	_, err = c.b2b.Passwords.Email.RequireReset(c.ctx, require)
	wants(t, err, stytch.ErrMemberPasswordNotFound)
	_, err = c.b2b.Organizations.Members.DeletePassword(c.ctx, b2b.OrganizationsMembersDeletePasswordRequest{OrganizationID: "engines", MemberPasswordID: "member-password-test-1"})
	wants(t, err, stytch.ErrCrossOrgPasswordsEnabled)
}

// TestPasswordsStayInTheirOrganization takes an unfinished login by password to
// another organization.
func TestPasswordsStayInTheirOrganization(t *testing.T) {
	c, m := newMFACompany(t, b2b.Organization{}, b2b.Member{EmailAddressVerified: true})
	c.set(m, good)
	other := c.AddOrganization(b2b.Organization{OrganizationName: "Difference Engines"})
	must(c.AddMember(b2b.Member{OrganizationID: other.OrganizationID, EmailAddress: email}))(t)
	first := must(c.password(good))(t)
	_, err := c.b2b.Discovery.IntermediateSessions.Exchange(c.ctx, b2b.DiscoveryIntermediateSessionsExchangeRequest{
		IntermediateSessionToken: first.IntermediateSessionToken, OrganizationID: other.OrganizationID})
	wants(t, err, stytch.ErrInvalidIntermediateSessionTokenForOrganization)
	if c.SetPasswordPolicy(stytchtest.PasswordPolicy{CrossOrganization: true}) == nil {
		t.Error("the policy changes while a member has a password")
	}
}
