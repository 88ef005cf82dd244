package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytchtest"
)

func TestAddresses(t *testing.T) {
	for _, test := range []struct {
		typed string
		way   channel
		want  string // the address that gets the code, empty for none
		by    stytchtest.Channel
	}{
		{"+1 (500) 555-0006", sms, "+15005550006", stytchtest.ChannelSMS},
		{" 001 500 555 0006 ", sms, "+15005550006", stytchtest.ChannelSMS},
		{"+44 (0)20 7946 0958", whatsApp, "+442079460958", stytchtest.ChannelWhatsApp},
		{"0049 30/901820", sms, "+4930901820", stytchtest.ChannelSMS},
		{"+1 500 555 0006", "carrier-pigeon", "+15005550006", stytchtest.ChannelSMS},
		{"  Ada@Example.com ", email, "Ada@Example.com", stytchtest.ChannelEmail},
		{"ada@example.com", sms, "ada@example.com", stytchtest.ChannelEmail},
		{"500 555 0006", sms, "", ""},
		{"00", sms, "", ""},
		{"+1 500 CALL ME", sms, "", ""},
		{"", sms, "", ""},
		{"ada", email, "", ""},
		{"ada@@example.com", email, "", ""},
	} {
		t.Run(test.typed, func(t *testing.T) {
			v := newSite(t).visitor()
			at := v.post("/login", "address", test.typed, "channel", string(test.way))
			messages := v.emulator.Inbox().Messages()
			if test.want == "" {
				at.want(t, 400, "/login", "Please")
				for _, want := range []string{`aria-describedby="address-hint address-problem"`, `aria-invalid="true"`, `id="address-problem" role="alert"`, "<title>Error: Log in"} {
					if !strings.Contains(at.body, want) {
						t.Errorf("the page does not contain %s:\n%s", want, at.body)
					}
				}
				if len(v.emulator.Requests()) != 0 {
					t.Error("the service was asked")
				}
				return
			}
			at.want(t, 200, "/login/code", test.want)
			if len(messages) != 1 || messages[0].Address != test.want || messages[0].Channel != test.by {
				t.Errorf("sent: %+v", messages)
			}
		})
	}
}

// TestCooldown asks for codes as often as it is allowed.
func TestCooldown(t *testing.T) {
	const address = "+15005550006"
	s := newSite(t)
	v := s.visitor()
	sent := func(want int) {
		t.Helper()
		if got := len(s.emulator.Inbox().Messages()); got != want {
			t.Errorf("%d codes were sent; want %d", got, want)
		}
	}
	v.post("/login", "address", address, "channel", "sms").want(t, 200, "/login/code", "You can ask for another one in 30 seconds.")
	s.emulator.Clock().Advance(29 * time.Second)
	at := v.post("/login/resend")
	at.want(t, 429, "/login/resend", "Enter the code", "You can try again in 1 second.")
	if at.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After is %q", at.header.Get("Retry-After"))
	}
	// A new login, in another browser or with another channel, does not change
	// the limits.
	v.post("/login", "address", address, "channel", "sms").want(t, 200, "/login/code", "We sent six digits")
	v.post("/login", "address", address, "channel", "whatsapp").want(t, 429, "/login", "You can try again in 1 second.")
	s.visitor().post("/login", "address", "001-500-555-0006", "channel", "sms").want(t, 429, "/login")
	sent(1)
	for range 4 {
		s.emulator.Clock().Advance(30 * time.Second)
		v.post("/login/resend").want(t, 200, "/login/code", "We sent another code.")
	}
	s.emulator.Clock().Advance(30 * time.Second)
	v.post("/login/resend").want(t, 429, "/login/resend", "You can try again in 58 minutes.")
	sent(5)
	s.emulator.Clock().Advance(8 * time.Minute)
	s.visitor().post("/login", "address", "ada@example.com", "channel", "email").want(t, 200, "/login/code")
}

// fromClient is the guard's default limit for one client in ten minutes, if no code is verified.
const fromClient = 10

// TestClientLimit asks for codes to many addresses from one client.
func TestClientLimit(t *testing.T) {
	s := newSite(t)
	for i := range 12 {
		want := http.StatusOK
		if i >= fromClient {
			want = http.StatusTooManyRequests
		}
		if at := s.visitor().post("/login", "address", fmt.Sprintf("+1500555%04d", i), "channel", "sms"); at.status != want {
			t.Errorf("code %d: status %d; want %d", i+1, at.status, want)
		}
	}
	if sent := len(s.emulator.Inbox().Messages()); sent != fromClient {
		t.Errorf("%d codes were sent", sent)
	}
}

// TestGiveBack checks that an address only has to wait after codes that may
// have been sent.
func TestGiveBack(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault stytchtest.Fault
		again int
	}{
		{"refused", stytchtest.Fault{ErrorType: "too_many_requests", Times: 1}, 200},
		{"unknown outcome", stytchtest.Fault{Reset: true, AfterEffect: true, Times: 1}, 429},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := newSite(t).visitor()
			v.emulator.Fail(test.fault)
			v.post("/login", "address", "+15005550006", "channel", "sms")
			if at := v.post("/login", "address", "+15005550006", "channel", "sms"); at.status != test.again {
				t.Errorf("the second try: status %d; want %d", at.status, test.again)
			}
		})
	}
}

// TestBounds fills everything that strangers can make grow.
func TestBounds(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)
	logins := newLogins(func() time.Time { return now })
	r := httptest.NewRequest("POST", "/login", nil)
	for i := range maxLogins + 5 {
		now = now.Add(time.Millisecond)
		logins.begin(httptest.NewRecorder(), r, login{address: fmt.Sprint(i)})
	}
	if len(logins.byID) != maxLogins {
		t.Errorf("%d logins are stored", len(logins.byID))
	}
	for _, one := range logins.byID {
		if len(one.address) == 1 && one.address < "5" {
			t.Errorf("login %s is stored, but older than others", one.address)
		}
	}
}
