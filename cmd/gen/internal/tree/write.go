package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write brings the files under root to what the differences say: all of them
// or, when one cannot be written, none.
func Write(root string, differences []Difference) (err error) {
	var steps []*step
	defer func() {
		for _, s := range steps {
			s.discard()
		}
	}()
	for _, d := range differences {
		s, err := prepare(filepath.Join(root, filepath.FromSlash(d.Path)), d)
		if err != nil {
			return fmt.Errorf("nothing was changed: %w", err)
		}
		steps = append(steps, s)
	}
	for i, s := range steps {
		if err := s.commit(); err != nil {
			for _, done := range steps[:i] {
				err = errors.Join(err, done.undo())
			}
			return fmt.Errorf("nothing was changed: %w", err)
		}
	}
	return nil
}

// step is the change of one file: its new content ready beside it, and what
// brings the old one back.
type step struct {
	path   string
	next   string // temporary file with the new content, "" to remove
	before []byte // nil when there was no file
	mode   fs.FileMode
	folder string // the outermost folder that was made for it, or ""
}

func prepare(path string, d Difference) (*step, error) {
	s := &step{path: path, mode: 0o644}
	info, err := os.Lstat(path)
	switch {
	case err == nil:
		s.mode = info.Mode().Perm()
		if s.before, err = os.ReadFile(path); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if d.content == nil {
		return s, nil
	}
	s.folder = missingFolder(filepath.Dir(path))
	if err = os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
		s.next, err = writeTemporary(path, d.content, s.mode)
	}
	if err != nil {
		s.discard()
		return nil, err
	}
	return s, nil
}

// missingFolder returns the outermost folder on the way to dir that is not
// there yet, or "".
func missingFolder(dir string) string {
	missing := ""
	for {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			return missing
		}
		missing = dir
		dir = filepath.Dir(dir)
	}
}

func writeTemporary(path string, data []byte, mode fs.FileMode) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".stytchgen-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	return f.Name(), err
}

func (s *step) commit() error {
	if s.next == "" {
		return os.Remove(s.path)
	}
	if err := os.Rename(s.next, s.path); err != nil {
		return err
	}
	s.next, s.folder = "", ""
	return nil
}

// undo brings the old file back.
func (s *step) undo() error {
	if s.before == nil {
		return os.Remove(s.path)
	}
	name, err := writeTemporary(s.path, s.before, s.mode)
	if err != nil {
		return err
	}
	return os.Rename(name, s.path)
}

// discard removes a temporary file that was not used, and the folders that
// were made for it.
func (s *step) discard() {
	if s.next != "" {
		_ = os.Remove(s.next)
	}
	if s.folder == "" {
		return
	}
	for dir := filepath.Dir(s.path); ; dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil || dir == s.folder { // it fails on a folder that holds something
			return
		}
	}
}
