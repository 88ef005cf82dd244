package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

func TestStateSurvivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	p := launch(t, "--state", path, "--secret", "secret-test-mine")
	auth := p.login(phone)
	p.does(http.MethodPost, "/api/clock/stop", "")
	p.does(http.MethodPost, "/api/clock/advance", `{"seconds":60}`)
	clock := p.does(http.MethodGet, "/api/clock", "")
	if code := p.end(); code != exitFine {
		t.Fatalf("exit code %d: %s", code, p.stderr)
	}
	if mode := must(os.Stat(path))(t).Mode(); mode.Perm() != 0o600 {
		t.Errorf("the state file has mode %v; it contains secrets", mode)
	}

	again := launch(t, "--state", path)
	if again.env["STYTCH_SECRET"] != "secret-test-mine" || again.does(http.MethodGet, "/api/clock", "") != clock {
		t.Errorf("the credentials or the clock were lost: %v", again.env)
	}
	if messages := decoded[messagesView](t, again.does(http.MethodGet, "/api/messages", "")).Messages; len(messages) != 1 {
		t.Errorf("%d messages", len(messages))
	}
	client := again.client()
	got := must(client.Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken}))(t)
	if got.User.UserID != auth.UserID || got.User.PhoneNumbers[0].PhoneNumber != phone {
		t.Errorf("the session belongs to %v", got.User.UserID)
	}
	keys := must(client.Sessions.GetJWKS(t.Context(), stytch.SessionsGetJWKSRequest{ProjectID: again.env["STYTCH_PROJECT_ID"]}))(t).Keys
	if len(keys) != 1 {
		t.Errorf("%d keys are published", len(keys))
	}
	must(client.Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionJWT: &auth.SessionJWT}))(t)
	if second := again.login(phone); second.UserID != auth.UserID {
		t.Error("the phone number belongs to another user now")
	}
	if another := launch(t, "--state", filepath.Join(t.TempDir(), "state.json")); another.env["STYTCH_SECRET"] != defaultSecret {
		t.Error("another state file has the same secret")
	}
}

// TestStateIsSavedWhileItRuns reads the file before the program ends, as after
// a crash.
func TestStateIsSavedWhileItRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	p := launch(t, "--state", path)
	p.send(phone)
	waitsFor(t, "the state with the message", func() bool {
		data, _ := os.ReadFile(path)
		return strings.Contains(string(data), phone)
	})
	crashed := write(t, "state.json", string(must(os.ReadFile(path))(t)))
	if got := decoded[messagesView](t, launch(t, "--state", crashed).does(http.MethodGet, "/api/messages", "")); len(got.Messages) != 1 {
		t.Error("the message was lost")
	}
}

func TestDamagedStatesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	p := launch(t, "--state", path)
	p.login(phone)
	p.end()
	good := string(must(os.ReadFile(path))(t))
	tests := []struct{ name, data, want string }{
		{"empty", "", "it is empty"},
		{"blank", " \n", "it is empty"},
		{"truncated", good[:len(good)/2], "could not be read"},
		{"not JSON", "organizations: []", "could not be read"},
		{"another version", strings.Replace(good, `"version": 2`, `"version": 99`, 1), "version 99"},
		{"more data", good + good, "there is more data after it"},
		{"a damaged key", strings.Replace(good, "BEGIN PRIVATE KEY", "BEGIN", 1), "is not PEM"},
		{"an unknown field", strings.Replace(good, `"version": 2`, `"version": 2, "later": true`, 1), "later"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			damaged := write(t, "state.json", test.data)
			code, stderr := fails(t, "--port", "0", "--state", damaged)
			if code != exitBad || !strings.Contains(stderr, test.want) || !strings.Contains(stderr, damaged) || !strings.Contains(stderr, "is not valid and was not changed") {
				t.Errorf("exit code %d, %q; want %q", code, stderr, test.want)
			}
			if left := string(must(os.ReadFile(damaged))(t)); left != test.data {
				t.Error("the file was changed")
			}
			if files := must(os.ReadDir(filepath.Dir(damaged)))(t); len(files) > 2 { // the file and its lock file
				t.Errorf("files are left: %v", files)
			}
		})
	}
	if code, stderr := fails(t, "--port", "0", "--state", path, "--project-id", "project-test-other"); code != exitBad || !strings.Contains(stderr, "does not contain the project project-test-other") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	launch(t, "--state", path)
}

func TestTwoEmulatorsOnOneState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	p := launch(t, "--state", path)
	if code, stderr := fails(t, "--port", "0", "--state", path); code != exitBad || !strings.Contains(stderr, "in use by another emulator") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	p.end()
	launch(t, "--state", path)
}

func TestReadOnlyFolder(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("root can write everywhere: only a file in place of the folder is tested")
	} else {
		folder := t.TempDir()
		if err := os.Chmod(folder, 0o500); err != nil {
			t.Fatal(err)
		}
		if code, stderr := fails(t, "--port", "0", "--state", filepath.Join(folder, "state.json")); code != exitBad || !strings.Contains(stderr, "permission denied") {
			t.Errorf("exit code %d, %q", code, stderr)
		}
	}
	file := write(t, "file", "")
	if code, stderr := fails(t, "--port", "0", "--state", filepath.Join(file, "state.json")); code != exitBad || !strings.Contains(stderr, "state.json") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
	folder := t.TempDir()
	if code, stderr := fails(t, "--port", "0", "--state", folder); code != exitBad || !strings.Contains(stderr, "is a directory") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

// TestStateBehindALink keeps the symbolic link, and writes its target.
func TestStateBehindALink(t *testing.T) {
	folder := t.TempDir()
	path, link := filepath.Join(folder, "state.json"), filepath.Join(t.TempDir(), "link.json")
	launch(t, "--state", path).end()
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	p := launch(t, "--state", link)
	p.send(phone)
	if code, _ := fails(t, "--port", "0", "--state", path); code != exitBad {
		t.Error("another emulator uses the file under its other name")
	}
	p.end()
	if info := must(os.Lstat(link))(t); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	if data := must(os.ReadFile(path))(t); !strings.Contains(string(data), phone) {
		t.Error("the link's target was not written")
	}
}

// TestStateThatCannotBeSaved checks that the program ends with an error.
func TestStateThatCannotBeSaved(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	p := launch(t, "--state", filepath.Join(folder, "state.json"))
	waitsFor(t, "the first state", func() bool {
		_, err := os.Stat(filepath.Join(folder, "state.json"))
		return err == nil
	})
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	p.send(phone)
	if code := p.end(); code != exitFailed || !strings.Contains(p.stderr.String(), "the last state was not saved") {
		t.Errorf("exit code %d: %s", code, p.stderr)
	}
}

// waitsFor waits until a condition is true. The limit only ends a test that would
// wait for ever.
func waitsFor(t *testing.T, what string, there func() bool) {
	t.Helper()
	for limit := time.Now().Add(time.Minute); !there(); runtime.Gosched() {
		if time.Now().After(limit) {
			t.Fatalf("%s: waited in vain", what)
		}
	}
}

// TestSnapshotThereAndBack moves the state of one emulator to another.
func TestSnapshotThereAndBack(t *testing.T) {
	p, other := launch(t), launch(t, "--secret", "secret-test-other")
	auth := p.login(phone)
	snapshot := p.does(http.MethodGet, "/api/snapshot", "")
	other.send("+15005550007")
	other.does(http.MethodPut, "/api/snapshot", snapshot)
	got := must(other.client().Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionJWT: &auth.SessionJWT}))(t)
	if got.User.UserID != auth.UserID || len(decoded[messagesView](t, other.does(http.MethodGet, "/api/messages", "")).Messages) != 1 {
		t.Error("the state differs from the first emulator's")
	}
	before := other.does(http.MethodGet, "/api/snapshot", "")
	for name, damaged := range map[string]string{
		"no JSON": "{", "another shape": `{"version":2}`, "another version": strings.Replace(snapshot, `"version": 2`, `"version": 1`, 1),
		"a damaged key": strings.Replace(snapshot, "BEGIN", "BEGUN", 1), "another project": strings.ReplaceAll(snapshot, defaultProjectID, "project-test-x"),
	} {
		if status, body := other.call(http.MethodPut, "/api/snapshot", damaged); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if after := other.does(http.MethodGet, "/api/snapshot", ""); after != before {
		t.Error("a rejected snapshot changed the state")
	}
}

// TestReset checks that a reset keeps the seed, the credentials and the keys.
func TestReset(t *testing.T) {
	p := launch(t, "--seed", write(t, "seed.yaml", goodSeed))
	auth := p.login(phone)
	p.does(http.MethodPost, "/api/faults", `{"status":500,"call":"consumer.sessions.revoke"}`)
	p.does(http.MethodPost, "/api/clock/advance", `{"seconds":86400}`)
	seeded := p.does(http.MethodGet, "/api/members", "")
	p.does(http.MethodPost, "/api/reset", "")
	for path, want := range map[string]string{"messages": `{"messages":[]}`, "users": `{"total":0,"users":[]}`, "sessions": `{"sessions":[],"total":0}`, "faults": `{"faults":[]}`} {
		if got := strings.TrimSpace(p.does(http.MethodGet, "/api/"+path, "")); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
	ids := func(members string) (list []string) {
		for _, m := range decoded[struct {
			Members []struct {
				MemberID string `json:"member_id"`
			}
		}](t, members).Members {
			list = append(list, m.MemberID)
		}
		return list
	}
	if got := ids(p.does(http.MethodGet, "/api/members", "")); strings.Join(got, " ") != strings.Join(ids(seeded), " ") || len(got) == 0 {
		t.Errorf("the members of the seed are %v", got)
	}
	if clock := decoded[clockView](t, p.does(http.MethodGet, "/api/clock", "")); !clock.Running || clock.Now.After(time.Now().Add(time.Hour)) {
		t.Errorf("the clock shows %v", clock)
	}
	_, err := p.client().Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionJWT: &auth.SessionJWT})
	wants(t, err, stytch.ErrSessionNotFound)
	p.login(phone)
}

// TestSnapshotOpensInTests starts a Go test with a snapshot that the program
// saved.
func TestSnapshotOpensInTests(t *testing.T) {
	p := launch(t)
	auth := p.login(phone)
	srv, err := stytchtest.Start(stytchtest.Config{Snapshot: []byte(p.does(http.MethodGet, "/api/snapshot", "")), Validate: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Shutdown(context.Background())
	must(srv.Client().Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken}))(t)
}
