package wire

import (
	"encoding/json"
	"fmt"
	"time"
)

// Map writes a free-form object. Names are sorted, so that equal maps give equal bytes, and values are
// encoded as json.Marshal encodes them. A nil map is written as an empty object, because a required
// field must have one; a nil map inside it is null.
//
// Invalid UTF-8 is an error in names, strings and lists of strings. In other types, json.Marshal
// replaces it.
func (w *Writer) Map(m map[string]any) {
	WriteMap(w, m, (*Writer).any)
}

// Maps writes an array of free-form objects. It is empty for nil.
func (w *Writer) Maps(s []map[string]any) {
	WriteSlice(w, s, func(m *map[string]any, w *Writer) { w.Map(*m) })
}

// Any writes a value of any type, as Map writes those of an object.
func (w *Writer) Any(v any) { w.any(v) }

// any writes a value of any type. The common types of free-form data need no reflection.
func (w *Writer) any(v any) {
	if w.err != nil {
		return // a map that contains itself ends at the depth limit
	}
	switch v := v.(type) {
	case nil:
		w.Null()
	case string:
		w.String(v)
	case bool:
		w.Bool(v)
	case int:
		w.Int(v)
	case float64:
		w.Float(v)
	case json.Number:
		w.number(string(v))
	case time.Time:
		w.Time(v)
	case map[string]any:
		if v == nil {
			w.Null()
		} else {
			w.Map(v)
		}
	case []any:
		if v == nil {
			w.Null()
		} else {
			WriteSlice(w, v, func(element *any, w *Writer) { w.any(*element) })
		}
	case []string:
		if v == nil {
			w.Null()
		} else {
			w.Strings(v)
		}
	default:
		w.marshal(v)
	}
}

// number writes a number from its text.
func (w *Writer) number(s string) {
	w.separate()
	if s == "" || numberLen(s) != len(s) {
		w.fail("a json.Number that holds a number", "other text")
		return
	}
	w.buf = append(w.buf, s...)
}

// marshal writes what encoding/json makes of v, if that follows the strict rules. It shows neither the
// error nor the text of encoding/json, because both may quote the value.
func (w *Writer) marshal(v any) {
	w.separate()
	text, err := json.Marshal(v)
	if err != nil {
		w.fail("a value that encoding/json can write", fmt.Sprintf("one of type %T that it cannot", v))
		return
	}
	r := NewReader(string(text))
	r.Skip()
	if r.End() != nil {
		w.fail("a value that is strict JSON", fmt.Sprintf("one of type %T that is not", v))
		return
	}
	w.buf = append(w.buf, text...)
}
