package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stytchgen/sdk/stytchtest"
)

// defaultWait is the default timeout of messages.wait, in seconds.
const defaultWait = 30

// messageView is a message with what the emulator knows about it now.
type messageView struct {
	stytchtest.Message
	Status           stytchtest.MessageStatus `json:"status"`
	Name             string                   `json:"name,omitempty"`
	OrganizationName string                   `json:"organization_name,omitempty"`
	Subject          string                   `json:"subject,omitempty"`
	Text             string                   `json:"text"`
}

// messagesView is the response of messages.list.
type messagesView struct {
	Messages []messageView `json:"messages"`
}

func (c *control) newMessagesView(messages []stytchtest.Message) messagesView {
	view := messagesView{make([]messageView, len(messages))} // an empty list, not null
	for i, d := range c.srv.MessageDetails(messages...) {
		m := messages[i]
		view.Messages[i] = messageView{m, d.Status, d.Name, d.OrganizationName, m.Subject(), m.Text()}
	}
	return view
}

func (c *control) listMessages(w http.ResponseWriter, r *http.Request) error {
	return writeJSON(w, http.StatusOK, c.newMessagesView(c.wantedMessages(r)))
}

// wantedMessages returns the messages that the query of a request selects.
func (c *control) wantedMessages(r *http.Request) []stytchtest.Message {
	address, ids := addressOf(r), map[string]bool{}
	for _, id := range r.URL.Query()["id"] {
		ids[id] = true
	}
	return slices.DeleteFunc(c.srv.Inbox().Messages(), func(m stytchtest.Message) bool {
		return address != "" && !strings.EqualFold(m.Address, address) || len(ids) > 0 && !ids[m.ID]
	})
}

func (c *control) deleteMessages(w http.ResponseWriter, r *http.Request) error {
	var ids []string
	for _, m := range c.wantedMessages(r) {
		ids = append(ids, m.ID)
	}
	c.srv.Inbox().Delete(ids...)
	return c.done(w, false)
}

func (c *control) restoreMessages(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		IDs []string `json:"ids"`
	}
	if err := decode(r, &request); err != nil {
		return err
	}
	c.srv.Inbox().Restore(request.IDs...)
	return c.done(w, false)
}

// waiting returns a context that ends when a request has waited long enough, when its client is gone, or when the
// program ends. missing is what has not come then.
func (c *control) waiting(r *http.Request, missing string) (ctx context.Context, end func(), err error) {
	seconds := defaultWait
	if given := r.URL.Query().Get("timeout"); given != "" {
		if seconds, err = strconv.Atoi(given); err != nil {
			return nil, nil, fmt.Errorf("timeout: %w", err)
		}
	}
	ended, stop := c.ended(r)
	ctx, cancel := context.WithTimeoutCause(ended, time.Duration(seconds)*time.Second, fmt.Errorf("%s within %d seconds", missing, seconds))
	return ctx, func() { cancel(); stop() }, nil
}

func (c *control) waitForMessage(w http.ResponseWriter, r *http.Request) error {
	ctx, end, err := c.waiting(r, "no new message")
	if err != nil {
		return err
	}
	defer end()
	message, err := c.srv.Inbox().WaitFor(ctx, addressOf(r))
	if err != nil {
		return &failure{http.StatusNotFound, err}
	}
	return writeJSON(w, http.StatusOK, c.newMessagesView([]stytchtest.Message{message}).Messages[0])
}

// addressOf returns the address of a query. A space is a "+" that the client did
// not encode: addresses contain no spaces.
func addressOf(r *http.Request) string {
	return strings.ReplaceAll(r.URL.Query().Get("address"), " ", "+")
}
