package stytchtest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// start starts an emulator for an example. A test uses NewServer.
func start() *stytchtest.Server { return ok(stytchtest.Start(stytchtest.Config{})) }

// ok ends the example if there is an error.
func ok[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A test has a server of its own, which ends with the test.
func ExampleNewServer() {
	test := func(t *testing.T) {
		srv := stytchtest.NewServer(t, stytchtest.WithCode("123456"), stytchtest.WithLimits(stytchtest.Limits{Attempts: 3}))
		if _, err := srv.Client().Users.Create(t.Context(), stytch.UsersCreateRequest{Email: new("ada@example.com")}); err != nil {
			t.Error(err)
		}
	}
	_ = test // go test runs it
}

// A program starts a server without a test.
func ExampleStart() {
	srv, err := stytchtest.Start(stytchtest.Config{ProjectID: "project-test-1", Secret: "secret-test-1"})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	whoami, err := srv.Client().Debug.Whoami(context.Background(), stytch.DebugWhoamiRequest{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(whoami.ProjectID)
	// Output: project-test-1
}

// An application that makes its own client gets the URL and the clock of the server.
func ExampleProject_Options() {
	srv := start()
	defer srv.Close()
	client := ok(b2b.NewClient(srv.ID, srv.Secret, srv.Options()...))
	_, err := client.Organizations.Get(context.Background(), b2b.OrganizationsGetRequest{OrganizationID: "engines"})
	fmt.Println(errors.Is(err, stytch.ErrOrganizationNotFound))
	// Output: true
}

// Each test suite that shares a server has a project of its own.
func ExampleServer_NewProject() {
	srv := start()
	defer srv.Close()
	project := ok(srv.NewProject())
	project.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "ada@example.com"}}})
	fmt.Println(len(srv.Users()), len(project.Users()))
	// Output: 0 1
}

func ExampleInbox_WaitFor() {
	srv := start()
	defer srv.Close()
	ctx := context.Background()
	ok(srv.Client().MagicLinks.Email.LoginOrCreate(ctx, stytch.MagicLinksEmailLoginOrCreateRequest{Email: "ada@example.com"}))
	message := ok(srv.Inbox().WaitFor(ctx, "ada@example.com"))
	auth := ok(srv.Client().MagicLinks.Authenticate(ctx, stytch.MagicLinksAuthenticateRequest{Token: message.Token}))
	fmt.Println(message.Purpose, auth.User.Emails[0].Verified)
	// Output: signup true
}

// Perform does what a person does in the dashboard.
func ExampleProject_Perform() {
	srv := start()
	defer srv.Close()
	_, err := srv.Perform("consumer.users.create", map[string]any{"email": "ada@example.com", "name": map[string]any{"first_name": "Ada"}})
	fmt.Println(err, *srv.Users()[0].Name.FirstName)
	_, err = srv.Perform("consumer.users.create", map[string]any{"email": "ada@example.com"})
	fmt.Println(errors.Is(err, stytch.ErrDuplicateEmail))
	// Output:
	// <nil> Ada
	// true
}

func ExampleProject_Seed() {
	srv := start()
	defer srv.Close()
	check(srv.Seed("seed.yaml", []byte(`
organizations:
  - organization_name: Analytical Engines
    members: [{email_address: ada@example.com, roles: [stytch_admin]}]
`)))
	fmt.Println(srv.Organizations()[0].OrganizationSlug, srv.Members("")[0].IsAdmin)
	// Output: analytical-engines true
}

func ExampleProject_AddUser() {
	srv := start()
	defer srv.Close()
	u := srv.AddUser(stytch.User{
		Emails: []stytch.UserEmail{{Email: "ada@example.com", Verified: true}}, ExternalID: new("customer-1"),
		TrustedMetadata: map[string]any{"plan": "pro"},
	})
	got := ok(srv.Client().Users.Get(context.Background(), stytch.UsersGetRequest{UserID: "customer-1"}))
	fmt.Println(got.UserID == u.UserID, got.TrustedMetadata["plan"])
	// Output: true pro
}

func ExampleProject_AddMember() {
	srv := start()
	defer srv.Close()
	o := srv.AddOrganization(b2b.Organization{OrganizationName: "Analytical Engines", OrganizationSlug: "engines"})
	m := ok(srv.AddMember(b2b.Member{OrganizationID: o.OrganizationID, EmailAddress: "ada@example.com"}))
	fmt.Println(m.Status, len(srv.Members("")))
	// Output: active 1
}

// AddSession skips the login in a test that is about something else.
func ExampleProject_AddSession() {
	srv := start()
	defer srv.Close()
	u := srv.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "ada@example.com"}}})
	s := ok(srv.AddSession(u.UserID, time.Hour, map[string]any{"theme": "dark"}))
	auth := ok(srv.Client().Sessions.Authenticate(context.Background(), stytch.SessionsAuthenticateRequest{SessionToken: &s.Token}))
	fmt.Println(auth.User.UserID == u.UserID, auth.Session.CustomClaims["theme"])
	// Output: true dark
}

// Take a role from a user who is logged in.
func ExampleProject_UpdateUser() {
	srv := start()
	defer srv.Close()
	srv.Grant("editor", "documents", "write")
	u := srv.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "ada@example.com"}}, Roles: []string{"stytch_user", "editor"}})
	s := ok(srv.AddSession(u.UserID, time.Hour, nil))
	mayWrite := func() bool {
		_, err := srv.Client().Sessions.Authenticate(context.Background(), stytch.SessionsAuthenticateRequest{
			SessionToken: &s.Token, AuthorizationCheck: &stytch.AuthorizationCheck{ResourceID: "documents", Action: "write"},
		})
		return err == nil
	}
	fmt.Println(mayWrite())
	check(srv.UpdateUser(u.UserID, func(u *stytch.User) { u.Roles = nil }))
	fmt.Println(mayWrite())
	err := srv.UpdateUser(u.UserID, func(u *stytch.User) { u.Roles = []string{"owner"} })
	fmt.Println(errors.Is(err, stytch.ErrInvalidRBACRoleID))
	// Output:
	// true
	// false
	// true
}

// Delete a user who is logged in.
func ExampleProject_DeleteUser() {
	srv := start()
	defer srv.Close()
	u := srv.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "ada@example.com"}}})
	s := ok(srv.AddSession(u.UserID, time.Hour, nil))
	check(srv.DeleteUser(u.UserID))
	_, err := srv.Client().Sessions.Authenticate(context.Background(), stytch.SessionsAuthenticateRequest{SessionToken: &s.Token})
	fmt.Println(errors.Is(err, stytch.ErrSessionNotFound))
	// Output: true
}

// Lock a member between the two steps of a login.
func ExampleProject_UpdateMember() {
	srv := start()
	defer srv.Close()
	ctx, client := context.Background(), srv.B2B()
	o := srv.AddOrganization(b2b.Organization{OrganizationName: "Analytical Engines"})
	m := ok(srv.AddMember(b2b.Member{OrganizationID: o.OrganizationID, EmailAddress: "ada@example.com"}))
	ok(client.OTPs.Email.LoginOrSignup(ctx, b2b.OTPsEmailLoginOrSignupRequest{OrganizationID: o.OrganizationID, EmailAddress: m.EmailAddress}))
	message := ok(srv.Inbox().WaitFor(ctx, m.EmailAddress))
	check(srv.UpdateMember(m.MemberID, func(m *b2b.Member) { m.IsLocked = true }))
	_, err := client.OTPs.Email.Authenticate(ctx, b2b.OTPsEmailAuthenticateRequest{
		OrganizationID: o.OrganizationID, EmailAddress: m.EmailAddress, Code: message.Code,
	})
	fmt.Println(errors.Is(err, stytch.ErrUserLockLimitReached))
	// Output: true
}

// Require a second factor of a member who is about to log in.
func ExampleProject_UpdateOrganization() {
	srv := start()
	defer srv.Close()
	srv.AddOrganization(b2b.Organization{OrganizationName: "Analytical Engines", OrganizationSlug: "engines"})
	check(srv.UpdateOrganization("engines", func(o *b2b.Organization) { o.MFAPolicy = b2b.MFAPolicyRequiredForAll }))
	err := srv.UpdateOrganization("engines", func(o *b2b.Organization) { o.EmailInvites = b2b.AdmissionPolicyRestricted }) // to no domain
	fmt.Println(errors.Is(err, stytch.ErrInvalidRestrictedEmailSetting))
	// Output: true
}

func ExampleProject_RevokeSession() {
	srv := start()
	defer srv.Close()
	u := srv.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "ada@example.com"}}})
	s := ok(srv.AddSession(u.UserID, time.Hour, nil))
	check(srv.RevokeSession(s.ID))
	fmt.Println(len(srv.Sessions()))
	// Output: 0
}

// Let a session expire. A stopped clock makes times in a test exact.
func ExampleClock() {
	srv := start()
	defer srv.Close()
	srv.Clock().Stop()
	u := srv.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "ada@example.com"}}})
	ok(srv.AddSession(u.UserID, time.Hour, nil))
	srv.Clock().Advance(time.Hour - time.Second)
	fmt.Println(len(srv.Sessions()))
	srv.Clock().Advance(time.Second)
	fmt.Println(len(srv.Sessions()))
	// Output:
	// 1
	// 0
}

// Lose the connection of one call, and then be sent away once.
func ExampleProject_Fail() {
	srv := start()
	defer srv.Close()
	srv.Fail(stytchtest.Fault{Call: "consumer.otps.sms.login_or_create", Times: 1, Reset: true, AfterEffect: true})
	srv.Fail(stytchtest.Fault{Call: "consumer.otps.sms.login_or_create", Times: 1, ErrorType: "too_many_requests"})
	client, request := srv.Client(stytch.WithMaxRetries(0)), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: "+15005550006"}
	_, err := client.OTPs.SMS.LoginOrCreate(context.Background(), request)
	fmt.Println(errors.Is(err, stytch.ErrOutcomeUnknown), len(srv.Inbox().Messages()))
	_, err = client.OTPs.SMS.LoginOrCreate(context.Background(), request)
	fmt.Println(errors.Is(err, stytch.ErrTooManyRequests))
	fmt.Println(srv.Calls("consumer.otps.sms.login_or_create"))
	// Output:
	// true 1
	// true
	// 2
}

// Go back to the state after an expensive setup.
func ExampleServer_Snapshot() {
	srv := start()
	defer srv.Close()
	u := srv.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "ada@example.com"}}})
	snapshot := ok(srv.Snapshot())
	check(srv.DeleteUser(u.UserID))
	check(srv.Restore(snapshot))
	fmt.Println(len(srv.Users()))
	// Output: 1
}

// See which requests an application made.
func ExampleProject_FindRequests() {
	srv := start()
	defer srv.Close()
	ok(srv.Client().Users.Create(context.Background(), stytch.UsersCreateRequest{Email: new("ada@example.com")}))
	requests, total := srv.FindRequests(stytchtest.RequestFilter{Call: "consumer.users.create"})
	fmt.Println(total, requests[0].Status, requests[0].Body["email"])
	// Output: 1 201 [redacted]
}

// Wait until the application has answered a webhook.
func ExampleWebhooks_WaitFor() {
	srv := start()
	defer srv.Close()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer app.Close()
	ok(srv.Webhooks().AddEndpoint(stytchtest.WebhookEndpoint{URL: app.URL, Events: []string{"direct.user.create"}}))
	ok(srv.Client().Users.Create(context.Background(), stytch.UsersCreateRequest{Email: new("ada@example.com")}))
	delivery := ok(srv.Webhooks().WaitFor(context.Background(), "direct.user.create"))
	fmt.Println(delivery.Status)
	// Output: delivered
}

func ExampleProject_TOTPCode() {
	srv := start()
	defer srv.Close()
	u := srv.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "ada@example.com"}}, TOTPs: []stytch.TOTP{{TOTPID: "totp-1", Verified: true}}})
	code := ok(srv.TOTPCode(u.UserID))
	auth := ok(srv.Client().TOTPs.Authenticate(context.Background(), stytch.TOTPsAuthenticateRequest{UserID: u.UserID, TOTPCode: code}))
	fmt.Println(auth.TOTPID)
	// Output: totp-1
}

func ExampleProject_SetPassword() {
	srv := start()
	defer srv.Close()
	u := srv.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "ada@example.com"}}})
	check(srv.SetPassword(u.UserID, "9 lanterns over Quartz Orchard"))
	auth := ok(srv.Client().Passwords.Authenticate(context.Background(), stytch.PasswordsAuthenticateRequest{
		Email: "ada@example.com", Password: "9 lanterns over Quartz Orchard",
	}))
	fmt.Println(auth.UserID == u.UserID)
	// Output: true
}

// Choose an account on the page that takes the place of the provider's. It leads the
// browser to the application, with the token in the query.
func ExampleProject_PublicToken() {
	srv := start()
	defer srv.Close()
	begin := srv.URL() + "/v1/public/oauth/google/start?public_token=" + srv.PublicToken()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	page := ok(browser.PostForm(begin, url.Values{"email": {"ada@example.com"}, "name": {"Ada Lovelace"}}))
	page.Body.Close()
	to := ok(page.Location())
	auth := ok(srv.Client().OAuth.Authenticate(context.Background(), stytch.OAuthAuthenticateRequest{Token: to.Query().Get("token")}))
	fmt.Println(to.Host, auth.ProviderType)
	// Output: localhost:3000 Google
}

// Log in by single sign-on, on the page that takes the place of the identity provider.
func ExampleProject_AddSAMLConnection() {
	srv := start()
	defer srv.Close()
	o := srv.AddOrganization(b2b.Organization{OrganizationName: "Analytical Engines"})
	c := ok(srv.AddSAMLConnection(b2b.SAMLConnection{OrganizationID: o.OrganizationID, DisplayName: "Directory"}))
	begin := srv.URL() + "/v1/public/sso/start?" + url.Values{"connection_id": {c.ConnectionID}, "public_token": {srv.PublicToken()}}.Encode()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	page := ok(browser.PostForm(begin, url.Values{"email": {"ada@example.com"}, "name": {"Ada Lovelace"}}))
	page.Body.Close()
	to := ok(page.Location())
	auth := ok(srv.B2B().SSO.Authenticate(context.Background(), b2b.SSOAuthenticateRequest{SSOToken: to.Query().Get("token")}))
	fmt.Println(auth.Member.Name)
	// Output: Ada Lovelace
}

// Get a token for a service, and check it.
func ExampleProject_Perform_m2m() {
	srv := start()
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()
	created := ok(client.M2M.Clients.Create(ctx, stytch.M2MClientsCreateRequest{Scopes: []string{"read:invoices"}})).M2MClient
	token := ok(client.M2M.Token(ctx, stytch.M2MTokenRequest{ProjectID: srv.ID, ClientID: created.ClientID, ClientSecret: created.ClientSecret}))
	fmt.Println(token.TokenType, token.ExpiresIn)
	_, err := srv.Perform("consumer.m2m.clients.delete", map[string]any{"client_id": created.ClientID})
	fmt.Println(err)
	// Output:
	// bearer 3600
	// <nil>
}

func ExampleProject_Impersonate() {
	srv := start()
	defer srv.Close()
	u := srv.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "ada@example.com"}}})
	begun := ok(srv.Impersonate(u.UserID, "support@example.net"))
	auth := ok(srv.Client().Impersonation.Authenticate(context.Background(), stytch.ImpersonationAuthenticateRequest{ImpersonationToken: begun.Token}))
	fmt.Println(auth.Session.AuthenticationFactors[0].ImpersonatedFactor.ImpersonatorEmailAddress)
	// Output: support@example.net
}

func ExampleProject_AddConsent() {
	srv := start()
	defer srv.Close()
	u := srv.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: "ada@example.com"}}})
	check(srv.AddConsent(u.UserID, stytch.UserConnectedApp{Name: "Reader", ScopesGranted: "openid profile"}))
	apps := ok(srv.Client().Users.ConnectedApps(context.Background(), stytch.UsersConnectedAppsRequest{UserID: u.UserID})).ConnectedApps
	fmt.Println(apps[0].Name, apps[0].ScopesGranted)
	// Output: Reader openid profile
}

func ExampleProject_AddFingerprint() {
	srv := start()
	defer srv.Close()
	device := ok(srv.AddFingerprint(stytchtest.Fingerprint{Reasons: []string{"HEADLESS_BROWSER_AUTOMATION"}}))
	found := ok(srv.Client().Fraud.Fingerprint.Lookup(context.Background(), stytch.FraudFingerprintLookupRequest{TelemetryID: device.TelemetryID}))
	fmt.Println(found.Verdict.Action)
	// Output: BLOCK
}
