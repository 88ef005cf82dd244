package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
)

// TestPerformCalls creates, changes, looks at and deletes a user, an organization, a
// member, a client and an app, as the page does.
func TestPerformCalls(t *testing.T) {
	p := launch(t)
	perform := func(call, arguments string) string {
		t.Helper()
		return p.does(http.MethodPost, "/api/calls/"+call, arguments)
	}
	user := decoded[stytch.UsersCreateResponse](t, perform("consumer.users.create", `{"email":"ada@example.com"}`)).UserID
	organization := decoded[b2b.OrganizationsCreateResponse](t, perform("b2b.organizations.create", `{"organization_name":"Engines"}`)).Organization.OrganizationID
	member := decoded[b2b.OrganizationsMembersCreateResponse](t, perform("b2b.organizations.members.create", `{"organization_id":"`+organization+`","email_address":"ada@example.com"}`)).MemberID
	client := decoded[stytch.M2MClientsCreateResponse](t, perform("consumer.m2m.clients.create", `{"scopes":["read:engines"]}`)).M2MClient.ClientID
	app := decoded[stytch.ConnectedAppsClientsCreateResponse](t, perform("consumer.connected_apps.clients.create", `{"client_type":"third_party"}`)).ConnectedApp.ClientID
	objects := []struct{ id, update, change, get, deletion string }{
		{"user_id: " + user, "consumer.users.update", `"trusted_metadata":{"plan":"free"}`, "consumer.users.get", "consumer.users.delete"},
		{"organization_id: " + organization + ", member_id: " + member, "b2b.organizations.members.update", `"name":"Ada"`, "b2b.organizations.members.get", "b2b.organizations.members.delete"},
		{"organization_id: " + organization, "b2b.organizations.update", `"organization_name":"Difference Engines"`, "b2b.organizations.get", "b2b.organizations.delete"},
		{"client_id: " + client, "consumer.m2m.clients.update", `"client_name":"reports"`, "consumer.m2m.clients.get", "consumer.m2m.clients.delete"},
		{"client_id: " + app, "consumer.connected_apps.clients.update", `"client_name":"reader"`, "consumer.connected_apps.clients.get", "consumer.connected_apps.clients.delete"},
	}
	for _, o := range objects {
		id := `"` + strings.NewReplacer(": ", `":"`, ", ", `","`).Replace(o.id) + `"`
		perform(o.update, "{"+id+","+o.change+"}")
		if got := perform(o.get, "{"+id+"}"); !strings.Contains(got, o.change) {
			t.Errorf("%s: %s, want %s", o.get, got, o.change)
		}
		perform(o.deletion, "{"+id+"}")
		if status, body := p.call(http.MethodPost, "/api/calls/"+o.get, "{"+id+"}"); o.get != "b2b.organizations.members.get" && (status != http.StatusNotFound || !strings.Contains(body, `"error_type":"`)) {
			t.Errorf("after %s: %d %s", o.deletion, status, body)
		}
	}
	if keys := perform("consumer.sessions.get_jwks", "{}"); !strings.Contains(keys, `"kid":"jwk-test-`) {
		t.Errorf("keys %s", keys)
	}
}

// TestLists searches and pages.
func TestLists(t *testing.T) {
	p := launch(t)
	for i := range 5 {
		p.does(http.MethodPost, "/api/calls/consumer.users.create", fmt.Sprintf(`{"email":"user%d@example.com","name":{"first_name":"Ada","last_name":"Lovelace"}}`, i))
	}
	list := func(query string) string {
		t.Helper()
		found := decoded[struct {
			Users []stytch.User
			Total int
		}](t, p.does(http.MethodGet, "/api/users"+query, ""))
		text := fmt.Sprint(found.Total)
		for _, u := range found.Users {
			text += " " + strings.TrimSuffix(u.Emails[0].Email, "@example.com")
		}
		return text
	}
	for query, want := range map[string]string{
		"":                             "5 user0 user1 user2 user3 user4",
		"?limit=2&offset=1":            "5 user1 user2",
		"?limit=2&order=newest":        "5 user4 user3",
		"?offset=9":                    "5",
		"?search=USER3":                "1 user3",
		"?search=ada+lovelace&limit=1": "5 user0",
		"?search=charles":              "0",
		"?search=example.com&offset=4": "5 user4",
	} {
		if got := list(query); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
}

// TestSessionsOfPeople starts sessions without a login, finds them by their owners, and
// ends them.
func TestSessionsOfPeople(t *testing.T) {
	p := launch(t, "--seed", write(t, "seed.yaml", goodSeed))
	user := decoded[stytch.UsersCreateResponse](t, p.does(http.MethodPost, "/api/calls/consumer.users.create", `{"phone_number":"`+phone+`"}`)).UserID
	members := decoded[struct{ Members []b2b.Member }](t, p.does(http.MethodGet, "/api/members?search=ada", "")).Members
	type credentials struct {
		ID    string `json:"id"`
		Token string `json:"session_token"`
		JWT   string `json:"session_jwt"`
	}
	first := decoded[credentials](t, p.does(http.MethodPost, "/api/sessions", `{"id":"`+user+`","session_custom_claims":{"theme":"dark"}}`))
	second := decoded[credentials](t, p.does(http.MethodPost, "/api/sessions", `{"id":"`+members[0].MemberID+`"}`))
	auth := must(p.client().Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: &first.Token}))(t)
	if auth.User.UserID != user || auth.Session.CustomClaims["theme"] != "dark" {
		t.Errorf("the session %+v", auth.Session)
	}
	must(p.b2b().Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{SessionJWT: second.JWT}))(t)
	for search, want := range map[string]string{"%2B15005550006": first.ID, "ada@example.com": second.ID, "analytical": second.ID} {
		body := p.does(http.MethodGet, "/api/sessions?search="+search, "")
		if !strings.Contains(body, `"total":1`) || !strings.Contains(body, want) {
			t.Errorf("%s: %s", search, body)
		}
	}
	p.does(http.MethodPost, "/api/keys/rotate", `{"forget":true}`)
	if _, err := p.b2b().Sessions.AuthenticateJWT(t.Context(), b2b.AuthenticateJWTRequest{SessionJWT: second.JWT}); err == nil {
		t.Error("a JWT of a forgotten key is valid")
	}
	p.does(http.MethodPost, "/api/calls/consumer.sessions.revoke", `{"session_id":"`+first.ID+`"}`)
	p.does(http.MethodPost, "/api/calls/b2b.sessions.revoke", `{"member_session_id":"`+second.ID+`"}`)
	if body := p.does(http.MethodGet, "/api/sessions", ""); body != `{"sessions":[],"total":0}`+"\n" {
		t.Errorf("sessions %s", body)
	}
}
