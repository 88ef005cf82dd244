package stytchtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

const phone, email = "+15005550006", "ada@example.com"

// world is a server with a stopped clock, and a client for it.
type world struct {
	*stytchtest.Server
	t      *testing.T
	ctx    context.Context
	client *stytch.Client
}

func newWorld(t *testing.T, opts ...stytchtest.Option) *world {
	t.Helper()
	var srv *stytchtest.Server
	srv = stytchtest.NewServer(t, append(opts, stored(t, &srv))...)
	srv.Clock().Stop()
	return &world{srv, t, t.Context(), srv.Client(noDrift(t))}
}

// noDrift makes a test fail when a response has something that the SDK does not
// know.
func noDrift(t *testing.T) stytch.Option {
	return stytch.WithDriftReport(func(d stytch.Drift) { t.Errorf("the response differs from the spec: %s", d) })
}

// must ends the test if there is an error.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wants reports an error whose type is not the wanted one.
func wants(t *testing.T, err error, want stytch.ErrorType) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %s", err, want)
	}
}

// sms sends a code and returns the method and the code.
func (w *world) sms() (methodID, code string) {
	w.t.Helper()
	sent := must(w.client.OTPs.SMS.LoginOrCreate(w.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone}))(w.t)
	return sent.PhoneID, must(w.Inbox().WaitFor(w.ctx, phone))(w.t).Code
}

func (w *world) authenticate(methodID, code string) (*stytch.OTPsAuthenticateResponse, error) {
	return w.client.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: methodID, Code: code, SessionDurationMinutes: new(60)})
}

// wrong returns a code other than the given one.
func wrong(code string) string {
	if code == "111111" {
		return "222222"
	}
	return "111111"
}

func TestEveryChannel(t *testing.T) {
	w := newWorld(t)
	tests := []struct {
		name    string
		address string
		send    func() (methodID string, created bool, err error)
		want    stytchtest.Message
		factor  stytch.AuthenticationFactorDeliveryMethod
	}{
		{"sms", "+15005550001", func() (string, bool, error) {
			r, err := w.client.OTPs.SMS.LoginOrCreate(w.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: "+15005550001", Locale: new(stytch.PhoneLocaleDeDE), ExpirationMinutes: new(10)})
			return r.PhoneID, r.UserCreated, err
		}, stytchtest.Message{Channel: "sms", Purpose: "signup", Locale: "de-DE"}, "sms"},
		{"whatsapp", "+15005550002", func() (string, bool, error) {
			r, err := w.client.OTPs.WhatsApp.LoginOrCreate(w.ctx, stytch.OTPsWhatsAppLoginOrCreateRequest{PhoneNumber: "+15005550002", ExpirationMinutes: new(10)})
			return r.PhoneID, r.UserCreated, err
		}, stytchtest.Message{Channel: "whatsapp", Purpose: "signup", Locale: "en"}, "whatsapp"},
		{"email", email, func() (string, bool, error) {
			r, err := w.client.OTPs.Email.LoginOrCreate(w.ctx, stytch.OTPsEmailLoginOrCreateRequest{Email: email, ExpirationMinutes: new(10), SignupTemplateID: new("welcome"), LoginTemplateID: new("again")})
			return r.EmailID, r.UserCreated, err
		}, stytchtest.Message{Channel: "email", Purpose: "signup", Locale: "en", TemplateID: "welcome"}, "email"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			id, created, err := test.send()
			if err != nil || !created {
				t.Fatalf("created %t, error %v", created, err)
			}
			m := must(w.Inbox().WaitFor(w.ctx, test.address))(t)
			if m.Channel != test.want.Channel || m.Purpose != test.want.Purpose || m.Locale != test.want.Locale || m.TemplateID != test.want.TemplateID ||
				!m.ExpiresAt.Equal(m.SentAt.Add(10*time.Minute)) || len(m.Code) != 6 {
				t.Errorf("message %+v, want %+v", m, test.want)
			}
			auth := must(w.authenticate(id, m.Code))(t)
			f := auth.Session.AuthenticationFactors
			if len(f) != 1 || f[0].Type != stytch.AuthenticationFactorTypeOTP || f[0].DeliveryMethod != test.factor {
				t.Errorf("factors %v", f)
			}
			if auth.Session.UserID != auth.UserID || len(auth.SessionToken) != 44 || auth.SessionJWT == "" || !auth.Session.ExpiresAt.Equal(w.Clock().Now().Add(time.Hour)) {
				t.Errorf("session %v", auth.Session)
			}
			if _, created, err = test.send(); created || err != nil {
				t.Errorf("the second time: created %t, error %v", created, err)
			}
		})
	}
}

func TestWithoutDurationThereIsNoSession(t *testing.T) {
	w := newWorld(t)
	id, code := w.sms()
	auth := must(w.client.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: id, Code: code, SessionCustomClaims: map[string]any{"a": 1}}))(t)
	if auth.Session != nil || auth.SessionToken != "" || auth.SessionJWT != "" || len(w.Sessions()) != 0 {
		t.Errorf("a session: %v", auth)
	}
}

func TestCodes(t *testing.T) {
	tests := []struct {
		name string
		do   func(w *world) error
		want stytch.ErrorType
	}{
		{"wrong", func(w *world) error {
			id, code := w.sms()
			_, err := w.authenticate(id, wrong(code))
			return err
		}, stytch.ErrOTPCodeNotFound},
		{"used", func(w *world) error {
			id, code := w.sms()
			must(w.authenticate(id, code))(w.t)
			_, err := w.authenticate(id, code)
			return err
		}, stytch.ErrUnableToAuthOTPCode},
		{"expired", func(w *world) error {
			id, code := w.sms()
			w.Clock().Advance(2 * time.Minute)
			_, err := w.authenticate(id, code)
			return err
		}, stytch.ErrUnableToAuthOTPCode},
		{"replaced by a new one", func(w *world) error {
			id, code := w.sms()
			_, next := w.sms()
			if code == next {
				return stytch.ErrOTPCodeNotFound // one in a million
			}
			_, err := w.authenticate(id, code)
			return err
		}, stytch.ErrOTPCodeNotFound},
		{"of an unknown method", func(w *world) error {
			_, err := w.authenticate("phone-number-test-none", "123456")
			return err
		}, stytch.ErrOTPCodeNotFound},
		{"right, a second before it expires", func(w *world) error {
			id, code := w.sms()
			w.Clock().Advance(2*time.Minute - time.Second)
			_, err := w.authenticate(id, code)
			return err
		}, ""},
		{"right, after a wrong one", func(w *world) error {
			id, code := w.sms()
			_, err := w.authenticate(id, wrong(code))
			wants(w.t, err, stytch.ErrOTPCodeNotFound)
			_, err = w.authenticate(id, code)
			return err
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.do(newWorld(t))
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wants(t, err, test.want)
		})
	}
}

func TestLock(t *testing.T) {
	w := newWorld(t)
	id, code := w.sms()
	for range 9 {
		_, err := w.authenticate(id, wrong(code))
		wants(t, err, stytch.ErrOTPCodeNotFound)
	}
	must(w.authenticate(id, code))(t) // a success resets the count
	id, code = w.sms()
	for range 10 {
		_, err := w.authenticate(id, wrong(code))
		wants(t, err, stytch.ErrOTPCodeNotFound)
	}
	_, err := w.authenticate(id, code)
	wants(t, err, stytch.ErrUserLockLimitReached)
	if u := w.Users()[0]; !u.IsLocked || !u.LockExpiresAt.Equal(u.LockCreatedAt.Add(time.Hour)) {
		t.Errorf("the user is not shown as locked for an hour: %v", u)
	}
	w.Clock().Advance(time.Hour)
	id, code = w.sms()
	must(w.authenticate(id, code))(t)
	if u := w.Users()[0]; u.IsLocked || u.LockExpiresAt != nil {
		t.Errorf("the user is still shown as locked: %v", u)
	}
}

func TestPendingUserBecomesActive(t *testing.T) {
	w := newWorld(t)
	sent := must(w.client.OTPs.Email.LoginOrCreate(w.ctx, stytch.OTPsEmailLoginOrCreateRequest{Email: email, CreateUserAsPending: new(true)}))(t)
	if u := w.Users()[0]; u.Status != stytch.UserStatusPending || u.Emails[0].Verified {
		t.Errorf("before: %v", u)
	}
	auth := must(w.authenticate(sent.EmailID, must(w.Inbox().WaitFor(w.ctx, email))(t).Code))(t)
	if auth.User.Status != stytch.UserStatusActive || !auth.User.Emails[0].Verified {
		t.Errorf("after: %v", auth.User)
	}
}

func TestSendNeedsAUser(t *testing.T) {
	w := newWorld(t)
	_, err := w.client.OTPs.SMS.Send(w.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: phone})
	wants(t, err, stytch.ErrPhoneNumberNotFound)
	_, err = w.client.OTPs.Email.Send(w.ctx, stytch.OTPsEmailSendRequest{Email: email})
	wants(t, err, stytch.ErrEmailNotFound)
	if n := len(w.Inbox().Messages()); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

// TestFactorOnTrial adds a phone number to an existing user. It is removed
// unless it is verified within five minutes.
func TestFactorOnTrial(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: email, Verified: true}}})
	add := func() string {
		return must(w.client.OTPs.WhatsApp.Send(w.ctx, stytch.OTPsWhatsAppSendRequest{PhoneNumber: phone, UserID: &u.UserID, ExpirationMinutes: new(10)}))(t).PhoneID
	}
	add()
	if got := w.Users()[0].PhoneNumbers; len(got) != 1 || got[0].Verified {
		t.Errorf("after adding: %v", got)
	}
	w.Clock().Advance(5 * time.Minute)
	if got := w.Users()[0].PhoneNumbers; len(got) != 0 {
		t.Errorf("after five minutes: %v", got)
	}
	id := add()
	must(w.authenticate(id, must(w.Inbox().WaitFor(w.ctx, phone))(t).Code))(t)
	w.Clock().Advance(time.Hour)
	if got := w.Users()[0].PhoneNumbers; len(got) != 1 || !got[0].Verified {
		t.Errorf("verified in time: %v", got)
	}
}

func TestAddingFactors(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser(stytch.User{Emails: []stytch.UserEmail{{Email: email, Verified: true}}})
	w.AddUser(stytch.User{PhoneNumbers: []stytch.UserPhoneNumber{{PhoneNumber: phone, Verified: true}}})
	s := must(w.AddSession(u.UserID, time.Hour, nil))(t)

	_, err := w.client.OTPs.SMS.Send(w.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: phone, UserID: &u.UserID})
	wants(t, err, stytch.ErrDuplicatePhoneNumber)
	_, err = w.client.OTPs.SMS.Send(w.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: "+15005550007", UserID: new("user-test-none")})
	wants(t, err, stytch.ErrUserNotFound)
	_, err = w.client.OTPs.SMS.Send(w.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: "+15005550007", SessionToken: new("nothing")})
	wants(t, err, stytch.ErrSessionNotFound)
	for i, by := range []stytch.OTPsSMSSendRequest{{SessionToken: &s.Token}, {SessionJWT: &s.JWT}, {UserID: &u.UserID}, {UserID: &u.UserID}, {UserID: &u.UserID}} {
		by.PhoneNumber = "+1500555010" + string(rune('0'+i))
		if sent := must(w.client.OTPs.SMS.Send(w.ctx, by))(t); sent.UserID != u.UserID {
			t.Errorf("sent to %s", sent.UserID)
		}
	}
	_, err = w.client.OTPs.SMS.Send(w.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: "+15005550007", UserID: &u.UserID})
	wants(t, err, stytch.ErrTooManyUnverifiedFactors)
}

func TestClientMustMatch(t *testing.T) {
	ip := func(ip string) *stytch.Attributes { return &stytch.Attributes{IPAddress: &ip, UserAgent: new("agent")} }
	tests := []struct {
		name     string
		sent, at *stytch.Attributes
		options  stytch.OTPOptions
		match    bool
	}{
		{"the same address", ip("203.0.113.7"), ip("203.0.113.7"), stytch.OTPOptions{IPMatchRequired: true}, true},
		{"another address", ip("203.0.113.7"), ip("203.0.113.8"), stytch.OTPOptions{IPMatchRequired: true}, false},
		{"no address at sending", nil, ip("203.0.113.8"), stytch.OTPOptions{IPMatchRequired: true}, false},
		{"no address now", ip("203.0.113.7"), nil, stytch.OTPOptions{IPMatchRequired: true}, false},
		{"another address, not checked", ip("203.0.113.7"), ip("203.0.113.8"), stytch.OTPOptions{UserAgentMatchRequired: true}, true},
		{"another agent", ip("203.0.113.7"), &stytch.Attributes{UserAgent: new("other")}, stytch.OTPOptions{UserAgentMatchRequired: true}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			sent := must(w.client.OTPs.SMS.LoginOrCreate(w.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone, Attributes: test.sent}))(t)
			code := must(w.Inbox().WaitFor(w.ctx, phone))(t).Code
			_, err := w.client.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.PhoneID, Code: code, Attributes: test.at, Options: &test.options})
			if test.match && err != nil {
				t.Error(err)
			}
			if !test.match {
				wants(t, err, stytch.ErrAttributeMismatch)
			}
		})
	}
}

// TestSessionGainsFactors adds a second factor to a session.
func TestSessionGainsFactors(t *testing.T) {
	w := newWorld(t)
	id, code := w.sms()
	first := must(w.authenticate(id, code))(t)
	w.Clock().Advance(time.Minute)
	sent := must(w.client.OTPs.Email.Send(w.ctx, stytch.OTPsEmailSendRequest{Email: email, SessionToken: &first.SessionToken}))(t)
	code = must(w.Inbox().WaitFor(w.ctx, email))(t).Code
	second := must(w.client.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.EmailID, Code: code, SessionJWT: &first.SessionJWT}))(t)
	if second.Session.SessionID != first.Session.SessionID || len(second.Session.AuthenticationFactors) != 2 || !second.Session.ExpiresAt.Equal(*first.Session.ExpiresAt) {
		t.Errorf("session %v, before %v", second.Session, first.Session)
	}
	other := w.AddUser(stytch.User{})
	strange := must(w.AddSession(other.UserID, time.Hour, nil))(t)
	id, code = w.sms()
	auth := must(w.client.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: id, Code: code, SessionToken: &strange.Token}))(t)
	if auth.UserID != first.UserID || auth.Session != nil {
		t.Errorf("the session of another user is not ignored: %v", auth.Session)
	}
}

func TestSessions(t *testing.T) {
	w := newWorld(t)
	id, code := w.sms()
	auth := must(w.authenticate(id, code))(t)
	byToken := stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken}

	w.Clock().Advance(30 * time.Minute)
	kept := must(w.client.Sessions.Authenticate(w.ctx, byToken))(t)
	if !kept.Session.ExpiresAt.Equal(*auth.Session.ExpiresAt) || !kept.Session.LastAccessedAt.Equal(w.Clock().Now()) {
		t.Errorf("without a duration: %v", kept.Session)
	}
	// The first JWT expired after five minutes; its session is still active.
	extended := must(w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionJWT: &auth.SessionJWT, SessionDurationMinutes: new(120)}))(t)
	if !extended.Session.ExpiresAt.Equal(w.Clock().Now().Add(2*time.Hour)) || extended.SessionToken != auth.SessionToken || extended.SessionJWT == auth.SessionJWT {
		t.Errorf("extended: %v", extended.Session)
	}
	list := must(w.client.Sessions.Get(w.ctx, stytch.SessionsGetRequest{UserID: auth.UserID}))(t)
	if len(list.Sessions) != 1 || list.Sessions[0].SessionID != auth.Session.SessionID {
		t.Errorf("listed: %v", list)
	}
	w.Clock().Advance(2 * time.Hour)
	_, err := w.client.Sessions.Authenticate(w.ctx, byToken)
	wants(t, err, stytch.ErrSessionNotFound)
	_, err = w.client.Sessions.Get(w.ctx, stytch.SessionsGetRequest{UserID: "user-test-none"})
	wants(t, err, stytch.ErrUserNotFound)
}

func TestRevoke(t *testing.T) {
	tests := map[string]func(*stytch.OTPsAuthenticateResponse) stytch.SessionsRevokeRequest{
		"by id": func(a *stytch.OTPsAuthenticateResponse) stytch.SessionsRevokeRequest {
			return stytch.SessionsRevokeRequest{SessionID: &a.Session.SessionID}
		},
		"by token": func(a *stytch.OTPsAuthenticateResponse) stytch.SessionsRevokeRequest {
			return stytch.SessionsRevokeRequest{SessionToken: &a.SessionToken}
		},
		"by JWT": func(a *stytch.OTPsAuthenticateResponse) stytch.SessionsRevokeRequest {
			return stytch.SessionsRevokeRequest{SessionJWT: &a.SessionJWT}
		},
	}
	for name, request := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id, code := w.sms()
			auth := must(w.authenticate(id, code))(t)
			must(w.client.Sessions.Revoke(w.ctx, request(auth)))(t)
			_, err := w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken})
			wants(t, err, stytch.ErrSessionNotFound)
			_, err = w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionJWT: &auth.SessionJWT})
			wants(t, err, stytch.ErrSessionNotFound)
			_, err = w.client.Sessions.Revoke(w.ctx, request(auth))
			wants(t, err, stytch.ErrSessionNotFound)
		})
	}
}

func TestClaims(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser(stytch.User{})
	s := must(w.AddSession(u.UserID, time.Hour, map[string]any{"plan": "free", "seats": json.Number("3")}))(t)
	set := func(claims map[string]any) (map[string]any, error) {
		resp, err := w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &s.Token, SessionCustomClaims: claims})
		if err != nil {
			return nil, err
		}
		return resp.Session.CustomClaims, nil
	}
	got := must(set(map[string]any{"plan": "pro", "sub": "another-user", "exp": 1}))(t)
	if want := map[string]any{"plan": "pro", "seats": 3.0}; !reflect.DeepEqual(got, want) {
		t.Errorf("merged: %v, want %v", got, want)
	}
	got = must(set(map[string]any{"seats": nil}))(t)
	if want := map[string]any{"plan": "pro"}; !reflect.DeepEqual(got, want) {
		t.Errorf("deleted: %v, want %v", got, want)
	}
	_, err := set(map[string]any{"big": string(make([]byte, 5000))})
	wants(t, err, stytch.ErrCustomClaimsTooLarge)
	_, err = set(map[string]any{"https://stytch.com/session": 1})
	wants(t, err, stytch.ErrStytchClaimsInCustomClaims)
	if got := must(set(nil))(t); !reflect.DeepEqual(got, map[string]any{"plan": "pro"}) {
		t.Errorf("after failures: %v", got)
	}
}

func TestSandbox(t *testing.T) {
	w := newWorld(t)
	sent := must(w.client.OTPs.SMS.Send(w.ctx, stytch.OTPsSMSSendRequest{PhoneNumber: stytchtest.SandboxPhoneNumber}))(t)
	for range 2 { // the sandbox code can be used again
		must(w.authenticate(sent.PhoneID, stytchtest.SandboxCode))(t)
	}
	mail := must(w.client.OTPs.Email.LoginOrCreate(w.ctx, stytch.OTPsEmailLoginOrCreateRequest{Email: stytchtest.SandboxEmail}))(t)
	if auth := must(w.authenticate(mail.EmailID, stytchtest.SandboxCode))(t); auth.UserID != "user-test-e3795c81-f849-4167-bfda-e4a6e9c280fd" {
		t.Errorf("the sandbox e-mail belongs to %s", auth.UserID)
	}
	session := must(w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: new(stytchtest.SandboxSessionToken)}))(t)
	if session.User.UserID != "user-test-e3795c81-f849-4167-bfda-e4a6e9c280fd" {
		t.Errorf("the sandbox session belongs to %s", session.User.UserID)
	}
	_, err := w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: new("59cnLELtq5cFVS6uYK9f-pAWzBkhqZl8AvLhbhOvKNWw")})
	wants(t, err, stytch.ErrSessionNotFound)
}

func TestAuthorizationCheck(t *testing.T) {
	w := newWorld(t)
	u := w.AddUser(stytch.User{Roles: []string{"editor"}})
	s := must(w.AddSession(u.UserID, time.Hour, nil))(t)
	w.Grant("editor", "documents", "read", "write")
	check := func(action string) (*stytch.SessionsAuthenticateResponse, error) {
		return w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &s.Token,
			AuthorizationCheck: &stytch.AuthorizationCheck{ResourceID: "documents", Action: action}})
	}
	if v := must(check("read"))(t).Verdict; !v.Authorized || !reflect.DeepEqual(v.GrantingRoles, []string{"editor"}) {
		t.Errorf("verdict %v", v)
	}
	_, err := check("delete")
	wants(t, err, stytch.ErrConsumerSessionAuthorizationError)
}
