package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
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
	sent           int // how many messages
	removals       int // those of the inbox then
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

// sendMessages sends the new messages. If messages were removed or replaced, it
// sends all of them again.
func (s *stream) sendMessages() {
	inbox := s.control.srv.Inbox()
	removals := inbox.Removals()
	messages := inbox.Messages()
	if !s.begun || removals != s.removals || s.sent > len(messages) {
		s.send("messages", s.control.newMessagesView(messages))
	} else {
		for _, m := range s.control.newMessagesView(messages[s.sent:]).Messages {
			s.send("message", m)
		}
	}
	s.sent, s.removals = len(messages), removals
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
