package stytchtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// receiver starts an application that receives webhooks through the SDK.
func receiver(t *testing.T, handler stytch.WebhookHandler) string {
	t.Helper()
	hook, err := stytch.NewWebhook(stytch.WebhookOptions{
		Secrets: []string{webhookSecret},
		Failed: func(_ context.Context, err error) {
			if !errors.Is(err, errNotNow) {
				t.Errorf("the receiver: %v", err)
			}
		},
	}, handler)
	if err != nil {
		t.Fatal(err)
	}
	app := httptest.NewServer(hook)
	t.Cleanup(app.Close)
	return app.URL
}

var errNotNow = errors.New("not now")

// handle is a function as a handler.
type handle func(stytch.WebhookEvent) error

func (f handle) HandleWebhook(_ context.Context, e stytch.WebhookEvent) error { return f(e) }

// delivered waits for the next attempt to deliver an event of a type.
func (w *world) delivered(eventType string) stytchtest.WebhookDelivery {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	return must(w.Webhooks().WaitFor(ctx, eventType))(w.t)
}

// TestWebhooksOfUsers creates, changes and deletes a user, and reads the events
// with the SDK.
func TestWebhooksOfUsers(t *testing.T) {
	var created, updated []*stytch.User
	var events []stytch.WebhookEvent
	take := func(into *[]*stytch.User) func(context.Context, stytch.WebhookEvent, *stytch.User) error {
		return func(_ context.Context, e stytch.WebhookEvent, u *stytch.User) error {
			events, *into = append(events, e), append(*into, u)
			return nil
		}
	}
	w := newWorld(t, stytchtest.WithWebhook(receiver(t, stytch.WebhookFunctions{
		UserCreated: take(&created), UserUpdated: take(&updated),
		UserDeleted: func(_ context.Context, e stytch.WebhookEvent) error { events = append(events, e); return nil },
	}), webhookSecret))
	made := must(w.client.Users.Create(w.ctx, stytch.UsersCreateRequest{Email: new("ada@example.com")}))(t)
	if d := w.delivered("direct.user.create"); d.Status != stytchtest.WebhookDelivered || d.ObjectID != made.UserID || d.Attempts[0].Status != 204 {
		t.Fatalf("the creation: %v", d)
	}
	if len(created) != 1 || created[0].UserID != made.UserID || created[0].Emails[0].Email != "ada@example.com" {
		t.Errorf("the receiver got %v", created)
	}

	// What does not change the user is no event.
	must(w.client.Users.Get(w.ctx, stytch.UsersGetRequest{UserID: made.UserID}))(t)
	must(w.client.Users.Update(w.ctx, stytch.UsersUpdateRequest{UserID: made.UserID}))(t)
	must(w.client.Users.Update(w.ctx, stytch.UsersUpdateRequest{UserID: made.UserID, Name: &stytch.UserName{FirstName: new("Ada")}}))(t)
	if d := w.delivered("direct.user.update"); d.Status != stytchtest.WebhookDelivered || len(updated) != 1 || *updated[0].Name.FirstName != "Ada" {
		t.Errorf("the change: %v, received %v", d, updated)
	}

	// A login verifies the address.
	sent := must(w.client.OTPs.Email.Send(w.ctx, stytch.OTPsEmailSendRequest{Email: "ada@example.com"}))(t)
	message, _ := w.Inbox().Last("ada@example.com")
	must(w.client.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.EmailID, Code: message.Code}))(t)
	if w.delivered("direct.user.update"); len(updated) != 2 || !updated[1].Emails[0].Verified {
		t.Errorf("the verified address: received %v", updated)
	}

	must(w.client.Users.Delete(w.ctx, stytch.UsersDeleteRequest{UserID: made.UserID}))(t)
	w.delivered("direct.user.delete")
	w.AddUser(stytch.User{})
	w.delivered("dashboard.user.create")
	if len(events) != 5 || len(w.Webhooks().Deliveries()) != 5 {
		t.Fatalf("%d events, want 5: %v", len(events), events)
	}
	seen := map[string]bool{}
	for _, e := range events {
		if e.ProjectID != w.Project.ID || e.Vertical != "CONSUMER" || !strings.HasPrefix(e.EventID, "webhook-event-test-") || !strings.HasPrefix(e.MessageID, "msg_") ||
			seen[e.MessageID] || e.Timestamp.Sub(w.Clock().Now()).Abs() > time.Second {
			t.Errorf("the event %v", e)
		}
		seen[e.MessageID] = true
	}
	if last := events[3]; last.ID != made.UserID || last.Object != nil || last.Action != "DELETE" {
		t.Errorf("the deletion: %v", last)
	}
}

// TestWebhookPayload compares a payload with what the API answers about the object.
func TestWebhookPayload(t *testing.T) {
	w := newWorld(t, stytchtest.WithWebhook(receiver(t, handle(func(stytch.WebhookEvent) error { return nil })), webhookSecret))
	made := must(w.client.Users.Create(w.ctx, stytch.UsersCreateRequest{PhoneNumber: new("+15005550006")}))(t)
	var event, answer map[string]any
	if err := json.Unmarshal([]byte(w.delivered("").Payload), &event); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(made.RawJSON()), &answer); err != nil {
		t.Fatal(err)
	}
	if got, want := event["user"], answer["user"]; !equalJSON(got, want) {
		t.Errorf("the event has\n%v, the answer\n%v", got, want)
	}
	delete(event, "user")
	for key, want := range map[string]string{
		"project_id": w.Project.ID, "vertical": "CONSUMER", "source": "DIRECT", "object_type": "user", "action": "CREATE", "id": made.UserID,
	} {
		if event[key] != want {
			t.Errorf("%s is %v, want %s", key, event[key], want)
		}
		delete(event, key)
	}
	if _, err := time.Parse("2006-01-02T15:04:05.000000Z", event["timestamp"].(string)); err != nil || len(event) != 2 {
		t.Errorf("%v; the rest is %v", err, event)
	}
}

func equalJSON(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// TestWebhooksAreRetried counts the attempts of a receiver that fails, on the
// emulator's clock.
func TestWebhooksAreRetried(t *testing.T) {
	failures := 1 << 20
	var ids []string
	w := newWorld(t, stytchtest.WithWebhook(receiver(t, handle(func(e stytch.WebhookEvent) error {
		ids = append(ids, e.MessageID)
		if failures--; failures >= 0 {
			return errNotNow
		}
		return nil
	})), webhookSecret))
	w.AddUser(stytch.User{})
	d := w.delivered("")
	for i, wait := range []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour,
	} {
		if d.Status != stytchtest.WebhookPending || len(d.Attempts) != i+1 || d.Attempts[i].Status != http.StatusInternalServerError {
			t.Fatalf("after attempt %d: %v", i+1, d)
		}
		if got := d.NextAttemptAt.Sub(d.Attempts[i].At); got != wait {
			t.Errorf("attempt %d comes after %v, want %v", i+2, got, wait)
		}
		w.Clock().Advance(wait)
		d = w.delivered("")
	}
	if d.Status != stytchtest.WebhookFailed || len(d.Attempts) != 8 || !d.NextAttemptAt.IsZero() {
		t.Fatalf("after the last attempt: %v", d)
	}

	failures = 1 // the first attempt of the replay
	if n, err := w.Webhooks().ReplayFailed(""); n != 1 || err != nil {
		t.Fatalf("replayed %d, %v", n, err)
	}
	w.delivered("")
	w.Clock().Advance(5 * time.Second)
	if d = w.delivered(""); d.Status != stytchtest.WebhookDelivered || len(d.Attempts) != 10 {
		t.Errorf("after the replay: %v", d)
	}
	if err := w.Webhooks().Replay(d.ID); err != nil {
		t.Fatal(err)
	}
	w.delivered("")
	for _, id := range ids {
		if id != d.ID {
			t.Errorf("the message ids differ: %s", ids)
		}
	}
	if len(ids) != 11 {
		t.Errorf("the receiver got %d requests, want 11", len(ids))
	}
}

// TestWebhooksOfMembers goes through the life of an organization and its member.
func TestWebhooksOfMembers(t *testing.T) {
	var got []string
	note := func(e stytch.WebhookEvent, id string) {
		got = append(got, e.Type())
		if e.Vertical != "B2B" || e.ID != id {
			t.Errorf("the event %v, with the object %s", e, id)
		}
	}
	member := func(_ context.Context, e stytch.WebhookEvent, m *b2b.Member) error { note(e, m.MemberID); return nil }
	organization := func(_ context.Context, e stytch.WebhookEvent, o *b2b.Organization) error {
		note(e, o.OrganizationID)
		return nil
	}
	deleted := func(_ context.Context, e stytch.WebhookEvent) error { note(e, e.ID); return nil }
	w := newWorld(t, stytchtest.WithWebhook(receiver(t, b2b.WebhookFunctions{
		MemberCreated: member, MemberUpdated: member, MemberDeleted: deleted,
		OrganizationCreated: organization, OrganizationUpdated: organization, OrganizationDeleted: deleted,
	}), webhookSecret))
	client := w.B2B()
	org := must(client.Organizations.Create(w.ctx, b2b.OrganizationsCreateRequest{OrganizationName: "Engines"}))(t).Organization.OrganizationID
	ada := must(client.Organizations.Members.Create(w.ctx, b2b.OrganizationsMembersCreateRequest{OrganizationID: org, EmailAddress: "ada@example.com"}))(t).MemberID
	ida := must(w.AddMember(b2b.Member{OrganizationID: org, EmailAddress: "ida@example.com", EmailAddressVerified: true}))(t).MemberID
	must(client.Organizations.Members.Update(w.ctx, b2b.OrganizationsMembersUpdateRequest{OrganizationID: org, MemberID: ada, Name: new("Ada")}))(t)
	if err := w.UpdateOrganization(org, func(o *b2b.Organization) {
		o.RBACEmailImplicitRoleAssignments = []b2b.EmailImplicitRoleAssignment{{Domain: "example.com", RoleID: "stytch_admin"}}
	}); err != nil {
		t.Fatal(err)
	}
	must(client.Organizations.Members.Delete(w.ctx, b2b.OrganizationsMembersDeleteRequest{OrganizationID: org, MemberID: ida}))(t)
	must(client.Organizations.Members.Reactivate(w.ctx, b2b.OrganizationsMembersReactivateRequest{OrganizationID: org, MemberID: ida}))(t)
	must(client.Organizations.Members.Delete(w.ctx, b2b.OrganizationsMembersDeleteRequest{OrganizationID: org, MemberID: ida}))(t)
	must(client.Organizations.Delete(w.ctx, b2b.OrganizationsDeleteRequest{OrganizationID: org}))(t)
	want := []string{
		"direct.organization.create", "direct.member.create", "dashboard.member.create", "direct.member.update",
		// The roles that follow from the domain change with the organization.
		"dashboard.organization.update", "dashboard.member.update", "dashboard.member.update",
		"direct.member.delete", "direct.member.update", "direct.member.delete",
		"direct.organization.delete", "direct.member.delete",
	}
	for range want {
		w.delivered("")
	}
	if strings.Join(got, " ") != strings.Join(want, " ") || len(w.Webhooks().Deliveries()) != len(want) {
		t.Errorf("the receiver got\n%s, want\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestWebhooksOfConnections creates, changes and deletes connections for single
// sign-on.
func TestWebhooksOfConnections(t *testing.T) {
	var got []string
	note := func(e stytch.WebhookEvent, id string) {
		if got = append(got, e.Type()); e.ID != id {
			t.Errorf("the event %v is about %s", e, id)
		}
	}
	saml := func(_ context.Context, e stytch.WebhookEvent, c *b2b.SAMLConnection) error {
		note(e, c.ConnectionID)
		return nil
	}
	oidc := func(_ context.Context, e stytch.WebhookEvent, c *b2b.OIDCConnection) error {
		note(e, c.ConnectionID)
		return nil
	}
	deleted := func(_ context.Context, e stytch.WebhookEvent) error { note(e, e.ID); return nil }
	url := receiver(t, b2b.WebhookFunctions{
		SAMLConnectionCreated: saml, SAMLConnectionUpdated: saml, SAMLConnectionDeleted: deleted,
		OIDCConnectionCreated: oidc, OIDCConnectionUpdated: oidc, OIDCConnectionDeleted: deleted,
	})
	c := newCompany(t, b2b.Organization{})
	must(c.Webhooks().AddEndpoint(stytchtest.WebhookEndpoint{URL: url, Secret: webhookSecret, Events: []string{
		"direct.saml_connection.create", "direct.saml_connection.update",
		"direct.oidc_connection.create", "direct.oidc_connection.update", "direct.oidc_connection.delete",
	}}))(t)
	c.saml()
	made := c.oidc()
	must(c.b2b.SSO.DeleteConnection(c.ctx, b2b.SSODeleteConnectionRequest{OrganizationID: "engines", ConnectionID: made.ConnectionID}))(t)
	want := []string{
		"direct.saml_connection.create", "direct.saml_connection.update", "direct.oidc_connection.create", "direct.oidc_connection.update", "direct.oidc_connection.delete",
	}
	for range want {
		c.delivered("")
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("the receiver got %v, want %v", got, want)
	}
}
