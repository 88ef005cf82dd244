package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/stytchgen/sdk/internal/browsertest"
	"github.com/stytchgen/sdk/stytchtest"
)

// logsIn logs in with the keyboard only.
func (p *person) logsIn(address string) {
	p.t.Helper()
	p.open("/login")
	p.types(address)
	p.sees("/login/code", address)
	p.types(p.code(address))
	p.sees("/members", "You are logged in", address)
}

const phone = "+15005550006"

func TestBrowserLogin(t *testing.T) {
	browser := browsertest.New(t)
	for _, test := range []struct{ way, address, shown string }{
		{"sms", phone, "With a code by SMS to"},
		{"whatsapp", phone, "With a code by WhatsApp to"},
		{"email", "ada@example.com", "With a code by e-mail to"},
	} {
		t.Run(test.way, func(t *testing.T) {
			p := newSite(t).person(browsertest.Stranger(t, browser))
			p.open("/")
			p.sees("/login", "Log in")
			browsertest.Do(t, p.tab, chromedp.WaitReady(chromedp.CSS("input:focus")), chromedp.KeyEvent(test.address), chromedp.Click(chromedp.CSS(`input[value="`+test.way+`"]`)))
			p.click("Send the code")
			p.sees("/login/code", "We sent six digits", test.address)
			p.focuses("code")
			p.types(p.code(test.address))
			p.sees("/members", test.shown, test.address)
			p.click("Log out")
			p.sees("/login", "You are logged out.")
			p.open("/members")
			p.sees("/login")
		})
	}
}

// TestBrowserWithoutScripts logs in, asks for another code and logs out with
// scripts disabled.
func TestBrowserWithoutScripts(t *testing.T) {
	p := newSite(t).person(browsertest.New(t))
	browsertest.Do(t, p.tab, browsertest.WithoutScripts())
	p.open("/login")
	p.types(phone)
	p.sees("/login/code", "You can ask for another one in 30 seconds.")
	if status := p.click("Send another code"); status != http.StatusTooManyRequests {
		t.Errorf("status %d for a code requested too soon", status)
	}
	p.sees("/login", "Please wait a little", "You can try again in 30 seconds.")
	p.emulator.Clock().Advance(30 * time.Second)
	p.click("Send another code")
	p.sees("/login/code", "We sent another code. Only the newest one works.")
	p.types(p.code(phone))
	p.sees("/members", "You are logged in")
	p.click("Log out everywhere")
	p.sees("/login", "You are logged out everywhere.")
}

// TestBrowserCountdown checks that the script's countdown ends when the server
// allows another code.
func TestBrowserCountdown(t *testing.T) {
	p := newSite(t).person(browsertest.New(t))
	p.open("/login")
	p.types(phone)
	browsertest.Do(t, p.tab, chromedp.WaitReady(chromedp.CSS("#resend:disabled")))
	p.focuses("code")
	p.emulator.Clock().Advance(29 * time.Second)
	p.open("/login/code")
	p.emulator.Clock().Advance(time.Second)
	// The page is not loaded again: its script notices that the time is over.
	browsertest.Do(t, p.tab, chromedp.WaitEnabled("#resend"), chromedp.WaitNotPresent("#waiting"))
	p.click("Send another code")
	p.sees("/login/code", "We sent another code.")
}

func TestBrowserProblems(t *testing.T) {
	p := newSite(t, stytchtest.WithLimits(stytchtest.Limits{Attempts: 3})).person(browsertest.New(t))
	p.open("/login")
	p.types("500 555 0006")
	p.sees("/login", "Please give the phone number with its country code")
	p.focuses("address")
	if value := browsertest.Get(t, p.tab, chromedp.Value("#address")); value != "500 555 0006" {
		t.Errorf("the field contains %q", value)
	}
	browsertest.Do(t, p.tab, chromedp.Clear("#address"))

	// The service fails once, then works again.
	p.emulator.Fail(stytchtest.Fault{ErrorType: "internal_server_error", Status: 500, Times: 1, Call: "consumer.otps.sms.login_or_create"})
	p.types(phone)
	p.sees("/login", "We cannot tell whether that worked.")
	p.emulator.Clock().Advance(30 * time.Second)
	p.click("Send the code")
	p.sees("/login/code", "We sent six digits")
	p.emulator.Fail(stytchtest.Fault{ErrorType: "too_many_requests", RetryAfter: 20 * time.Second, Times: 1, Call: "consumer.otps.authenticate"})
	p.types(p.code(phone))
	p.sees("/login/code", "There were too many attempts.", "You can try again in")
	// The entered code is still there.
	p.click("Log in")
	p.sees("/members", "You are logged in")
	p.click("Log out")

	// A wrong code, then an expired one.
	p.emulator.Clock().Advance(30 * time.Second)
	p.types(phone)
	p.sees("/login/code")
	p.types(p.wrongCode(phone))
	p.sees("/login/code", "That code is wrong.")
	p.focuses("code")
	p.emulator.Clock().Advance(5 * time.Minute)
	p.types(p.code(phone))
	p.sees("/login/code", "That code was already used or has expired.")
	p.click("Send another code")
	p.sees("/login/code", "We sent another code.")

	// After the third failure the user is locked, and the right code does not
	// help.
	p.types(p.wrongCode(phone))
	p.types(p.code(phone))
	p.sees("/login/code", "There were too many failed attempts.")
	p.open("/members")
	p.sees("/login")
	p.emulator.Clock().Advance(2 * time.Hour)
	p.logsIn(phone)
}

// TestBrowserSession follows a session. It is renewed when its JWT is old, kept
// in an outage, and ended in another tab.
func TestBrowserSession(t *testing.T) {
	p := newSite(t).person(browsertest.New(t))
	p.logsIn(phone)
	other := p.person(browsertest.Tab(t, p.tab))
	other.open("/")
	other.sees("/members", "You are logged in")

	p.emulator.Clock().Advance(10 * time.Minute)
	p.open("/members")
	p.sees("/members", "You are logged in")
	if calls := p.emulator.Calls("consumer.sessions.authenticate"); calls != 1 {
		t.Errorf("%d calls renewed the session; want 1", calls)
	}
	other.open("/members")
	other.sees("/members", "You are logged in")
	if calls := p.emulator.Calls("consumer.sessions.authenticate"); calls != 1 {
		t.Errorf("the other tab made a call, but it has the fresh cookies")
	}

	p.emulator.Clock().Advance(10 * time.Minute)
	p.emulator.Fail(stytchtest.Fault{HTML: true})
	p.open("/members")
	p.sees("/members", "Something is out of order on our side.")
	p.emulator.ClearFaults()
	browsertest.Load(t, p.tab, chromedp.Click(chromedp.Search("//a[text()='Try again']")))
	p.sees("/members", "You are logged in")

	other.click("Log out")
	p.open("/members")
	p.sees("/login")
}

func TestBrowserLogoutEverywhere(t *testing.T) {
	browser := browsertest.New(t)
	s := newSite(t)
	here, there := s.person(browser), s.person(browsertest.Stranger(t, browser))
	here.logsIn(phone)
	s.emulator.Clock().Advance(30 * time.Second)
	there.logsIn(phone)
	here.click("Log out everywhere")
	here.sees("/login", "You are logged out everywhere.")
	s.emulator.Clock().Advance(maxTokenAge + time.Second)
	there.open("/members")
	there.sees("/login", "Your session has ended. Please log in again.")
}

// TestBrowserOtherOrigin opens a page on another port. It is the same site, so the
// browser sends the cookies, but another origin.
func TestBrowserOtherOrigin(t *testing.T) {
	p := newSite(t).person(browsertest.New(t))
	p.logsIn(phone)
	attacker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<!DOCTYPE html><form method="post" action="%s/logout/everywhere"><button>Win a prize</button></form><iframe src="%[1]s/members"></iframe>`, p.url)
	}))
	defer attacker.Close()
	browsertest.Do(t, p.tab, chromedp.Navigate(attacker.URL))
	if status := p.click("Win a prize"); status != http.StatusForbidden {
		t.Errorf("status %d", status)
	}
	p.sees("/logout/everywhere", "This came from another site, so we did nothing.")
	p.open("/members")
	p.sees("/members", "You are logged in")
}

// TestBrowserPages checks every page with hostile values, wide and narrow, light and
// dark. Nothing may be wider than the window, and no script may run.
func TestBrowserPages(t *testing.T) {
	browser := browsertest.New(t)
	long := strings.Repeat("a-very-long-part-", 8) + `<img/src=x/onerror=document.title=1>` + strings.Repeat("x", 90) + "@example.com"
	for _, width := range []int64{1280, 360} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			p := newSite(t).person(browsertest.Stranger(t, browser))
			browsertest.Do(t, p.tab, chromedp.EmulateViewport(width, 800))
			look := func(name string) {
				t.Helper()
				for _, scheme := range []string{"light", "dark"} {
					browsertest.Do(t, p.tab, browsertest.PreferColors(scheme))
					browsertest.Screenshot(t, p.tab, name+"-"+scheme)
				}
				if wide := browsertest.Get(t, p.tab, chromedp.Evaluate[int64]("document.documentElement.scrollWidth")); wide > width {
					t.Errorf("%s is %d pixels wide in a window of %d", name, wide, width)
				}
				if title := browsertest.Get(t, p.tab, chromedp.Title()); title == "1" {
					t.Errorf("%s ran a script", name)
				}
			}
			p.open("/login?notice=session-over")
			look("1-login")
			browsertest.Do(t, p.tab, chromedp.SetValue("#address", strings.ReplaceAll(long, "@", "@@")))
			p.click("Send the code")
			p.sees("/login", "Please check the e-mail address.")
			look("2-address-problem")
			browsertest.Do(t, p.tab, chromedp.SetValue("#address", long))
			p.click("Send the code")
			p.sees("/login/code", long)
			look("3-code")
			p.types(p.wrongCode(long))
			p.sees("/login/code", "That code is wrong.")
			look("4-wrong-code")
			p.emulator.Clock().Advance(30 * time.Second)
			p.open("/login/code")
			p.click("Send another code")
			p.emulator.Fail(stytchtest.Fault{ErrorType: "too_many_requests", RetryAfter: 20 * time.Second, Times: 1})
			p.types(p.code(long))
			p.sees("/login/code", "There were too many attempts.")
			look("5-too-many")
			p.open("/inbox")
			p.sees("/inbox", p.code(long))
			look("6-inbox")
			p.open("/login/code")
			p.types(p.code(long))
			p.sees("/members", long)
			look("7-members")
			p.emulator.Clock().Advance(10 * time.Minute)
			p.emulator.Fail(stytchtest.Fault{HTML: true})
			p.open("/members")
			p.sees("/members", "Something is out of order")
			look("8-outage")
		})
	}
}
