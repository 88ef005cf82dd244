package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// saveInterval is the least time between two saves, so that a hundred logins at
// once do not cause a hundred saves.
const saveInterval = 100 * time.Millisecond

// stateFile is the file of --state. Only one emulator can use it at a time.
type stateFile struct {
	path string
	lock *flock.Flock
	last []byte // its content
}

// openStateFile locks a state file and returns its content. The content is nil if
// the file does not exist.
func openStateFile(path string) (*stateFile, []byte, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // a save replaces the file, not a link to it
	}
	f := &stateFile{path: path, lock: flock.New(path + ".lock")}
	locked, err := f.lock.TryLock()
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("the state file %s could not be locked: %w", path, err)
	case !locked:
		return nil, nil, fmt.Errorf("the state file %s is in use by another emulator", path)
	}
	data, err := f.read()
	if err == nil {
		err = f.tryWriting()
	}
	if err != nil {
		f.close()
		return nil, nil, err
	}
	return f, data, nil
}

func (f *stateFile) read() ([]byte, error) {
	data, err := os.ReadFile(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("the state file could not be read: %w", err)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, fmt.Errorf("the state file %s is not valid and was not changed: it is empty; remove it to start without a state", f.path)
	}
	return data, nil
}

// tryWriting checks at the start that the state can be saved.
func (f *stateFile) tryWriting() error {
	temporary, err := f.temporary()
	if err != nil {
		return fmt.Errorf("the state file could not be written: %w", err)
	}
	return errors.Join(temporary.Close(), os.Remove(temporary.Name()))
}

// temporary creates the file that a save writes first. The lock excludes other
// emulators, so an existing file was left by a crash.
func (f *stateFile) temporary() (*os.File, error) {
	name := f.path + ".tmp"
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// save replaces the file's content completely, or not at all.
func (f *stateFile) save(data []byte) error {
	if bytes.Equal(data, f.last) {
		return nil
	}
	temporary, err := f.temporary()
	if err != nil {
		return err
	}
	_, err = temporary.Write(data)
	if err == nil {
		err = temporary.Sync()
	}
	if err = errors.Join(err, temporary.Close()); err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	if err := os.Rename(temporary.Name(), f.path); err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	f.last = data
	if dir, err := os.Open(filepath.Dir(f.path)); err == nil {
		_ = dir.Sync() // not every system supports it; the file is complete without it
		_ = dir.Close()
	}
	return nil
}

// pause waits between two saves.
func (f *stateFile) pause(ctx context.Context) {
	timer := time.NewTimer(saveInterval)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// close releases the file for another emulator.
func (f *stateFile) close() {
	if f != nil {
		_ = f.lock.Unlock() // the lock also ends with the process
	}
}
