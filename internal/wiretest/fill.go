package wiretest

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// A filler fills every field below a value with content of its own. Fields are named by their path in JSON,
// as in violations: "user.emails[0].email", and "attributes[]" for the values of a map.
type filler struct {
	text     func(path string) string
	number   func(path string) int // nil: 1, 2, 3
	length   func(path string) int // of a list; nil: 2
	pointers fullness
	lists    fullness       // and maps
	variants []reflect.Type // the types that an interface can have
	turn     int            // which of its variants a union gets that is in no list

	seen   map[reflect.Type]bool // the structs that were filled
	around []reflect.Type        // the structs around the current value
	count  int                   // how many values were filled
	turns  int                   // how many turns it takes until each of these unions had each of its variants
}

// fullness is how much is in the pointers, or in the lists and maps, of a filled value.
type fullness int

const (
	filled fullness = iota
	empty           // pointers to "", 0 or false; lists and maps without elements
	absent          // nil
)

// deep reports whether a struct is already inside itself. A recursive struct is filled once inside itself.
func (f *filler) deep(typ reflect.Type) bool {
	n := 0
	for _, around := range f.around {
		if around == typ {
			n++
		}
	}
	return n > 1
}

func (f *filler) fill(v reflect.Value, path string) {
	f.count++
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(f.time()))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text(path))
	case reflect.Int:
		n := f.count
		if f.number != nil {
			n = f.number(path)
		}
		v.SetInt(int64(n))
	case reflect.Float64:
		v.SetFloat(float64(f.count) + 0.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		f.pointer(v, path)
	case reflect.Slice:
		f.list(v, path)
	case reflect.Map:
		f.mapping(v, path)
	case reflect.Interface:
		f.choice(v, path, f.turn)
	case reflect.Struct:
		f.structure(v, path)
	default:
		panic(fmt.Sprintf("%s has the type %v", path, v.Type()))
	}
}

// time returns a time with another zone and fraction of a second than the one before.
func (f *filler) time() time.Time {
	t := time.Date(2031, time.March, 1, 12, 0, f.count, 0, time.UTC)
	if f.count%2 > 0 {
		return t
	}
	return t.Add(time.Duration(f.count) * time.Microsecond).In(time.FixedZone("", 5*3600+45*60))
}

func (f *filler) pointer(v reflect.Value, path string) {
	typ := v.Type().Elem()
	if f.pointers == absent || f.deep(typ) {
		return
	}
	v.Set(reflect.New(typ))
	if f.pointers == filled || typ.Kind() == reflect.Struct {
		f.fill(v.Elem(), path)
	}
}

func (f *filler) list(v reflect.Value, path string) {
	if f.lists == absent || f.deep(v.Type().Elem()) {
		return
	}
	length := 2
	if f.length != nil {
		length = f.length(path)
	}
	union := v.Type().Elem().Kind() == reflect.Interface
	if union {
		length = len(f.variantsOf(v.Type().Elem()))
	}
	if f.lists == empty {
		length = 0
	}
	v.Set(reflect.MakeSlice(v.Type(), length, length))
	for i := range length {
		if element := fmt.Sprintf("%s[%d]", path, i); union {
			f.choice(v.Index(i), element, i)
		} else {
			f.fill(v.Index(i), element)
		}
	}
}

func (f *filler) mapping(v reflect.Value, path string) {
	if f.lists == absent {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range 2 {
		if f.lists == empty {
			return
		}
		f.count++
		key, value := fmt.Sprintf("key %d", f.count), reflect.New(v.Type().Elem()).Elem()
		f.fill(value, path+"[]")
		v.SetMapIndex(reflect.ValueOf(key), value)
	}
}

// choice fills an interface: with the i-th variant of a union, or with free-form data.
func (f *filler) choice(v reflect.Value, path string, i int) {
	if v.NumMethod() == 0 {
		v.Set(reflect.ValueOf(map[string]any{
			"inner": []any{f.text(path), float64(f.count) + 0.25, true, nil, map[string]any{}, []any{}},
		}))
		return
	}
	if f.pointers == absent {
		return
	}
	variants := f.variantsOf(v.Type())
	f.turns = max(f.turns, len(variants))
	variant := reflect.New(variants[i%len(variants)]).Elem()
	f.fill(variant, path)
	v.Set(variant)
}

func (f *filler) variantsOf(union reflect.Type) []reflect.Type {
	var variants []reflect.Type
	for _, typ := range f.variants {
		if typ.Implements(union) {
			variants = append(variants, typ)
		}
	}
	if len(variants) == 0 {
		panic(fmt.Sprintf("no type is a %v", union))
	}
	return variants
}

func (f *filler) structure(v reflect.Value, path string) {
	if f.seen == nil {
		f.seen = map[reflect.Type]bool{}
	}
	f.seen[v.Type()] = true
	f.around = append(f.around, v.Type())
	defer func() { f.around = f.around[:len(f.around)-1] }()
	for i := range v.NumField() {
		if name := jsonName(v.Type().Field(i)); name != "" {
			f.fill(v.Field(i), strings.TrimPrefix(path+"."+name, "."))
		}
	}
}

// jsonName returns the name of a field in JSON, or "".
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// fieldOf returns the field of a struct with a name in JSON.
func fieldOf(typ reflect.Type, name string) reflect.StructField {
	f, _ := typ.FieldByNameFunc(func(field string) bool {
		f, _ := typ.FieldByName(field)
		return jsonName(f) == name
	})
	return f
}

// zeros returns the types of a table.
func zeros(types []Type) (list []reflect.Type) {
	for _, typ := range types {
		list = append(list, reflect.TypeOf(typ.Zero))
	}
	return list
}
