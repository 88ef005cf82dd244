package tree

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// failAt has the n-th change of the disk fail, and every later one when all is
// set, as on a disk that is full.
func failAt(t *testing.T, n int, all bool, err error) (changes *int) {
	t.Helper()
	changes = new(int)
	before := fault
	t.Cleanup(func() { fault = before })
	fault = func(change, name string) error {
		*changes++
		fails := *changes == n || all && *changes > n
		// What is undone needs no room; only creating and writing does.
		if fails && (!all || change == "create" || change == "write" || change == "mkdir") {
			return &os.PathError{Op: change, Path: name, Err: err}
		}
		return nil
	}
	return changes
}

// twoTrees makes a root with an old tree, and returns a function that compares
// it with a new one that adds, changes and removes files.
func twoTrees(t *testing.T) (root string, differences func() []Difference) {
	t.Helper()
	root = t.TempDir()
	write(t, filepath.Join(root, "a/first_gen.go"), goHeader+"old")
	write(t, filepath.Join(root, "a/gone_gen.go"), goHeader+"gone")
	write(t, filepath.Join(root, "README.md"), "before\n")
	tree := &Tree{
		Files: map[string][]byte{
			"a/first_gen.go": []byte(goHeader + "new"), "b/c/second_gen.go": []byte(goHeader), "b/third_gen.go": []byte(goHeader),
		},
		Stubs:   map[string][]byte{"a/s_manual.go": []byte("package a\n")},
		Regions: map[string]Region{"README.md": {Read: []byte("before\n"), Want: []byte("after\n")}},
		Folders: []string{"a"},
	}
	return root, func() []Difference { return compare(t, tree, root) }
}

// TestEveryFault has each change of the disk fail in its turn, alone and with
// all that follow: the tree is the old one, and the error says so.
func TestEveryFault(t *testing.T) {
	root, differences := twoTrees(t)
	want := differences()
	changes := failAt(t, 0, false, nil)
	if err := writeTree(root, want); err != nil {
		t.Fatal(err)
	}
	total := *changes
	if total < 30 {
		t.Fatalf("only %d changes of the disk were counted", total)
	}
	for _, all := range []bool{false, true} {
		for n := 1; n <= total; n++ {
			root, differences := twoTrees(t)
			want := differences()
			before := list(t, root)
			failAt(t, n, all, syscall.ENOSPC)
			err := writeTree(root, want)
			failAt(t, 0, false, nil)
			after := list(t, root)
			maps.DeleteFunc(after, func(name, _ string) bool { return strings.HasPrefix(name, folder) })
			switch {
			case err == nil && len(after) < len(before): // clearing up failed, which harms nobody
				t.Errorf("change %d: files are missing: %v", n, after)
			case err != nil && !maps.Equal(after, before):
				t.Errorf("change %d, %v: the tree is %v, want %v", n, err, after, before)
			case err != nil && (!errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "nothing was changed")):
				t.Errorf("change %d: error %v, want one that says why, and that nothing was changed", n, err)
			}
			if err := writeTree(root, compareLike(t, differences, err)); err != nil {
				t.Errorf("change %d: the next run: %v", n, err)
			}
			if left := list(t, root); left["a/first_gen.go"] != goHeader+"new" || len(left) != 9 {
				t.Errorf("change %d: after the next run: %v", n, left)
			}
		}
	}
}

// compareLike compares again after a run that failed; one that went well has
// nothing left to do.
func compareLike(t *testing.T, differences func() []Difference, err error) []Difference {
	t.Helper()
	if err == nil {
		return nil
	}
	return differences()
}

// TestUndoFails has the change and then its undoing fail: the next session puts
// the old tree back.
func TestUndoFails(t *testing.T) {
	root, differences := twoTrees(t)
	want := differences()
	before := list(t, root)
	renames := 0
	t.Cleanup(func() { fault = func(string, string) error { return nil } })
	fault = func(change, name string) error {
		if change == "rename" && !strings.HasPrefix(name, folder) {
			if renames++; renames > 2 {
				return syscall.EROFS
			}
		}
		return nil
	}
	err := writeTree(root, want)
	if !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), "next run") {
		t.Fatalf("error %v, want one that tells of the next run", err)
	}
	fault = func(string, string) error { return nil }
	// What somebody writes in the meantime stays.
	write(t, filepath.Join(root, "README.md"), "mine\n")
	before["README.md"] = "mine\n"
	s, err := Begin(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Undone) == 0 {
		t.Error("the session does not say what it put back")
	}
	s.End()
	if after := list(t, root); !maps.Equal(after, before) {
		t.Errorf("the tree is %v, want %v", after, before)
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
			write(t, filepath.Join(root, "README.md"), "edited\n")
		}, "README.md: changed while the generator ran"},
		{"a file appears", func(t *testing.T, root string) {
			write(t, filepath.Join(root, "a/s_manual.go"), "package a // mine\n")
		}, "a/s_manual.go: changed while"},
		{"a file is read-only", func(t *testing.T, root string) {
			if err := os.Chmod(filepath.Join(root, "a/first_gen.go"), 0o444); err != nil {
				t.Fatal(err)
			}
		}, "a/first_gen.go: read-only"},
		{"a file becomes a link", func(t *testing.T, root string) {
			link(t, filepath.Join(outside, "x"), filepath.Join(root, "a/first_gen.go"))
		}, "a/first_gen.go: not a regular file"},
		{"a file becomes a folder", func(t *testing.T, root string) {
			if err := os.Remove(filepath.Join(root, "a/gone_gen.go")); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(root, "a/gone_gen.go/inside"), "x")
		}, "a/gone_gen.go: not a regular file"},
		{"a folder becomes a link", func(t *testing.T, root string) {
			link(t, outside, filepath.Join(root, "b"))
		}, "b: not a folder"},
		{"the session's folder is a link", func(t *testing.T, root string) {
			link(t, outside, filepath.Join(root, folder))
		}, folder + ": not a folder"},
		{"the session's folder is a file", func(t *testing.T, root string) {
			write(t, filepath.Join(root, folder), "x")
		}, folder + ": not a folder"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root, differences := twoTrees(t)
			want := differences()
			test.change(t, root)
			before := list(t, root)
			err := writeTree(root, want)
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

// TestTwoSessions begins a session while another lasts.
func TestTwoSessions(t *testing.T) {
	root := t.TempDir()
	first, err := Begin(root)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Begin(root); err == nil || !strings.Contains(err.Error(), "another gen is at work") {
		t.Errorf("error %v, want one that names the other run", err)
	}
	first.End()
	second, err := Begin(root)
	if err != nil {
		t.Fatal(err)
	}
	second.End()
	if left := list(t, root); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestManySessions has many sessions at once want the tree: one at a time has
// it, and each of them can be had after another.
func TestManySessions(t *testing.T) {
	root := t.TempDir()
	holds := make(chan struct{}, 1)
	done := make(chan error)
	for range 8 {
		go func() {
			for range 50 {
				s, err := Begin(root)
				if err != nil {
					if strings.Contains(err.Error(), "another gen is at work") {
						runtime.Gosched()
						continue
					}
					done <- err
					return
				}
				select {
				case holds <- struct{}{}:
				default:
					done <- errors.New("two sessions at once")
					return
				}
				<-holds
				s.End()
			}
			done <- nil
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestDamagedJournal leaves everything alone when it cannot tell what to undo.
func TestDamagedJournal(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, journalFile), `{"files": [`)
	write(t, filepath.Join(root, oldFolder, "0"), "kept")
	before := list(t, root)
	_, err := Begin(root)
	if err == nil || !strings.Contains(err.Error(), "cannot be put back") || !strings.Contains(err.Error(), "put back by hand what .stytchgen/old holds") {
		t.Errorf("error %v", err)
	}
	after := list(t, root)
	delete(after, lockFile)
	if !maps.Equal(after, before) {
		t.Errorf("the tree is %v, want %v", after, before)
	}
}

// TestJournalLeadsOutside has a journal name files outside of the module.
func TestJournalLeadsOutside(t *testing.T) {
	parent := t.TempDir()
	root := filepath.Join(parent, "module")
	write(t, filepath.Join(parent, "victim"), "old")
	write(t, filepath.Join(root, journalFile), `{"files": [{"path": "../victim", "old": "", "new": "`+hash([]byte("old"))+`"}]}`)
	s, err := Begin(root)
	if err == nil {
		s.End()
	}
	if list(t, parent)["victim"] != "old" {
		t.Error("a file outside of the module was removed")
	}
}

// TestKilledEverywhere ends a run before each change of the disk, as a kill
// does: nothing is cleared up but what the system takes back. The next session
// finds the old tree or the new one, or puts the old one back.
func TestKilledEverywhere(t *testing.T) {
	t.Cleanup(func() { fault = func(string, string) error { return nil } })
	root, differences := twoTrees(t)
	want := differences()
	old := list(t, root)
	if err := writeTree(root, want); err != nil {
		t.Fatal(err)
	}
	fresh := list(t, root)
	kills, between := 0, 0
	for n := 1; ; n++ {
		root, differences := twoTrees(t)
		want := differences()
		if !killedAt(t, root, want, n) {
			break
		}
		kills++
		// The session that puts things right is killed, too, before it is let run.
		left := list(t, root)
		maps.DeleteFunc(left, func(name, _ string) bool { return strings.HasPrefix(name, folder) })
		if !maps.Equal(left, old) && !maps.Equal(left, fresh) {
			between++
		}
		for m := 1; beginKilledAt(t, root, m); m += 3 {
			kills++
		}
		s, err := Begin(root)
		if err != nil {
			t.Fatalf("kill %d: %v", n, err)
		}
		s.End()
		if now := list(t, root); !maps.Equal(now, old) && !maps.Equal(now, fresh) {
			t.Errorf("kill %d: the tree is %v, want %v or %v", n, now, old, fresh)
		}
	}
	t.Logf("%d runs were killed, %d of them between two files", kills, between)
	if kills < 30 || between < 5 {
		t.Error("the kills met too little")
	}
}

type killed struct{}

// killedAt writes a tree, and is killed before the n-th change of the disk.
func killedAt(t *testing.T, root string, differences []Difference, n int) (was bool) {
	t.Helper()
	s, err := Begin(root)
	if err != nil {
		t.Fatal(err)
	}
	killBefore(n)
	defer func() {
		fault = func(string, string) error { return nil }
		if was = recover() == any(killed{}); was { // what the system does
			_ = s.lock.Close()
			_ = s.disk.Close()
		}
	}()
	if err := s.Write(differences); err != nil {
		t.Fatal(err)
	}
	s.End()
	return false
}

// beginKilledAt begins a session, and is killed before the n-th change.
func beginKilledAt(t *testing.T, root string, n int) (was bool) {
	t.Helper()
	opened, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{disk: disk{opened}}
	if s.lock, err = s.disk.lock(root); err != nil {
		t.Fatal(err)
	}
	killBefore(n)
	defer func() {
		fault = func(string, string) error { return nil }
		was = recover() == any(killed{})
		_ = s.lock.Close()
		_ = s.disk.Close()
	}()
	if err := s.recover(); err != nil {
		t.Fatal(err)
	}
	return false
}

func killBefore(n int) {
	changes := 0
	fault = func(string, string) error {
		if changes++; changes == n {
			panic(killed{})
		}
		return nil
	}
}
