package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestChangesDuringSessions changes and deletes people who are logged in.
func TestChangesDuringSessions(t *testing.T) {
	p := launch(t)
	p.does(http.MethodPut, "/api/policy", `{"roles":[{"role_id":"editor","permissions":[]}]}`)
	perform := func(call, arguments string) string { return p.does(http.MethodPost, "/api/calls/"+call, arguments) }
	user := decoded[stytch.UsersCreateResponse](t, perform("consumer.users.create", `{"email":"ada@example.com"}`)).UserID
	organization := decoded[b2b.OrganizationsCreateResponse](t, perform("b2b.organizations.create", `{"organization_name":"Engines","organization_slug":"engines"}`)).Organization.OrganizationID
	member := decoded[b2b.OrganizationsMembersCreateResponse](t, perform("b2b.organizations.members.create", `{"organization_id":"`+organization+`","email_address":"ada@example.com"}`)).MemberID
	users, organizations, members := "/api/users/"+user, "/api/organizations/engines", "/api/members/"+member
	for _, id := range []string{user, user, member} {
		p.does(http.MethodPost, "/api/sessions", `{"id":"`+id+`"}`)
	}
	type objects struct {
		Users         []stytch.User
		Members       []b2b.Member
		Organizations []b2b.Organization
		Sessions      []stytchtest.Session
	}
	all := func(path string) objects { return decoded[objects](t, p.does(http.MethodGet, path, "")) }

	p.does(http.MethodPatch, users, `{"roles":["editor"],"phone_numbers":[{"phone_number":"`+phone+`","verified":true}],"trusted_metadata":{"plan":"pro"},"is_locked":true}`)
	if u := all("/api/users").Users[0]; len(u.Roles) != 2 || !u.PhoneNumbers[0].Verified || u.TrustedMetadata["plan"] != "pro" || !u.IsLocked || len(u.Emails) != 1 {
		t.Errorf("user %+v", u)
	}
	p.does(http.MethodPatch, members, `{"name":"Ada","roles":[{"role_id":"stytch_admin"}]}`)
	if m := all("/api/members").Members[0]; m.Name != "Ada" || !m.IsAdmin {
		t.Errorf("member %v", m)
	}
	p.does(http.MethodPatch, organizations, `{"mfa_policy":"REQUIRED_FOR_ALL"}`)
	if o := all("/api/organizations").Organizations[0]; o.MFAPolicy != b2b.MFAPolicyRequiredForAll {
		t.Errorf("organization %v", o)
	}
	for _, c := range []struct {
		path, body string
		status     int
		want       string
	}{
		{users, `{"user_id":"user-2"}`, 400, "user_id: it cannot be changed"},
		{users, `{"emailss":[]}`, 400, "emailss: there is no such field"},
		{users, `{"is_locked":"yes"}`, 400, "is_locked"},
		{users, `{"roles":["owner"]}`, 400, `"error_type":"invalid_rbac_role_id"`},
		{users, `{}`, 400, "at least 1"},
		{members, `{"email_address":"ada"}`, 400, `"error_type":"invalid_email"`},
		{organizations, `{"organization_name":""}`, 400, `"error_type":"organization_name_missing"`},
		{"/api/users/user-2", `{"name":null}`, 404, `"error_type":"user_not_found"`},
		{"/api/members/member-2", `{"name":""}`, 404, `"error_type":"member_not_found"`},
		{"/api/organizations/looms", `{"organization_name":"Looms"}`, 404, `"error_type":"organization_not_found"`},
	} {
		if status, body := p.call(http.MethodPatch, c.path, c.body); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s %s: %d %s", c.path, c.body, status, body)
		}
	}

	p.does(http.MethodDelete, "/api/sessions/"+all("/api/sessions").Sessions[0].ID, "")
	if left := all("/api/sessions").Sessions; len(left) != 2 {
		t.Errorf("%d sessions", len(left))
	}
	for _, path := range []string{users, members, organizations} {
		p.does(http.MethodDelete, path, "")
		if status, _ := p.call(http.MethodDelete, path, ""); status != http.StatusNotFound {
			t.Errorf("%s again: %d", path, status)
		}
	}
	for _, path := range []string{"/api/users", "/api/organizations", "/api/members", "/api/sessions"} {
		if left := p.does(http.MethodGet, path, ""); !strings.Contains(left, `"total":0`) {
			t.Errorf("left are %s", left)
		}
	}
	if status, _ := p.call(http.MethodDelete, "/api/sessions/session-2", ""); status != http.StatusNotFound {
		t.Errorf("an unknown session: %d", status)
	}
}

// TestWhatOnlyTheDashboardDoes sets up what no call of the API can, and uses it.
func TestWhatOnlyTheDashboardDoes(t *testing.T) {
	p := launch(t)
	user := decoded[stytch.UsersCreateResponse](t, p.does(http.MethodPost, "/api/calls/consumer.users.create", `{"email":"ada@example.com"}`)).UserID
	client, id := p.client(), `"id":"`+user+`"`

	const password = "9 lanterns over Quartz Orchard"
	p.does(http.MethodPost, "/api/passwords", "{"+id+`,"password":"`+password+`"}`)
	must(client.Passwords.Authenticate(t.Context(), stytch.PasswordsAuthenticateRequest{Email: "ada@example.com", Password: password}))(t)

	begun := decoded[stytchtest.Impersonation](t, p.does(http.MethodPost, "/api/impersonations", "{"+id+`,"impersonator_email_address":"support@example.net"}`))
	in := must(client.Impersonation.Authenticate(t.Context(), stytch.ImpersonationAuthenticateRequest{ImpersonationToken: begun.Token}))(t)
	if in.UserID != user || !strings.Contains(begun.URL, begun.Token) {
		t.Errorf("impersonation %+v", begun)
	}

	p.does(http.MethodPost, "/api/consents", "{"+id+`,"connected_app":{"connected_app_id":"reader","name":"Reader","scopes_granted":"openid profile"}}`)
	apps := must(client.Users.ConnectedApps(t.Context(), stytch.UsersConnectedAppsRequest{UserID: user}))(t).ConnectedApps
	if len(apps) != 1 || apps[0].Name != "Reader" || apps[0].ScopesGranted != "openid profile" {
		t.Errorf("apps %+v", apps)
	}

	device := decoded[stytchtest.Fingerprint](t, p.does(http.MethodPost, "/api/fingerprints", `{"reasons":["VIRTUAL_MACHINE"]}`))
	found := must(client.Fraud.Fingerprint.Lookup(t.Context(), stytch.FraudFingerprintLookupRequest{TelemetryID: device.TelemetryID}))(t)
	if found.Verdict.Action != stytch.FraudActionChallenge {
		t.Errorf("verdict %+v", found.Verdict)
	}
	p.does(http.MethodPut, "/api/email_risks", `{"email_address":"ada@example.com","action":"BLOCK","risk_score":90}`)
	if risk := must(client.Fraud.Email.Risk(t.Context(), stytch.FraudEmailRiskRequest{EmailAddress: "ada@example.com"}))(t); risk.Action != stytch.FraudActionBlock || risk.RiskScore != 90 {
		t.Errorf("risk %+v", risk)
	}

	profiles := p.does(http.MethodPut, "/api/trusted_token_profiles", `{"profiles":[{"issuer":"https://idp.example.com","audience":"app","jwks_url":"https://idp.example.com/keys"}]}`)
	if !strings.Contains(profiles, `"id":"trusted-auth-token-profile-`) || !strings.Contains(profiles, `"email_claim":"email"`) {
		t.Errorf("profiles %s", profiles)
	}
	p.does(http.MethodPut, "/api/userinfo_url", `{"url":"https://idp.example.com/userinfo"}`)

	for _, c := range []struct{ method, path, body, want string }{
		{http.MethodPost, "/api/passwords", `{"id":"user-2","password":"secret-1"}`, "no user or member"},
		{http.MethodPost, "/api/impersonations", "{" + id + `,"impersonator_email_address":"support"}`, "no @"},
		{http.MethodPost, "/api/consents", `{"id":"user-2","connected_app":{}}`, "no user or member"},
		{http.MethodPost, "/api/fingerprints", `{"reasons":["BORED"]}`, "BORED"},
		{http.MethodPut, "/api/email_risks", `{"email_address":"ada@example.com","action":"ALLOW","risk_score":101}`, "risk_score"},
		{http.MethodPut, "/api/trusted_token_profiles", `{"profiles":[{"issuer":"i","audience":"a"}]}`, "public keys"},
		{http.MethodPut, "/api/userinfo_url", `{"url":"/userinfo"}`, "absolute"},
	} {
		if status, body := p.call(c.method, c.path, c.body); status != http.StatusBadRequest || !strings.Contains(body, c.want) || strings.Contains(body, "secret-1") {
			t.Errorf("%s %s: %s", c.path, c.body, fmt.Sprint(status, body))
		}
	}
}
