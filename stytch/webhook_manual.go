package stytch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/webhook"
)

// MANUAL(Webhook)(TYPE)

// A Webhook receives the events that the service sends when a user, member, organization or connection
// has changed, also in the dashboard or by SCIM. It is an [http.Handler]:
//
//	hook, err := stytch.NewWebhook(stytch.WebhookOptions{Secrets: []string{secret}}, stytch.WebhookFunctions{
//		UserDeleted: func(ctx context.Context, event stytch.WebhookEvent) error { ... },
//	})
//	mux.Handle("POST /webhooks/stytch", hook)
//
// It accepts only requests that carry a signature of one of the secrets. The answer is 204 once the event
// is handled, and 500 if it could not be handled. It is 401 if the signature is missing, wrong or too old,
// and 413 for a body that is too large. After every answer except 2xx, and after 15 seconds without one,
// the service sends the event again, up to seven times in about 28 hours.
//
// An event can arrive twice, and events can arrive in another order than they happened. So take an event as
// a hint, and read the object again if its latest state matters.
//
// Source: https://stytch.com/docs/resources/workspace-management/webhooks
type Webhook struct {
	options WebhookOptions
	keys    []webhook.Key
	handler WebhookHandler
}

// WebhookOptions configure a [Webhook]. Only Secrets are required.
type WebhookOptions struct {
	// Secrets are the signing secrets of the endpoint, from the dashboard: "whsec_...". During the rotation
	// of a secret, they are the old one and the new one.
	Secrets []string

	// Tolerance is how much the time of a signature may differ from the time of this machine. The default
	// is five minutes.
	Tolerance time.Duration

	// MaxBytes is the largest body that is read, in bytes. The default is 1 MiB.
	MaxBytes int64

	// Store remembers which messages were handled, so that none is handled twice. Without a store, the
	// functions for events must accept an event that they have seen before. [NewWebhookMemory] returns one
	// for a single process.
	Store WebhookStore

	// Failed gets each error, for a log: of a request that was rejected, of an event that could not be
	// handled, of the store. The errors of this package contain no personal data.
	Failed func(ctx context.Context, err error)

	// Clock returns the time for the check of signatures. The default is the time of this machine.
	Clock func() time.Time
}

// WebhookHandler handles events: [WebhookFunctions], or b2b.WebhookFunctions for the B2B API. If HandleWebhook
// returns an error, the service sends the event again.
type WebhookHandler interface {
	HandleWebhook(ctx context.Context, event WebhookEvent) error
}

// WebhookStore remembers messages. A store for several processes keeps the ids in a database, for at least
// two days.
type WebhookStore interface {
	// Handled reports whether the message was remembered.
	Handled(ctx context.Context, messageID string) (bool, error)
	// Remember is called after the message was handled without an error.
	Remember(ctx context.Context, messageID string) error
}

// WebhookEvent is an event of the service, whose signature was verified.
type WebhookEvent struct {
	// MessageID is the id of the message. It is the same each time that the service sends the event.
	MessageID string `json:"-"`
	// EventID is the id of the event.
	EventID string `json:"event_id"`
	// ProjectID is the project that the event is about.
	ProjectID string `json:"project_id"`
	// Vertical is the API of the object, "CONSUMER" or "B2B". It is empty in older events.
	Vertical string `json:"vertical"`
	// Source is what changed the object: "DIRECT" for the API and its clients, "DASHBOARD" or "SCIM".
	Source string `json:"source"`
	// ObjectType is the kind of the object, such as "user", "member" or "organization".
	ObjectType string `json:"object_type"`
	// Action is what happened to the object: "CREATE", "UPDATE" or "DELETE".
	Action string `json:"action"`
	// ID is the id of the object.
	ID string `json:"id"`
	// Timestamp is when the service sent the event.
	Timestamp time.Time `json:"timestamp"`
	// Object is the object as JSON. It is nil after a deletion.
	Object json.RawMessage `json:"-" stytch:"sensitive"`
}

// ErrWebhookUnverified is matched by the error for a request that does not carry a valid signature.
var ErrWebhookUnverified = errors.New("the webhook request is not verified")

// WebhookFunctions handles the events of the consumer API, each with a function of its own. A nil function
// leaves its events to Other.
type WebhookFunctions struct {
	// UserCreated and UserUpdated get the whole user.
	UserCreated, UserUpdated func(ctx context.Context, event WebhookEvent, user *User) error
	// UserDeleted gets the id of the user in event.ID.
	UserDeleted func(ctx context.Context, event WebhookEvent) error
	// Other gets the events without a function of their own, and those that this version of the SDK does not
	// know. If it is nil, they are ignored.
	Other func(ctx context.Context, event WebhookEvent) error
}

// NewWebhook returns a handler for webhook requests. It returns an error if there is no secret, if a secret
// does not begin with "whsec_", or if an option is negative.
func NewWebhook(options WebhookOptions, handler WebhookHandler) (*Webhook, error) {
	h := &Webhook{options: options, handler: handler}
	if len(options.Secrets) == 0 {
		return nil, errors.New("WebhookOptions.Secrets is empty; want the signing secret of the endpoint")
	}
	for _, secret := range options.Secrets {
		key, err := webhook.ParseKey(secret)
		if err != nil {
			return nil, fmt.Errorf("WebhookOptions.Secrets: %w", err)
		}
		h.keys = append(h.keys, key)
	}
	switch {
	case options.Tolerance < 0:
		return nil, fmt.Errorf("WebhookOptions.Tolerance is %v; want a positive duration, or 0 for five minutes", options.Tolerance)
	case options.MaxBytes < 0:
		return nil, fmt.Errorf("WebhookOptions.MaxBytes is %d; want a positive number, or 0 for 1 MiB", options.MaxBytes)
	case handler == nil:
		return nil, errors.New("there is nothing that handles events; want WebhookFunctions, for example")
	}
	if h.options.Tolerance == 0 {
		h.options.Tolerance = 5 * time.Minute
	}
	if h.options.MaxBytes == 0 {
		h.options.MaxBytes = 1 << 20
	}
	if h.options.Clock == nil {
		h.options.Clock = time.Now
	}
	return h, nil
}

// NewWebhookMemory returns a [WebhookStore] in the memory of this process. It remembers the last n messages,
// at least one.
func NewWebhookMemory(n int) WebhookStore {
	return webhook.NewMemory(n)
}

// ServeHTTP verifies a request, and handles its event.
func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, err := h.serve(w, r)
	if err != nil && h.options.Failed != nil {
		h.options.Failed(r.Context(), err)
	}
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	http.Error(w, http.StatusText(status), status)
}

func (h *Webhook) serve(w http.ResponseWriter, r *http.Request) (status int, err error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.options.MaxBytes))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return http.StatusRequestEntityTooLarge, fmt.Errorf("the body of the webhook request has more than %d bytes", h.options.MaxBytes)
		}
		return http.StatusBadRequest, fmt.Errorf("reading the body of the webhook request: %w", err)
	}
	event, err := h.Verify(r.Header, body)
	switch {
	case errors.Is(err, ErrWebhookUnverified):
		return http.StatusUnauthorized, err
	case err != nil:
		return http.StatusBadRequest, err
	}
	return h.handle(r.Context(), event)
}

func (h *Webhook) handle(ctx context.Context, event WebhookEvent) (status int, err error) {
	if h.options.Store != nil {
		handled, err := h.options.Store.Handled(ctx, event.MessageID)
		if err != nil {
			return http.StatusInternalServerError, fmt.Errorf("looking for the webhook message in the store: %w", err)
		}
		if handled {
			return http.StatusNoContent, nil
		}
	}
	if err := h.handler.HandleWebhook(ctx, event); err != nil {
		return http.StatusInternalServerError, fmt.Errorf("handling the event %s: %w", event.Type(), err)
	}
	if h.options.Store != nil {
		if err := h.options.Store.Remember(ctx, event.MessageID); err != nil { // the event is handled: it must not be sent again
			return http.StatusNoContent, fmt.Errorf("remembering a webhook message that was handled: %w", err)
		}
	}
	return http.StatusNoContent, nil
}

// Verify returns the event of a request without handling it, for servers that do not use net/http. The body
// must be as it was received, byte by byte. The error matches [ErrWebhookUnverified] if the signature is
// missing, wrong or too old.
func (h *Webhook) Verify(header http.Header, body []byte) (WebhookEvent, error) {
	if len(h.keys) == 0 {
		return WebhookEvent{}, fmt.Errorf("%w: the Webhook was not made by NewWebhook", ErrWebhookUnverified)
	}
	id, err := webhook.Verify(h.keys, header, body, h.options.Clock(), h.options.Tolerance)
	if err != nil {
		return WebhookEvent{}, fmt.Errorf("%w: %w", ErrWebhookUnverified, err)
	}
	event := WebhookEvent{MessageID: id}
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &event) != nil || json.Unmarshal(body, &object) != nil || event.ObjectType == "" || event.Action == "" {
		return WebhookEvent{}, errors.New("the body of the webhook request is not an event; want a JSON object with object_type and action")
	}
	if text := object[event.ObjectType]; len(text) > 0 && text[0] == '{' {
		event.Object = text
	}
	return event, nil
}

// Format prints the webhook without its secrets.
func (h Webhook) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "stytch.Webhook{%d secrets}", len(h.keys))
}

// Format prints the options without their secrets.
func (o WebhookOptions) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "stytch.WebhookOptions{%d secrets}", len(o.Secrets))
}

// Type returns the name of the event, such as "dashboard.user.update".
func (e WebhookEvent) Type() string {
	return strings.ToLower(e.Source + "." + e.ObjectType + "." + e.Action)
}

// Format prints the event without its object.
func (e WebhookEvent) Format(f fmt.State, verb rune) { redact.Format(f, verb, e) }

// LogValue returns the event for a log, without its object.
func (e WebhookEvent) LogValue() slog.Value { return redact.LogValue(e) }

// HandleWebhook calls the function for the event.
func (f WebhookFunctions) HandleWebhook(ctx context.Context, event WebhookEvent) error {
	var call func(context.Context, WebhookEvent) error
	if event.Vertical != "B2B" && event.ObjectType == "user" {
		call = webhook.For(event.Action, event.Object, f.UserCreated, f.UserUpdated, f.UserDeleted, (*User).readJSON)
	}
	return webhook.First(ctx, event, call, f.Other)
}

// ENDMANUAL(Webhook)
