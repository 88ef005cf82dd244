package apichange

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stytchgen/sdk/cmd/gen/internal/diag"
	"github.com/stytchgen/sdk/cmd/gen/internal/load"
	"github.com/stytchgen/sdk/cmd/gen/internal/model"
)

const fixture = "../../testdata/diff/base"

// side reads the test's spec with texts of consumer.yaml replaced.
func side(t *testing.T, replaced ...string) Side {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{load.ConsumerFile, load.B2BFile, load.SharedFile, load.ErrorsFile} {
		data, err := os.ReadFile(fixture + "/spec/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if name == load.ConsumerFile {
			data = []byte(strings.NewReplacer(replaced...).Replace(string(data)))
		}
		files["spec/"+name] = &fstest.MapFile{Data: data}
	}
	var list diag.List
	spec := load.Read(files, "spec", &list)
	spec.Resolve(&list)
	sdk := model.Build(spec, model.Input{}, &list)
	if list.HasErrors() {
		t.Fatal(list.Sorted())
	}
	return Side{spec, sdk}
}

// TestNothingUnseen leaves the library out: whatever it may overlook in a
// field is told as a break that nobody has judged.
func TestNothingUnseen(t *testing.T) {
	for _, test := range []struct{ before, after, want string }{
		{"maximum: 10\n", "maximum: 8\n", "`expiration_minutes` changed from integer, minimum 1, maximum 10, default 2 to integer, minimum 1, maximum 8, default 2"},
		{"default: 2\n", "default: 3\n", "`expiration_minutes` changed from"},
		{"                note:\n", "                remark:\n", "`note` was removed; `remark` was added"},
		{"maxItems: 5\n", "maxItems: 6\n", "`labels` changed from"},
		{"      required: [first, last]\n", "      required: [first]\n", "`UserName.last` changed from required string to string"},
		{"enum: [en, es]", "enum: [en, fr]", "the value `es` was removed; the value `fr` was added"},
		{"description: A language.", "description: The language.", ""},
	} {
		c := &comparison{base: newIndex(side(t)), head: newIndex(side(t, test.before, test.after))}
		c.own()
		var got []string
		for _, change := range c.changes {
			if change.Rule != "unjudged" || change.Level != Major {
				t.Errorf("%q: %+v is not unjudged", test.after, change)
			}
			got = append(got, change.Text)
		}
		if text := strings.Join(got, "; "); !strings.HasPrefix(text, test.want) || test.want == "" && text != "" {
			t.Errorf("%q: got %q, want %q", test.after, text, test.want)
		}
	}
}

// TestEachPlaceOnce wants a change of a shared schema told once, with all its
// calls.
func TestEachPlaceOnce(t *testing.T) {
	changes, err := Compare(side(t), side(t, "enum: [active, pending]", "enum: [active]"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"stytch codes.check", "stytch codes.send"}
	if len(changes) != 1 || !slices.Equal(changes[0].Calls, want) {
		t.Errorf("got %d changes, want one in %v: %+v", len(changes), want, changes)
	}
}
