package wiretest

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/wirename"
)

// CheckRedaction walks every type in a client's requests and responses and fills each field with its own
// text. It prints the value in every way, and reports each text that shows although the name of its field is
// that of a secret or of personal data.
func CheckRedaction(t *testing.T, client any) {
	t.Helper()
	types := callTypes(reflect.TypeOf(client))
	if len(types) < 10 {
		t.Fatalf("only %d types found", len(types))
	}
	for _, typ := range types {
		t.Run(typ.Name(), func(t *testing.T) { checkType(t, typ) })
	}
}

// callTypes returns the request and response types of every method of every
// service below a client, and the structs inside them.
func callTypes(client reflect.Type) []reflect.Type {
	var types []reflect.Type
	seen := map[reflect.Type]bool{}
	var structs, services func(reflect.Type)
	structs = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() || seen[typ] {
			return
		}
		seen[typ] = true
		types = append(types, typ)
		for i := range typ.NumField() {
			if f := typ.Field(i); f.IsExported() && !f.Anonymous {
				structs(f.Type)
			}
		}
	}
	services = func(typ reflect.Type) {
		for i := range typ.NumMethod() {
			m := typ.Method(i).Type
			if m.NumIn() >= 3 && m.In(2).Kind() == reflect.Struct && m.NumOut() == 2 {
				structs(m.In(2))
				structs(m.Out(0))
			}
		}
		for i := range typ.Elem().NumField() {
			if f := typ.Elem().Field(i); f.IsExported() && f.Type.Kind() == reflect.Pointer {
				services(f.Type)
			}
		}
	}
	services(client)
	return types
}

// marks are the texts that a value was filled with.
type marks struct {
	secret, open []string
	// around are the structs around the value being filled. A recursive struct is filled once inside
	// itself.
	around []reflect.Type
}

// enough reports whether a pointer or list leads to a struct that is already in around twice.
func (m *marks) enough(v reflect.Value) bool {
	n := 0
	for _, typ := range m.around {
		if typ == v.Type().Elem() {
			n++
		}
	}
	return n > 1
}

// text returns the mark for a place, which is a secret if the name of its field says so.
func (m *marks) text(path, name string) string {
	mark := fmt.Sprintf("mark<%s>", path)
	if wirename.Sensitive(name) {
		m.secret = append(m.secret, mark)
	} else {
		m.open = append(m.open, mark)
	}
	return mark
}

func (m *marks) fill(v reflect.Value, path, name string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() != reflect.TypeFor[string]() {
			name = "" // the values of an enum are no secrets
		}
		v.SetString(m.text(path, name))
	case reflect.Pointer:
		if m.enough(v) {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		m.fill(v.Elem(), path, name)
	case reflect.Slice:
		if m.enough(v) {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		m.fill(v.Index(0), path+"[0]", name)
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		if value.Kind() == reflect.Interface {
			value.Set(reflect.ValueOf([]any{map[string]any{"inner": m.text(path, name)}}))
		} else {
			m.fill(value, path+"[0]", name)
		}
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key"), value)
	case reflect.Struct:
		m.around = append(m.around, v.Type())
		defer func() { m.around = m.around[:len(m.around)-1] }()
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if redact.HasTag(f.Tag, "public") {
				name = ""
			}
			if f.IsExported() && !f.Anonymous {
				m.fill(v.Field(i), path+"."+f.Name, name)
			}
		}
	}
}

func checkType(t *testing.T, typ reflect.Type) {
	var m marks
	v := reflect.New(typ)
	m.fill(v.Elem(), typ.Name(), "")
	for how, printed := range print(v) {
		for _, mark := range m.secret {
			if strings.Contains(printed, mark) {
				t.Errorf("%s shows %s", how, mark)
			}
		}
		for _, mark := range m.open {
			if strings.Contains(how, "%v") && len(m.secret) > 0 && !strings.Contains(printed, mark) && !tagged(typ, mark) {
				t.Errorf("%s does not show %s, which is no secret", how, mark)
			}
		}
	}
}

// tagged reports whether the spec marks a field as secret although its name does not look like one. Such
// a field may be hidden.
func tagged(typ reflect.Type, mark string) bool {
	path := strings.Split(strings.Trim(strings.TrimPrefix(mark, "mark"), "<>"), ".")[1:]
	for _, name := range path {
		name, _, _ = strings.Cut(name, "[")
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		f, ok := typ.FieldByName(name)
		if !ok || redact.HasTag(f.Tag, "sensitive") {
			return ok
		}
		typ = f.Type
	}
	return false
}

// print returns the output of every way of printing a pointer and its value.
func print(pointer reflect.Value) map[string]string {
	shown := map[string]string{}
	for _, v := range []any{pointer.Interface(), pointer.Elem().Interface()} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%20v"} {
			shown[fmt.Sprintf("%T with %s", v, verb)] = fmt.Sprintf(verb, v)
		}
		shown[fmt.Sprintf("%T in a list with %%v", v)] = fmt.Sprint([]any{v})
		shown[fmt.Sprintf("%T in an error", v)] = fmt.Errorf("failed: %v", v).Error()
		var text, json bytes.Buffer
		slog.New(slog.NewTextHandler(&text, nil)).Info("m", "value", v, slog.Group("g", "value", v))
		slog.New(slog.NewJSONHandler(&json, nil)).Info("m", "value", v, slog.Group("g", "value", v))
		shown[fmt.Sprintf("%T in slog text", v)] = text.String()
		shown[fmt.Sprintf("%T in slog JSON", v)] = json.String()
	}
	return shown
}
