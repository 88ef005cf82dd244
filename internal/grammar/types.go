package grammar

import (
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
)

// Enums are the known values of enums, which their Go types do not tell.
type Enums []struct {
	Type   string // with its package: "stytch.UserStatus"
	Values []string
}

// Types derives types from the struct types that answers are decoded into, each one once.
type Types struct {
	enums Enums

	mu    sync.Mutex
	types map[reflect.Type]*Type
}

// NewTypes returns the types of answers in which these enums occur.
func NewTypes(enums Enums) *Types {
	return &Types{enums: enums, types: map[reflect.Type]*Type{}}
}

// Of returns what the answers look like that are decoded into the struct type t.
func (ts *Types) Of(t reflect.Type) *Type {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.object(t)
}

func (ts *Types) object(t reflect.Type) *Type {
	if known := ts.types[t]; known != nil {
		return known
	}
	object := &Type{}
	ts.types[t] = object // before its fields, which may be of the same type
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" { // not part of the answer
			continue
		}
		// A pointer tells that a field can be absent or null. Lists and maps have tags for it.
		f := Field{Name: name}
		f.Required = field.Type.Kind() != reflect.Pointer && options != "omitzero" && !redact.HasTag(field.Tag, "nullable")
		ts.describe(&f, field.Type)
		object.Fields = append(object.Fields, f)
	}
	return object
}

var timeType = reflect.TypeFor[time.Time]()

// describe sets what a field of the type t can hold.
func (ts *Types) describe(f *Field, t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer:
		ts.describe(f, t.Elem())
	case reflect.Slice:
		f.List = true
		ts.describe(f, t.Elem())
	case reflect.Map:
		if t.Elem().Kind() == reflect.Interface {
			f.Kind = Map
			return
		}
		f.Map = true
		ts.describe(f, t.Elem())
	case reflect.Int:
		f.Kind = Integer
	case reflect.Float64:
		f.Kind = Number
	case reflect.Bool:
		f.Kind = Boolean
	case reflect.Struct:
		if t == timeType {
			f.Kind = Time
			return
		}
		f.Kind, f.Type = Struct, ts.object(t)
	default:
		if t.PkgPath() == "" {
			f.Kind = String
			return
		}
		f.Kind, f.Type = Enum, ts.enum(t)
	}
}

// enum returns nil if the values of the enum are unknown.
func (ts *Types) enum(t reflect.Type) *Type {
	for _, e := range ts.enums {
		if e.Type == t.String() {
			return &Type{Values: e.Values}
		}
	}
	return nil
}
