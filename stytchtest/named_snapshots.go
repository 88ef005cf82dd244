package stytchtest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The limits of named snapshots. Their memory is what they take while they are compressed.
const (
	maxSnapshotName   = 64        // characters
	maxSnapshots      = 100       // of a project
	maxSnapshotSize   = 1 << 30   // bytes of one, as JSON
	maxSnapshotMemory = 256 << 20 // bytes of all projects of a server
)

// The errors of named snapshots.
var (
	ErrNoSnapshot     = errors.New("there is no snapshot with this name")
	ErrSnapshotExists = errors.New("there is a snapshot with this name already")
	ErrSnapshotLimit  = errors.New("there is no room for the snapshot")
)

// SavedSnapshot describes a named snapshot of a project.
type SavedSnapshot struct {
	Name string `json:"name"`
	// SavedAt is when it was saved, by the machine's clock.
	SavedAt time.Time `json:"saved_at"`
	// The numbers of what it contains.
	Users         int `json:"users"`
	Organizations int `json:"organizations"`
	Members       int `json:"members"`
	Sessions      int `json:"sessions"`
	Messages      int `json:"messages"`
	// Bytes is how much memory it takes.
	Bytes int `json:"bytes"`
}

// savedSnapshot is a named snapshot. A Store keeps it as JSON.
type savedSnapshot struct {
	SavedSnapshot
	Data []byte `json:"data"` // a compressed snapshot of this project
}

// namedSnapshots are the named snapshots of a project.
type namedSnapshots struct {
	list []*savedSnapshot // the oldest first
	// deleted is the one that was deleted last, or nil.
	deleted *savedSnapshot
	// unsaved are the names whose snapshots a Store does not have as they are. Before all
	// is set, it has none of them.
	unsaved map[string]bool
	all     bool
}

func (n *namedSnapshots) find(name string) *savedSnapshot {
	if i := n.index(name); i >= 0 {
		return n.list[i]
	}
	return nil
}

func (n *namedSnapshots) index(name string) int {
	return slices.IndexFunc(n.list, func(s *savedSnapshot) bool { return s.Name == name })
}

// room reports whether there can be another snapshot, with this name.
func (n *namedSnapshots) room(name string) error {
	switch {
	case n.find(name) != nil:
		return ErrSnapshotExists
	case len(n.list) >= maxSnapshots:
		return fmt.Errorf("%w: the project has %d already; delete one", ErrSnapshotLimit, maxSnapshots)
	}
	return nil
}

// undelete brings back the snapshot that was deleted last.
func (n *namedSnapshots) undelete(name string) error {
	saved := n.deleted
	if saved == nil || saved.Name != name {
		return ErrNoSnapshot
	}
	if err := n.room(name); err != nil {
		return err
	}
	n.deleted = nil
	at, _ := slices.BinarySearchFunc(n.list, saved.SavedAt, func(s *savedSnapshot, at time.Time) int { return s.SavedAt.Compare(at) })
	n.list = slices.Insert(n.list, at, saved)
	n.note(name)
	return nil
}

// note remembers that a Store does not have the snapshot with a name as it is now.
func (n *namedSnapshots) note(name string) {
	if n.unsaved == nil {
		n.unsaved = map[string]bool{}
	}
	n.unsaved[name] = true
}

// changed calls put with the snapshots that were saved or deleted since the last time.
func (n *namedSnapshots) changed(put func(key string, value []byte)) error {
	if !n.all {
		put("", nil)
		for _, s := range n.list {
			n.note(s.Name)
		}
		n.all = true
	}
	for name := range n.unsaved {
		var data []byte
		if s := n.find(name); s != nil {
			var err error
			if data, err = json.Marshal(s); err != nil {
				return fmt.Errorf("writing the snapshot %q: %w", name, err)
			}
		}
		put(name, data)
	}
	clear(n.unsaved)
	return nil
}

// load adds the snapshots of a Store.
func (n *namedSnapshots) load(s *Server, keys []string, values [][]byte) error {
	n.all = true
	for i, key := range keys {
		saved := &savedSnapshot{}
		if err := decodeStrict(values[i], saved); err != nil {
			return err
		}
		if err := checkSnapshotName(key); err != nil || saved.Name != key {
			return fmt.Errorf("the key %q is not that of a snapshot", key)
		}
		saved.Bytes = len(saved.Data)
		s.snapshotMemory.Add(int64(saved.Bytes))
		n.list = append(n.list, saved)
	}
	slices.SortStableFunc(n.list, func(a, b *savedSnapshot) int {
		return cmp.Or(a.SavedAt.Compare(b.SavedAt), cmp.Compare(a.Name, b.Name))
	})
	return nil
}

// end gives back the memory of all of them.
func (n *namedSnapshots) end(s *Server) {
	for _, saved := range n.list {
		s.snapshotMemory.Add(-int64(saved.Bytes))
	}
	n.list = nil
	n.forget(s)
}

// forget gives up the snapshot that was deleted last.
func (n *namedSnapshots) forget(s *Server) {
	if n.deleted != nil {
		s.snapshotMemory.Add(-int64(n.deleted.Bytes))
		n.deleted = nil
	}
}

// checkSnapshotName reports a name that would not look like itself, or cannot be part of a URL.
func checkSnapshotName(name string) error {
	if name == "" {
		return errors.New("the name of the snapshot is empty")
	}
	if n := utf8.RuneCountInString(name); n > maxSnapshotName {
		return fmt.Errorf("the name of the snapshot has %d characters; at most %d are allowed", n, maxSnapshotName)
	}
	before := rune(0)
	for _, r := range name {
		letter := unicode.In(r, unicode.L, unicode.Nd)
		mark := unicode.IsMark(r)
		fits := letter || mark || r == ' ' || strings.ContainsRune("-_.,:()+#", r)
		switch {
		case !fits, before == 0 && !letter, before == ' ' && (mark || r == ' '),
			unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector): // invisible
			return fmt.Errorf("the name of the snapshot contains %+q where it is not allowed; want letters, digits and -_.,:()+# with single spaces, and a letter or digit first", r)
		}
		before = r
	}
	if before == ' ' {
		return errors.New("the name of the snapshot ends with a space")
	}
	return nil
}

// SaveSnapshot saves the project's state under a name, for RestoreSnapshot: users, sessions, organizations, messages,
// keys, the clock and the rest, without faults and requests. It returns an error that matches [ErrSnapshotExists] if
// there is one with this name already, and [ErrSnapshotLimit] if there are 100, or if those of all projects would
// take more than 256 MiB.
//
// A name has up to 64 characters: letters, digits and -_.,:()+# with single spaces. The first is a letter or digit.
func (p *Project) SaveSnapshot(name string) (SavedSnapshot, error) {
	return p.saveSnapshot(name, false)
}

// ReplaceSnapshot is SaveSnapshot, but replaces a snapshot with the same name.
func (p *Project) ReplaceSnapshot(name string) (SavedSnapshot, error) {
	return p.saveSnapshot(name, true)
}

func (p *Project) saveSnapshot(name string, replace bool) (SavedSnapshot, error) {
	if err := checkSnapshotName(name); err != nil {
		return SavedSnapshot{}, err
	}
	p.mu.Lock()
	exists := p.named.find(name) != nil
	p.mu.Unlock()
	if exists && !replace {
		return SavedSnapshot{}, ErrSnapshotExists // before the work
	}
	saved, err := p.currentSnapshot(name)
	if err == nil {
		err = p.keepSnapshot(saved, replace)
	}
	if err != nil {
		return SavedSnapshot{}, err
	}
	return saved.SavedSnapshot, p.Save()
}

// currentSnapshot returns a snapshot of the project as it is.
func (p *Project) currentSnapshot(name string) (*savedSnapshot, error) {
	keys := p.keys.all()
	slices.Reverse(keys)
	snap := projectSnapshot{ID: p.ID}
	var err error
	if snap.Keys, err = keySnapshots(keys); err != nil {
		return nil, err
	}
	saved := &savedSnapshot{SavedSnapshot: SavedSnapshot{Name: name, SavedAt: time.Now().UTC().Round(0)}}
	data, err := p.encodeSnapshot(snap, &saved.SavedSnapshot)
	if err != nil {
		return nil, fmt.Errorf("writing the snapshot: %w", err)
	}
	if len(data) > maxSnapshotSize {
		return nil, fmt.Errorf("%w: the state has %d bytes of JSON, and at most %d are allowed", ErrSnapshotLimit, len(data), maxSnapshotSize)
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err == nil {
		_, err = z.Write(data)
		err = errors.Join(err, z.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("compressing the snapshot: %w", err)
	}
	saved.Data = bytes.Clone(b.Bytes()) // without the spare memory of the buffer
	saved.Bytes = len(saved.Data)
	return saved, nil
}

// encodeSnapshot completes a snapshot and returns it as JSON. It counts what is in it.
func (p *Project) encodeSnapshot(snap projectSnapshot, counts *SavedSnapshot) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	snap.Secret, snap.State, snap.Messages, snap.Clock = p.Secret, p.state, p.inbox.Messages(), new(p.clock.snapshot())
	counts.Users, counts.Organizations, counts.Members = p.state.Users.size, p.state.Organizations.size, p.state.Members.size
	counts.Messages = len(snap.Messages)
	now := p.clock.Now()
	for s := range p.state.Sessions.all() {
		if !s.expired(now) {
			counts.Sessions++
		}
	}
	return json.Marshal(snapshot{Version: snapshotVersion, Clock: *snap.Clock, Projects: []projectSnapshot{snap}})
}

// keepSnapshot adds a snapshot to the list, or replaces the one with its name.
func (p *Project) keepSnapshot(saved *savedSnapshot, replace bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := &p.named
	at := n.index(saved.Name)
	select {
	case <-p.removed:
		return errors.New("the project was removed")
	default:
	}
	if at < 0 || !replace {
		if err := n.room(saved.Name); err != nil {
			return err
		}
	}
	more := int64(saved.Bytes)
	if at >= 0 {
		more -= int64(n.list[at].Bytes)
	}
	if p.server.snapshotMemory.Add(more) > maxSnapshotMemory {
		n.forget(p.server)
	}
	if total := p.server.snapshotMemory.Load(); total > maxSnapshotMemory && more > 0 {
		p.server.snapshotMemory.Add(-more)
		return fmt.Errorf("%w: the snapshots of all projects would take %d bytes, and at most %d are allowed; delete one", ErrSnapshotLimit, total, maxSnapshotMemory)
	}
	if at >= 0 {
		n.list = slices.Delete(n.list, at, at+1)
	}
	n.list = append(n.list, saved)
	n.note(saved.Name)
	return nil
}

// Snapshots returns the named snapshots of the project, the oldest first.
func (p *Project) Snapshots() []SavedSnapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := make([]SavedSnapshot, len(p.named.list))
	for i, saved := range p.named.list {
		all[i] = saved.SavedSnapshot
	}
	return all
}

// RestoreSnapshot replaces the project's state by the snapshot with a name, which stays saved. A clock that ran then
// gets the distance from the machine's clock that it had, and one that was stopped shows the time of then. If the
// snapshot is damaged, RestoreSnapshot changes nothing. The error matches [ErrNoSnapshot] if there is none.
func (p *Project) RestoreSnapshot(name string) error {
	p.mu.Lock()
	saved := p.named.find(name)
	p.mu.Unlock()
	if saved == nil {
		return ErrNoSnapshot
	}
	from, err := saved.open(p)
	if err != nil {
		return fmt.Errorf("the snapshot %q was not restored: %w", name, err)
	}
	p.replace(from)
	p.webhooks.restored()
	return p.Save()
}

// open reads a snapshot of a project.
func (s *savedSnapshot) open(p *Project) (*Project, error) {
	z, err := gzip.NewReader(bytes.NewReader(s.Data))
	if err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(z, maxSnapshotSize+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("it is damaged: %w", err)
	case len(data) > maxSnapshotSize:
		return nil, fmt.Errorf("it has more than %d bytes of JSON", maxSnapshotSize)
	}
	snap, err := readSnapshot(data)
	switch {
	case err != nil:
		return nil, err
	case len(snap.Projects) != 1 || snap.Projects[0].ID != p.ID || snap.Projects[0].Clock == nil:
		return nil, errors.New("it is not a snapshot of this project")
	}
	snap.Projects[0].Secret = p.secret() // the clients that run keep their credentials
	return snap.Projects[0].restore(p.server)
}

// DeleteSnapshot deletes the snapshot with a name. UndeleteSnapshot can bring it back until the next one is deleted.
// The error matches [ErrNoSnapshot] if there is none.
func (p *Project) DeleteSnapshot(name string) error {
	p.mu.Lock()
	at := p.named.index(name)
	if at >= 0 {
		p.named.forget(p.server)
		p.named.deleted = p.named.list[at]
		p.named.list = slices.Delete(p.named.list, at, at+1)
		p.named.note(name)
	}
	p.mu.Unlock()
	if at < 0 {
		return ErrNoSnapshot
	}
	return p.Save()
}

// UndeleteSnapshot brings the snapshot back that was deleted last, if it has this name. It fails like SaveSnapshot if
// there is another one with the name now, or if there are too many. The error matches [ErrNoSnapshot] if the snapshot
// cannot be brought back.
func (p *Project) UndeleteSnapshot(name string) error {
	p.mu.Lock()
	err := p.named.undelete(name)
	p.mu.Unlock()
	if err != nil {
		return err
	}
	return p.Save()
}
