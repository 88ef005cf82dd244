package stytchtest_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// memory is a store in memory: the entries of each table of each project.
type memory struct {
	mu      sync.Mutex
	content map[string]map[string]map[string][]byte
	broken  bool
}

func (m *memory) Load(each func(project, table string, keys []string, values [][]byte) error) error {
	for project, tables := range m.content {
		for table, entries := range tables {
			keys := slices.Sorted(maps.Keys(entries))
			var values [][]byte
			for _, key := range keys {
				values = append(values, entries[key])
			}
			if len(keys) == 0 {
				continue
			}
			if err := each(project, table, keys, values); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *memory) Save(changes []stytchtest.StoreChange) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken {
		return errors.New("the disk is full")
	}
	if m.content == nil {
		m.content = map[string]map[string]map[string][]byte{}
	}
	for _, c := range changes {
		tables := m.content[c.Project]
		switch {
		case c.Table == "":
			delete(m.content, c.Project)
			continue
		case c.Key == "":
			delete(tables, c.Table)
			continue
		case c.Value == nil:
			delete(tables[c.Table], c.Key)
			continue
		case tables == nil:
			tables = map[string]map[string][]byte{}
			m.content[c.Project] = tables
		}
		if tables[c.Table] == nil {
			tables[c.Table] = map[string][]byte{}
		}
		tables[c.Table][c.Key] = slices.Clone(c.Value)
	}
	return nil
}

// stored gives a server a store, and compares at the end of the test what a restart
// would find in it with the state of the server.
func stored(t *testing.T, srv **stytchtest.Server) stytchtest.Option {
	m := &memory{}
	t.Cleanup(func() {
		if *srv == nil || t.Failed() {
			return
		}
		have := must((*srv).Snapshot())(t) // makes the first key
		if err := (*srv).Save(); err != nil {
			t.Error(err)
			return
		}
		again, err := stytchtest.Load(m)
		if err != nil {
			t.Errorf("the state could not be loaded again: %v", err)
			return
		}
		if got := must(again.Snapshot())(t); string(got) != string(have) {
			lines := func(data []byte) []string {
				return strings.Split(strings.ReplaceAll(string(data), ": {}", ": null"), "\n")
			}
			a, b := lines(have), lines(got)
			for i := range min(len(a), len(b)) {
				if a[i] != b[i] {
					t.Errorf("after a restart, line %d of the state is %s, before %s", i, b[i], a[i])
					return
				}
			}
			if len(a) != len(b) {
				t.Errorf("after a restart, the state has %d lines, before %d", len(b), len(a))
			}
		}
	})
	return func(c *stytchtest.Config) {
		if c.Store == nil {
			c.Store = m
		}
	}
}

// TestStoreThatFails checks that no call succeeds whose change is not saved, and that the
// change is saved as soon as that is possible again.
func TestStoreThatFails(t *testing.T) {
	m := &memory{}
	srv := stytchtest.NewServer(t, func(c *stytchtest.Config) { c.Store = m })
	client := srv.Client(stytch.WithMaxRetries(0))
	m.broken = true
	_, err := client.Users.Create(t.Context(), stytch.UsersCreateRequest{Email: new("ada@example.com")})
	wants(t, err, stytch.ErrInternalServerError)
	if err := srv.Save(); err == nil {
		t.Error("the change is said to be saved")
	}
	m.broken = false
	must(client.Users.Create(t.Context(), stytch.UsersCreateRequest{Email: new("grace@example.com")}))(t)
	again, err := stytchtest.Start(stytchtest.Config{Store: m})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if n := len(again.Users()); n != 2 {
		t.Errorf("%d users were saved, want 2", n)
	}
}

// TestPageOfStoreThatFails has no page say that a login was saved.
func TestPageOfStoreThatFails(t *testing.T) {
	m := &memory{}
	w := &world{Server: stytchtest.NewServer(t, func(c *stytchtest.Config) { c.Store = m }), t: t}
	start := w.startURL("/v1/public/oauth/google/start")
	m.broken = true
	if to, failed := w.choose(start, "email", "ada@example.com"); failed != "internal_server_error" {
		t.Errorf("the login leads to %s, %s", to, failed)
	}
}

// TestWebhooksOfAStore starts a server again with an endpoint that its store does not have.
func TestWebhooksOfAStore(t *testing.T) {
	m := &memory{}
	start := func(url string) int {
		s := must(stytchtest.Start(stytchtest.Config{Store: m, Webhooks: []stytchtest.WebhookEndpoint{{URL: url}}}))(t)
		defer s.Close()
		return len(s.Webhooks().Endpoints())
	}
	for i, url := range []string{"http://127.0.0.1:1/a", "http://127.0.0.1:1/b", "http://127.0.0.1:1/b"} {
		if n, want := start(url), min(i+1, 2); n != want {
			t.Errorf("start %d: %d endpoints, want %d", i+1, n, want)
		}
	}
}

// TestSavesAtTheSameTime checks that each of many changes at once is saved.
func TestSavesAtTheSameTime(t *testing.T) {
	m := &memory{}
	srv := stytchtest.NewServer(t, func(c *stytchtest.Config) { c.Store = m })
	var wait sync.WaitGroup
	for range 200 {
		wait.Go(func() { srv.AddUser(stytch.User{}) })
	}
	wait.Wait()
	again, err := stytchtest.Start(stytchtest.Config{Store: m})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if n := len(again.Users()); n != 200 {
		t.Errorf("%d users were saved, want 200", n)
	}
}
