package transport

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

func TestCredentials(t *testing.T) {
	const (
		liveID     = "project-live-0a1b"
		testID     = "project-test-0a1b"
		liveSecret = "secret-live-Zz9"
		testSec    = "secret-test-Zz9"
	)
	tests := []struct {
		name       string
		id, secret string
		want       string // part of the error; "": none
	}{
		{"test", testID, testSec, ""},
		{"live", liveID, liveSecret, ""},
		{"of another kind", "acme", "hunter2hunter2", ""},
		{"no id", "", testSec, "the project ID is empty"},
		{"no secret", testID, "", "the secret is empty"},
		{"blank secret", testID, " \n", "the secret is empty"},
		{"line break behind the secret", testID, testSec + "\n", "the secret begins or ends with white space"},
		{"space before the id", " " + testID, testSec, "the project ID begins or ends with white space"},
		{"space in the id", "project-test 0a1b", testSec, "the project ID has white space"},
		{"control character in the secret", testID, "secret-test-\x00Zz9", "control character"},
		{"zero-width space in the id", "project-test-\u200b0a1b", testSec, "outside ASCII at offset 13"},
		{"colon in the id", "acme:x", testSec, "contains a colon"},
		{"swapped", testSec, testID, "swapped"},
		{"secret twice", testSec, testSec, "the project ID is a secret"},
		{"id twice", testID, testID, "the secret is a project ID"},
		{"test id, live secret", testID, liveSecret, "the project ID is of the test environment"},
		{"live id, test secret", liveID, testSec, "the project ID is of the live environment"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := New(Config{ProjectID: tt.id, Secret: tt.secret, TestURL: testURL, LiveURL: liveURL, Errors: testErrors{}})
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				if live := strings.HasPrefix(tt.id, "project-live-"); (c.BaseURL() == liveURL) != live {
					t.Errorf("base URL %s for a live project: %v", c.BaseURL(), live)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want one with %q", err, tt.want)
			}
			for _, value := range []string{tt.id, tt.secret, "Zz9", "0a1b"} {
				if strings.TrimSpace(value) != "" && strings.Contains(err.Error(), value) {
					t.Errorf("error %q shows %q", err, value)
				}
			}
		})
	}
}

func TestBaseURL(t *testing.T) {
	tests := []struct {
		raw       string
		allowHTTP bool
		want      string // "" for an error with the text in err
		err       string
	}{
		{"https://login.example.com", false, "https://login.example.com", ""},
		{"https://login.example.com/", false, "https://login.example.com", ""},
		{"https://login.example.com///", false, "https://login.example.com", ""},
		{"HTTPS://login.example.com", false, "https://login.example.com", ""},
		{"https://login.example.com:8443/stytch/", false, "https://login.example.com:8443/stytch", ""},
		{"https://login.example.com:/", false, "https://login.example.com", ""},
		{"https://login.example.com/a%2Fb/", false, "https://login.example.com/a%2Fb", ""},
		{"https://[2001:db8::1]:443", false, "https://[2001:db8::1]", ""},
		{"https://LOGIN.Example.com.:443/", false, "https://login.example.com", ""},
		{"https://login.example.com:80", false, "https://login.example.com:80", ""},
		{"http://localhost:8080", false, "http://localhost:8080", ""},
		{"http://LOCALHOST.", false, "http://localhost", ""},
		{"http://localhost.:1", false, "http://localhost:1", ""}, // with the dot, a resolver would be asked
		{"http://127.0.0.1.:1", false, "http://127.0.0.1:1", ""},
		{"http://api.localhost", false, "", "in the clear"},
		{"https://login.example.com/v1/", false, "", "ends with /v1"},
		{"http://127.0.0.1:1234", false, "http://127.0.0.1:1234", ""},
		{"http://127.9.9.9", false, "http://127.9.9.9", ""},
		{"http://[::1]:80", false, "http://[::1]", ""},
		{"http://stytch.internal", true, "http://stytch.internal", ""},

		{"http://stytch.internal", false, "", "uses http to stytch.internal"},
		{"http://localhost.example.com", false, "", "uses http"},
		{"http://notlocalhost", false, "", "uses http"},
		{"http://127.0.0.1.example.com", false, "", "uses http"},
		{"http://0.0.0.0", false, "", "uses http"},
		{"http://10.0.0.1", false, "", "uses http"},
		{"/", false, "", "no scheme"},
		{"login.example.com", false, "", "no scheme"},
		{"//login.example.com", false, "", "no scheme"},
		{"localhost:8790", false, "", "no scheme: want http://localhost:8790"},
		{"localhost:8790/", false, "", "no scheme: want http://localhost:8790"},
		{"127.0.0.1:8790", false, "", "no scheme: want http://127.0.0.1:8790"},
		{"[::1]:8790", false, "", "no scheme: want http://[::1]:8790"},
		{"login.example.com:8443", false, "", "no scheme: want https://login.example.com:8443"},
		{"login.example.com:8443/stytch", false, "", "no scheme: want one such as"},
		{"user:hunter2@login.example.com", false, "", "no scheme: want one such as"},
		{"hunter2", false, "", "no scheme: want one such as"},
		{"hunter2:hunter2", false, "", "no scheme: want one such as"},
		{":8790", false, "", "no scheme: want one such as"},
		{"ftp://login.example.com", false, "", "scheme ftp"},
		{"https:login.example.com", false, "", "no host"},
		{"https://", false, "", "no host"},
		{"https:///v1", false, "", "no host"},
		{"https://:443", false, "", "no host"},
		{"https://.", false, "", "no host"},
		{"https://login..example.com", false, "", "empty label"},
		{"https://.login.example.com", false, "", "empty label"},
		{"http://localhost..:1", false, "", "empty label"},
		{"https://user:hunter2@login.example.com", false, "", "user name or password"},
		{"https://login.example.com?", false, "", "query"},
		{"https://login.example.com?token=hunter2", false, "", "query"},
		{"https://login.example.com#", false, "", "fragment"},
		{"https://login.example.com/#hunter2", false, "", "fragment"},
		{"https://login.example.com:0", false, "", "port 0"},
		{"https://login.example.com:99999", false, "", "port 99999"},
		{"https://login.example.com:hunter2", false, "", "cannot be parsed"},
		{"https://login.example.com/a/../b", false, "", `".." in its path`},
		{"https://login.example.com/%2e%2e", false, "", `".." in its path`},
		{" https://login.example.com", false, "", "white space"},
		{"https://login.example.com\n", false, "", "white space"},
		{"https://login example.com", false, "", "cannot be parsed"},
		{"https://login.example.com/%zz", false, "", "cannot be parsed"},
	}
	for _, tt := range tests {
		t.Run(tt.raw, func(t *testing.T) {
			c, err := New(Config{
				ProjectID: testProject, Secret: testSecret, Errors: testErrors{},
				BaseURL: tt.raw, AllowHTTP: tt.allowHTTP,
			})
			switch {
			case tt.err == "" && err != nil:
				t.Error(err)
			case tt.err == "" && c.BaseURL() != tt.want:
				t.Errorf("base URL %s, want %s", c.BaseURL(), tt.want)
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("error %v, want one with %q", err, tt.err)
			case tt.err != "" && strings.Contains(err.Error(), "hunter2"):
				t.Errorf("error %q shows what may be a secret", err)
			}
		})
	}
}

func TestConfigRefused(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no errors", func(c *Config) { c.Errors = nil }, "no ErrorMaker"},
		{"line break in the user agent", func(c *Config) { c.UserAgent = "a\r\nX-Evil: 1" }, "user agent"},
		{"nil transport", func(c *Config) {
			c.HTTPClient = &http.Client{Transport: (*http.Transport)(nil)}
		}, "nil *http.Transport"},
		{"nil middleware", func(c *Config) {
			c.Middleware = []func(http.RoundTripper) http.RoundTripper{nil}
		}, "middleware 0 is nil"},
		{"middleware that returns nil", func(c *Config) {
			c.Middleware = []func(http.RoundTripper) http.RoundTripper{
				func(rt http.RoundTripper) http.RoundTripper { return rt },
				func(http.RoundTripper) http.RoundTripper { return nil },
			}
		}, "middleware 1 returned nil"},
		{"nil interceptor", func(c *Config) { c.Interceptors = []Interceptor{nil} }, "interceptor 0 is nil"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := Config{ProjectID: testProject, Secret: testSecret, TestURL: testURL, Errors: testErrors{}}
			tt.change(&cfg)
			c, err := New(cfg)
			if c != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v and error %v, want one with %q", c, err, tt.want)
			}
		})
	}
}

func TestUserAgent(t *testing.T) {
	system := "; " + runtime.GOOS + "/" + runtime.GOARCH + ")"
	if got := userAgent(""); !strings.HasPrefix(got, "stytchgen-go/"+Version+" (go") || !strings.HasSuffix(got, system) {
		t.Errorf("user agent %q", got)
	}
	if got := userAgent("shop/1.2"); !strings.HasSuffix(got, system+" shop/1.2") {
		t.Errorf("user agent %q does not end with the application's name", got)
	}
}

// TestClientPrinted prints a client in every way and checks that its secret does not show.
func TestClientPrinted(t *testing.T) {
	c := newClient(t, "http://localhost:1")
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("client", "client", c)
	slog.New(slog.NewTextHandler(&log, nil)).Info("client", "client", c)
	const want = `{ProjectID: "` + testProject + `", BaseURL: "http://localhost:1"}`
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		got := fmt.Sprintf(verb, c)
		if got != want {
			t.Errorf("%s prints %s, want %s", verb, got, want)
		}
		log.WriteString(got)
	}
	for verb := 'A'; verb <= 'z'; verb++ { // a struct that contains a client, like a service
		fmt.Fprintf(&log, "%"+string(verb), &struct{ transport *Client }{c})
	}
	if strings.Contains(log.String(), testSecret) || strings.Contains(log.String(), "Basic") {
		t.Errorf("the secret was printed: %s", log.String())
	}
	if !strings.Contains(log.String(), `"client":{"project_id":"`+testProject) {
		t.Errorf("the project was not logged: %s", log.String())
	}
}
