package transport

import (
	"net/netip"
	"strings"
	"testing"
)

// FuzzBaseURL checks that an accepted base URL is normalized, uses http only to this machine, and joins
// with a path. The error about another one shows no password.
func FuzzBaseURL(f *testing.F) {
	for _, raw := range []string{"https://login.example.com", "HTTPS://A.b.:443/x//", "http://localhost.:1", "localhost:8790", "http://[::1%25lo]:80", "https://a..b",
		"https://u:hunter2@a.b", "http://127.0.0.1.", "https:a", "://", "https://a.b/%2F/", "https://a.b:0443", "http://[::ffff:127.0.0.1]", "http://0x7f.1", "https://a.b/ x%2F"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := parseBaseURL(raw, false)
		if err != nil {
			if strings.Contains(err.Error(), "hunter2") && strings.Contains(raw, "@") {
				t.Errorf("the error shows a password: %v", err)
			}
			return
		}
		again, err := parseBaseURL(u.String(), false)
		if err != nil || again.String() != u.String() {
			t.Errorf("%q becomes %q, and that %v, %v", raw, u, again, err)
		}
		host := u.Hostname()
		if addr, err := netip.ParseAddr(host); u.Scheme == "http" && host != "localhost" && (err != nil || !addr.IsLoopback()) {
			t.Errorf("%q is accepted, and is %s", raw, u)
		}
		if strings.HasSuffix(u.String(), "/") || strings.HasSuffix(host, ".") || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q becomes %q", raw, u)
		}
	})
}
