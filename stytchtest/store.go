package stytchtest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Store keeps the state of a server outside of it, entry by entry. Every call of the
// API is saved before its response is sent.
type Store interface {
	// Load calls each with the entries of each table, sorted by key. The values are
	// used until it returns.
	Load(each func(project, table string, keys []string, values [][]byte) error) error
	// Save applies all changes in their order, or none. After it returns, they survive
	// the end of the process.
	Save(changes []StoreChange) error
}

// StoreChange is a change of an entry in a [Store].
type StoreChange struct {
	// Project and Table name the table of the entry. Without a Table, every table of
	// the project is removed.
	Project, Table string
	// Key is the key of the entry in its table. Without a Key, every entry of the table
	// is removed.
	Key string
	// Value is the entry, as JSON. It is nil if the entry is removed.
	Value []byte
}

// The tables of a project that are not in its state.
const (
	metaTable     = "project"
	messageTable  = "messages"
	snapshotTable = "snapshots"
)

// single is the key of a table's only entry.
const single = "value"

// journal collects changes until they are saved. Calls that end at the same time share
// a save.
type journal struct {
	store Store

	mu      sync.Mutex
	pending []StoreChange
	number  uint64 // of the batch that is being collected
	failed  error  // of the last save

	saving sync.Mutex
	saved  uint64 // the number of the last batch that was saved
}

// add collects changes, and returns the number of their batch.
func (j *journal) add(changes []StoreChange) uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pending = append(j.pending, changes...)
	if len(j.pending) == 0 {
		return j.number - 1
	}
	return j.number
}

// wait returns when a batch is saved. After a failure, the next save repeats it.
func (j *journal) wait(number uint64) error {
	j.saving.Lock()
	defer j.saving.Unlock()
	if j.saved >= number {
		return nil
	}
	j.mu.Lock()
	batch, taken := j.pending, j.number
	j.pending = nil
	j.number++
	j.mu.Unlock()
	if err := j.store.Save(batch); err != nil {
		j.mu.Lock()
		j.pending = append(batch, j.pending...)
		j.mu.Unlock()
		return err
	}
	j.saved = taken
	return nil
}

// kept is what the store has of a project.
type kept struct {
	all      bool              // false until everything was collected once
	meta     string            // the parts of the meta entry that change
	messages int               // how many messages were read of the inbox
	removals int               // the inbox's removals at that time
	next     uint64            // the key of the next message
	sums     map[string]uint64 // of the fields of the state that are no tables
}

// meta is a project without its messages and state.
type meta struct {
	First  bool          `json:"first"`
	Secret string        `json:"secret"`
	Keys   []keySnapshot `json:"keys"`
	Clock  clockSnapshot `json:"clock"`
}

// part is a table of the state.
type part interface {
	rest()
	// changed calls put with the records that callers may have changed and whose JSON
	// differs, or with every record.
	changed(all bool, put func(key string, value []byte)) error
	load(keys []string, values [][]byte) error
}

// parts yields the tables of the state.
func (s *state) parts(yield func(name string, p part) bool) {
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if p, ok := v.Field(i).Addr().Interface().(part); ok && !yield(v.Type().Field(i).Tag.Get("json"), p) {
			return
		}
	}
}

// Save saves what Go code changed in the project since the last call of the API: the
// clock, keys, and deleted messages. It does nothing without a [Store].
func (p *Project) Save() error {
	if p.server.journal == nil {
		return nil
	}
	p.mu.Lock()
	number, err := p.collect()
	p.mu.Unlock()
	return errors.Join(err, p.server.journal.wait(number))
}

// Save is [Project.Save] for every project.
func (s *Server) Save() error {
	if s.journal == nil {
		return nil
	}
	var numbers []uint64
	for _, p := range s.Projects() {
		p.mu.Lock()
		number, err := p.collect()
		p.mu.Unlock()
		if err != nil {
			return err
		}
		numbers = append(numbers, number)
	}
	return s.journal.wait(slices.Max(numbers))
}

// forget removes a removed project from the store with the next save.
func (j *journal) forget(p *Project) {
	if j != nil {
		p.mu.Lock() // after it, no call adds changes of the project
		defer p.mu.Unlock()
		j.add([]StoreChange{{Project: p.ID}})
	}
}

// note remembers whether the last save failed, until the next one.
func (j *journal) note(err error) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failed = err
}

// failure returns the error of the last save, or nil.
func (j *journal) failure() error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.failed
}

// collect gives the changes since the last time to the journal, and returns the number
// of their batch. The caller has locked the project.
func (p *Project) collect() (uint64, error) {
	select {
	case <-p.removed:
		return 0, nil
	default:
	}
	var changes []StoreChange
	k := &p.kept
	if !k.all {
		k.sums = map[string]uint64{}
	}
	put := func(table string) func(string, []byte) {
		return func(key string, value []byte) {
			changes = append(changes, StoreChange{Project: p.ID, Table: table, Key: key, Value: value})
		}
	}
	// The snapshots are not written again when one of them replaces the rest.
	err := p.named.changed(put(snapshotTable))
	putOnly := func(table string) func(string, []byte) {
		if !k.all {
			put(table)("", nil)
		}
		return put(table)
	}
	err = errors.Join(err, p.changedMeta(putOnly(metaTable)), p.inbox.changed(k, putOnly(messageTable)))
	v := reflect.ValueOf(&p.state).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("json")
		if table, ok := v.Field(i).Addr().Interface().(part); ok {
			err = errors.Join(err, table.changed(!k.all, putOnly(name)))
		} else {
			err = errors.Join(err, k.changedField(name, v.Field(i), putOnly(name)))
		}
	}
	k.all = true
	return p.server.journal.add(changes), err
}

func (p *Project) changedMeta(put func(string, []byte)) error {
	p.keys.mu.Lock()
	keys := slices.Clone(p.keys.keys)
	p.keys.mu.Unlock()
	clock := p.clock.snapshot()
	now := fmt.Sprint(p.Secret, clock)
	for _, key := range keys {
		now += key.id
	}
	if now == p.kept.meta {
		return nil
	}
	snaps, err := keySnapshots(keys)
	if err != nil {
		return err
	}
	data, err := encodeRecord(meta{First: p.ID == p.server.Project.ID, Secret: p.Secret, Keys: snaps, Clock: clock})
	if err == nil {
		p.kept.meta = now
		put(single, data)
	}
	return err
}

// changed calls put with the new messages, or with all of them if some were removed or restored.
func (b *Inbox) changed(k *kept, put func(string, []byte)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if k.removals != b.removals {
		put("", nil)
		k.messages, k.removals = 0, b.removals
	}
	for _, m := range b.messages[k.messages:] {
		k.messages++
		if b.deleted[m.ID] {
			continue
		}
		data, err := encodeRecord(m)
		if err != nil {
			return err
		}
		put(rowKey(k.next), data)
		k.next++
	}
	return nil
}

// changedField calls put with a field of the state that is no table, if it has changed.
func (k *kept) changedField(name string, field reflect.Value, put func(string, []byte)) error {
	data, err := encodeRecord(field.Interface())
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	sum := maphash.Bytes(seed, data)
	if have, ok := k.sums[name]; !ok || have != sum {
		k.sums[name] = sum
		put(single, data)
	}
	return nil
}

// rowKey is the key of a record: keys are sorted like the records.
func rowKey(number uint64) string {
	return string(binary.BigEndian.AppendUint64(nil, number))
}

func rowNumber(key string) (uint64, error) {
	if len(key) != 8 {
		return 0, fmt.Errorf("the key %q is not that of a record", key)
	}
	return binary.BigEndian.Uint64([]byte(key)), nil
}

func (t *table[T, R]) changed(all bool, put func(key string, value []byte)) error {
	if t.older {
		put("", nil)
		t.older, all = false, true
	}
	for _, number := range t.gone {
		if !all {
			put(rowKey(number), nil)
		}
	}
	write := func(r R) error {
		at := r.inTable()
		if !all && (int(at.at) >= len(t.rows) || t.rows[at.at] != r) {
			return nil // it was removed
		}
		data, err := encodeRecord(r)
		if err != nil {
			return fmt.Errorf("writing a record: %w", err)
		}
		sum := maphash.Bytes(seed, data)
		if at.number == 0 {
			t.numbers++
			at.number = t.numbers
		} else if !all && at.sum == sum {
			return nil
		}
		at.sum = sum
		put(rowKey(at.number), data)
		return nil
	}
	if all {
		for r := range t.all() {
			r.inTable().number = 0
		}
		t.numbers = 0
		for r := range t.all() {
			if err := write(r); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range t.lent {
		if err := write(t.lent[i].record); err != nil {
			return err
		}
	}
	for _, r := range t.touched {
		if err := write(r); err != nil {
			return err
		}
	}
	return nil
}

// load adds records. Reading their JSON is most of the time of a start, so it uses
// every processor.
func (t *table[T, R]) load(keys []string, values [][]byte) error {
	rows, counts := make([]R, len(keys)), make([]int32, len(keys))
	workers := max(1, min(runtime.GOMAXPROCS(0), len(keys)/1000))
	failures, slots := make([]error, workers), make([][]slot, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := len(keys) * w / workers; i < len(keys)*(w+1)/workers; i++ {
				if rows[i], failures[w] = loadRow[T, R](keys[i], values[i]); failures[w] != nil {
					return
				}
				rows[i].inTable().at = int32(i)
				for _, k := range rows[i].keys() {
					if k.text != "" {
						slots[w] = append(slots[w], slotOf(k))
						counts[i]++
					}
				}
			}
		})
	}
	wait.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	all := 0
	for _, some := range slots {
		all += len(some)
	}
	*t = table[T, R]{rows: rows, size: len(rows), index: make(map[slot]int32, all), counts: map[slot]int32{}}
	t.numbers = rows[len(rows)-1].inTable().number
	t.older = strings.HasPrefix(keys[0], olderKey)
	for w, some := range slots {
		for i := len(keys) * w / workers; i < len(keys)*(w+1)/workers; i++ {
			for _, s := range some[:counts[i]] {
				t.enter(s, int32(i))
			}
			some = some[counts[i]:]
		}
	}
	return nil
}

// loadRow reads a record.
func loadRow[T any, R record[T]](key string, value []byte) (R, error) {
	var r R
	if err := decodeRecord(value, &r); err != nil {
		return nil, err
	}
	if r == nil {
		return nil, errors.New("a record is null")
	}
	if named, ok := any(r).(keyed); ok && strings.HasPrefix(key, olderKey) {
		named.setKey(key[len(olderKey):])
		return r, nil
	}
	number, err := rowNumber(key)
	r.inTable().number, r.inTable().sum = number, maphash.Bytes(seed, value)
	return r, err
}

// olderKey is what the keys of records begin with in older stores, which have some tables
// as maps.
const olderKey = "="

// load replaces the projects of the server by those of its store.
func (s *Server) load(projectID string) error {
	loaded := map[string]*Project{}
	var first *Project
	err := s.journal.store.Load(func(id, table string, keys []string, values [][]byte) error {
		p := loaded[id]
		if p == nil {
			p = newProject(s, id, "")
			p.kept.sums = map[string]uint64{}
			loaded[id] = p
		}
		isFirst, err := p.loadTable(table, keys, values)
		if err != nil {
			return fmt.Errorf("the project %s, %s: %w", id, table, err)
		}
		if isFirst {
			first = p
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case first == nil:
		return errors.New("it has no first project")
	case projectID != "" && projectID != first.ID:
		return fmt.Errorf("it does not contain the project %s", projectID)
	}
	for _, p := range loaded {
		if p.Secret == "" {
			return fmt.Errorf("the project %s has no secret", p.ID)
		}
		if err := p.state.check(); err != nil {
			return fmt.Errorf("the project %s: %w", p.ID, err)
		}
		p.kept.all = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.projects, s.Project = loaded, first
	return nil
}

func (p *Project) loadTable(table string, keys []string, values [][]byte) (first bool, err error) {
	switch table {
	case metaTable:
		var m meta
		if err := decodeRecord(values[0], &m); err != nil {
			return false, err
		}
		p.Secret = m.Secret
		p.clock.restore(m.Clock)
		p.keys.keys, err = parseKeys(m.Keys)
		return m.First, err
	case messageTable:
		messages := make([]Message, len(keys))
		for i, value := range values {
			if err := decodeRecord(value, &messages[i]); err != nil {
				return false, err
			}
			number, err := rowNumber(keys[i])
			if err != nil {
				return false, err
			}
			p.kept.next = number + 1
		}
		p.inbox.set(messages)
		p.kept.messages, p.kept.removals = len(messages), p.inbox.removals
		return false, nil
	case snapshotTable:
		return false, p.named.load(p.server, keys, values)
	}
	v := reflect.ValueOf(&p.state).Elem()
	for i := range v.NumField() {
		field := v.Field(i)
		if v.Type().Field(i).Tag.Get("json") != table {
			continue
		}
		if rows, ok := field.Addr().Interface().(part); ok {
			return false, rows.load(keys, values)
		}
		p.kept.sums[table] = maphash.Bytes(seed, values[0])
		return false, decodeRecord(values[0], field.Addr().Interface())
	}
	return false, errors.New("this version does not know the table")
}
