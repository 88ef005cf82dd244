package tree

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// What a session keeps in the module's root while it lasts. After a crash, the
// folder stays until the next session.
const (
	folder      = ".stytchgen"
	lockFile    = folder + "/lock"
	journalFile = folder + "/journal.json"
	oldFolder   = folder + "/old"
	newFolder   = folder + "/new"
)

// Session is the only one that writes under its root.
type Session struct {
	// Undone are the files that a run which was stopped had exchanged. They are
	// as before that run.
	Undone []string

	disk disk
	lock *flock.Flock
}

// Begin takes hold of the tree under root, and puts back what a run that was
// stopped left half done. It fails when another session has the tree.
func Begin(root string) (*Session, error) {
	opened, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	s := &Session{disk: disk{opened}}
	if s.lock, err = s.disk.lock(root); err == nil {
		if err = s.recover(); err != nil {
			s.End()
		}
	}
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return s, nil
}

// lock takes the lock, which the system gives back when the process ends,
// however it ends.
func (d disk) lock(root string) (*flock.Flock, error) {
	for {
		if err := d.mkdir(folder); err != nil {
			return nil, fmt.Errorf("nothing was changed: %w", err)
		}
		lock := flock.New(filepath.Join(root, filepath.FromSlash(lockFile)))
		locked, err := lock.TryLock()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue // the session before has just removed the folder
		case err != nil:
			return nil, fmt.Errorf("nothing was changed: %w", err)
		case !locked:
			return nil, errors.New("nothing was changed: another gen is at work in this module; wait for it to end")
		}
		// The session before may have removed the file after it was opened here.
		held, err := lock.Stat()
		stands, there := d.Lstat(lockFile)
		if err == nil && there == nil && os.SameFile(held, stands) {
			return lock, nil
		}
		_ = lock.Close()
	}
}

// End lets go of the tree.
func (s *Session) End() {
	if _, err := s.disk.Lstat(journalFile); errors.Is(err, fs.ErrNotExist) {
		_ = s.disk.remove(lockFile)
		_ = s.disk.remove(folder)
	}
	_ = s.lock.Close()
	_ = s.disk.Close()
}

// recover undoes what a journal says, if there is one.
func (s *Session) recover() error {
	data, err := s.disk.ReadFile(journalFile)
	if errors.Is(err, fs.ErrNotExist) {
		s.discard()
		return nil
	}
	var j journal
	if err == nil {
		if err = json.Unmarshal(data, &j); err != nil {
			err = fmt.Errorf("%s is damaged: %w; put back by hand what %s holds, the files as they were, remove %s, and run gen again",
				journalFile, err, oldFolder, folder)
		}
	}
	if err == nil {
		s.Undone, err = s.undo(&j)
	}
	if err != nil {
		return fmt.Errorf("an earlier run was stopped while it wrote, and what it left in %s cannot be put back: %w", folder, err)
	}
	return nil
}

// begin writes the journal. With it in place, the exchange of files has begun.
func (s *Session) begin(j *journal) error {
	data, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return err
	}
	if err := s.disk.write(journalFile+".new", data, 0o644); err != nil {
		return err
	}
	if err := s.disk.rename(journalFile+".new", journalFile); err != nil {
		return err
	}
	return s.disk.sync(folder)
}

// forget removes the journal: the tree is now what it should be.
func (s *Session) forget() error {
	if err := s.disk.remove(journalFile); err != nil {
		return err
	}
	// A removal that does not last has the next session undo, which is as good.
	_ = s.disk.sync(folder)
	return nil
}

// discard removes what was staged. Without a journal it means nothing.
func (s *Session) discard() {
	for _, name := range []string{journalFile + ".new", oldFolder, newFolder} {
		_ = s.disk.removeAll(name)
	}
}
