package stytch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/internal/webhook"
	"github.com/stytchgen/sdk/stytch"
)

const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// webhookTime is when the messages of these tests are signed.
var webhookTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// deliver sends a signed message to a webhook over a real connection, and returns the status.
func deliver(t *testing.T, hook http.Handler, secret, id, body string) int {
	t.Helper()
	key, err := webhook.ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(hook)
	defer srv.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("svix-id", id)
	r.Header.Set("svix-timestamp", fmt.Sprint(webhookTime.Unix()))
	r.Header.Set("svix-signature", key.Sign(id, webhookTime, []byte(body)))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck
	return resp.StatusCode
}

func newWebhook(t *testing.T, options stytch.WebhookOptions, handler stytch.WebhookHandler) *stytch.Webhook {
	t.Helper()
	if options.Secrets == nil {
		options.Secrets = []string{webhookSecret}
	}
	options.Clock = func() time.Time { return webhookTime.Add(time.Minute) }
	hook, err := stytch.NewWebhook(options, handler)
	if err != nil {
		t.Fatal(err)
	}
	return hook
}

func userEvent(action, user string) string {
	return `{"project_id":"project-test-1","event_id":"webhook-event-test-1","action":"` + action + `","object_type":"user","source":"DASHBOARD",` +
		`"id":"user-test-1","timestamp":"2026-01-02T03:04:05.678901234Z","vertical":"CONSUMER"` + user + `}`
}

const webhookUser = `,"user":{"user_id":"user-test-1","emails":[{"email_id":"email-test-1","email":"ada@example.com","verified":true}],
	"name":{"first_name":"Ada","middle_name":"","last_name":"Lovelace"},"password":null,"external_id":"","lock_created_at":null,
	"status":"active","trusted_metadata":{},"crypto_wallets":[],"new_field":1}`

func TestWebhookFunctions(t *testing.T) {
	var got []string
	note := func(name string) func(context.Context, stytch.WebhookEvent) error {
		return func(_ context.Context, e stytch.WebhookEvent) error {
			got = append(got, name+" "+e.Type()+" "+e.ID)
			return nil
		}
	}
	user := func(name string) func(context.Context, stytch.WebhookEvent, *stytch.User) error {
		return func(ctx context.Context, e stytch.WebhookEvent, u *stytch.User) error {
			return note(name+" "+u.Emails[0].Email+" "+*u.Name.FirstName)(ctx, e)
		}
	}
	all := stytch.WebhookFunctions{UserCreated: user("created"), UserUpdated: user("updated"), UserDeleted: note("deleted"), Other: note("other")}
	for _, c := range []struct {
		functions  stytch.WebhookFunctions
		body, want string
	}{
		{all, userEvent("CREATE", webhookUser), "created ada@example.com Ada dashboard.user.create user-test-1"},
		{all, userEvent("UPDATE", webhookUser), "updated ada@example.com Ada dashboard.user.update user-test-1"},
		{all, userEvent("DELETE", ""), "deleted dashboard.user.delete user-test-1"},
		{all, userEvent("DELETE", `,"user":null`), "deleted dashboard.user.delete user-test-1"},
		{all, userEvent("MERGE", webhookUser), "other dashboard.user.merge user-test-1"},
		{all, strings.Replace(userEvent("CREATE", webhookUser), "CONSUMER", "B2B", 1), "other dashboard.user.create user-test-1"},
		{all, `{"action":"CREATE","object_type":"planet","source":"DIRECT","id":"planet-1"}`, "other direct.planet.create planet-1"},
		{stytch.WebhookFunctions{Other: note("other")}, userEvent("UPDATE", webhookUser), "other dashboard.user.update user-test-1"},
		{stytch.WebhookFunctions{UserDeleted: note("deleted")}, userEvent("UPDATE", webhookUser), ""},
	} {
		got = nil
		if status := deliver(t, newWebhook(t, stytch.WebhookOptions{}, c.functions), webhookSecret, "msg_1", c.body); status != http.StatusNoContent {
			t.Errorf("%s: status %d", c.body, status)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.body, got, c.want)
		}
	}
}

func TestWebhookRejects(t *testing.T) {
	failure := errors.New("the database is down")
	var failed []error
	hook := newWebhook(t, stytch.WebhookOptions{
		MaxBytes: 2000,
		Failed:   func(_ context.Context, err error) { failed = append(failed, err) },
	}, stytch.WebhookFunctions{
		UserCreated: func(context.Context, stytch.WebhookEvent, *stytch.User) error { return nil },
		UserDeleted: func(context.Context, stytch.WebhookEvent) error { return failure },
	})
	for _, c := range []struct {
		name, secret, body string
		want               int
	}{
		{"another secret", "whsec_" + strings.Repeat("B", 32), userEvent("CREATE", webhookUser), http.StatusUnauthorized},
		{"a large body", webhookSecret, userEvent("CREATE", webhookUser) + strings.Repeat(" ", 2000), http.StatusRequestEntityTooLarge},
		{"no JSON", webhookSecret, `<html>`, http.StatusBadRequest},
		{"a list", webhookSecret, `[]`, http.StatusBadRequest},
		{"null", webhookSecret, `null`, http.StatusBadRequest},
		{"no event", webhookSecret, `{"hello": "ada@example.com"}`, http.StatusBadRequest},
		{"a number as the type", webhookSecret, `{"object_type": 7, "action": "CREATE"}`, http.StatusBadRequest},
		{"a creation without its object", webhookSecret, userEvent("CREATE", ""), http.StatusInternalServerError},
		{"a creation with a text as its object", webhookSecret, userEvent("CREATE", `,"user":"ada@example.com"`), http.StatusInternalServerError},
		{"a function that fails", webhookSecret, userEvent("DELETE", ""), http.StatusInternalServerError},
	} {
		failed = nil
		if got := deliver(t, hook, c.secret, "msg_1", c.body); got != c.want {
			t.Errorf("%s: status %d, want %d", c.name, got, c.want)
		}
		if len(failed) != 1 {
			t.Errorf("%s: reported %v, want one error", c.name, failed)
			continue
		}
		if strings.Contains(failed[0].Error(), "ada@") {
			t.Errorf("%s: the error contains an address: %v", c.name, failed[0])
		}
		if c.name == "a function that fails" && !errors.Is(failed[0], failure) || c.name == "another secret" && !errors.Is(failed[0], stytch.ErrWebhookUnverified) {
			t.Errorf("%s: %v", c.name, failed[0])
		}
	}

	srv := httptest.NewServer(hook)
	defer srv.Close()
	resp, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck
	if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "POST" {
		t.Errorf("GET: status %d, Allow %q", resp.StatusCode, resp.Header.Get("Allow"))
	}
}

func TestWebhookRotation(t *testing.T) {
	old, now := "whsec_"+strings.Repeat("A", 32), webhookSecret
	hook := newWebhook(t, stytch.WebhookOptions{Secrets: []string{old, now}}, stytch.WebhookFunctions{})
	for _, secret := range []string{old, now} {
		if got := deliver(t, hook, secret, "msg_1", userEvent("DELETE", "")); got != http.StatusNoContent {
			t.Errorf("status %d", got)
		}
	}
}

// A message that was handled is not handled again; one that failed is.
func TestWebhookStore(t *testing.T) {
	var calls []string
	fail := true
	hook := newWebhook(t, stytch.WebhookOptions{Store: stytch.NewWebhookMemory(2)}, stytch.WebhookFunctions{
		UserDeleted: func(_ context.Context, e stytch.WebhookEvent) error {
			calls = append(calls, e.MessageID)
			if fail {
				fail = false
				return errors.New("not now")
			}
			return nil
		},
	})
	var statuses []int
	for _, id := range []string{"a", "a", "a", "b", "a", "c", "a"} { // "c" takes the place of "a"
		statuses = append(statuses, deliver(t, hook, webhookSecret, id, userEvent("DELETE", "")))
	}
	if want := []string{"a", "a", "b", "c", "a"}; !slices.Equal(calls, want) {
		t.Errorf("handled %v, want %v", calls, want)
	}
	if want := []int{500, 204, 204, 204, 204, 204, 204}; !slices.Equal(statuses, want) {
		t.Errorf("statuses %v, want %v", statuses, want)
	}
}

type brokenStore struct{ handled, remember error }

func (s brokenStore) Handled(context.Context, string) (bool, error) { return false, s.handled }
func (s brokenStore) Remember(context.Context, string) error        { return s.remember }

// If the store cannot answer, the event comes again. If it cannot remember, the event must not: it is handled.
func TestWebhookBrokenStore(t *testing.T) {
	down := errors.New("the store is down")
	for _, c := range []struct {
		store         brokenStore
		status, calls int
	}{
		{brokenStore{handled: down}, 500, 0},
		{brokenStore{remember: down}, 204, 1},
	} {
		calls := 0
		var failed error
		hook := newWebhook(t, stytch.WebhookOptions{Store: c.store, Failed: func(_ context.Context, err error) { failed = err }},
			stytch.WebhookFunctions{Other: func(context.Context, stytch.WebhookEvent) error { calls++; return nil }})
		if status := deliver(t, hook, webhookSecret, "msg_1", userEvent("DELETE", "")); status != c.status || calls != c.calls || !errors.Is(failed, down) {
			t.Errorf("status %d, %d calls, %v; want %d, %d", status, calls, failed, c.status, c.calls)
		}
	}
}

func TestNewWebhookRejects(t *testing.T) {
	none := stytch.WebhookFunctions{}
	for want, options := range map[string]stytch.WebhookOptions{
		"Secrets is empty": {},
		"secret is empty":  {Secrets: []string{""}}, // an environment variable that is not set
		"whsec_":           {Secrets: []string{"c2VjcmV0LXRoYXQtbXVzdC1ub3QtbGVhaw=="}},
		"Tolerance is -1s": {Secrets: []string{webhookSecret}, Tolerance: -time.Second},
		"MaxBytes is -1":   {Secrets: []string{webhookSecret}, MaxBytes: -1},
	} {
		_, err := stytch.NewWebhook(options, none)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "c2VjcmV0") {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := stytch.NewWebhook(stytch.WebhookOptions{Secrets: []string{webhookSecret}}, nil); err == nil {
		t.Error("a nil handler is accepted")
	}
	zero := new(stytch.Webhook)
	if _, err := zero.Verify(http.Header{}, []byte("{}")); !errors.Is(err, stytch.ErrWebhookUnverified) {
		t.Errorf("the zero Webhook: %v", err)
	}
}

// Nothing secret or personal is printed.
func TestWebhookPrints(t *testing.T) {
	options := stytch.WebhookOptions{Secrets: []string{webhookSecret}}
	hook := newWebhook(t, options, stytch.WebhookFunctions{})
	key, err := webhook.ParseKey(webhookSecret)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(userEvent("CREATE", webhookUser))
	event, err := hook.Verify(http.Header{
		"Webhook-Id": {"msg_1"}, "Webhook-Timestamp": {fmt.Sprint(webhookTime.Unix())}, "Webhook-Signature": {key.Sign("msg_1", webhookTime, body)},
	}, body)
	if err != nil {
		t.Fatal(err)
	}
	if !event.Timestamp.Equal(time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC)) || !bytes.Contains(event.Object, []byte("new_field")) {
		t.Errorf("got %v", event)
	}
	printed := fmt.Sprintf("%v %+v %#v %v %v", event, hook, *hook, options, event.LogValue())
	for _, secret := range []string{"MfKQ9r8G", "ada@example.com", "Lovelace", fmt.Sprint([]byte(key))} {
		if strings.Contains(printed, secret) {
			t.Errorf("%q is printed: %s", secret, printed)
		}
	}
}
