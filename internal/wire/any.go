package wire

import (
	"encoding/json"
	"fmt"
	"time"
)

// Map writes an object of any shape. Names are sorted, so that equal maps give equal bytes, and values
// are written as json.Marshal writes them. A nil map is an empty object, as a field that is always sent
// must be one; a nil map inside it is null.
//
// Invalid UTF-8 is an error in names, strings and lists of strings; in values of less common types
// json.Marshal replaces it.
func (w *Writer) Map(m map[string]any) {
	WriteMap(w, m, (*Writer).any)
}

// Maps writes an array of objects of any shape. It is empty for nil.
func (w *Writer) Maps(s []map[string]any) {
	WriteSlice(w, s, func(m *map[string]any, w *Writer) { w.Map(*m) })
}

// Any writes a value of any type, as Map writes those of an object.
func (w *Writer) Any(v any) { w.any(v) }

// any writes a value of any type. The common types of free-form data take no reflection.
func (w *Writer) any(v any) {
	if w.err != nil {
		return // so that a map that holds itself ends at the depth limit
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

// number writes a number that is given as its text.
func (w *Writer) number(s string) {
	w.separate()
	if s == "" || numberLen(s) != len(s) {
		w.fail("a json.Number that holds a number", "other text")
		return
	}
	w.buf = append(w.buf, s...)
}

// marshal writes what encoding/json makes of v, if that is as strict as all else.
// Neither its error nor its text is shown: both may quote the value.
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
