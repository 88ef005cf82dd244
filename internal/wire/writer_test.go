package wire

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestWrite(t *testing.T) {
	moment := time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC)
	tests := []struct {
		name  string
		write func(*Writer)
		want  string
	}{
		{"string", func(w *Writer) { w.String("text") }, `"text"`},
		{"string, empty", func(w *Writer) { w.String("") }, `""`},
		{"string, escapes", func(w *Writer) { w.String("\"\\/\b\f\n\r\t\x00\x1f\x7f") }, `"\"\\/\b\f\n\r\t\u0000\u001f` + "\x7f\""},
		{"string, no escapes for HTML", func(w *Writer) { w.String("<a&b>\u2028") }, "\"<a&b>\u2028\""},
		{"string, beyond ASCII", func(w *Writer) { w.String("grüße\n😀�") }, `"grüße\n😀�"`},
		{"integer", func(w *Writer) { w.Int(-42) }, `-42`},
		{"integer, largest", func(w *Writer) { w.Int(math.MaxInt) }, strconv.Itoa(math.MaxInt)},
		{"float", func(w *Writer) { w.Float(-1.5) }, `-1.5`},
		{"float, integer", func(w *Writer) { w.Float(100) }, `100`},
		{"float, minus zero", func(w *Writer) { w.Float(math.Copysign(0, -1)) }, `-0`},
		{"float, largest without exponent", func(w *Writer) { w.Float(123456789e12) }, `123456789000000000000`},
		{"float, smallest with exponent", func(w *Writer) { w.Float(1e21) }, `1e+21`},
		{"float, smallest without exponent", func(w *Writer) { w.Float(1e-6) }, `0.000001`},
		{"float, exponent of one digit", func(w *Writer) { w.Float(1e-7) }, `1e-7`},
		{"float, exponent of two digits", func(w *Writer) { w.Float(2.5e-10) }, `2.5e-10`},
		{"float, exponent of three digits", func(w *Writer) { w.Float(5e-324) }, `5e-324`},
		{"boolean", func(w *Writer) { w.Bool(true) }, `true`},
		{"null", func(w *Writer) { w.Null() }, `null`},
		{"time", func(w *Writer) { w.Time(moment) }, `"2026-03-02T09:41:07Z"`},
		{"time, fraction and offset", func(w *Writer) {
			w.Time(moment.Add(250 * time.Millisecond).In(time.FixedZone("", 5*3600+45*60)))
		}, `"2026-03-02T15:26:07.25+05:45"`},
		{"object, empty", func(w *Writer) { w.BeginObject(); w.EndObject() }, `{}`},
		{"array, empty", func(w *Writer) { w.BeginArray(); w.EndArray() }, `[]`},
		{"strings", func(w *Writer) { w.Strings([]string{"a", "", "["}) }, `["a","","["]`},
		{"strings, none", func(w *Writer) { w.Strings(nil) }, `[]`},
		{"enums", func(w *Writer) { WriteStrings(w, []color{"red", "blue"}) }, `["red","blue"]`},
		{"slice, none", func(w *Writer) { WriteSlice(w, nil, (*inner).writeJSON) }, `[]`},
		{"commas", func(w *Writer) {
			w.BeginObject()
			w.Field("a").String("{")
			w.Field("b").BeginArray()
			w.Int(1)
			w.Null()
			w.BeginObject()
			w.EndObject()
			w.Strings(nil)
			WriteSlice(w, []inner{{X: ":"}, {Y: 1}}, (*inner).writeJSON)
			w.EndArray()
			w.Field("c").BeginObject()
			w.Field("d").Bool(false)
			w.EndObject()
			w.Field("e").Float(0)
			w.EndObject()
		}, `{"a":"{","b":[1,null,{},[],[{"x":":","y":0},{"x":"","y":1}]],"c":{"d":false},"e":0}`},
		{"free-form, none", func(w *Writer) { w.Map(nil) }, `{}`},
		{"free-form, sorted", func(w *Writer) { w.Map(map[string]any{"b": 1, "a\n": 2, "": 3, "é": 4}) },
			`{"":3,"a\n":2,"b":1,"é":4}`},
		{"free-form, common types", func(w *Writer) {
			w.Map(map[string]any{
				"array": []any{nil, true, "<s>", 1, 2.5, json.Number("1e400"), []any{}, map[string]any{}},
				"list":  []string{"x"},
				"time":  moment,
			})
		}, `{"array":[null,true,"<s>",1,2.5,1e400,[],{}],"list":["x"],"time":"2026-03-02T09:41:07Z"}`},
		{"free-form, other types", func(w *Writer) {
			w.Map(map[string]any{
				"bytes":   []byte("abc"),
				"color":   color("red"),
				"pointer": new(uint8(7)),
				"raw":     json.RawMessage(` { "a" : 1 } `),
				"struct":  inner{X: "x"},
			})
		}, `{"bytes":"YWJj","color":"red","pointer":7,"raw":{"a":1},"struct":{"x":"x","y":0}}`},
		{"free-form, nil inside", func(w *Writer) {
			w.Map(map[string]any{"a": []any(nil), "m": map[string]any(nil), "p": (*int)(nil), "s": []string(nil)})
		}, `{"a":null,"m":null,"p":null,"s":null}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var w Writer
			test.write(&w)
			if err := w.Err(); err != nil {
				t.Fatal(err)
			}
			if got := string(w.Bytes()); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if !json.Valid(w.Bytes()) {
				t.Error("encoding/json does not accept it")
			}
		})
	}
}

// An unmarshalable value tries to get its secret into the error.
type unmarshalable struct{ secret string }

func (u unmarshalable) MarshalJSON() ([]byte, error) { return nil, errors.New(u.secret) }

// A twice is a value whose JSON encoding/json accepts and a Reader does not.
type twice struct{}

func (twice) MarshalJSON() ([]byte, error) { return []byte(`{"s":1,"s":2}`), nil }

func TestWriteErrors(t *testing.T) {
	self := map[string]any{}
	self["self"], self["other"] = self, self

	tests := []struct {
		name  string
		write func(*Writer)
		want  string
	}{
		{"value as a whole", func(w *Writer) { w.String("secret\xff") }, `want valid UTF-8, got an invalid byte`},
		{"field", func(w *Writer) {
			w.BeginObject()
			w.Field("a").String("fine")
			w.Field("b").String("secret\xff")
			w.EndObject()
		}, `b: want valid UTF-8, got an invalid byte`},
		{"element of a list in a field", func(w *Writer) {
			w.BeginObject()
			w.Field("a").BeginObject()
			w.Field("b").Strings([]string{"fine", "secret\xff"})
			w.EndObject()
			w.EndObject()
		}, `a.b[1]: want valid UTF-8, got an invalid byte`},
		{"first element", func(w *Writer) { w.Strings([]string{"\xff"}) }, `[0]: want valid UTF-8, got an invalid byte`},
		{"NaN", func(w *Writer) { w.Float(math.NaN()) }, `want a finite number, got NaN or an infinity`},
		{"infinity", func(w *Writer) { w.Float(math.Inf(-1)) }, `want a finite number, got NaN or an infinity`},
		{"year of five digits", func(w *Writer) { w.Time(time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)) },
			`want a time that RFC 3339 can express, got another`},
		{"name in free-form data", func(w *Writer) {
			w.BeginObject()
			w.Field("claims").Map(map[string]any{"a": 1, "secret\xff": 2})
			w.EndObject()
		}, `claims: want valid UTF-8, got an invalid byte`},
		{"value in free-form data", func(w *Writer) {
			w.Map(map[string]any{"a": []any{1, map[string]any{"b": "secret\xff"}}})
		}, `a[1].b: want valid UTF-8, got an invalid byte`},
		{"number in free-form data", func(w *Writer) { w.Map(map[string]any{"a": json.Number("4711 ")}) },
			`a: want a json.Number that holds a number, got other text`},
		{"empty number", func(w *Writer) { w.Map(map[string]any{"a": json.Number("")}) },
			`a: want a json.Number that holds a number, got other text`},
		{"channel", func(w *Writer) { w.Map(map[string]any{"a": make(chan int)}) },
			`a: want a value that encoding/json can write, got one of type chan int that it cannot`},
		{"marshaler that fails", func(w *Writer) { w.Map(map[string]any{"a": unmarshalable{"secret"}}) },
			`a: want a value that encoding/json can write, got one of type wire.unmarshalable that it cannot`},
		{"marshaler that writes a name twice", func(w *Writer) { w.Map(map[string]any{"a": twice{}}) },
			`a: want a value that is strict JSON, got one of type wire.twice that is not`},
		{"map in itself", func(w *Writer) { w.Map(self) },
			strings.TrimPrefix(strings.Repeat(".other", maxPathLevels), ".") + `...: want at most 10000 levels of nesting, got more`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := NewWriter(nil)
			test.write(w)
			w.Float(math.NaN()) // a later error does not replace the first
			err := w.Err()
			if err == nil {
				t.Fatalf("no error, want %s", test.want)
			}
			if err.Error() != test.want {
				t.Errorf("got  %s\nwant %s", err, test.want)
			}
			if w.Bytes() != nil {
				t.Errorf("got %d bytes, want none", len(w.Bytes()))
			}
		})
	}
}

func TestWriterReset(t *testing.T) {
	buf := []byte("something else")
	w := NewWriter(buf)
	w.String("\xff")
	w.Reset(buf)
	w.Int(1)
	if got := string(w.Bytes()); got != "1" || w.Err() != nil {
		t.Errorf("got %q, %v", got, w.Err())
	}
	if &w.Bytes()[0] != &buf[0] {
		t.Error("the buffer was not used")
	}
}

func TestWriterDoesNotAllocate(t *testing.T) {
	s := sample{S: "+15005550006", I: 5, LS: []string{"a", "b"}, LO: make([]sample, 2), T: time.Unix(0, 1).UTC(), F: 0.25}
	buf := make([]byte, 0, 1024)
	var w Writer
	allocs := testing.AllocsPerRun(100, func() {
		w.Reset(buf)
		s.writeJSON(&w)
		if w.Err() != nil {
			t.Error(w.Err())
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations, want 0", allocs)
	}
}

func TestWriteTypedMaps(t *testing.T) {
	w := NewWriter(nil)
	w.BeginObject()
	WriteMap(w.Field("scores"), map[string]float64{"b": 0.5, "a\n": 2}, (*Writer).Float)
	WriteMap(w.Field("lists"), map[string][]string{"x": {"y"}, "none": nil}, (*Writer).Strings)
	WriteMap(w.Field("nil"), nil, (*Writer).Int)
	w.Field("free").Maps([]map[string]any{{"a": 1}, nil})
	w.EndObject()
	const want = `{"scores":{"a\n":2,"b":0.5},"lists":{"none":[],"x":["y"]},"nil":{},"free":[{"a":1},{}]}`
	if got := string(w.Bytes()); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
