package share_test

import (
	"testing"

	"github.com/stytchgen/sdk/internal/share"
)

type word string

func (w *word) double() { *w += *w }

var _ = share.Put((*word).double)

func TestGet(t *testing.T) {
	w := word("ab")
	share.Get[func(*word)]()(&w)
	if w != "abab" {
		t.Errorf("got %q", w)
	}
}

func TestGetOfNothing(t *testing.T) {
	defer func() {
		if recover() != "no imported package shares a func(int)" {
			t.Error("want a panic that names the type")
		}
	}()
	share.Get[func(int)]()
}
