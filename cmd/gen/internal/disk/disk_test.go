package disk

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// setFault calls a function before each change of the disk, until the test ends.
func setFault(t *testing.T, before func(n int, change, name string) error) (changes *int) {
	t.Helper()
	previous := fault
	t.Cleanup(func() { fault = previous })
	changes = new(int)
	fault = func(change, name string) error {
		*changes++
		return before(*changes, change, name)
	}
	return changes
}

// oldTree and newTree differ in files that are added, changed and removed.
var (
	oldTree = map[string]string{"a/first.go": "old", "a/gone.go": "gone", "README.md": "before", "a/stays.go": "same"}
	newTree = map[string]string{
		"a/first.go": "new", "b/c/second.go": "second", "b/third.go": "third", "a/added.go": "", "README.md": "after", "a/stays.go": "same",
	}
)

// module makes a root with the old tree.
func module(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	for name, data := range oldTree {
		put(t, filepath.Join(root, name), data)
	}
	return root
}

func put(t *testing.T, name, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

// list returns every file below root with its content, or with where it leads.
func list(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if entry.Type()&fs.ModeSymlink != 0 {
			to, err := os.Readlink(path)
			files[filepath.ToSlash(rel)] = "-> " + to
			return err
		}
		data, err := os.ReadFile(path)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// changes lead from what a root holds to the new tree.
func changes(t *testing.T, root string) []Change {
	t.Helper()
	now := list(t, root)
	var all []Change
	for name := range oldTree {
		if _, stays := newTree[name]; !stays && now[name] != "" {
			all = append(all, Change{Path: name, Before: []byte(now[name])})
		}
	}
	for name, want := range newTree {
		c := Change{Path: name, After: []byte(want)}
		if have, ok := now[name]; ok {
			c.Before = []byte(have)
		}
		if c.Before == nil || string(c.Before) != want {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return all
}

var folders = []string{".", "a", "b", "b/c", "absent"}

func TestWrite(t *testing.T) {
	root := module(t)
	if err := Write(root, folders, changes(t, root)); err != nil {
		t.Fatal(err)
	}
	if now := list(t, root); !maps.Equal(now, newTree) {
		t.Errorf("the tree is %v, want %v", now, newTree)
	}
}

// finish runs again after a write that did not end well.
func finish(t *testing.T, root string) {
	t.Helper()
	if err := Write(root, folders, changes(t, root)); err != nil {
		t.Errorf("the next run: %v", err)
	}
	if now := list(t, root); !maps.Equal(now, newTree) {
		t.Errorf("after the next run, the tree is %v", now)
	}
}

// oldOrNew wants each file to be the old or the new one. What is not finished has a name of its own.
func oldOrNew(t *testing.T, now map[string]string) (newOnes, unfinished int) {
	t.Helper()
	for name, data := range now {
		was, isOld := oldTree[name]
		want, isNew := newTree[name]
		switch {
		case strings.HasPrefix(filepath.Base(name), partial):
			unfinished++
		case isNew && data == want:
			if !isOld || was != data {
				newOnes++
			}
		case isOld && data == was:
		default:
			t.Errorf("%s holds %q, want %q or %q", name, data, was, want)
		}
	}
	for name := range oldTree {
		_, isThere := now[name]
		if _, stays := newTree[name]; stays && !isThere {
			t.Errorf("%s is gone", name)
		}
	}
	return newOnes, unfinished
}

// countChanges returns how many changes of the disk lead to the new tree.
func countChanges(t *testing.T) int {
	t.Helper()
	root := module(t)
	n := setFault(t, func(int, string, string) error { return nil })
	if err := Write(root, folders, changes(t, root)); err != nil {
		t.Fatal(err)
	}
	if *n < 15 {
		t.Fatalf("only %d changes of the disk were counted", *n)
	}
	return *n
}

// TestEveryFault has each change of the disk fail in its turn, alone and, as on a disk that is full, with
// all that follow. Every file is whole, nothing unfinished is left, and the next run finishes.
func TestEveryFault(t *testing.T) {
	total := countChanges(t)
	for _, all := range []bool{false, true} {
		for n := 1; n <= total; n++ {
			root := module(t)
			want := changes(t, root)
			setFault(t, func(i int, change, name string) error {
				// Removing needs no room.
				if i == n || all && i > n && change != "remove" {
					return &os.PathError{Op: change, Path: name, Err: syscall.ENOSPC}
				}
				return nil
			})
			err := Write(root, folders, want)
			setFault(t, func(int, string, string) error { return nil })
			if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "files were written; run gen again") {
				t.Errorf("change %d: error %v, want one that says why, and what to do", n, err)
			}
			if _, unfinished := oldOrNew(t, list(t, root)); unfinished > 0 {
				t.Errorf("change %d: a file that is not finished is left", n)
			}
			finish(t, root)
		}
	}
}

// TestKilledEverywhere ends a run before each change of the disk, as a kill does: nothing is cleared up.
// Every file is whole, and the next run finishes and clears up.
func TestKilledEverywhere(t *testing.T) {
	type killed struct{}
	total := countChanges(t)
	between, left := 0, 0
	for n := 1; n <= total; n++ {
		root := module(t)
		want := changes(t, root)
		setFault(t, func(i int, _, _ string) error {
			if i == n {
				panic(killed{})
			}
			return nil
		})
		func() {
			defer func() {
				if recover() != any(killed{}) {
					t.Fatalf("change %d was not made", n)
				}
			}()
			_ = Write(root, folders, want)
		}()
		setFault(t, func(int, string, string) error { return nil })
		newOnes, unfinished := oldOrNew(t, list(t, root))
		if newOnes > 0 {
			between++
		}
		left += unfinished
		finish(t, root)
	}
	if between < 5 || left < 5 {
		t.Errorf("the kills met too little: %d between two files, %d unfinished files", between, left)
	}
}

// TestRefusesWhatChanged has a file change between the comparison and the
// writing, in ways that would lose it or lead elsewhere.
func TestRefusesWhatChanged(t *testing.T) {
	outside := t.TempDir()
	tests := []struct {
		name   string
		change func(t *testing.T, root string)
		want   string
	}{
		{"a file is edited", func(t *testing.T, root string) {
			put(t, filepath.Join(root, "README.md"), "edited\n")
		}, "README.md: changed while the generator ran"},
		{"a file appears", func(t *testing.T, root string) {
			put(t, filepath.Join(root, "a/added.go"), "mine")
		}, "a/added.go: changed while"},
		{"a file is read-only", func(t *testing.T, root string) {
			if err := os.Chmod(filepath.Join(root, "a/first.go"), 0o444); err != nil {
				t.Fatal(err)
			}
		}, "a/first.go: read-only"},
		{"a file becomes a link", func(t *testing.T, root string) {
			link(t, filepath.Join(outside, "x"), filepath.Join(root, "a/first.go"))
		}, "a/first.go: not a regular file"},
		{"a file becomes a folder", func(t *testing.T, root string) {
			if err := os.Remove(filepath.Join(root, "a/gone.go")); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(root, "a/gone.go/inside"), "x")
		}, "a/gone.go: not a regular file"},
		{"a folder in place of a file", func(t *testing.T, root string) {
			put(t, filepath.Join(root, "b/third.go/inside"), "x")
		}, "b/third.go: not a regular file"},
		{"a file in place of a folder", func(t *testing.T, root string) {
			put(t, filepath.Join(root, "b"), "x")
		}, "b: not a folder"},
		{"a folder becomes a link", func(t *testing.T, root string) {
			link(t, outside, filepath.Join(root, "b"))
		}, "b: not a folder"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := module(t)
			want := changes(t, root)
			test.change(t, root)
			before := list(t, root)
			err := Write(root, folders, want)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "nothing was changed") {
				t.Errorf("error %v, want %q, and that nothing was changed", err, test.want)
			}
			if after := list(t, root); !maps.Equal(after, before) {
				t.Errorf("the tree is %v, want %v", after, before)
			}
			if entries, _ := os.ReadDir(outside); len(entries) > 0 {
				t.Errorf("something was written outside of the module: %v", entries)
			}
		})
	}
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Remove(at); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	if err := os.Symlink(to, at); err != nil {
		t.Skip("no links here")
	}
}

// TestMode keeps the mode of a file that is replaced.
func TestMode(t *testing.T) {
	root := module(t)
	name := filepath.Join(root, "README.md")
	if err := os.Chmod(name, 0o600); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(root, folders, changes(t, root)); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(name); err != nil || after.Mode() != before.Mode() {
		t.Errorf("the mode is %v, want %v; %v", after.Mode(), before.Mode(), err)
	}
}
