package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/stytchtest"
)

// deliveryView is a delivery of the control API. The unit of each duration is in
// its name.
type deliveryView struct {
	ID            string                   `json:"id"`
	EndpointID    string                   `json:"endpoint_id"`
	EventType     string                   `json:"event_type"`
	ObjectID      string                   `json:"object_id"`
	Status        stytchtest.WebhookStatus `json:"status"`
	CreatedAt     time.Time                `json:"created_at"`
	NextAttemptAt time.Time                `json:"next_attempt_at,omitzero"`
	Payload       json.RawMessage          `json:"payload"`
	Attempts      []attemptView            `json:"attempts"`
}

type attemptView struct {
	At                   time.Time `json:"at"`
	Status               int       `json:"status,omitempty"`
	Error                string    `json:"error,omitempty"`
	Response             string    `json:"response,omitempty"`
	DurationMilliseconds int64     `json:"duration_milliseconds"`
}

func newDeliveryView(d stytchtest.WebhookDelivery) deliveryView {
	view := deliveryView{
		ID: d.ID, EndpointID: d.EndpointID, EventType: d.EventType, ObjectID: d.ObjectID, Status: d.Status,
		CreatedAt: d.CreatedAt, NextAttemptAt: d.NextAttemptAt, Payload: json.RawMessage(d.Payload), Attempts: []attemptView{},
	}
	for _, a := range d.Attempts {
		view.Attempts = append(view.Attempts, attemptView{a.At, a.Status, a.Error, a.Response, a.Duration.Milliseconds()})
	}
	return view
}

func (c *control) listEventTypes(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, map[string]any{"event_types": stytchtest.WebhookEventTypes()})
}

func (c *control) listEndpoints(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, map[string]any{"endpoints": c.srv.Webhooks().Endpoints()})
}

func (c *control) addEndpoint(w http.ResponseWriter, r *http.Request) error {
	var e stytchtest.WebhookEndpoint
	if err := decode(r, &e); err != nil {
		return err
	}
	added, err := c.srv.Webhooks().AddEndpoint(e)
	return c.endpointChanged(w, http.StatusCreated, added, err)
}

func (c *control) updateEndpoint(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("endpoint_id")
	if err := c.hasEndpoint(id); err != nil {
		return err
	}
	var refused error
	e, err := c.srv.Webhooks().UpdateEndpoint(id, func(e *stytchtest.WebhookEndpoint) { refused = decode(r, e) })
	if refused != nil {
		return refused
	}
	return c.endpointChanged(w, http.StatusOK, e, err)
}

func (c *control) deleteEndpoint(w http.ResponseWriter, r *http.Request) error {
	if err := c.srv.Webhooks().DeleteEndpoint(r.PathValue("endpoint_id")); err != nil {
		return &failure{http.StatusNotFound, err}
	}
	return c.done(w, false)
}

func (c *control) rotateEndpoint(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("endpoint_id")
	if err := c.hasEndpoint(id); err != nil {
		return err
	}
	var given struct {
		Secret string `json:"secret"`
	}
	if err := decode(r, &given); err != nil {
		return err
	}
	e, err := c.srv.Webhooks().RotateSecret(id, given.Secret)
	return c.endpointChanged(w, http.StatusOK, e, err)
}

// hasEndpoint returns an error if there is no such endpoint.
func (c *control) hasEndpoint(id string) error {
	for _, e := range c.srv.Webhooks().Endpoints() {
		if e.ID == id {
			return nil
		}
	}
	return &failure{http.StatusNotFound, fmt.Errorf("there is no webhook endpoint %q", id)}
}

func (c *control) endpointChanged(w http.ResponseWriter, status int, e stytchtest.WebhookEndpoint, err error) error {
	if err != nil {
		return err
	}
	return c.doneWith(w, status, e)
}

func (c *control) listDeliveries(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	list := []deliveryView{}
	for _, d := range c.srv.Webhooks().Deliveries() {
		if fits(q.Get("endpoint_id"), d.EndpointID) && fits(q.Get("event_type"), d.EventType) && fits(q.Get("status"), string(d.Status)) {
			list = append(list, newDeliveryView(d))
		}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"deliveries": list})
}

// fits reports whether a value is the wanted one, or none is wanted.
func fits(want, value string) bool { return want == "" || want == value }

func (c *control) waitForDelivery(w http.ResponseWriter, r *http.Request) error {
	ctx, end, err := c.waiting(r, "none")
	if err != nil {
		return err
	}
	defer end()
	d, err := c.srv.Webhooks().WaitFor(ctx, r.URL.Query().Get("event_type"))
	if err != nil {
		return &failure{http.StatusNotFound, err}
	}
	return writeJSON(w, http.StatusOK, newDeliveryView(d))
}

func (c *control) replayDelivery(w http.ResponseWriter, r *http.Request) error {
	if err := c.srv.Webhooks().Replay(r.PathValue("delivery_id")); err != nil {
		return &failure{http.StatusNotFound, err}
	}
	return c.done(w, false)
}

func (c *control) replayFailed(w http.ResponseWriter, r *http.Request) error {
	n, err := c.srv.Webhooks().ReplayFailed(r.PathValue("endpoint_id"))
	if err != nil {
		return &failure{http.StatusNotFound, err}
	}
	return c.doneWith(w, http.StatusOK, map[string]int{"replayed": n})
}

// observeWebhook logs and announces every attempt to deliver a webhook. The URL, the
// payload and the response can have secrets.
func (e *emulator) observeWebhook(d stytchtest.WebhookDelivery) {
	last := d.Attempts[len(d.Attempts)-1]
	e.log.Info("webhook", "event_type", d.EventType, "delivery", d.Status, "status", last.Status, "duration", last.Duration.Round(time.Microsecond))
	e.feed.announce(false)
}
