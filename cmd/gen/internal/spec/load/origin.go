package load

import (
	"reflect"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	yaml "github.com/oasdiff/yaml3"
)

// setOrigins sets the origins in a document as the library does for YAML, but with the places in the files
// that the document was joined from.
func setOrigins(src *Source, doc *openapi3.T) {
	o := &origins{src, map[reflect.Type]layout{}}
	if len(src.Root.Content) > 0 {
		o.set(reflect.ValueOf(doc), src.Root.Content[0], src.Root)
	}
}

type origins struct {
	src     *Source
	layouts map[reflect.Type]layout
}

// layout says which fields of a struct are described by which nodes.
type layout struct {
	// origin is the field of the origin, nil if the struct has none.
	origin []int
	// byKey are the fields that have keys of their own.
	byKey map[string]int
	// same are the fields that the struct's own node describes, as the Value next to a Ref.
	same []int
}

func (o *origins) layout(t reflect.Type) layout {
	l, known := o.layouts[t]
	if known {
		return l
	}
	l.byKey = map[string]int{}
	for field := range t.Fields() {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Type == reflect.TypeFor[*openapi3.Origin]() && tag == "-":
			l.origin = field.Index
		case !field.IsExported() || tag == "-":
		case tag != "":
			l.byKey[tag] = field.Index[0]
		case (field.Name == "Value" || field.Name == "Schema") && field.Type.Kind() == reflect.Pointer:
			l.same = append(l.same, field.Index[0])
		}
	}
	o.layouts[t] = l
	return l
}

// set sets the origins in the value of a key, or in an item of a list, whose first key it then gets.
func (o *origins) set(v reflect.Value, key, n *yaml.Node) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		switch x := v.Interface().(type) {
		case *openapi3.Paths:
			o.set(reflect.ValueOf(x.Map()), key, n)
		case *openapi3.Responses:
			o.set(reflect.ValueOf(x.Map()), key, n)
		case *openapi3.Callback:
			o.set(reflect.ValueOf(x.Map()), key, n)
		}
		o.set(v.Elem(), key, n)
	case reflect.Struct:
		l := o.layout(v.Type())
		if l.origin != nil && n.Kind == yaml.MappingNode {
			v.FieldByIndex(l.origin).Set(reflect.ValueOf(o.origin(key, n)))
		}
		for key, value := range Pairs(n) {
			if i, ok := l.byKey[key.Value]; ok {
				o.set(v.Field(i), key, value)
			}
		}
		for _, i := range l.same {
			o.set(v.Field(i), key, n)
		}
	case reflect.Map:
		if v.Type().Elem().Kind() != reflect.Pointer {
			return
		}
		for key, value := range Pairs(n) {
			if elem := v.MapIndex(reflect.ValueOf(key.Value)); elem.IsValid() {
				o.set(elem, key, value)
			}
		}
	case reflect.Slice:
		for i, item := range Items(n) {
			if i < v.Len() && len(item.Content) > 0 {
				o.set(v.Index(i), item.Content[0], item)
			}
		}
	}
}

// origin is where a mapping and its keys are, and the items of the lists in it.
func (o *origins) origin(key, n *yaml.Node) *openapi3.Origin {
	at := o.location(key)
	at.EndLine = o.endLine(at, n)
	made := &openapi3.Origin{Key: &at, Fields: make(openapi3.FieldLocations, 0, len(n.Content)/2)}
	for key, value := range Pairs(n) {
		made.Fields = append(made.Fields, o.location(key))
		var items []openapi3.Location
		for _, item := range Items(value) {
			if item.Kind == yaml.ScalarNode {
				items = append(items, o.location(item))
			}
		}
		if items != nil {
			if made.Sequences == nil {
				made.Sequences = map[string][]openapi3.Location{}
			}
			made.Sequences[key.Value] = items
		}
	}
	return made
}

func (o *origins) location(n *yaml.Node) openapi3.Location {
	pos := o.src.Pos(n)
	return openapi3.Location{File: pos.File, Line: pos.Line, Column: pos.Column, Name: n.Value}
}

// endLine is the line on which a mapping ends. What several files make up ends in another file than it begins
// in, and counts as one line.
func (o *origins) endLine(begin openapi3.Location, n *yaml.Node) int {
	file, line := begin.File, begin.Line
	for len(n.Content) > 0 {
		last := len(n.Content) - 1
		at := n.Content[last]
		if n.Kind == yaml.MappingNode {
			at = n.Content[last-1]
		}
		n = n.Content[last]
		file, line = o.src.File(at), max(at.Line, n.EndLine)
		if n.Kind != yaml.ScalarNode {
			line = at.Line
		}
	}
	if file != begin.File {
		return begin.Line
	}
	return line
}
