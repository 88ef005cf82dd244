// Package disk changes the files of a module, so that no file is ever half written.
package disk

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// partial begins the name of a file that is still being written. It is next to the file that it becomes.
const partial = ".stytchgen-"

// fault is called before each change of the disk; the change fails with its error. Tests set it to fail, or
// to end the process, before any of them.
var fault = func(change, name string) error { return nil }

// Change is what becomes of one file.
type Change struct {
	// Path is the file, from the root, with slashes.
	Path string
	// Before is what it held when After was made; nil if there was no file.
	Before []byte
	// After is its new content; nil removes it.
	After []byte
}

// Write makes the changes in their order, after a check that every file is still as Change says; if one is
// not, nothing is changed. First it removes what a killed run has left, in the folders given and in those of
// the changes.
//
// A file is written next to its place and then renamed, so it is always the old one or the new one. If a
// change fails or the process is killed, some files are new and some are old; the next run finishes.
func Write(root string, folders []string, changes []Change) error {
	d, err := Open(root)
	if err != nil {
		return err
	}
	defer d.Close()
	folders = slices.Clone(folders)
	for _, c := range changes {
		if err := d.check(c); err != nil {
			return fmt.Errorf("nothing was changed: %w", err)
		}
		folders = append(folders, path.Dir(c.Path))
	}
	slices.Sort(folders)
	for _, folder := range slices.Compact(folders) {
		if err := d.sweep(folder); err != nil {
			return fmt.Errorf("nothing was changed: %w", err)
		}
	}
	for i, c := range changes {
		if err := d.apply(c); err != nil {
			return fmt.Errorf("%d of %d files were written; run gen again when this is put right: %w", i, len(changes), err)
		}
	}
	return nil
}

// Folder is the root of a module. Nothing outside of it can be reached, not even through links.
type Folder struct{ *os.Root }

// Open opens a module's root, which the caller closes.
func Open(root string) (Folder, error) {
	opened, err := os.OpenRoot(root)
	return Folder{opened}, err
}

// regular returns what has a name: a regular file in real folders, or nothing. Anything else is an error.
func (d Folder) regular(name string) (fs.FileInfo, error) {
	for i, c := range name {
		if c != '/' {
			continue
		}
		info, err := d.Lstat(name[:i])
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("%s: not a folder, so nothing below it is read or written", name[:i])
		}
	}
	info, err := d.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file, so it is neither read nor overwritten", name)
	}
	return info, nil
}

// Read returns the content of a regular file, or nil if there is no file.
func (d Folder) Read(name string) ([]byte, error) {
	info, err := d.regular(name)
	if err != nil || info == nil {
		return nil, err
	}
	data, err := d.ReadFile(name)
	if data == nil {
		data = []byte{} // an empty file is one
	}
	return data, err
}

// check reports an error if a file is not as the change says, or cannot be replaced.
func (d Folder) check(c Change) error {
	now, err := d.Read(c.Path)
	if err != nil {
		return err
	}
	if (now == nil) != (c.Before == nil) || !bytes.Equal(now, c.Before) {
		return fmt.Errorf("%s: changed while the generator ran; run it again", c.Path)
	}
	if info, err := d.Lstat(c.Path); err == nil && info.Mode()&0o200 == 0 {
		return fmt.Errorf("%s: read-only; make it writable", c.Path)
	}
	return nil
}

// sweep removes the files that a killed run has not finished.
func (d Folder) sweep(folder string) error {
	entries, err := fs.ReadDir(d.FS(), folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		if entry.Type().IsRegular() && strings.HasPrefix(entry.Name(), partial) {
			if err := d.remove(path.Join(folder, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// apply writes or removes one file.
func (d Folder) apply(c Change) error {
	if c.After == nil {
		return d.remove(c.Path)
	}
	mode := fs.FileMode(0o644)
	if info, err := d.Lstat(c.Path); err == nil {
		mode = info.Mode().Perm()
	}
	folder := path.Dir(c.Path)
	if err := d.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	unfinished := path.Join(folder, partial+rand.Text())
	err := d.create(unfinished, c.After, mode)
	if err == nil {
		err = d.rename(unfinished, c.Path)
	}
	if err != nil {
		_ = d.Remove(unfinished)
	}
	return err
}

// create makes a file whose content is on the disk when it returns.
func (d Folder) create(name string, data []byte, mode fs.FileMode) error {
	if err := fault("create", name); err != nil {
		return err
	}
	f, err := d.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err = fault("write", name); err == nil {
		_, err = f.Write(data)
	}
	return errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
}

func (d Folder) rename(from, to string) error {
	if err := fault("rename", to); err != nil {
		return err
	}
	return d.Rename(from, to)
}

func (d Folder) remove(name string) error {
	if err := fault("remove", name); err != nil {
		return err
	}
	return d.Remove(name)
}
