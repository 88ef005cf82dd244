package stytchtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	yaml "github.com/oasdiff/yaml3"
	"github.com/pquerna/otp/totp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// wholeSeed has everything that a seed can have.
func wholeSeed(t *testing.T) []byte {
	t.Helper()
	return must(os.ReadFile("testdata/seed.yaml"))(t)
}

// TestSeed logs in with what a seed has.
func TestSeed(t *testing.T) {
	w := newWorld(t)
	if err := w.Seed("seed.yaml", wholeSeed(t)); err != nil {
		t.Fatal(err)
	}
	in := must(w.client.Passwords.Authenticate(w.ctx, stytch.PasswordsAuthenticateRequest{Email: "ada@example.com", Password: "analytical-engine-1", SessionDurationMinutes: new(60)}))(t)
	if in.UserID != "user-test-ada" || *in.User.ExternalID != "ada" || *in.User.Name.LastName != "Lovelace" || len(in.User.Roles) != 2 || in.User.TrustedMetadata["seats"] != json.Number("9007199254740993") {
		t.Errorf("logged in as %+v", in.User)
	}
	code := func(secret string) string { return must(totp.GenerateCode(secret, w.Clock().Now()))(t) }
	must(w.client.TOTPs.Authenticate(w.ctx, stytch.TOTPsAuthenticateRequest{UserID: "user-test-ada", TOTPCode: code("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"), SessionToken: &in.SessionToken}))(t)
	must(w.client.TOTPs.Recover(w.ctx, stytch.TOTPsRecoverRequest{UserID: "user-test-ada", RecoveryCode: "4h2k-9wqd-m7xp"}))(t)
	session := must(w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: new("session-of-ada")}))(t)
	if session.Session.CustomClaims["tier"] != "gold" || session.User.UserID != "user-test-ada" {
		t.Errorf("the session is %+v", session.Session)
	}
	must(w.client.OTPs.SMS.LoginOrCreate(w.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: "+15005550009"}))(t)
	if n := len(w.Users()); n != 2 {
		t.Errorf("%d users, want those of the seed", n)
	}

	members := w.B2B(noDrift(t))
	member := must(members.Passwords.Authenticate(w.ctx, b2b.PasswordsAuthenticateRequest{OrganizationID: "organization-test-engines", EmailAddress: "grace@example.com", Password: "nanoseconds-of-wire-1"}))(t)
	if member.MemberID != "member-test-grace" || len(member.Member.Roles) != 3 || member.Organization.OrganizationSlug != "engines" {
		t.Errorf("logged in as %+v", member.Member)
	}
	must(members.TOTPs.Authenticate(w.ctx, b2b.TOTPsAuthenticateRequest{OrganizationID: "engines", MemberID: "member-test-grace", Code: code("KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"), SessionToken: &member.SessionToken}))(t)
	own := must(members.Sessions.Authenticate(w.ctx, b2b.SessionsAuthenticateRequest{SessionToken: new("session-of-grace")}))(t)
	if own.MemberSession.CustomClaims["tier"] != "silver" || own.Member.Name != "Grace Hopper" {
		t.Errorf("the session is %+v", own.MemberSession)
	}
}

// TestSeedOfClients fetches tokens, and uses what apps, devices and directories have.
func TestSeedOfClients(t *testing.T) {
	w := newWorld(t)
	if err := w.Seed("seed.yaml", wholeSeed(t)); err != nil {
		t.Fatal(err)
	}
	token := must(w.client.M2M.Token(w.ctx, stytch.M2MTokenRequest{ProjectID: w.ID, ClientID: "m2m-client-test-worker", ClientSecret: "secret-of-the-worker"}))(t)
	if token.AccessToken == "" {
		t.Error("the client got no token")
	}
	clients := must(w.client.M2M.Clients.Search(w.ctx, stytch.M2MClientsSearchRequest{}))(t).M2MClients
	if len(clients) != 2 || clients[0].Status != stytch.M2MClientStatusInactive {
		t.Errorf("clients %+v", clients)
	}
	app := must(w.client.ConnectedApps.Clients.Get(w.ctx, stytch.ConnectedAppsClientsGetRequest{ClientID: "connected-app-test-editor"}))(t).ConnectedApp
	if app.AccessTokenExpiryMinutes != 30 || !app.FullAccessAllowed || *app.ClientSecretLastFour != "itor" {
		t.Errorf("the app is %+v", app)
	}
	apps := must(w.client.Users.ConnectedApps(w.ctx, stytch.UsersConnectedAppsRequest{UserID: "user-test-ada"}))(t).ConnectedApps
	if len(apps) != 1 || apps[0].Name != "Viewer" || apps[0].ScopesGranted != "openid documents:read" {
		t.Errorf("the user's apps are %+v", apps)
	}
	device := must(w.client.Fraud.Fingerprint.Lookup(w.ctx, stytch.FraudFingerprintLookupRequest{TelemetryID: "device-of-a-robot"}))(t)
	if device.Verdict.Action != stytch.FraudActionBlock || device.Properties.NetworkProperties.IPGeolocation.City != "Berlin" {
		t.Errorf("the device is %+v", device)
	}
	if rules := must(w.client.Fraud.Rules.List(w.ctx, stytch.FraudRulesListRequest{}))(t).Rules; len(rules) != 9 {
		t.Errorf("%d rules, want 9", len(rules))
	}
	risk := must(w.client.Fraud.Email.Risk(w.ctx, stytch.FraudEmailRiskRequest{EmailAddress: "mallory@example.com"}))(t)
	if risk.RiskScore != 99 {
		t.Errorf("the risk is %+v", risk)
	}

	members := w.B2B(noDrift(t))
	connections := must(members.SSO.GetConnections(w.ctx, b2b.SSOGetConnectionsRequest{OrganizationID: "engines"}))(t)
	if len(connections.SAMLConnections) != 1 || len(connections.SAMLConnections[0].VerificationCertificates) != 1 || len(connections.OIDCConnections) != 2 {
		t.Errorf("connections %+v", connections)
	}
	other := must(members.SSO.GetConnections(w.ctx, b2b.SSOGetConnectionsRequest{OrganizationID: "difference-engines"}))(t).ExternalConnections
	if len(other) != 1 || other[0].ConnectionID != "external-connection-test-okta" || other[0].ExternalOrganizationID != "organization-test-engines" {
		t.Errorf("connections %+v", other)
	}
	directory := must(members.SCIM.Connection.Get(w.ctx, b2b.SCIMConnectionGetRequest{OrganizationID: "engines"}))(t).Connection
	request := must(http.NewRequestWithContext(w.ctx, http.MethodGet, directory.BaseURL+"/Users", nil))(t)
	request.Header.Set("Authorization", "Bearer token-of-the-directory")
	response := must(http.DefaultClient.Do(request))(t)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK || directory.ConnectionID != "scim-connection-test-engines" {
		t.Errorf("the directory %+v gets the status %d", directory, response.StatusCode)
	}
}

// TestSeedOfAccounts logs in with an account at a provider, whose address differs, and with a wallet.
func TestSeedOfAccounts(t *testing.T) {
	w := newWorld(t)
	if err := w.Seed("seed.yaml", wholeSeed(t)); err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response := must(browser.PostForm(w.URL()+"/v1/public/oauth/google/start?public_token="+w.PublicToken(), url.Values{"email": {"other@example.com"}, "subject": {"1815"}}))(t)
	_ = response.Body.Close()
	token := must(response.Location())(t).Query().Get("token")
	if in := must(w.client.OAuth.Authenticate(w.ctx, stytch.OAuthAuthenticateRequest{Token: token}))(t); in.UserID != "user-test-ada" || in.OAuthUserRegistrationID != "oauth-user-test-ada" {
		t.Errorf("the account logs in %s with %s", in.UserID, in.OAuthUserRegistrationID)
	}
	challenge := must(w.client.CryptoWallets.AuthenticateStart(w.ctx, stytch.CryptoWalletsAuthenticateStartRequest{
		CryptoWalletType: stytch.CryptoWalletTypeEthereum, CryptoWalletAddress: stytchtest.SandboxWallet}))(t)
	if challenge.UserID != "user-test-ada" {
		t.Errorf("the challenge is for %s", challenge.UserID)
	}
}

// TestSeedOfSSO logs in with connections of a seed.
func TestSeedOfSSO(t *testing.T) {
	w := newWorld(t)
	if err := w.Seed("seed.yaml", wholeSeed(t)); err != nil {
		t.Fatal(err)
	}
	for _, connection := range []string{"saml-connection-test-okta", "external-connection-test-okta"} {
		query := url.Values{"public_token": {w.PublicToken()}, "connection_id": {connection}}
		browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		response := must(browser.PostForm(w.URL()+"/v1/public/sso/start?"+query.Encode(), url.Values{"email": {"grace@example.com"}, "groups": {"staff"}}))(t)
		_ = response.Body.Close()
		location := must(response.Location())(t)
		in := must(w.B2B(noDrift(t)).SSO.Authenticate(w.ctx, b2b.SSOAuthenticateRequest{SSOToken: location.Query().Get("token")}))(t)
		if in.Member.EmailAddress != "grace@example.com" || !slices.ContainsFunc(in.Member.Roles, func(r b2b.MemberRole) bool { return r.RoleID == "editor" }) {
			t.Errorf("%s logs in %+v", connection, in.Member)
		}
	}
}

// TestWholeSeedIsWhole finds keys of the schema that the file with all keys lacks.
func TestWholeSeedIsWhole(t *testing.T) {
	var schema, seed map[string]any
	if err := errors.Join(json.Unmarshal(stytchtest.SeedSchema(), &schema), yaml.Unmarshal(wholeSeed(t), &seed)); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	keysOf(seed, used)
	known := map[string]bool{}
	for _, one := range schema["$defs"].(map[string]any) {
		propertiesOf(one, known)
	}
	propertiesOf(map[string]any{"properties": schema["properties"]}, known)
	for name := range known {
		if !used[name] && name != "$schema" && name != "hubspot" && name != "github" { // next to slack
			t.Errorf("testdata/seed.yaml does not have %s", name)
		}
	}
}

// keysOf adds the keys of a value and of those in it.
func keysOf(value any, into map[string]bool) {
	switch value := value.(type) {
	case map[string]any:
		for name, one := range value {
			into[name] = true
			keysOf(one, into)
		}
	case []any:
		for _, one := range value {
			keysOf(one, into)
		}
	}
}

// propertiesOf adds the names of the properties of a schema and of those in it.
func propertiesOf(schema any, into map[string]bool) {
	object, ok := schema.(map[string]any)
	if !ok {
		return
	}
	properties, _ := object["properties"].(map[string]any)
	for name, one := range properties {
		into[name] = true
		propertiesOf(one, into)
	}
	propertiesOf(object["items"], into)
}

// TestSeedTwice checks that a second time changes nothing but settings.
func TestSeedTwice(t *testing.T) {
	w := newWorld(t)
	if err := w.Seed("seed.yaml", wholeSeed(t)); err != nil {
		t.Fatal(err)
	}
	// The rules are set again, so the time of their last change differs.
	snapshot := func() string {
		return regexp.MustCompile(`"last_updated_at": .*`).ReplaceAllString(string(must(w.Snapshot())(t)), "")
	}
	before := snapshot()
	if err := w.Seed("seed.yaml", wholeSeed(t)); err != nil {
		t.Fatal(err)
	}
	if after := snapshot(); after != before {
		t.Errorf("the second seed changed\n%s", difference(before, after))
	}
	if err := w.Seed("seed.yaml", bytes.Replace(wholeSeed(t), []byte("Analytical Engines"), []byte("Engines"), 1)); err != nil {
		t.Fatal(err)
	}
	if name := w.Organizations()[0].OrganizationName; name != "Engines" {
		t.Errorf("the organization is %q", name)
	}
}

// TestSeedAllOrNothing has an error at the end of a seed.
func TestSeedAllOrNothing(t *testing.T) {
	w := newWorld(t)
	w.AddOrganization(b2b.Organization{OrganizationID: "organization-test-engines", OrganizationName: "Old", OrganizationSlug: "engines"})
	must(w.AddMember(b2b.Member{OrganizationID: "organization-test-engines", EmailAddress: "old@example.org"}))(t)
	must(w.Webhooks().AddEndpoint(stytchtest.WebhookEndpoint{URL: "http://127.0.0.1:9/events"}))(t)
	before := string(must(w.Snapshot())(t))
	bad := bytes.Replace(wholeSeed(t), []byte("events: [direct.user.create]"), []byte("events: [direct.user.created]"), 1)
	err := w.Seed("seed.yaml", bad)
	if err == nil || strings.Count(err.Error(), "\n") != 0 || !strings.Contains(err.Error(), `webhooks.0.events: there is no type "direct.user.created"`) {
		t.Errorf("error %v", err)
	}
	if after := string(must(w.Snapshot())(t)); after != before {
		t.Errorf("the seed with an error changed\n%s", difference(before, after))
	}
}

// difference returns the lines that only one of two texts has.
func difference(before, after string) string {
	var lines []string
	for _, line := range strings.Split(after, "\n") {
		if !strings.Contains(before, line) {
			lines = append(lines, "+"+line)
		}
	}
	for _, line := range strings.Split(before, "\n") {
		if !strings.Contains(after, line) {
			lines = append(lines, "-"+line)
		}
	}
	return strings.Join(lines, "\n")
}

// badSeeds are seeds with errors, and what the errors say. Without a reason, the JSON
// Schema refuses them too.
var badSeeds = []struct{ name, data, want, reason string }{
	{"no object", "- a", "seed.yaml:1:1: want an object, not a list", ""},
	{"nothing", "{}", "seed.yaml:1:1: it is empty; want at least one of ", ""},
	{"an unknown section", "organisations: []", `seed.yaml:1:1: unknown key "organisations"; did you mean "organizations"?`, ""},
	{"an unknown key", engines + "    mfa_polcy: OPTIONAL\n", `seed.yaml:3:5: organizations.0: unknown key "mfa_polcy"; did you mean "mfa_policy"?`, ""},
	{"a field of the answer", engines + "    sso_active_connections: []\n", `seed.yaml:3:5: organizations.0: unknown key "sso_active_connections"; `, ""},
	{"no list", "users: 5", "seed.yaml:1:8: users: want a list", ""},
	{"no name", "organizations:\n  - organization_slug: engines\n", "seed.yaml:2:5: organizations.0: organization_name is missing", ""},
	{"a number as a name", "organizations:\n  - organization_name: 5\n", "seed.yaml:2:24: organizations.0.organization_name: want a string; put it in quotes", ""},
	{"a list as a name", "organizations:\n  - organization_name: [5]\n", "seed.yaml:2:24: organizations.0.organization_name: want a string, not a list", ""},
	{"no value", engines + "    mfa_policy:\n", "seed.yaml:3:16: organizations.0.mfa_policy: there is no value; want a string", ""},
	{"an unknown value", engines + "    mfa_policy: OPTIONL\n", `seed.yaml:3:17: organizations.0.mfa_policy: "OPTIONL" is not one of the values; did you mean "OPTIONAL"?`, ""},
	{"a bad slug", engines + "    organization_slug: My engines\n", "seed.yaml:3:24: organizations.0.organization_slug: want 2 to 128 ", ""},
	{"a word as a boolean", ada + "        verified: yes\n", "seed.yaml:4:19: users.0.emails.0.verified: want true or false", ""},
	{"a bad e-mail address", "users: [{emails: [{email: ada}]}]", "seed.yaml:1:27: users.0.emails.0.email: want an e-mail address, such as ada@example.com", ""},
	{"a phone number without quotes", "users: [{phone_numbers: [{phone_number: +15005550007}]}]", "seed.yaml:1:41: users.0.phone_numbers.0.phone_number: want a string; put it in quotes", ""},
	{"a phone number without +", "users: [{phone_numbers: [{phone_number: '15005550007'}]}]", "seed.yaml:1:41: users.0.phone_numbers.0.phone_number: want a phone number in E.164 format", ""},
	{"a negative duration", ada + "    sessions: [{session_duration_minutes: -5}]\n", "seed.yaml:4:43: users.0.sessions.0.session_duration_minutes: want a whole number from 5 to 527040, not -5", ""},
	{"half a minute", ada + "    sessions: [{session_duration_minutes: 5.5}]\n", "seed.yaml:4:43: users.0.sessions.0.session_duration_minutes: want a whole number from 5 to 527040", ""},
	{"a bad secret", ada + "    totp: {secret: '1234567890123456'}\n", "seed.yaml:4:20: users.0.totp.secret: want 16 to 128 letters from A to Z and digits from 2 to 7", ""},
	{"a role twice", ada + "    roles: [stytch_admin, stytch_admin]\n", "seed.yaml:4:27: users.0.roles: it is the same as in line 4", ""},
	{"two errors", engines + "    mfa: always\n    sso: always\n", `seed.yaml:4:5: organizations.0: unknown key "sso"; `, ""},

	{"no YAML", "organizations: [", "seed.yaml:1:1: it is not YAML: ", "it is no value"},
	{"a tab", "organizations:\n\t- x", "seed.yaml:2:1: it is not YAML: ", "it is no value"},
	{"empty", "", "seed.yaml:1:1: it is empty; want at least one of connected_apps, fraud, ", "it is no value"},
	{"two documents", engines + "---\n" + engines, "seed.yaml:1:1: want exactly one document", "it is two values"},
	{"a key twice", engines + "    organization_name: Other\n", `seed.yaml:3:5: organizations.0: the key "organization_name" is in line 2 already`, "a value has no key twice"},
	{"no number", metadata(".nan"), "seed.yaml:4:33: users.0.trusted_metadata.n: JSON has no such number", "JSON has no such number"},
	{"an infinite number", metadata("-.inf"), "seed.yaml:4:33: users.0.trusted_metadata.n: JSON has no such number", "JSON has no such number"},
	{"a large number", metadata("1e999"), "seed.yaml:4:33: users.0.trusted_metadata.n: the number is too large", "JSON has no such number"},
	{"a long number", metadata("18446744073709551617"), "seed.yaml:4:33: users.0.trusted_metadata.n: the number does not fit into 64 bits", "it allows any metadata"},
	{"a number with a zero", metadata("01234"), "seed.yaml:4:33: users.0.trusted_metadata.n: a number does not keep the 0 at its beginning", "it allows any metadata"},
	{"large metadata", metadata("'" + strings.Repeat("x", 5000) + "'"), "seed.yaml:4:23: users.0.trusted_metadata: the metadata takes ", "it counts no bytes"},
	{"no value in metadata", metadata("null"), "seed.yaml:4:33: users.0.trusted_metadata.n: the service drops a null", "it allows any metadata"},
	{"a claim of the service", ada + "    sessions: [{session_custom_claims: {iss: me}}]\n", "seed.yaml:4:46: users.0.sessions.0.session_custom_claims.iss: the service drops this claim", "it compares no claims"},
	{"a key that is a number", ada + "    trusted_metadata: {1: a}\n", "seed.yaml:4:24: users.0.trusted_metadata: want a string as the key; put it in quotes", "JSON has only strings"},
	{"an alias in itself", "users: [{user_id: a, trusted_metadata: &a {n: *a}}]", "seed.yaml:1:40: aliases repeat more than 100000 values, or more than 64 values are inside each other", "a value does not contain itself"},
	{"no name and no address", "users: [{status: active}]", "seed.yaml:1:9: users.0: want at least one of user_id, external_id, emails, phone_numbers", "it compares no fields"},
	{"a password without an address", "users: [{user_id: ada, password: secret}]", "seed.yaml:1:34: users.0.password: the user has no e-mail address to log in with", "it compares no fields"},
	{"an address of two users", ada + "  - emails: [{email: ADA@example.com}]\n", "seed.yaml:4:22: users.1.emails.0.email: the address is in line 3 already", "it compares no values"},
	{"a wallet that is none", "users: [{user_id: a, crypto_wallets: [{crypto_wallet_type: ethereum, crypto_wallet_address: x}]}]", "seed.yaml:1:93: users.0.crypto_wallets.0.crypto_wallet_address: it is not 0x with 40 ", "it reads no addresses"},
	{"an account of two users", "users:\n  - {user_id: a, providers: [{provider_type: Google, provider_subject: x}]}\n  - {user_id: b, providers: [{provider_type: Google, provider_subject: x}]}\n", "seed.yaml:3:72: users.1.providers.0.provider_subject: the account is in line 2 already", "it compares no values"},
	{"an external id of two users", "users:\n  - {user_id: a, external_id: x}\n  - {user_id: b, external_id: x}\n", "seed.yaml:3:31: users.1.external_id: the external id is in line 2 already", "it compares no values"},
	{"an id of two users", "users:\n  - {user_id: a}\n  - {user_id: a}\n", "seed.yaml:3:15: users.1.user_id: the id of the user is in line 2 already", "it compares no values"},
	{"an id of a user and an organization", "users:\n  - {user_id: a}\norganizations:\n  - {organization_name: Engines, organization_id: a}\n", "seed.yaml:4:51: organizations.0.organization_id: the id of the organization is in line 2 already", "it compares no values"},
	{"a role that does not exist", ada + "    roles: [editor]\n", `seed.yaml:4:13: users.0.roles.0: the policy has no role "editor"`, "it compares no values"},
	{"the role of every user", ada + "    roles: [stytch_user]\n", "seed.yaml:4:13: users.0.roles.0: ", "it compares no values"},
	{"a token twice", ada + "    sessions:\n      - session_token: a\n      - session_token: a\n", "seed.yaml:6:24: users.0.sessions.1.session_token: the token is in line 5 already", "it compares no values"},
	{"a reserved claim", ada + "    sessions: [{session_custom_claims: {https://stytch.com/x: 1}}]\n", "seed.yaml:4:40: users.0.sessions.0.session_custom_claims: ", "it compares no claims"},
	{"a secret that is no base32", ada + "    totp: {secret: AAAAAAAAAAAAAAAAA}\n", "seed.yaml:4:20: users.0.totp.secret: it is not base32", "it decodes nothing"},
	{"a slug twice", engines + "  - organization_name: engines\n", `seed.yaml:3:24: organizations.1.organization_name: the slug "engines" is in line 2 already`, "it compares no values"},
	{"a restriction without a list", engines + "    auth_methods: RESTRICTED\n", "seed.yaml:2:5: organizations.0: ", "it compares no fields"},
	{"an address of two members", engines + "    members:\n      - email_address: a@b.c\n      - email_address: A@B.C\n", "seed.yaml:5:24: organizations.0.members.1.email_address: the e-mail address is in line 4 already", "it compares no values"},
	{"a role of no member", engines + "    members: [{email_address: a@b.c, roles: [editor]}]\n", `seed.yaml:3:46: organizations.0.members.0.roles.0: the policy has no role "editor"`, "it compares no values"},
	{"a verified number that is none", engines + "    members: [{email_address: a@b.c, mfa_phone_number_verified: true}]\n", "seed.yaml:3:65: organizations.0.members.0.mfa_phone_number_verified: the member has no mfa_phone_number", "it compares no fields"},
	{"a connection twice", engines + "    saml_connections: [{display_name: Okta}, {display_name: Okta}]\n", "seed.yaml:3:61: organizations.0.saml_connections.1.display_name: the id of the connection", "it compares no values"},
	{"a connection that does not exist", engines + "    sso_jit_provisioning: RESTRICTED\n    sso_jit_provisioning_allowed_connections: [okta]\n", `seed.yaml:4:48: organizations.0.sso_jit_provisioning_allowed_connections.0: the organization has no connection "okta"`, "it compares no values"},
	{"a role of a connection", engines + "    saml_connections: [{display_name: Okta, saml_connection_implicit_role_assignments: [{role_id: editor}]}]\n", "seed.yaml:3:99: organizations.0.saml_connections.0.saml_connection_implicit_role_assignments.0.role_id: ", "it compares no values"},
	{"a permission without a resource", "policy: {roles: [{role_id: editor, permissions: [{resource_id: documents, actions: [read]}]}]}", `seed.yaml:1:64: policy.roles.0.permissions.0.resource_id: the policy of the project has no resource "documents"`, "it compares no values"},
	{"a role of the policy twice", "policy: {roles: [{role_id: a, permissions: []}, {role_id: a, permissions: []}]}", "seed.yaml:1:59: policy.roles.1.role_id: the role is in line 1 already", "it compares no values"},
	{"a custom role of the project", "policy: {roles: [{role_id: a, permissions: []}], resources: [{resource_id: r, actions: [read]}]}\n" + engines + "    custom_roles: [{role_id: a, permissions: [{resource_id: r, actions: [read]}]}]\n", "seed.yaml:4:30: organizations.0.custom_roles.0.role_id: ", "it compares no values"},
	{"a client without a name", "m2m_clients: [{status: active}]", "seed.yaml:1:15: m2m_clients.0: want at least one of client_id, client_name", "it compares no fields"},
	{"a client twice", "m2m_clients: [{client_id: a}]\nconnected_apps: [{client_id: a, client_name: A}]", "seed.yaml:2:30: connected_apps.0.client_id: the id of the app is in line 1 already", "it compares no values"},
	{"a secret that is easy to guess", "m2m_clients: [{client_id: a, client_secret: aaaaaaaaaaaa}]", "seed.yaml:1:15: m2m_clients.0: ", "it counts no characters"},
	{"a scope with a space", "m2m_clients: [{client_id: a, scopes: [a b]}]", "seed.yaml:1:38: m2m_clients.0.scopes: a scope is empty or contains a space", "it reads no scopes"},
	{"a public app with a secret", "connected_apps: [{client_name: A, client_type: third_party_public, client_secret: x}]", "seed.yaml:1:18: connected_apps.0: a public app cannot have a secret", "it compares no fields"},
	{"full access of a third party", "connected_apps: [{client_name: A, full_access_allowed: true}]", "seed.yaml:1:18: connected_apps.0: ", "it compares no fields"},
	{"a consent to no app", ada + "    connected_apps: [{connected_app_id: a, scopes_granted: openid}]\n", `seed.yaml:4:41: users.0.connected_apps.0.connected_app_id: there is no connected app with the id "a"`, "it compares no values"},
	{"a consent that the organization forbids", "connected_apps: [{client_id: a, client_name: A}]\n" + engines + "    third_party_connected_apps_allowed_type: NOT_ALLOWED\n    members: [{email_address: a@b.c, connected_apps: [{connected_app_id: a, scopes_granted: openid}]}]\n", "seed.yaml:5:74: organizations.0.members.0.connected_apps.0.connected_app_id: the organization does not allow the app", "it compares no values"},
	{"an app of the other kind", "connected_apps: [{client_id: a, client_name: A}]\n" + engines + "    allowed_first_party_connected_apps: [a]\n", "seed.yaml:4:42: organizations.0.allowed_first_party_connected_apps.0: the type of the app is third_party", "it compares no values"},
	{"an unknown verdict", "fraud: {fingerprints: [{telemetry_id: a, reasons: [ROBOT]}]}", `seed.yaml:1:51: fraud.fingerprints.0.reasons: "ROBOT" is no reason for a verdict`, "it knows no reasons"},
	{"a rule about nothing", "fraud: {rules: [{action: BLOCK}]}", "seed.yaml:1:17: fraud.rules.0: the rule has no identifier", "it compares no fields"},
	{"a rule about two things", "fraud: {rules: [{action: BLOCK, asn: '1', country_code: FR}]}", "seed.yaml:1:17: fraud.rules.0: the rule has 2 identifiers; want one", "it compares no fields"},
	{"a rule twice", "fraud: {rules: [{action: BLOCK, asn: '1'}, {action: ALLOW, asn: '1'}]}", "seed.yaml:1:44: fraud.rules.1: the identifier of the rule is in line 1 already", "it compares no values"},
	{"a block of addresses that is none", "fraud: {rules: [{action: BLOCK, cidr_block: x}]}", "seed.yaml:1:45: fraud.rules.0.cidr_block: ", "it reads no addresses"},
	{"a high score", "fraud: {email_risks: [{email_address: a@b.c, action: BLOCK, risk_score: 101}]}", "seed.yaml:1:73: fraud.email_risks.0.risk_score: want a whole number from 0 to 100, not 101", ""},
	{"a profile without keys", "trusted_token_profiles: [{issuer: a, audience: b}]", "seed.yaml:1:26: trusted_token_profiles.0: the profile ", "it compares no fields"},
	{"a UserInfo address without a scheme", "userinfo_url: example.com", "seed.yaml:1:15: userinfo_url: it is not an absolute URL", "it reads no URLs"},
	{"an external connection to nothing", engines + "    external_connections: [{display_name: A, external_organization_id: none, external_connection_id: none}]\n", "seed.yaml:3:72: organizations.0.external_connections.0.external_organization_id: there is no such organization", "it compares no values"},
	{"a certificate that is none", engines + "    saml_connections: [{display_name: A, x509_certificate: none}]\n", "seed.yaml:3:60: organizations.0.saml_connections.0.x509_certificate: it is not one certificate in PEM format", "it reads no certificates"},
	{"a redirect URL that is not absolute", "redirect_urls: [{url: /auth}]", `seed.yaml:1:23: redirect_urls.0.url: the redirect URL "/auth" is not absolute`, "it reads no URLs"},
	{"a webhook that is not http", "webhooks: [{url: 'ftp://example.com'}]", `seed.yaml:1:18: webhooks.0.url: the scheme is "ftp"`, "it reads no URLs"},
	{"a webhook twice", "webhooks: [{url: 'https://example.com'}, {url: 'https://example.com'}]", "seed.yaml:1:48: webhooks.1.url: the URL is in line 1 already", "it compares no values"},
}

const (
	engines = "organizations:\n  - organization_name: Engines\n"
	ada     = "users:\n  - emails:\n      - email: ada@example.com\n"
)

func metadata(n string) string { return ada + "    trusted_metadata: {a: 1, n: " + n + "}\n" }

// TestBadSeeds checks the errors of seeds, and that the JSON Schema agrees.
func TestBadSeeds(t *testing.T) {
	schema := seedJSONSchema(t)
	for _, bad := range badSeeds {
		t.Run(bad.name, func(t *testing.T) {
			srv := stytchtest.NewServer(t)
			err := srv.Seed("seed.yaml", []byte(bad.data))
			if err == nil || !strings.Contains(err.Error()+"\n", bad.want) {
				t.Errorf("error %v\nwant  %s", err, bad.want)
			}
			if n := len(srv.Users()) + len(srv.Organizations()); n != 0 {
				t.Errorf("%d objects were added", n)
			}
			value, ok := schemaValue(bad.data)
			if refused := ok && schema.Validate(value) != nil; refused != (bad.reason == "") {
				t.Errorf("the JSON Schema refuses the seed: %v, although %q", refused, bad.reason)
			}
		})
	}
}

// TestGoodSeeds checks that the JSON Schema accepts the seeds that Project.Seed does.
func TestGoodSeeds(t *testing.T) {
	schema := seedJSONSchema(t)
	for _, data := range []string{
		string(wholeSeed(t)), engines, ada, `{"$schema": "seed.schema.json", "users": [{"user_id": "ada"}]}`, "users: []", metadata("2026-01-02"),
		"users: [{user_id: a, trusted_metadata: &m {level: 3}}, {user_id: b, trusted_metadata: *m}]",
	} {
		if err := stytchtest.NewServer(t).Seed("seed.yaml", []byte(data)); err != nil {
			t.Errorf("%v\n%s", err, data)
		}
		value, ok := schemaValue(data)
		if !ok {
			t.Fatalf("no value: %s", data)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%v\n%s", err, data)
		}
	}
}

func seedJSONSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("seed.schema.json", must(jsonschema.UnmarshalJSON(bytes.NewReader(stytchtest.SeedSchema())))(t)); err != nil {
		t.Fatal(err)
	}
	return must(compiler.Compile("seed.schema.json"))(t)
}

// schemaValue returns what an editor compares with the schema, or false if there is no
// such value.
func schemaValue(data string) (any, bool) {
	var value any
	decoder := yaml.NewDecoder(strings.NewReader(data))
	if err := decoder.Decode(&value); err != nil {
		return nil, false
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, false
	}
	value, err = jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
	return value, err == nil
}

// FuzzSeed reads hostile seeds. A seed with errors must not change the project.
func FuzzSeed(f *testing.F) {
	data, err := os.ReadFile("testdata/seed.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	for _, bad := range badSeeds {
		f.Add([]byte(bad.data))
	}
	f.Add([]byte("users: [{emails: [{email: a@b.c}], trusted_metadata: &a {n: *a, 1: 2, <<: *a}}]"))
	f.Add([]byte("# nothing"))
	f.Add([]byte("---\n..."))
	f.Add([]byte("- !!binary x\n- !!set {a}\n- ? [a]\n  : b"))
	srv, err := stytchtest.Start(stytchtest.Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = srv.Close() })
	f.Fuzz(func(t *testing.T, data []byte) {
		if srv.Seed("seed.yaml", data) != nil && len(srv.Users())+len(srv.Organizations()) > 0 {
			t.Error("a seed with errors added something")
		}
		srv.Reset()
	})
}
