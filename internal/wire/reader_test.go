package wire

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestReadScalars(t *testing.T) {
	text := func(r *Reader) any { return r.String() }
	integer := func(r *Reader) any { return r.Int() }
	float := func(r *Reader) any { return r.Float() }
	boolean := func(r *Reader) any { return r.Bool() }
	moment := func(r *Reader) any { return r.Time() }

	tests := []struct {
		name string
		src  string
		read func(*Reader) any
		want any
	}{
		{"string", `"abc"`, text, "abc"},
		{"string, empty", `""`, text, ""},
		{"string, longer than a word", `"abcdefghijklmnopqrstuvwxyz"`, text, "abcdefghijklmnopqrstuvwxyz"},
		{"string, white space around", " \t\r\n\"abc\" \t\r\n", text, "abc"},
		{"string, beyond ASCII", `"grüße 😀 �"`, text, "grüße 😀 �"},
		{"string, delete character", "\"\x7f\"", text, "\x7f"},
		{"string, short escapes", `"\"\\\/\b\f\n\r\t"`, text, "\"\\/\b\f\n\r\t"},
		{"string, hexadecimal escapes", `"\u0041\u00e9\u20AC\u0000"`, text, "Aé€\x00"},
		{"string, surrogate pair", `"<\ud83d\uDE00>"`, text, "<😀>"},
		{"string, escapes among others", `"one\ntwo, grüße\nthree"`, text, "one\ntwo, grüße\nthree"},
		{"string, null", `null`, text, ""},
		{"integer", `42`, integer, 42},
		{"integer, zero", `0`, integer, 0},
		{"integer, minus zero", `-0`, integer, 0},
		{"integer, largest", fmt.Sprint(math.MaxInt), integer, math.MaxInt},
		{"integer, smallest", fmt.Sprint(math.MinInt), integer, math.MinInt},
		{"integer, null", `null`, integer, 0},
		{"float", `-1.5`, float, -1.5},
		{"float, integer", `3`, float, 3.0},
		{"float, exponent", `1.25e+2`, float, 125.0},
		{"float, large exponent letter", `5E-1`, float, 0.5},
		{"float, too small", `1e-999`, float, 0.0},
		{"float, null", `null`, float, 0.0},
		{"boolean, true", `true`, boolean, true},
		{"boolean, false", `false`, boolean, false},
		{"boolean, null", `null`, boolean, false},
		{"time", `"2026-03-02T09:41:07Z"`, moment, time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)},
		{"time, fraction", `"2026-03-02T09:41:07.25Z"`, moment, time.Date(2026, 3, 2, 9, 41, 7, 250e6, time.UTC)},
		{"time, escaped", `"2026-03-02T09:41:07\u005a"`, moment, time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)},
		{"time, small letters", `"2026-03-02t09:41:07z"`, moment, time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)},
		{"time, leap second", `"2016-12-31T23:59:60Z"`, moment, time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"time, fraction of a leap second", `"1990-06-30t23:59:60.25z"`, moment, time.Date(1990, 7, 1, 0, 0, 0, 250e6, time.UTC)},
		{"time, null", `null`, moment, time.Time{}},
		{"strings", `["a", "b", null]`, func(r *Reader) any { return r.Strings() }, []string{"a", "b", ""}},
		{"strings, empty", `[]`, func(r *Reader) any { return r.Strings() }, []string{}},
		{"strings, null", `null`, func(r *Reader) any { return r.Strings() }, []string(nil)},
		{"enum list", `["red"]`, func(r *Reader) any { return ReadStrings[color](r) }, []color{"red"}},
		{"slice, null", `null`, func(r *Reader) any { return ReadSlice(r, (*inner).readJSON) }, []inner(nil)},
		{"slice, empty", `[ ]`, func(r *Reader) any { return ReadSlice(r, (*inner).readJSON) }, []inner{}},
		{"slice", `[{"x":"1"},null,{"y":2}]`, func(r *Reader) any { return ReadSlice(r, (*inner).readJSON) },
			[]inner{{X: "1"}, {}, {Y: 2}}},
		{"map of objects", `{"a":{"y":1},"":{}}`, func(r *Reader) any { return ReadMap(r, func(r *Reader) (v inner) { v.readJSON(r); return v }) },
			map[string]inner{"a": {Y: 1}, "": {}}},
		{"map of objects, empty", `{}`, func(r *Reader) any { return ReadMap(r, func(r *Reader) (v inner) { v.readJSON(r); return v }) }, map[string]inner{}},
		{"map of objects, null", `null`, func(r *Reader) any { return ReadMap(r, func(r *Reader) (v inner) { v.readJSON(r); return v }) }, map[string]inner(nil)},
		{"free-form", `{"n":123456789012345678901234567890.50,"o":{"b":[true,false,null,"s",[],{}]},"":0}`,
			func(r *Reader) any { return r.Map() },
			map[string]any{
				"n": 123456789012345678901234567890.5,
				"o": map[string]any{"b": []any{true, false, nil, "s", []any{}, map[string]any{}}},
				"":  0.0,
			}},
		{"free-form numbers", `{"n":[3,-0.5,1e3,9007199254740992,-9007199254740992,9007199254740994]}`, func(r *Reader) any { return r.Map() },
			map[string]any{"n": []any{3.0, -0.5, 1000.0, 9007199254740992.0, -9007199254740992.0, 9007199254740994.0}}},
		{"free-form numbers that no float64 holds", `{"n":[9007199254740993,-9007199254740993,1e999,-123456789012345678901234567891]}`,
			func(r *Reader) any { return r.Map() },
			map[string]any{"n": []any{json.Number("9007199254740993"), json.Number("-9007199254740993"), json.Number("1e999"), json.Number("-123456789012345678901234567891")}}},
		{"free-form, empty", `{}`, func(r *Reader) any { return r.Map() }, map[string]any{}},
		{"free-form, null", `null`, func(r *Reader) any { return r.Map() }, map[string]any(nil)},
		{"raw", ` {"a": [1, "\u0041"]} `, func(r *Reader) any { return r.Raw() }, `{"a": [1, "\u0041"]}`},
		{"raw, null", `null`, func(r *Reader) any { return r.Raw() }, `null`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := NewReader(test.src)
			got := test.read(r)
			if err := r.End(); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %#v, want %#v", got, test.want)
			}
			skipped := NewReader(test.src)
			skipped.Skip()
			if err := skipped.End(); err != nil {
				t.Errorf("Skip: %v", err)
			}
		})
	}
}

func TestReadTimeKeepsOffset(t *testing.T) {
	r := NewReader(`"2026-03-02T09:41:07.000000001+05:45"`)
	got := r.Time()
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
	if want := "2026-03-02T09:41:07.000000001+05:45"; got.Format(time.RFC3339Nano) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// TestReadUsualTimes changes each character of a usual time to all characters that times use, and reads
// all days of two years. The fast path for such times must not accept a time that time.Parse rejects.
func TestReadUsualTimes(t *testing.T) {
	check := func(text string) {
		t.Helper()
		r := NewReader(`"` + text + `"`)
		got := r.Time()
		want, err := time.Parse(time.RFC3339, strings.NewReplacer("t", "T", "z", "Z").Replace(text))
		if (r.End() == nil) != (err == nil) || !got.Equal(want) || got.Location() != want.Location() {
			t.Errorf("%q: got %v, %v, want %v, %v", text, got, r.Err(), want, err)
		}
	}
	const usual = "2026-03-02T09:41:07Z"
	for i := range usual {
		for _, c := range "0123456789-:.TZtz+ /x" {
			if text := usual[:i] + string(c) + usual[i+1:]; text[13] == ':' { // time.Parse accepts an hour of one digit
				check(text)
			}
		}
	}
	for month := range 14 {
		for day := range 33 {
			check(fmt.Sprintf("2027-%02d-%02dT23:59:59Z", month, day))
			check(fmt.Sprintf("2028-%02d-%02dT00:00:00Z", month, day))
		}
	}
}

// TestValuesAreApart changes values that the caller got. Values that share an allocation must not affect
// each other.
func TestValuesAreApart(t *testing.T) {
	r := NewReader(`["2026-03-02T09:41:07Z","2026-03-02T09:41:07Z",["a","b"],["c"],"d"]`)
	r.BeginArray()
	r.NextElement()
	first := r.TimePtr()
	r.NextElement()
	second := r.TimePtr()
	r.NextElement()
	list := r.Strings()
	r.NextElement()
	other := r.Strings()
	r.NextElement()
	alone := r.StringPtr()
	if r.NextElement() || r.End() != nil {
		t.Fatal(r.Err())
	}
	*first = time.Time{}
	list[1] = "changed"
	list = append(list, "more", "and more")
	if second.IsZero() || other[0] != "c" || len(other) != 1 || *alone != "d" || len(list) != 4 {
		t.Errorf("after changes to others: %v, %q, %q", second, other, *alone)
	}
}

// TestListsOfStrings reads lists around the size of a block, with strings before and after.
func TestListsOfStrings(t *testing.T) {
	for n := range 4 * blockSize {
		want := make([]string, n)
		for i := range want {
			want[i] = strconv.Itoa(i)
		}
		list, _ := json.Marshal(want)
		r := NewReader(fmt.Sprintf(`["a",%s,%s,"b"]`, list, list))
		r.BeginArray()
		r.NextElement()
		before := r.StringPtr()
		r.NextElement()
		first := r.Strings()
		r.NextElement()
		second := r.Strings()
		r.NextElement()
		after := r.StringPtr()
		if r.NextElement() || r.End() != nil {
			t.Fatal(r.Err())
		}
		if !slices.Equal(first, want) || !slices.Equal(second, want) || first == nil || *before != "a" || *after != "b" {
			t.Errorf("%d strings: %q, %q between %q and %q", n, first, second, *before, *after)
		}
		if cap(first) != n || cap(r.strings) > blockSize {
			t.Errorf("%d strings: a list with room for %d, a block of %d", n, cap(first), cap(r.strings))
		}
	}
}

func TestReadPointers(t *testing.T) {
	type pointers struct {
		b *bool
		f *float64
		i *int
		s *string
		e *color
		t *time.Time
		o *inner
	}
	read := func(src string) (p pointers) {
		r := NewReader(src)
		for r.BeginArray(); r.NextElement(); {
			p.b = r.BoolPtr()
			r.NextElement()
			p.f = r.FloatPtr()
			r.NextElement()
			p.i = r.IntPtr()
			r.NextElement()
			p.s = r.StringPtr()
			r.NextElement()
			p.e = ReadStringPtr[color](r)
			r.NextElement()
			p.t = r.TimePtr()
			r.NextElement()
			p.o = ReadPtr(r, (*inner).readJSON)
		}
		if err := r.End(); err != nil {
			t.Fatal(err)
		}
		return p
	}
	if got := read(`[null,null,null,null,null,null,null]`); got != (pointers{}) {
		t.Errorf("from null: got %+v, want nil pointers", got)
	}
	got := read(`[false,0,0,"","red","0001-01-01T00:00:00Z",{}]`)
	want := pointers{new(bool), new(float64), new(int), new(string), new(color("red")), new(time.Time{}), new(inner)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want pointers to zero values", got)
	}
}

func TestDepthLimit(t *testing.T) {
	for _, brackets := range []string{"[]", "{}"} {
		open, name := brackets[:1], ""
		if open == "{" {
			name = `"a":`
		}
		nested := func(depth int) string {
			return strings.Repeat(open+name, depth-1) + brackets + strings.Repeat(brackets[1:], depth-1)
		}
		if !json.Valid([]byte(nested(maxDepth))) || json.Valid([]byte(nested(maxDepth+1))) {
			t.Errorf("%s: encoding/json has another limit", brackets)
		}
		r := NewReader(nested(maxDepth))
		r.Skip()
		if err := r.End(); err != nil {
			t.Errorf("%s at the limit: %v", brackets, err)
		}
		r.Reset(nested(maxDepth + 1))
		r.Skip()
		if r.End() == nil {
			t.Errorf("%s beyond the limit: no error", brackets)
		}
	}
}

// Objects with more than 64 names use another way to find duplicates.
func TestDuplicatesInLargeObjects(t *testing.T) {
	for _, size := range []int{2, 20, fewNames - 1, fewNames, fewNames + 1, fewNames + 2, 1000} {
		names := make([]string, size)
		for i := range names {
			names[i] = fmt.Sprintf(`"name%d":{"name0":0,"name1":1}`, i)
		}
		r := NewReader("{" + strings.Join(names, ",") + "}")
		r.Skip()
		if err := r.End(); err != nil {
			t.Errorf("%d names: %v", size, err)
		}
		for _, again := range []int{0, size / 2, size - 1} {
			r.Reset("{" + strings.Join(names, ",") + "," + names[again] + "}")
			r.Skip()
			want := fmt.Sprintf("name%d: want each name once, got a duplicate", again)
			if err := r.End(); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%d names: got %v, want %s", size, err, want)
			}
		}
	}
}

func TestReaderAfterError(t *testing.T) {
	r := NewReader(`{"s":1,"ls":["a"]}`)
	for r.BeginObject(); r.NextField(); {
		if s := r.String(); s != "" {
			t.Errorf("got %q", s)
		}
	}
	first := r.Err()
	if first == nil {
		t.Fatal("no error")
	}
	values := []any{
		r.String(), r.StringPtr(), r.Int(), r.IntPtr(), r.Float(), r.FloatPtr(), r.Bool(), r.BoolPtr(),
		r.Time(), r.TimePtr(), r.Strings(), r.Map(), r.Raw(), r.Name(), r.UnknownFields(),
		ReadPtr(r, (*inner).readJSON), ReadSlice(r, (*inner).readJSON), ReadMap(r, func(r *Reader) (v inner) { v.readJSON(r); return v }),
		ReadStrings[color](r), ReadStringPtr[color](r),
	}
	for i, v := range values {
		if !reflect.ValueOf(v).IsZero() {
			t.Errorf("value %d is %#v, want a zero value", i, v)
		}
	}
	r.BeginArray()
	if r.NextElement() {
		t.Error("there is a next element")
	}
	r.BeginObject()
	if r.NextField() {
		t.Error("there is a next field")
	}
	r.Skip()
	r.Unknown()
	if err := r.End(); err != first {
		t.Errorf("got another error: %v", err)
	}
}

func TestZeroReader(t *testing.T) {
	var r Reader
	if err := r.End(); err != nil {
		t.Error(err)
	}
	new(sample).readJSON(&r)
	if r.Err() == nil {
		t.Error("no error for an empty text")
	}
	r.Reset(`{"s":"a"}`)
	var s sample
	s.readJSON(&r)
	if err := r.End(); err != nil || s.S != "a" {
		t.Errorf("got %q, %v", s.S, err)
	}
}

func TestResetForgets(t *testing.T) {
	r := NewReader(`{"new":1,"s":{"deep":[`)
	r.RecordUnknown()
	new(sample).readJSON(r)
	r.Reset(`{"s":"a","new":2}`)
	new(sample).readJSON(r)
	if err := r.End(); err != nil {
		t.Error(err)
	}
	if fields := r.UnknownFields(); fields != nil {
		t.Errorf("got unknown fields %v", fields)
	}
	r.Reset("")
	for _, name := range r.names[:cap(r.names)] {
		if name != "" {
			t.Errorf("keeps %q", name)
		}
	}
}

func TestUnknownFields(t *testing.T) {
	const src = `{
		"new": {"s": [1, 2]},
		"lo": [{}, {"s": "a", "more": null, "oo": {"z": "\u0041"}}],
		"mo": {"a.b": {"odd name": true}, "[0]": {"": -1.5e3}}
	}`
	r := NewReader(src)
	r.RecordUnknown()
	new(sample).readJSON(r)
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
	want := []Field{
		{"new", `{"s": [1, 2]}`},
		{"lo[1].more", `null`},
		{"lo[1].oo.z", `"\u0041"`},
		{`mo."a.b"."odd name"`, `true`},
		{`mo."[0]".""`, `-1.5e3`},
	}
	if got := r.UnknownFields(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestStringsAreNotCopied(t *testing.T) {
	const src = `{"s":"a string without escapes","i":12345,"b":true}`
	var r Reader
	var s sample
	allocs := testing.AllocsPerRun(100, func() {
		r.Reset(src)
		s.readJSON(&r)
		if r.End() != nil {
			t.Error(r.Err())
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations, want 0", allocs)
	}
}

// Every byte at every position, because the fast path reads eight bytes at a time.
func TestTextSeesEveryByte(t *testing.T) {
	for length := range 20 {
		for at := range length {
			for c := range 256 {
				text := []byte(strings.Repeat("~", length))
				text[at] = byte(c)
				want, ok := string(text), plain[c]
				if c == '"' {
					want, ok = want[:at], true
				}
				r := NewReader(`"` + string(text) + `"`)
				got := r.String()
				if err := r.Err(); (err == nil) != ok || ok && got != want {
					t.Fatalf("%q: got %q, %v", text, got, err)
				}
			}
		}
	}
}

func TestWant(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"all", `{"a":1,"b":{"c":2,"d":3},"e":null}`, ""},
		{"in another order", `{"e":[{"x":1}],"b":{},"a":1}`, ""},
		{"one is missing", `{"a":1,"b":{"e":1}}`, "want an object with e, got one without (offset 19)"},
		{"all are missing", `{}`, "want an object with a, got one without (offset 2)"},
		{"null", `null`, "want an object with a, got one without (offset 4)"},
		{"another error comes first", `{"a":1,"a":2}`, "a: want each name once, got a duplicate (offset 7)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := NewReader(test.src)
			for r.BeginObject(); r.NextField(); {
				r.Skip()
			}
			r.Want("a", "b", "e")
			if got := r.End(); test.want == "" && got != nil || test.want != "" && (got == nil || got.Error() != test.want) {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}
