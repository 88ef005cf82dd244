package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

const page = "../../docs/emulator/README.md"

// blocks returns the code blocks of a language in docs/emulator, README.md first.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	var found []string
	for _, name := range append([]string{page}, must(filepath.Glob("../../docs/emulator/*.md"))(t)...) {
		for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(must(os.ReadFile(name))(t)), -1) {
			found = append(found, m[1])
		}
	}
	return found
}

// block returns the code block that contains a text.
func block(t *testing.T, language, text string) string {
	t.Helper()
	for _, b := range blocks(t, language) {
		if strings.Contains(b, text) {
			return b
		}
	}
	t.Fatalf("docs/emulator has no %s block with %q", language, text)
	return ""
}

func TestDocumentedSeed(t *testing.T) {
	p := launch(t, "--seed", write(t, "seed.yaml", block(t, "yaml", "organizations:")))
	organizations := decoded[struct{ Organizations []b2b.Organization }](t, p.does(http.MethodGet, "/api/organizations", "")).Organizations
	if len(organizations) != 2 || organizations[0].OrganizationSlug != "engines" || organizations[1].OrganizationSlug != "difference-engines" {
		t.Errorf("organizations %+v", organizations)
	}
	p.mfaLogin(organizations[0].OrganizationID)
}

// TestDocumentedSeeds logs in with the seed of seed.md, and checks that the other seeds of the pages are valid.
func TestDocumentedSeeds(t *testing.T) {
	whole := block(t, "yaml", "m2m_clients:")
	p := launch(t, "--seed", write(t, "seed.yaml", whole))
	ctx := t.Context()
	in := must(p.client().Passwords.Authenticate(ctx, stytch.PasswordsAuthenticateRequest{Email: email, Password: "analytical-engine-1", SessionDurationMinutes: new(60)}))(t)
	code := must(totp.GenerateCode("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", time.Now()))(t)
	must(p.client().TOTPs.Authenticate(ctx, stytch.TOTPsAuthenticateRequest{UserID: "user-test-ada", TOTPCode: code, SessionToken: &in.SessionToken}))(t)
	must(p.client().Sessions.Authenticate(ctx, stytch.SessionsAuthenticateRequest{SessionToken: new("session-of-ada")}))(t)
	must(p.client().M2M.Token(ctx, stytch.M2MTokenRequest{ProjectID: p.env["STYTCH_PROJECT_ID"], ClientID: "m2m-client-test-worker", ClientSecret: "secret-of-the-worker"}))(t)
	must(p.b2b().Passwords.Authenticate(ctx, b2b.PasswordsAuthenticateRequest{OrganizationID: "engines", EmailAddress: "grace@example.com", Password: "nanoseconds-of-wire-1"}))(t)

	seeds := 0
	for _, one := range blocks(t, "yaml") {
		switch first, _, _ := strings.Cut(one, ":"); first {
		case "organizations", "password_policy", "redirect_urls", "webhooks":
			seeds++
			if err := stytchtest.NewServer(t).Seed("seed.yaml", []byte(one)); err != nil {
				t.Errorf("%v\n%s", err, one)
			}
		}
	}
	if seeds < 4 {
		t.Errorf("the pages have %d seeds", seeds)
	}
}

// TestDocumentedFlags finds flags that only the help or only the page lists.
func TestDocumentedFlags(t *testing.T) {
	flags := func(text, pattern string) (list []string) {
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			list = append(list, m[1])
		}
		slices.Sort(list)
		return list
	}
	described := flags(string(must(os.ReadFile(page))(t)), "(?m)^\\| `(--[^`]*)`")
	if known := flags(usage, `(?m)^  (--[a-z-]+ [A-Z]+)`); !slices.Equal(known, described) || len(known) < 8 {
		t.Errorf("the help lists %v, the page %v", known, described)
	}
}

// TestDocumentedCalls finds calls of the control API and fields of a fault that
// the page lacks, and those that do not exist.
func TestDocumentedCalls(t *testing.T) {
	text := string(must(os.ReadFile(page))(t))
	var described, known []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /(?:api|ready|openapi|seed)[a-z/._{}]*)").FindAllStringSubmatch(text, -1) {
		described = append(described, m[1])
	}
	for _, r := range routes {
		known = append(known, r.method+" "+r.path)
	}
	slices.Sort(described)
	slices.Sort(known)
	if !slices.Equal(known, described) {
		t.Errorf("the page lists\n%s\nwant\n%s", strings.Join(described, "\n"), strings.Join(known, "\n"))
	}
	_, faults, _ := strings.Cut(text, "### Faults")
	for field := range contract(t).Components.Schemas["Fault"].Value.Properties {
		if !strings.Contains(faults, "`"+field+"`") {
			t.Errorf("the page does not list the field %s of a fault", field)
		}
	}
}

// TestDocumentedShell runs the shell commands of the page.
func TestDocumentedShell(t *testing.T) {
	for _, tool := range []string{"sh", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	p := launch(t)
	paste := func(script string) string {
		t.Helper()
		shell := exec.CommandContext(t.Context(), "sh", "-ec", script)
		shell.Env = append(os.Environ(), "no_proxy=*", "NO_PROXY=*")
		for name, value := range p.env {
			shell.Env = append(shell.Env, name+"="+value)
		}
		return string(must(shell.Output())(t))
	}
	if got := paste(block(t, "sh", "jq -r .user")); got != "ada@example.com\n" {
		t.Errorf("the login prints %q", got)
	}
	if got := paste(block(t, "sh", "calls/consumer.users.create")); got != "Grace\n" {
		t.Errorf("the changed user prints %q", got)
	}
	if got := paste(block(t, "sh", "curl -su")); !strings.Contains(got, `"phone_id"`) || p.wait(phone).Code == "" {
		t.Errorf("the first call prints %q", got)
	}
	if got := paste(block(t, "sh", "oauth/google/start")); !strings.Contains(got, "http://localhost:3000/authenticate?stytch_token_type=oauth&token=") {
		t.Errorf("the login with a provider leads to %q", got)
	}
	if got := paste(block(t, "sh", "mary@example.com")); !regexp.MustCompile(`^\d{6}\n$`).MatchString(got) {
		t.Errorf("the login of any language prints %q", got)
	}
	if got := paste(block(t, "sh", "before%20checkout")); !regexp.MustCompile(`^before checkout: \d users\n$`).MatchString(got) {
		t.Errorf("the snapshots are %q", got)
	}
	if got := paste(block(t, "sh", "/api/faults")); !strings.Contains(got, `"retry_after_seconds":2`) {
		t.Errorf("the fault prints %q", got)
	}
}

// TestDocumentedGoTests compares the tests on the pages with those that run.
func TestDocumentedGoTests(t *testing.T) {
	for name, file := range map[string]string{"TestLogin": "login_test.go", "TestCheckout": "checkout_test.go"} {
		runs := string(must(os.ReadFile("../../stytchtest/" + file))(t))
		_, body, _ := strings.Cut(block(t, "go", "func "+name+"("), "\n")
		if !strings.Contains(runs, body) {
			t.Errorf("stytchtest/%s differs from the code on the page", file)
		}
	}
}

// TestDocumentedOutput compares the output on the page with the program's
// output.
func TestDocumentedOutput(t *testing.T) {
	p := launch(t)
	want := strings.ReplaceAll(block(t, "text", "# Inbox: "), "http://127.0.0.1:8787", p.url)
	if got := p.stdout.String(); want != got {
		t.Errorf("the program prints\n%s\nthe page shows\n%s", got, want)
	}
}
