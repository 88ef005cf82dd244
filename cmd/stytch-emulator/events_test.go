package main

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// listen opens a stream of events. It returns a function that reads the next
// event.
func (p *program) listen() func() (event, data string) {
	p.t.Helper()
	resp := must(http.Get(p.url + root + p.scoped("/api/events")))(p.t)
	p.t.Cleanup(func() { _ = resp.Body.Close() })
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || kind != "text/event-stream" {
		p.t.Fatalf("%d %s", resp.StatusCode, kind)
	}
	lines := bufio.NewReader(resp.Body)
	return func() (event, data string) {
		for {
			line := strings.TrimSuffix(must(lines.ReadString('\n'))(p.t), "\n")
			if name, ok := strings.CutPrefix(line, "event: "); ok {
				event = name
			} else if value, ok := strings.CutPrefix(line, "data: "); ok {
				data = value
			} else if line == "" && event != "" {
				return event, data
			}
		}
	}
}

// until reads events up to the wanted one, and returns its data.
func until(next func() (event, data string), want string) string {
	for {
		if event, data := next(); event == want {
			return data
		}
	}
}

func TestEvents(t *testing.T) {
	p := launch(t)
	p.send(phone)
	next := p.listen()
	for _, want := range []string{"messages", "clock", "faults"} {
		event, data := next()
		if event != want || data+"\n" != p.does(http.MethodGet, "/api/"+want, "") && want != "clock" {
			t.Errorf("the stream begins with %s %s, want %s", event, data, want)
		}
	}
	for i := range 3 {
		number := fmt.Sprintf("+1500555100%d", i)
		p.send(number)
		if m := decoded[message](t, until(next, "message")); m.Address != number || m.Code != p.wait(number).Code {
			t.Errorf("message %+v", m)
		}
	}
	until(next, "changed")
	p.does(http.MethodPost, "/api/clock/stop", "")
	if clock := decoded[clockView](t, until(next, "clock")); clock.Running {
		t.Error("the clock is running")
	}
	p.does(http.MethodPost, "/api/faults", `{"status":500,"times":1}`)
	if faults := decoded[faultsView](t, until(next, "faults")); len(faults.Faults) != 1 {
		t.Errorf("faults %+v", faults)
	}
	resp := must(http.Get(p.url + "/v1/sessions/jwks/" + p.env["STYTCH_PROJECT_ID"]))(t)
	_ = resp.Body.Close()
	if faults := until(next, "faults"); resp.StatusCode != 500 || faults != `{"faults":[]}` {
		t.Errorf("a used-up fault is listed: %s", faults)
	}
	p.does(http.MethodDelete, "/api/messages", "")
	if data := until(next, "messages"); data != `{"messages":[]}` {
		t.Errorf("messages %s", data)
	}
	p.send("+15005551009")
	if m := decoded[message](t, until(next, "message")); m.Address != "+15005551009" {
		t.Errorf("message %+v", m)
	}
	p.does(http.MethodPost, "/api/reset", "")
	if data := until(next, "messages"); data != `{"messages":[]}` {
		t.Errorf("messages %s", data)
	}
}

// TestEventsOfManyMessages follows an inbox that is sent in several parts.
func TestEventsOfManyMessages(t *testing.T) {
	p := launch(t)
	const n = 2*batch + 10
	for i := range n {
		p.send(fmt.Sprintf("+1500555%04d", i))
	}
	next := p.listen()
	shows := func(first, count int) {
		t.Helper()
		all := decoded[struct{ Messages []message }](t, until(next, "messages")).Messages
		if len(all) != count || all[0].Address != fmt.Sprintf("+1500555%04d", first) || all[count-1].Address != fmt.Sprintf("+1500555%04d", n-1) {
			t.Errorf("%d messages, want %d", len(all), count)
		}
	}
	shows(0, n)
	p.does(http.MethodDelete, "/api/messages?address=%2B15005550000", "")
	shows(1, n-1)
	for i := range n {
		p.send(fmt.Sprintf("+1500556%04d", i))
	}
	for i := range n {
		if m := decoded[message](t, until(next, "message")); m.Address != fmt.Sprintf("+1500556%04d", i) {
			t.Fatalf("message %d is to %s", i, m.Address)
		}
	}
}

// TestHostileEvents checks that an address cannot break out of its event.
func TestHostileEvents(t *testing.T) {
	p := launch(t)
	next := p.listen()
	snapshot := p.does(http.MethodGet, "/api/snapshot", "")
	address := `a\n\nevent: faults\ndata: {}\r\n\u2028@b.c`
	p.does(http.MethodPut, "/api/snapshot", strings.Replace(snapshot, `"messages": null`,
		`"messages": [{"id":"m","channel":"sms","address":"`+address+`","code":"1","purpose":"login","locale":"en","sent_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-01T00:00:00Z"}]`, 1))
	for {
		event, data := next()
		if event == "messages" && strings.Contains(data, "b.c") {
			all := decoded[struct{ Messages []message }](t, data).Messages
			if len(all) != 1 || !strings.Contains(all[0].Address, "\n\nevent: faults\n") {
				t.Errorf("messages %+v", all)
			}
			return
		}
		if event == "faults" && data == "{}" {
			t.Fatal("an address created an event")
		}
	}
}

// TestTooManyStreams opens as many streams as are allowed, and one more.
func TestTooManyStreams(t *testing.T) {
	p := launch(t)
	for range maxStreams {
		p.listen()
	}
	if status, body := p.call(http.MethodGet, "/api/events", ""); status != http.StatusServiceUnavailable || !strings.Contains(body, "are open already") {
		t.Errorf("%d %s", status, body)
	}
}
