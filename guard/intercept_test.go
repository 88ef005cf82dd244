package guard_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// site is an emulator with clients that have a guard.
type site struct {
	*asker
	srv     *stytchtest.Server
	client  *stytch.Client
	members *b2b.Client
}

func newSite(t *testing.T, cfg guard.Config, opts ...stytch.Option) *site {
	a, srv := newAsker(t, cfg), stytchtest.NewServer(t)
	opts = append(opts, stytch.WithInterceptor(a.Intercept))
	return &site{a, srv, srv.Client(opts...), srv.B2B(opts...)}
}

// from returns a context with a client.
func (s *site) from(client string) context.Context {
	return guard.WithClient(s.t.Context(), netip.MustParseAddr(client))
}

// tally compares the counts of a country.
func (s *site) tally(country string, sent, verified int) {
	s.t.Helper()
	if tally, err := s.Tally(s.t.Context(), country); err != nil || tally.Sent != sent || tally.Verified != verified {
		s.t.Errorf("country %q: %+v, %v; want %d sent and %d verified", country, tally, err, sent, verified)
	}
}

func (s *site) inbox(want int) {
	s.t.Helper()
	if sent := len(s.srv.Inbox().Messages()); sent != want {
		s.t.Errorf("%d codes were sent; want %d", sent, want)
	}
}

func (s *site) code(address string) string {
	s.t.Helper()
	message, ok := s.srv.Inbox().Last(address)
	if !ok {
		s.t.Fatalf("no code was sent to %s", address)
	}
	return message.Code
}

// wants compares an error of the guard, as a stranger sees it.
func wants(t *testing.T, err error, reason guard.Reason, status int, wait time.Duration) {
	t.Helper()
	var refused *guard.Error
	public := stytch.PublicErrorOf(err)
	if !errors.As(err, &refused) || refused.Decision.Reason != reason || public.Status != status || public.RetryAfter != wait || stytch.RetryAfter(err) != wait || public.Message == "" {
		t.Errorf("%v, and the public error %+v; want the reason %q, status %d and %v to wait", err, public, reason, status, wait)
	}
	if errors.Is(err, stytch.ErrOutcomeUnknown) {
		t.Errorf("OutcomeUnknown is true for %v", err)
	}
}

func TestInterceptUsers(t *testing.T) {
	s := newSite(t, guard.Config{RefuseCountries: []string{"GB"}})
	ctx := s.from(client)
	sms := func(number string) (*stytch.OTPsSMSLoginOrCreateResponse, error) {
		return s.client.OTPs.SMS.LoginOrCreate(ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: number})
	}
	sent, err := sms(phone)
	if err != nil {
		t.Fatal(err)
	}
	s.tally("US", 1, 0)
	_, err = sms(phone)
	wants(t, err, guard.ReasonGap, 429, 30*time.Second)
	_, err = s.client.OTPs.WhatsApp.LoginOrCreate(ctx, stytch.OTPsWhatsAppLoginOrCreateRequest{PhoneNumber: phone})
	wants(t, err, guard.ReasonGap, 429, 30*time.Second)
	_, err = s.client.OTPs.SMS.Send(ctx, stytch.OTPsSMSSendRequest{PhoneNumber: phone})
	wants(t, err, guard.ReasonGap, 429, 30*time.Second)
	_, err = sms("+447400123456")
	wants(t, err, guard.ReasonCountryRefused, 400, 0)
	s.inbox(1)

	if _, err := s.client.OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.PhoneID, Code: wrong(s.code(phone))}); err == nil {
		t.Error("a wrong code is accepted")
	}
	s.tally("US", 1, 0)
	if _, err := s.client.OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.PhoneID, Code: s.code(phone)}); err != nil {
		t.Error(err)
	}
	s.tally("US", 1, 1)

	email, err := s.client.OTPs.Email.LoginOrCreate(ctx, stytch.OTPsEmailLoginOrCreateRequest{Email: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.client.OTPs.Email.Send(ctx, stytch.OTPsEmailSendRequest{Email: "ADA@example.com"})
	wants(t, err, guard.ReasonGap, 429, 30*time.Second)
	if _, err := s.client.OTPs.Authenticate(ctx, stytch.OTPsAuthenticateRequest{MethodID: email.EmailID, Code: s.code("ada@example.com")}); err != nil {
		t.Error(err)
	}
	s.tally("", 1, 1)
	s.inbox(2)
}

// wrong returns a different code.
func wrong(code string) string {
	if code == "111111" {
		return "222222"
	}
	return "111111"
}

// TestInterceptNeedsAClient calls without a client in the context.
func TestInterceptNeedsAClient(t *testing.T) {
	s := newSite(t, guard.Config{})
	send := func(ctx context.Context) error {
		_, err := s.client.OTPs.SMS.LoginOrCreate(ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone})
		return err
	}
	if err := send(t.Context()); !errors.Is(err, guard.ErrNoClient) || stytch.PublicErrorOf(err).Status != 503 {
		t.Errorf("without a client: %v", err)
	}
	s.inbox(0)
	if err := send(guard.WithoutClient(t.Context())); err != nil {
		t.Error(err)
	}
	s.Advance(time.Minute)
	handler := guard.Clients()(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if err := send(r.Context()); err != nil {
			t.Error(err)
		}
	}))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil))
	s.inbox(2)
	// Calls that send no code need no client.
	if _, err := s.client.Sessions.GetJWKS(t.Context(), stytch.SessionsGetJWKSRequest{ProjectID: s.srv.ID}); err != nil {
		t.Error(err)
	}
}

// TestInterceptFailures checks that only codes that were certainly not sent are removed from the counts,
// and that retries count as one call.
func TestInterceptFailures(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault stytchtest.Fault
		again bool // the person can ask again at once
	}{
		{"refused by the service", stytchtest.Fault{ErrorType: "invalid_phone_number"}, true},
		{"too many requests", stytchtest.Fault{ErrorType: "too_many_requests"}, true},
		{"unknown", stytchtest.Fault{Reset: true, AfterEffect: true}, false},
		{"a gateway fails", stytchtest.Fault{HTML: true}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, guard.Config{PerClient: []guard.Limit{{Most: 2, Within: time.Hour}}})
			s.srv.Fail(test.fault)
			send := func(number string) error {
				_, err := s.client.OTPs.SMS.LoginOrCreate(s.from(client), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: number}, stytch.WithCallTimeout(3*time.Second))
				return err
			}
			if err := send(phone); err == nil {
				t.Fatal("no error")
			}
			s.srv.ClearFaults()
			s.tally("US", map[bool]int{true: 0, false: 1}[test.again], 0)
			err := send(phone)
			if !test.again {
				wants(t, err, guard.ReasonGap, 429, 30*time.Second)
				err = send(number(1))
			}
			if err != nil {
				t.Error(err)
			}
			wants(t, send(number(2)), guard.ReasonClient, 429, time.Hour) // unsent codes count for the client
		})
	}
}

func TestInterceptMembers(t *testing.T) {
	s := newSite(t, guard.Config{})
	org := s.srv.AddOrganization(b2b.Organization{OrganizationName: "Analytical Engines", MFAPolicy: b2b.MFAPolicyRequiredForAll})
	other := s.srv.AddOrganization(b2b.Organization{OrganizationName: "Difference Engines"})
	member := func(org b2b.Organization, email, number string) b2b.Member {
		t.Helper()
		m, err := s.srv.AddMember(b2b.Member{OrganizationID: org.OrganizationID, EmailAddress: email, MFAPhoneNumber: number, MFAPhoneNumberVerified: number != ""})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	ada, eve := member(org, "ada@example.com", phone), member(org, "eve@example.com", "")
	member(other, "ada@example.com", "")
	ctx := s.from(client)
	email := func(org b2b.Organization) error {
		_, err := s.members.OTPs.Email.LoginOrSignup(ctx, b2b.OTPsEmailLoginOrSignupRequest{OrganizationID: org.OrganizationID, EmailAddress: "ada@example.com"})
		return err
	}

	// The codes of discovery and of each organization may follow each other
	// without a gap.
	if _, err := s.members.OTPs.Email.Discovery.Send(ctx, b2b.OTPsEmailDiscoverySendRequest{EmailAddress: "ada@example.com"}); err != nil {
		t.Error(err)
	}
	_, err := s.members.OTPs.Email.Discovery.Send(ctx, b2b.OTPsEmailDiscoverySendRequest{EmailAddress: "ada@example.com"})
	wants(t, err, guard.ReasonGap, 429, 30*time.Second)
	if err := errors.Join(email(other), email(org)); err != nil {
		t.Error(err)
	}
	wants(t, email(org), guard.ReasonGap, 429, 30*time.Second)

	// The service sends the second code by itself.
	auth, err := s.members.OTPs.Email.Authenticate(ctx, b2b.OTPsEmailAuthenticateRequest{OrganizationID: org.OrganizationID, EmailAddress: "ada@example.com", Code: s.code("ada@example.com")})
	if err != nil || auth.Next() != b2b.StepSMSCode {
		t.Fatalf("%v, %v", auth, err)
	}
	s.tally("US", 1, 0)
	s.tally("", 1, 0)
	again := b2b.OTPsSMSSendRequest{OrganizationID: org.OrganizationID, MemberID: ada.MemberID, IntermediateSessionToken: &auth.IntermediateSessionToken}
	_, err = s.members.OTPs.SMS.Send(ctx, again)
	wants(t, err, guard.ReasonGap, 429, 30*time.Second)
	s.Advance(30 * time.Second)
	if _, err := s.members.OTPs.SMS.Send(ctx, again); err != nil {
		t.Error(err)
	}
	s.tally("US", 2, 0) // the number was in the response
	s.tally("", 2, 0)
	if _, err := s.members.OTPs.SMS.Authenticate(ctx, b2b.OTPsSMSAuthenticateRequest{
		OrganizationID: org.OrganizationID, MemberID: ada.MemberID, Code: s.code(phone), IntermediateSessionToken: &auth.IntermediateSessionToken,
	}); err != nil {
		t.Error(err)
	}
	s.tally("US", 2, 1)

	// A phone number that another member has just entered.
	_, err = s.members.OTPs.SMS.Send(ctx, b2b.OTPsSMSSendRequest{OrganizationID: org.OrganizationID, MemberID: eve.MemberID, MFAPhoneNumber: new(phone)})
	wants(t, err, guard.ReasonGap, 429, 30*time.Second)
	s.inbox(5)
}

// TestCalls finds calls that calls.go does not classify.
func TestCalls(t *testing.T) {
	neither := map[string]bool{
		"/v1/magic_links": true, "/v1/magic_links/email/revoke_invite": true,
		"/v1/passwords/existing_password/reset": true, "/v1/passwords/session/reset": true,
		"/v1/b2b/passwords/existing_password/reset": true, "/v1/b2b/passwords/session/reset": true,
		"/v1/b2b/organizations/{organization_id}/members/{member_id}/unlink_retired_email": true,
	}
	endpoint := regexp.MustCompile(`Path:\s+"([^"]+)",\s+Retry:\s+transport\.(\w+)`)
	mayHaveToDoWithCodes := regexp.MustCompile(`[^t]otp|sms|whatsapp|email|magic|phone|invite|reset|send`)
	known, found := guard.Calls(), 0
	for _, pattern := range []string{"../stytch/*_gen.go", "../b2b/*_gen.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range endpoint.FindAllStringSubmatch(string(text), -1) {
				path, class := match[1], match[2]
				_, have := known[path]
				if have {
					found++
				}
				if class != "Safe" && mayHaveToDoWithCodes.MatchString(path) && !have && !neither[path] {
					t.Errorf("%s: %s is not classified: if it sends or verifies a code or a link, add it to calls.go, otherwise to the list in this test", file, path)
				}
			}
		}
	}
	if found < 13 {
		t.Errorf("only %d calls of the SDK are known", found)
	}
	for path, sends := range known {
		if last := filepath.Base(path); sends == (last == "authenticate" || last == "reset") {
			t.Errorf("%s: sends %v", path, sends)
		}
	}
}

// TestInterceptAtOnce asks for one address from many clients concurrently.
func TestInterceptAtOnce(t *testing.T) {
	s := newSite(t, guard.Config{})
	errs := make(chan error)
	for i := range 20 {
		go func() {
			_, err := s.client.OTPs.SMS.LoginOrCreate(s.from(ip(i)), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone})
			errs <- err
		}()
	}
	for range 20 {
		var refused *guard.Error
		if err := <-errs; err != nil && !errors.As(err, &refused) {
			t.Error(err)
		}
	}
	s.inbox(1)
}

// TestInterceptedAddresses checks that requests of every kind are counted.
func TestInterceptedAddresses(t *testing.T) {
	type other struct {
		EmailAddress string `json:"email_address"`
		MemberID     string `json:"member_id"`
	}
	for i, test := range []struct {
		path    string
		request any
		want    string
	}{
		{"/v1/magic_links/email/send", &struct {
			Email string `json:"email"`
		}{"a@example.com"}, "a@example.com"},
		{"/v1/b2b/passwords/email/require_reset", &other{"b@example.com", "member-1"}, "b@example.com"},
		{"/v1/otps/sms/send", &struct {
			PhoneNumber *string `json:"phone_number"`
		}{new(phone)}, phone},
	} {
		a := newAsker(t, guard.Config{})
		ctx := guard.WithoutClient(t.Context())
		call := &stytch.Call{Name: fmt.Sprint(i), Method: "POST", Path: test.path, Request: test.request}
		if err := a.Intercept(ctx, call, func(context.Context) error { return nil }); err != nil {
			t.Error(err)
		}
		a.want(test.want, client, "wait 30s: gap: 1 in 30s")
	}
	// A request without an address is not sent.
	a := newAsker(t, guard.Config{})
	call := &stytch.Call{Path: "/v1/otps/sms/send", Request: &struct{}{}}
	err := a.Intercept(guard.WithoutClient(t.Context()), call, func(context.Context) error { t.Error("it was sent"); return nil })
	wants(t, err, guard.ReasonInvalidAddress, 400, 0)
}
