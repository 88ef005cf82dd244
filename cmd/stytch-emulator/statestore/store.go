// Package statestore keeps the state of an emulator in a file. It is a package of its own
// for the benchmarks; it is no part of the SDK.
package statestore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"

	"github.com/stytchgen/sdk/stytchtest"
)

// Format changes when older programs cannot read new state files. Files of earlierFormat
// are read, too: they have some tables as maps.
const (
	Format        = "stytch-emulator state 4"
	earlierFormat = "stytch-emulator state 3"
)

// MaxSize is the largest state file that is read, in bytes.
const MaxSize = 16 << 30

// The buckets of a state file, and the key of its format.
var (
	formatBucket   = []byte("format")
	projectsBucket = []byte("projects")
	formatKey      = []byte("format")
)

// Store is a state file, a database of bbolt. It implements [stytchtest.Store]: each change
// is written in a transaction of its own or in one that it shares with others.
type Store struct {
	path string
	db   *bolt.DB
	file os.FileInfo // to notice that the file was removed or replaced
}

// Create makes an empty state file.
func Create(path string) (*Store, error) { return open(path, true) }

// Open opens a state file. Check should have accepted it.
func Open(path string) (*Store, error) { return open(path, false) }

func open(path string, created bool) (s *Store, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer damaged(&err)
	db, err := bolt.Open(path, 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType})
	if err != nil {
		return nil, err
	}
	s = &Store{path: path, db: db}
	if created {
		err = db.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucket(formatBucket)
			if err == nil {
				err = b.Put(formatKey, []byte(Format))
			}
			if err == nil {
				_, err = tx.CreateBucket(projectsBucket)
			}
			return err
		})
	}
	if err == nil {
		s.file, err = os.Stat(path)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// Check reports a file that no emulator wrote, or that is damaged. It does not change the
// file.
func Check(path string) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer damaged(&err)
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() > MaxSize {
		return fmt.Errorf("it has %d bytes; at most %d are read", info.Size(), int64(MaxSize))
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("it is not a state file of the emulator, or damaged: %w", err)
	}
	defer db.Close()
	return db.View(func(tx *bolt.Tx) error {
		if tx.Size() > info.Size() {
			return fmt.Errorf("it is truncated: it has %d bytes, and should have %d", info.Size(), tx.Size())
		}
		b := tx.Bucket(formatBucket)
		if b == nil || tx.Bucket(projectsBucket) == nil {
			return errors.New("another program wrote it")
		}
		if format := string(b.Get(formatKey)); format != Format && format != earlierFormat {
			return fmt.Errorf("its format is %q; this emulator reads %q and %q", format, Format, earlierFormat)
		}
		return nil
	})
}

// damaged turns a panic about a damaged file into an error. A page that is not in the
// file is a fault of memory, because bbolt maps the file.
func damaged(err *error) {
	if found := recover(); found != nil {
		*err = fmt.Errorf("it is damaged: %v", found)
	}
}

// Load implements [stytchtest.Store].
func (s *Store) Load(each func(project, table string, keys []string, values [][]byte) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer damaged(&err)
	return s.db.View(func(tx *bolt.Tx) error {
		projects := tx.Bucket(projectsBucket)
		return projects.ForEachBucket(func(project []byte) error {
			tables := projects.Bucket(project)
			return tables.ForEachBucket(func(table []byte) error {
				var keys []string
				var values [][]byte
				err := tables.Bucket(table).ForEach(func(key, value []byte) error {
					content, err := unsealed(key, value)
					keys, values = append(keys, string(key)), append(values, content)
					return err
				})
				if err != nil || len(keys) == 0 {
					return err
				}
				return each(string(project), string(table), keys, values)
			})
		})
	})
}

// Save implements [stytchtest.Store].
func (s *Store) Save(changes []stytchtest.StoreChange) error {
	if now, err := os.Stat(s.path); err != nil || !os.SameFile(now, s.file) {
		return fmt.Errorf("the state file %s was removed or replaced", s.path)
	}
	return s.db.Update(func(tx *bolt.Tx) error {
		if b := tx.Bucket(formatBucket); string(b.Get(formatKey)) != Format {
			if err := b.Put(formatKey, []byte(Format)); err != nil {
				return err
			}
		}
		for _, c := range changes {
			if err := apply(tx.Bucket(projectsBucket), c); err != nil {
				return err
			}
		}
		return nil
	})
}

func apply(projects *bolt.Bucket, c stytchtest.StoreChange) error {
	if c.Table == "" {
		return dropBucket(projects, c.Project)
	}
	project, err := projects.CreateBucketIfNotExists([]byte(c.Project))
	if err != nil {
		return err
	}
	if c.Key == "" {
		return dropBucket(project, c.Table)
	}
	table, err := project.CreateBucketIfNotExists([]byte(c.Table))
	if err != nil {
		return err
	}
	table.FillPercent = 0.9 // new keys come last, so full pages are not split
	if c.Value == nil {
		return table.Delete([]byte(c.Key))
	}
	return table.Put([]byte(c.Key), sealed([]byte(c.Key), c.Value))
}

func dropBucket(in *bolt.Bucket, name string) error {
	if err := in.DeleteBucket([]byte(name)); err != nil && in.Bucket([]byte(name)) != nil {
		return err
	}
	return nil
}

// sealed adds a checksum to a value, because bbolt has none for its pages.
func sealed(key, value []byte) []byte {
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(value)), checksum(key, value)), value...)
}

func unsealed(key, value []byte) ([]byte, error) {
	if len(value) < 4 || checksum(key, value[4:]) != binary.BigEndian.Uint32(value) {
		return nil, errors.New("it is damaged: the checksum of an entry is wrong")
	}
	return value[4:], nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}

// Close releases the file.
func (s *Store) Close() error { return s.db.Close() }
