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

// saveInterval is the least time between two saves, so that a hundred logins
// at once are not a hundred saves.
const saveInterval = 100 * time.Millisecond

// stateFile is the file of --state. Only one emulator has it at a time.
type stateFile struct {
	path string
	lock *flock.Flock
	last []byte // what it holds
}

// openStateFile takes hold of a state file, and returns what it holds: nil when
// there is none yet.
func openStateFile(path string) (*stateFile, []byte, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // a save replaces the file, not a link to it
	}
	f := &stateFile{path: path, lock: flock.New(path + ".lock")}
	locked, err := f.lock.TryLock()
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("the state file %s cannot be locked: %w", path, err)
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
		return nil, fmt.Errorf("the state file cannot be read: %w", err)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, fmt.Errorf("the state file %s is refused and left as it is: it is empty; remove it to begin anew", f.path)
	}
	return data, nil
}

// tryWriting finds out at the start, not at the first change, that the state
// cannot be kept.
func (f *stateFile) tryWriting() error {
	temporary, err := f.temporary()
	if err != nil {
		return fmt.Errorf("the state file cannot be written: %w", err)
	}
	return errors.Join(temporary.Close(), os.Remove(temporary.Name()))
}

// temporary makes the file that a save writes first. The lock keeps others from
// it, so one that is there was left by a crash.
func (f *stateFile) temporary() (*os.File, error) {
	name := f.path + ".tmp"
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// save replaces what the file holds, all or nothing.
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
		_ = dir.Sync() // not every system can; the file is whole without it
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

// close lets another emulator have the file.
func (f *stateFile) close() {
	if f != nil {
		_ = f.lock.Unlock() // the end of the process unlocks it as well
	}
}
