package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytchtest"
)

func TestHeaders(t *testing.T) {
	v := newSite(t).visitor()
	v.post("/login", "address", "+15005550006", "channel", "sms")
	for _, path := range []string{"/login", "/login/code", "/members", "/inbox", "/nowhere"} {
		h := v.get(path).header
		for name, want := range map[string]string{
			"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if !strings.Contains(h.Get(name), want) {
				t.Errorf("%s: %s is %q; want %q in it", path, name, h.Get(name), want)
			}
		}
	}
}

func TestCookies(t *testing.T) {
	for _, test := range []struct {
		host   string
		secure bool
	}{{"127.0.0.1:3000", false}, {"localhost:3000", false}, {"[::1]:3000", false}, {"login.example.com", true}, {"localhost.example.com", true}} {
		v := newSite(t).visitor()
		v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		req, err := http.NewRequest("POST", v.url+"/login", strings.NewReader("address=%2B15005550006"))
		if err != nil {
			t.Fatal(err)
		}
		req.Host = test.host
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := v.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		for _, c := range resp.Cookies() {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != test.secure || c.MaxAge != 900 {
				t.Errorf("%s: %v", test.host, c)
			}
		}
		if len(resp.Cookies()) != 1 {
			t.Errorf("%s: %d cookies", test.host, len(resp.Cookies()))
		}
	}
}

// TestOtherSites sends a form of another site.
func TestOtherSites(t *testing.T) {
	for name, header := range map[string][2]string{
		"new browser":     {"Sec-Fetch-Site", "cross-site"},
		"sibling domain":  {"Sec-Fetch-Site", "same-site"},
		"old browser":     {"Origin", "https://attacker.example"},
		"sandboxed frame": {"Origin", "null"},
	} {
		t.Run(name, func(t *testing.T) {
			v := newSite(t).visitor()
			v.login("+15005550006", sms)
			before := len(v.emulator.Requests())
			for _, path := range []string{"/login", "/login/code", "/login/resend", "/logout", "/logout/everywhere"} {
				req, err := http.NewRequest("POST", v.url+path, strings.NewReader(url.Values{"address": {"ada@example.com"}}.Encode()))
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				req.Header.Set(header[0], header[1])
				v.read(v.client.Do(req)).want(t, 403, path, "This came from another site")
			}
			if calls := len(v.emulator.Requests()) - before; calls != 0 {
				t.Errorf("%d calls", calls)
			}
			v.get("/members").want(t, 200, "/members")
		})
	}
}

// TestReads checks that no GET changes anything, because links and images of other
// sites can cause one.
func TestReads(t *testing.T) {
	v := newSite(t).visitor()
	v.login("+15005550006", sms)
	for _, path := range []string{"/logout", "/logout/everywhere", "/login/resend"} {
		v.get(path).want(t, 405, path)
	}
	v.get("/members").want(t, 200, "/members")
}

// TestNobodyLearnsOfAccounts compares the responses for an address with an account and
// for one without.
func TestNobodyLearnsOfAccounts(t *testing.T) {
	s := newSite(t)
	s.visitor().login("ada@example.com", email)
	s.emulator.Clock().Advance(time.Minute)
	known := s.visitor().post("/login", "address", "ada@example.com", "channel", "email")
	fresh := s.visitor().post("/login", "address", "eve@example.com", "channel", "email")
	if known.status != fresh.status || known.path != fresh.path || strings.ReplaceAll(known.body, "ada@", "eve@") != fresh.body {
		t.Errorf("known: %d %s\n%s\nnew: %d %s\n%s", known.status, known.path, known.body, fresh.status, fresh.path, fresh.body)
	}
}

const hostile = `"><script>alert(1)</script>'{{.}}<b>@example.com`

func TestHTMLInAnAddress(t *testing.T) {
	v := newSite(t).visitor()
	pages := []page{v.post("/login", "address", strings.ReplaceAll(hostile, "@", "@@"), "channel", "email")}
	pages = append(pages, v.post("/login", "address", hostile, "channel", "email"))
	pages = append(pages, v.post("/login/code", "code", hostile))
	pages = append(pages, v.post("/login/code", "code", v.code(hostile)))
	pages = append(pages, v.get("/inbox"))
	for i, at := range pages {
		if strings.Contains(at.body, "<script>alert") || strings.Contains(at.body, "<b>@") {
			t.Errorf("page %d:\n%s", i+1, at.body)
		}
	}
	pages[0].want(t, 400, "/login", "Please check the e-mail address.")
	pages[3].want(t, 200, "/members", "With a code by e-mail to "+hostile)
}

func TestLogHoldsNoSecrets(t *testing.T) {
	s := newSite(t)
	v := s.visitor()
	v.login("ada@example.com", email)
	v.get("/members?address=ada@example.com")
	v.get("/ada@example.com")
	s.emulator.Fail(stytchtest.Fault{HTML: true})
	v.post("/logout/everywhere")
	v.post("/logout")
	s.emulator.Clock().Advance(time.Minute)
	v.post("/login", "address", "ada@example.com", "channel", "email").want(t, 503, "/login")
	log := s.log.String()
	for _, secret := range []string{"ada@", s.code("ada@example.com"), s.emulator.Secret} {
		if strings.Contains(log, secret) {
			t.Errorf("the log contains %q:\n%s", secret, log)
		}
	}
	for _, want := range []string{`route="POST /login/code" status=303`, `route="POST /logout/everywhere" status=503`, `msg="could not end a session"`, `msg="could not send a code"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not contain %s:\n%s", want, log)
		}
	}
}

// TestForeignLogin uses the login of another person, and an unknown login.
func TestForeignLogin(t *testing.T) {
	s := newSite(t)
	victim, stranger := s.visitor(), s.visitor()
	victim.post("/login", "address", "+15005550006", "channel", "sms")
	for _, cookie := range []string{"", "guess", strings.Repeat("A", 5000)} {
		at, err := url.Parse(s.url + "/login")
		if err != nil {
			t.Fatal(err)
		}
		stranger.client.Jar.SetCookies(at, []*http.Cookie{{Name: loginCookie, Value: cookie, Path: "/login"}})
		stranger.get("/login/code").want(t, 200, "/login", "Please start again.")
		stranger.post("/login/code", "code", s.code("+15005550006")).want(t, 200, "/login", "Please start again.")
		stranger.post("/login/resend").want(t, 200, "/login", "Please start again.")
	}
	s.emulator.Clock().Advance(loginLife)
	victim.get("/login/code").want(t, 200, "/login", "Please start again.")
}

func TestHugeForm(t *testing.T) {
	v := newSite(t).visitor()
	before := len(v.emulator.Requests())
	at := v.post("/login", "address", strings.Repeat("a", maxForm)+"@example.com", "channel", "email")
	at.want(t, 400, "/login")
	if len(v.emulator.Requests()) != before {
		t.Error("the code reached the service")
	}
}

// TestGuessing tries codes for another person's address. There are five attempts for
// each code, also for concurrent requests. After that, the right code is rejected
// too.
func TestGuessing(t *testing.T) {
	s := newSite(t)
	v := s.visitor()
	v.post("/login", "address", "+15005550006", "channel", "sms")
	right := v.code("+15005550006")
	for range maxTries {
		v.post("/login/code", "code", v.wrongCode("+15005550006")).want(t, 400, "/login/code", "That code is wrong.")
	}
	for range 3 {
		v.post("/login/code", "code", right).want(t, 429, "/login/code", "There were too many wrong codes. Please ask for another code.")
	}
	if n := v.emulator.Calls("consumer.otps.authenticate"); n != maxTries {
		t.Errorf("the service was asked %d times, want %d", n, maxTries)
	}
	v.emulator.Clock().Advance(time.Minute)
	v.post("/login/resend").want(t, 200, "/login/code", "another code")
	v.post("/login/code", "code", v.code("+15005550006")).want(t, 200, "/members", "You are logged in")
}

// TestLogoutWithoutToken logs out a browser that lost one of its two cookies.
func TestLogoutWithoutToken(t *testing.T) {
	v := newSite(t).visitor()
	v.login("+15005550006", sms)
	at, err := url.Parse(v.url)
	if err != nil {
		t.Fatal(err)
	}
	v.client.Jar.SetCookies(at, []*http.Cookie{{Name: "stytch_session", Path: "/", MaxAge: -1}})
	v.post("/logout").want(t, 200, "/login", "You are logged out.")
	if n := len(v.emulator.Sessions()); n != 0 {
		t.Errorf("%d sessions are still active", n)
	}
}
