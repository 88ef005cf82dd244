package stytchtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/stytchgen/sdk/internal/webhook"
)

// The delivery of webhooks, as Svix publishes it.
const (
	webhookTimeout  = 15 * time.Second // by the machine's clock
	failingLife     = 5 * 24 * time.Hour
	maxReply        = 1 << 10
	maxReplyHeaders = 64 << 10
)

// retryWaits are the waits after a failure before the next attempt.
var retryWaits = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour,
}

// senders are the goroutines of a server that deliver webhooks.
type senders struct {
	mu sync.Mutex
	// open says whether new goroutines may start: from the start of the server to its end.
	open    bool
	stop    chan struct{}   // closed when no more attempts are to begin
	ctx     context.Context // ends the attempts
	cancel  context.CancelFunc
	running sync.WaitGroup
	client  *http.Client
	observe func(WebhookDelivery)
}

func newSenders(observe func(WebhookDelivery)) *senders {
	s := &senders{stop: make(chan struct{}), observe: observe}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.client = &http.Client{
		Transport: &http.Transport{
			DialContext:            (&net.Dialer{Timeout: webhookTimeout}).DialContext,
			MaxResponseHeaderBytes: maxReplyHeaders,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        30 * time.Second,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: noRedirect,
	}
	return s
}

// noRedirect makes a client return a redirect in place of following it.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// start allows goroutines.
func (s *senders) start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = true
}

// run starts a goroutine, or returns false before start and after end.
func (s *senders) run(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open {
		s.running.Go(f)
	}
	return s.open
}

// end waits for the attempts in progress until ctx ends, and cancels them then. Deliveries whose attempt did not end
// stay pending.
func (s *senders) end(ctx context.Context) {
	s.mu.Lock()
	s.open = false
	close(s.stop)
	s.mu.Unlock()
	defer context.AfterFunc(ctx, s.cancel)()
	s.running.Wait()
	s.cancel()
	s.client.CloseIdleConnections()
}

// start lets a goroutine send what is pending for an endpoint. The goroutine ends when nothing is.
func (w *Webhooks) start(endpointID string) {
	if !w.senders[endpointID] {
		w.senders[endpointID] = w.project.server.senders.run(func() { w.deliver(endpointID) })
	}
}

// deliver sends what is pending for an endpoint, one after the other.
func (w *Webhooks) deliver(endpointID string) {
	server := w.project.server
	for {
		moved := w.clock().next() // before now is read
		now := w.clock().exact()
		due, next, changed := w.due(endpointID, now)
		if len(due) == 0 && next.IsZero() {
			return
		}
		for _, id := range due {
			select {
			case <-server.senders.stop:
				return
			default:
				w.attempt(id)
			}
		}
		if len(due) > 0 {
			continue
		}
		var timer <-chan time.Time // never, while the clock is stopped
		if w.clock().Running() {
			timer = time.After(next.Sub(now))
		}
		select {
		case <-timer:
		case <-moved:
		case <-changed:
		case <-server.senders.stop:
			return
		}
	}
}

// due returns the pending deliveries whose time has come, the oldest first. If there is none, it returns when the
// next one comes, and a channel that is closed at the next change. If nothing is pending, the time is zero, and the
// goroutine of the endpoint must end.
func (w *Webhooks) due(endpointID string, now time.Time) (ids []string, next time.Time, changed <-chan struct{}) {
	defer w.project.lock()()
	if e := w.endpoint(endpointID); e != nil && !e.Disabled && !w.dropped {
		for _, d := range w.project.state.Deliveries.list(byPending, endpointID) {
			if !d.NextAttemptAt.After(now) {
				ids = append(ids, d.ID)
			} else if next.IsZero() || d.NextAttemptAt.Before(next) {
				next = d.NextAttemptAt
			}
		}
	}
	if len(ids) == 0 && next.IsZero() {
		delete(w.senders, endpointID)
	}
	return ids, next, w.changed
}

// attempt sends a delivery once, if it is still pending.
func (w *Webhooks) attempt(id string) {
	server := w.project.server
	ctx, cancel := context.WithTimeoutCause(server.senders.ctx, webhookTimeout, fmt.Errorf("no response within %v", webhookTimeout))
	defer cancel()
	r := w.request(ctx, id)
	if r == nil {
		return
	}
	start := time.Now()
	result, abort := server.senders.send(r)
	if server.senders.ctx.Err() != nil {
		return // the end of the server is no failure of the endpoint
	}
	result.At, result.Duration = w.clock().exact(), time.Since(start)
	if d := w.record(id, result, abort); d != nil && server.senders.observe != nil {
		server.senders.observe(*d)
	}
}

// request returns the request of a delivery, or nil if it must not be sent any more.
func (w *Webhooks) request(ctx context.Context, id string) *http.Request {
	defer w.project.lock()()
	d := w.project.state.Deliveries.find(byID, id)
	if d == nil || d.Status != WebhookPending || w.dropped {
		return nil
	}
	e := w.endpoint(d.EndpointID)
	if e == nil || e.Disabled {
		return nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, strings.NewReader(d.Payload))
	if err != nil {
		return nil // the URL was checked
	}
	// The receiver compares the time with its own clock, which is the machine's.
	sent := time.Now()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "stytch-emulator")
	r.Header.Set("Svix-Id", d.ID)
	r.Header.Set("Svix-Timestamp", strconv.FormatInt(sent.Unix(), 10))
	r.Header.Set("Svix-Signature", e.sign(d, sent, w.clock().exact()))
	return r
}

// sign returns the signatures of all secrets, the newest first.
func (e *endpoint) sign(d *delivery, sent, now time.Time) string {
	secrets := []string{e.Secret}
	for _, old := range e.Old {
		if now.Before(old.ExpiresAt) {
			secrets = append(secrets, old.Secret)
		}
	}
	var signatures []string
	for _, secret := range secrets {
		if key, err := webhook.ParseKey(secret); err == nil { // it was checked
			signatures = append(signatures, key.Sign(d.ID, sent, []byte(d.Payload)))
		}
	}
	return strings.Join(signatures, " ")
}

// send sends a request. abort says whether the receiver wants no further attempt.
func (s *senders) send(r *http.Request) (result WebhookAttempt, abort bool) {
	response, err := s.client.Do(r)
	if err != nil {
		if cause := context.Cause(r.Context()); cause != nil {
			err = cause
		}
		var outer *url.Error // repeats the URL
		if errors.As(err, &outer) {
			err = outer.Err
		}
		return WebhookAttempt{Error: err.Error()}, false
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxReply)) // the status decides
	if !utf8.Valid(body) {
		body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	abort = strings.EqualFold(response.Header.Get("Webhook-Delivery"), "abort-message")
	return WebhookAttempt{Status: response.StatusCode, Response: string(body)}, abort
}

// record stores the result of an attempt, and returns the delivery.
func (w *Webhooks) record(id string, result WebhookAttempt, abort bool) *WebhookDelivery {
	defer w.project.lock()()
	d := w.project.state.Deliveries.find(byID, id)
	if d == nil {
		return nil // it was deleted meanwhile
	}
	e := w.endpoint(d.EndpointID)
	if len(d.Attempts) >= maxAttempts {
		d.Attempts = d.Attempts[1:]
	}
	d.Attempts = append(d.Attempts, result)
	d.Count++
	d.Tried++
	switch {
	case result.Status >= 200 && result.Status < 300:
		d.Status, d.NextAttemptAt, e.FailingSince = WebhookDelivered, time.Time{}, time.Time{}
	default:
		if e.FailingSince.IsZero() {
			e.FailingSince = result.At
		}
		if e.Disabled = e.Disabled || result.At.Sub(e.FailingSince) >= failingLife; abort || d.Tried > len(retryWaits) {
			d.Status, d.NextAttemptAt = WebhookFailed, time.Time{}
		} else {
			d.NextAttemptAt = result.At.Add(retryWaits[d.Tried-1])
		}
	}
	w.announce()
	return new(d.public())
}

// startWebhooks continues with what a snapshot has.
func (s *Server) startWebhooks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.projects {
		p.webhooks.restored()
	}
}
