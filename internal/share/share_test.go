package share_test

import (
	"testing"

	"github.com/stytchgen/sdk/internal/share"
)

type word string

func (w word) Twice() word { return w + w }

type other struct{}

var _, _ = share.Put(other{}), share.Put(word("ab"))

func TestGet(t *testing.T) {
	if twice := share.Get[interface{ Twice() word }]().Twice(); twice != "abab" {
		t.Errorf("got %q", twice)
	}
}

func TestGetOfNothing(t *testing.T) {
	defer func() {
		if recover() != "no imported package shares the methods of interface { Thrice() int }" {
			t.Error("want a panic that names the methods")
		}
	}()
	share.Get[interface{ Thrice() int }]()
}
