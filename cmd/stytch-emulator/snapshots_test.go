package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// snapshots returns the names of the named snapshots.
func (p *program) snapshots() string {
	p.t.Helper()
	var names []string
	for _, s := range decoded[struct{ Snapshots []stytchtest.SavedSnapshot }](p.t, p.does(http.MethodGet, "/api/snapshots", "")).Snapshots {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// refuses makes a call of the control API that must fail with a status.
func (p *program) refuses(want int, method, path, body string) string {
	p.t.Helper()
	status, answer := p.call(method, path, body)
	if status != want {
		p.t.Errorf("%s %s: %d %s, want %d", method, path, status, answer, want)
	}
	return answer
}

// TestNamedSnapshotsOverHTTP saves snapshots, goes back to one, and restarts the program.
func TestNamedSnapshotsOverHTTP(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	p := launch(t, "--state", path)
	other := p.suite()
	auth := p.login(phone)
	saved := decoded[stytchtest.SavedSnapshot](t, p.does(http.MethodPost, "/api/snapshots", `{"name":"before checkout"}`))
	if saved.Name != "before checkout" || saved.Users != 1 || saved.Sessions != 1 || saved.Messages != 1 {
		t.Errorf("saved %+v", saved)
	}
	p.does(http.MethodPost, "/api/clock/stop", "")
	must(p.client().Users.Delete(t.Context(), stytch.UsersDeleteRequest{UserID: auth.UserID}))(t)
	p.does(http.MethodDelete, "/api/messages", "")
	next := p.listen()
	until(next, "faults") // the stream has the state before the restore
	p.does(http.MethodPost, "/api/snapshots/before%20checkout/restore", "")
	if messages := decoded[struct{ Messages []message }](t, until(next, "messages")).Messages; len(messages) != 1 {
		t.Errorf("an open stream gets %d messages", len(messages))
	}
	if clock := decoded[clockView](t, until(next, "clock")); !clock.Running {
		t.Error("an open stream still shows a stopped clock")
	}
	until(next, "changed")
	session := stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken}
	must(p.client().Sessions.Authenticate(t.Context(), session))(t)

	p.does(http.MethodPost, "/api/snapshots", `{"name":"2"}`)
	until(next, "changed")
	p.refuses(http.StatusConflict, http.MethodPost, "/api/snapshots", `{"name":"2"}`)
	p.does(http.MethodPost, "/api/snapshots", `{"name":"2","replace":true}`)
	p.does(http.MethodDelete, "/api/snapshots/2", "")
	if got := p.snapshots(); got != "before checkout" {
		t.Errorf("after a deletion: %s", got)
	}
	p.does(http.MethodPost, "/api/snapshots/2/undelete", "")
	if got := p.snapshots(); got != "before checkout, 2" {
		t.Errorf("after its undo: %s", got)
	}
	for method, path := range map[string]string{http.MethodPost: "/api/snapshots/3/restore", http.MethodDelete: "/api/snapshots/3"} {
		p.refuses(http.StatusNotFound, method, path, "")
	}
	p.refuses(http.StatusNotFound, http.MethodPost, "/api/snapshots/2/undelete", "")
	if got := other.snapshots(); got != "" {
		t.Errorf("another project has the snapshots %s", got)
	}
	other.refuses(http.StatusNotFound, http.MethodPost, "/api/snapshots/2/restore", "")

	must(p.client().Users.Delete(t.Context(), stytch.UsersDeleteRequest{UserID: auth.UserID}))(t)
	p.end()
	again := launch(t, "--state", path)
	if got := again.snapshots(); got != "before checkout, 2" {
		t.Errorf("after a restart: %s", got)
	}
	again.does(http.MethodPost, "/api/snapshots/before%20checkout/restore", "")
	must(again.client().Sessions.Authenticate(t.Context(), session))(t)
	again.end()
	last := launch(t, "--state", path)
	must(last.client().Sessions.Authenticate(t.Context(), session))(t)
	if got := last.snapshots(); got != "before checkout, 2" {
		t.Errorf("after a restore and a restart: %s", got)
	}
}

// TestHostileSnapshotNames sends names that are no names, in the body and in the path.
func TestHostileSnapshotNames(t *testing.T) {
	p := launch(t)
	for _, name := range []string{`<img src=x onerror=alert(1)>`, `..`, `a/b`, `\u202emoc`, `\u0000`, ``, `  `, strings.Repeat("long", 2500)} {
		if answer := p.refuses(http.StatusBadRequest, http.MethodPost, "/api/snapshots", `{"name":"`+name+`"}`); len(answer) > 500 {
			t.Errorf("the answer has %d bytes: %.300s", len(answer), answer)
		}
	}
	for _, body := range []string{`{}`, `{"name":1}`, `{"name":"a","over":true}`, `[]`} {
		p.refuses(http.StatusBadRequest, http.MethodPost, "/api/snapshots", body)
	}
	for _, name := range []string{"%3Cb%3E", "a%2Fb", "%2e%2e%2fmessages", "%E2%80%AEmoc", "%00", "%20", strings.Repeat("long", 2500)} {
		status, answer := p.call(http.MethodPost, "/api/snapshots/"+name+"/restore", "")
		if status != http.StatusBadRequest && status != http.StatusNotFound || len(answer) > 500 {
			t.Errorf("%.40s: %d %.300s", name, status, answer)
		}
	}
	if got := p.snapshots(); got != "" {
		t.Errorf("snapshots %s", got)
	}
}
