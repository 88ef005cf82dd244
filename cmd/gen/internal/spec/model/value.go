package model

import (
	"slices"
	"strconv"
	"strings"

	yaml "github.com/oasdiff/yaml3"

	"github.com/stytchgen/sdk/internal/wire"
)

// Value is a JSON value whose members keep the order of the spec.
type Value struct {
	// Kind is String, Integer, Number, Boolean, List, Struct (a JSON object) or
	// "" for null.
	Kind Kind `json:",omitzero"`
	// Text is the string, or the literal of a number or boolean.
	Text    string   `json:",omitzero"`
	Items   []*Value `json:",omitzero"`
	Members []Member `json:",omitzero"`
}

// Member is a name and its value in a JSON object.
type Member struct {
	Name  string
	Value *Value
}

// Get returns the member of that name, or nil.
func (v *Value) Get(name string) *Value {
	if v == nil {
		return nil
	}
	for _, m := range v.Members {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// JSON returns the value as compact JSON.
func (v *Value) JSON() string {
	var b strings.Builder
	v.write(&b)
	return b.String()
}

func (v *Value) write(b *strings.Builder) {
	switch v.Kind {
	case "":
		b.WriteString("null")
	case String:
		b.WriteString(quote(v.Text))
	case List:
		b.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.write(b)
		}
		b.WriteByte(']')
	case Struct:
		b.WriteByte('{')
		for i, m := range v.Members {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quote(m.Name) + ":")
			m.Value.write(b)
		}
		b.WriteByte('}')
	default:
		b.WriteString(v.Text)
	}
}

// quote is a text as the SDK writes it.
func quote(s string) string {
	var w wire.Writer
	w.String(s)
	return string(w.Bytes())
}

// float is a number as the SDK writes it.
func float(s string) string {
	n, _ := strconv.ParseFloat(s, 64) // every number of a spec is one
	var w wire.Writer
	w.Float(n + 0) // -0 is no constant in Go
	return string(w.Bytes())
}

// AsFloat returns a number as a field of type float64 is written.
func (v *Value) AsFloat() *Value { return &Value{Kind: Number, Text: float(v.Text)} }

// valueOf turns a YAML node into a Value.
func valueOf(n *yaml.Node) *Value {
	switch n.Kind {
	case yaml.MappingNode:
		v := &Value{Kind: Struct}
		for i := 0; i+1 < len(n.Content); i += 2 {
			v.Members = append(v.Members, Member{n.Content[i].Value, valueOf(n.Content[i+1])})
		}
		return v
	case yaml.SequenceNode:
		v := &Value{Kind: List}
		for _, item := range n.Content {
			v.Items = append(v.Items, valueOf(item))
		}
		return v
	}
	switch n.ShortTag() {
	case "!!null":
		return &Value{}
	case "!!bool":
		return &Value{Kind: Boolean, Text: strings.ToLower(n.Value)}
	case "!!int":
		if n.Value == "-0" { // which no int is
			return &Value{Kind: Integer, Text: "0"}
		}
		return &Value{Kind: Integer, Text: n.Value}
	case "!!float":
		return &Value{Kind: Number, Text: n.Value}
	}
	return &Value{Kind: String, Text: n.Value}
}

// Sorted returns the value as a free-form object is written: with the members of
// every object in the order of their names, and numbers as Go writes them.
func (v *Value) Sorted() *Value {
	out := &Value{Kind: v.Kind, Text: v.Text}
	if _, err := strconv.ParseInt(v.Text, 10, 64); v.Kind == Number || v.Kind == Integer && err != nil {
		out.Text = float(v.Text)
	}
	for _, item := range v.Items {
		out.Items = append(out.Items, item.Sorted())
	}
	for _, m := range v.Members {
		out.Members = append(out.Members, Member{m.Name, m.Value.Sorted()})
	}
	slices.SortFunc(out.Members, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	return out
}
