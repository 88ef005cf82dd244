package model

import (
	"encoding/json"
	"slices"
	"strings"

	yaml "github.com/oasdiff/yaml3"
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

func quote(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		return `""` // a string always encodes
	}
	return strings.TrimSuffix(b.String(), "\n")
}

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
		return &Value{Kind: Integer, Text: n.Value}
	case "!!float":
		return &Value{Kind: Number, Text: n.Value}
	}
	return &Value{Kind: String, Text: n.Value}
}

// Sorted returns the value with the members of every object in the order of
// their names, as free-form objects are written.
func (v *Value) Sorted() *Value {
	out := &Value{Kind: v.Kind, Text: v.Text}
	for _, item := range v.Items {
		out.Items = append(out.Items, item.Sorted())
	}
	for _, m := range v.Members {
		out.Members = append(out.Members, Member{m.Name, m.Value.Sorted()})
	}
	slices.SortFunc(out.Members, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	return out
}
