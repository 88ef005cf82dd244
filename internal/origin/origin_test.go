package origin

import (
	"net/url"
	"testing"
)

func TestNormalize(t *testing.T) {
	for raw, want := range map[string]string{
		"https://login.example.com":          "https://login.example.com",
		"https://LOGIN.Example.com:443":      "https://login.example.com",
		"https://login.example.com.":         "https://login.example.com",
		"https://login.example.com.:443/a/B": "https://login.example.com/a/B",
		"https://login.example.com:":         "https://login.example.com",
		"https://login.example.com:80":       "https://login.example.com:80",
		"http://login.example.com:80":        "http://login.example.com",
		"http://localhost.:8790":             "http://localhost:8790",
		"http://127.0.0.1.:1":                "http://127.0.0.1:1",
		"https://[2001:DB8::1]:443":          "https://[2001:db8::1]",
		"http://[::1]:8080":                  "http://[::1]:8080",
		"http://[fe80::1%25Eth0]:8080":       "http://[fe80::1%25Eth0]:8080",
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		Normalize(u)
		if got := u.String(); got != want {
			t.Errorf("%s becomes %s, want %s", raw, got, want)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.8.9.10": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "api.localhost": false, "localhost.example.com": false, "0.0.0.0": false, "10.0.0.1": false, "::": false,
	} {
		if got := IsLoopback(host); got != want {
			t.Errorf("IsLoopback(%q) is %t", host, got)
		}
	}
}
