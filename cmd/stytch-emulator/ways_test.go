package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	yaml "github.com/oasdiff/yaml3"
)

// TestHealth asks a program that runs, one that has ended, and something else.
func TestHealth(t *testing.T) {
	p := launch(t, "--host", "0.0.0.0") // as in the image
	health := func(args ...string) (int, string) {
		var stderr bytes.Buffer
		return run(t.Context(), append([]string{"health"}, args...), &stderr, &stderr), stderr.String()
	}
	if code, text := health(p.url); code != exitFine || text != "" {
		t.Errorf("the program runs: %d %s", code, text)
	}
	if code, text := health(p.url + "/v1"); code != exitFailed || !strings.Contains(text, "not ready: status 404") {
		t.Errorf("another URL: %d %s", code, text)
	}
	p.end()
	if code, text := health(p.url); code != exitFailed || text == "" {
		t.Errorf("the program has ended: %d %s", code, text)
	}
	for _, args := range [][]string{{"127.0.0.1:8787"}, {"ftp://127.0.0.1"}, {"http://"}, {p.url, p.url}} {
		if code, text := health(args...); code != exitBad || !strings.Contains(text, defaultURL) {
			t.Errorf("health %q: %d %s", args, code, text)
		}
	}
}

// TestAllowedHosts uses the control API through a tunnel, which serves another name by https.
func TestAllowedHosts(t *testing.T) {
	p := launch(t, "--allow-host", "Codes.example.com,stytch")
	p.send(phone)
	for _, c := range []struct {
		headers []string
		status  int
	}{
		{[]string{"Host", "codes.example.com"}, 200},
		{[]string{"Host", "stytch:8787"}, 200},
		{[]string{"Host", "codes.example.com", "Origin", "https://codes.example.com", "Sec-Fetch-Site", "same-origin"}, 200},
		{[]string{"Host", "codes.example.com", "Origin", "http://codes.example.com"}, 200},
		{[]string{"Host", "other.example.com"}, 403},
		{[]string{"Host", "a.codes.example.com"}, 403},
		{[]string{"Host", "codes.example.com", "Origin", "https://other.example.com"}, 403},
		{[]string{"Host", "codes.example.com", "Origin", "https://stytch"}, 403},
		{[]string{"Host", "codes.example.com", "Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Origin", strings.Replace(p.url, "http:", "https:", 1)}, 403}, // not a tunnel
	} {
		if status, body := p.call(http.MethodGet, "/api/messages", "", c.headers...); status != c.status || c.status == 403 && strings.Contains(body, phone) {
			t.Errorf("%q: %d, want %d", c.headers, status, c.status)
		}
	}
	for _, bad := range []string{"https://codes.example.com", "codes.example.com:443", "*.example.com", "a,,b", "a, b"} {
		if _, err := parse([]string{"--allow-host", bad}); err == nil || !strings.Contains(err.Error(), "--allow-host") {
			t.Errorf("--allow-host %q: %v", bad, err)
		}
	}
}

// TestImage checks the commands in the Dockerfile and in the documents with the program's own reading of them.
func TestImage(t *testing.T) {
	dockerfile := string(must(os.ReadFile("Dockerfile"))(t))
	command := func(pattern string) (args []string) {
		match := regexp.MustCompile(pattern + ` (\[.*\])`).FindStringSubmatch(dockerfile)
		if match == nil || json.Unmarshal([]byte(match[1]), &args) != nil || len(args) == 0 || args[0] != "/stytch-emulator" {
			t.Fatalf("the Dockerfile has no %s", pattern)
		}
		return args[1:]
	}
	entry := command("(?m)^ENTRYPOINT")
	if o, err := parse(entry); err != nil || o.host != "0.0.0.0" {
		t.Errorf("the entry point listens on %q: %v", o.host, err)
	}
	if check := command("CMD"); !slices.Equal(check, []string{"health"}) {
		t.Errorf("the health check runs %q", check)
	}
	if !regexp.MustCompile(`(?m)^USER [1-9]`).MatchString(dockerfile) {
		t.Error("the image runs as root")
	}

	var compose struct {
		Services map[string]struct {
			Command     []string
			Environment map[string]string
		}
	}
	if err := yaml.Unmarshal([]byte(block(t, "yaml", "depends_on:")), &compose); err != nil {
		t.Fatal(err)
	}
	o, err := parse(append(entry, compose.Services["stytch"].Command...))
	if err != nil || !slices.Equal(o.allowed, []string{"stytch"}) {
		t.Errorf("the flags of compose.md: %+v, %v", o, err)
	}
	var ci struct {
		Jobs map[string]struct{ Env map[string]string }
	}
	if err := yaml.Unmarshal([]byte(block(t, "yaml", "runs-on:")), &ci); err != nil {
		t.Fatal(err)
	}
	for name, env := range map[string]map[string]string{"compose.md": compose.Services["app"].Environment, "ci.md": ci.Jobs["test"].Env} {
		if env["STYTCH_PROJECT_ID"] != defaultProjectID || env["STYTCH_SECRET"] != defaultSecret {
			t.Errorf("%s has the environment %v", name, env)
		}
	}
}

// TestDocumentedPython runs the function of python.md that does not need the client.
func TestDocumentedPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	p := launch(t)
	p.send(phone)
	program := exec.CommandContext(t.Context(), python, "-c", block(t, "python", "code_for")+"\nprint(code_for('%2B"+strings.TrimPrefix(phone, "+")+"'))")
	program.Env = append(os.Environ(), "no_proxy=*", "STYTCH_BASE_URL="+p.url)
	out, err := program.Output()
	if err != nil || !regexp.MustCompile(`^\d{6}\n$`).Match(out) {
		t.Errorf("code_for printed %q: %v", out, err)
	}
}
