package stytchtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"hash/maphash"
	"iter"
	"maps"
	"slices"
)

// key is what records can be found by, such as an ID or an e-mail address.
type key struct {
	kind keyKind
	text string
}

// keyKind says what the text of a key is.
type keyKind uint8

// record is a user, a session or the like, in a table.
type record[T any] interface {
	*T
	// keys returns what the record can be found by now. Those without a text are
	// ignored.
	keys() []key
	// inTable returns the record's index in the table's rows.
	inTable() *place
}

// place is the index of a record in the rows of its table. Records embed it.
type place struct {
	at int32
	// number is the number of the record in a Store, and sum the hash of what the store
	// has. The number of a record that is not stored is 0.
	number, sum uint64
}

func (p *place) inTable() *place { return p }

// table is a list of records with an index, so that the cost of a look-up does not
// grow with the table. Callers may change a record that they found or added, its
// keys too: the table reads the keys of these records again before the next
// look-up.
type table[T any, R record[T]] struct {
	rows []R // in the order in which they were added, nil where one was removed
	size int
	// index has the row of each record under each of its keys. It has no pointers,
	// so that the garbage collector does not read it.
	index map[slot]int32
	// counts are the numbers of records with a key, if there are several.
	counts map[slot]int32
	lent   []loan[T, R]
	swept  int // where sweep goes on
	// watch notes what a call does, if webhooks are sent about it.
	watch *watch[T, R]

	// touched are the records of lists, which callers may have changed, and gone the
	// numbers of those that were removed. Both are for a Store.
	touched []R
	gone    []uint64
	numbers uint64 // the last number that was used
	// older says that the Store has the table in the form of an older version.
	older bool
}

// slot is the hash of a key. The second record with a key is in the slot after it,
// and so on. Keys with one hash share its slots: records know their keys.
type slot uint64

var (
	seed = maphash.MakeSeed()
	// slotOf is replaced in a test, to make keys share their slots.
	slotOf = func(k key) slot { return slot(maphash.Comparable(seed, k)) }
)

// after returns the slot of the record with the number n.
func (s slot) after(n int32) slot { return s + slot(n)*0x9e3779b97f4a7c15 }

// loan is a record that callers may have changed, with its keys in the index.
type loan[T any, R record[T]] struct {
	record R
	keys   []key
}

// add appends a record.
func (t *table[T, R]) add(r R) {
	*r.inTable() = place{at: int32(len(t.rows))} // it may be a copy of another record
	t.rows = append(t.rows, r)
	t.size++
	t.lent = append(t.lent, loan[T, R]{record: r})
	t.settle()
	t.watch.added(r)
}

// remove takes a record out.
func (t *table[T, R]) remove(r R) {
	t.lend(r)
	i := t.loan(r)
	for _, k := range t.lent[i].keys {
		t.drop(k, r)
	}
	t.lent = slices.Delete(t.lent, i, i+1)
	t.watch.removed(r)
	if at := r.inTable(); at.number != 0 {
		t.gone = append(t.gone, at.number)
		at.number = 0
	}
	t.rows[r.inTable().at] = nil
	if t.size--; len(t.rows) > 2*t.size+64 {
		t.compact()
	}
}

// compact removes the gaps in rows.
func (t *table[T, R]) compact() {
	t.settle()
	rows := slices.DeleteFunc(t.rows, func(r R) bool { return r == nil })
	*t = table[T, R]{lent: t.lent, rows: rows, size: len(rows), watch: t.watch, touched: t.touched, gone: t.gone, numbers: t.numbers, older: t.older}
	for i, r := range t.rows {
		r.inTable().at = int32(i)
		for _, k := range r.keys() {
			t.put(k, r)
		}
	}
}

// find returns the oldest record with a key, or nil.
func (t *table[T, R]) find(kind keyKind, text string) R {
	found := t.peek(kind, text)
	if found != nil {
		t.lend(found)
	}
	return found
}

// peek is find for a caller that changes nothing. It costs less, above all in a loop.
func (t *table[T, R]) peek(kind keyKind, text string) R {
	var found R
	for r := range t.with(key{kind, text}) {
		if found == nil || r.inTable().at < found.inTable().at {
			found = r
		}
	}
	return found
}

// list returns the records with a key, the oldest first. Their keys must not be
// changed.
func (t *table[T, R]) list(kind keyKind, text string) []R {
	found := slices.SortedFunc(t.with(key{kind, text}), func(a, b R) int { return int(a.inTable().at - b.inTable().at) })
	found = slices.Compact(found)
	for _, r := range found {
		t.touch(r)
	}
	return found
}

// touch notes that a caller may change a record, but not its keys.
func (t *table[T, R]) touch(r R) {
	t.watch.lent(r)
	t.touched = append(t.touched, r)
}

// with yields the records with a key. A record can come twice if another of its
// keys shares the slots.
func (t *table[T, R]) with(k key) iter.Seq[R] {
	t.settle()
	return func(yield func(R) bool) {
		if k.text == "" {
			return
		}
		first := slotOf(k)
		for n := range t.count(first) {
			if r := t.rows[t.index[first.after(n)]]; slices.Contains(r.keys(), k) && !yield(r) {
				return
			}
		}
	}
}

// all yields every record. A caller that changes one touches it, and must not change its
// keys.
func (t *table[T, R]) all() iter.Seq[R] {
	return func(yield func(R) bool) {
		for _, r := range t.rows {
			if r != nil && !yield(r) {
				return
			}
		}
	}
}

// sweep removes those of the next few records that are dead. Callers do it with
// each record that they add, so that dead records do not pile up.
func (t *table[T, R]) sweep(dead func(R) bool) {
	for range 4 {
		if t.swept >= len(t.rows) {
			t.swept = 0
			return
		}
		r := t.rows[t.swept]
		t.swept++
		if r != nil && dead(r) {
			t.remove(r)
		}
	}
}

// settle brings the index up to date with what callers changed.
func (t *table[T, R]) settle() {
	for i := range t.lent {
		r, had, has := t.lent[i].record, t.lent[i].keys, t.lent[i].record.keys()
		if slices.Equal(had, has) {
			continue
		}
		t.lent[i].keys = has
		for _, k := range had {
			if !slices.Contains(has, k) {
				t.drop(k, r)
			}
		}
		for _, k := range has {
			if !slices.Contains(had, k) {
				t.put(k, r)
			}
		}
	}
}

// rest settles at the end of a call. After it, no caller changes a record that it
// did not look up again.
func (t *table[T, R]) rest() {
	t.settle()
	clear(t.lent)
	t.lent = t.lent[:0]
	clear(t.touched)
	t.touched, t.gone = t.touched[:0], t.gone[:0]
}

// lend notes that a caller may change a record.
func (t *table[T, R]) lend(r R) {
	if t.loan(r) < 0 {
		t.lent = append(t.lent, loan[T, R]{r, r.keys()})
		t.watch.lent(r)
	}
}

// loan returns the index of a record in lent, or -1.
func (t *table[T, R]) loan(r R) int {
	return slices.IndexFunc(t.lent, func(l loan[T, R]) bool { return l.record == r })
}

// count returns how many records are in a slot and those after it.
func (t *table[T, R]) count(first slot) int32 {
	if n, ok := t.counts[first]; ok {
		return n
	}
	if _, ok := t.index[first]; ok {
		return 1
	}
	return 0
}

// put adds a key of a record to the index.
func (t *table[T, R]) put(k key, r R) {
	if k.text == "" {
		return
	}
	if t.index == nil {
		t.index, t.counts = map[slot]int32{}, map[slot]int32{}
	}
	t.enter(slotOf(k), r.inTable().at)
}

// enter adds the row of a record to a slot.
func (t *table[T, R]) enter(first slot, row int32) {
	n := t.count(first)
	t.index[first.after(n)] = row
	if n > 0 {
		t.counts[first] = n + 1
	}
}

// drop takes a key of a record out of the index.
func (t *table[T, R]) drop(k key, r R) {
	if k.text == "" {
		return
	}
	first := slotOf(k)
	last := t.count(first) - 1
	for n := last; n >= 0; n-- { // from the end, where removing many finds each at once
		if t.index[first.after(n)] == r.inTable().at {
			t.index[first.after(n)] = t.index[first.after(last)]
			delete(t.index, first.after(last))
			break
		}
	}
	if t.counts[first] = last; last < 2 {
		delete(t.counts, first)
	}
}

// MarshalJSON writes the records as a list.
func (t table[T, R]) MarshalJSON() ([]byte, error) {
	rows := slices.Collect(t.all())
	if rows == nil {
		rows = []R{}
	}
	return json.Marshal(rows)
}

// keyed is a record of a table that older snapshots and stores have as a map, with a key
// that is not in the record.
type keyed interface{ setKey(key string) }

// UnmarshalJSON reads a list of records, or a map of an older snapshot.
func (t *table[T, R]) UnmarshalJSON(data []byte) error {
	var rows []R
	data = bytes.TrimSpace(data)
	if _, ok := any(R(nil)).(keyed); ok && bytes.HasPrefix(data, []byte("{")) {
		var older map[string]R
		if err := decodeStrict(data, &older); err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(older)) {
			r := older[name]
			if r != nil {
				any(r).(keyed).setKey(name)
			}
			rows = append(rows, r)
		}
	} else if err := decodeStrict(data, &rows); err != nil {
		return err
	}
	*t = table[T, R]{}
	for _, r := range rows {
		if r == nil {
			return errors.New("a list in its state contains null")
		}
		t.add(r)
		t.rest()
	}
	return nil
}
