package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/stytchgen/sdk/cmd/stytch-emulator/statestore"
)

// maxOldState is the largest state file of an earlier version, which is JSON.
const maxOldState = 1 << 30

// stateFile is the file of --state. Only one emulator can use it at a time.
type stateFile struct {
	path string
	lock *flock.Flock
	*statestore.Store
	// building says whether the store is a new file, which replaces the one at path once
	// it is complete.
	building bool
}

// openStateFile locks a state file and opens it. If it has the format of an earlier
// version, it returns its content as well.
func openStateFile(path string) (f *stateFile, old []byte, err error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // a conversion replaces the file, not a link to it
	}
	f = &stateFile{path: path, lock: flock.New(path + ".lock")}
	locked, err := f.lock.TryLock()
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("the state file %s could not be locked: %w", path, err)
	case !locked:
		return nil, nil, fmt.Errorf("the state file %s is in use by another emulator", path)
	}
	if old, err = f.open(); err != nil {
		return nil, nil, errors.Join(err, f.close())
	}
	return f, old, nil
}

func (f *stateFile) open() (old []byte, err error) {
	file, err := os.Open(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, f.build()
	case err != nil:
		return nil, fmt.Errorf("the state file could not be read: %w", err)
	}
	defer file.Close()
	start := make([]byte, 512)
	n, err := file.Read(start)
	start = bytes.TrimLeft(start[:n], " \t\r\n")
	switch {
	case err != nil && err != io.EOF:
		return nil, fmt.Errorf("the state file could not be read: %w", err)
	case len(start) == 0:
		return nil, f.invalid(errors.New("it is empty; remove it to start without a state"))
	case start[0] == '{':
		return f.old(file)
	}
	if err := statestore.Check(f.path); err != nil {
		return nil, f.invalid(err)
	}
	if f.Store, err = statestore.Open(f.path); err != nil {
		return nil, fmt.Errorf("the state file could not be opened: %w", err)
	}
	return nil, nil
}

// old reads a state file of an earlier version, which is a snapshot.
func (f *stateFile) old(file *os.File) ([]byte, error) {
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("the state file could not be read: %w", err)
	case info.Size() > maxOldState:
		return nil, f.invalid(fmt.Errorf("it has %d bytes; at most %d are read", info.Size(), maxOldState))
	}
	data, err := os.ReadFile(f.path)
	if err != nil {
		return nil, fmt.Errorf("the state file could not be read: %w", err)
	}
	return data, f.build()
}

func (f *stateFile) invalid(err error) error {
	return fmt.Errorf("the state file %s is not valid and was not changed: %w", f.path, err)
}

// build creates the file that replaces the one at path.
func (f *stateFile) build() error {
	name := f.path + ".tmp"
	err := os.Remove(name) // the lock excludes other emulators, so a crash left it
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		f.Store, err = statestore.Create(name)
	}
	if err != nil {
		return fmt.Errorf("the state file could not be written: %w", err)
	}
	f.building = true
	return nil
}

// complete puts a new file in its place.
func (f *stateFile) complete() error {
	if !f.building {
		return nil
	}
	err := f.Store.Close()
	if err == nil {
		err = os.Rename(f.path+".tmp", f.path)
	}
	if err == nil {
		f.building = false
		var opened *statestore.Store
		if opened, err = statestore.Open(f.path); err == nil {
			*f.Store = *opened
		}
	}
	if err != nil {
		return fmt.Errorf("the state file could not be written: %w", err)
	}
	if dir, err := os.Open(filepath.Dir(f.path)); err == nil {
		_ = dir.Sync() // not every system supports it; the file is complete without it
		_ = dir.Close()
	}
	return nil
}

// close releases the file for another emulator.
func (f *stateFile) close() error {
	if f == nil {
		return nil
	}
	var err error
	if f.Store != nil {
		err = f.Store.Close()
	}
	if f.building {
		err = errors.Join(err, os.Remove(f.path+".tmp"))
	}
	return errors.Join(err, f.lock.Unlock())
}
