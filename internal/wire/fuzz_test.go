package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// seeds is a small corpus with all kinds of values, and with the cases in which JSON readers differ.
var seeds = []string{
	`{"b":true,"bb":false,"e":"red","ee":"","f":-1.5e3,"ff":0,"i":42,"ii":-7,"s":"text","ss":"\u00e9\ud83d\ude00"}`,
	`{"t":"2026-03-02T09:41:07Z","tt":"2026-03-02T09:41:07.123456789+05:45"}`,
	`{"o":{"x":"a","y":1},"oo":{},"le":["red",null],"ls":[],"lo":[{"lo":[{"i":1}]},{}],"mo":{"k":{"y":2}}}`,
	`{"ma":{"n":123456789012345678901234567890,"l":[true,false,null,"s",[],{}]},"r":{"a": [1.0, 2e-3]}}`,
	`{"bb":null,"ee":null,"ff":null,"ii":null,"ss":null,"tt":null,"oo":null,"ls":null,"ma":null,"r":null}`,
	`{"b":null,"e":null,"f":null,"i":null,"s":null,"t":null,"o":null}`,
	` { "new" : [ { } , { "deep" : [ [ ] ] } ] , "s" : "\"\\\/\b\f\n\r\t\u0000" } `,
	`{"s":"a","s":"b"}`, `{"S":"a"}`, `{"new":{"a":1,"\u0061":2}}`,
	"{\"s\":\"\xff\"}", `{"s":"\ud83d"}`, "{\"s\":\"\n\"}", "\ufeff{}", `{"s":"\ud83d\ude00`,
	`{"i":1.0}`, `{"i":1e2}`, `{"i":-0}`, `{"i":01}`, `{"i":9223372036854775808}`, `{"f":1e999}`, `{"f":-}`,
	`{"t":"2026-03-02T9:41:07Z"}`, `{"t":"2026-03-02T09:41:07,5Z"}`, `{"t":"2026-03-02T09:41:07+24:00"}`, `{"t":""}`,
	`[]`, `null`, `"text"`, ``, `{`, `{"ls":[1,]}`, `{"s":"a"} x`, `<html>`, `{"s" "a"}`, `[[[[{"a":[[`,
}

func addSeeds(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
}

// stricter are the rules of encoding/json/v2 that encoding/json does not have, by Error.Want.
var stricter = []string{
	"each name once",
	"valid UTF-8",
	"a pair of surrogates",
	"a time in the format of RFC 3339", // with hours of two digits, a point, and an offset below a day
}

// FuzzReaderAgainstEncodingJSON checks that a Reader finds the same values and errors as encoding/json,
// except for the stricter rules. It skips texts with a known name in another case, which encoding/json
// accepts.
func FuzzReaderAgainstEncodingJSON(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		var got, want sample
		r := NewReader(src)
		got.readJSON(r)
		err := r.End()
		checkError(t, src, err)

		decoder := json.NewDecoder(strings.NewReader(src))
		decoder.UseNumber()
		wantErr := decoder.Decode(&want)
		if wantErr == nil && !json.Valid([]byte(src)) {
			wantErr = errors.New("more than one value")
		}
		want.freeNumbers()
		switch {
		case err != nil && wantErr != nil:
		case hasNameInAnotherCase(src) || isRareTime(wantErr):
		case wantErr != nil:
			t.Errorf("no error, but encoding/json finds %v", wantErr)
		case err != nil:
			if !slices.Contains(stricter, err.(*Error).Want) {
				t.Errorf("%v, but encoding/json finds none", err)
			}
		default:
			if !sameTimes(&got, &want) || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
	})
}

// freeNumbers converts the numbers in free-form data to those of a Reader.
func (s *sample) freeNumbers() {
	s.MA, _ = freeNumbers(s.MA).(map[string]any)
	for i := range s.LO {
		s.LO[i].freeNumbers()
	}
}

func freeNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			v[name] = freeNumbers(value)
		}
	case []any:
		for i, value := range v {
			v[i] = freeNumbers(value)
		}
	case json.Number:
		return FreeNumber(v)
	}
	return v
}

// FuzzFreeNumber checks that a number in free-form data keeps all its digits, unless it has a fraction
// or an exponent.
func FuzzFreeNumber(f *testing.F) {
	for _, text := range []string{"0", "-0", "3", "1.5", "1e3", "1e999", "9007199254740993", "-18446744073709551616", "123456789012345", "100000000000000000000000"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if numberLen(text) != len(text) || text == "" {
			return
		}
		switch got := FreeNumber(json.Number(text)).(type) {
		case json.Number:
			if string(got) != text || len(text) <= 15 && !strings.ContainsAny(text, "eE") {
				t.Errorf("got the text %s", got)
			}
		case float64:
			want, _ := new(big.Float).SetPrec(2000).SetString(text)
			if whole := !strings.ContainsAny(text, ".eE"); whole && want.Cmp(big.NewFloat(got)) != 0 {
				t.Errorf("got %v", got)
			}
			var v any
			if err := json.Unmarshal([]byte(text), &v); err != nil || v != got {
				t.Errorf("got %v, encoding/json %v (%v)", got, v, err)
			}
		}
	})
}

// isRareTime reports whether an error is about a time. A Reader accepts forms that time.Parse does not.
func isRareTime(err error) bool {
	var rare *time.ParseError
	return errors.As(err, &rare)
}

// checkError checks the rules for all errors.
func checkError(t *testing.T, src string, err error) {
	if err == nil {
		return
	}
	e := err.(*Error)
	if e.Offset < 0 || e.Offset > len(src) || e.Want == "" || e.Got == "" || !utf8.ValidString(e.Path) {
		t.Errorf("incomplete error %#v", e)
	}
}

// hasNameInAnotherCase reports whether a name in src differs only in case from a field of sample or
// inner.
func hasNameInAnotherCase(src string) bool {
	known := []string{"x", "y"}
	for field := range reflect.TypeFor[sample]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		known = append(known, name)
	}
	decoder := json.NewDecoder(strings.NewReader(src))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		s, ok := token.(string) // a name or a value; checking values too is harmless
		if ok && slices.ContainsFunc(known, func(k string) bool { return k != s && strings.EqualFold(k, s) }) {
			return true
		}
	}
}

// sameTimes reports whether all times are equal, and then makes them identical: equal times may have
// different Locations.
func sameTimes(got, want *sample) bool {
	if !got.T.Equal(want.T) || (got.TT == nil) != (want.TT == nil) || len(got.LO) != len(want.LO) {
		return false
	}
	want.T = got.T
	if got.TT != nil {
		if !got.TT.Equal(*want.TT) {
			return false
		}
		want.TT = got.TT
	}
	for i := range got.LO {
		if !sameTimes(&got.LO[i], &want.LO[i]) {
			return false
		}
	}
	return true
}

// FuzzSkip checks that Skip, Raw, Map and Unknown accept the same texts as encoding/json, except for the
// stricter rules.
func FuzzSkip(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		r := NewReader(src)
		r.Skip()
		err := r.End()
		checkError(t, src, err)
		if valid := json.Valid([]byte(src)); err == nil && !valid {
			t.Error("no error, but encoding/json finds one")
		} else if err != nil && valid && !slices.Contains(stricter, err.(*Error).Want) {
			t.Errorf("%v, but encoding/json finds none", err)
		}

		r.Reset(src)
		raw := r.Raw()
		if rawErr := r.End(); !reflect.DeepEqual(err, rawErr) {
			t.Errorf("Raw finds %v, Skip finds %v", rawErr, err)
		}
		if err == nil && raw != strings.Trim(src, " \t\r\n") {
			t.Errorf("Raw returns %q", raw)
		}

		if err != nil || len(src) > maxDepth { // one level more may be too deep
			return
		}
		r.Reset(`{"new":` + src + `}`)
		r.RecordUnknown()
		new(sample).readJSON(r)
		if r.End() != nil || !slices.Equal(r.UnknownFields(), []Field{{"new", raw}}) {
			t.Errorf("Unknown records %v, finds %v", r.UnknownFields(), r.Err())
		}

		r.Reset(`{"free":` + src + `}`)
		free := r.Map()
		if err := r.End(); err != nil {
			t.Fatalf("Map finds %v", err)
		}
		var want map[string]any
		decoder := json.NewDecoder(strings.NewReader(`{"free":` + src + `}`))
		decoder.UseNumber()
		if err := decoder.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(free, freeNumbers(want)) {
			t.Errorf("Map returns %v, want %v", free, want)
		}
	})
}

// FuzzWriter writes values that can be read, and checks that encoding/json and a Reader read the same
// values again.
func FuzzWriter(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		var want, got, again sample
		r := NewReader(src)
		want.readJSON(r)
		if r.End() != nil {
			t.Skip()
		}
		dropUnwritten(&want)

		w := NewWriter(nil)
		want.writeJSON(w)
		if err := w.Err(); err != nil {
			t.Fatal(err)
		}
		text := w.Bytes()
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&got); err != nil {
			t.Fatalf("encoding/json: %v in %s", err, text)
		}
		got.freeNumbers()
		if !sameTimes(&want, &got) || !reflect.DeepEqual(got, want) {
			t.Errorf("encoding/json: got %+v, want %+v", got, want)
		}
		r.Reset(string(text))
		again.readJSON(r)
		if err := r.End(); err != nil {
			t.Fatalf("Reader: %v in %s", err, text)
		}
		if !sameTimes(&want, &again) || !reflect.DeepEqual(again, want) {
			t.Errorf("Reader: got %+v, want %+v", again, want)
		}
	})
}

// dropUnwritten removes what writeJSON does not write.
func dropUnwritten(s *sample) {
	s.MO, s.R = nil, nil
	for i := range s.LO {
		dropUnwritten(&s.LO[i])
	}
}

// FuzzWriterString checks that encoding/json reads a written string back, as a value and as a name. Only
// invalid UTF-8 may be an error.
func FuzzWriterString(f *testing.F) {
	for _, s := range []string{"", "text", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "<&>", "é€😀\u2028\ufffd", "\xff", "a\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w := NewWriter(nil)
		w.Map(map[string]any{s: s})
		if !utf8.ValidString(s) {
			if w.Err() == nil || w.Bytes() != nil {
				t.Errorf("got %q, want an error", w.Bytes())
			}
			return
		}
		if err := w.Err(); err != nil {
			t.Fatal(err)
		}
		var got map[string]string
		if err := json.Unmarshal(w.Bytes(), &got); err != nil {
			t.Fatalf("%v in %s", err, w.Bytes())
		}
		if v, ok := got[s]; !ok || v != s {
			t.Errorf("got %q, want %q twice", got, s)
		}
	})
}

// FuzzWriterNumbers checks that numbers are written exactly as encoding/json writes them. NaN and the
// infinities must be errors, as in encoding/json.
func FuzzWriterNumbers(f *testing.F) {
	for _, v := range []float64{0, math.Copysign(0, -1), 1, -1.5, 1e20, 1e21, 1e-6, 1e-7, math.MaxFloat64, 5e-324, math.NaN(), math.Inf(-1)} {
		f.Add(math.Float64bits(v))
	}
	f.Fuzz(func(t *testing.T, bits uint64) {
		v, n := math.Float64frombits(bits), int(bits)
		w := NewWriter(nil)
		w.Float(v)
		want, err := json.Marshal(v)
		if (w.Err() == nil) != (err == nil) || string(w.Bytes()) != string(want) {
			t.Errorf("Float(%v) writes %q, %v; encoding/json %q, %v", v, w.Bytes(), w.Err(), want, err)
		}
		w.Reset(nil)
		w.Int(n)
		if want, _ := json.Marshal(n); string(w.Bytes()) != string(want) {
			t.Errorf("Int(%d) writes %q", n, w.Bytes())
		}
	})
}
