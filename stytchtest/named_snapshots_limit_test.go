package stytchtest

import (
	"errors"
	"testing"
)

// TestMemoryOfNamedSnapshots fills the memory up.
func TestMemoryOfNamedSnapshots(t *testing.T) {
	srv := NewServer(t)
	first := must(srv.SaveSnapshot("first"))(t)
	if err := srv.DeleteSnapshot("first"); err != nil {
		t.Fatal(err)
	}
	other := must(srv.NewProject())(t)
	must(other.SaveSnapshot("other"))(t)
	used := srv.snapshotMemory.Load()
	srv.snapshotMemory.Add(maxSnapshotMemory - used - 64)
	must(srv.SaveSnapshot("second"))(t) // in the place of the deleted one
	if err := srv.UndeleteSnapshot("first"); !errors.Is(err, ErrNoSnapshot) {
		t.Errorf("a deleted snapshot took memory that another one needed: %v", err)
	}
	if _, err := srv.SaveSnapshot("third"); !errors.Is(err, ErrSnapshotLimit) {
		t.Errorf("there is no limit to the memory: %v", err)
	}
	if err := srv.RemoveProject(other.ID); err != nil {
		t.Fatal(err)
	}
	must(srv.SaveSnapshot("third"))(t)
	for _, name := range []string{"second", "third"} {
		if err := srv.DeleteSnapshot(name); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := srv.snapshotMemory.Load(), maxSnapshotMemory-used+int64(first.Bytes); got < want-200 || got > want+200 {
		t.Errorf("%d bytes are used, want about %d: those of the snapshot that can be brought back", got, want)
	}
}
