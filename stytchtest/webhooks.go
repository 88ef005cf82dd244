package stytchtest

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/webhook"
)

// WebhookEndpoint is a URL that gets events.
type WebhookEndpoint struct {
	// ID is generated.
	ID string `json:"id"`
	// URL is where the events are sent, with http or https.
	URL string `json:"url"`
	// Secret signs the events: "whsec_" and base64. It is generated if it is empty.
	Secret string `json:"secret" stytch:"sensitive"`
	// Events are the types of events that the endpoint gets, such as "direct.user.create". [WebhookEventTypes]
	// lists them. The endpoint gets all if it is empty.
	Events []string `json:"events"`
	// Disabled says whether nothing is sent. An endpoint that has failed for five days becomes disabled, by the
	// server's clock. What could not be sent is sent when it is enabled again.
	Disabled bool `json:"disabled"`
}

// Format prints the endpoint without its secret.
func (e WebhookEndpoint) Format(f fmt.State, verb rune) { redact.Format(f, verb, e) }

// LogValue returns the endpoint for a log, without its secret.
func (e WebhookEndpoint) LogValue() slog.Value { return redact.LogValue(e) }

// WebhookStatus is the status of a [WebhookDelivery].
type WebhookStatus string

// The statuses of a delivery.
const (
	// WebhookPending is the status while there is another attempt to come.
	WebhookPending WebhookStatus = "pending"
	// WebhookDelivered is the status after a response with a status of 2xx.
	WebhookDelivered WebhookStatus = "delivered"
	// WebhookFailed is the status after the last attempt, or after a response with the header
	// "webhook-delivery: abort-message".
	WebhookFailed WebhookStatus = "failed"
)

// WebhookDelivery is an event on its way to an endpoint.
type WebhookDelivery struct {
	// ID is the id of the message, which every attempt sends as svix-id.
	ID string `json:"id"`
	// EndpointID is the id of the endpoint.
	EndpointID string `json:"endpoint_id"`
	// EventType is the type of the event, such as "direct.user.create".
	EventType string `json:"event_type"`
	// ObjectID is the id of the user or other object that the event is about.
	ObjectID string `json:"object_id"`
	// Payload is the body of the request, a JSON object.
	Payload string `json:"payload" stytch:"sensitive"`
	// Status says whether it arrived.
	Status    WebhookStatus `json:"status"`
	CreatedAt time.Time     `json:"created_at"`
	// NextAttemptAt is when a pending delivery is sent next, by the server's clock.
	NextAttemptAt time.Time `json:"next_attempt_at,omitzero"`
	// Attempts are the last 20 attempts, the oldest first.
	Attempts []WebhookAttempt `json:"attempts"`
}

// Format prints the delivery without its payload.
func (d WebhookDelivery) Format(f fmt.State, verb rune) { redact.Format(f, verb, d) }

// LogValue returns the delivery for a log, without its payload.
func (d WebhookDelivery) LogValue() slog.Value { return redact.LogValue(d) }

// WebhookAttempt is an attempt to deliver an event.
type WebhookAttempt struct {
	// At is when the attempt ended, by the server's clock.
	At time.Time `json:"at"`
	// Status is the status of the response, 0 if there was none.
	Status int `json:"status"`
	// Error says why there was no response, or is empty.
	Error string `json:"error,omitempty"`
	// Response is the beginning of the response's body, up to 1 KiB.
	Response string `json:"response,omitempty" stytch:"sensitive"`
	// Duration is how long the attempt took, by the machine's clock.
	Duration time.Duration `json:"duration"`
}

// Webhooks are the webhooks of a project: the endpoints that get its events, and what was sent to them. When
// there are more than 2,000 deliveries, the oldest are dropped, those that are not pending first.
type Webhooks struct {
	project *Project
	// The fields below are protected by the project's lock.
	changed chan struct{} // closed and replaced after a change
	// waited has the number of attempts of a delivery that WaitFor has returned.
	waited map[string]int
	// senders are the endpoints that a goroutine sends to.
	senders map[string]bool
	// dropped says that another project took the place of this one.
	dropped bool
}

// Limits of the webhooks.
const (
	maxDeliveries = 2000
	maxAttempts   = 20
	maxURL        = 2048
	oldSecretLife = 24 * time.Hour
)

func newWebhooks(p *Project) *Webhooks {
	return &Webhooks{project: p, changed: make(chan struct{}), waited: map[string]int{}, senders: map[string]bool{}}
}

// endpoint is an endpoint as it is stored.
type endpoint struct {
	place
	WebhookEndpoint
	// Old are the secrets before the last rotations.
	Old []oldSecret `json:"old,omitempty"`
	// FailingSince is when the first failure since the last success was, or zero.
	FailingSince time.Time `json:"failing_since,omitzero"`
}

// oldSecret signs events for a while after a rotation.
type oldSecret struct {
	Secret    string    `json:"secret"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (e *endpoint) keys() []key { return []key{{byID, e.ID}} }

// delivery is a delivery as it is stored.
type delivery struct {
	place
	WebhookDelivery
	// Count is the number of all attempts.
	Count int `json:"count"`
	// Tried is the number of attempts since the event, or since the last replay.
	Tried int `json:"tried"`
}

func (d *delivery) keys() []key {
	keys := []key{{byID, d.ID}, {byOwner, d.EndpointID}}
	if d.Status == WebhookPending {
		keys = append(keys, key{byPending, d.EndpointID})
	}
	return keys
}

// public returns the delivery as callers see it.
func (d *delivery) public() WebhookDelivery {
	p := d.WebhookDelivery
	p.Attempts = slices.Clone(p.Attempts)
	return p
}

// Webhooks returns the webhooks of the project.
func (p *Project) Webhooks() *Webhooks { return p.webhooks }

// check reports an endpoint that nothing could be sent to.
func (e *WebhookEndpoint) check() error {
	u, err := url.Parse(e.URL)
	switch {
	case err != nil:
		return errors.New("url: it cannot be read as a URL")
	case len(e.URL) > maxURL:
		return fmt.Errorf("url: it has %d bytes; at most %d are allowed", len(e.URL), maxURL)
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("url: the scheme is %q; want http or https", u.Scheme)
	case u.Hostname() == "":
		return errors.New("url: it has no host")
	}
	if _, err := webhook.ParseKey(e.Secret); err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	types := WebhookEventTypes()
	for _, want := range e.Events {
		if !slices.Contains(types, want) {
			return fmt.Errorf("events: there is no type %q; WebhookEventTypes lists them, such as %q", want, types[0])
		}
	}
	return nil
}

// newWebhookSecret returns a secret as Svix makes them.
func newWebhookSecret() string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(b[:])
}

// AddEndpoint adds an endpoint. It gets the events from then on. The result has its ID and its secret.
func (w *Webhooks) AddEndpoint(e WebhookEndpoint) (WebhookEndpoint, error) {
	e.ID = cmp.Or(e.ID, newMessageID("ep"))
	e.Secret = cmp.Or(e.Secret, newWebhookSecret())
	e.Events = append([]string{}, e.Events...) // an empty list, not null
	if err := e.check(); err != nil {
		return WebhookEndpoint{}, fmt.Errorf("stytchtest: the webhook endpoint: %w", err)
	}
	defer w.project.lock()()
	if w.endpoint(e.ID) != nil {
		return WebhookEndpoint{}, fmt.Errorf("stytchtest: the webhook endpoint %q exists already", e.ID)
	}
	w.project.state.Endpoints.add(&endpoint{WebhookEndpoint: e})
	w.announce()
	return e, nil
}

// endpoint returns an endpoint, or nil.
func (w *Webhooks) endpoint(id string) *endpoint { return w.project.state.Endpoints.find(byID, id) }

// Endpoints returns the endpoints, in the order in which they were added.
func (w *Webhooks) Endpoints() []WebhookEndpoint {
	defer w.project.lock()()
	list := []WebhookEndpoint{}
	for e := range w.project.state.Endpoints.all() {
		list = append(list, e.WebhookEndpoint)
	}
	return list
}

// UpdateEndpoint changes an endpoint. Its ID stays as it is.
func (w *Webhooks) UpdateEndpoint(id string, change func(*WebhookEndpoint)) (WebhookEndpoint, error) {
	defer w.project.lock()()
	e := w.endpoint(id)
	if e == nil {
		return WebhookEndpoint{}, noEndpoint(id)
	}
	changed := e.WebhookEndpoint
	change(&changed)
	changed.ID, changed.Events = e.ID, append([]string{}, changed.Events...)
	if err := changed.check(); err != nil {
		return WebhookEndpoint{}, fmt.Errorf("stytchtest: the webhook endpoint: %w", err)
	}
	if e.Disabled && !changed.Disabled {
		e.FailingSince = time.Time{}
	}
	e.WebhookEndpoint = changed
	w.start(id)
	w.announce()
	return changed, nil
}

func noEndpoint(id string) error {
	return fmt.Errorf("stytchtest: there is no webhook endpoint %q", id)
}

// DeleteEndpoint deletes an endpoint and its deliveries.
func (w *Webhooks) DeleteEndpoint(id string) error {
	defer w.project.lock()()
	e := w.endpoint(id)
	if e == nil {
		return noEndpoint(id)
	}
	st := &w.project.state
	for _, d := range slices.Backward(st.Deliveries.list(byOwner, id)) {
		w.forget(d)
	}
	st.Endpoints.remove(e)
	w.announce()
	return nil
}

// RotateSecret gives an endpoint another secret, a new one if it is empty. For 24 hours of the server's clock,
// events have the signatures of both.
func (w *Webhooks) RotateSecret(id, secret string) (WebhookEndpoint, error) {
	defer w.project.lock()()
	e := w.endpoint(id)
	if e == nil {
		return WebhookEndpoint{}, noEndpoint(id)
	}
	changed := e.WebhookEndpoint
	changed.Secret = cmp.Or(secret, newWebhookSecret())
	if err := changed.check(); err != nil {
		return WebhookEndpoint{}, fmt.Errorf("stytchtest: the webhook endpoint: %w", err)
	}
	now := w.clock().exact()
	e.Old = slices.DeleteFunc(e.Old, func(o oldSecret) bool { return !now.Before(o.ExpiresAt) })
	e.Old = append(e.Old, oldSecret{e.Secret, now.Add(oldSecretLife)})
	e.WebhookEndpoint = changed
	w.announce()
	return changed, nil
}

// Deliveries returns the deliveries, the oldest first.
func (w *Webhooks) Deliveries() []WebhookDelivery {
	defer w.project.lock()()
	list := []WebhookDelivery{}
	for d := range w.project.state.Deliveries.all() {
		list = append(list, d.public())
	}
	return list
}

// WaitFor waits for an attempt to deliver an event of a type, successful or not, and returns the delivery. An
// empty type means all. It returns the oldest delivery with an attempt that it has not returned before. It
// fails when ctx ends, or after 10 seconds if ctx has no deadline.
func (w *Webhooks) WaitFor(ctx context.Context, eventType string) (WebhookDelivery, error) {
	if eventType != "" && !slices.Contains(WebhookEventTypes(), eventType) {
		return WebhookDelivery{}, fmt.Errorf("stytchtest: there is no event type %q; WebhookEventTypes lists them", eventType)
	}
	ctx, cancel := patient(ctx)
	defer cancel()
	for {
		d, changed := w.attempted(eventType)
		if d != nil {
			return *d, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return WebhookDelivery{}, fmt.Errorf("no attempt to deliver %s, and %d of other events: %w",
				cmp.Or(eventType, "an event"), w.unseen(), context.Cause(ctx))
		}
	}
}

// attempted returns the next result of WaitFor, or nil and a channel that is closed
// at the next change.
func (w *Webhooks) attempted(eventType string) (*WebhookDelivery, <-chan struct{}) {
	defer w.project.lock()()
	for d := range w.project.state.Deliveries.all() {
		if (eventType == "" || d.EventType == eventType) && d.Count > w.waited[d.ID] {
			w.waited[d.ID] = d.Count
			return new(d.public()), nil
		}
	}
	return nil, w.changed
}

// unseen counts the deliveries with an attempt that WaitFor has not returned.
func (w *Webhooks) unseen() int {
	defer w.project.lock()()
	n := 0
	for d := range w.project.state.Deliveries.all() {
		if d.Count > w.waited[d.ID] {
			n++
		}
	}
	return n
}

// Replay sends a delivery again, with the same ID, as after the event.
func (w *Webhooks) Replay(id string) error {
	defer w.project.lock()()
	d := w.project.state.Deliveries.find(byID, id)
	if d == nil {
		return fmt.Errorf("stytchtest: there is no webhook delivery %q", id)
	}
	w.replay(d)
	w.announce()
	return nil
}

// ReplayFailed sends all failed deliveries to an endpoint again, or those to all
// endpoints if the ID is empty. It returns their number.
func (w *Webhooks) ReplayFailed(endpointID string) (int, error) {
	defer w.project.lock()()
	if endpointID != "" && w.endpoint(endpointID) == nil {
		return 0, noEndpoint(endpointID)
	}
	var failed []string
	for d := range w.project.state.Deliveries.all() {
		if d.Status == WebhookFailed && (endpointID == "" || d.EndpointID == endpointID) {
			failed = append(failed, d.ID)
		}
	}
	for _, id := range failed {
		w.replay(w.project.state.Deliveries.find(byID, id))
	}
	w.announce()
	return len(failed), nil
}

func (w *Webhooks) replay(d *delivery) {
	d.Status, d.Tried, d.NextAttemptAt = WebhookPending, 0, w.clock().exact()
	w.start(d.EndpointID)
}

// announce wakes those who wait for a change.
func (w *Webhooks) announce() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// wanted reports whether an endpoint gets events.
func (w *Webhooks) wanted() bool {
	for e := range w.project.state.Endpoints.all() {
		if !e.Disabled {
			return true
		}
	}
	return false
}

// send adds a delivery to each endpoint that gets an event.
func (w *Webhooks) send(source eventSource, c change) {
	payload, ok := w.project.event(source, c)
	if !ok {
		return
	}
	st, kind := &w.project.state, eventType(source, c.object, c.action)
	id, now := newMessageID("msg"), w.clock().exact()
	for e := range st.Endpoints.all() {
		if e.Disabled || len(e.Events) > 0 && !slices.Contains(e.Events, kind) {
			continue
		}
		st.Deliveries.add(&delivery{WebhookDelivery: WebhookDelivery{
			ID: id, EndpointID: e.ID, EventType: kind, ObjectID: c.id, Payload: payload,
			Status: WebhookPending, CreatedAt: now, NextAttemptAt: now, Attempts: []WebhookAttempt{},
		}})
		w.start(e.ID)
		id = newMessageID("msg")
	}
	w.shorten()
	w.announce()
}

// shorten drops the oldest deliveries when there are too many.
func (w *Webhooks) shorten() {
	deliveries := &w.project.state.Deliveries
	if deliveries.size <= maxDeliveries {
		return
	}
	drop := slices.Collect(deliveries.all())
	slices.SortStableFunc(drop, func(a, b *delivery) int { return cmp.Compare(pendingLast(a), pendingLast(b)) })
	for _, d := range drop[:len(drop)-maxDeliveries+maxDeliveries/10] {
		w.forget(d)
	}
}

func pendingLast(d *delivery) int {
	if d.Status == WebhookPending {
		return 1
	}
	return 0
}

// forget drops a delivery.
func (w *Webhooks) forget(d *delivery) {
	delete(w.waited, d.ID)
	w.project.state.Deliveries.remove(d)
}

// forgetAll follows a reset of the state.
func (w *Webhooks) forgetAll() {
	clear(w.waited)
	w.announce()
}

// has reports whether there is an endpoint with a URL.
func (w *Webhooks) has(url string) bool {
	return slices.ContainsFunc(w.Endpoints(), func(e WebhookEndpoint) bool { return e.URL == url })
}

// checkWebhooks reports what a server could not have written.
func (s *state) checkWebhooks() error {
	seen := map[string]bool{}
	for e := range s.Endpoints.all() {
		if err := e.check(); err != nil || e.ID == "" || seen[e.ID] {
			return fmt.Errorf("a webhook endpoint in its state is not valid, or has a missing or duplicate id: %q", e.ID)
		}
		seen[e.ID] = true
	}
	for d := range s.Deliveries.all() {
		switch d.Status {
		case WebhookPending, WebhookDelivered, WebhookFailed:
		default:
			return fmt.Errorf("the webhook delivery %q in its state has the status %q", d.ID, d.Status)
		}
		if !seen[d.EndpointID] || d.ID == "" || seen[d.ID] || d.Tried < 0 {
			return fmt.Errorf("the webhook delivery %q in its state has no endpoint, a missing or duplicate id, or less than no attempts", d.ID)
		}
		seen[d.ID] = true
	}
	return nil
}

// restored continues with the deliveries of a snapshot. WaitFor does not return
// their attempts.
func (w *Webhooks) restored() {
	defer w.project.lock()()
	clear(w.waited)
	for d := range w.project.state.Deliveries.all() {
		w.waited[d.ID] = d.Count
	}
	for e := range w.project.state.Endpoints.all() {
		w.start(e.ID)
	}
	w.announce()
}

// drop ends the deliveries of a project whose place another project takes.
func (w *Webhooks) drop() {
	defer w.project.lock()()
	w.dropped = true
	w.announce()
}

// clock returns the clock of retries and events.
func (w *Webhooks) clock() *Clock { return &w.project.clock }
