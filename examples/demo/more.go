package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// magicLink opens the link of an e-mail as a browser does, then adds the code of an
// authenticator app to the session.
func (d *demo) magicLink() error {
	d.title("A user logs in by magic link, with an authenticator app as second factor")
	redirect := "http://localhost:3000/authenticate"
	if _, err := d.consumer.MagicLinks.Email.LoginOrCreate(d.ctx, stytch.MagicLinksEmailLoginOrCreateRequest{
		Email: email, LoginMagicLinkURL: &redirect, SignupMagicLinkURL: &redirect,
	}); err != nil {
		return err
	}
	message, err := d.server.Inbox().WaitFor(d.ctx, email)
	if err != nil {
		return err
	}
	d.message(message)
	token, err := opened(d.ctx, message.Link)
	if err != nil {
		return err
	}
	d.note("the link leads to the application, with the token in the query")
	auth, err := d.consumer.MagicLinks.Authenticate(d.ctx, stytch.MagicLinksAuthenticateRequest{Token: token, SessionDurationMinutes: new(60)})
	if err != nil {
		return err
	}

	app, err := d.consumer.TOTPs.Create(d.ctx, stytch.TOTPsCreateRequest{UserID: auth.UserID})
	if err != nil {
		return err
	}
	code, err := d.server.TOTPCode(app.TOTPID)
	if err != nil {
		return err
	}
	d.printf("  @  the authenticator app shows %s\n", code)
	both, err := d.consumer.TOTPs.Authenticate(d.ctx, stytch.TOTPsAuthenticateRequest{UserID: auth.UserID, TOTPCode: code, SessionToken: &auth.SessionToken})
	if err != nil {
		return err
	}
	d.note("the session has %d factors", len(both.Session.AuthenticationFactors))
	return nil
}

// opened follows a link to the application's URL, and returns the token in it.
func opened(ctx context.Context, link string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return "", err
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	to, err := resp.Location()
	if err != nil {
		return "", err
	}
	return to.Query().Get("token"), nil
}

// discovery logs in a person who does not name an organization. One code is enough.
func (d *demo) discovery() error {
	d.title("A person finds their organizations with one code, and logs in to one")
	organization := d.server.AddOrganization(b2b.Organization{OrganizationName: "Jacquard Looms", OrganizationSlug: "looms"})
	if _, err := d.server.AddMember(b2b.Member{OrganizationID: organization.OrganizationID, EmailAddress: email}); err != nil {
		return err
	}
	if _, err := d.b2b.OTPs.Email.Discovery.Send(d.ctx, b2b.OTPsEmailDiscoverySendRequest{EmailAddress: email}); err != nil {
		return err
	}
	code, err := d.code(email)
	if err != nil {
		return err
	}
	found, err := d.b2b.OTPs.Email.Discovery.Authenticate(d.ctx, b2b.OTPsEmailDiscoveryAuthenticateRequest{EmailAddress: email, Code: code})
	if err != nil {
		return err
	}
	for _, one := range found.DiscoveredOrganizations {
		d.note("found %s; the next step there is: %s", one.Organization.OrganizationName, one.Next())
	}
	login, err := d.b2b.Discovery.IntermediateSessions.Exchange(d.ctx, b2b.DiscoveryIntermediateSessionsExchangeRequest{
		IntermediateSessionToken: found.IntermediateSessionToken, OrganizationID: organization.OrganizationID,
	})
	if err != nil {
		return err
	}
	d.note("%s is logged in to %s", login.MemberID, login.MemberSession.OrganizationSlug)
	return nil
}

// webhook deletes a user, of which the application learns by a signed event.
func (d *demo) webhook() error {
	d.title("A user is deleted, and the application learns of it by a webhook")
	deleted := make(chan string, 1)
	var hook http.Handler
	application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { hook.ServeHTTP(w, r) }))
	defer application.Close()
	endpoint, err := d.server.Webhooks().AddEndpoint(stytchtest.WebhookEndpoint{URL: application.URL, Events: []string{"direct.user.delete"}})
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	if hook, err = stytch.NewWebhook(stytch.WebhookOptions{
		Secrets: []string{endpoint.Secret}, Failed: func(_ context.Context, err error) { failed <- err },
	}, stytch.WebhookFunctions{
		UserDeleted: func(_ context.Context, event stytch.WebhookEvent) error { deleted <- event.ID; return nil },
	}); err != nil {
		return err
	}
	user := d.server.Users()[0]
	if _, err := d.consumer.Users.Delete(d.ctx, stytch.UsersDeleteRequest{UserID: user.UserID}); err != nil {
		return err
	}
	select {
	case id := <-deleted:
		d.printf("  *  direct.user.delete for %s, with a valid signature\n", id)
	case err := <-failed:
		return err
	case <-d.ctx.Done():
		return fmt.Errorf("no webhook has arrived: %w", context.Cause(d.ctx))
	}
	return nil
}
