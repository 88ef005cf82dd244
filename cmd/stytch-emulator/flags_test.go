package main

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestBadCommandLines(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"an unknown flag", []string{"--prot", "1"}, "-prot"},
		{"an argument", []string{"start"}, `"start" is not a flag`},
		{"a flag without its value", []string{"--port"}, "-port"},
		{"an empty value", []string{"--state", ""}, "--state is empty"},
		{"a port too high", []string{"--port", "65536"}, "--port 65536: want 0 to 65535"},
		{"a port below 0", []string{"--port", "-1"}, "-port"},
		{"a port that is not a number", []string{"--port", "http"}, "-port"},
		{"a code too short", []string{"--code", "12345"}, "want six digits"},
		{"a code of letters", []string{"--code", "abcdef"}, "want six digits"},
		{"a code with full-width digits", []string{"--code", "１２３４５６"}, "want six digits"},
		{"a project id with a colon", []string{"--project-id", "a:b"}, "--project-id"},
		{"a secret with a space", []string{"--secret", "hush hush"}, "--secret: want"},
		{"an unknown log format", []string{"--log-format", "xml"}, "want text or json"},
		{"a host with a port", []string{"--host", "127.0.0.1:80"}, "without a port"},
		{"a host that is a URL", []string{"--host", "http://localhost"}, "--host"},
		{"a missing seed", []string{"--seed", "nowhere/seed.yaml"}, "nowhere/seed.yaml"},
		{"a state in a missing folder", []string{"--state", "nowhere/state.json"}, "nowhere/state.json"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			code, stderr := fails(t, test.args...)
			if code != exitBad || !strings.Contains(stderr, test.want) || !strings.HasPrefix(stderr, "stytch-emulator: ") {
				t.Errorf("exit code %d, %q; want %d with %q", code, stderr, exitBad, test.want)
			}
			if strings.Contains(stderr, "hush") {
				t.Errorf("the secret is printed: %q", stderr)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, arg := range []string{"-h", "--help"} {
		var stdout, stderr output
		if code := run(t.Context(), []string{arg}, &stdout, &stderr); code != exitFine || stdout.String() != usage || stderr.String() != "" {
			t.Errorf("%s: exit code %d, %q, %q", arg, code, stdout.String(), stderr.String())
		}
	}
}

func TestPortInUse(t *testing.T) {
	taken := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	if code, stderr := fails(t, "--port", port); code != exitFailed || !strings.Contains(stderr, "cannot listen on 127.0.0.1:"+port) || !strings.Contains(stderr, "--port") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// TestOutputCanBeSourced sources the output in a shell, with values that
// contain special characters of a shell.
func TestOutputCanBeSourced(t *testing.T) {
	secret := "s'$HOME`id`\"\\;#&|"
	p := launch(t, "--project-id", "project-test-$x", "--secret", secret)
	file := write(t, "environment", p.stdout.String())
	shell := exec.CommandContext(t.Context(), "sh", "-c", `. "$0"; printf '%s\n' "$STYTCH_PROJECT_ID" "$STYTCH_SECRET" "$STYTCH_BASE_URL"`, file)
	shell.Env = []string{"PATH=" + os.Getenv("PATH")}
	got := string(must(shell.CombinedOutput())(t))
	if want := "project-test-$x\n" + secret + "\n" + p.url + "\n"; got != want {
		t.Errorf("a shell reads %q, want %q", got, want)
	}
	if !strings.Contains(p.stdout.String(), "# Inbox: "+p.url+"/_emulator/\n") {
		t.Errorf("the inbox is missing: %q", p.stdout)
	}
}

func TestCredentialsAreThoseGiven(t *testing.T) {
	p := launch(t, "--project-id", "project-test-mine", "--secret", "secret-test-mine")
	if p.env["STYTCH_PROJECT_ID"] != "project-test-mine" || p.env["STYTCH_SECRET"] != "secret-test-mine" {
		t.Errorf("environment %v", p.env)
	}
	p.login(phone)
}

func TestPinnedCode(t *testing.T) {
	p := launch(t, "--code", "123456")
	for range 2 {
		p.send(phone)
		if m := p.wait(phone); m.Code != "123456" {
			t.Errorf("the code is %s", m.Code)
		}
	}
}
