package transport

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// faultServer works on TCP, so that it can break a connection in ways that an http.Server cannot. It
// calls answer for each request, and closes the connection when that returns false.
type faultServer struct {
	url     string
	reached atomic.Int64 // requests that were read
}

func newFaultServer(t *testing.T, answer func(net.Conn) bool) *faultServer {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &faultServer{url: "http://" + ln.Addr().String()}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { s.serve(conn, answer) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		conns.Wait()
	})
	return s
}

func (s *faultServer) serve(conn net.Conn, answer func(net.Conn) bool) {
	defer conn.Close()
	for r := bufio.NewReader(conn); ; {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		s.reached.Add(1)
		if !answer(conn) {
			return
		}
	}
}

// write sends text unchanged, and keeps the connection open if keep is set.
func write(text string, keep bool) func(net.Conn) bool {
	return func(conn net.Conn) bool {
		_, err := io.WriteString(conn, text)
		return keep && err == nil
	}
}

// reply answers with a well-formed response.
func reply(status int, contentType, body string, header ...string) func(net.Conn) bool {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n",
		status, http.StatusText(status), contentType, len(body))
	for _, line := range header {
		b.WriteString(line + "\r\n")
	}
	return write(b.String()+"\r\n"+body, true)
}

func reset(conn net.Conn) bool {
	conn.(*net.TCPConn).SetLinger(0)
	return false
}

func gzipped(size int) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.CopyN(w, zeros{}, int64(size))
	w.Close()
	return b.String()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// want is the expected result of a fault for one retry class.
type want struct {
	reached int  // requests that the server read
	unknown bool // the failure says that the outcome is unknown
}

// faults are the ways in which a call can fail. status is what the failure has: 0 if no answer arrived.
var faults = []struct {
	name                string
	answer              func(net.Conn) bool
	status              int
	safe, unsent, never want
}{
	{"reset after the request", reset, 0,
		want{3, false}, want{1, true}, want{1, true}},
	{"close after the request", write("", false), 0,
		want{3, false}, want{1, true}, want{1, true}},
	{"garbage instead of HTTP", write("\x16\x03\x01\x02garbage\r\n\r\n", false), 0,
		want{3, false}, want{1, true}, want{1, true}},

	{"101", write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", false), 101,
		want{3, false}, want{1, true}, want{1, true}},
	{"101 and silence", write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", true), 101,
		want{3, false}, want{1, true}, want{1, true}},
	{"000", write("HTTP/1.1 000 Nothing\r\nContent-Length: 2\r\n\r\n{}", false), 0,
		want{3, false}, want{1, true}, want{1, true}},
	{"header without an end", write("HTTP/1.1 200 OK\r\n"+strings.Repeat("X: "+strings.Repeat("y", 1000)+"\r\n", 12_000), false), 0,
		want{3, false}, want{1, true}, want{1, true}},

	{"200 cut short", write("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"+answerOK, false), 200,
		want{3, false}, want{1, true}, want{1, true}},
	{"200 cut short in a chunk", write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{\"a\":", false), 200,
		want{3, false}, want{1, true}, want{1, true}},
	{"200 without a body", reply(200, "application/json", ""), 200,
		want{3, false}, want{1, true}, want{1, true}},
	{"204", write("HTTP/1.1 204 No Content\r\n\r\n", true), 204,
		want{3, false}, want{1, true}, want{1, true}},
	{"200 with HTML", reply(200, "text/html", answerHTML), 200,
		want{3, false}, want{1, true}, want{1, true}},
	{"200 with null", reply(200, "application/json", "null"), 200,
		want{3, false}, want{1, true}, want{1, true}},
	{"200 with half the JSON", reply(200, "application/json", answerOK[:40]), 200,
		want{3, false}, want{1, true}, want{1, true}},
	{"200 with JSON of another type", reply(200, "application/json", `{"phone_id":{"x":"`+testPhone+`"}}`), 200,
		want{3, false}, want{1, true}, want{1, true}},
	{"200 with two values", reply(200, "application/json", answerOK+answerOK), 200,
		want{3, false}, want{1, true}, want{1, true}},
	{"200 over the limit", reply(200, "application/json", strings.Repeat(" ", 5000)+answerOK), 200,
		want{1, false}, want{1, true}, want{1, true}},
	{"200 with a gzip bomb", reply(200, "application/json", gzipped(8<<20), "Content-Encoding: gzip"), 200,
		want{1, false}, want{1, true}, want{1, true}},
	{"200 with an unrequested encoding", reply(200, "application/json", "\x1b\x03\x00", "Content-Encoding: br"), 200,
		want{3, false}, want{1, true}, want{1, true}},
	{"200 with broken gzip", reply(200, "application/json", gzipped(1000)[:20], "Content-Encoding: gzip"), 200,
		want{3, false}, want{1, true}, want{1, true}},

	{"302 to nowhere", reply(302, "text/plain", "", "Location: http://[::1"), 302,
		want{1, false}, want{1, false}, want{1, false}},
	{"302", reply(302, "text/plain", "", "Location: http://127.0.0.1:1/"), 302,
		want{1, false}, want{1, false}, want{1, false}},
	{"307", reply(307, "text/plain", "", "Location: /elsewhere"), 307,
		want{1, false}, want{1, false}, want{1, false}},
	{"404 of the service", reply(404, "application/json", answerNotFound), 404,
		want{1, false}, want{1, false}, want{1, false}},
	{"404 of a gateway", reply(404, "text/html", answerHTML), 404,
		want{1, false}, want{1, false}, want{1, false}},
	{"404 cut short", write("HTTP/1.1 404 Not Found\r\nContent-Length: 999\r\n\r\n"+answerNotFound, false), 404,
		want{3, false}, want{1, false}, want{1, false}},

	{"408", reply(408, "text/plain", "too slow"), 408,
		want{3, false}, want{1, false}, want{1, false}},
	{"425", reply(425, "text/plain", "too early"), 425,
		want{3, false}, want{1, false}, want{1, false}},

	{"429 that passes", reply(429, "application/json", answerTooMany), 429,
		want{3, false}, want{3, false}, want{1, false}},
	{"429 that stays", reply(429, "application/json", answerLocked), 429,
		want{1, false}, want{1, false}, want{1, false}},
	{"429 of a gateway", reply(429, "text/html", answerHTML), 429,
		want{3, false}, want{3, false}, want{1, false}},
	{"429 with a wait that fits", reply(429, "application/json", answerTooMany, "Retry-After: 7"), 429,
		want{3, false}, want{3, false}, want{1, false}},
	{"429 with a wait that does not fit", reply(429, "application/json", answerTooMany, "Retry-After: 86400"), 429,
		want{1, false}, want{1, false}, want{1, false}},

	{"500 of the service", reply(500, "application/json", answerInternal), 500,
		want{3, false}, want{1, true}, want{1, true}},
	{"501", reply(501, "application/json", "{}"), 501,
		want{1, false}, want{1, false}, want{1, false}},
	{"502 with HTML", reply(502, "text/html", answerHTML), 502,
		want{3, false}, want{1, true}, want{1, true}},
	{"503 with a wait that fits", reply(503, "text/plain", "busy", "Retry-After: 7"), 503,
		want{3, false}, want{1, true}, want{1, true}},
	{"503 with a wait that does not fit", reply(503, "text/plain", "busy", "Retry-After: 31"), 503,
		want{1, false}, want{1, true}, want{1, true}},
	{"504 without a body", reply(504, "text/plain", ""), 504,
		want{3, false}, want{1, true}, want{1, true}},
	{"520 of a gateway", reply(520, "text/html", answerHTML), 520,
		want{3, false}, want{1, true}, want{1, true}},
	{"524 of a gateway", reply(524, "text/html", answerHTML), 524,
		want{3, false}, want{1, true}, want{1, true}},
	{"525 of a gateway", reply(525, "text/html", answerHTML), 525,
		want{1, false}, want{1, true}, want{1, true}},
	{"500 over the limit", reply(500, "text/plain", strings.Repeat("x", 5000)), 500,
		want{3, false}, want{1, true}, want{1, true}},
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, fault := range faults {
		for class, want := range map[RetryClass]want{Safe: fault.safe, Unsent: fault.unsent, Never: fault.never} {
			t.Run(fmt.Sprintf("%s/%s", fault.name, classNames[class]), func(t *testing.T) {
				t.Parallel()
				server := newFaultServer(t, fault.answer)
				c := newClient(t, server.url, func(cfg *Config) { cfg.MaxResponseBytes = 4096 })
				var info Info
				resp, err := send(t.Context(), c, class, infoInto(&info))
				if resp != nil || err == nil {
					t.Fatalf("got %v and error %v, want an error alone", resp, err)
				}
				f := failureOf(t, err)
				if f.StatusCode != fault.status || info.StatusCode != fault.status {
					t.Errorf("status %d, in the info %d, want %d (%v)", f.StatusCode, info.StatusCode, fault.status, err)
				}
				if n := int(server.reached.Load()); n != want.reached || f.Attempts != n || info.Attempts != n {
					t.Errorf("the request reached the server %d times, in %d attempts (info: %d), want %d: %v",
						n, f.Attempts, info.Attempts, want.reached, err)
				}
				if f.OutcomeUnknown != want.unknown {
					t.Errorf("outcome unknown: %v, want %v", f.OutcomeUnknown, want.unknown)
				}
			})
		}
	}
}

var classNames = map[RetryClass]string{Safe: "safe", Unsent: "unsent", Never: "never"}

// TestUnreached covers the faults in which the service certainly received nothing.
func TestUnreached(t *testing.T) {
	t.Parallel()
	const closed = "http://127.0.0.1:1"
	untrusted := httptest.NewUnstartedServer(respond(200, answerOK))
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)

	tests := []struct {
		name   string
		url    string
		change func(*Config)
		class  RetryClass
		want   int // attempts
	}{
		{"refused/safe", closed, nil, Safe, 3},
		{"refused/unsent", closed, nil, Unsent, 3},
		{"refused/never", closed, nil, Never, 1},
		{"certificate not trusted/unsent", untrusted.URL, nil, Unsent, 3},
		{"certificate not trusted/never", untrusted.URL, nil, Never, 1},
		{"proxy refuses/unsent", "https://stytch.invalid", func(cfg *Config) {
			proxy := newFaultServer(t, reply(403, "text/plain", "no"))
			cfg.HTTPClient.Transport.(*http.Transport).Proxy = func(*http.Request) (*url.URL, error) {
				return url.Parse(proxy.url)
			}
		}, Unsent, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, tt.url, func(cfg *Config) {
				if tt.change != nil {
					tt.change(cfg)
				}
			})
			resp, err := send(t.Context(), c, tt.class)
			if resp != nil {
				t.Errorf("got a response, want none")
			}
			f := failureOf(t, err)
			if f.StatusCode != 0 || f.OutcomeUnknown || f.Attempts != tt.want {
				t.Errorf("status %d, outcome unknown %v, %d attempts, want 0, false, %d: %v",
					f.StatusCode, f.OutcomeUnknown, f.Attempts, tt.want, err)
			}
		})
	}
}
