package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/stytchgen/sdk/b2b"
	"github.com/stytchgen/sdk/cmd/stytch-emulator/statestore"
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

// TestStateSurvivesKills kills the program while clients log in over sockets. Every login
// whose response arrived is there after the restart.
func TestStateSurvivesKills(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	logins := make(chan *stytch.OTPsAuthenticateResponse, 1000)
	for range 3 {
		program, url, stderr := process(t, "--state", path)
		client := must(stytch.NewClient(defaultProjectID, defaultSecret, stytch.WithBaseURL(url), stytch.WithMaxRetries(0)))(t)
		var clients sync.WaitGroup
		enough := make(chan struct{}, 1000)
		for range 4 {
			number := fmt.Sprintf("+1500555%04d", numbers.Add(1))
			clients.Go(func() {
				for {
					sent, err := client.OTPs.SMS.LoginOrCreate(t.Context(), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: number})
					if err != nil {
						return // the program was killed
					}
					m, err := waitForMessage(t.Context(), url, number)
					if err != nil {
						return
					}
					auth, err := client.OTPs.Authenticate(t.Context(), stytch.OTPsAuthenticateRequest{MethodID: sent.PhoneID, Code: m.Code, SessionDurationMinutes: new(60)})
					if err != nil {
						return
					}
					logins <- auth
					enough <- struct{}{}
				}
			})
		}
		for range 20 {
			<-enough
		}
		if err := program.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = program.Wait()
		clients.Wait()
		if strings.Contains(stderr.String(), "ERROR") {
			t.Error(stderr)
		}
	}
	close(logins)
	p := launch(t, "--state", path)
	client := p.client()
	n := 0
	for auth := range logins {
		n++
		got, err := client.Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken})
		if err != nil || got.User.UserID != auth.UserID {
			t.Errorf("an acknowledged login was lost: %v", err)
		}
	}
	if n < 60 {
		t.Errorf("only %d logins were acknowledged", n)
	}
}

// numbers counts the phone numbers that were used.
var numbers atomic.Int64

// waitForMessage returns the next message of the emulator at a URL.
func waitForMessage(ctx context.Context, url, number string) (m message, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+root+"/api/messages/wait?address=%2B"+number[1:], nil)
	if err != nil {
		return m, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return m, err
	}
	defer resp.Body.Close()
	return m, json.NewDecoder(resp.Body).Decode(&m)
}

// TestControlChangesSurviveKills makes changes by the control API, and kills the program
// after their responses.
func TestControlChangesSurviveKills(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	program, url, _ := process(t, "--state", path)
	p := newProgram(t, url, map[string]string{"STYTCH_PROJECT_ID": defaultProjectID, "STYTCH_SECRET": defaultSecret})
	other := p.suite()
	gone := p.suite()
	p.send(phone)
	other.send(phone)
	p.does(http.MethodDelete, "/api/messages", "")
	p.does(http.MethodPost, "/api/clock/stop", "")
	p.does(http.MethodPut, "/api/policy", `{"roles":[{"role_id":"reader","description":"","permissions":[]}]}`)
	p.does(http.MethodDelete, "/api/projects/"+gone.project, "")
	paths := []string{"clock", "policy", "messages", "users", "projects", "messages?project=" + other.project}
	var before []string
	for _, path := range paths {
		before = append(before, p.does(http.MethodGet, "/api/"+path, ""))
	}
	if err := program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = program.Wait()
	again := launch(t, "--state", path)
	for i, path := range paths {
		if after := again.does(http.MethodGet, "/api/"+path, ""); after != before[i] {
			t.Errorf("%s: %s after the kill, %s before", path, after, before[i])
		}
	}
}

func newProgram(t *testing.T, url string, env map[string]string) *program {
	return &program{t: t, url: url, env: env}
}

// oldState returns a state file of an earlier version with a login.
func oldState(t *testing.T) (content string, auth *stytch.OTPsAuthenticateResponse) {
	t.Helper()
	p := launch(t)
	auth = p.login(phone)
	return p.does(http.MethodGet, "/api/snapshot", ""), auth
}

func TestOldStatesAreConverted(t *testing.T) {
	old, auth := oldState(t)
	path := write(t, "state.json", old)
	for range 2 {
		p := launch(t, "--state", path)
		must(p.client().Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken}))(t)
		if messages := decoded[messagesView](t, p.does(http.MethodGet, "/api/messages", "")).Messages; len(messages) != 1 {
			t.Errorf("%d messages", len(messages))
		}
		p.end()
		if mode := must(os.Stat(path))(t).Mode(); mode.Perm() != 0o600 {
			t.Errorf("the state file has mode %v; it contains secrets", mode)
		}
		if strings.HasPrefix(string(must(os.ReadFile(path))(t)), "{") {
			t.Error("the file was not converted")
		}
	}
}

// TestStatesOfOlderPrograms starts with files that older programs wrote: the first one, and the last one before the
// state was in a database. Each has a user with a session, and a member who was sent a code.
func TestStatesOfOlderPrograms(t *testing.T) {
	for _, test := range []struct{ file, session, link string }{
		{"state-v1.json", "fsRG-MoQmC5lnKQz-Yoaf4LiHHajGJylJ1jojZxLqWxw", ""},
		{"state-v2.json", "1pxX08wTUMPf-JaslKvuDmUlTqtBjOeBzKSkfzYTJB5D", "TktgM3iI1uA9TDsIacjKvXiXC1-oC9lcTtrW--gTm9cD"},
	} {
		t.Run(test.file, func(t *testing.T) {
			old := string(must(os.ReadFile(filepath.Join("testdata", test.file)))(t))
			// In the folder, the keys do not look like leaked ones. The clock stops while everything is valid.
			old = strings.ReplaceAll(old, "TESTING KEY", "PRIVATE KEY")
			old = strings.ReplaceAll(old, `"ahead": 0`, `"ahead": 0, "stopped": "2026-11-28T05:45:00Z"`)
			path := write(t, "state", old)
			p := launch(t, "--state", path)
			must(p.b2b().OTPs.Email.Authenticate(t.Context(), b2b.OTPsEmailAuthenticateRequest{
				OrganizationID: "engines", EmailAddress: "ada@example.com", Code: "123456",
			}))(t)
			p.end()
			p = launch(t, "--state", path) // reads the converted file
			got := must(p.client().Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: &test.session}))(t)
			if len(got.User.PhoneNumbers) != 1 || got.User.PhoneNumbers[0].PhoneNumber != phone {
				t.Errorf("the session belongs to %v", got.User.UserID)
			}
			if test.link != "" {
				must(p.client().MagicLinks.Authenticate(t.Context(), stytch.MagicLinksAuthenticateRequest{Token: test.link}))(t)
			}
			_, err := p.b2b().OTPs.Email.Authenticate(t.Context(), b2b.OTPsEmailAuthenticateRequest{
				OrganizationID: "engines", EmailAddress: "ada@example.com", Code: "123456",
			})
			wants(t, err, stytch.ErrUnableToAuthOTPCode)
		})
	}
}

func TestDamagedStatesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	p := launch(t, "--state", path)
	p.login(phone)
	p.end()
	now := string(must(os.ReadFile(path))(t))
	old, _ := oldState(t)
	foreign := filepath.Join(t.TempDir(), "foreign")
	db := must(bolt.Open(foreign, 0o600, nil))(t)
	if err := errors.Join(db.Update(func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("widgets")); return err }), db.Close()); err != nil {
		t.Fatal(err)
	}
	entry := strings.Index(now, phone)
	tests := []struct{ name, data, want string }{
		{"empty", "", "it is empty"},
		{"blank", " \n", "it is empty"},
		{"another program's", "organizations: []", "it is not a state file"},
		{"another program's database", string(must(os.ReadFile(foreign))(t)), "another program wrote it"},
		{"truncated", now[:len(now)/2], "truncated"},
		{"truncated at the start", now[:1000], "it is not a state file"},
		{"a damaged entry", now[:entry] + "+15005550099" + now[entry+len(phone):], "checksum"},
		{"damaged pages", now[:3*4096] + strings.Repeat("x", len(now)-3*4096), "damaged"},
		{"another format", strings.ReplaceAll(now, statestore.Format, "stytch-emulator state 9"), "state 9"},
		{"old, truncated", old[:len(old)/2], "could not be read"},
		{"old, another version", strings.Replace(old, `"version": 2`, `"version": 99`, 1), "version 99"},
		{"old, more data", old + old, "there is more data after it"},
		{"old, a damaged key", strings.Replace(old, "BEGIN PRIVATE KEY", "BEGIN", 1), "is not PEM"},
		{"old, an unknown field", strings.Replace(old, `"version": 2`, `"version": 2, "later": true`, 1), "later"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			damaged := write(t, "state", test.data)
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

// TestOversizedStatesAreRefused uses a file without content, which takes no space.
func TestOversizedStatesAreRefused(t *testing.T) {
	for start, limit := range map[string]int64{"{": maxOldState, "x": statestore.MaxSize} {
		path := write(t, "state", start)
		if err := os.Truncate(path, limit+1); err != nil {
			t.Fatal(err)
		}
		if code, stderr := fails(t, "--port", "0", "--state", path); code != exitBad || !strings.Contains(stderr, "at most") {
			t.Errorf("exit code %d, %q", code, stderr)
		}
	}
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
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	_, err := p.client().OTPs.SMS.LoginOrCreate(t.Context(), stytch.OTPsSMSLoginOrCreateRequest{PhoneNumber: phone})
	wants(t, err, stytch.ErrInternalServerError)
	if status, body := p.call(http.MethodPost, "/api/clock/stop", ""); status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", status, body)
	}
	if code := p.end(); code != exitFailed || !strings.Contains(p.stderr.String(), "the last state was not saved") {
		t.Errorf("exit code %d: %s", code, p.stderr)
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
