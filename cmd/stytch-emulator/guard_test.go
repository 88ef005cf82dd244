package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/b2b"
)

// TestOtherSitesAreRefused sends the headers that a browser sends for the page
// of another site.
func TestOtherSitesAreRefused(t *testing.T) {
	p := launch(t, "--seed", write(t, "seed.yaml", goodSeed))
	p.send(phone)
	member := decoded[struct{ Members []b2b.Member }](t, p.does(http.MethodGet, "/api/members", "")).Members[0].MemberID
	port := p.url[strings.LastIndex(p.url, ":"):]
	tests := []struct {
		name    string
		headers []string
		status  int
	}{
		{"no browser", nil, 200},
		{"the page itself", []string{"Origin", p.url, "Sec-Fetch-Site", "same-origin"}, 200},
		{"a person", []string{"Sec-Fetch-Site", "none"}, 200},
		{"localhost", []string{"Host", "localhost" + port, "Origin", "http://localhost" + port}, 200},
		{"loopback by another address", []string{"Host", "[::1]" + port}, 200},
		{"another site", []string{"Origin", "https://evil.example"}, 403},
		{"another port of this machine", []string{"Origin", "http://127.0.0.1:1"}, 403},
		{"a page without an origin", []string{"Origin", "null"}, 403},
		{"another site, no origin", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"another name of the same site", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"DNS rebinding", []string{"Host", "evil.example" + port, "Origin", "http://evil.example" + port, "Sec-Fetch-Site", "same-origin"}, 403},
		{"a name that begins like ours", []string{"Host", "127.0.0.1.evil.example" + port}, 403},
		{"a name that ends like ours", []string{"Host", "evil-localhost" + port}, 403},
		{"another address", []string{"Host", "192.0.2.1" + port}, 403},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, r := range routes {
				if r.open || r.call == "events" || r.call == "messages.wait" || r.call == "webhooks.wait" || r.call == "snapshot.put" || r.call == "projects.delete" {
					continue
				}
				bodies := map[string]string{"policy.put": `{}`, "calls.perform": `{}`, "sessions.add": `{"id":"` + member + `"}`, "keys.rotate": `{}`, "clock.advance": `{"seconds":1}`, "faults.add": `{"status":500,"call":"consumer.sessions.revoke"}`}
				status, body := p.call(r.method, strings.Replace(r.path, "{call}", "consumer.users.search", 1), bodies[r.call], test.headers...)
				if test.status == 200 && status == http.StatusForbidden || test.status != 200 && status != test.status {
					t.Errorf("%s: %d %s", r.call, status, body)
				}
				if test.status != 200 && strings.Contains(body, phone) {
					t.Errorf("%s: the response shows a message", r.call)
				}
			}
			if test.status == 200 {
				return
			}
			for _, path := range []string{"/api/events", "/api/messages/wait?timeout=0&address=" + email, "/api/webhooks/deliveries/wait?timeout=0"} {
				resp := p.ask(http.MethodGet, path, "", test.headers...)
				_ = resp.Body.Close()
				if resp.StatusCode != test.status {
					t.Errorf("%s: %d", path, resp.StatusCode)
				}
			}
			if status, _ := p.call(http.MethodPut, "/api/snapshot", "{}", test.headers...); status != test.status {
				t.Errorf("snapshot.put: %d", status)
			}
		})
	}
	if status, _ := p.call(http.MethodGet, "/", "", "Host", "evil.example"); status != http.StatusForbidden {
		t.Errorf("the page is served under another name: %d", status)
	}
}

// TestFormsAreRefused sends what an HTML form can send, without a browser's
// headers.
func TestFormsAreRefused(t *testing.T) {
	p := launch(t)
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx", ""} {
		status, body := p.call(http.MethodPost, "/api/clock/advance", `{"seconds":3600}`, "Content-Type", kind)
		if status != http.StatusUnsupportedMediaType || !strings.Contains(body, "application/json") {
			t.Errorf("%q: %d %s", kind, status, body)
		}
	}
	if status, body := p.call(http.MethodPost, "/api/clock/advance", `{"seconds":1}`, "Content-Type", "application/json; charset=utf-8"); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
}

// TestHostIsTheOneGiven uses the name given by --host.
func TestHostIsTheOneGiven(t *testing.T) {
	p := launch(t, "--host", "localhost")
	if status, body := p.call(http.MethodGet, "/api/messages", "", "Host", "LOCALHOST.:1"); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
}

// TestPageHasItsHeaders checks the headers against framing, sniffing, caching
// and foreign scripts.
func TestPageHasItsHeaders(t *testing.T) {
	p := launch(t)
	for _, r := range pageRoutes() {
		path := strings.TrimSuffix(r.path, "{$}")
		resp := must(http.Get(p.url + root + path))(t)
		_ = resp.Body.Close()
		policy := resp.Header.Get("Content-Security-Policy")
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") == "" || resp.Header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") ||
			resp.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v", path, resp.StatusCode, resp.Header)
		}
	}
}
