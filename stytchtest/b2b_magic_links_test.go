package stytchtest_test

import (
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// link sends a link to the member and returns the message.
func (c *company) link(change ...func(*b2b.MagicLinksEmailLoginOrSignupRequest)) stytchtest.Message {
	c.t.Helper()
	q := b2b.MagicLinksEmailLoginOrSignupRequest{OrganizationID: c.org.OrganizationID, EmailAddress: email}
	for _, f := range change {
		f(&q)
	}
	must(c.b2b.MagicLinks.Email.LoginOrSignup(c.ctx, q))(c.t)
	return c.mail()
}

func (c *company) follow(token string, change ...func(*b2b.MagicLinksAuthenticateRequest)) (*b2b.MagicLinksAuthenticateResponse, error) {
	q := b2b.MagicLinksAuthenticateRequest{MagicLinksToken: token}
	for _, f := range change {
		f(&q)
	}
	return c.b2b.MagicLinks.Authenticate(c.ctx, q)
}

func (c *company) invite(change ...func(*b2b.MagicLinksEmailInviteRequest)) (*b2b.MagicLinksEmailInviteResponse, error) {
	q := b2b.MagicLinksEmailInviteRequest{OrganizationID: c.org.OrganizationID, EmailAddress: email}
	for _, f := range change {
		f(&q)
	}
	return c.b2b.MagicLinks.Email.Invite(c.ctx, q)
}

// TestMemberLink logs an active member in with the link of the mail.
func TestMemberLink(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	member := c.member(b2b.Member{})
	m := c.link(func(q *b2b.MagicLinksEmailLoginOrSignupRequest) {
		q.LoginRedirectURL, q.PKCECodeChallenge, q.LoginTemplateID = new("https://app.example.com/auth?slug=engines"), challenge(verifier), new("again")
	})
	if m.Purpose != "login" || m.TemplateID != "again" || m.MemberID != member.MemberID || !m.ExpiresAt.Equal(m.SentAt.Add(time.Hour)) {
		t.Errorf("message %+v", m)
	}
	if to := c.open(m.Link); to.String() != "https://app.example.com/auth?slug=engines&stytch_token_type=multi_tenant_magic_links&token="+m.Token {
		t.Errorf("the link leads to %s", to)
	}
	_, err := c.follow(m.Token)
	wants(t, err, stytch.ErrPKCEExpectedCodeVerifier)
	auth := must(c.follow(m.Token, func(q *b2b.MagicLinksAuthenticateRequest) { q.PKCECodeVerifier = new(verifier) }))(t)
	f := auth.MemberSession.AuthenticationFactors
	if auth.Next() != b2b.StepDone || !auth.Member.EmailAddressVerified || auth.OrganizationID != c.org.OrganizationID || len(f) != 1 || f[0].Type != "magic_link" {
		t.Errorf("answer %v", auth)
	}
	_, err = c.follow(m.Token, func(q *b2b.MagicLinksAuthenticateRequest) { q.PKCECodeVerifier = new(verifier) })
	wants(t, err, stytch.ErrUnableToAuthMagicLink)
	_, err = c.follow("none")
	wants(t, err, stytch.ErrMagicLinkNotFound)
	late := c.link().Token
	c.Clock().Advance(time.Hour)
	_, err = c.follow(late)
	wants(t, err, stytch.ErrUnableToAuthMagicLink)
}

// TestMemberLinkSignup signs a person up who has an address of the organization's
// domain.
func TestMemberLinkSignup(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	_, err := c.b2b.MagicLinks.Email.LoginOrSignup(c.ctx, b2b.MagicLinksEmailLoginOrSignupRequest{OrganizationID: c.org.OrganizationID, EmailAddress: email})
	wants(t, err, stytch.ErrEmailJITProvisioningNotAllowed)
	c = newCompany(t, b2b.Organization{EmailJITProvisioning: b2b.JITProvisioningPolicyRestricted, EmailAllowedDomains: []string{"example.com"}})
	sent := must(c.b2b.MagicLinks.Email.LoginOrSignup(c.ctx, b2b.MagicLinksEmailLoginOrSignupRequest{
		OrganizationID: "engines", EmailAddress: email, SignupRedirectURL: new("https://app.example.com/welcome"), SignupExpirationMinutes: new(5)}))(t)
	m := c.mail()
	if !sent.MemberCreated || sent.Member.Status != b2b.MemberStatusPending || m.Purpose != "signup" || !m.ExpiresAt.Equal(m.SentAt.Add(5*time.Minute)) || c.open(m.Link).Path != "/welcome" {
		t.Errorf("answer %v, message %+v", sent, m)
	}
	auth := must(c.follow(m.Token))(t)
	if auth.Member.Status != b2b.MemberStatusActive || auth.MemberID != sent.MemberID {
		t.Errorf("member %v", auth.Member)
	}
}

// TestMemberLinkPolicies logs in to organizations that want more than a link, or no
// link at all.
func TestMemberLinkPolicies(t *testing.T) {
	c := newCompany(t, b2b.Organization{MFAPolicy: b2b.MFAPolicyRequiredForAll})
	c.member(b2b.Member{MFAPhoneNumber: phone, MFAPhoneNumberVerified: true})
	auth := must(c.follow(c.link().Token))(t)
	if auth.Next() != b2b.StepSMSCode || auth.MemberSession != nil || auth.SessionToken != "" {
		t.Fatalf("answer %v", auth)
	}
	code := must(c.Inbox().WaitFor(c.ctx, phone))(t).Code
	in := must(c.b2b.OTPs.SMS.Authenticate(c.ctx, b2b.OTPsSMSAuthenticateRequest{
		OrganizationID: c.org.OrganizationID, MemberID: auth.MemberID, Code: code, IntermediateSessionToken: &auth.IntermediateSessionToken}))(t)
	if len(in.MemberSession.AuthenticationFactors) != 2 {
		t.Errorf("session %v", in.MemberSession)
	}
	// A session of the member makes the second factor unnecessary.
	again := must(c.follow(c.link().Token, func(q *b2b.MagicLinksAuthenticateRequest) { q.SessionToken = &in.SessionToken }))(t)
	if again.Next() != b2b.StepDone || again.SessionToken != in.SessionToken {
		t.Errorf("answer %v", again)
	}

	c = newCompany(t, b2b.Organization{AuthMethods: b2b.MethodPolicyRestricted, AllowedAuthMethods: []b2b.AuthMethod{b2b.AuthMethodPassword}})
	c.member(b2b.Member{})
	_, err := c.b2b.MagicLinks.Email.LoginOrSignup(c.ctx, b2b.MagicLinksEmailLoginOrSignupRequest{OrganizationID: c.org.OrganizationID, EmailAddress: email})
	wants(t, err, stytch.ErrOperationRestrictedByOrganizationAuthMethods)
}

// TestInvitation runs the steps that the README shows: an organization is created,
// and a person who is invited logs in.
func TestInvitation(t *testing.T) {
	for _, by := range []string{"link", "code"} {
		t.Run(by, func(t *testing.T) {
			w := newWorld(t)
			client := w.B2B(noDrift(t))
			created := must(client.Organizations.Create(w.ctx, b2b.OrganizationsCreateRequest{OrganizationName: "Analytical Engines"}))(t)
			organizationID := created.Organization.OrganizationID
			invited := must(client.MagicLinks.Email.Invite(w.ctx, b2b.MagicLinksEmailInviteRequest{OrganizationID: organizationID, EmailAddress: email}))(t)
			m := w.mail()
			if invited.Member.Status != b2b.MemberStatusInvited || m.Purpose != "invite" || !m.ExpiresAt.Equal(m.SentAt.Add(7*24*time.Hour)) {
				t.Errorf("member %v, message %+v", invited.Member, m)
			}
			var member b2b.Member
			var next b2b.Step
			if by == "link" {
				auth := must(client.MagicLinks.Authenticate(w.ctx, b2b.MagicLinksAuthenticateRequest{MagicLinksToken: w.open(m.Link).Query().Get("token")}))(t)
				member, next = auth.Member, auth.Next()
			} else {
				must(client.OTPs.Email.LoginOrSignup(w.ctx, b2b.OTPsEmailLoginOrSignupRequest{OrganizationID: organizationID, EmailAddress: email}))(t)
				auth := must(client.OTPs.Email.Authenticate(w.ctx, b2b.OTPsEmailAuthenticateRequest{OrganizationID: organizationID, EmailAddress: email, Code: w.mail().Code}))(t)
				member, next = auth.Member, auth.Next()
			}
			if next != b2b.StepDone || member.Status != b2b.MemberStatusActive || member.MemberID != invited.MemberID || !member.EmailAddressVerified {
				t.Errorf("next %s, member %v", next, member)
			}
		})
	}
}

func TestInvitations(t *testing.T) {
	to := func(address string) func(*b2b.MagicLinksEmailInviteRequest) {
		return func(q *b2b.MagicLinksEmailInviteRequest) { q.EmailAddress = address }
	}
	tests := []struct {
		name string
		org  b2b.Organization
		do   func(c *company) error
		want stytch.ErrorType
	}{
		{"not allowed", b2b.Organization{EmailInvites: b2b.AdmissionPolicyNotAllowed}, func(c *company) error { _, err := c.invite(); return err }, stytch.ErrInvalidEmailForInvites},
		{"another domain", b2b.Organization{EmailInvites: b2b.AdmissionPolicyRestricted, EmailAllowedDomains: []string{"example.org"}}, func(c *company) error { _, err := c.invite(); return err }, stytch.ErrInvalidEmailForInvites},
		{"an allowed domain", b2b.Organization{EmailInvites: b2b.AdmissionPolicyRestricted, EmailAllowedDomains: []string{"example.com"}}, func(c *company) error { _, err := c.invite(); return err }, ""},
		{"an active member", b2b.Organization{}, func(c *company) error { c.member(b2b.Member{}); _, err := c.invite(); return err }, stytch.ErrDuplicateMemberEmail},
		{"a pending member", b2b.Organization{}, func(c *company) error {
			have := c.member(b2b.Member{Status: b2b.MemberStatusPending})
			sent, err := c.invite()
			if err == nil && (sent.MemberID != have.MemberID || sent.Member.Status != b2b.MemberStatusInvited) {
				c.t.Errorf("member %v", sent.Member)
			}
			return err
		}, ""},
		{"again", b2b.Organization{}, func(c *company) error {
			must(c.invite())(c.t)
			first := c.mail()
			must(c.invite())(c.t)
			if again := c.mail(); again.MemberID != first.MemberID || again.Token == first.Token {
				c.t.Errorf("message %+v", again)
			}
			_, err := c.follow(first.Token)
			return err
		}, ""},
		{"withdrawn", b2b.Organization{}, func(c *company) error {
			sent := must(c.invite())(c.t)
			must(c.b2b.Organizations.Members.Delete(c.ctx, b2b.OrganizationsMembersDeleteRequest{OrganizationID: c.org.OrganizationID, MemberID: sent.MemberID}))(c.t)
			_, err := c.follow(c.mail().Token)
			return err
		}, stytch.ErrUnableToAuthMagicLink},
		{"an unknown role", b2b.Organization{}, func(c *company) error {
			_, err := c.invite(func(q *b2b.MagicLinksEmailInviteRequest) { q.Roles = []string{"pilot"} })
			if len(c.Members("")) != 0 {
				c.t.Error("the member was created")
			}
			return err
		}, stytch.ErrInvalidRBACRoleAssignment},
		{"with everything", b2b.Organization{}, func(c *company) error {
			by := must(c.AddMember(b2b.Member{OrganizationID: c.org.OrganizationID, EmailAddress: "charles@example.com"}))(c.t)
			sent, err := c.invite(func(q *b2b.MagicLinksEmailInviteRequest) {
				q.Name, q.Roles, q.TrustedMetadata, q.InvitedByMemberID = new("Ada"), []string{"stytch_admin"}, map[string]any{"desk": "3"}, &by.MemberID
			})
			if err == nil && (sent.Member.Name != "Ada" || !sent.Member.IsAdmin || sent.Member.TrustedMetadata["desk"] != "3") {
				c.t.Errorf("member %v", sent.Member)
			}
			return err
		}, ""},
		{"by nobody", b2b.Organization{}, func(c *company) error {
			_, err := c.invite(func(q *b2b.MagicLinksEmailInviteRequest) { q.InvitedByMemberID = new("member-test-1") })
			return err
		}, stytch.ErrMemberNotFound},
		{"by a member without the permission", b2b.Organization{}, func(c *company) error {
			s := must(c.AddSession(c.member(b2b.Member{}).MemberID, time.Hour, nil))(c.t)
			_, err := c.invite(to("charles@example.com"), func(q *b2b.MagicLinksEmailInviteRequest) {
				q.ActingMember = &b2b.ActingMember{SessionToken: &s.Token}
			})
			return err
		}, stytch.ErrSessionAuthorizationError},
		{"of the sandbox", b2b.Organization{}, func(c *company) error {
			_, err := c.invite(to(stytchtest.SandboxEmail), func(q *b2b.MagicLinksEmailInviteRequest) {
				q.OrganizationID = "organization-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b"
			})
			if n := len(c.Inbox().Messages()); n != 0 {
				c.t.Errorf("%d messages", n)
			}
			must(c.follow(stytchtest.SandboxLinkToken))(c.t)
			return err
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.do(newCompany(t, test.org))
			if test.want == "" && err == nil {
				return
			}
			wants(t, err, test.want)
		})
	}
}

// TestDiscoveryLink proves an address, and creates an organization with it.
func TestDiscoveryLink(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	member := c.member(b2b.Member{Status: b2b.MemberStatusInvited})
	send := func(verifier *string) stytchtest.Message {
		must(c.b2b.MagicLinks.Email.Discovery.Send(c.ctx, b2b.MagicLinksEmailDiscoverySendRequest{
			EmailAddress: email, PKCECodeChallenge: verifier, DiscoveryExpirationMinutes: new(5)}))(t)
		return c.mail()
	}
	m := send(challenge(verifier))
	if to := c.open(m.Link).Query(); m.Purpose != "discovery" || m.MemberID != "" || to.Get("stytch_token_type") != "discovery" || to.Get("token") != m.Token {
		t.Errorf("message %+v", m)
	}
	authenticate := func(token string, verifier *string) (*b2b.MagicLinksDiscoveryAuthenticateResponse, error) {
		return c.b2b.MagicLinks.Discovery.Authenticate(c.ctx, b2b.MagicLinksDiscoveryAuthenticateRequest{DiscoveryMagicLinksToken: token, PKCECodeVerifier: verifier})
	}
	_, err := c.follow(m.Token) // the call for links of organizations
	wants(t, err, stytch.ErrMagicLinkNotFound)
	_, err = authenticate(m.Token, new("other"))
	wants(t, err, stytch.ErrPKCEMismatch)
	found := must(authenticate(m.Token, new(verifier)))(t)
	if len(found.DiscoveredOrganizations) != 1 || found.EmailAddress != email || found.DiscoveredOrganizations[0].Membership.Type != b2b.MembershipTypeInvitedMember {
		t.Errorf("answer %v", found)
	}
	in := must(c.b2b.Discovery.IntermediateSessions.Exchange(c.ctx, b2b.DiscoveryIntermediateSessionsExchangeRequest{
		IntermediateSessionToken: found.IntermediateSessionToken, OrganizationID: c.org.OrganizationID}))(t)
	if in.Next() != b2b.StepDone || in.MemberID != member.MemberID || in.MemberSession.AuthenticationFactors[0].Type != "magic_link" {
		t.Errorf("answer %v", in)
	}
	_, err = authenticate(m.Token, new(verifier))
	wants(t, err, stytch.ErrUnableToAuthMagicLink)
	late := send(nil)
	c.Clock().Advance(5 * time.Minute)
	_, err = authenticate(late.Token, nil)
	wants(t, err, stytch.ErrUnableToAuthMagicLink)
}
