package main

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// newSite starts the application, and an emulator that ends with the test. Both use
// the emulator's clock, which is stopped unless the test moves it.
func newSite(t *testing.T, opts ...stytchtest.Option) *site {
	t.Helper()
	emulator := stytchtest.NewServer(t, opts...)
	emulator.Clock().Stop()
	s := &site{t: t, emulator: emulator, log: new(strings.Builder)}
	log, now := slog.New(slog.NewTextHandler(s.log, nil)), emulator.Clock().Now
	g, err := guard.New(guard.Config{Log: log, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	a := &app{
		client: emulator.Client(stytch.WithClock(now), stytch.WithMaxRetries(0), stytch.WithInterceptor(g.Intercept)),
		guard:  g, log: log, now: now, inbox: inbox(emulator.Inbox()),
	}
	server := httptest.NewServer(a.handler())
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// login logs in a visitor.
func (v *visitor) login(address string, way channel) {
	v.t.Helper()
	v.post("/login", "address", address, "channel", string(way))
	if at := v.post("/login/code", "code", v.code(address)); at.path != "/members" {
		v.t.Fatalf("after the code: %s with status %d:\n%s", at.path, at.status, at.body)
	}
}

func TestLogin(t *testing.T) {
	for _, test := range []struct {
		way     channel
		address string
		sent    stytchtest.Channel
		shown   string
	}{
		{sms, "+15005550006", stytchtest.ChannelSMS, "With a code by SMS to +15005550006"},
		{whatsApp, "+15005550006", stytchtest.ChannelWhatsApp, "With a code by WhatsApp to +15005550006"},
		{email, "ada@example.com", stytchtest.ChannelEmail, "With a code by e-mail to ada@example.com"},
	} {
		t.Run(string(test.way), func(t *testing.T) {
			v := newSite(t).visitor()
			v.get("/").want(t, 200, "/login", "Log in")
			v.post("/login", "address", test.address, "channel", string(test.way)).want(t, 200, "/login/code", "We sent six digits by "+test.way.String()+" to "+test.address)
			if message, _ := v.emulator.Inbox().Last(test.address); message.Channel != test.sent {
				t.Errorf("the code was sent by %q", message.Channel)
			}
			code := v.code(test.address)
			v.post("/login/code", "code", " "+code[:3]+"-"+code[3:]).want(t, 200, "/members", "You are logged in", test.shown)
			v.get("/").want(t, 200, "/members", "You are logged in")
			v.get("/login/code").want(t, 200, "/login", "Please start again.") // that login is over
			v.post("/logout").want(t, 200, "/login", "You are logged out.")
			v.get("/members").want(t, 200, "/login")
			if left := v.emulator.Sessions(); len(left) != 0 {
				t.Errorf("%d sessions are left", len(left))
			}
		})
	}
}

// TestMembersPageMakesNoCall checks that the members' page makes no calls while the
// JWT is fresh.
func TestMembersPageMakesNoCall(t *testing.T) {
	v := newSite(t).visitor()
	v.login("+15005550006", sms)
	before := len(v.emulator.Requests()) // the first page fetched the keys
	for range 3 {
		v.get("/members").want(t, 200, "/members")
	}
	v.emulator.Clock().Advance(maxTokenAge)
	v.get("/members").want(t, 200, "/members")
	if calls := len(v.emulator.Requests()) - before; calls != 0 {
		t.Errorf("%d calls for four requests with a fresh JWT", calls)
	}
	v.emulator.Clock().Advance(time.Second)
	v.get("/members").want(t, 200, "/members")
	v.get("/members").want(t, 200, "/members")
	if calls := v.emulator.Calls("consumer.sessions.authenticate"); calls != 1 || len(v.emulator.Requests()) != before+1 {
		t.Errorf("%d calls for two requests after the JWT has aged; want 1, which renews it", calls)
	}
}

func TestCodes(t *testing.T) {
	const address = "+15005550006"
	for _, test := range []struct {
		name   string
		code   func(*visitor) string
		before func(*visitor)
		status int
		text   string
	}{
		{"wrong", func(v *visitor) string { return v.wrongCode(address) }, nil, 400, "That code is wrong."},
		{"no code", func(*visitor) string { return "12345" }, nil, 400, "A code has six digits."},
		{"empty", func(*visitor) string { return "" }, nil, 400, "A code has six digits."},
		{"expired", func(v *visitor) string { return v.code(address) },
			func(v *visitor) { v.emulator.Clock().Advance(5 * time.Minute) }, 400, "That code was already used or has expired."},
		{"too many", func(v *visitor) string { return v.code(address) },
			func(v *visitor) {
				v.emulator.Fail(stytchtest.Fault{Call: "consumer.otps.authenticate", ErrorType: "too_many_requests", RetryAfter: 90 * time.Second, Times: 1})
			}, 429, "There were too many attempts. Please wait a moment and try again. You can try again in 90 seconds."},
		{"locked", func(v *visitor) string { return v.code(address) },
			func(v *visitor) {
				for range 10 {
					v.post("/login/code", "code", v.wrongCode(address))
				}
			}, 429, "There were too many wrong codes."},
		{"outage", func(v *visitor) string { return v.code(address) },
			func(v *visitor) {
				v.emulator.Fail(stytchtest.Fault{Call: "consumer.otps.authenticate", Reset: true, Times: 1})
			}, 503, "We cannot tell whether that worked."},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := newSite(t).visitor()
			v.post("/login", "address", address, "channel", "sms")
			if test.before != nil {
				test.before(v)
			}
			at := v.post("/login/code", "code", test.code(v))
			at.want(t, test.status, "/login/code", "Enter the code", test.text)
			if !strings.Contains(at.body, `role="alert"`) {
				t.Errorf("a screen reader does not announce the problem:\n%s", at.body)
			}
			v.get("/members").want(t, 200, "/login")
		})
	}
}

// TestAfterAProblem continues after each temporary problem.
func TestAfterAProblem(t *testing.T) {
	const address = "+15005550006"
	v := newSite(t).visitor()
	v.emulator.Fail(stytchtest.Fault{Call: "consumer.otps.sms.login_or_create", ErrorType: "too_many_requests", RetryAfter: 20 * time.Second, Times: 1})
	at := v.post("/login", "address", address, "channel", "sms")
	at.want(t, 429, "/login", "There were too many attempts.", "You can try again in 20 seconds.")
	if at.header.Get("Retry-After") != "20" || !strings.Contains(at.body, `value="&#43;15005550006"`) {
		t.Errorf("Retry-After is %q, and the page:\n%s", at.header.Get("Retry-After"), at.body)
	}
	v.post("/login", "address", address, "channel", "sms").want(t, 200, "/login/code")
	v.post("/login/code", "code", v.wrongCode(address)).want(t, 400, "/login/code", "That code is wrong.")
	v.emulator.Clock().Advance(5 * time.Minute)
	v.post("/login/code", "code", v.code(address)).want(t, 400, "/login/code", "has expired")
	v.post("/login/resend").want(t, 200, "/login/code", "We sent another code.")
	v.post("/login/code", "code", v.code(address)).want(t, 200, "/members")

	// An outage shows an error, and the visitor stays logged in.
	v.emulator.Clock().Advance(10 * time.Minute)
	v.emulator.Fail(stytchtest.Fault{HTML: true})
	v.get("/members").want(t, 503, "/members", "Something is out of order on our side.")
	v.post("/logout/everywhere").want(t, 503, "/logout/everywhere", "Something is out of order on our side.")
	v.emulator.ClearFaults()
	v.get("/members").want(t, 200, "/members", "You are logged in")

	// Logging out also works in an outage, and says what could not be done.
	v.emulator.Fail(stytchtest.Fault{HTML: true})
	v.post("/logout").want(t, 200, "/login", "You are logged out in this browser.")
	v.emulator.ClearFaults()
	v.get("/members").want(t, 200, "/login")
}

func TestLogoutEverywhere(t *testing.T) {
	s := newSite(t)
	here, there, other := s.visitor(), s.visitor(), s.visitor()
	here.login("+15005550006", sms)
	s.emulator.Clock().Advance(time.Minute)
	there.login("+15005550006", whatsApp)
	other.login("ada@example.com", email)
	here.post("/logout/everywhere").want(t, 200, "/login", "You are logged out everywhere.")
	here.get("/members").want(t, 200, "/login")

	// The JWT of the other browser is accepted for maxTokenAge, but not here:
	there.get("/members").want(t, 200, "/members")
	there.post("/logout/everywhere").want(t, 200, "/login", "Your session has ended.")
	there.get("/members").want(t, 200, "/login")
	if left := s.emulator.Sessions(); len(left) != 1 {
		t.Errorf("%d sessions are left; want only the other user's", len(left))
	}
	other.get("/members").want(t, 200, "/members")
}

// TestLogoutEverywhereReaches checks a browser in which nothing is clicked.
func TestLogoutEverywhereReaches(t *testing.T) {
	s := newSite(t)
	here, there := s.visitor(), s.visitor()
	here.login("+15005550006", sms)
	s.emulator.Clock().Advance(time.Minute)
	there.login("+15005550006", sms)
	here.post("/logout/everywhere")
	s.emulator.Clock().Advance(maxTokenAge + time.Second)
	there.get("/members").want(t, 200, "/login", "Your session has ended. Please log in again.")
	there.get("/login").want(t, 200, "/login")
}
