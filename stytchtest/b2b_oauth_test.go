package stytchtest_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// oauthTo logs in to the company with a provider, and returns the application's URL.
func (c *company) oauthTo(provider string, form ...string) *url.URL {
	c.t.Helper()
	to, failed := c.choose(c.startURL("/v1/b2b/public/oauth/"+provider+"/start", "organization_id", c.org.OrganizationID), form...)
	if failed != "" {
		c.t.Fatalf("the login ends with %s", failed)
	}
	return to
}

func (c *company) oauth(to *url.URL, change ...func(*b2b.OAuthAuthenticateRequest)) (*b2b.OAuthAuthenticateResponse, error) {
	q := b2b.OAuthAuthenticateRequest{OAuthToken: to.Query().Get("token")}
	for _, f := range change {
		f(&q)
	}
	return c.b2b.OAuth.Authenticate(c.ctx, q)
}

// TestMemberOAuth logs a member in with Google, and reads the tokens that Google
// issued.
func TestMemberOAuth(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	m := c.member(b2b.Member{Status: b2b.MemberStatusInvited})
	to, _ := c.choose(c.startURL("/v1/b2b/public/oauth/google/start", "slug", "engines", "login_redirect_url", "https://app.example.com/login", "pkce_code_challenge", *challenge(verifier)), "email", email)
	if to.Path != "/login" || to.Query().Get("stytch_token_type") != "oauth" {
		t.Errorf("the login leads to %s", to)
	}
	_, err := c.oauth(to)
	wants(t, err, stytch.ErrPKCEExpectedCodeVerifier)
	with := func(q *b2b.OAuthAuthenticateRequest) { q.PKCECodeVerifier = new(verifier) }
	auth := must(c.oauth(to, with))(t)
	f := auth.MemberSession.AuthenticationFactors
	if auth.Next() != b2b.StepDone || auth.MemberID != m.MemberID || !auth.Member.EmailAddressVerified || auth.Member.Status != b2b.MemberStatusActive || auth.ProviderType != "Google" ||
		len(auth.Member.OAuthRegistrations) != 1 || len(f) != 1 || f[0].DeliveryMethod != "oauth_google" || f[0].GoogleOAuthFactor.ID != auth.Member.OAuthRegistrations[0].MemberOAuthRegistrationID || *auth.ProviderValues.AccessToken == "" {
		t.Errorf("answer %v", auth)
	}
	_, err = c.oauth(to, with)
	wants(t, err, stytch.ErrOAuthTokenNotFound)

	ask := b2b.OrganizationsMembersOAuthProvidersGoogleRequest{OrganizationID: "engines", MemberID: m.MemberID}
	tokens := must(c.b2b.Organizations.Members.OAuthProviders.Google(c.ctx, ask))(t)
	if *tokens.AccessToken != *auth.ProviderValues.AccessToken || tokens.RefreshToken != nil || *tokens.AccessTokenExpiresIn != 3600 || tokens.ProviderSubject != auth.ProviderSubject {
		t.Errorf("tokens %v", tokens)
	}
	c.Clock().Advance(time.Hour)
	ask.IncludeRefreshToken = new(true)
	if later := must(c.b2b.Organizations.Members.OAuthProviders.Google(c.ctx, ask))(t); *later.AccessToken == *tokens.AccessToken || *later.RefreshToken == "" {
		t.Errorf("tokens %v", later)
	}
	_, err = c.b2b.Organizations.Members.OAuthProviders.Slack(c.ctx, b2b.OrganizationsMembersOAuthProvidersSlackRequest{OrganizationID: "engines", MemberID: m.MemberID})
	wants(t, err, stytch.ErrMemberOAuthTokenNotFound)

	// The address follows the account.
	moved := must(c.oauth(c.oauthTo("google", "email", "lovelace@example.com", "subject", auth.ProviderSubject)))(t)
	if moved.MemberID != m.MemberID || moved.Member.EmailAddress != "lovelace@example.com" || len(moved.Member.RetiredEmailAddresses) != 1 || len(moved.Member.OAuthRegistrations) != 1 {
		t.Errorf("member %v", moved.Member)
	}
}

// TestUnvouchedMember logs in with a provider that does not vouch for the address.
func TestUnvouchedMember(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	m := c.member(b2b.Member{EmailAddressVerified: true, MFAPhoneNumber: phone, MFAPhoneNumberVerified: true})
	first := must(c.oauth(c.oauthTo("github", "email", email, "tenants", "org-1, org-2")))(t)
	if first.Next() != b2b.StepPrimary || len(first.Member.OAuthRegistrations) != 0 || first.ProviderValues.AccessToken != nil {
		t.Fatalf("answer %v", first)
	}
	must(c.b2b.OTPs.SMS.Send(c.ctx, b2b.OTPsSMSSendRequest{OrganizationID: "engines", MemberID: m.MemberID, IntermediateSessionToken: &first.IntermediateSessionToken}))(t)
	_, err := c.b2b.OTPs.SMS.Authenticate(c.ctx, b2b.OTPsSMSAuthenticateRequest{OrganizationID: "engines", MemberID: m.MemberID,
		Code: must(c.Inbox().WaitFor(c.ctx, phone))(t).Code, IntermediateSessionToken: &first.IntermediateSessionToken})
	wants(t, err, stytch.ErrActionAvailableOnlyOncePrimaryAuthenticationIsMet)
	done := must(c.follow(c.link().Token, func(q *b2b.MagicLinksAuthenticateRequest) {
		q.IntermediateSessionToken = &first.IntermediateSessionToken
	}))(t)
	if done.Next() != b2b.StepDone || len(done.Member.OAuthRegistrations) != 1 || len(done.MemberSession.AuthenticationFactors) != 2 {
		t.Errorf("answer %v", done)
	}
	if again := must(c.oauth(c.oauthTo("github", "email", email)))(t); again.Next() != b2b.StepDone {
		t.Errorf("next is %s", again.Next())
	}
	info := must(c.b2b.Organizations.Members.OAuthProviders.GitHub(c.ctx, b2b.OrganizationsMembersOAuthProvidersGitHubRequest{OrganizationID: "engines", MemberID: m.MemberID}))(t)
	if len(info.Registrations) != 1 || info.Registrations[0].AccessToken == "" {
		t.Errorf("registrations %v", info.Registrations)
	}
}

func TestMemberOAuthRules(t *testing.T) {
	byDomain := b2b.Organization{EmailJITProvisioning: b2b.JITProvisioningPolicyRestricted, EmailAllowedDomains: []string{"example.com"}}
	byTenant := b2b.Organization{OAuthTenantJITProvisioning: b2b.JITProvisioningPolicyRestricted, AllowedOAuthTenants: map[string][]string{"slack": {"T1815"}}}
	tests := []struct {
		name, provider string
		org            b2b.Organization
		form           []string
		want           stytch.ErrorType
		next           b2b.Step
	}{
		{"a stranger", "google", b2b.Organization{}, nil, stytch.ErrEmailJITProvisioningNotAllowed, ""},
		{"a stranger of another domain", "google", byDomain, []string{"email", "ada@example.org"}, stytch.ErrInvalidEmailForJITProvisioning, ""},
		{"a stranger of the domain", "google", byDomain, nil, "", b2b.StepDone},
		{"a stranger of the domain whose address is not proven", "github", byDomain, nil, "", b2b.StepPrimary},
		{"a stranger of the tenant", "slack", byTenant, []string{"tenants", "T1815", "email_verified", "true"}, "", b2b.StepDone},
		{"a stranger of another tenant", "slack", byTenant, []string{"tenants", "T1"}, stytch.ErrInvalidOAuthTenantForJITProvisioning, ""},
		{"a stranger of a tenant, where none may join", "slack", b2b.Organization{}, []string{"tenants", "T1"}, stytch.ErrOAuthTenantJITProvisioningNotAllowed, ""},
		{"not allowed", "google", b2b.Organization{AuthMethods: b2b.MethodPolicyRestricted, AllowedAuthMethods: []b2b.AuthMethod{b2b.AuthMethodMicrosoftOAuth}}, nil, stytch.ErrOperationRestrictedByOrganizationAuthMethods, ""},
		{"allowed", "microsoft", b2b.Organization{EmailJITProvisioning: byDomain.EmailJITProvisioning, EmailAllowedDomains: byDomain.EmailAllowedDomains,
			AuthMethods: b2b.MethodPolicyRestricted, AllowedAuthMethods: []b2b.AuthMethod{b2b.AuthMethodMicrosoftOAuth}}, nil, "", b2b.StepDone},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newCompany(t, test.org)
			auth, err := c.oauth(c.oauthTo(test.provider, append([]string{"email", email}, test.form...)...))
			if test.want != "" {
				wants(t, err, test.want)
				return
			}
			if err != nil || auth.Next() != test.next {
				t.Errorf("answer %v, error %v", auth, err)
			}
		})
	}
	c := newCompany(t, b2b.Organization{})
	for want, query := range map[string][]string{
		"missing_oauth_organization_locator":   {},
		"too_many_oauth_organization_locators": {"slug", "engines", "organization_id", c.org.OrganizationID},
		"organization_not_found":               {"slug", "nothing"},
	} {
		if _, failed := c.choose(c.startURL("/v1/b2b/public/oauth/google/start", query...), "email", email); failed != want {
			t.Errorf("it ends with %q, want %q", failed, want)
		}
	}
}

// TestDiscoveryOAuth finds the organizations of a person, and takes the session to
// another one.
func TestDiscoveryOAuth(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	m := c.member(b2b.Member{})
	works := c.AddOrganization(b2b.Organization{OrganizationName: "Works", OrganizationSlug: "works",
		OAuthTenantJITProvisioning: b2b.JITProvisioningPolicyRestricted, AllowedOAuthTenants: map[string][]string{"slack": {"T1815"}}})
	to, _ := c.choose(c.startURL("/v1/b2b/public/oauth/slack/discovery/start", "discovery_redirect_url", "https://app.example.com/found"),
		"email", email, "email_verified", "true", "tenants", "T1815", "name", "Ada Lovelace")
	if to.Path != "/found" || to.Query().Get("stytch_token_type") != "discovery_oauth" {
		t.Errorf("the login leads to %s", to)
	}
	ask := b2b.OAuthDiscoveryAuthenticateRequest{DiscoveryOAuthToken: to.Query().Get("token")}
	found := must(c.b2b.OAuth.Discovery.Authenticate(c.ctx, ask))(t)
	if found.ProviderType != "Slack" || found.ProviderTenantID != "T1815" || found.FullName != "Ada Lovelace" || found.EmailAddress != email || len(found.DiscoveredOrganizations) != 2 ||
		found.DiscoveredOrganizations[0].Membership.Type != b2b.MembershipTypeActiveMember || found.DiscoveredOrganizations[1].Membership.Type != b2b.MembershipTypeEligibleToJoinByOAuthTenant {
		t.Errorf("answer %v", found)
	}
	_, err := c.b2b.OAuth.Discovery.Authenticate(c.ctx, ask)
	wants(t, err, stytch.ErrOAuthTokenNotFound)
	in := must(c.b2b.Discovery.IntermediateSessions.Exchange(c.ctx, b2b.DiscoveryIntermediateSessionsExchangeRequest{
		IntermediateSessionToken: found.IntermediateSessionToken, OrganizationID: "works"}))(t)
	if in.Next() != b2b.StepDone || len(in.Member.OAuthRegistrations) != 1 {
		t.Errorf("answer %v", in)
	}
	info := must(c.b2b.Organizations.Members.OAuthProviders.Slack(c.ctx, b2b.OrganizationsMembersOAuthProvidersSlackRequest{OrganizationID: works.OrganizationID, MemberID: in.MemberID}))(t)
	if len(info.Registrations) != 1 || info.Registrations[0].ProviderTenantID != "T1815" {
		t.Errorf("registrations %v", info.Registrations)
	}
	moved := must(c.b2b.Sessions.Exchange(c.ctx, b2b.SessionsExchangeRequest{OrganizationID: "engines", SessionToken: &in.SessionToken}))(t)
	if f := moved.MemberSession.AuthenticationFactors; moved.MemberID != m.MemberID || len(f) != 1 || f[0].DeliveryMethod != "oauth_exchange_slack" || f[0].SlackOAuthExchangeFactor == nil {
		t.Errorf("session %v", moved.MemberSession)
	}
	if _, failed := c.choose(c.startURL("/v1/b2b/public/oauth/google/discovery/start")); failed != "bad_request" {
		t.Errorf("discovery without an address ends with %q", failed)
	}
}

// TestTokensOfProviders reads the tokens of each provider.
func TestTokensOfProviders(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	m := c.member(b2b.Member{})
	for _, provider := range []string{"microsoft", "hubspot"} {
		must(c.oauth(c.oauthTo(provider, "email", email, "email_verified", "true", "tenants", "1815")))(t)
	}
	microsoft := must(c.b2b.Organizations.Members.OAuthProviders.Microsoft(c.ctx, b2b.OrganizationsMembersOAuthProvidersMicrosoftRequest{
		OrganizationID: "engines", MemberID: m.MemberID, IncludeRefreshToken: new(true)}))(t)
	hubspot := must(c.b2b.Organizations.Members.OAuthProviders.HubSpot(c.ctx, b2b.OrganizationsMembersOAuthProvidersHubSpotRequest{OrganizationID: "engines", MemberID: m.MemberID}))(t)
	if microsoft.AccessToken == "" || *microsoft.RefreshToken == "" || microsoft.ProviderType != "Microsoft" || len(hubspot.Registrations) != 1 || hubspot.Registrations[0].ProviderTenantID != "1815" {
		t.Errorf("tokens %v and %v", microsoft, hubspot)
	}
}
