package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// process starts the program as a process, and returns its base URL.
func process(t *testing.T, args ...string) (*exec.Cmd, string, *output) {
	t.Helper()
	var stdout, stderr output
	program := exec.Command(must(os.Executable())(t), append([]string{"--port", "0"}, args...)...)
	program.Env = append(os.Environ(), asProgram+"=yes")
	program.Stdout, program.Stderr = &stdout, &stderr
	greeted := stdout.has("# Inbox: ")
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Process.Kill() })
	<-greeted
	_, rest, _ := strings.Cut(stdout.String(), "STYTCH_BASE_URL=")
	url, _, _ := strings.Cut(rest, "\n")
	return program, url, &stderr
}

// TestSignalsEndIt ends the program while one client reads its events and another
// waits for a message.
func TestSignalsEndIt(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		program, url, stderr := process(t, "--log-format", "json")
		events := must(http.Get(url + root + "/api/events"))(t)
		defer events.Body.Close()
		if first := must(bufio.NewReader(events.Body).ReadString('\n'))(t); first == "" {
			t.Error("the stream is empty")
		}
		if err := program.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := program.Wait(); err != nil {
			t.Errorf("%v: %v: %s", signal, err, stderr)
		}
		if _, err := io.ReadAll(events.Body); err != nil {
			t.Errorf("%v: the stream was cut off: %v", signal, err)
		}
		if strings.Contains(stderr.String(), "ERROR") {
			t.Errorf("%v: %s", signal, stderr)
		}
		for line := range strings.Lines(stderr.String()) {
			if !json.Valid([]byte(line)) {
				t.Errorf("the log is not JSON: %s", line)
			}
		}
	}
}

// TestEndsWhileAClientWaits ends the program while a client waits for a
// message.
func TestEndsWhileAClientWaits(t *testing.T) {
	p := launch(t)
	answered, asked := make(chan int), make(chan struct{})
	trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { close(asked) }}
	r := must(http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodGet,
		p.url+root+"/api/messages/wait?address=unused@example.com&timeout=600", nil))(t)
	go func() {
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			answered <- 0
			return
		}
		_ = resp.Body.Close()
		answered <- resp.StatusCode
	}()
	<-asked
	if code := p.end(); code != exitFine {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
	if status := <-answered; status != http.StatusNotFound && status != 0 {
		t.Errorf("the wait returned status %d", status)
	}
}

func TestReady(t *testing.T) {
	p := launch(t)
	if status, body := p.call(http.MethodGet, "/ready", "", "Host", "emulator.internal"); status != http.StatusOK || body != `{"ready":true}`+"\n" {
		t.Errorf("%d %s", status, body)
	}
	resp := must(http.Get(p.url))(t)
	defer resp.Body.Close()
	if resp.Request.URL.Path != root+"/" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Errorf("the root redirects to %s", resp.Request.URL)
	}
}

// TestLogsHoldNoSecrets logs in, also with wrong codes, and searches the log
// for the sent values.
func TestLogsHoldNoSecrets(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		p := launch(t, "--log-format", format, "--secret", "secret-test-hush")
		auth := p.login(phone)
		p.call(http.MethodGet, "/api/messages?address=%2B15005550006", "")
		p.call(http.MethodGet, "/api/"+auth.SessionToken, "")
		p.call(http.MethodPost, "/api/faults", `{"error_type":"`+auth.SessionToken+`"}`)
		for _, path := range []string{"/v1/" + auth.SessionToken, "/v1/otps/sms/send?x=" + auth.SessionJWT} {
			r := must(http.NewRequest(http.MethodPost, p.url+path, strings.NewReader(`{"phone_number":"`+phone+`x"}`)))(t)
			r.SetBasicAuth(p.env["STYTCH_PROJECT_ID"], "secret-test-hush")
			resp := must(http.DefaultClient.Do(r))(t)
			_ = resp.Body.Close()
		}
		code := decoded[messagesView](t, p.does(http.MethodGet, "/api/messages", "")).Messages[0].Code
		p.end()
		log := p.stderr.String()
		for _, want := range []string{"consumer.otps.authenticate", "control.messages.list", "control.unknown", "invalid_phone_number"} {
			if !strings.Contains(log, want) {
				t.Errorf("%s: %q is not logged: %s", format, want, log)
			}
		}
		for _, secret := range []string{phone[1:], "=" + code, `"` + code, auth.SessionToken, auth.SessionJWT, "secret-test-hush"} {
			if strings.Contains(log, secret) {
				t.Errorf("%s: the log contains %q", format, secret)
			}
		}
	}
}

func TestWarnsOfOtherMachines(t *testing.T) {
	p := launch(t, "--host", "0.0.0.0")
	if !strings.Contains(p.stderr.String(), "other machines can reach the emulator") || !strings.HasPrefix(p.url, "http://127.0.0.1:") {
		t.Errorf("%s: %s", p.url, p.stderr)
	}
	p.login(phone)
}
