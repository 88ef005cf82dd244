package guard_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/guard"
)

// TestPrivateClient checks the hint in the log if all requests have the address of a proxy.
func TestPrivateClient(t *testing.T) {
	for addr, hint := range map[string]bool{"10.0.0.1": true, "127.0.0.1": true, "::ffff:192.168.0.1": true, "fd00::1": true, "192.0.2.1": false} {
		var log bytes.Buffer
		a := newAsker(t, guard.Config{PerClient: []guard.Limit{{Most: 1, Within: time.Hour}}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		a.ask(number(1), addr)
		a.ask(number(2), addr)
		if strings.Contains(log.String(), "behind a proxy, pass the proxy") != hint || strings.Contains(log.String(), addr) {
			t.Errorf("%s: the log says\n%s", addr, &log)
		}
	}
}

func TestClientIP(t *testing.T) {
	const proxy = "10.0.0.0/8 2001:db8:ffff::/48 127.0.0.1/32"
	for _, test := range []struct {
		name      string
		remote    string
		forwarded []string
		proxies   string
		want      string
	}{
		{"direct", "192.0.2.1:1234", nil, "", "192.0.2.1"},
		{"direct, IPv6", "[2001:db8::1]:1234", nil, "", "2001:db8::1"},
		{"mapped", "[::ffff:192.0.2.1]:1234", nil, "", "192.0.2.1"},
		{"zone", "[fe80::1%eth0]:1234", nil, "", "fe80::1"},
		{"no port", "192.0.2.1", nil, "", "192.0.2.1"},
		{"nothing to read", "@", nil, "", ""},
		{"made up, without proxies", "192.0.2.1:1", []string{"198.51.100.1"}, "", "192.0.2.1"},
		{"made up, not from a proxy", "192.0.2.1:1", []string{"198.51.100.1"}, proxy, "192.0.2.1"},
		{"one proxy", "10.0.0.1:1", []string{"192.0.2.1"}, proxy, "192.0.2.1"},
		{"made up before the proxy's", "10.0.0.1:1", []string{"198.51.100.1, 192.0.2.1"}, proxy, "192.0.2.1"},
		{"two lines", "10.0.0.1:1", []string{"198.51.100.1", "192.0.2.1"}, proxy, "192.0.2.1"},
		{"several proxies", "10.0.0.1:1", []string{"198.51.100.1, 192.0.2.1, [2001:db8:ffff::1]:443,10.1.2.3"}, proxy, "192.0.2.1"},
		{"a proxy in mapped form", "[::ffff:10.0.0.1]:1", []string{"192.0.2.1"}, proxy, "192.0.2.1"},
		{"with ports", "10.0.0.1:1", []string{"192.0.2.1:5555"}, proxy, "192.0.2.1"},
		{"junk before", "10.0.0.1:1", []string{"unknown, '; drop, 192.0.2.1"}, proxy, "192.0.2.1"},
		{"nothing but junk", "10.0.0.1:1", []string{"unknown"}, proxy, "10.0.0.1"},
		{"empty", "10.0.0.1:1", []string{""}, proxy, "10.0.0.1"},
		{"no header", "10.0.0.1:1", nil, proxy, "10.0.0.1"},
		{"nothing but proxies", "10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, proxy, "10.0.0.3"},
		{"Unix socket", "@", []string{"198.51.100.1, 192.0.2.1"}, proxy, "192.0.2.1"},
		{"Unix socket, without a header", "@", nil, proxy, ""},
		{"long", "10.0.0.1:1", []string{strings.Repeat("198.51.100.1,", 10_000) + "192.0.2.1"}, proxy, "192.0.2.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = test.remote
			r.Header["X-Forwarded-For"] = test.forwarded
			var proxies []netip.Prefix
			for p := range strings.FieldsSeq(test.proxies) {
				proxies = append(proxies, netip.MustParsePrefix(p))
			}
			var want netip.Addr
			if test.want != "" {
				want = netip.MustParseAddr(test.want)
			}
			if got := guard.ClientIP(r, proxies...); got != want {
				t.Errorf("%v; want %v", got, want)
			}
		})
	}
}

// TestClients sends requests of two clients through the middleware.
func TestClients(t *testing.T) {
	a := newAsker(t, guard.Config{PerClient: []guard.Limit{{Most: 1, Within: time.Hour}}, PerNetwork: []guard.Limit{}})
	next := 0
	handler := guard.Clients(netip.MustParsePrefix("10.0.0.0/8"))(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next++
		d, err := a.Ask(r.Context(), guard.Send{Address: number(next)})
		if err != nil {
			t.Error(err)
		}
		if !d.Allowed() {
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	for i, want := range []int{200, 200, 429, 429} {
		r := httptest.NewRequest("POST", "/", nil)
		r.RemoteAddr = "10.0.0.1:1"
		r.Header.Set("X-Forwarded-For", "198.51.100.1, 192.0.2."+string(rune('1'+i%2)))
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("request %d: status %d; want %d", i+1, w.Code, want)
		}
	}
}
