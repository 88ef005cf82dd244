package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// TestSeedOfWebhooks gets events at an endpoint of the seed file, also after a
// restart and a reset.
func TestSeedOfWebhooks(t *testing.T) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	var got []string
	note := func(_ context.Context, e stytch.WebhookEvent, _ *b2b.Member) error {
		got = append(got, e.Type())
		return nil
	}
	hook := must(stytch.NewWebhook(stytch.WebhookOptions{Secrets: []string{secret}}, b2b.WebhookFunctions{
		MemberCreated: note, MemberUpdated: note,
		Other: func(_ context.Context, e stytch.WebhookEvent) error { got = append(got, e.Type()); return nil },
	}))(t)
	app := httptest.NewServer(hook)
	defer app.Close()
	seed, state := write(t, "seed.yaml", goodSeed+"webhooks:\n  - {url: '"+app.URL+"', secret: "+secret+"}\n"), filepath.Join(t.TempDir(), "state.json")
	for range 2 {
		p := launch(t, "--seed", seed, "--state", state)
		p.mfaLogin(decoded[struct{ Organizations []b2b.Organization }](t, p.does(http.MethodGet, "/api/organizations", "")).Organizations[0].OrganizationID)
		must(p.client().Users.Create(t.Context(), stytch.UsersCreateRequest{Email: new("grace@example.com")}))(t)
		p.does(http.MethodGet, "/api/webhooks/deliveries/wait?event_type=direct.user.create", "")
		p.does(http.MethodPost, "/api/reset", "")
		endpoints := decoded[struct{ Endpoints []stytchtest.WebhookEndpoint }](t, p.does(http.MethodGet, "/api/webhooks/endpoints", "")).Endpoints
		if len(endpoints) != 1 || endpoints[0].Secret != secret || p.does(http.MethodGet, "/api/webhooks/deliveries", "") != `{"deliveries":[]}`+"\n" {
			t.Errorf("after a reset: %v", endpoints)
		}
		p.end()
		if log := p.stderr.String(); !strings.Contains(log, "event_type=direct.user.create") || strings.Contains(log, app.URL) || strings.Contains(log, secret) || strings.Contains(log, "@") {
			t.Errorf("the log is %s", log)
		}
	}
	for _, kind := range got {
		if strings.HasPrefix(kind, "dashboard.") {
			t.Errorf("the seed sent %v", got)
		}
	}
}

// TestWebhookSources changes users in different ways.
func TestWebhookSources(t *testing.T) {
	p := launch(t)
	app := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer app.Close()
	p.does(http.MethodPost, "/api/webhooks/endpoints", `{"url":"`+app.URL+`"}`)
	wait := func(want string) {
		t.Helper()
		if d := decoded[deliveryView](t, p.does(http.MethodGet, "/api/webhooks/deliveries/wait", "")); d.EventType != want || d.Status != stytchtest.WebhookDelivered {
			t.Errorf("%+v, want %s", d, want)
		}
	}
	must(p.client().Users.Create(t.Context(), stytch.UsersCreateRequest{Email: new(email)}))(t)
	wait("direct.user.create")
	p.does(http.MethodPost, "/api/calls/consumer.users.create", `{"email":"grace@example.com"}`)
	wait("dashboard.user.create")
}
