package wiretest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

type shape interface{ sides() }

type (
	circle struct {
		Radius int `json:"radius"`
	}
	square struct {
		Side int `json:"side"`
	}
	drawing struct {
		Shape  shape   `json:"shape"`
		Others []shape `json:"others"`
	}
)

func (circle) sides() {}
func (square) sides() {}

// TestUnions fills a union that is in no list with each of its variants, one in each turn.
func TestUnions(t *testing.T) {
	var found []string
	for turn, turns := 0, 1; turn < turns; turn++ {
		f := &filler{variants: []reflect.Type{reflect.TypeFor[circle](), reflect.TypeFor[square]()}, turn: turn}
		var d drawing
		f.fill(reflect.ValueOf(&d).Elem(), "")
		found, turns = append(found, fmt.Sprintf("%T of %d", d.Shape, len(d.Others))), f.turns
	}
	if want := []string{"wiretest.circle of 2", "wiretest.square of 2"}; !slices.Equal(found, want) {
		t.Errorf("got %v, want %v", found, want)
	}
}
