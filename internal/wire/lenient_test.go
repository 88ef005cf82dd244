package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// readSample reads a text leniently.
func readSample(src string) (s sample, misfits int, err error) {
	r := NewReader(src)
	r.Lenient()
	s.readJSON(r)
	return s, r.Misfits(), r.End()
}

// TestLenientLeavesEmpty reads values that do not fit, each between two that do.
func TestLenientLeavesEmpty(t *testing.T) {
	for _, field := range []string{
		`"b":"true"`, `"b":1`, `"b":[true]`, `"bb":"true"`, `"bb":{}`,
		`"e":1`, `"e":["red"]`, `"ee":false`, `"e":"\ud83d"`, `"ee":"\ude00"`, "\"ee\":\"\xff\"",
		`"f":"1.5"`, `"f":1e999`, `"ff":{}`, `"ff":-1e999`,
		`"i":"42"`, `"i":42.0`, `"i":4e1`, `"i":9223372036854775808`, `"ii":"42"`, `"ii":1.5`,
		`"s":1`, `"s":{"a":[1,{"b":"c"}]}`, `"s":"a\ud83dz"`, `"ss":true`, "\"ss\":\"a\xffz\"",
		`"t":""`, `"t":"yesterday"`, `"t":1772444467`, `"t":"2026-03-02T09:41:07+24:00"`, `"t":"2026-03-02T9:41:07Z"`,
		`"t":"2026-03-02 09:41:07Z"`, `"t":"2026-03-02T12:00:60Z"`, `"t":"2026-02-30T00:00:00Z"`, `"t":"2026-03-02T09:41:07\ud83d"`,
		`"tt":""`, `"tt":"0"`, `"tt":[]`, `"tt":"2026-03-02T23:59:60+01:00"`,
		`"o":"x"`, `"o":[{"x":"a"}]`, `"oo":1`, `"oo":[]`, `"oo":"{}"`,
		`"le":"red"`, `"le":{"0":"red"}`, `"ls":"a"`, `"ls":1`, `"lo":{}`, `"lo":"a"`, `"mo":[]`, `"mo":"a"`, `"ma":[]`, `"ma":"a"`, `"ma":1`,
	} {
		got, misfits, err := readSample(`{"mo":{"k":{"y":1}},` + field + `,"new":1}`)
		if strings.HasPrefix(field, `"mo"`) {
			got, misfits, err = readSample(`{` + field + `,"new":1}`)
			got.MO = map[string]inner{"k": {Y: 1}}
		}
		if want := (sample{MO: map[string]inner{"k": {Y: 1}}}); err != nil || misfits == 0 || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %d misfits and %v", field, got, misfits, err)
		}
		r := NewReader(`{` + field + `}`)
		if new(sample).readJSON(r); r.End() == nil {
			t.Errorf("%s: no error of a strict Reader", field)
		}
	}
}

func TestLenientLists(t *testing.T) {
	got, misfits, err := readSample(`{
		"le":["red",null,1,"blue",["x"],"\ud83d"],
		"ls":[{},"a",null,"b",true,"\ude00","c"],
		"lo":[null,{"i":1},"x",{"i":"2"},[{"i":3}],{"i":4,"lo":[5,{"i":6}]}],
		"mo":{"a":null,"b":{"y":1},"c":[],"d":{"y":"2"}}
	}`)
	want := sample{
		LE: []color{"red", "blue"},
		LS: []string{"a", "b", "c"},
		LO: []sample{{I: 1}, {}, {I: 4, LO: []sample{{I: 6}}}},
		MO: map[string]inner{"b": {Y: 1}, "d": {}},
	}
	if err != nil || misfits != 4+4+3+1+1+2+1 || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %d misfits and %v, want %+v", got, misfits, err, want)
	}
}

func TestLenientFreeForm(t *testing.T) {
	got, misfits, err := readSample("{\"ma\":{\"a\":\"x\\ud83dy\",\"\\ude00\":[null,\"\xff\"],\"a\":2,\"n\":null}}")
	want := sample{MA: map[string]any{"a": "x\ufffdy", "\ufffd": []any{nil, "\ufffd"}, "n": nil}}
	if err != nil || misfits != 4 || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %d misfits and %v", got, misfits, err)
	}
}

// TestLenientDuplicates checks that the first value of a repeated name counts, in objects of any size.
func TestLenientDuplicates(t *testing.T) {
	for _, others := range []int{0, fewNames + 1} {
		var b strings.Builder
		for i := range others {
			fmt.Fprintf(&b, `"other%d":0,`, i)
		}
		var names []string
		r := NewReader(`{"i":1,` + b.String() + `"i":2,"o":{"y":1,"y":{"y":2}},"o":5,"i":"3","s":"a"}`)
		r.Lenient()
		r.OnRepeat(func(name string) { names = append(names, name) })
		var got sample
		got.readJSON(r)
		if err := r.End(); err != nil || !reflect.DeepEqual(got, sample{I: 1, O: inner{Y: 1}, S: "a"}) || strings.Join(names, " ") != "i y o i" {
			t.Errorf("beside %d others: got %+v, repeated %q, and %v", others, got, names, err)
		}
	}
}

// TestLenientErrors checks texts that are errors even for a lenient Reader: they are not JSON.
func TestLenientErrors(t *testing.T) {
	for _, src := range []string{
		``, `{`, `{"s":"a"`, `{"s":}`, `{"s":tru}`, `{"b":tru}`, `{"b":fals`, `{"s":nul}`, `{"i":01}`, `{"i":-}`, `{"i":+1}`, `{"f":NaN}`,
		`{"s":"\x"}`, `{"s":"\u12"}`, "{\"s\":\"\n\"}", `{"s":"a}`, `{"s":"a"}}`, `{"s":"a"} {}`, `{'s':'a'}`, `{"s" "a"}`, `{"s":"a",}`,
		`{"ls":[1,]}`, `{"ls":[1 2]}`, `{"ls":1]`, `{"s":[}]}`, `{"s":{]}`, `{"new":[1,}`, `{"t":"2026}`,
		`{"s":` + strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth) + `}`,
	} {
		if _, _, err := readSample(src); err == nil {
			t.Errorf("%.40s: no error", src)
		}
	}
}

func TestEssential(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"all", `{"id":"x","text":"","object":{"id":"y"},"list":[]}`, ""},
		{"no id", `{"text":"","object":{"id":"y"},"list":[]}`, "want an object with id, got one without (offset 41)"},
		{"null for the id", `{"id":null}`, "id: want a string, got null (offset 6)"},
		{"number for the id", `{"id":17}`, "id: want a string, got a number (offset 6)"},
		{"empty id", `{"id":""}`, "id: want a string that is not empty, got an empty one (offset 6)"},
		{"malformed id", `{"id":"a\ud83d"}`, "id: want a string of valid Unicode, got another (offset 6)"},
		{"null for the text", `{"id":"x","text":null}`, "text: want a string, got null (offset 17)"},
		{"list for the object", `{"object":[]}`, "object: want an object, got an array (offset 10)"},
		{"null for the object", `{"object":null}`, "object: want an object, got null (offset 10)"},
		{"object for the list", `{"list":{}}`, "list: want an array, got an object (offset 8)"},
		{"object without an id", `{"id":"x","text":"","object":{"id":5},"list":[]}`, "want an object with object.id, got one without (offset 48)"},
		{"id twice", `{"id":"x","text":"","object":{"id":"y"},"list":[],"id":"z"}`, "want an object with id once, got one with a duplicate (offset 59)"},
		{"id of the object twice", `{"id":"x","text":"","object":{"id":"y","id":"y"},"list":[]}`, "want an object with object.id once, got one with a duplicate (offset 59)"},
		{"another name twice", `{"new":1,"id":"x","text":"","object":{"id":"y","new":1,"new":2},"list":[{"id":"y","id":"y"}],"new":2}`, ""},
		{"another error comes first", `{"id":"x"`, "id: want a comma or '}', got the end of the text (offset 9)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := NewReader(test.src)
			r.Lenient()
			var object struct{ id string }
			for r.BeginObject(); r.NextField(); {
				switch r.Name() {
				case "id":
					r.EssentialString(1)
				case "text":
					r.EssentialString(0)
				case "object":
					r.EssentialObject()
					for r.BeginObject(); r.NextField(); {
						if r.Name() == "id" {
							object.id = r.String()
						} else {
							r.Unknown()
						}
					}
				case "list":
					r.EssentialArray()
					r.Skip()
				default:
					r.Unknown()
				}
			}
			r.Want("id", "text", "object", "list")
			r.WantIn("object.id", object.id != "")
			if got := r.End(); test.want == "" && got != nil || test.want != "" && (got == nil || got.Error() != test.want) {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

func TestEssentialStringLength(t *testing.T) {
	for src, ok := range map[string]bool{`"abc"`: true, `"äöü"`: true, `"äö"`: false, `"ab"`: false, `"12345678901234567890"`: true, `""`: false} {
		r := NewReader(src)
		if got := r.EssentialString(3); (r.Err() == nil) != ok || (got != "") != ok {
			t.Errorf("%s: got %q and %v", src, got, r.Err())
		}
	}
}

func TestWantAny(t *testing.T) {
	for src, want := range map[string]string{
		`{"a":null}`: "", `{"x":1,"b":[]}`: "", `{}`: "want an object with a or b, got one without (offset 2)", `{"x":{"a":1}}`: "want an object with a or b, got one without (offset 13)",
	} {
		r := NewReader(src)
		r.Lenient()
		for r.BeginObject(); r.NextField(); {
			r.Skip()
		}
		r.WantAny("a", "b")
		if got := r.End(); want == "" && got != nil || want != "" && (got == nil || got.Error() != want) {
			t.Errorf("%s: got %v, want %s", src, got, want)
		}
	}
}

func TestIsUsualTime(t *testing.T) {
	for text, want := range map[string]bool{
		"2026-03-02T09:41:07Z": true, "2026-03-02T09:41:07.5+05:45": true, "2026-03-02t09:41:07Z": false, "2026-03-02T09:41:07z": false,
		"2016-12-31T23:59:60Z": false, "": false, "2026-03-02T9:41:07Z": false, "2026-03-02T09:41:07,5Z": false, "2026-03-02T09:41:07+24:00": false,
	} {
		if IsUsualTime(text) != want {
			t.Errorf("%q: %t, want %t", text, !want, want)
		}
	}
}

// TestLenientForgetsNames checks that a Reader in a pool keeps no name of an answer alive.
func TestLenientForgetsNames(t *testing.T) {
	for _, src := range []string{`{"a":1,"a":2,"a":3}`, `{"a":{"b":1,"b":2},"a":{"c":{"d":1,"d":[}`, `{"a":1,"b":{"c":`} {
		r := NewReader(src)
		r.Lenient()
		r.Skip()
		r.Reset("")
		for i, name := range r.names[:cap(r.names)] {
			if name != "" {
				t.Errorf("%s: name %d is %q", src, i, name)
			}
		}
	}
}

func TestReadLenientForgets(t *testing.T) {
	if err := ReadLenient(`{"s":1}`, func(r *Reader) { new(sample).readJSON(r) }); err != nil {
		t.Fatal(err)
	}
	for range 100 { // the pool may return the same Reader
		if err := Read(`{"s":1}`, func(r *Reader) { new(sample).readJSON(r) }); err == nil {
			t.Fatal("a strict Reader is lenient")
		}
	}
}

// FuzzLenient checks that a lenient Reader fails only if the text is not JSON. It must find no misfits
// exactly if a strict Reader finds no error, and then both must have the same values.
func FuzzLenient(f *testing.F) {
	addSeeds(f)
	f.Add(`{"t":"2026-03-02t09:41:07z","tt":"2016-12-31T23:59:60Z","ls":["a",1],"lo":[{"s":"\ud83d"},5],"i":1,"i":2}`)
	f.Fuzz(func(t *testing.T, src string) {
		got, misfits, err := readSample(src)
		checkError(t, src, err)
		if (err == nil) != json.Valid([]byte(src)) {
			t.Fatalf("error %v, but the text is valid: %t", err, err != nil)
		}
		var want sample
		r := NewReader(src)
		want.readJSON(r)
		strict := r.End()
		switch {
		case err != nil:
		case misfits == 0 && strict != nil:
			t.Errorf("no misfit, but an error of a strict Reader: %v", strict)
		case misfits > 0 && strict == nil && !hasNullElement(src):
			t.Errorf("%d misfits, but no error of a strict Reader", misfits)
		case misfits == 0 && !reflect.DeepEqual(got, want):
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

// hasNullElement reports whether a list contains null, which a strict Reader reads as an empty value.
func hasNullElement(src string) bool {
	decoder := json.NewDecoder(strings.NewReader(src))
	decoder.UseNumber()
	var lists []bool
	for {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		switch token {
		case json.Delim('['), json.Delim('{'):
			lists = append(lists, token == json.Delim('['))
		case json.Delim(']'), json.Delim('}'):
			lists = lists[:len(lists)-1]
		case nil:
			if len(lists) > 0 { // an inner object may contain one, too
				return true
			}
		}
	}
}

// FuzzTime checks that time.Parse accepts every time that a Reader accepts, after changing it to
// capitals and removing the leap second.
func FuzzTime(f *testing.F) {
	for _, text := range []string{"2026-03-02T09:41:07Z", "2026-03-02t09:41:07.25z", "2016-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00", "2026-03-02T09:41:0\u017fz"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := parseTime(text)
		if !ok {
			if !got.IsZero() {
				t.Errorf("%v, and not ok", got)
			}
			return
		}
		usual := strings.NewReplacer("t", "T", "z", "Z").Replace(text)
		if seconds := len("2006-01-02T15:04:"); usual[seconds:seconds+2] == "60" {
			usual = usual[:seconds] + "59" + usual[seconds+2:]
			got = got.Add(-time.Second)
		}
		if want, err := time.Parse(time.RFC3339, usual); err != nil || !got.Equal(want) {
			t.Errorf("got %v, want %v (%v)", got, want, err)
		}
	})
}
