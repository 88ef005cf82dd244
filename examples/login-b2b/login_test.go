package main

import (
	"log/slog"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// newSite starts the application, and an emulator with organizations that ends with the
// test. Both use the emulator's clock, which is stopped unless the test moves it.
func newSite(t *testing.T) *site {
	t.Helper()
	emulator := stytchtest.NewServer(t)
	emulator.Clock().Stop()
	if err := seed(emulator.Project); err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, emulator: emulator, log: new(strings.Builder)}
	log, now := slog.New(slog.NewTextHandler(s.log, nil)), emulator.Clock().Now
	g, err := guard.New(guard.Config{Log: log, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	a := &app{
		client: emulator.B2B(stytch.WithClock(now), stytch.WithMaxRetries(0), stytch.WithInterceptor(g.Intercept)),
		guard:  g, log: log, now: now, inbox: inbox(emulator.Inbox()),
	}
	server := httptest.NewServer(a.handler())
	t.Cleanup(server.Close)
	s.url = server.URL
	if err := invitationsTo(emulator.Project, server.Listener.Addr()); err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	ada   = "ada@example.com"
	bob   = "bob@example.com"
	phone = "+15005550006"
)

// organization returns the seeded organization with a slug.
func (s *site) organization(slug string) b2b.Organization {
	s.t.Helper()
	for _, o := range s.emulator.Organizations() {
		if o.OrganizationSlug == slug {
			return o
		}
	}
	s.t.Fatalf("there is no organization %q", slug)
	return b2b.Organization{}
}

// discover proves an e-mail address.
func (v *visitor) discover(address string) page {
	v.t.Helper()
	v.post("/login", "address", address).want(v.t, 200, "/login/code", "We sent six digits by e-mail to "+address)
	return v.post("/login/code", "code", v.code(address))
}

// choose chooses an organization.
func (v *visitor) choose(slug string) page {
	v.t.Helper()
	return v.post("/login/organizations", "organization", v.organization(slug).OrganizationID)
}

func TestMemberWithSecondFactor(t *testing.T) {
	v := newSite(t).visitor()
	v.get("/").want(t, 200, "/login", "Log in")
	v.discover(ada).want(t, 200, "/login/organizations", "Analytical Engines wants a second factor", "Jacquard Looms", "Bank of Numbers does not take codes by e-mail", "Difference Works you can join")
	v.choose("engines").want(t, 200, "/login/code", "Analytical Engines wants a second factor. We sent six digits by SMS to the number that ends in 06.")
	v.get("/members").want(t, 200, "/login")
	v.post("/login/code", "code", v.code(phone)).want(t, 200, "/members", "At the organization engines", "With a code by e-mail to "+ada, "With a code by SMS to "+phone)
	v.post("/logout").want(t, 200, "/login", "You are logged out.")
	v.get("/members").want(t, 200, "/login")
	if left := v.emulator.Sessions(); len(left) != 0 {
		t.Errorf("%d sessions are left", len(left))
	}
}

// TestMemberWithout logs in where one factor is enough: with one e-mail.
func TestMemberWithout(t *testing.T) {
	v := newSite(t).visitor()
	v.discover(ada)
	v.choose("looms").want(t, 200, "/members", "At the organization looms", "With a code by e-mail to "+ada)
	if n := len(v.emulator.Inbox().Messages()); n != 1 {
		t.Errorf("%d messages, want one", n)
	}
}

// TestNewMember joins an organization that requires a second factor, and sets it
// up.
func TestNewMember(t *testing.T) {
	v := newSite(t).visitor()
	v.discover(bob).want(t, 200, "/login/organizations", "Jacquard Looms you can join", "Difference Works you can join")
	v.choose("works").want(t, 200, "/login/phone", "Difference Works wants a second factor")
	v.post("/login/phone", "phone", "500 555 0007").want(t, 400, "/login/phone", "Please give the phone number with its country code")
	v.post("/login/phone", "phone", "001 (500) 555-0007").want(t, 200, "/login/code", "by SMS to +15005550007")
	v.post("/login/resend").want(t, 429, "/login/resend", "You can try again in 30 seconds.")
	v.emulator.Clock().Advance(30 * time.Second)
	v.post("/login/resend").want(t, 200, "/login/code", "We sent another code.")
	v.post("/login/code", "code", v.code("+15005550007")).want(t, 200, "/members", "At the organization works", "With a code by SMS to +15005550007")
	v.post("/logout")

	// The second time, the phone number is known.
	v.emulator.Clock().Advance(time.Minute)
	v.discover(bob).want(t, 200, "/login/organizations", "Difference Works wants a second factor")
	v.choose("works").want(t, 200, "/login/code", "the number that ends in 07")
}

// TestPolicyChanges makes an organization require a second factor during logins.
func TestPolicyChanges(t *testing.T) {
	s := newSite(t)
	looms := s.organization("looms").OrganizationID
	if _, err := s.emulator.AddMember(b2b.Member{OrganizationID: looms, EmailAddress: "cyd@example.com", MFAPhoneNumber: phone, MFAPhoneNumberVerified: true}); err != nil {
		t.Fatal(err)
	}
	with, without := s.visitor(), s.visitor()
	with.discover("cyd@example.com").want(t, 200, "/login/organizations", "Jacquard Looms")
	without.discover(ada)
	if err := s.emulator.UpdateOrganization(looms, func(o *b2b.Organization) { o.MFAPolicy = b2b.MFAPolicyRequiredForAll }); err != nil {
		t.Fatal(err)
	}
	// The service sends the second code together with its response. So another code has to
	// wait.
	with.choose("looms").want(t, 200, "/login/code", "the number that ends in 06", "You can ask for another one in 30 seconds.")
	with.post("/login/code", "code", s.code(phone)).want(t, 200, "/members", "At the organization looms")
	without.choose("looms").want(t, 200, "/login/phone", "Jacquard Looms wants a second factor")
}

// TestGuessing tries codes for another person's address, which no lock of a member
// protects yet.
func TestGuessing(t *testing.T) {
	v := newSite(t).visitor()
	v.post("/login", "address", ada)
	for range maxTries {
		v.post("/login/code", "code", v.wrongCode(ada)).want(t, 400, "/login/code", "That code is wrong.")
	}
	v.post("/login/code", "code", v.code(ada)).want(t, 429, "/login/code", "There were too many wrong codes. Please ask for another code.")
	v.emulator.Clock().Advance(time.Minute)
	v.post("/login/resend")
	v.post("/login/code", "code", v.code(ada)).want(t, 200, "/login/organizations", "")
}

func TestNoOrganization(t *testing.T) {
	v := newSite(t).visitor()
	v.discover("eve@example.org").want(t, 200, "/login/organizations", "No organization here knows eve@example.org", "Please ask its administrator for an invitation, or create one.")
	// An organization that exists, but not for eve:
	before := len(v.emulator.Requests())
	v.choose("engines").want(t, 200, "/login/organizations", "No organization")
	if len(v.emulator.Requests()) != before {
		t.Error("the service was asked")
	}
}

// TestNewOrganization creates an organization where there is none.
func TestNewOrganization(t *testing.T) {
	v := newSite(t).visitor()
	v.post("/login/organizations/new", "name", "Notes").want(t, 200, "/login", "Please start again.")
	v.discover("eve@example.org")
	v.post("/login/organizations/new", "name", " ").want(t, 400, "/login/organizations/new", "Please give the organization a name")
	v.emulator.Fail(stytchtest.Fault{Call: "b2b.discovery.organizations.create", ErrorType: "too_many_requests", RetryAfter: 20 * time.Second, Times: 1})
	v.post("/login/organizations/new", "name", "Notes").want(t, 429, "/login/organizations/new", "You can try again in 20 seconds.")
	v.post("/login/organizations/new", "name", "Notes").want(t, 200, "/members", "At the organization example", "With a code by e-mail to eve@example.org")
	if o := v.organization("example"); o.OrganizationName != "Notes" {
		t.Errorf("the organization is called %q", o.OrganizationName)
	}
}

func TestOtherWayToLogIn(t *testing.T) {
	v := newSite(t).visitor()
	v.discover(ada)
	v.choose("bank").want(t, 403, "/login/organizations", "Bank of Numbers does not take codes by e-mail.", "Jacquard Looms")
	v.choose("looms").want(t, 200, "/members")
}

// TestOrder visits pages out of order.
func TestOrder(t *testing.T) {
	v := newSite(t).visitor()
	for _, path := range []string{"/login/code", "/login/organizations", "/login/phone"} {
		v.get(path).want(t, 200, "/login", "Please start again.")
	}
	v.post("/login", "address", ada)
	v.choose("engines").want(t, 200, "/login/code", "We sent six digits by e-mail")
	v.post("/login/phone", "phone", "+15005550009").want(t, 200, "/login/code")
	v.post("/login/code", "code", v.code(ada))
	v.post("/login/phone", "phone", "+15005550009").want(t, 200, "/login/organizations")
	v.choose("engines")
	// The phone number of a second factor cannot be replaced during the login.
	v.post("/login/phone", "phone", "+15005550009").want(t, 200, "/login/code", "ends in 06")
	if _, sent := v.emulator.Inbox().Last("+15005550009"); sent {
		t.Error("a code was sent to the other number")
	}
	v.get("/members").want(t, 200, "/login")
}

func TestProblems(t *testing.T) {
	v := newSite(t).visitor()
	v.post("/login", "address", "ada").want(t, 400, "/login", "Please check the e-mail address.")
	v.post("/login", "address", ada)
	v.post("/login/code", "code", "12").want(t, 400, "/login/code", "A code has six digits.")
	v.emulator.Fail(stytchtest.Fault{Reset: true, Times: 1})
	v.post("/login/code", "code", v.code(ada)).want(t, 503, "/login/code", "We cannot tell whether that worked.")
	v.post("/login/code", "code", v.code(ada)).want(t, 200, "/login/organizations")
	v.emulator.Fail(stytchtest.Fault{Call: "b2b.discovery.intermediate_sessions.exchange", ErrorType: "too_many_requests", RetryAfter: 20 * time.Second, Times: 1})
	v.choose("engines").want(t, 429, "/login/organizations", "You can try again in 20 seconds.")
	v.choose("engines").want(t, 200, "/login/code")
	v.emulator.Clock().Advance(3 * time.Minute)
	v.post("/login/code", "code", v.code(phone)).want(t, 400, "/login/code", "has expired")
	v.emulator.Clock().Advance(8 * time.Minute)
	v.post("/login/resend").want(t, 200, "/login", "Please start again.")

	v.discover(ada)
	v.choose("engines")
	v.emulator.Clock().Advance(11 * time.Minute)
	v.post("/login/code", "code", v.code(phone)).want(t, 200, "/login", "Please start again.")
}

func TestMemberSessions(t *testing.T) {
	s := newSite(t)
	here, there := s.visitor(), s.visitor()
	for _, v := range []*visitor{here, there} {
		s.emulator.Clock().Advance(time.Minute)
		v.discover(ada)
		v.choose("engines")
		v.post("/login/code", "code", v.code(phone)).want(t, 200, "/members")
	}
	before := len(s.emulator.Requests())
	there.get("/members").want(t, 200, "/members")
	if len(s.emulator.Requests()) != before {
		t.Error("a request with a fresh JWT made a call")
	}
	s.emulator.Clock().Advance(10 * time.Minute)
	there.get("/members").want(t, 200, "/members")
	if calls := len(s.emulator.Requests()) - before; calls != 1 {
		t.Errorf("%d calls after the JWT has expired; want 1, which renews it", calls)
	}
	s.emulator.Fail(stytchtest.Fault{HTML: true})
	here.post("/logout/everywhere").want(t, 503, "/logout/everywhere", "Something is out of order on our side.")
	s.emulator.ClearFaults()
	here.post("/logout/everywhere").want(t, 200, "/login", "You are logged out everywhere.")
	there.post("/logout/everywhere").want(t, 200, "/login", "Your session has ended.")
	if left := s.emulator.Sessions(); len(left) != 0 {
		t.Errorf("%d sessions are left", len(left))
	}
	for _, secret := range []string{ada, phone, s.code(phone), s.emulator.Secret} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log contains %q", secret)
		}
	}
}

func TestOtherSites(t *testing.T) {
	v := newSite(t).visitor()
	v.discover(ada)
	req := httptest.NewRequest("POST", v.url+"/login/organizations", strings.NewReader(url.Values{"organization": {v.organization("engines").OrganizationID}}.Encode()))
	req.RequestURI = ""
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	v.read(v.client.Do(req)).want(t, 403, "/login/organizations", "This came from another site")
	if _, sent := v.emulator.Inbox().Last(phone); sent {
		t.Error("a code was sent")
	}
}

// TestSameAsLogin compares the files that both applications share. Each application can
// be copied alone, and a fix in one must be made in both.
func TestSameAsLogin(t *testing.T) {
	for _, file := range []string{
		"inbox.go", "guard.go", "pages.go", "pending.go", "problem.go", "protect.go", "serve.go", "visitor_test.go", "person_test.go", "main_test.go",
		"pages/layout.html", "pages/problem.html", "pages/inbox.html", "static/countdown.js", "static/icon.svg", "static/style.css",
	} {
		here, err := os.ReadFile(filepath.FromSlash(file))
		if err != nil {
			t.Fatal(err)
		}
		there, err := os.ReadFile(filepath.Join("..", "login", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		if string(here) != string(there) {
			t.Errorf("%s differs from that of examples/login", file)
		}
	}
}
