package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestEveryRoute calls every operation of control.yaml with success. Each
// response is compared with it.
func TestEveryRoute(t *testing.T) {
	p := launch(t, "--seed", write(t, "seed.yaml", goodSeed))
	user := p.login(phone).UserID
	must(p.client().TOTPs.Create(t.Context(), stytch.TOTPsCreateRequest{UserID: user}))(t)
	app := httptest.NewServer(http.NotFoundHandler())
	defer app.Close()
	endpoint := decoded[stytchtest.WebhookEndpoint](t, p.does(http.MethodPost, "/api/webhooks/endpoints", `{"url":"`+app.URL+`"}`)).ID
	must(p.client().Users.Create(t.Context(), stytch.UsersCreateRequest{Email: new("webhook@example.com")}))(t)
	delivery := decoded[deliveryView](t, p.does(http.MethodGet, "/api/webhooks/deliveries/wait", "")).ID
	session := decoded[struct{ Sessions []stytchtest.Session }](t, p.does(http.MethodGet, "/api/sessions", "")).Sessions[0].ID
	member := decoded[struct{ Members []b2b.Member }](t, p.does(http.MethodGet, "/api/members", "")).Members[0]
	snapshot := p.does(http.MethodGet, "/api/snapshot", "")
	calls := map[string]struct {
		query, body string
		status      int
		want        string
	}{
		"ready":              {"", "", 200, `{"ready":true}`},
		"openapi":            {"", "", 200, "openapi: 3.1.0"},
		"environment":        {"", "", 200, `"STYTCH_BASE_URL":"` + p.url + `"`},
		"messages.list":      {"", "", 200, phone},
		"messages.delete":    {"", "", 204, ""},
		"messages.restore":   {"", `{"ids":["message-test-1"]}`, 204, ""},
		"messages.wait":      {"?address=" + email, "", 200, `"channel":"email"`},
		"requests.list":      {"", "", 200, `"call":"consumer.otps.sms.login_or_create"`},
		"projects.list":      {"", "", 200, `"project_id":"` + p.env["STYTCH_PROJECT_ID"]},
		"projects.create":    {"", "", 201, `"secret":"secret-test-`},
		"projects.delete":    {"", "", 204, ""},
		"calls.list":         {"", "", 200, `{"call":"consumer.users.create","api":"consumer","method":"POST","path":"/v1/users","emulated":true}`},
		"calls.perform":      {"", `{"user_id":"` + user + `"}`, 200, phone},
		"keys.rotate":        {"", `{"forget":true}`, 204, ""},
		"sessions.add":       {"", `{"id":"` + user + `","session_duration_minutes":5}`, 201, `"session_jwt":"eyJ`},
		"users.list":         {"", "", 200, phone},
		"users.update":       {"", `{"is_locked":true}`, 204, ""},
		"users.delete":       {"", "", 204, ""},
		"sessions.delete":    {"", "", 204, ""},
		"sessions.list":      {"", "", 200, `"user_id":"user-test-`},
		"totps.list":         {"", "", 200, `"user_id":"` + user + `","verified":false,"code":"`},
		"organizations.list": {"", "", 200, "Analytical Engines"},
		"members.list":       {"", "", 200, email},
		"policy.get":         {"", "", 200, `{"roles":[],`},
		"policy.put":         {"", `{"roles":[{"role_id":"editor","permissions":[{"resource_id":"documents","actions":["*"]}]}]}`, 200, `"role_id":"editor"`},
		"reset":              {"", "", 204, ""},
		"snapshot.get":       {"", "", 200, `"version": 2`},
		"snapshot.put":       {"", snapshot, 204, ""},
		"clock.get":          {"", "", 200, `"running":`},
		"clock.advance":      {"", `{"seconds":-60}`, 200, `"now":`},
		"clock.stop":         {"", "", 200, `"running":false`},
		"clock.run":          {"", "", 200, `"running":true`},
		"faults.list":        {"", "", 200, `{"faults":[`},
		"faults.add":         {"", `{"call":"consumer.otps.sms.send","api":"consumer","times":2,"share":1,"after_effect":true,"status":503,"retry_after_seconds":1}`, 201, `"status":503`},
		"faults.clear":       {"", "", 204, ""},
		"faults.choices":     {"", "", 200, `{"api":"b2b","call":"b2b.otps.email.discovery.send"}`},

		"seed.schema":                {"", "", 200, `"$schema":`},
		"seed.apply":                 {"", `{"users":[{"emails":[{"email":"seeded@example.com"}]}]}`, 204, ""},
		"organizations.update":       {"", `{"mfa_policy":"REQUIRED_FOR_ALL"}`, 204, ""},
		"organizations.delete":       {"", "", 204, ""},
		"members.update":             {"", `{"name":"Grace"}`, 204, ""},
		"members.delete":             {"", "", 204, ""},
		"passwords.set":              {"", `{"id":"` + user + `","password":"9 lanterns over Quartz Orchard"}`, 204, ""},
		"impersonations.add":         {"", `{"id":"` + user + `","impersonator_email_address":"support@example.net"}`, 201, `"token":`},
		"consents.add":               {"", `{"id":"` + user + `","connected_app":{"connected_app_id":"reader","name":"Reader","scopes_granted":"openid"}}`, 204, ""},
		"fingerprints.add":           {"", `{"reasons":["VIRTUAL_MACHINE"]}`, 201, `"telemetry_id":`},
		"email_risks.put":            {"", `{"email_address":"ada@example.com","action":"BLOCK","risk_score":90}`, 204, ""},
		"trusted_token_profiles.put": {"", `{"profiles":[]}`, 200, `"profiles":[]`},
		"userinfo_url.put":           {"", `{"url":"http://localhost:3000/userinfo"}`, 204, ""},

		"webhooks.types":         {"", "", 200, `"direct.user.create"`},
		"webhooks.endpoints":     {"", "", 200, `"secret":"whsec_`},
		"webhooks.add":           {"", `{"url":"http://localhost:3000/hook","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw","events":["scim.member.update"],"disabled":true}`, 201, `"events":["scim.member.update"],"disabled":true}`},
		"webhooks.update":        {"", `{"disabled":true}`, 200, app.URL},
		"webhooks.delete":        {"", "", 204, ""},
		"webhooks.rotate":        {"", "{}", 200, `"secret":"whsec_`},
		"webhooks.replay":        {"", "", 204, ""},
		"webhooks.replay_failed": {"", "", 200, `{"replayed":0}`},
		"webhooks.deliveries":    {"?status=pending&event_type=direct.user.create&endpoint_id=" + endpoint, "", 200, `"email":"webhook@example.com"`},
		"webhooks.wait":          {"?timeout=60", "", 200, `"status":404`},
	}
	for _, r := range routes {
		t.Run(r.call, func(t *testing.T) {
			if r.call == "events" || strings.HasPrefix(r.call, "projects.") || strings.HasPrefix(r.call, "snapshots.") {
				return // they have tests of their own
			}
			call, ok := calls[r.call]
			if !ok {
				t.Fatal("this call has no test")
			}
			p.does(http.MethodPut, "/api/snapshot", snapshot)
			if r.call == "messages.wait" {
				must(p.client().OTPs.Email.LoginOrCreate(t.Context(), stytch.OTPsEmailLoginOrCreateRequest{Email: email}))(t)
			}
			if r.call == "webhooks.wait" {
				p.does(http.MethodPost, "/api/webhooks/deliveries/"+delivery+"/replay", "")
			}
			path := strings.NewReplacer("{call}", "consumer.users.get", "{endpoint_id}", endpoint, "{delivery_id}", delivery,
				"{user_id}", user, "{session_id}", session, "{organization_id}", member.OrganizationID, "{member_id}", member.MemberID).Replace(r.path)
			if r.call == "projects.delete" {
				added := decoded[projectView](t, p.does(http.MethodPost, "/api/projects", ""))
				path = strings.Replace(path, "{project_id}", added.ProjectID, 1)
			}
			if status, body := p.call(r.method, path+call.query, call.body); status != call.status || !strings.Contains(body, call.want) {
				t.Errorf("%d %s, want %d with %s", status, body, call.status, call.want)
			}
		})
	}
}

func TestBadControlRequests(t *testing.T) {
	p := launch(t)
	tests := []struct {
		name, method, path, body string
		status                   int
		want                     string
	}{
		{"no such path", "GET", "/api/nothing", "", 404, "there is no GET /_emulator/api/nothing"},
		{"another method", "POST", "/api/users", "", 404, "there is no POST"},
		{"a wait without an address", "GET", "/api/messages/wait", "", 400, "address"},
		{"a wait for an empty address", "GET", "/api/messages/wait?address=", "", 400, "address"},
		{"a wait that is too long", "GET", "/api/messages/wait?address=a&timeout=601", "", 400, "timeout"},
		{"a wait that is not a number", "GET", "/api/messages/wait?address=a&timeout=soon", "", 400, "timeout"},
		{"a wait without a message", "GET", "/api/messages/wait?address=a&timeout=0", "", 404, "within 0 seconds"},
		{"no body", "POST", "/api/clock/advance", "", 400, "the body is missing"},
		{"a body that is too large", "POST", "/api/clock/advance", `{"seconds":` + strings.Repeat(" ", 16<<20) + "1}", 413, "more than 16777216 bytes"},
		{"no JSON", "POST", "/api/clock/advance", "{", 400, "the body is not JSON"},
		{"no seconds", "POST", "/api/clock/advance", "{}", 400, "seconds"},
		{"not a whole number", "POST", "/api/clock/advance", `{"seconds":0.5}`, 400, "seconds"},
		{"an unknown key", "POST", "/api/clock/advance", `{"seconds":1,"minutes":1}`, 400, `property "minutes" is unknown; the known ones are seconds`},
		{"after the last year", "POST", "/api/clock/advance", `{"seconds":3153600000000}`, 400, "seconds"},
		{"before the first year", "POST", "/api/clock/advance", `{"seconds":-3153600000}`, 400, "2000"},
		{"a parameter twice", "GET", "/api/users?limit=1&limit=2", "", 400, "limit: want one value, not 2"},
		{"a parameter that is unknown", "GET", "/api/users?adress=a", "", 400, "the parameters of users.list are project, search, limit, offset, order"},
		{"a query that is not valid", "GET", "/api/users?search=%zz", "", 400, "the query of the URL is not valid"},
		{"an unknown call", "POST", "/api/calls/consumer.users.make", "{}", 404, `no call of the API is named "consumer.users.make"`},
		{"a call with an unknown argument", "POST", "/api/calls/consumer.users.create", `{"mail":"a@b.c"}`, 400, "mail: is unknown; the known fields are email, "},
		{"a call with an argument whose part is unknown", "POST", "/api/calls/consumer.users.create", `{"email":"a@b.c","name":{"first":"Ada"}}`, 400, "name.first: is unknown"},
		{"a call that is rejected", "POST", "/api/calls/consumer.users.get", `{"user_id":"user-test-1"}`, 404, "user"},
		{"a call without a body", "POST", "/api/calls/consumer.users.get", "", 400, "the body is missing"},
		{"a session of nobody", "POST", "/api/sessions", `{"id":"user-test-1"}`, 400, "no user or member"},
		{"a session that is too short", "POST", "/api/sessions", `{"id":"user-test-1","session_duration_minutes":4}`, 400, "session_duration_minutes"},
		{"a limit that is none", "GET", "/api/users?limit=0", "", 400, "limit"},
		{"an unknown order", "GET", "/api/users?order=random", "", 400, "order"},
		{"a webhook endpoint without a URL", "POST", "/api/webhooks/endpoints", "{}", 400, "url"},
		{"a webhook endpoint of another kind", "POST", "/api/webhooks/endpoints", `{"url":"file:///etc/passwd"}`, 400, "want http or https"},
		{"a webhook endpoint with an id", "POST", "/api/webhooks/endpoints", `{"url":"http://localhost","id":"ep_1"}`, 400, "id"},
		{"a webhook endpoint with an unknown type", "POST", "/api/webhooks/endpoints", `{"url":"http://localhost","events":["user"]}`, 400, `no type "user"`},
		{"a webhook endpoint with a short secret", "POST", "/api/webhooks/endpoints", `{"url":"http://localhost","secret":"whsec_c2hvcnQ="}`, 400, "secret"},
		{"a webhook endpoint that does not exist", "PATCH", "/api/webhooks/endpoints/ep_1", `{"disabled":true}`, 404, `no webhook endpoint "ep_1"`},
		{"a rotation of one that does not exist", "POST", "/api/webhooks/endpoints/ep_1/rotate", "{}", 404, "no webhook endpoint"},
		{"a deletion of one that does not exist", "DELETE", "/api/webhooks/endpoints/ep_1", "", 404, "no webhook endpoint"},
		{"a replay to one that does not exist", "POST", "/api/webhooks/endpoints/ep_1/replay", "", 404, "no webhook endpoint"},
		{"a replay of nothing", "POST", "/api/webhooks/deliveries/msg_1/replay", "", 404, "no webhook delivery"},
		{"a wait for a delivery", "GET", "/api/webhooks/deliveries/wait?timeout=0", "", 404, "none within 0 seconds"},
		{"a wait for an unknown event", "GET", "/api/webhooks/deliveries/wait?event_type=user", "", 404, "no event type"},
		{"deliveries of an unknown status", "GET", "/api/webhooks/deliveries?status=lost", "", 400, "status"},
		{"a fault without an effect", "POST", "/api/faults", `{"call":"consumer.otps.sms.send"}`, 400, "want one of error_type, status"},
		{"a fault of an unknown call", "POST", "/api/faults", `{"call":"consumer.otps.send","status":500}`, 400, `is named "consumer.otps.send"`},
		{"a fault of a call of the other API", "POST", "/api/faults", `{"call":"consumer.otps.whatsapp.send","api":"b2b","status":500}`, 400, "no emulated call of b2b"},
		{"a fault of an unknown type", "POST", "/api/faults", `{"error_type":"oops"}`, 400, `is named "oops"`},
		{"a fault that succeeds", "POST", "/api/faults", `{"status":200}`, 400, "status"},
		{"a fault for -1 calls", "POST", "/api/faults", `{"status":500,"times":-1}`, 400, "times"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, body := p.call(test.method, test.path, test.body)
			answer := decoded[struct{ Error string }](t, body)
			if status != test.status || !strings.Contains(answer.Error, test.want) {
				t.Errorf("%d %s, want %d with %q", status, body, test.status, test.want)
			}
		})
	}
	if clock := decoded[clockView](t, p.does(http.MethodGet, "/api/clock", "")); time.Until(clock.Now).Abs() > time.Hour || p.does(http.MethodGet, "/api/faults", "") != `{"faults":[]}`+"\n" {
		t.Error("a rejected request took effect")
	}
}

// TestUnknownParameters adds a parameter, and a body if there should be none, to every
// call of control.yaml.
func TestUnknownParameters(t *testing.T) {
	p := launch(t)
	for _, r := range routes {
		path := strings.NewReplacer("{call}", "consumer.users.search", "{project_id}", "x").Replace(r.path)
		status, body := p.call(r.method, path+"?unknown=1", "")
		if want := http.StatusBadRequest; r.call != "ready" && (status != want || !strings.Contains(body, `unknown parameter \"unknown\"`)) {
			t.Errorf("%s with an unknown parameter: %d %s", r.call, status, body)
		}
		if findOperation(contract(t), r.call).Operation.RequestBody != nil || r.open {
			continue
		}
		if status, body := p.call(r.method, path, "{}"); status != http.StatusBadRequest || !strings.Contains(body, "takes no body") {
			t.Errorf("%s with a body: %d %s", r.call, status, body)
		}
	}
}

// TestRequests reads what a client sent and got, without and with secrets.
func TestRequests(t *testing.T) {
	p := launch(t)
	auth := p.login(phone)
	must(p.client().Sessions.Get(t.Context(), stytch.SessionsGetRequest{UserID: auth.UserID}))(t)
	hidden := p.does(http.MethodGet, "/api/requests", "")
	for _, secret := range []string{phone, auth.SessionToken, auth.SessionJWT, p.env["STYTCH_SECRET"], "Basic "} {
		if strings.Contains(hidden, secret) {
			t.Errorf("the requests show %q", secret)
		}
	}
	for _, want := range []string{`"total":3`, `"query":{"user_id":["` + auth.UserID + `"]}`, `"session_token":"[redacted]"`, `"user_id":"` + auth.UserID + `"`, `"status_code":200`} {
		if !strings.Contains(hidden, want) {
			t.Errorf("the requests lack %s: %s", want, hidden)
		}
	}
	open := p.does(http.MethodGet, "/api/requests?secrets=true&call=consumer.otps.authenticate&order=newest&limit=1", "")
	if !strings.Contains(open, `"total":1`) || !strings.Contains(open, `"session_token":"`+auth.SessionToken) || !strings.Contains(open, `"Authorization":["Basic `) {
		t.Errorf("the request with secrets: %s", open)
	}
}

func TestListMessages(t *testing.T) {
	p := launch(t)
	p.send(phone)
	must(p.client().OTPs.Email.LoginOrCreate(t.Context(), stytch.OTPsEmailLoginOrCreateRequest{Email: email, Locale: new(stytch.EmailLocaleFr)}))(t)
	for address, want := range map[string]int{"": 2, "?address=%2B15005550006": 1, "?address=+15005550006": 1, "?address=ADA@example.com": 1, "?address=b@example.com": 0} {
		if got := decoded[messagesView](t, p.does(http.MethodGet, "/api/messages"+address, "")).Messages; len(got) != want {
			t.Errorf("%q: %d messages, want %d", address, len(got), want)
		}
	}
	if m := p.wait(email); m.Locale != "fr" || m.Purpose != "signup" || m.Channel != "email" {
		t.Errorf("message %+v", m)
	}
}

// TestWaitForMessage waits before the message is sent. Each message is returned
// only once.
func TestWaitForMessage(t *testing.T) {
	p := launch(t)
	var group sync.WaitGroup
	codes := make([]string, 20)
	for i := range codes {
		group.Go(func() { codes[i] = p.wait(fmt.Sprintf("+1500555%04d", i)).Code })
	}
	sent := map[string]bool{}
	for i := range codes {
		p.send(fmt.Sprintf("+1500555%04d", i))
	}
	group.Wait()
	for _, m := range decoded[messagesView](t, p.does(http.MethodGet, "/api/messages", "")).Messages {
		sent[m.Address+m.Code] = true
	}
	for i, code := range codes {
		if number := fmt.Sprintf("+1500555%04d", i); !sent[number+code] {
			t.Errorf("%s got another user's code", number)
		}
		if status, _ := p.call(http.MethodGet, fmt.Sprintf("/api/messages/wait?timeout=0&address=%%2B1500555%04d", i), ""); status != http.StatusNotFound {
			t.Error("a message was returned twice")
		}
	}
}

// TestClock lets a code expire, and makes it valid again by setting the clock
// back.
func TestClock(t *testing.T) {
	p := launch(t)
	p.does(http.MethodPost, "/api/clock/stop", "")
	methodID := p.send(phone)
	code := p.wait(phone).Code
	p.does(http.MethodPost, "/api/clock/advance", `{"seconds":120}`)
	_, err := p.client().OTPs.Authenticate(t.Context(), stytch.OTPsAuthenticateRequest{MethodID: methodID, Code: code})
	wants(t, err, stytch.ErrUnableToAuthOTPCode)
	p.does(http.MethodPost, "/api/clock/advance", `{"seconds":-1}`)
	must(p.client().OTPs.Authenticate(t.Context(), stytch.OTPsAuthenticateRequest{MethodID: methodID, Code: code}))(t)
	stopped := decoded[clockView](t, p.does(http.MethodGet, "/api/clock", ""))
	runs := decoded[clockView](t, p.does(http.MethodPost, "/api/clock/run", ""))
	if stopped.Running || !runs.Running || runs.Now.Before(stopped.Now) {
		t.Errorf("the clock was stopped at %v and runs from %v", stopped.Now, runs.Now)
	}
}

// TestFaultsReachClients checks an SDK client with each kind of fault.
func TestFaultsReachClients(t *testing.T) {
	p := launch(t)
	p.login(phone)
	client := must(stytch.NewClient(p.env["STYTCH_PROJECT_ID"], p.env["STYTCH_SECRET"], stytch.WithBaseURL(p.url), stytch.WithMaxRetries(0)))(t)
	tests := []struct {
		name, fault string
		met         func(error) bool
	}{
		{"429", `"error_type":"too_many_requests","retry_after_seconds":7`, func(err error) bool {
			e, ok := asError(err)
			return ok && e.StatusCode == 429 && e.RetryAfter == 7*time.Second && e.Type == stytch.ErrTooManyRequests
		}},
		{"500", `"status":500`, func(err error) bool { e, ok := asError(err); return ok && e.StatusCode == 500 && e.Type != "" }},
		{"HTML", `"html":true`, func(err error) bool {
			e, ok := asError(err)
			return ok && e.StatusCode == 502 && e.Type == "" && strings.Contains(string(e.Body), "<html>")
		}},
		{"truncated", `"truncate":true`, func(err error) bool { e, ok := asError(err); return ok && e.StatusCode == 200 }},
		{"reset", `"reset":true`, func(err error) bool { _, ok := asError(err); return err != nil && !ok }},
		{"late", `"delay_milliseconds":1`, func(err error) bool { return err == nil }},
		{"none", "", func(err error) bool { return err == nil }},
	}
	user := decoded[struct{ Users []stytch.User }](t, p.does(http.MethodGet, "/api/users", "")).Users[0].UserID
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.fault != "" {
				p.does(http.MethodPost, "/api/faults", `{"call":"consumer.sessions.get","times":1,`+test.fault+`}`)
			}
			_, err := client.Sessions.Get(t.Context(), stytch.SessionsGetRequest{UserID: user})
			if !test.met(err) {
				t.Errorf("the client got %v", err)
			}
			if left := p.does(http.MethodGet, "/api/faults", ""); left != `{"faults":[]}`+"\n" {
				t.Errorf("faults left: %s", left)
			}
		})
	}
}

// asError returns the service's error in an error.
func asError(err error) (*stytch.Error, bool) {
	var e *stytch.Error
	return e, errors.As(err, &e)
}

// TestFaultsAreAnsweredAsTheyWereGiven finds fields that are lost on the way.
func TestFaultsAreAnsweredAsTheyWereGiven(t *testing.T) {
	p := launch(t)
	const fault = `{"call":"b2b.otps.sms.send","api":"b2b","address":"+15005550006","times":3,"share":0.5,"seed":7,"after_effect":true,"error_type":"bad_request","status":418,` +
		`"retry_after_seconds":9,"html":true,"truncate":true,"reset":true,"delay_milliseconds":11}`
	if got := p.does(http.MethodPost, "/api/faults", fault); got != `{"faults":[`+fault+"]}\n" {
		t.Errorf("answered %s", got)
	}
}

// TestSessionsShowNoTokens lists sessions of a user and of a member.
func TestSessionsShowNoTokens(t *testing.T) {
	p := launch(t, "--seed", write(t, "seed.yaml", goodSeed))
	auth := p.login(phone)
	engines := decoded[struct{ Organizations []b2b.Organization }](t, p.does(http.MethodGet, "/api/organizations", "")).Organizations[0].OrganizationID
	member := p.mfaLogin(engines)
	body := p.does(http.MethodGet, "/api/sessions", "")
	sessions := decoded[struct{ Sessions []stytchtest.Session }](t, body).Sessions
	if len(sessions) != 2 || sessions[0].UserID != auth.UserID || sessions[1].MemberID != member.MemberID || sessions[1].OrganizationID != engines {
		t.Errorf("sessions %+v", sessions)
	}
	if strings.Contains(body, auth.SessionToken) || strings.Contains(body, "eyJ") {
		t.Error("the list contains a token")
	}
}

// TestMessagesAreDeletedByFilter deletes messages by address and by id, and
// restores them.
func TestMessagesAreDeletedByFilter(t *testing.T) {
	p := launch(t)
	for _, number := range []string{"+15005550001", "+15005550002", "+15005550003"} {
		p.send(number)
	}
	first := p.wait("+15005550001").ID
	p.does(http.MethodDelete, "/api/messages?address=%2B15005550002", "")
	if got := p.messages(); !slices.Equal(got, []string{"+15005550001", "+15005550003"}) {
		t.Errorf("the inbox has %v", got)
	}
	p.does(http.MethodDelete, "/api/messages?id="+first, "")
	if got := p.messages(); !slices.Equal(got, []string{"+15005550003"}) {
		t.Errorf("the inbox has %v", got)
	}
	p.does(http.MethodPost, "/api/messages/restore", `{"ids": ["`+first+`", "another"]}`)
	if got := p.messages(); !slices.Equal(got, []string{"+15005550001", "+15005550003"}) {
		t.Errorf("the inbox has %v", got)
	}
}
