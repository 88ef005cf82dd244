package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stytchgen/sdk/stytch"
)

// suite makes a project with one request, as a test suite does.
func (p *program) suite() *program {
	p.t.Helper()
	made := decoded[projectView](p.t, p.does(http.MethodPost, "/api/projects", ""))
	env := map[string]string{}
	for name, value := range decoded[map[string]string](p.t, p.does(http.MethodGet, "/api/environment?project="+made.ProjectID, "")) {
		env[name] = value
	}
	if env["STYTCH_PROJECT_ID"] != made.ProjectID || env["STYTCH_SECRET"] != made.Secret || env["STYTCH_PUBLIC_TOKEN"] != made.PublicToken {
		p.t.Errorf("the environment of the project is %v", env)
	}
	return &program{t: p.t, url: p.url, env: env, project: made.ProjectID}
}

// TestParallelSuites lets four suites log in with the same phone number at once. Each
// has its own code, user, clock, faults and keys.
func TestParallelSuites(t *testing.T) {
	p := launch(t, "--seed", write(t, "seed.yaml", goodSeed))
	seeded := p.does(http.MethodGet, "/api/members", "")
	var wait sync.WaitGroup
	suites := []*program{p, p.suite(), p.suite(), p.suite()}
	logins := make([]*stytch.OTPsAuthenticateResponse, len(suites))
	for i, s := range suites {
		wait.Go(func() {
			for range 10 {
				logins[i] = s.login(phone)
			}
		})
	}
	wait.Wait()
	for i, s := range suites {
		if n := len(decoded[messagesView](t, s.does(http.MethodGet, "/api/messages", "")).Messages); n != 10 {
			t.Errorf("suite %d has %d messages", i, n)
		}
		for j, auth := range logins {
			_, err := s.client().Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken})
			if (err == nil) != (i == j) {
				t.Errorf("suite %d and the session of suite %d: %v", i, j, err)
			}
		}
		if strings.Count(s.does(http.MethodGet, "/api/members", ""), `"member_id"`) != strings.Count(seeded, `"member_id"`) {
			t.Errorf("suite %d lacks members of the seed", i)
		}
	}

	one, other := suites[1], suites[2]
	one.does(http.MethodPost, "/api/clock/stop", "")
	one.does(http.MethodPost, "/api/clock/advance", `{"seconds":86400}`)
	one.does(http.MethodPost, "/api/faults", `{"error_type":"too_many_requests"}`)
	other.login(phone)
	p.login(phone)
	if !decoded[clockView](t, other.does(http.MethodGet, "/api/clock", "")).Running {
		t.Error("a suite stopped the clock of another")
	}
	_, err := one.client().Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: &logins[1].SessionToken})
	wants(t, err, stytch.ErrTooManyRequests)
	one.does(http.MethodPost, "/api/reset", "")
	other.does(http.MethodDelete, "/api/messages", "")
	if got := one.does(http.MethodGet, "/api/users", ""); !strings.Contains(got, `"users":[]`) {
		t.Errorf("after the reset: %s", got)
	}
	if n := len(decoded[messagesView](t, p.does(http.MethodGet, "/api/messages", "")).Messages); n != 11 {
		t.Errorf("the first project has %d messages", n)
	}
	for _, auth := range []int{0, 2, 3} {
		must(suites[auth].client().Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionJWT: &logins[auth].SessionJWT}))(t)
	}
}

func TestProjectsOfTheControlAPI(t *testing.T) {
	p := launch(t)
	s := p.suite()
	type list struct {
		Projects []projectView `json:"projects"`
	}
	all := decoded[list](t, p.does(http.MethodGet, "/api/projects", "")).Projects
	if len(all) != 2 || all[0].ProjectID != p.env["STYTCH_PROJECT_ID"] || all[1].ProjectID != s.project {
		t.Errorf("the projects are %v", all)
	}
	next := s.listen()
	if event, _ := next(); event != "messages" {
		t.Errorf("the stream begins with %s", event)
	}
	p.send(phone)
	s.send("+15005550007")
	if m := decoded[message](t, until(next, "message")); m.Address != "+15005550007" {
		t.Errorf("the stream of a project has the message %+v", m)
	}
	jwks := func(id string) (keys struct{ Keys []json.RawMessage }) {
		resp := must(http.Get(p.url + "/v1/sessions/jwks/" + id))(t)
		defer resp.Body.Close()
		if err := json.NewDecoder(resp.Body).Decode(&keys); err != nil {
			t.Error(err)
		}
		return keys
	}
	if len(jwks(s.project).Keys) != 1 {
		t.Error("the project publishes no key")
	}
	for _, test := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/api/users?project=project-test-unknown", http.StatusNotFound},
		{http.MethodDelete, "/api/projects/project-test-unknown", http.StatusNotFound},
		{http.MethodDelete, "/api/projects/" + p.env["STYTCH_PROJECT_ID"], http.StatusConflict},
		{http.MethodDelete, "/api/projects/" + s.project, http.StatusNoContent},
		{http.MethodGet, "/api/users?project=" + s.project, http.StatusNotFound},
	} {
		if status, body := p.call(test.method, test.path, ""); status != test.status {
			t.Errorf("%s %s: %d %s", test.method, test.path, status, body)
		}
	}
	_, err := s.client().OTPs.SMS.LoginOrCreate(t.Context(), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone})
	wants(t, err, stytch.ErrUnauthorizedCredentials)
	p.login(phone)
}
