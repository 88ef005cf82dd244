package stytchtest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// serve starts an application that is no client of the SDK.
func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	app := httptest.NewServer(handler)
	t.Cleanup(app.Close)
	return app.URL
}

// TestWebhookSignatures verifies signatures with two libraries, while the secret is
// rotated.
func TestWebhookSignatures(t *testing.T) {
	var header http.Header
	var body []byte
	w := newWorld(t, stytchtest.WithWebhook(serve(t, func(_ http.ResponseWriter, r *http.Request) {
		header = r.Header.Clone()
		body, _ = io.ReadAll(r.Body)
	}), ""))
	verified := func(secret string) bool {
		t.Helper()
		hook := must(stytch.NewWebhook(stytch.WebhookOptions{Secrets: []string{secret}}, handle(nil)))(t)
		event, err := hook.Verify(header, body)
		standard := http.Header{}
		for _, name := range []string{"id", "timestamp", "signature"} {
			standard.Set("webhook-"+name, header.Get("svix-"+name))
		}
		other := must(standardwebhooks.NewWebhook(secret))(t).Verify(body, standard)
		if (err == nil) != (other == nil) {
			t.Errorf("the libraries differ: %v, %v", err, other)
		}
		return err == nil && event.MessageID == header.Get("svix-id") && header.Get("Content-Type") == "application/json"
	}
	first := w.Webhooks().Endpoints()[0]
	w.AddUser(stytch.User{})
	w.delivered("")
	if !verified(first.Secret) || verified(webhookSecret) {
		t.Errorf("the signature of the generated secret: %v", header)
	}
	second := must(w.Webhooks().RotateSecret(first.ID, webhookSecret))(t)
	w.Clock().Advance(24*time.Hour - time.Second)
	w.AddUser(stytch.User{})
	w.delivered("")
	if second.Secret != webhookSecret || !verified(first.Secret) || !verified(webhookSecret) {
		t.Errorf("during the rotation: %v", header)
	}
	w.Clock().Advance(time.Second)
	w.AddUser(stytch.User{})
	w.delivered("")
	if verified(first.Secret) || !verified(webhookSecret) {
		t.Errorf("after the rotation: %v", header)
	}
	for _, printed := range []string{fmt.Sprint(first), fmt.Sprintf("%+v", first), fmt.Sprintf("%#v", first), fmt.Sprint(w.Webhooks().Deliveries())} {
		if strings.Contains(printed, first.Secret) || strings.Contains(printed, "user_id") {
			t.Errorf("the secret or a payload is printed: %s", printed)
		}
	}
}

// TestWebhookResponses goes through what an endpoint can respond.
func TestWebhookResponses(t *testing.T) {
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
	refused := httptest.NewServer(nil)
	refused.Close()
	tests := map[string]struct {
		respond http.HandlerFunc // nil: no connection
		want    stytchtest.WebhookStatus
		status  int
		error   string
	}{
		"accepted": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(299) }, stytchtest.WebhookDelivered, 299, ""},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere, http.StatusTemporaryRedirect)
		}, stytchtest.WebhookPending, 307, ""},
		"not found":   {http.NotFound, stytchtest.WebhookPending, 404, ""},
		"no response": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, stytchtest.WebhookPending, 0, "EOF"},
		"no server":   {nil, stytchtest.WebhookPending, 0, "connection refused"},
		"abort": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("webhook-delivery", "abort-message")
			w.WriteHeader(500)
		}, stytchtest.WebhookFailed, 500, ""},
		"a large body": {func(w http.ResponseWriter, _ *http.Request) {
			for range 1 << 10 {
				_, _ = w.Write(make([]byte, 1<<10))
			}
		}, stytchtest.WebhookDelivered, 200, ""},
		"large headers": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Large", strings.Repeat("a", 1<<20))
		}, stytchtest.WebhookPending, 0, "headers exceeded"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			url := refused.URL
			if test.respond != nil {
				url = serve(t, test.respond)
			}
			w := newWorld(t, stytchtest.WithWebhook(url, webhookSecret))
			w.AddUser(stytch.User{})
			d := w.delivered("")
			if a := d.Attempts[0]; d.Status != test.want || a.Status != test.status || !strings.Contains(a.Error, test.error) || (a.Error == "") != (test.error == "") || len(a.Response) > 3<<10 {
				t.Errorf("%v", d)
			}
		})
	}
}

// TestWebhookOrder lets an endpoint get many events, in their order, also when it
// is slow. No call waits for it.
func TestWebhookOrder(t *testing.T) {
	var got []string
	hold := make(chan struct{})
	w := newWorld(t, stytchtest.WithWebhook(receiver(t, handle(func(e stytch.WebhookEvent) error {
		<-hold
		got = append(got, e.ID)
		return nil
	})), webhookSecret, "direct.user.create"))
	var want []string
	for i := range 50 {
		want = append(want, must(w.client.Users.Create(w.ctx, stytch.UsersCreateRequest{Email: new(fmt.Sprintf("ada%d@example.com", i))}))(t).UserID)
	}
	close(hold)
	for range want {
		w.delivered("direct.user.create")
	}
	if !slices.Equal(got, want) {
		t.Errorf("the events came as %v, want %v", got, want)
	}
}

// TestWebhookEndpoints adds, changes and deletes endpoints.
func TestWebhookEndpoints(t *testing.T) {
	w := newWorld(t)
	for _, bad := range []stytchtest.WebhookEndpoint{
		{}, {URL: "ftp://example.com"}, {URL: "http://"}, {URL: "//example.com"}, {URL: "http://example.com:x"}, {URL: "http://" + strings.Repeat("a", 3000)},
		{URL: "http://example.com", Secret: "whsec_short"}, {URL: "http://example.com", Secret: "hunter2-hunter2"},
		{URL: "http://example.com", Events: []string{"direct.user.login"}},
	} {
		if e, err := w.Webhooks().AddEndpoint(bad); err == nil {
			t.Errorf("%v is accepted", e)
		} else if bad.Secret != "" && strings.Contains(err.Error(), bad.Secret) {
			t.Errorf("the error has the secret: %v", err)
		}
	}
	url := serve(t, func(http.ResponseWriter, *http.Request) {})
	created := must(w.Webhooks().AddEndpoint(stytchtest.WebhookEndpoint{URL: url, Events: []string{"dashboard.user.create"}}))(t)
	must(w.Webhooks().AddEndpoint(stytchtest.WebhookEndpoint{URL: url, Disabled: true}))(t)
	w.AddUser(stytch.User{})
	must(w.client.Users.Create(w.ctx, stytch.UsersCreateRequest{Email: new("ada@example.com")}))(t)
	if list := w.Webhooks().Deliveries(); len(list) != 1 || list[0].EndpointID != created.ID {
		t.Errorf("with a filter and a disabled endpoint: %v", list)
	}
	must(w.Webhooks().UpdateEndpoint(created.ID, func(e *stytchtest.WebhookEndpoint) { e.Events = []string{"direct.user.create"} }))(t)
	must(w.client.Users.Create(w.ctx, stytch.UsersCreateRequest{Email: new("ida@example.com")}))(t)
	w.AddUser(stytch.User{})
	if list := w.Webhooks().Deliveries(); len(list) != 2 || list[1].EventType != "direct.user.create" {
		t.Errorf("with another filter: %v", list)
	}
	if _, err := w.Webhooks().UpdateEndpoint(created.ID, func(e *stytchtest.WebhookEndpoint) { e.URL = "" }); err == nil || w.Webhooks().Endpoints()[0].URL != url {
		t.Errorf("a change without a URL: %v, %v", err, w.Webhooks().Endpoints())
	}
	if err := w.Webhooks().DeleteEndpoint(created.ID); err != nil || len(w.Webhooks().Endpoints()) != 1 || len(w.Webhooks().Deliveries()) != 0 {
		t.Errorf("%v; left are %v and %v", err, w.Webhooks().Endpoints(), w.Webhooks().Deliveries())
	}
	for name, err := range map[string]error{
		"deleting": w.Webhooks().DeleteEndpoint(created.ID), "replaying": w.Webhooks().Replay("msg_1"),
	} {
		if err == nil {
			t.Errorf("%s what does not exist succeeds", name)
		}
	}
	short, cancel := context.WithCancel(w.ctx)
	cancel()
	if _, err := w.Webhooks().WaitFor(short, "direct.user.create"); err == nil {
		t.Error("WaitFor returns without a delivery")
	}
	if _, err := w.Webhooks().WaitFor(w.ctx, "direct.user.login"); err == nil {
		t.Error("WaitFor waits for a type that does not exist")
	}
}

// TestFailingEndpointIsDisabled fails for five days of the emulator's clock.
func TestFailingEndpointIsDisabled(t *testing.T) {
	ok := false
	w := newWorld(t, stytchtest.WithWebhook(serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if !ok {
			w.WriteHeader(500)
		}
	}), webhookSecret))
	w.AddUser(stytch.User{})
	w.delivered("")
	w.Clock().Advance(5*24*time.Hour - time.Second)
	w.delivered("")
	if w.Webhooks().Endpoints()[0].Disabled {
		t.Fatal("disabled before five days are over")
	}
	w.Clock().Advance(5 * time.Minute)
	w.delivered("")
	e := w.Webhooks().Endpoints()[0]
	if !e.Disabled {
		t.Fatal("not disabled after five days")
	}
	w.AddUser(stytch.User{})
	if list := w.Webhooks().Deliveries(); len(list) != 1 || list[0].Status != stytchtest.WebhookPending {
		t.Fatalf("while disabled: %v", list)
	}
	ok = true
	w.Clock().Advance(time.Hour)
	must(w.Webhooks().UpdateEndpoint(e.ID, func(e *stytchtest.WebhookEndpoint) { e.Disabled = false }))(t)
	if d := w.delivered(""); d.Status != stytchtest.WebhookDelivered {
		t.Errorf("after it is enabled: %v", d)
	}
}

// TestWebhooksSurviveARestart restores a snapshot with a delivery that waits.
func TestWebhooksSurviveARestart(t *testing.T) {
	var got []string
	failing := true
	url := receiver(t, handle(func(e stytch.WebhookEvent) error {
		if got = append(got, e.MessageID); failing {
			return errNotNow
		}
		return nil
	}))
	before := newWorld(t, stytchtest.WithWebhook(url, webhookSecret))
	before.AddUser(stytch.User{})
	before.delivered("")
	snapshot := must(before.Snapshot())(t)
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	failing = false
	after := newWorld(t, stytchtest.WithWebhook(url, webhookSecret), func(c *stytchtest.Config) { c.Snapshot = snapshot })
	if endpoints := after.Webhooks().Endpoints(); len(endpoints) != 1 {
		t.Fatalf("the endpoints are %v", endpoints)
	}
	after.Clock().Advance(5 * time.Second)
	if d := after.delivered(""); d.Status != stytchtest.WebhookDelivered || len(d.Attempts) != 2 {
		t.Errorf("%v", d)
	}
	if len(got) != 2 || got[0] != got[1] {
		t.Errorf("the receiver got %v", got)
	}
	for from, to := range map[string]string{
		`"status": "pending"`: `"status": "lost"`, `"tried": 1`: `"tried": -1`, `"endpoint_id": "ep_`: `"endpoint_id": "ep_0`, `"url": "http:`: `"url": "file:`,
	} {
		if !strings.Contains(string(snapshot), from) || after.Restore([]byte(strings.Replace(string(snapshot), from, to, 1))) == nil {
			t.Errorf("a snapshot with %s is accepted", to)
		}
	}
}

// TestWebhooksAreDropped makes more deliveries than are kept.
func TestWebhooksAreDropped(t *testing.T) {
	w := newWorld(t, stytchtest.WithWebhook(serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }), webhookSecret))
	for range 2001 {
		w.AddUser(stytch.User{})
	}
	if n := len(w.Webhooks().Deliveries()); n != 1800 {
		t.Errorf("%d deliveries are left, want 1800", n)
	}
}

// TestWebhooksEnd closes servers in the middle of deliveries, and looks for what is
// left of them.
func TestWebhooksEnd(t *testing.T) {
	goroutines := runtime.NumGoroutine()
	t.Run("servers", func(t *testing.T) {
		arrived, hold := make(chan struct{}, 8), make(chan struct{})
		var unblock sync.Once
		url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			arrived <- struct{}{}
			select {
			case <-hold:
			case <-r.Context().Done():
			}
		})
		t.Cleanup(func() { unblock.Do(func() { close(hold) }) })
		closed := newWorld(t, stytchtest.WithWebhook(url, webhookSecret))
		closed.AddUser(stytch.User{})
		<-arrived
		if err := closed.Close(); err != nil {
			t.Error(err)
		}
		if d := closed.Webhooks().Deliveries()[0]; d.Status != stytchtest.WebhookPending || len(d.Attempts) != 0 {
			t.Errorf("after Close: %v", d)
		}
		closed.AddUser(stytch.User{}) // starts nothing

		// Shutdown waits for the delivery.
		shut := newWorld(t, stytchtest.WithWebhook(url, webhookSecret))
		shut.AddUser(stytch.User{})
		shut.AddUser(stytch.User{})
		<-arrived
		go unblock.Do(func() { close(hold) })
		if err := shut.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if d := shut.Webhooks().Deliveries()[0]; d.Status != stytchtest.WebhookDelivered {
			t.Errorf("after Shutdown: %v", d)
		}

		// Those of a project that another one has replaced end, too.
		replaced := newWorld(t, stytchtest.WithWebhook(serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }), webhookSecret))
		replaced.AddUser(stytch.User{})
		replaced.delivered("")
		replaced.AddProject(replaced.Project.ID, "secret")
		waiting := newWorld(t, stytchtest.WithWebhook(serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }), webhookSecret))
		waiting.Clock().Run()
		waiting.AddUser(stytch.User{})
		waiting.delivered("")
	})
	for start := time.Now(); runtime.NumGoroutine() > goroutines && time.Since(start) < 10*time.Second; {
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); after > goroutines {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines, %d before:\n%s", after, goroutines, stacks[:runtime.Stack(stacks, true)])
	}
}
