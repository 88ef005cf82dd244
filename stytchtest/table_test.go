package stytchtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

type row struct {
	place
	Name string   `json:"name"`
	Tags []string `json:"tags"`
}

func (r *row) keys() []key {
	keys := []key{{byID, r.Name}}
	for _, tag := range r.Tags {
		keys = append(keys, key{bySlug, tag})
	}
	return keys
}

// TestTable adds, changes and removes records in a random order, and compares
// every look-up with a walk through a list.
func TestTable(t *testing.T) {
	t.Run("hashes that differ", randomTable)
	t.Run("keys that share hashes", func(t *testing.T) {
		before := slotOf
		defer func() { slotOf = before }()
		slotOf = func(k key) slot { return before(k) % 7 }
		randomTable(t)
	})
}

func randomTable(t *testing.T) {
	var tab table[row, *row]
	var list []*row
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string { return fmt.Sprint(random.IntN(40)) }
	change := func(r *row) { r.Name, r.Tags = word(), []string{word(), word() + "x", ""}[:random.IntN(4)] }
	for step := range 4000 {
		switch random.IntN(6) {
		case 0, 1:
			r := &row{}
			change(r)
			tab.add(r)
			if random.IntN(2) == 0 {
				change(r) // after it is in the table
			}
			list = append(list, r)
		case 2, 3:
			if r := tab.find(byID, word()); r != nil {
				change(r)
			}
		case 4:
			if r := tab.find(byID, word()); r != nil {
				tab.remove(r)
				list = slices.DeleteFunc(list, func(other *row) bool { return other == r })
			}
		case 5:
			tab.rest()
			if random.IntN(200) == 0 { // so that the table has many gaps
				for len(list) > 2 {
					tab.remove(list[0])
					list = list[1:]
				}
			}
		}
		for _, k := range []key{{byID, word()}, {bySlug, word()}, {bySlug, word() + "x"}, {bySlug, ""}} {
			var want []*row
			for _, r := range list {
				if k.text != "" && slices.Contains(r.keys(), k) {
					want = append(want, r)
				}
			}
			if got := tab.list(k.kind, k.text); !slices.Equal(got, want) {
				t.Fatalf("step %d: %v lists %v, want %v", step, k, got, want)
			}
			if got := tab.find(k.kind, k.text); len(want) == 0 && got != nil || len(want) > 0 && got != want[0] {
				t.Fatalf("step %d: %v finds %v, want the first of %v", step, k, got, want)
			}
		}
		if got := slices.Collect(tab.all()); !slices.Equal(got, list) {
			t.Fatalf("step %d: %d records, want %d", step, len(got), len(list))
		}
	}
}

func TestTableAsJSON(t *testing.T) {
	var tab, again table[row, *row]
	if data := must(json.Marshal(tab))(t); string(data) != "[]" {
		t.Errorf("an empty table is %s", data)
	}
	for _, name := range []string{"a", "b", "c"} {
		tab.add(&row{Name: name})
	}
	tab.remove(tab.find(byID, "b"))
	data := must(json.Marshal(tab))(t)
	if want := `[{"name":"a","tags":null},{"name":"c","tags":null}]`; string(data) != want {
		t.Errorf("%s, want %s", data, want)
	}
	if err := json.Unmarshal(data, &again); err != nil || again.find(byID, "c") == nil || again.find(byID, "b") != nil {
		t.Errorf("read: %v", err)
	}
	for _, wrong := range []string{`[null]`, `{}`, `[{"nam":"a"}]`} {
		if err := json.Unmarshal([]byte(wrong), &again); err == nil {
			t.Errorf("%s was read", wrong)
		}
	}
}

// TestSweep adds records while the earlier ones die.
func TestSweep(t *testing.T) {
	var tab table[row, *row]
	for n := range 1000 {
		tab.add(&row{Name: fmt.Sprint(n)})
		tab.sweep(func(r *row) bool { return r.Name != fmt.Sprint(n) })
		tab.rest()
	}
	if tab.size > 100 {
		t.Errorf("%d records are left, of which one is alive", tab.size)
	}
}

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
