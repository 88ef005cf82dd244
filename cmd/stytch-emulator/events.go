package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/stytchtest"
)

// keepAlive is the interval of the comments that keep a stream open.
const keepAlive = 15 * time.Second

// maxStreams limits the streams of events that are open at the same time.
const maxStreams = 1000

// events streams events until the client or the program ends it.
func (c *control) events(w http.ResponseWriter, r *http.Request) error {
	if c.open.Add(1) > maxStreams {
		c.open.Add(-1)
		return &failure{http.StatusServiceUnavailable, fmt.Errorf("%d streams of events are open already; close one first", maxStreams)}
	}
	defer c.open.Add(-1)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	ticker := time.NewTicker(keepAlive)
	defer ticker.Stop()
	s := &stream{control: c, response: http.NewResponseController(w), body: w}
	fmt.Fprint(w, "retry: 1000\n\n")
	for {
		arrival := c.srv.Inbox().Arrival()
		clock, changes, next := c.feed.state()
		if s.update(clock, changes) != nil {
			return nil // the client is gone
		}
		select {
		case <-arrival:
		case <-next:
		case <-ticker.C:
			fmt.Fprint(w, ":\n\n")
		case <-r.Context().Done():
			return nil
		case <-c.streams.Done():
			return nil
		case <-c.srv.Removed():
			return nil
		}
	}
}

// stream is what was already sent to one client.
type stream struct {
	control  *control
	response *http.ResponseController
	body     http.ResponseWriter

	begun          bool
	sent           stytchtest.Position // in the inbox
	faults         []byte
	clock, changes int
}

// update sends what is new for the client.
func (s *stream) update(clock, changes int) error {
	s.sendMessages()
	if !s.begun || clock != s.clock {
		s.send("clock", s.control.clockView())
	}
	if faults := encode(s.control.faultsView()); !bytes.Equal(faults, s.faults) {
		s.sendData("faults", faults)
		s.faults = faults
	}
	if s.begun && changes != s.changes {
		s.sendData("changed", []byte("{}"))
	}
	s.begun, s.clock, s.changes = true, clock, changes
	return s.response.Flush()
}

// batch is how many messages a stream has in memory.
const batch = 50

// sendMessages sends the new messages. If messages were removed or replaced, it
// sends all of them again, in one event.
func (s *stream) sendMessages() {
	messages, next, again := s.control.srv.Inbox().After(s.sent, batch)
	if !again {
		for ; len(messages) > 0 && !again; messages, next, again = s.control.srv.Inbox().After(next, batch) {
			for _, m := range s.control.newMessagesView(messages).Messages {
				s.send("message", m)
			}
			s.sent = next
		}
		return
	}
	fmt.Fprint(s.body, "event: messages\ndata: {\"messages\":[")
	comma := ""
	for again = false; len(messages) > 0 && !again; messages, next, again = s.control.srv.Inbox().After(next, batch) {
		for _, m := range s.control.newMessagesView(messages).Messages {
			fmt.Fprintf(s.body, "%s%s", comma, encode(m))
			comma = ","
		}
	}
	fmt.Fprint(s.body, "]}\n\n")
	if s.sent = next; again {
		s.sent = stytchtest.Position{} // the next update sends the changed list
	}
}

func (s *stream) send(event string, v any) { s.sendData(event, encode(v)) }

// sendData writes an event. JSON has no line breaks, so the data is one line.
func (s *stream) sendData(event string, data []byte) {
	fmt.Fprintf(s.body, "event: %s\ndata: %s\n\n", event, data)
}

// encode writes JSON on one line, without HTML escapes.
func encode(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return []byte("{}") // cannot happen: the state can always be encoded
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
