package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
)

// Write brings the files to what the differences say: all of them or, when
// one cannot be written or is not what it was when it was compared, none.
func (s *Session) Write(differences []Difference) error {
	if len(differences) == 0 {
		return nil
	}
	j, err := s.prepare(differences)
	if err == nil {
		err = s.stage(j, differences)
	}
	if err == nil {
		err = s.begin(j)
	}
	if err != nil {
		s.discard()
		return fmt.Errorf("nothing was changed: %w", err)
	}
	if err = s.apply(j); err == nil {
		err = s.forget() // from here on, the new tree is the tree
	}
	if err != nil {
		if _, undoing := s.undo(j); undoing != nil {
			return fmt.Errorf("%w; and what was written could not be put back, which the next run will try again: %w", err, undoing)
		}
		return fmt.Errorf("nothing was changed: %w", err)
	}
	s.discard()
	return nil
}

// prepare looks whether every file is what Compare saw, and can be replaced.
func (s *Session) prepare(differences []Difference) (*journal, error) {
	j := &journal{}
	for _, d := range differences {
		info, err := s.disk.regular(d.Path)
		if err != nil {
			return nil, err
		}
		e := entry{Path: d.Path, Mode: 0o644}
		if d.before != nil {
			e.Old = hash(d.before)
		}
		if d.content != nil {
			e.New = hash(d.content)
		}
		var now []byte
		if info != nil {
			if e.Mode = info.Mode().Perm(); e.Mode&0o200 == 0 {
				return nil, fmt.Errorf("%s: read-only; make it writable", d.Path)
			}
			if now, err = s.disk.ReadFile(d.Path); err != nil {
				return nil, err
			}
		}
		if (info != nil) != (d.before != nil) || !bytes.Equal(now, d.before) {
			return nil, fmt.Errorf("%s: changed while the generator ran; run it again", d.Path)
		}
		if d.content != nil {
			if err := s.disk.missing(path.Dir(d.Path), &j.Folders); err != nil {
				return nil, err
			}
		}
		j.Files = append(j.Files, e)
	}
	return j, nil
}

// stage puts the new content of each file, and a copy of the old one, into the
// session's folder, so that neither way needs room on the disk any more.
func (s *Session) stage(j *journal, differences []Difference) error {
	for _, folder := range []string{oldFolder, newFolder} {
		if err := s.disk.mkdir(folder); err != nil {
			return err
		}
	}
	for i, d := range differences {
		if d.before != nil {
			if err := s.disk.write(j.old(i), d.before, j.Files[i].Mode); err != nil {
				return err
			}
		}
		if d.content != nil {
			if err := s.disk.write(j.new(i), d.content, j.Files[i].Mode); err != nil {
				return err
			}
		}
	}
	return errors.Join(s.disk.sync(oldFolder), s.disk.sync(newFolder))
}

// apply exchanges the files, one after the other.
func (s *Session) apply(j *journal) error {
	for _, folder := range j.Folders {
		if err := s.disk.mkdir(folder); err != nil {
			return err
		}
	}
	for i, e := range j.Files {
		var err error
		if e.New == "" {
			err = s.disk.remove(e.Path)
		} else {
			err = s.disk.rename(j.new(i), e.Path)
		}
		if err != nil {
			return err
		}
	}
	return s.syncAround(j)
}

// undo puts the old files back, and returns those that had been exchanged. A
// file that is neither the old one nor the new one was written by somebody
// else since, and stays.
func (s *Session) undo(j *journal) (undone []string, err error) {
	for i, e := range slices.Backward(j.Files) {
		now := ""
		info, err := s.disk.regular(e.Path)
		if err != nil {
			continue // what stands there now is somebody else's
		}
		if info != nil {
			data, err := s.disk.ReadFile(e.Path)
			if err != nil {
				return undone, err
			}
			now = hash(data)
		}
		if now != e.New {
			continue
		}
		if e.Old == "" {
			err = s.disk.remove(e.Path)
		} else {
			err = s.putBack(j.old(i), e)
		}
		if err != nil {
			return undone, err
		}
		undone = append(undone, e.Path)
	}
	for _, folder := range slices.Backward(j.Folders) {
		_ = s.disk.remove(folder) // it stays if it holds something
	}
	if err := s.syncAround(j); err != nil {
		return undone, err
	}
	if err := s.forget(); err != nil {
		return undone, err
	}
	s.discard()
	return undone, nil
}

func (s *Session) putBack(kept string, e entry) error {
	data, err := s.disk.ReadFile(kept)
	if err != nil {
		return err
	}
	if hash(data) != e.Old {
		return fmt.Errorf("%s is not the copy of %s that was kept", kept, e.Path)
	}
	return s.disk.rename(kept, e.Path)
}

// syncAround makes the names of the files last on the disk.
func (s *Session) syncAround(j *journal) error {
	var folders []string
	for _, e := range j.Files {
		folders = append(folders, path.Dir(e.Path))
	}
	slices.Sort(folders)
	for _, folder := range slices.Compact(folders) {
		if err := s.disk.sync(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// journal says what a run is about to change, and so how to undo it.
type journal struct {
	// Folders are those that have to be made, outermost first.
	Folders []string `json:"folders"`
	Files   []entry  `json:"files"`
}

// entry is the change of one file: the hashes of its old and its new content,
// "" for none.
type entry struct {
	Path string      `json:"path"`
	Old  string      `json:"old"`
	New  string      `json:"new"`
	Mode fs.FileMode `json:"mode"`
}

func (j *journal) old(i int) string { return oldFolder + "/" + strconv.Itoa(i) }
func (j *journal) new(i int) string { return newFolder + "/" + strconv.Itoa(i) }
