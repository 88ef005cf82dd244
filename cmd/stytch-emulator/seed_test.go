package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
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

// TestBadSeed checks that the program names every error, and where it is.
func TestBadSeed(t *testing.T) {
	path := write(t, "seed.yaml", "organizations:\n  - organization_name: Engines\n    mfa: always\nusers: [{emails: [{email: ada}]}]\n")
	code, stderr := fails(t, "--port", "0", "--seed", path)
	for _, want := range []string{path + `:3:5: organizations.0: unknown key "mfa"`, "\n" + path + ":4:27: users.0.emails.0.email: want an e-mail address"} {
		if code != exitBad || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d, %q; want %q", code, stderr, want)
		}
	}
}

// TestPostSeed adds to a running emulator.
func TestPostSeed(t *testing.T) {
	p := launch(t)
	p.does(http.MethodPost, "/api/seed", `{"users": [{"user_id": "user-test-ada", "emails": [{"email": "ada@example.com"}]}]}`)
	if users := p.does(http.MethodGet, "/api/users", ""); !strings.Contains(users, "user-test-ada") {
		t.Errorf("users %s", users)
	}
	status, body := p.call(http.MethodPost, "/api/seed", `{"users": [{"user_id": "user-test-bob", "email": "bob@example.com"}]}`)
	if want := `seed:1:41: users.0: unknown key \"email\"; did you mean \"emails\"?`; status != http.StatusBadRequest || !strings.Contains(body, want) {
		t.Errorf("the response is %d %s, want %s", status, body, want)
	}
	request := must(http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+root+"/api/seed", strings.NewReader(goodSeed)))(t)
	request.Header.Set("Content-Type", "application/yaml")
	response := must(http.DefaultClient.Do(request))(t)
	_ = response.Body.Close()
	if organizations := p.does(http.MethodGet, "/api/organizations", ""); response.StatusCode != http.StatusNoContent || !strings.Contains(organizations, "analytical-engines") {
		t.Errorf("status %d, organizations %s", response.StatusCode, organizations)
	}
}

// TestSchema checks that the program and the control API return the schema.
func TestSchema(t *testing.T) {
	var printed strings.Builder
	if code := run(t.Context(), []string{"schema"}, &printed, io.Discard); code != exitFine || printed.String() != string(stytchtest.SeedSchema()) {
		t.Errorf("exit code %d, %s", code, printed.String())
	}
	if got := launch(t).does(http.MethodGet, "/seed.schema.json", ""); got != printed.String() {
		t.Errorf("the schema is %s", got)
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
