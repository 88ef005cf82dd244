package stytchtest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// admitting is an organization that people with an address of a domain may join.
func admitting(name string, more ...func(*b2b.Organization)) b2b.Organization {
	o := b2b.Organization{OrganizationName: name, EmailJITProvisioning: b2b.JITProvisioningPolicyRestricted, EmailAllowedDomains: []string{"example.com"}}
	for _, f := range more {
		f(&o)
	}
	return o
}

// fellow adds a member who has shown that a domain is their organization's.
func (c *company) fellow(o b2b.Organization, address string) b2b.Member {
	c.t.Helper()
	return must(c.AddMember(b2b.Member{OrganizationID: o.OrganizationID, EmailAddress: address, EmailAddressVerified: true}))(c.t)
}

// discover proves an address without choosing an organization.
func (c *company) discover(address string) *b2b.OTPsEmailDiscoveryAuthenticateResponse {
	c.t.Helper()
	must(c.b2b.OTPs.Email.Discovery.Send(c.ctx, b2b.OTPsEmailDiscoverySendRequest{EmailAddress: address}))(c.t)
	code := must(c.Inbox().WaitFor(c.ctx, address))(c.t).Code
	return must(c.b2b.OTPs.Email.Discovery.Authenticate(c.ctx, b2b.OTPsEmailDiscoveryAuthenticateRequest{EmailAddress: address, Code: code}))(c.t)
}

func (c *company) enter(token, organization string) (*b2b.DiscoveryIntermediateSessionsExchangeResponse, error) {
	return c.b2b.Discovery.IntermediateSessions.Exchange(c.ctx, b2b.DiscoveryIntermediateSessionsExchangeRequest{IntermediateSessionToken: token, OrganizationID: organization})
}

// names are discovered organizations as a test reads them.
func names(found []b2b.DiscoveredOrganization) string {
	var all []string
	for _, d := range found {
		all = append(all, d.Organization.OrganizationName+" "+string(d.Membership.Type)+" "+string(d.Next()))
	}
	return strings.Join(all, ", ")
}

func TestDiscovery(t *testing.T) {
	c := newCompany(t, b2b.Organization{MFAPolicy: b2b.MFAPolicyRequiredForAll})
	c.member(b2b.Member{Status: b2b.MemberStatusInvited})
	c.AddOrganization(b2b.Organization{OrganizationName: "Strangers"})
	c.fellow(c.AddOrganization(admitting("Open")), "grace@example.com")
	c.AddOrganization(admitting("Nobody There Yet"))
	strict := c.AddOrganization(b2b.Organization{OrganizationName: "Strict", AuthMethods: b2b.MethodPolicyRestricted, AllowedAuthMethods: []b2b.AuthMethod{b2b.AuthMethodSSO}})
	c.fellow(strict, email)

	found := c.discover(email)
	if len(found.IntermediateSessionToken) != 44 || !found.IntermediateSessionTokenExpiresAt.Equal(c.Clock().Now().Add(10*time.Minute)) {
		t.Errorf("answer %v", found)
	}
	const want = "Analytical Engines invited_member enroll, Open eligible_to_join_by_email_domain done, Strict active_member primary"
	if got := names(found.DiscoveredOrganizations); got != want {
		t.Errorf("found %q", got)
	}
	again := must(c.b2b.Discovery.Organizations.List(c.ctx, b2b.DiscoveryOrganizationsListRequest{IntermediateSessionToken: &found.IntermediateSessionToken}))(t)
	if names(again.DiscoveredOrganizations) != want || again.EmailAddress != email || again.OrganizationIDHint != nil {
		t.Errorf("listed %q for %s, hint %v", names(again.DiscoveredOrganizations), again.EmailAddress, again.OrganizationIDHint)
	}
	message, _ := c.Inbox().Last(email)
	_, err := c.b2b.OTPs.Email.Discovery.Authenticate(c.ctx, b2b.OTPsEmailDiscoveryAuthenticateRequest{EmailAddress: email, Code: message.Code})
	wants(t, err, stytch.ErrUnableToAuthOTPCode)
}

// TestDiscoveryList lists where a person can go with a session, and with a login that
// waits for a second factor.
func TestDiscoveryList(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.fellow(c.AddOrganization(admitting("Open")), "grace@example.com")
	m := c.member(b2b.Member{})
	s := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	for _, q := range []b2b.DiscoveryOrganizationsListRequest{{SessionToken: &s.Token}, {SessionJWT: &s.JWT}} {
		list := must(c.b2b.Discovery.Organizations.List(c.ctx, q))(t)
		if got := names(list.DiscoveredOrganizations); got != "Analytical Engines active_member done" || list.EmailAddress != email {
			t.Errorf("found %q for %s", got, list.EmailAddress)
		}
	}
	if err := c.UpdateOrganization("engines", func(o *b2b.Organization) { o.MFAPolicy = b2b.MFAPolicyRequiredForAll }); err != nil {
		t.Fatal(err)
	}
	auth := must(c.login())(t)
	list := must(c.b2b.Discovery.Organizations.List(c.ctx, b2b.DiscoveryOrganizationsListRequest{IntermediateSessionToken: &auth.IntermediateSessionToken}))(t)
	if list.OrganizationIDHint == nil || *list.OrganizationIDHint != c.org.OrganizationID || len(list.DiscoveredOrganizations) != 2 {
		t.Errorf("hint %v, found %q", list.OrganizationIDHint, names(list.DiscoveredOrganizations))
	}

	_, err := c.b2b.Discovery.Organizations.List(c.ctx, b2b.DiscoveryOrganizationsListRequest{IntermediateSessionToken: new("none")})
	wants(t, err, stytch.ErrIntermediateSessionNotFound)
	_, err = c.b2b.Discovery.Organizations.List(c.ctx, b2b.DiscoveryOrganizationsListRequest{SessionToken: new("none")})
	wants(t, err, stytch.ErrSessionNotFound)
	_, err = c.b2b.Discovery.Organizations.List(c.ctx, b2b.DiscoveryOrganizationsListRequest{})
	wants(t, err, stytch.ErrNoSessionArguments)
}

// TestDiscoveryExchange logs in to an organization with nothing but the code of the
// discovery.
func TestDiscoveryExchange(t *testing.T) {
	for _, status := range []b2b.MemberStatus{b2b.MemberStatusActive, b2b.MemberStatusInvited, b2b.MemberStatusPending} {
		t.Run(string(status), func(t *testing.T) {
			c := newCompany(t, b2b.Organization{})
			m := c.member(b2b.Member{Status: status})
			token := c.discover(email).IntermediateSessionToken
			auth := must(c.b2b.Discovery.IntermediateSessions.Exchange(c.ctx, b2b.DiscoveryIntermediateSessionsExchangeRequest{
				IntermediateSessionToken: token, OrganizationID: "engines", SessionDurationMinutes: new(30), SessionCustomClaims: map[string]any{"plan": "pro"},
			}))(t)
			if auth.MemberID != m.MemberID || auth.Next() != b2b.StepDone || auth.IntermediateSessionToken != "" || auth.Member.Status != b2b.MemberStatusActive || !auth.Member.EmailAddressVerified {
				t.Errorf("answer %v", auth)
			}
			if s := auth.MemberSession; !s.ExpiresAt.Equal(c.Clock().Now().Add(30*time.Minute)) || s.CustomClaims["plan"] != "pro" || s.AuthenticationFactors[0].EmailFactor.EmailAddress != email {
				t.Errorf("session %v", s)
			}
			must(c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{SessionJWT: &auth.SessionJWT}))(t)
			_, err := c.enter(token, "engines")
			wants(t, err, stytch.ErrIntermediateSessionNotFound)
		})
	}
}

// TestDiscoveryJoin makes a member of a person who may join, and refuses the others
// without a trace.
func TestDiscoveryJoin(t *testing.T) {
	tests := []struct {
		name   string
		org    b2b.Organization
		fellow string
		want   stytch.ErrorType
	}{
		{"may join", admitting("Open"), "grace@example.com", ""},
		{"the organization does not let people join", b2b.Organization{}, "grace@example.com", stytch.ErrEmailJITProvisioningNotAllowed},
		{"another domain", admitting("", func(o *b2b.Organization) { o.EmailAllowedDomains = []string{"example.org"} }), "grace@example.com", stytch.ErrInvalidEmailForJITProvisioning},
		{"a domain not shown to be the organization's", admitting(""), "grace@example.org", stytch.ErrInvalidEmailForJITProvisioning},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newCompany(t, test.org)
			c.fellow(c.org, test.fellow)
			token := c.discover(email).IntermediateSessionToken
			auth, err := c.enter(token, c.org.OrganizationID)
			if test.want != "" {
				wants(t, err, test.want)
				if n := len(c.Members("")); n != 1 {
					t.Errorf("%d members, want the one before", n)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if m := auth.Member; m.Status != b2b.MemberStatusActive || !m.EmailAddressVerified || m.EmailAddress != email || auth.Next() != b2b.StepDone {
				t.Errorf("member %v", m)
			}
		})
	}
}

// TestDiscoveryToMFA gives the token back where a second factor is missing, and the
// person may still go elsewhere with it.
func TestDiscoveryToMFA(t *testing.T) {
	c := newCompany(t, b2b.Organization{MFAPolicy: b2b.MFAPolicyRequiredForAll})
	m := c.member(b2b.Member{MFAPhoneNumber: phone, MFAPhoneNumberVerified: true})
	other := c.AddOrganization(b2b.Organization{OrganizationName: "Other"})
	c.fellow(other, email)
	for _, to := range []string{"engines", other.OrganizationID} {
		token := c.discover(email).IntermediateSessionToken
		auth := must(c.enter(token, "engines"))(t)
		if auth.Next() != b2b.StepSMSCode || auth.IntermediateSessionToken != token || auth.SessionToken != "" || auth.MemberSession != nil {
			t.Errorf("answer %v", auth)
		}
		if to != "engines" {
			if auth := must(c.enter(token, to))(t); auth.Next() != b2b.StepDone {
				t.Errorf("elsewhere: %v", auth)
			}
			continue
		}
		done := must(c.b2b.OTPs.SMS.Authenticate(c.ctx, b2b.OTPsSMSAuthenticateRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID,
			Code: must(c.Inbox().WaitFor(c.ctx, phone))(t).Code, IntermediateSessionToken: &token}))(t)
		if n := len(done.MemberSession.AuthenticationFactors); n != 2 {
			t.Errorf("%d factors", n)
		}
	}
}

// TestDiscoveryToOtherMethod keeps people out of an organization that wants another
// primary factor, whether they are members or could join; but not who has the key for
// emergencies.
func TestDiscoveryToOtherMethod(t *testing.T) {
	c := newCompany(t, admitting("", func(o *b2b.Organization) {
		o.AuthMethods, o.AllowedAuthMethods = b2b.MethodPolicyRestricted, []b2b.AuthMethod{b2b.AuthMethodSSO}
	}))
	c.fellow(c.org, "grace@example.com")
	token := c.discover(email).IntermediateSessionToken
	auth := must(c.enter(token, "engines"))(t)
	if auth.Next() != b2b.StepPrimary || auth.IntermediateSessionToken != token || auth.Member.Status != b2b.MemberStatusPending || !slices.Equal(auth.PrimaryRequired.AllowedAuthMethods, c.org.AllowedAuthMethods) {
		t.Errorf("answer %v", auth)
	}
	must(c.AddMember(b2b.Member{OrganizationID: c.org.OrganizationID, EmailAddress: "root@example.com", IsBreakglass: true}))(t)
	if auth := must(c.enter(c.discover("root@example.com").IntermediateSessionToken, "engines"))(t); auth.Next() != b2b.StepDone {
		t.Errorf("breakglass: %v", auth)
	}
}

func TestDiscoveryExchangeRefused(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.member(b2b.Member{})
	token := c.discover(email).IntermediateSessionToken
	_, err := c.enter("none", "engines")
	wants(t, err, stytch.ErrIntermediateSessionNotFound)
	_, err = c.enter(token, "nowhere")
	wants(t, err, stytch.ErrOrganizationNotFound)
	_, err = c.b2b.Discovery.IntermediateSessions.Exchange(c.ctx, b2b.DiscoveryIntermediateSessionsExchangeRequest{IntermediateSessionToken: token, OrganizationID: "engines",
		SessionCustomClaims: map[string]any{"big": strings.Repeat("x", 5000)}})
	wants(t, err, stytch.ErrCustomClaimsTooLarge)
	if _, err := c.enter(token, "engines"); err != nil {
		t.Errorf("what failed used the token up: %v", err)
	}
	token = c.discover(email).IntermediateSessionToken
	c.Clock().Advance(10 * time.Minute)
	_, err = c.enter(token, "engines")
	wants(t, err, stytch.ErrIntermediateSessionNotFound)
}

// TestDiscoveryCreate founds organizations.
func TestDiscoveryCreate(t *testing.T) {
	tests := []struct {
		address string
		request b2b.DiscoveryOrganizationsCreateRequest
		name    string
		slug    string
		step    b2b.Step
	}{
		{"ada@analytical.example", b2b.DiscoveryOrganizationsCreateRequest{OrganizationName: new("Engines"), OrganizationSlug: new("the-engines")}, "Engines", "the-engines", b2b.StepDone},
		{"ada@analytical.example", b2b.DiscoveryOrganizationsCreateRequest{}, "analytical", "analytical", b2b.StepDone},
		{"ada@engines.example", b2b.DiscoveryOrganizationsCreateRequest{}, "engines", "engines-2", b2b.StepDone},
		{"Ada.L+x@gmail.com", b2b.DiscoveryOrganizationsCreateRequest{}, "Ada.L-x", "ada.l-x", b2b.StepDone},
		{"ada@yahoo.co.uk", b2b.DiscoveryOrganizationsCreateRequest{}, "ada", "ada", b2b.StepDone},
		{"a@example.edu", b2b.DiscoveryOrganizationsCreateRequest{}, "a", "a-2", b2b.StepDone},
		{email, b2b.DiscoveryOrganizationsCreateRequest{MFAPolicy: new(b2b.MFAPolicyRequiredForAll)}, "example", "example", b2b.StepEnroll},
	}
	for _, test := range tests {
		t.Run(test.address+" "+test.slug, func(t *testing.T) {
			c := newCompany(t, b2b.Organization{}) // which has the slug engines
			test.request.IntermediateSessionToken = c.discover(test.address).IntermediateSessionToken
			auth := must(c.b2b.Discovery.Organizations.Create(c.ctx, test.request))(t)
			if o := auth.Organization; o.OrganizationName != test.name || o.OrganizationSlug != test.slug || o.EmailInvites != b2b.AdmissionPolicyAllAllowed {
				t.Errorf("organization %v", o)
			}
			if m := auth.Member; !m.IsAdmin || m.Status != b2b.MemberStatusActive || !m.EmailAddressVerified || len(m.Roles) != 2 || m.EmailAddress != test.address {
				t.Errorf("member %v", m)
			}
			if auth.Next() != test.step || (auth.IntermediateSessionToken == test.request.IntermediateSessionToken) != (test.step == b2b.StepEnroll) {
				t.Errorf("answer %v", auth)
			}
		})
	}
}

func TestDiscoveryCreateRefused(t *testing.T) {
	c := newCompany(t, b2b.Organization{ClaimedEmailDomains: []string{"claimed.example"}})
	token := c.discover(email).IntermediateSessionToken
	create := func(token string, more ...func(*b2b.DiscoveryOrganizationsCreateRequest)) error {
		q := b2b.DiscoveryOrganizationsCreateRequest{IntermediateSessionToken: token}
		for _, f := range more {
			f(&q)
		}
		_, err := c.b2b.Discovery.Organizations.Create(c.ctx, q)
		return err
	}
	wants(t, create("none"), stytch.ErrIntermediateSessionNotFound)
	wants(t, create(token, func(q *b2b.DiscoveryOrganizationsCreateRequest) { q.OrganizationSlug = new("engines") }), stytch.ErrOrganizationSlugAlreadyUsed)
	wants(t, create(token, func(q *b2b.DiscoveryOrganizationsCreateRequest) { q.EmailAllowedDomains = []string{"gmail.com"} }), stytch.ErrOrganizationSettingsDomainTooCommon)
	wants(t, create(token, func(q *b2b.DiscoveryOrganizationsCreateRequest) {
		q.SessionCustomClaims = map[string]any{"https://stytch.com/x": 1}
	}), stytch.ErrStytchClaimsInCustomClaims)
	wants(t, create(c.discover("ada@claimed.example").IntermediateSessionToken), stytch.ErrActionNotAllowedEmailDomainIsClaimed)
	if n := len(c.Organizations()); n != 1 {
		t.Errorf("%d organizations, want the one before", n)
	}
	if err := create(token); err != nil {
		t.Errorf("what failed used the token up: %v", err)
	}
}
