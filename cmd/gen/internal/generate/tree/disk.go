package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"syscall"
)

// disk is the module's folder. Nothing outside of it can be reached, through
// links neither.
type disk struct{ *os.Root }

// fault is called before each change of the disk; an error is that of the
// change. Tests fail, or end the process, at each of them.
var fault = func(change, name string) error { return nil }

// regular returns what stands under a name: a regular file in real folders, or
// nothing. Anything else is an error.
func (d disk) regular(name string) (fs.FileInfo, error) {
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

// missing adds the folders on the way to a name that are not there yet,
// outermost first.
func (d disk) missing(name string, folders *[]string) error {
	if name == "." {
		return nil
	}
	if _, err := d.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := d.missing(path.Dir(name), folders); err != nil {
		return err
	}
	for _, have := range *folders {
		if have == name {
			return nil
		}
	}
	*folders = append(*folders, name)
	return nil
}

// mkdir makes a folder where there is none.
func (d disk) mkdir(name string) error {
	if info, err := d.Lstat(name); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("%s: not a folder", name)
		}
		return nil
	}
	if err := fault("mkdir", name); err != nil {
		return err
	}
	err := d.Mkdir(name, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil // another session was faster
	}
	return err
}

// write makes a file that is whole on the disk when it returns.
func (d disk) write(name string, data []byte, mode fs.FileMode) error {
	if err := fault("create", name); err != nil {
		return err
	}
	f, err := d.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err = fault("write", name); err == nil {
		_, err = f.Write(data)
	}
	return errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
}

func (d disk) rename(from, to string) error {
	if err := fault("rename", to); err != nil {
		return err
	}
	return d.Rename(from, to)
}

func (d disk) remove(name string) error {
	if err := fault("remove", name); err != nil {
		return err
	}
	return d.Remove(name)
}

func (d disk) removeAll(name string) error {
	if err := fault("remove", name); err != nil {
		return err
	}
	return d.RemoveAll(name)
}

// sync makes a folder's names last. Not every system can.
func (d disk) sync(folder string) error {
	if err := fault("sync", folder); err != nil {
		return err
	}
	f, err := d.Open(folder)
	if err != nil {
		return err
	}
	err = f.Sync()
	if runtime.GOOS == "windows" || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return errors.Join(err, f.Close())
}
