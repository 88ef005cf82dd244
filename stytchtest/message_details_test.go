package stytchtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestMessageDetails follows messages until they are used, replaced, revoked or
// expired.
func TestMessageDetails(t *testing.T) {
	srv := stytchtest.NewServer(t)
	client, ctx := srv.Client(), t.Context()
	statuses := func() (all string) {
		for _, d := range srv.MessageDetails(srv.Inbox().Messages()...) {
			all += string(d.Status) + " "
		}
		return strings.TrimSpace(all)
	}
	is := func(want string) {
		t.Helper()
		if got := statuses(); got != want {
			t.Errorf("the messages are %s, want %s", got, want)
		}
	}
	send := func(number string) (methodID, code string) {
		t.Helper()
		sent, err := client.OTPs.SMS.LoginOrCreate(ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: number})
		if err != nil {
			t.Fatal(err)
		}
		message, _ := srv.Inbox().Last(number)
		return sent.PhoneID, message.Code
	}
	send("+15005550006")
	is("open")
	methodID, code := send("+15005550006")
	is("replaced open")
	if _, err := client.OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: methodID, Code: code}); err != nil {
		t.Fatal(err)
	}
	is("replaced used")
	send("+15005550007")
	srv.Clock().Advance(time.Hour)
	is("expired used expired")

	organization := srv.AddOrganization(b2b.Organization{OrganizationName: "Engines"})
	if _, err := srv.B2B().MagicLinks.Email.LoginOrSignup(ctx, b2b.MagicLinksEmailLoginOrSignupRequest{
		OrganizationID: organization.OrganizationID, EmailAddress: "ada@example.com",
	}); err == nil {
		t.Error("a member joined an organization that allows none")
	}
	if _, err := srv.AddMember(b2b.Member{OrganizationID: organization.OrganizationID, EmailAddress: "ada@example.com", Name: "Ada Lovelace"}); err != nil {
		t.Fatal(err)
	}
	if _, err := srv.B2B().MagicLinks.Email.LoginOrSignup(ctx, b2b.MagicLinksEmailLoginOrSignupRequest{
		OrganizationID: organization.OrganizationID, EmailAddress: "ada@example.com",
	}); err != nil {
		t.Fatal(err)
	}
	message, _ := srv.Inbox().Last("ada@example.com")
	if d := srv.MessageDetails(message)[0]; d != (stytchtest.MessageDetails{Status: stytchtest.MessageOpen, Name: "Ada Lovelace", OrganizationName: "Engines"}) {
		t.Errorf("the details are %+v", d)
	}
	if message.Subject() != "Log in" || !strings.Contains(message.Text(), "\n\n"+message.Link+"\n\n") || !strings.Contains(message.Text(), "valid for 1 hour.") {
		t.Errorf("the mail has the subject %q and the text %q", message.Subject(), message.Text())
	}
	if _, err := srv.B2B().MagicLinks.Authenticate(ctx, b2b.MagicLinksAuthenticateRequest{MagicLinksToken: message.Token}); err != nil {
		t.Fatal(err)
	}
	is("expired used expired used")
}

// TestInboxDeletesAndRestores deletes a message and brings it back.
func TestInboxDeletesAndRestores(t *testing.T) {
	srv := stytchtest.NewServer(t)
	numbers := []string{"+15005550001", "+15005550002", "+15005550003"}
	for _, number := range numbers {
		if _, err := srv.Client().OTPs.SMS.LoginOrCreate(t.Context(), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: number}); err != nil {
			t.Fatal(err)
		}
	}
	second, _ := srv.Inbox().Last(numbers[1])
	srv.Inbox().Delete(second.ID, "another")
	if _, found := srv.Inbox().Last(numbers[1]); found || len(srv.Inbox().Messages()) != 2 {
		t.Error("the message was not deleted")
	}
	srv.Inbox().Restore(second.ID)
	for i, m := range srv.Inbox().Messages() {
		if m.Address != numbers[i] {
			t.Errorf("message %d is to %s, want %s", i, m.Address, numbers[i])
		}
	}
	if m, err := srv.Inbox().WaitFor(t.Context(), numbers[1]); err != nil || m != second {
		t.Error("WaitFor does not return the restored message:", err)
	}
}
