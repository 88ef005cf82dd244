package stytchtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

func snapshotNames(p *stytchtest.Project) (list []string) {
	for _, s := range p.Snapshots() {
		list = append(list, s.Name)
	}
	return list
}

// TestNamedSnapshots goes back to a login, twice.
func TestNamedSnapshots(t *testing.T) {
	w := newWorld(t)
	id, code := w.sms()
	auth := must(w.authenticate(id, code))(t)
	w.AddUser(stytch.User{})
	then := w.Clock().Now()
	saved := must(w.SaveSnapshot("before checkout"))(t)
	if want := (stytchtest.SavedSnapshot{Name: "before checkout", SavedAt: saved.SavedAt, Users: 2, Sessions: 1, Messages: 1, Bytes: saved.Bytes}); saved != want || saved.Bytes == 0 || time.Since(saved.SavedAt) > time.Hour {
		t.Errorf("saved %+v", saved)
	}
	authenticated := func() error {
		_, err := w.client.Sessions.Authenticate(w.ctx, stytch.SessionsAuthenticateRequest{SessionToken: &auth.SessionToken})
		return err
	}
	for range 2 {
		must(w.client.Users.Delete(w.ctx, stytch.UsersDeleteRequest{UserID: auth.UserID}))(t)
		w.Clock().Advance(time.Hour)
		w.Inbox().Clear()
		wants(t, authenticated(), stytch.ErrSessionNotFound)
		if err := w.RestoreSnapshot("before checkout"); err != nil {
			t.Fatal(err)
		}
		if err := authenticated(); err != nil || !w.Clock().Now().Equal(then) || len(w.Inbox().Messages()) != 1 || len(w.Users()) != 2 {
			t.Errorf("the state is not that of the snapshot: %v, %v", err, w.Clock().Now())
		}
	}

	if _, err := w.SaveSnapshot("before checkout"); !errors.Is(err, stytchtest.ErrSnapshotExists) {
		t.Errorf("a name was used twice: %v", err)
	}
	w.AddUser(stytch.User{})
	must(w.SaveSnapshot("with 3 users"))(t)
	if again := must(w.ReplaceSnapshot("before checkout"))(t); again.Users != 3 {
		t.Errorf("replaced by %+v", again)
	}
	if got := snapshotNames(w.Project); !slices.Equal(got, []string{"with 3 users", "before checkout"}) {
		t.Errorf("snapshots %v", got)
	}
	w.Reset()
	if err := w.RestoreSnapshot("before checkout"); err != nil || len(w.Users()) != 3 {
		t.Errorf("after a reset: %v", err)
	}
}

// TestNamedSnapshotsAreDeleted deletes snapshots and brings one back.
func TestNamedSnapshotsAreDeleted(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"1", "2", "3"} {
		must(w.SaveSnapshot(name))(t)
	}
	for _, name := range []string{"1", "2"} {
		if err := w.DeleteSnapshot(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.UndeleteSnapshot("1"); !errors.Is(err, stytchtest.ErrNoSnapshot) {
		t.Errorf("the snapshot before the last deleted one came back: %v", err)
	}
	if err := w.UndeleteSnapshot("2"); err != nil || !slices.Equal(snapshotNames(w.Project), []string{"2", "3"}) {
		t.Errorf("%v, snapshots %v", err, snapshotNames(w.Project))
	}
	if err := w.DeleteSnapshot("2"); err != nil {
		t.Fatal(err)
	}
	must(w.SaveSnapshot("2"))(t)
	if err := w.UndeleteSnapshot("2"); !errors.Is(err, stytchtest.ErrSnapshotExists) {
		t.Errorf("a deleted snapshot replaced another one: %v", err)
	}
	for name, err := range map[string]error{"delete": w.DeleteSnapshot("1"), "restore": w.RestoreSnapshot("1"), "restore with no name": w.RestoreSnapshot("")} {
		if !errors.Is(err, stytchtest.ErrNoSnapshot) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNamedSnapshotsAreOfAProject goes back in one of two projects.
func TestNamedSnapshotsAreOfAProject(t *testing.T) {
	w := newWorld(t)
	other := must(w.NewProject())(t)
	must(w.SaveSnapshot("empty"))(t)
	must(other.SaveSnapshot("other"))(t)
	w.AddUser(stytch.User{})
	other.AddUser(stytch.User{})
	everything := must(w.Server.Snapshot())(t)
	if err := w.RestoreSnapshot("empty"); err != nil || len(w.Users()) != 0 || len(other.Users()) != 1 {
		t.Errorf("%v: %d and %d users", err, len(w.Users()), len(other.Users()))
	}
	if err := w.RestoreSnapshot("other"); !errors.Is(err, stytchtest.ErrNoSnapshot) {
		t.Errorf("a project has another's snapshot: %v", err)
	}
	if err := w.Restore(everything); err != nil || !slices.Equal(snapshotNames(w.Project), []string{"empty"}) || len(w.Users()) != 1 {
		t.Errorf("%v, snapshots %v", err, snapshotNames(w.Project))
	}
	if err := w.RemoveProject(other.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := other.SaveSnapshot("late"); err == nil {
		t.Error("a removed project has a new snapshot")
	}
}

func TestNamesOfSnapshots(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"a", "before checkout", "v1.2 (eu)", "vor der Zahlung: Käse + Brot #2", "支付之前", "قبل الدفع", "कीमत", strings.Repeat("ä", 64)} {
		if _, err := w.SaveSnapshot(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	n := len(w.Snapshots())
	for _, name := range []string{
		"", " ", ".", "..", " a", "a ", "a  b", "a/b", `a\b`, "-a", "a\nb", "a\x00b", "a\xffb", "<b>a</b>", `a"b`, "a'b", "a%2fb", "a?b", "a&b",
		"\u202emoc", "a\u200bb", "a\u3164", "a\ufe0f", "\u0301a", "a \u0301", "😀", strings.Repeat("a", 65), strings.Repeat("a", 10_000),
	} {
		_, err := w.ReplaceSnapshot(name)
		if err == nil || len(err.Error()) > 300 || strings.ContainsAny(err.Error(), "\u202e\u200b\u3164\n\x00") {
			t.Errorf("%q: %v", name, err)
		}
	}
	if len(w.Snapshots()) != n {
		t.Errorf("snapshots %q", snapshotNames(w.Project))
	}
}

func TestTooManyNamedSnapshots(t *testing.T) {
	w := newWorld(t)
	for i := range 100 {
		must(w.SaveSnapshot(fmt.Sprint(i)))(t)
	}
	if _, err := w.SaveSnapshot("one more"); !errors.Is(err, stytchtest.ErrSnapshotLimit) {
		t.Errorf("there is no limit to the number of snapshots: %v", err)
	}
	must(w.ReplaceSnapshot("7"))(t)
	if err := w.DeleteSnapshot("8"); err != nil {
		t.Fatal(err)
	}
	must(w.SaveSnapshot("one more"))(t)
	if err := w.UndeleteSnapshot("8"); !errors.Is(err, stytchtest.ErrSnapshotLimit) {
		t.Errorf("a deleted snapshot came back in spite of the limit: %v", err)
	}
}

// TestNamedSnapshotsAreStored starts servers with the store of earlier ones.
func TestNamedSnapshotsAreStored(t *testing.T) {
	m := &memory{}
	start := func() *stytchtest.Server {
		return stytchtest.NewServer(t, func(c *stytchtest.Config) { c.Store, c.ProjectID = m, "project-test-1" })
	}
	srv := start()
	for _, name := range []string{"b", "a", "gone", "back"} {
		srv.AddUser(stytch.User{})
		must(srv.SaveSnapshot(name))(t)
	}
	for _, err := range []error{srv.DeleteSnapshot("gone"), srv.DeleteSnapshot("back"), srv.UndeleteSnapshot("back"), srv.RestoreSnapshot("b")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	srv.Close()

	again := start()
	if got := snapshotNames(again.Project); !slices.Equal(got, []string{"b", "a", "back"}) || len(again.Users()) != 1 {
		t.Fatalf("snapshots %v, %d users", got, len(again.Users()))
	}
	if again.Snapshots()[1] != srv.Snapshots()[1] {
		t.Errorf("the snapshot is %+v, was %+v", again.Snapshots()[1], srv.Snapshots()[1])
	}
	if err := again.RestoreSnapshot("a"); err != nil || len(again.Users()) != 2 {
		t.Errorf("%v, %d users", err, len(again.Users()))
	}
	again.Close()

	// A damaged one changes nothing.
	entry := m.content["project-test-1"]["snapshots"]["a"]
	var saved struct{ Data []byte }
	if err := json.Unmarshal(entry, &saved); err != nil {
		t.Fatal(err)
	}
	damaged := slices.Clone(saved.Data)
	damaged[len(damaged)/2] ^= 1
	for _, data := range [][]byte{damaged, saved.Data[:len(saved.Data)-9], nil} {
		text := func(data []byte) []byte { return must(json.Marshal(data))(t) }
		m.content["project-test-1"]["snapshots"]["a"] = bytes.Replace(entry, text(saved.Data), text(data), 1)
		last := start()
		before := must(last.Snapshot())(t)
		if err := last.RestoreSnapshot("a"); err == nil || !strings.Contains(err.Error(), "damaged") || !bytes.Equal(before, must(last.Snapshot())(t)) {
			t.Errorf("a damaged snapshot changed something: %v", err)
		}
		if err := last.RestoreSnapshot("b"); err != nil || len(last.Users()) != 1 {
			t.Errorf("%v, %d users", err, len(last.Users()))
		}
		last.Close()
	}
}
