package stytchtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// post sends a body unchanged, with credentials unless they are empty.
func (w *world) post(path, body, projectID, secret string) (int, map[string]any) {
	w.t.Helper()
	return w.request(http.MethodPost, path, body, projectID, secret)
}

func (w *world) request(method, path, body, projectID, secret string) (int, map[string]any) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.ctx, method, w.URL()+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if projectID != "" {
		r.SetBasicAuth(projectID, secret)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil {
		w.t.Fatalf("the answer is not JSON: %s", data)
	}
	return resp.StatusCode, fields
}

// TestBadRequests checks the fields and messages of error responses: the
// invalid field, and why.
func TestBadRequests(t *testing.T) {
	w := newWorld(t)
	tests := []struct {
		name, path, body string
		status           int
		errorType, words string
	}{
		{"no such path", "/v1/nothing", `{}`, 404, "bad_request", "there is no call POST /v1/nothing"},
		{"another method", "/v1/sessions", `{}`, 405, "bad_request", "the path allows GET"},
		{"no JSON", "/v1/otps/sms/send", `{`, 400, "bad_request", "not a JSON object"},
		{"a list", "/v1/otps/sms/send", `[]`, 400, "bad_request", "not a JSON object"},
		{"null", "/v1/otps/sms/send", `null`, 400, "bad_request", "not a JSON object"},
		{"two values", "/v1/otps/sms/send", `{}{}`, 400, "bad_request", "there is more data after it"},
		{"a required field is missing", "/v1/otps/sms/send", `{}`, 400, "bad_request", "phone_number: is required"},
		{"an invalid phone number", "/v1/otps/sms/send", `{"phone_number":"5005550006"}`, 400, "invalid_phone_number", "phone_number: "},
		{"a field of another type", "/v1/otps/sms/send", `{"phone_number":5}`, 400, "invalid_phone_number", "phone_number: "},
		{"a lifetime too long", "/v1/otps/sms/send", `{"phone_number":"+15005550006","expiration_minutes":11}`, 400, "invalid_expiration_otp", "expiration_minutes: must be between 1 and 10"},
		{"an invalid locale", "/v1/otps/email/send", `{"email":"a@b.c","locale":"de-DE"}`, 400, "invalid_locale", "locale: "},
		{"an invalid address", "/v1/otps/email/send", `{"email":"ada"}`, 400, "invalid_email", "email: "},
		{"several at once", "/v1/otps/email/send", `{"email":"ada","locale":"xx"}`, 400, "invalid_email", "locale: "},
		{"an invalid code", "/v1/otps/authenticate", `{"method_id":"x","code":"12345"}`, 400, "invalid_code", "code: "},
		{"a session too short", "/v1/otps/authenticate", `{"method_id":"x","code":"123456","session_duration_minutes":4}`, 400, "invalid_session_duration_minutes", "must be between 5 and"},
		{"a nested field of another type", "/v1/otps/authenticate", `{"method_id":"x","code":"123456","attributes":{"ip_address":5}}`, 400, "bad_request", "attributes.ip_address: "},
		{"a field of an item", "/v1/b2b/organizations", `{"organization_name":"Engines","rbac_email_implicit_role_assignments":[{"domain":"example.com"}]}`, 400, "bad_request", "rbac_email_implicit_role_assignments[0].role_id: is required"},
		{"two users named", "/v1/otps/sms/send", `{"phone_number":"+15005550006","user_id":"u","session_token":"t"}`, 400, "too_many_user_selection_arguments", "at most one of user_id, session_token, session_jwt"},
		{"no session", "/v1/sessions/authenticate", `{}`, 400, "no_session_arguments", "exactly one of session_token, session_jwt"},
		{"two sessions", "/v1/sessions/authenticate", `{"session_token":"t","session_jwt":"j"}`, 400, "too_many_session_arguments", "exactly one of"},
		{"nothing to revoke", "/v1/sessions/revoke", `{}`, 400, "no_session_revoke_arguments", "session_id"},
		{"too much to revoke", "/v1/b2b/sessions/revoke", `{"member_id":"m","session_token":"t"}`, 400, "too_many_session_revoke_arguments", "session_token, session_jwt, member_id must be set, not 2"},
		{"an invalid JWT", "/v1/sessions/authenticate", `{"session_jwt":"x.y.z"}`, 401, "unable_to_parse_session_jwt", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, e := w.post(test.path, test.body, w.ID, w.Secret)
			message, _ := e["error_message"].(string)
			if status != test.status || e["error_type"] != test.errorType || !strings.Contains(message, test.words) {
				t.Errorf("%d %v, want %d %s with %q", status, e, test.status, test.errorType, test.words)
			}
			id, _ := e["request_id"].(string)
			url, _ := e["error_url"].(string)
			if e["status_code"] != float64(status) || !strings.HasPrefix(id, "request-id-test-") || !strings.HasPrefix(url, "https://stytch.com/docs/api/errors/") {
				t.Errorf("an error without the service's fields: %v", e)
			}
		})
	}
}

func TestMissingParameter(t *testing.T) {
	w := newWorld(t)
	status, e := w.request(http.MethodGet, "/v1/sessions", "", w.ID, w.Secret)
	if status != 400 || e["error_type"] != "invalid_user_id" || e["error_message"] != "user_id: is required" {
		t.Errorf("%d %v", status, e)
	}
}

func TestCredentials(t *testing.T) {
	w := newWorld(t)
	other := w.AddProject("project-test-other", "secret-test-other")
	tests := []struct{ name, id, secret string }{
		{"none", "", ""}, {"a wrong secret", w.ID, "secret-test-x"}, {"no such project", "project-test-x", w.Secret},
		{"another project's secret", w.ID, other.Secret},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if status, e := w.post("/v1/otps/sms/login_or_create", `{"phone_number":"+15005550006"}`, test.id, test.secret); status != 401 || e["error_type"] != "unauthorized_credentials" {
				t.Errorf("%d %v", status, e)
			}
		})
	}
	if n := len(w.Inbox().Messages()); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

// TestProjectsShareNothing logs in with one phone number at two projects.
func TestProjectsShareNothing(t *testing.T) {
	w := newWorld(t)
	other := w.AddProject("project-test-other", "secret-test-other")
	sent := must(other.Client(noDrift(t)).OTPs.SMS.LoginOrCreate(w.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone}))(t)
	code := must(other.Inbox().WaitFor(w.ctx, phone))(t).Code
	_, err := w.authenticate(sent.PhoneID, code)
	wants(t, err, stytch.ErrOTPCodeNotFound)
	auth := must(other.Client(noDrift(t)).OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.PhoneID, Code: code, SessionDurationMinutes: new(5)}))(t)
	_, err = w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionJWT: &auth.SessionJWT})
	wants(t, err, stytch.ErrUnableToParseSessionJWT)
	if len(w.Users()) != 0 || len(w.Inbox().Messages()) != 0 || len(other.Users()) != 1 {
		t.Error("the projects share users or messages")
	}
}

// TestJWT verifies a session's JWT with the published keys and a third-party
// library.
func TestJWT(t *testing.T) {
	w := newWorld(t)
	w.Clock().Run()
	u := w.AddUser(stytch.User{Roles: []string{"stytch_user"}})
	s := must(w.AddSession(u.UserID, time.Hour, map[string]any{"plan": "pro"}))(t)
	w.RotateKeys(false)
	next := must(w.AddSession(u.UserID, time.Hour, nil))(t)

	keys := must(w.client.Sessions.GetJWKS(w.ctx, stytch.SessionsGetJWKSRequest{ProjectID: w.ID}))(t).Keys
	if len(keys) != 2 {
		t.Fatalf("%d keys are published after a rotation, want 2", len(keys))
	}
	for i, token := range []string{next.JWT, s.JWT} {
		claims := jwt.MapClaims{}
		parsed, err := jwt.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return publicKey(t, keys[i]), nil },
			jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(w.ID), jwt.WithIssuer("stytch.com/"+w.ID), jwt.WithSubject(u.UserID), jwt.WithExpirationRequired(), jwt.WithIssuedAt())
		if err != nil {
			t.Fatal(err)
		}
		if parsed.Header["kid"] != keys[i].Kid || claims["exp"].(float64)-claims["iat"].(float64) != 300 || claims["nbf"] != claims["iat"] || claims["jti"] != nil {
			t.Errorf("header %v, claims %v", parsed.Header, claims)
		}
		session := claims["https://stytch.com/session"].(map[string]any)
		if i == 1 && (claims["plan"] != "pro" || session["id"] != s.ID || session["roles"].([]any)[0] != "stytch_user") {
			t.Errorf("claims %v", claims)
		}
	}
	w.RotateKeys(true)
	if keys := must(w.B2B(noDrift(t)).Sessions.GetJWKS(w.ctx, b2b.SessionsGetJWKSRequest{ProjectID: w.ID}))(t).Keys; len(keys) != 1 {
		t.Errorf("%d keys are published after a rotation with forget, want 1", len(keys))
	}
	_, err := w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionJWT: &s.JWT})
	wants(t, err, stytch.ErrUnableToParseSessionJWT)
}

func TestMemberJWTNamesTheOrganization(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	m := c.member(b2b.Member{})
	s := must(c.AddSession(m.MemberID, time.Hour, nil))(t)
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(s.JWT, claims); err != nil {
		t.Fatal(err)
	}
	organization := claims["https://stytch.com/organization"].(map[string]any)
	if claims["sub"] != m.MemberID || organization["organization_id"] != c.org.OrganizationID || organization["slug"] != "engines" {
		t.Errorf("claims %v", claims)
	}
}

// TestEveryErrorType makes a call fail with each error type of the spec.
func TestEveryErrorType(t *testing.T) {
	w := newWorld(t)
	client := w.Client(stytch.WithMaxRetries(0))
	for _, errorType := range stytchtest.ErrorTypes() {
		w.Fail(stytchtest.Fault{Call: "consumer.sessions.get", Times: 1, ErrorType: errorType.Name, RetryAfter: 3 * time.Second})
		_, err := client.Sessions.Get(w.ctx, stytch.SessionsGetRequest{UserID: "user-test-1"})
		var e *stytch.Error
		if !errors.As(err, &e) || e.Type != stytch.ErrorType(errorType.Name) || e.StatusCode != errorType.Status || e.RetryAfter != 3*time.Second || e.Message == "" {
			t.Errorf("%s: %v", errorType.Name, err)
		}
	}
	if n := len(w.Faults()); n != 0 {
		t.Errorf("%d faults are left", n)
	}
}

func TestFaults(t *testing.T) {
	tests := []struct {
		name     string
		fault    stytchtest.Fault
		status   int // of an *stytch.Error; 0: a *stytch.ConnectionError
		unknown  bool
		messages int
	}{
		{"429 with Retry-After", stytchtest.Fault{ErrorType: "too_many_requests", RetryAfter: time.Hour}, 429, false, 0},
		{"500", stytchtest.Fault{Status: 500}, 500, true, 0},
		{"503 after the effect", stytchtest.Fault{Status: 503, AfterEffect: true}, 503, true, 1},
		{"HTML 502", stytchtest.Fault{HTML: true}, 502, true, 0},
		{"HTML 504 after the effect", stytchtest.Fault{HTML: true, Status: 504, AfterEffect: true}, 504, true, 1},
		{"truncated", stytchtest.Fault{Truncate: true}, 200, true, 1},
		{"reset", stytchtest.Fault{Reset: true}, 0, true, 0},
		{"reset after the effect", stytchtest.Fault{Reset: true, AfterEffect: true}, 0, true, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.Fail(test.fault)
			_, err := w.client.OTPs.SMS.LoginOrCreate(w.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone})
			var e *stytch.Error
			var broken *stytch.ConnectionError
			if test.status != 0 && (!errors.As(err, &e) || e.StatusCode != test.status) || test.status == 0 && !errors.As(err, &broken) {
				t.Errorf("error %v, want status %d", err, test.status)
			}
			if errors.Is(err, stytch.ErrOutcomeUnknown) != test.unknown {
				t.Errorf("outcome unknown: %t, want %t", !test.unknown, test.unknown)
			}
			if n := len(w.Inbox().Messages()); n != test.messages {
				t.Errorf("%d messages were sent, want %d", n, test.messages)
			}
			w.ClearFaults()
			must(w.client.OTPs.SMS.LoginOrCreate(w.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone}))(t)
		})
	}
}

func TestFaultFilters(t *testing.T) {
	w := newWorld(t)
	client := w.Client(stytch.WithMaxRetries(0))
	get := func() error {
		_, err := client.Sessions.Get(w.ctx, stytch.SessionsGetRequest{UserID: "user-test-1"})
		return err
	}
	w.Fail(stytchtest.Fault{API: "b2b", Status: 500})
	w.Fail(stytchtest.Fault{Call: "consumer.sessions.revoke", Status: 500})
	w.Fail(stytchtest.Fault{Call: "consumer.sessions.get", Times: 2, ErrorType: "organization_not_found"})
	for range 2 {
		wants(t, get(), stytch.ErrOrganizationNotFound)
	}
	wants(t, get(), stytch.ErrUserNotFound)
	w.ClearFaults()
	w.Fail(stytchtest.Fault{Share: 0.5, ErrorType: "organization_not_found"})
	met := 0
	for range 200 {
		if errors.Is(get(), stytch.ErrOrganizationNotFound) {
			met++
		}
	}
	if met < 50 || met > 150 {
		t.Errorf("a share of a half met %d of 200 calls", met)
	}
}

// TestRetriesGetThrough checks that the client retries faults that a retry can
// overcome.
func TestRetriesGetThrough(t *testing.T) {
	w := newWorld(t)
	w.Fail(stytchtest.Fault{Call: "consumer.otps.sms.login_or_create", Times: 1, ErrorType: "too_many_requests"})
	w.Fail(stytchtest.Fault{Call: "consumer.sessions.get", Times: 1, Reset: true})
	w.Fail(stytchtest.Fault{Call: "consumer.sessions.get", Times: 1, HTML: true})
	id, _ := w.sms()
	u := w.Users()[0]
	must(w.client.Sessions.Get(w.ctx, stytch.SessionsGetRequest{UserID: u.UserID}))(t)
	if w.Calls("consumer.otps.sms.login_or_create") != 2 || w.Calls("consumer.sessions.get") != 3 || id == "" {
		t.Errorf("sends %d, gets %d", w.Calls("consumer.otps.sms.login_or_create"), w.Calls("consumer.sessions.get"))
	}
}

func TestDelayEndsWithTheServer(t *testing.T) {
	w := newWorld(t)
	w.Fail(stytchtest.Fault{Delay: time.Hour})
	failed := make(chan error)
	go func() {
		_, err := w.client.OTPs.SMS.LoginOrCreate(w.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone})
		failed <- err
	}()
	must(w.Inbox().WaitFor(w.ctx, phone))(t)
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("a call to a closed server succeeded")
	}
}

func TestRequestsAreRecordedWithoutSecrets(t *testing.T) {
	w := newWorld(t)
	id, code := w.sms()
	auth := must(w.client.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: id, Code: code, SessionDurationMinutes: new(5),
		Attributes: &stytch.Attributes{IPAddress: new("203.0.113.7")}, SessionCustomClaims: map[string]any{"hush": "s3cret"}}))(t)
	must(w.client.Sessions.Revoke(w.ctx, stytch.SessionsRevokeRequest{SessionJWT: &auth.SessionJWT}))(t)
	requests := w.Requests()
	if len(requests) != 3 || requests[1].Call != "consumer.otps.authenticate" || requests[1].API != "consumer" || requests[1].Status != 200 || requests[1].Body["method_id"] != id {
		t.Errorf("requests %+v", requests)
	}
	printed := fmt.Sprintf("%+v", requests)
	for _, secret := range []string{phone, code, auth.SessionJWT, "203.0.113.7", "s3cret", w.Secret, "Basic "} {
		if strings.Contains(printed, secret) {
			t.Errorf("the requests show %q", secret)
		}
	}
}

func TestWaitFor(t *testing.T) {
	w := newWorld(t)
	arrived := make(chan stytchtest.Message)
	go func() {
		m, err := w.Inbox().WaitFor(w.ctx, strings.ToUpper(email))
		if err != nil {
			t.Error(err)
		}
		arrived <- m
	}()
	must(w.client.OTPs.Email.LoginOrCreate(w.ctx, stytch.OTPsEmailLoginOrCreateRequest{Email: email}))(t)
	if m := <-arrived; m.Address != email {
		t.Errorf("message %+v", m)
	}
	ctx, cancel := context.WithCancelCause(w.ctx)
	cancel(errors.New("no patience"))
	if m, err := w.Inbox().WaitFor(ctx, email); err == nil || !strings.Contains(err.Error(), "no patience") {
		t.Errorf("the same message came twice: %+v, %v", m, err)
	}
}

func TestPinnedCode(t *testing.T) {
	w := newWorld(t, stytchtest.WithCode("123456"))
	if _, code := w.sms(); code != "123456" {
		t.Errorf("code %s", code)
	}
	for _, code := range []string{"12345", "abcdef", "１２３４５６"} {
		if s, err := stytchtest.Start(stytchtest.Config{Code: code}); err == nil {
			_ = s.Close()
			t.Errorf("the code %q was accepted", code)
		}
	}
}

// TestSnapshot moves a server's state to another server, in the middle of
// logins.
func TestSnapshot(t *testing.T) {
	c := newCompany(t, b2b.Organization{MFAPolicy: b2b.MFAPolicyRequiredForAll})
	m := c.member(b2b.Member{MFAPhoneNumber: phone, MFAPhoneNumberVerified: true})
	login := must(c.login())(t)
	mfa := must(c.Inbox().WaitFor(c.ctx, phone))(t).Code
	id, code := c.smsTo("+15005550001")
	u := c.AddUser(stytch.User{TrustedMetadata: map[string]any{"n": json.Number("9007199254740993")}})
	s := must(c.AddSession(u.UserID, time.Hour, map[string]any{"plan": "pro"}))(t)
	data := must(c.Snapshot())(t)

	again, err := stytchtest.Start(stytchtest.Config{Snapshot: data, Validate: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.ID != c.ID || !again.Clock().Now().Equal(c.Clock().Now()) || again.Clock().Running() {
		t.Errorf("project %s, clock %v", again.ID, again.Clock().Now())
	}
	must(again.Client(noDrift(t)).OTPs.Authenticate(c.ctx, stytch.OTPsAuthenticateRequest{MethodID: id, Code: code}))(t)
	got := must(again.Client(noDrift(t)).Sessions.Authenticate(c.ctx, stytch.SessionsAuthenticateRequest{SessionJWT: &s.JWT}))(t)
	if got.User.TrustedMetadata["n"] != json.Number("9007199254740993") || got.Session.CustomClaims["plan"] != "pro" {
		t.Errorf("user %v", got.User.TrustedMetadata)
	}
	must(again.B2B(noDrift(t)).OTPs.SMS.Authenticate(c.ctx, b2b.OTPsSMSAuthenticateRequest{OrganizationID: c.org.OrganizationID, MemberID: m.MemberID, Code: mfa, IntermediateSessionToken: &login.IntermediateSessionToken}))(t)
	if len(again.Inbox().Messages()) != len(c.Inbox().Messages()) {
		t.Error("messages were lost")
	}
	second := must(again.Snapshot())(t)
	if err := c.Restore(second); err != nil || !bytes.Equal(must(c.Snapshot())(t), second) {
		t.Errorf("the restored state differs from the snapshot: %v", err)
	}
}

func (w *world) smsTo(number string) (methodID, code string) {
	w.t.Helper()
	sent := must(w.client.OTPs.SMS.LoginOrCreate(w.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: number}))(w.t)
	return sent.PhoneID, must(w.Inbox().WaitFor(w.ctx, number))(w.t).Code
}

func TestDamagedSnapshots(t *testing.T) {
	w := newWorld(t)
	w.AddUser(stytch.User{})
	good := string(must(w.Snapshot())(t))
	tests := map[string]string{
		"empty": "", "not JSON": "{", "null": "null", "another version": strings.Replace(good, `"version": 2`, `"version": 1`, 1),
		"truncated": good[:len(good)-10], "something behind": good + "{}", "no project": `{"version":2,"clock":{"ahead":0},"projects":[]}`,
		"another project":          strings.ReplaceAll(good, w.ID, "project-test-other"),
		"a broken key":             strings.Replace(good, "BEGIN PRIVATE KEY", "BEGIN", 1),
		"a null user":              strings.Replace(good, `"users": [`, `"users": [null,`, 1),
		"a bracket after it":       good + "}",
		"no users":                 strings.Replace(good, `"users": [`, `"grants": [`, 1),
		"no messages":              strings.Replace(good, `"messages": `, `"keys": `, 1),
		"no state":                 strings.Replace(good, `"state": {`, `"keys": [], "x": {`, 1),
		"a user without an id":     strings.Replace(good, `"user_id": "user-`, `"user_id": "", "external_id": "user-`, 1),
		"a clock in the year 9000": regexp.MustCompile(`"stopped": "20`).ReplaceAllString(good, `"stopped": "90`),
		"unknown field":            strings.Replace(good, `"version": 2`, `"version": 2, "x": 1`, 1),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) {
			if err := w.Restore([]byte(data)); err == nil {
				t.Error("it was accepted")
			}
			if len(w.Users()) != 1 {
				t.Error("it changed something")
			}
		})
	}
}

// TestFaultsThatCannotWork checks that a fault that can never apply is rejected. A
// test with such a fault would pass by mistake.
func TestFaultsThatCannotWork(t *testing.T) {
	w := newWorld(t)
	for name, fault := range map[string]stytchtest.Fault{
		"call": {Call: "consumer.otps.smss.send", Status: 500}, "call of the other API": {Call: "consumer.otps.whatsapp.send", API: "b2b", Status: 500}, "call without an API": {Call: "otps.sms.send", Status: 500},
		"API": {API: "b2c", Status: 500}, "status": {Status: 42}, "error type": {ErrorType: "no_such_type"},
		"share": {Share: 2, Reset: true}, "times": {Times: -1, Reset: true}, "delay": {Delay: -1},
		"nothing": {Call: "consumer.sessions.get", Times: 1, RetryAfter: time.Minute, AfterEffect: true}, "a good status": {Status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if reason := fmt.Sprint(recover()); !strings.Contains(reason, "stytchtest: the fault is not valid: ") {
					t.Errorf("it says %q", reason)
				}
				if len(w.Faults()) != 0 {
					t.Error("it was added")
				}
			}()
			w.Fail(fault)
		})
	}
}

// TestSeedsThatTheServiceWouldRefuse checks that tests cannot seed a state that no
// call could create.
func TestSeedsThatTheServiceWouldRefuse(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	if o := c.AddOrganization(b2b.Organization{OrganizationName: "Looms"}); o.OrganizationSlug != o.OrganizationID {
		t.Errorf("the slug is %q", o.OrganizationSlug)
	}
	m := must(c.AddMember(b2b.Member{OrganizationID: c.org.OrganizationID, EmailAddress: "ada@example.com"}))(t)
	if _, err := c.AddMember(b2b.Member{OrganizationID: c.org.OrganizationID, EmailAddress: "Ada@example.com"}); err == nil || !strings.Contains(err.Error(), m.MemberID) {
		t.Errorf("a second member with one address: error %v", err)
	}
	for want, claims := range map[string]map[string]any{
		"cannot be encoded as JSON":      {"plan": make(chan int)},
		"stytch_claims_in_custom_claims": {"https://stytch.com/session": 1},
		"custom_claims_too_large":        {"plan": strings.Repeat("x", 5000)},
	} {
		if s, err := c.AddSession(m.MemberID, time.Hour, claims); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("session %v, error %v; want %q", s.ID, err, want)
		}
	}
	if n := len(c.Sessions()); n != 0 {
		t.Errorf("%d sessions were started", n)
	}
}

func TestReset(t *testing.T) {
	c := newCompany(t, b2b.Organization{})
	c.sms()
	c.Reset()
	if len(c.Users())+len(c.Organizations())+len(c.Inbox().Messages())+len(c.Sessions()) != 0 {
		t.Error("something is left")
	}
	c.sms()
}

// TestParallelLogins logs in five hundred users at once. No code is lost, and
// none goes to another user.
func TestParallelLogins(t *testing.T) {
	w := newWorld(t)
	w.client = w.Client(noDrift(t), stytch.WithAttemptTimeout(-1)) // the machine may be busy
	var group sync.WaitGroup
	for i := range 500 {
		group.Go(func() {
			number := fmt.Sprintf("+1500%07d", i)
			sent, err := w.client.OTPs.SMS.LoginOrCreate(w.ctx, stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: number}, stytch.WithCallTimeout(5*time.Minute))
			if err != nil {
				t.Error(err)
				return
			}
			m, err := w.Inbox().WaitFor(w.ctx, number)
			if err != nil || m.Address != number {
				t.Errorf("message %+v, error %v", m, err)
				return
			}
			auth, err := w.client.OTPs.Authenticate(w.ctx, stytch.OTPsAuthenticateRequest{MethodID: sent.PhoneID, Code: m.Code, SessionDurationMinutes: new(5)}, stytch.WithCallTimeout(5*time.Minute))
			if err != nil || auth.User.PhoneNumbers[0].PhoneNumber != number || auth.UserID != sent.UserID {
				t.Errorf("logged in as %v, error %v", auth, err)
			}
		})
	}
	group.Wait()
	if len(w.Sessions()) != 500 || len(w.Inbox().Messages()) != 500 {
		t.Errorf("%d sessions and %d messages, want 500 of each", len(w.Sessions()), len(w.Inbox().Messages()))
	}
}

func TestSetenv(t *testing.T) {
	srv := stytchtest.NewServer(t)
	srv.Setenv(t)
	client, err := stytch.FromEnv(srv.Options()...)
	if err != nil {
		t.Fatal(err)
	}
	sent, err := client.OTPs.SMS.LoginOrCreate(t.Context(), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone})
	if err != nil {
		t.Fatal(err)
	}
	message, err := srv.Inbox().WaitFor(t.Context(), phone)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.OTPs.Authenticate(t.Context(), stytch.OTPsAuthenticateRequest{MethodID: sent.PhoneID, Code: message.Code}); err != nil {
		t.Error(err)
	}
	if os.Getenv("STYTCH_PUBLIC_TOKEN") != srv.PublicToken() {
		t.Error("the public token is not set")
	}
}
