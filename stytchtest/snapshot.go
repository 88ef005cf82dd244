package stytchtest

import (
	"bytes"
	"cmp"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"time"
)

// snapshotVersion changes when older servers cannot read new snapshots.
const snapshotVersion = 2

// snapshot is the whole state of a server.
type snapshot struct {
	Version int `json:"version"`
	// Clock is the clock of the first project.
	Clock    clockSnapshot     `json:"clock"`
	Projects []projectSnapshot `json:"projects"`
}

type clockSnapshot struct {
	Ahead   time.Duration `json:"ahead"`
	Stopped time.Time     `json:"stopped,omitzero"`
}

type projectSnapshot struct {
	ID       string        `json:"id"`
	Secret   string        `json:"secret"`
	Keys     []keySnapshot `json:"keys"`
	Messages []Message     `json:"messages"`
	State    state         `json:"state"`
	// Clock is nil in older snapshots, whose projects share the server's clock.
	Clock *clockSnapshot `json:"clock,omitempty"`
}

type keySnapshot struct {
	ID  string `json:"id"`
	PEM string `json:"pem"`
}

// Snapshot returns the server's state as JSON: projects with their secrets and
// keys, users, sessions, organizations, messages and the clock. It does not
// contain faults, requests and named snapshots.
func (s *Server) Snapshot() ([]byte, error) {
	s.mu.Lock()
	projects := maps.Clone(s.projects)
	s.mu.Unlock()
	snap := snapshot{Version: snapshotVersion, Clock: projects[s.Project.ID].clock.snapshot()}
	for _, id := range slices.Sorted(maps.Keys(projects)) {
		p, err := projects[id].snapshot()
		if err != nil {
			return nil, err
		}
		snap.Projects = append(snap.Projects, p)
	}
	return json.MarshalIndent(snap, "", "  ")
}

func (p *Project) snapshot() (projectSnapshot, error) {
	snap := projectSnapshot{ID: p.ID, Clock: new(p.clock.snapshot())}
	keys := p.keys.all()
	slices.Reverse(keys)
	var err error
	if snap.Keys, err = keySnapshots(keys); err != nil {
		return snap, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	// Calls hold the same lock, so the snapshot never has a user without the
	// message of the same call.
	snap.Secret, snap.Messages = p.Secret, p.inbox.Messages()
	// The state is copied as JSON, because it can change while the snapshot is
	// written.
	data, err := json.Marshal(p.state)
	if err != nil {
		return snap, fmt.Errorf("writing the state of %s: %w", p.ID, err)
	}
	return snap, decodeStrict(data, &snap.State)
}

// Restore replaces the server's state by a snapshot. Projects that are in it keep their
// named snapshots. If the snapshot is damaged, or lacks the server's first project,
// Restore changes nothing.
func (s *Server) Restore(data []byte) error {
	snap, err := readSnapshot(data)
	if err != nil {
		return err
	}
	restored := map[string]*Project{}
	for _, from := range snap.Projects {
		if from.Clock == nil {
			from.Clock = &snap.Clock
		}
		if restored[from.ID], err = from.restore(s); err != nil {
			return fmt.Errorf("the snapshot's project %q: %w", from.ID, err)
		}
	}
	if restored[s.Project.ID] == nil {
		return fmt.Errorf("the snapshot does not contain the project %s", s.Project.ID)
	}
	s.mu.Lock()
	for id, p := range s.projects {
		if from := restored[id]; from != nil {
			p.replace(from)
			restored[id] = p
		} else {
			p.end()
			s.journal.forget(p)
		}
	}
	s.projects = restored
	s.mu.Unlock()
	for _, p := range restored {
		p.webhooks.restored()
	}
	return s.Save()
}

func readSnapshot(data []byte) (snapshot, error) {
	var snap snapshot
	data, err := upgraded(data)
	if err != nil {
		return snap, fmt.Errorf("the snapshot could not be read: %w", err)
	}
	if err := decodeStrict(data, &snap); err != nil {
		return snap, fmt.Errorf("the snapshot could not be read: %w", err)
	}
	if snap.Version != snapshotVersion {
		return snap, fmt.Errorf("the snapshot has version %d; this server reads versions 1 and %d", snap.Version, snapshotVersion)
	}
	if len(snap.Projects) == 0 {
		return snap, errors.New("the snapshot contains no project")
	}
	if err := complete(data); err != nil {
		return snap, fmt.Errorf("the snapshot is damaged: %w", err)
	}
	seen := map[string]bool{}
	for _, p := range snap.Projects {
		if seen[p.ID] {
			return snap, fmt.Errorf("the snapshot contains the project %q twice", p.ID)
		}
		seen[p.ID] = true
	}
	return snap, nil
}

// essential are the parts of a project and its state that every snapshot has. Parts
// that a newer server added are empty if they are missing.
var essential = []string{
	"id", "secret", "keys", "messages", "state", "users", "organizations", "members", "sessions", "intermediate_sessions", "m2m_clients",
	"connected_apps", "email_codes", "policy", "links", "ceremonies", "passwords", "password_policy", "redirect_urls",
}

// complete reports a missing part of a snapshot. A missing list is not the same
// as an empty one.
func complete(data []byte) error {
	var snap struct {
		Projects []map[string]json.RawMessage `json:"projects"`
	}
	if err := json.Unmarshal(data, &snap); err != nil {
		return err
	}
	lacks := func(object map[string]json.RawMessage, of reflect.Type) error {
		for i := range of.NumField() {
			if name := of.Field(i).Tag.Get("json"); object[name] == nil && slices.Contains(essential, name) {
				return fmt.Errorf("%q is missing", name)
			}
		}
		return nil
	}
	for _, p := range snap.Projects {
		if err := lacks(p, reflect.TypeFor[projectSnapshot]()); err != nil {
			return err
		}
		var remembered map[string]json.RawMessage
		if err := json.Unmarshal(p["state"], &remembered); err != nil {
			return err
		}
		if err := lacks(remembered, reflect.TypeFor[state]()); err != nil {
			return err
		}
	}
	return nil
}

// replace takes over the state of another project.
func (p *Project) replace(from *Project) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Secret, p.state = from.Secret, from.state
	p.keys.set(from.keys.keys)
	p.clock.restore(from.clock.snapshot())
	p.inbox.set(from.inbox.messages)
	p.kept = kept{}
}

// keySnapshots writes keys, the oldest first.
func keySnapshots(keys []signingKey) ([]keySnapshot, error) {
	var list []keySnapshot
	for _, key := range keys {
		der, err := x509.MarshalPKCS8PrivateKey(key.private)
		if err != nil {
			return nil, fmt.Errorf("writing a signing key: %w", err)
		}
		list = append(list, keySnapshot{key.id, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))})
	}
	return list, nil
}

// parseKeys reads keys, the oldest first.
func parseKeys(list []keySnapshot) ([]signingKey, error) {
	var keys []signingKey
	for _, k := range list {
		block, _ := pem.Decode([]byte(k.PEM))
		if block == nil {
			return nil, fmt.Errorf("the key %s is not PEM", k.ID)
		}
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		private, ok := parsed.(*rsa.PrivateKey)
		if err != nil || !ok {
			return nil, fmt.Errorf("the key %s is not an RSA key", k.ID)
		}
		keys = append(keys, signingKey{k.ID, private})
	}
	return keys, nil
}

func (from projectSnapshot) restore(s *Server) (*Project, error) {
	if from.ID == "" || from.Secret == "" {
		return nil, errors.New("it has no id or no secret")
	}
	p := newProject(s, from.ID, from.Secret)
	p.clock.restore(*from.Clock)
	if year := p.clock.Now().Year(); year < 2000 || year > 2200 {
		return nil, fmt.Errorf("its clock shows the year %d; want 2000 to 2200", year)
	}
	var err error
	if p.keys.keys, err = parseKeys(from.Keys); err != nil {
		return nil, err
	}
	p.inbox.set(from.Messages)
	if err := from.State.check(); err != nil {
		return nil, err
	}
	p.state = from.State
	return p, nil
}

// check reports a state that a server could not have written.
func (s *state) check() error {
	for m := range s.Members.all() {
		if slices.Contains(m.Accounts, nil) {
			return errors.New("a list in its state contains null")
		}
	}
	for c := range s.SCIMConnections.all() {
		if c.Secret == nil || slices.Contains(c.Groups, nil) || s.Organizations.find(byID, c.Profile.OrganizationID) == nil {
			return errors.New("a SCIM connection in its state has no token or no organization, or a group is null")
		}
	}
	for u := range s.Users.all() {
		if slices.Contains(u.Methods, nil) || slices.Contains(u.Credentials, nil) || slices.Contains(u.WalletChallenges, nil) {
			return errors.New("a list in its state contains null")
		}
	}
	for l := range s.Links.all() {
		if l.Account == nil && (l.Kind == oauthLink || l.Kind == memberOAuthLink || l.Kind == discoveryOAuthLink || l.Kind == attachLink) {
			return errors.New("a link in its state has no account")
		}
		if l.Kind == ssoLink && l.Identity == nil || l.Kind == ssoBegunLink && l.Begun == nil {
			return errors.New("a login by single sign-on in its state has no connection")
		}
	}
	if err := s.checkConnections(); err != nil {
		return err
	}
	if err := s.identified(); err != nil {
		return err
	}
	if err := s.checkWebhooks(); err != nil {
		return err
	}
	for m := range s.Members.all() {
		if s.organizationByID(m.Profile.OrganizationID) == nil {
			return fmt.Errorf("the member %s belongs to an organization that is not in it", m.Profile.MemberID)
		}
	}
	return nil
}

// identified reports an object with a missing or duplicate ID.
func (s *state) identified() error {
	seen := map[string]bool{}
	known := func(kind, id string) error {
		if id == "" || seen[id] {
			return fmt.Errorf("a %s in its state has a missing or duplicate id: %q", kind, id)
		}
		seen[id] = true
		return nil
	}
	for u := range s.Users.all() {
		if err := known("user", u.Profile.UserID); err != nil {
			return err
		}
	}
	for o := range s.Organizations.all() {
		if err := known("organization", o.Profile.OrganizationID); err != nil {
			return err
		}
	}
	for m := range s.Members.all() {
		if err := known("member", m.Profile.MemberID); err != nil {
			return err
		}
	}
	for c := range s.Connections.all() {
		if err := known("connection", c.id()); err != nil {
			return err
		}
	}
	for one := range s.Sessions.all() {
		if err := known("session", one.ID); err != nil {
			return err
		}
		if owner := cmp.Or(one.UserID, one.MemberID); !seen[owner] || one.Token == "" {
			return fmt.Errorf("the session %s in its state has no token, or no owner", one.ID)
		}
	}
	return nil
}

// decodeStrict reads exactly one JSON value and keeps all digits of numbers.
func decodeStrict(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("there is more data after it")
	}
	return nil
}

func (c *Clock) snapshot() clockSnapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	return clockSnapshot{c.ahead, c.stopped}
}

func (c *Clock) restore(snap clockSnapshot) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead, c.stopped = snap.Ahead, snap.Stopped
	c.announce()
}

// Reset deletes everything of the project except its credentials, keys and named
// snapshots.
func (p *Project) Reset() {
	defer func() { p.server.journal.note(p.Save()) }()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inbox.Clear()
	p.state = state{}
	p.webhooks.forgetAll()
	p.kept = kept{}
}
