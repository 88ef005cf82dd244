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

// messagesView is the response of messages.list.
type messagesView struct {
	Messages []stytchtest.Message `json:"messages"`
}

func newMessagesView(messages []stytchtest.Message) messagesView {
	return messagesView{append([]stytchtest.Message{}, messages...)} // an empty list, not null
}

func (c *control) listMessages(w http.ResponseWriter, r *http.Request) error {
	messages := c.srv.Inbox().Messages()
	if address := addressOf(r); address != "" {
		messages = slices.DeleteFunc(messages, func(m stytchtest.Message) bool { return !strings.EqualFold(m.Address, address) })
	}
	return writeJSON(w, http.StatusOK, newMessagesView(messages))
}

func (c *control) deleteMessages(w http.ResponseWriter, _ *http.Request) error {
	c.srv.Inbox().Clear()
	c.feed.announce(false)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (c *control) waitForMessage(w http.ResponseWriter, r *http.Request) error {
	seconds := defaultWait
	if given := r.URL.Query().Get("timeout"); given != "" {
		var err error
		if seconds, err = strconv.Atoi(given); err != nil {
			return fmt.Errorf("timeout: %w", err)
		}
	}
	ended, end := c.ended(r)
	defer end()
	ctx, cancel := context.WithTimeoutCause(ended, time.Duration(seconds)*time.Second,
		fmt.Errorf("no new message within %d seconds", seconds))
	defer cancel()
	message, err := c.srv.Inbox().WaitFor(ctx, addressOf(r))
	if err != nil {
		return &failure{http.StatusNotFound, err}
	}
	return writeJSON(w, http.StatusOK, message)
}

// addressOf returns the address of a query. A space is a "+" that the client did
// not encode: addresses contain no spaces.
func addressOf(r *http.Request) string {
	return strings.ReplaceAll(r.URL.Query().Get("address"), " ", "+")
}
