package wire

import (
	"encoding/json"
	"time"
)

// sample has a field for each kind of value, and reads and writes them like generated code. Its names
// are one letter for the kind, doubled if it is optional.
type sample struct {
	B  bool             `json:"b"`
	BB *bool            `json:"bb,omitempty"`
	E  color            `json:"e"`
	EE *color           `json:"ee,omitempty"`
	F  float64          `json:"f"`
	FF *float64         `json:"ff,omitempty"`
	I  int              `json:"i"`
	II *int             `json:"ii,omitempty"`
	S  string           `json:"s"`
	SS *string          `json:"ss,omitempty"`
	T  time.Time        `json:"t"`
	TT *time.Time       `json:"tt,omitempty"`
	O  inner            `json:"o"`
	OO *inner           `json:"oo,omitempty"`
	LE []color          `json:"le,omitzero"`
	LS []string         `json:"ls,omitzero"`
	LO []sample         `json:"lo,omitzero"`
	MO map[string]inner `json:"mo,omitzero"`
	MA map[string]any   `json:"ma,omitzero"`
	R  json.RawMessage  `json:"r,omitempty"`
}

type color string

type inner struct {
	X string `json:"x"`
	Y int    `json:"y"`
}

func (s *sample) readJSON(r *Reader) {
	for r.BeginObject(); r.NextField(); {
		switch r.Name() {
		case "b":
			s.B = r.Bool()
		case "bb":
			s.BB = r.BoolPtr()
		case "e":
			s.E = color(r.String())
		case "ee":
			s.EE = ReadStringPtr[color](r)
		case "f":
			s.F = r.Float()
		case "ff":
			s.FF = r.FloatPtr()
		case "i":
			s.I = r.Int()
		case "ii":
			s.II = r.IntPtr()
		case "s":
			s.S = r.String()
		case "ss":
			s.SS = r.StringPtr()
		case "t":
			s.T = r.Time()
		case "tt":
			s.TT = r.TimePtr()
		case "o":
			s.O.readJSON(r)
		case "oo":
			s.OO = ReadPtr(r, (*inner).readJSON)
		case "le":
			s.LE = ReadStrings[color](r)
		case "ls":
			s.LS = r.Strings()
		case "lo":
			s.LO = ReadSlice(r, (*sample).readJSON)
		case "mo":
			s.MO = ReadMap(r, func(r *Reader) (v inner) { v.readJSON(r); return v })
		case "ma":
			s.MA = r.Map()
		case "r":
			s.R = json.RawMessage(r.Raw())
		default:
			r.Unknown()
		}
	}
}

func (v *inner) readJSON(r *Reader) {
	for r.BeginObject(); r.NextField(); {
		switch r.Name() {
		case "x":
			v.X = r.String()
		case "y":
			v.Y = r.Int()
		default:
			r.Unknown()
		}
	}
}

func (s *sample) writeJSON(w *Writer) {
	w.BeginObject()
	w.Field("b").Bool(s.B)
	if s.BB != nil {
		w.Field("bb").Bool(*s.BB)
	}
	w.Field("e").String(string(s.E))
	if s.EE != nil {
		w.Field("ee").String(string(*s.EE))
	}
	w.Field("f").Float(s.F)
	if s.FF != nil {
		w.Field("ff").Float(*s.FF)
	}
	w.Field("i").Int(s.I)
	if s.II != nil {
		w.Field("ii").Int(*s.II)
	}
	w.Field("s").String(s.S)
	if s.SS != nil {
		w.Field("ss").String(*s.SS)
	}
	w.Field("t").Time(s.T)
	if s.TT != nil {
		w.Field("tt").Time(*s.TT)
	}
	s.O.writeJSON(w.Field("o"))
	if s.OO != nil {
		s.OO.writeJSON(w.Field("oo"))
	}
	if s.LE != nil {
		WriteStrings(w.Field("le"), s.LE)
	}
	if s.LS != nil {
		w.Field("ls").Strings(s.LS)
	}
	if s.LO != nil {
		WriteSlice(w.Field("lo"), s.LO, (*sample).writeJSON)
	}
	if s.MA != nil {
		w.Field("ma").Map(s.MA)
	}
	w.EndObject()
}

func (v *inner) writeJSON(w *Writer) {
	w.BeginObject()
	w.Field("x").String(v.X)
	w.Field("y").Int(v.Y)
	w.EndObject()
}
