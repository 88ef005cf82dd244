package stytchtest_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/internal/browsertest"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

const ssoStart = "/v1/public/sso/start"

// ssoTo logs in with a connection on the emulator's page, and returns the application's URL.
func (c *company) ssoTo(connection string, form ...string) *url.URL {
	c.t.Helper()
	to, failed := c.choose(c.startURL(ssoStart, "connection_id", connection), form...)
	if failed != "" {
		c.t.Fatalf("the login ends with %s", failed)
	}
	return to
}

func (c *company) sso(to *url.URL, change ...func(*b2b.SSOAuthenticateRequest)) (*b2b.SSOAuthenticateResponse, error) {
	q := b2b.SSOAuthenticateRequest{SSOToken: to.Query().Get("token")}
	for _, f := range change {
		f(&q)
	}
	return c.b2b.SSO.Authenticate(c.ctx, q)
}

// TestSSO logs a new person in with SAML, on the emulator's page, and again.
func TestSSO(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.Grant("editor", "documents", "update")
	c.Grant("reader", "documents", "read")
	saml := c.saml(func(q *b2b.SSOSAMLUpdateConnectionRequest) {
		q.SAMLConnectionImplicitRoleAssignments = []b2b.SSOConnectionRoleAssignment{{RoleID: "reader"}}
		q.SAMLGroupImplicitRoleAssignments = []b2b.SSOGroupRoleAssignment{{RoleID: "editor", Group: "editors"}}
	})
	start := c.startURL(ssoStart, "organization_id", "engines", "signup_redirect_url", "https://app.example.com/welcome?plan=pro", "login_redirect_url", "https://app.example.com/login", "pkce_code_challenge", *challenge(verifier))
	to, failed := c.choose(start, "email", email, "name", "Ada Lovelace", "groups", "staff, editors", "department", "Analysis")
	if failed != "" || to.Path != "/welcome" || to.Query().Get("plan") != "pro" || to.Query().Get("stytch_token_type") != "sso" {
		t.Fatalf("the login leads to %s, %s", to, failed)
	}
	_, err := c.sso(to)
	wants(t, err, stytch.ErrPKCEExpectedCodeVerifier)
	with := func(q *b2b.SSOAuthenticateRequest) { q.PKCECodeVerifier = new(verifier) }
	auth := must(c.sso(to, with))(t)
	m := auth.Member
	if auth.Next() != b2b.StepDone || auth.OrganizationID != c.org.OrganizationID || m.Name != "Ada Lovelace" || m.Status != b2b.MemberStatusActive || !m.EmailAddressVerified || m.TrustedMetadata["department"] != "Analysis" {
		t.Errorf("answer %v", auth)
	}
	if len(m.SSORegistrations) != 1 || m.SSORegistrations[0].ConnectionID != saml.ConnectionID || m.SSORegistrations[0].ExternalID != email || m.SSORegistrations[0].SSOAttributes["dept"] != "Analysis" {
		t.Errorf("registrations %v", m.SSORegistrations)
	}
	f := auth.MemberSession.AuthenticationFactors
	if len(f) != 1 || f[0].Type != "sso" || f[0].DeliveryMethod != "sso_saml" || *f[0].SAMLSSOFactor != (stytch.SSOFactor{ID: m.SSORegistrations[0].RegistrationID, ProviderID: saml.ConnectionID, ExternalID: email}) {
		t.Errorf("factors %v", f)
	}
	if roles := auth.MemberSession.Roles; !reflect.DeepEqual(roles, []string{"stytch_member", "reader", "editor"}) {
		t.Errorf("roles %v", roles)
	}
	if !reflect.DeepEqual(m.Roles[2].Sources, []b2b.MemberRoleSource{{Type: "sso_connection_group", Details: map[string]any{"connection_id": saml.ConnectionID, "group": "editors"}}}) {
		t.Errorf("sources %v", m.Roles)
	}
	_, err = c.sso(to, with)
	wants(t, err, stytch.ErrSSOTokenNotFound)

	// A session without the connection has not its roles.
	plain := must(c.login())(t)
	if roles := plain.MemberSession.Roles; !reflect.DeepEqual(roles, []string{"stytch_member"}) || plain.MemberID != m.MemberID {
		t.Errorf("roles %v", roles)
	}
	again, _ := c.choose(start, "email", email, "groups", "staff")
	if again.Path != "/login" {
		t.Errorf("the login leads to %s", again)
	}
	in := must(c.sso(again, with, func(q *b2b.SSOAuthenticateRequest) { q.SessionToken = &plain.SessionToken }))(t)
	if in.SessionToken != plain.SessionToken || len(in.MemberSession.AuthenticationFactors) != 2 || !reflect.DeepEqual(in.MemberSession.Roles, []string{"stytch_member", "reader"}) ||
		len(in.Member.SSORegistrations) != 1 || in.Member.Name != "Ada Lovelace" {
		t.Errorf("answer %v", in)
	}
	// Assignments that change act at once.
	must(c.b2b.SSO.SAML.UpdateConnection(c.ctx, b2b.SSOSAMLUpdateConnectionRequest{OrganizationID: "engines", ConnectionID: saml.ConnectionID, SAMLConnectionImplicitRoleAssignments: []b2b.SSOConnectionRoleAssignment{},
		SAMLGroupImplicitRoleAssignments: []b2b.SSOGroupRoleAssignment{{RoleID: "editor", Group: "staff"}}}))(t)
	check := b2b.SessionsAuthenticateRequest{SessionToken: &in.SessionToken, AuthorizationCheck: &b2b.AuthorizationCheck{OrganizationID: c.org.OrganizationID, ResourceID: "documents", Action: "update"}}
	must(c.b2b.Sessions.Authenticate(c.ctx, check))(t)
	// The state survives a restart, even with a login under way.
	late := c.ssoTo(saml.ConnectionID, "email", email)
	if err := c.Restore(must(c.Snapshot())(t)); err != nil {
		t.Fatal(err)
	}
	must(c.sso(late))(t)
	// What a connection gave goes with it, and sessions stay.
	must(c.b2b.SSO.DeleteConnection(c.ctx, b2b.SSODeleteConnectionRequest{OrganizationID: "engines", ConnectionID: saml.ConnectionID}))(t)
	left := must(c.b2b.Sessions.Authenticate(c.ctx, b2b.SessionsAuthenticateRequest{SessionToken: &in.SessionToken}))(t)
	if len(left.Member.SSORegistrations) != 0 || len(left.Member.Roles) != 1 || left.Member.TrustedMetadata["department"] != "Analysis" {
		t.Errorf("member %v", left.Member)
	}
	_, err = c.b2b.Sessions.Authenticate(c.ctx, check)
	wants(t, err, stytch.ErrSessionAuthorizationError)
}

// TestSSOStart begins logins that cannot go on.
func TestSSOStart(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	empty := c.AddOrganization(b2b.Organization{OrganizationName: "Works"})
	saml, pending := c.saml(), must(c.b2b.SSO.OIDC.CreateConnection(c.ctx, b2b.SSOOIDCCreateConnectionRequest{OrganizationID: "engines"}))(t).Connection
	id := []string{"connection_id", saml.ConnectionID}
	tests := []struct {
		name       string
		query      []string
		registered []stytchtest.RedirectURL
		want       string
	}{
		{"no connection", nil, nil, "missing_sso_connection_locator"},
		{"two", append(id, "organization_id", "engines"), nil, "too_many_sso_connection_locators"},
		{"an unknown one", []string{"connection_id", "none"}, nil, "sso_connection_not_found"},
		{"a pending one", []string{"connection_id", pending.ConnectionID}, nil, "sso_connection_not_found"},
		{"an unknown organization", []string{"organization_id", "none"}, nil, "organization_not_found"},
		{"an organization without any", []string{"organization_id", empty.OrganizationID}, nil, "no_sso_connection_exists_for_organization"},
		{"another project", append(id, "public_token", "public-token-test-1"), nil, "bad_request"},
		{"a URL that is not absolute", append(id, "login_redirect_url", "/login"), nil, "invalid_login_sso_url"},
		{"a URL that is not registered", append(id, "signup_redirect_url", "https://example.com/auth"), []stytchtest.RedirectURL{{URL: "https://example.org/auth"}}, "no_match_for_provided_sso_url"},
		{"no default", id, []stytchtest.RedirectURL{{URL: "https://example.org/auth"}}, "no_default_signup_redirect_url_set"},
		{"a bad challenge", append(id, "pkce_code_challenge", "plain"), nil, "invalid_pkce_code_challenge"},
		{"no address", append(id, "email", ""), nil, "invalid_saml_response_email"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := c.SetRedirectURLs(test.registered...); err != nil {
				t.Fatal(err)
			}
			if test.registered == nil {
				_ = c.SetRedirectURLs(stytchtest.RedirectURL{URL: "https://example.org/auth", Default: true})
			}
			form := []string{"email", email}
			if test.want == "invalid_saml_response_email" {
				form = nil
			}
			if to, failed := c.choose(c.startURL(ssoStart, test.query...), form...); failed != test.want {
				t.Errorf("it ends with %q, at %v", failed, to)
			}
		})
	}
}

func TestSSORules(t *testing.T) {
	restricted := b2b.AdmissionPolicyRestricted
	tests := []struct {
		name   string
		change b2b.OrganizationsUpdateRequest
		member *b2b.Member
		want   stytch.ErrorType
		next   b2b.Step
	}{
		{"a stranger", b2b.OrganizationsUpdateRequest{}, nil, "", b2b.StepDone},
		{"a stranger, and none may join", b2b.OrganizationsUpdateRequest{SSOJITProvisioning: new(b2b.AdmissionPolicyNotAllowed)}, nil, stytch.ErrInvalidConnectionForJITProvisioning, ""},
		{"a stranger by another connection", b2b.OrganizationsUpdateRequest{SSOJITProvisioning: &restricted, SSOJITProvisioningAllowedConnections: []string{"saml-connection-test-1"}}, nil, stytch.ErrInvalidConnectionForJITProvisioning, ""},
		{"a stranger by a listed connection", b2b.OrganizationsUpdateRequest{SSOJITProvisioning: &restricted, SSOJITProvisioningAllowedConnections: []string{""}}, nil, "", b2b.StepDone},
		{"a member, and none may join", b2b.OrganizationsUpdateRequest{SSOJITProvisioning: new(b2b.AdmissionPolicyNotAllowed)}, &b2b.Member{Status: b2b.MemberStatusInvited}, "", b2b.StepDone},
		{"only other methods", b2b.OrganizationsUpdateRequest{AuthMethods: new(b2b.MethodPolicyRestricted), AllowedAuthMethods: []b2b.AuthMethod{b2b.AuthMethodMagicLink}}, nil, "", b2b.StepPrimary},
		{"only SSO", b2b.OrganizationsUpdateRequest{AuthMethods: new(b2b.MethodPolicyRestricted), AllowedAuthMethods: []b2b.AuthMethod{b2b.AuthMethodSSO}}, nil, "", b2b.StepDone},
		{"MFA", b2b.OrganizationsUpdateRequest{MFAPolicy: new(b2b.MFAPolicyRequiredForAll)}, &b2b.Member{MFAPhoneNumber: phone, MFAPhoneNumberVerified: true}, "", b2b.StepSMSCode},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newCompany(t, b2b.Organization{})
			c.Grant("reader", "documents", "read")
			connection := c.saml(func(q *b2b.SSOSAMLUpdateConnectionRequest) {
				q.SAMLConnectionImplicitRoleAssignments = []b2b.SSOConnectionRoleAssignment{{RoleID: "reader"}}
			})
			if list := test.change.SSOJITProvisioningAllowedConnections; len(list) > 0 && list[0] == "" {
				list[0] = connection.ConnectionID
			}
			test.change.OrganizationID = "engines"
			must(c.b2b.Organizations.Update(c.ctx, test.change))(t)
			if test.member != nil {
				c.member(*test.member)
			}
			auth, err := c.sso(c.ssoTo(connection.ConnectionID, "email", email))
			if test.want != "" {
				wants(t, err, test.want)
				return
			}
			if err != nil || auth.Next() != test.next {
				t.Fatalf("answer %v, error %v", auth, err)
			}
			if auth.MemberAuthenticated {
				return
			}
			_, err = c.b2b.Discovery.Organizations.List(c.ctx, b2b.DiscoveryOrganizationsListRequest{IntermediateSessionToken: &auth.IntermediateSessionToken})
			wants(t, err, stytch.ErrInvalidIntermediateSessionTokenForOrganization)
			if test.next == b2b.StepSMSCode {
				done := must(c.b2b.OTPs.SMS.Authenticate(c.ctx, b2b.OTPsSMSAuthenticateRequest{OrganizationID: "engines", MemberID: auth.MemberID,
					Code: must(c.Inbox().WaitFor(c.ctx, phone))(t).Code, IntermediateSessionToken: &auth.IntermediateSessionToken}))(t)
				if len(done.MemberSession.AuthenticationFactors) != 2 || !reflect.DeepEqual(done.MemberSession.Roles, []string{"stytch_member", "reader"}) {
					t.Errorf("session %v", done.MemberSession)
				}
				spared := must(c.sso(c.ssoTo(connection.ConnectionID, "email", email), func(q *b2b.SSOAuthenticateRequest) { q.SessionJWT = &done.SessionJWT }))(t)
				if spared.Next() != b2b.StepDone {
					t.Errorf("a session does not spare the second factor: %s", spared.Next())
				}
			}
		})
	}
}

// TestSSOTokens uses tokens that are not valid any more, and those of other kinds.
func TestSSOTokens(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.AddOrganization(b2b.Organization{OrganizationName: "Works", OrganizationSlug: "works"})
	saml := c.saml()
	late, orphan := c.ssoTo(saml.ConnectionID, "email", email), url.URL{}
	c.Clock().Advance(5 * time.Minute)
	_, err := c.sso(late)
	wants(t, err, stytch.ErrSSOTokenNotFound)
	_, err = c.sso(&url.URL{RawQuery: "token=none"})
	wants(t, err, stytch.ErrSSOTokenNotFound)
	c.member(b2b.Member{})
	_, err = c.sso(c.oauthTo("google", "email", email))
	wants(t, err, stytch.ErrSSOTokenNotFound)
	_, err = c.oauth(c.ssoTo(saml.ConnectionID, "email", email))
	wants(t, err, stytch.ErrOAuthTokenNotFound)
	auth := must(c.sso(c.ssoTo(saml.ConnectionID, "email", email)))(t)
	must(c.AddMember(b2b.Member{OrganizationID: "works", EmailAddress: email}))(t)
	_, err = c.b2b.Sessions.Exchange(c.ctx, b2b.SessionsExchangeRequest{OrganizationID: "works", SessionToken: &auth.SessionToken})
	wants(t, err, stytch.ErrInsufficientFactorsForSessionExchange)
	orphan = *c.ssoTo(saml.ConnectionID, "email", email)
	must(c.b2b.SSO.DeleteConnection(c.ctx, b2b.SSODeleteConnectionRequest{OrganizationID: "engines", ConnectionID: saml.ConnectionID}))(t)
	_, err = c.sso(&orphan)
	wants(t, err, stytch.ErrSSOTokenNotFound)
}

// TestSSOJoinsNobodyAfterAnError checks that a login that fails adds no member.
func TestSSOJoinsNobodyAfterAnError(t *testing.T) {
	c := newCompany(t, b2b.Organization{OAuthTenantJITProvisioning: b2b.JITProvisioningPolicyNotAllowed, EmailJITProvisioning: b2b.JITProvisioningPolicyRestricted, EmailAllowedDomains: []string{"example.com"}})
	to, oauth := c.ssoTo(c.saml().ConnectionID, "email", email), c.oauthTo("google", "email", email)
	_, err := c.sso(to, func(q *b2b.SSOAuthenticateRequest) { q.SessionToken = new("none") })
	wants(t, err, stytch.ErrSessionNotFound)
	_, err = c.oauth(oauth, func(q *b2b.OAuthAuthenticateRequest) { q.SessionToken = new("none") })
	wants(t, err, stytch.ErrSessionNotFound)
	if members := c.Members(""); len(members) != 0 {
		t.Errorf("members %v", members)
	}
	must(c.sso(to))(t)
}

// TestAddConnection logs in with connections that a test adds.
func TestAddConnection(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	saml := must(c.AddSAMLConnection(b2b.SAMLConnection{OrganizationID: "engines", DisplayName: "Okta"}))(t)
	oidc := must(c.AddOIDCConnection(b2b.OIDCConnection{OrganizationID: "engines", DisplayName: "Entra"}))(t)
	if saml.ACSURL == "" || len(saml.SigningCertificates) != 1 || oidc.RedirectURL == "" || len(c.organization().SSOActiveConnections) != 2 {
		t.Errorf("connections %v and %v", saml, oidc)
	}
	for _, id := range []string{saml.ConnectionID, oidc.ConnectionID} {
		must(c.sso(c.ssoTo(id, "email", email)))(t)
	}
	if members := c.Members(""); len(members) != 1 || len(members[0].SSORegistrations) != 2 {
		t.Errorf("members %v", members)
	}
	if _, err := c.AddSAMLConnection(b2b.SAMLConnection{OrganizationID: "none"}); err == nil {
		t.Error("an organization that does not exist gets a connection")
	}
	if _, err := c.AddOIDCConnection(b2b.OIDCConnection{OrganizationID: "engines", ConnectionID: oidc.ConnectionID}); err == nil {
		t.Error("a connection is added twice")
	}
}

// TestExternalSSO logs in to one organization with the connection of another.
func TestExternalSSO(t *testing.T) {
	for _, protocol := range []string{"saml", "oidc"} {
		t.Run(protocol, func(t *testing.T) {
			c := newCompany(t, b2b.Organization{})
			c.Grant("reader", "documents", "read")
			works := c.AddOrganization(b2b.Organization{OrganizationName: "Works", OrganizationSlug: "works"})
			var target string
			roles, delivery := []string{"stytch_member"}, stytch.AuthenticationFactorDeliveryMethodSSOOIDC
			if protocol == "saml" {
				target, roles, delivery = c.saml().ConnectionID, append(roles, "reader"), stytch.AuthenticationFactorDeliveryMethodSSOSAML
			} else {
				target = c.oidc().ConnectionID
			}
			external := must(c.b2b.SSO.External.CreateConnection(c.ctx, b2b.SSOExternalCreateConnectionRequest{OrganizationID: "works", ExternalOrganizationID: "engines", ExternalConnectionID: target,
				ConnectionImplicitRoleAssignments: []b2b.SSOConnectionRoleAssignment{{RoleID: "reader"}}}))(t).Connection
			auth := must(c.sso(c.ssoTo(external.ConnectionID, "email", email)))(t)
			if auth.OrganizationID != works.OrganizationID || auth.Member.SSORegistrations[0].ConnectionID != external.ConnectionID || auth.MemberSession.AuthenticationFactors[0].DeliveryMethod != delivery ||
				!reflect.DeepEqual(auth.MemberSession.Roles, roles) {
				t.Errorf("answer %v", auth)
			}
			must(c.b2b.SSO.DeleteConnection(c.ctx, b2b.SSODeleteConnectionRequest{OrganizationID: "engines", ConnectionID: target}))(t)
			if _, failed := c.choose(c.startURL(ssoStart, "connection_id", external.ConnectionID), "email", email); failed != "sso_connection_not_found" {
				t.Errorf("after the deletion, the login ends with %q", failed)
			}
		})
	}
}

// TestSSOPage logs in with the page in place of the identity provider's.
func TestSSOPage(t *testing.T) {
	browser := browsertest.New(t)
	c := newCompany(t, b2b.Organization{})
	landed := make(chan *url.URL, 1)
	app := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/welcome" {
			landed <- r.URL
		}
	}))
	t.Cleanup(app.Close)
	start := c.startURL(ssoStart, "connection_id", c.saml().ConnectionID, "signup_redirect_url", app.URL+"/welcome")
	browsertest.Do(t, browser, chromedp.Navigate(start))
	if title := browsertest.Get(t, browser, chromedp.Evaluate[string]("document.title")); title != "Okta (emulated)" {
		t.Errorf("the page is %q", title)
	}
	browsertest.Screenshot(t, browser, "page")
	browsertest.Load(t, browser, chromedp.SetValue(chromedp.CSS("#email"), email), chromedp.SetValue(chromedp.CSS("#groups"), "staff"), chromedp.SetValue(chromedp.CSS("#attribute-department"), "Analysis"), chromedp.Click(chromedp.CSS("button")))
	if auth := must(c.sso(<-landed))(t); auth.Member.TrustedMetadata["department"] != "Analysis" {
		t.Errorf("member %v", auth.Member)
	}
}
