package main

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

const goodSeed = `organizations:
  - organization_name: Analytical Engines
    mfa_policy: REQUIRED_FOR_ALL
    saml_connections:
      - display_name: Okta
    oidc_connections:
      - display_name: Entra
        connection_id: oidc-connection-test-entra
        identity_provider: microsoft-entra
    members:
      - email_address: ada@example.com
        name: Ada Lovelace
        mfa_phone_number: "+15005550007"
        mfa_phone_number_verified: true
        trusted_metadata: {level: 3}
      - email_address: charles@example.com
        status: invited
  - organization_name: Öl & Söhne
    organization_slug: oel
    organization_id: organization-test-oel
`

func TestSeed(t *testing.T) {
	seed, state := write(t, "seed.yaml", goodSeed), filepath.Join(t.TempDir(), "state.json")
	p := launch(t, "--seed", seed, "--state", state)
	organizations := decoded[struct{ Organizations []b2b.Organization }](t, p.does(http.MethodGet, "/api/organizations", "")).Organizations
	if len(organizations) != 2 || organizations[0].OrganizationSlug != "analytical-engines" || organizations[1].OrganizationID != "organization-test-oel" {
		t.Fatalf("organizations %+v", organizations)
	}
	engines, connections := organizations[0].OrganizationID, organizations[0].SSOActiveConnections
	if len(connections) != 2 || connections[0].DisplayName != "Okta" || connections[1] != (b2b.ActiveSSOConnection{ConnectionID: "oidc-connection-test-entra", DisplayName: "Entra", IdentityProvider: "microsoft-entra"}) {
		t.Errorf("connections %+v", connections)
	}
	members := decoded[struct{ Members []b2b.Member }](t, p.does(http.MethodGet, "/api/members?organization_id="+engines, "")).Members
	if len(members) != 2 || members[0].Name != "Ada Lovelace" || members[0].Status != b2b.MemberStatusActive || members[1].Status != b2b.MemberStatusInvited {
		t.Fatalf("members %+v", members)
	}
	if other := p.does(http.MethodGet, "/api/members?organization_id=organization-test-oel", ""); other != `{"members":[],"total":0}`+"\n" {
		t.Errorf("members %s", other)
	}
	member := p.mfaLogin(engines)
	if member.MemberID != members[0].MemberID || fmt.Sprint(member.TrustedMetadata["level"]) != "3" {
		t.Errorf("logged in as %+v", member)
	}
	p.end()

	// The seed is applied to an existing state: members stay, and new settings
	// are set.
	changed := write(t, "seed.yaml", strings.Replace(goodSeed, "REQUIRED_FOR_ALL", "OPTIONAL", 1))
	again := launch(t, "--seed", changed, "--state", state)
	after := decoded[struct{ Organizations []b2b.Organization }](t, again.does(http.MethodGet, "/api/organizations", "")).Organizations
	if len(after) != 2 || after[0].OrganizationID != engines || after[0].MFAPolicy != b2b.MFAPolicyOptional || !slices.Equal(after[0].SSOActiveConnections, connections) {
		t.Errorf("organizations %+v", after)
	}
	if n := len(decoded[struct{ Members []b2b.Member }](t, again.does(http.MethodGet, "/api/members", "")).Members); n != 2 {
		t.Errorf("%d members after the second start, want no new ones", n)
	}
}

// TestSeedPolicy checks that roles of the project and of an organization allow what they say.
func TestSeedPolicy(t *testing.T) {
	p := launch(t, "--seed", write(t, "seed.yaml", `policy:
  roles:
    - {role_id: editor, permissions: [{resource_id: documents, actions: [read, update]}]}
  resources:
    - {resource_id: documents, actions: [read, update, export]}
organizations:
  - organization_name: Engines
    organization_id: organization-test-engines
    custom_roles:
      - {role_id: auditor, permissions: [{resource_id: documents, actions: [export]}]}
    members:
      - {email_address: ada@example.com, roles: [editor, auditor]}
`))
	client, ctx := p.b2b(), t.Context()
	must(client.OTPs.Email.LoginOrSignup(ctx, b2b.OTPsEmailLoginOrSignupRequest{OrganizationID: "organization-test-engines", EmailAddress: email}))(t)
	auth := must(client.OTPs.Email.Authenticate(ctx, b2b.OTPsEmailAuthenticateRequest{OrganizationID: "organization-test-engines", EmailAddress: email, Code: p.wait(email).Code}))(t)
	allowed := func(action string) bool {
		_, err := p.b2b().Sessions.AuthenticateJWT(ctx, b2b.AuthenticateJWTRequest{SessionJWT: auth.SessionJWT,
			AuthorizationCheck: &b2b.AuthorizationCheck{OrganizationID: "organization-test-engines", ResourceID: "documents", Action: action}})
		if err != nil && !errors.Is(err, stytch.ErrNotAllowed) {
			t.Error(err)
		}
		return err == nil
	}
	if !allowed("update") || !allowed("export") || allowed("delete") {
		t.Error("the roles of the seed do not allow what they say")
	}
	policy := p.does(http.MethodPut, "/api/policy", `{"roles": [{"role_id": "editor", "permissions": [{"resource_id": "documents", "actions": ["delete"]}]}]}`)
	if got := p.does(http.MethodGet, "/api/policy", ""); got != policy || !strings.Contains(got, "delete") {
		t.Errorf("policy %s, want %s", got, policy)
	}
	if allowed("update") || !allowed("delete") {
		t.Error("the policy was not replaced")
	}
}

// mfaLogin logs Ada in by e-mail and SMS.
func (p *program) mfaLogin(organization string) b2b.Member {
	p.t.Helper()
	client, ctx := p.b2b(), p.t.Context()
	must(client.OTPs.Email.LoginOrSignup(ctx, b2b.OTPsEmailLoginOrSignupRequest{OrganizationID: organization, EmailAddress: email}))(p.t)
	first := must(client.OTPs.Email.Authenticate(ctx, b2b.OTPsEmailAuthenticateRequest{OrganizationID: organization, EmailAddress: email, Code: p.wait(email).Code}))(p.t)
	last := must(client.OTPs.SMS.Authenticate(ctx, b2b.OTPsSMSAuthenticateRequest{
		OrganizationID: organization, MemberID: first.MemberID, Code: p.wait("+15005550007").Code, IntermediateSessionToken: &first.IntermediateSessionToken}))(p.t)
	if last.SessionToken == "" {
		p.t.Error("the login returned no session")
	}
	return last.Member
}

// TestBadSeeds checks that each error names its line.
func TestBadSeeds(t *testing.T) {
	one := "organizations:\n  - organization_name: Engines\n"
	tests := []struct{ name, data, want string }{
		{"empty", "", "seed.yaml: it is empty"},
		{"no YAML", "organizations: [", "line 1"},
		{"a tab", "organizations:\n\t- x", "line 2"},
		{"a list", "- a", "seed.yaml: "},
		{"two documents", one + "---\n" + one, "want exactly one document"},
		{"nothing known", "organisations: []", `:1: unknown key "organisations"`},
		{"nothing", "{}", ":1: there must be at least 1 properties"},
		{"a redirect URL that is not absolute", "redirect_urls:\n  - url: /auth\n", `the redirect URL "/auth" is not absolute`},
		{"an unknown policy for passwords", "password_policy:\n  validation_policy: none\n", ":2: password_policy.validation_policy: "},
		{"a redirect URL of an unknown type", "redirect_urls:\n  - url: https://example.com/auth\n    types: [LOGOUT]\n", ":3: redirect_urls.0.types.0: "},
		{"organizations that are not a list", "organizations: 5", ":1: organizations: "},
		{"no name", "organizations:\n  - organization_slug: engines\n", ":2: organization_name is missing"},
		{"a name that is a number", "organizations:\n  - organization_name: 5\n", ":2: organizations.0.organization_name: want a string; quote 5"},
		{"an unknown key", one + "    mfa: always\n", `:3: unknown key "mfa"; the known keys are`},
		{"an unknown policy", one + "    mfa_policy: ALWAYS\n", ":3: organizations.0.mfa_policy: "},
		{"a bad slug", one + "    organization_slug: \"my engines\"\n", ":3: organizations.0.organization_slug: "},
		{"a member without an address", one + "    members:\n      - name: Ada\n", ":4: email_address is missing"},
		{"a member with a bad address", one + "    members:\n      - email_address: ada\n", ":4: organizations.0.members.0.email_address: "},
		{"an unquoted number", one + "    members:\n      - email_address: a@b.c\n        mfa_phone_number: +15005550007\n", ":5: organizations.0.members.0.mfa_phone_number: want a string; quote +15005550007"},
		{"a bad status", one + "    members:\n      - email_address: a@b.c\n        status: dormant\n", ":5: organizations.0.members.0.status: "},
		{"an address twice", one + "    members:\n      - email_address: a@b.c\n      - email_address: A@B.C\n", `:5: the e-mail address "A@B.C" is already in line 4`},
		{"a slug twice", one + "  - organization_name: engines\n", `:3: the slug "engines" is already in line 2`},
		{"a key twice", one + "    organization_name: Other\n", "line 3"},
		{"two at once", one + "    mfa: always\n    sso: always\n", `:4: unknown key "sso"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if code, stderr := fails(t, "--port", "0", "--seed", write(t, "seed.yaml", test.data)); code != exitBad || !strings.Contains(stderr, test.want) {
				t.Errorf("exit code %d, %q; want %q", code, stderr, test.want)
			}
		})
	}
}

// TestSeedOfRedirectURLs logs in where only one URL is registered.
func TestSeedOfRedirectURLs(t *testing.T) {
	p := launch(t, "--seed", write(t, "seed.yaml", "redirect_urls:\n  - {url: http://localhost:8080/auth, default: true}\n"))
	send := func(url *string) error {
		_, err := p.client().MagicLinks.Email.LoginOrCreate(t.Context(), stytch.MagicLinksEmailLoginOrCreateRequest{Email: email, SignupMagicLinkURL: url})
		return err
	}
	if err := send(nil); err != nil {
		t.Error(err)
	}
	if status, body := p.call(http.MethodPost, "/api/reset", ""); status != http.StatusNoContent {
		t.Fatalf("the reset answers %d %s", status, body)
	}
	wants(t, send(new("http://localhost:3000/authenticate")), stytch.ErrNoMatchForProvidedMagicLinkURL)
}

// TestSeedOfPasswordPolicy asks for digits and symbols.
func TestSeedOfPasswordPolicy(t *testing.T) {
	p := launch(t, "--seed", write(t, "seed.yaml", "password_policy: {validation_policy: luds, luds_min_password_complexity: 4, check_breach_on_creation: false}\n"))
	create := func(password string) error {
		_, err := p.client().Passwords.Create(t.Context(), stytch.PasswordsCreateRequest{Email: email, Password: password})
		return err
	}
	wants(t, create("LongEnough1"), stytch.ErrWeakPassword)
	if err := create("P@ssw0rd"); err != nil {
		t.Error(err)
	}
}

// TestSeedMeetsAState has a slug that already belongs to another organization.
func TestSeedMeetsAState(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state.json")
	launch(t, "--state", state, "--seed", write(t, "seed.yaml", goodSeed)).end()
	code, stderr := fails(t, "--port", "0", "--state", state, "--seed",
		write(t, "seed.yaml", "organizations:\n  - {organization_name: Other, organization_slug: oel, organization_id: organization-test-other}\n"))
	if code != exitBad || !strings.Contains(stderr, "the slug belongs to organization-test-oel") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}
