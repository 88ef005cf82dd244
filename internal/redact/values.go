package redact

import (
	"fmt"
	"reflect"
)

// Values returns the non-empty strings and the numbers in the sensitive fields of v, including those
// inside a sensitive map or list. [Scrub] removes them from text.
func Values(v any) []string {
	c := collector{seen: map[visit]bool{}}
	c.walk(reflect.ValueOf(v), false)
	return c.secrets
}

type collector struct {
	secrets []string
	seen    map[visit]bool
}

// visit is a pointer, map or slice that was walked, and whether it was part of a sensitive field.
type visit struct {
	pointer   uintptr
	of        reflect.Type
	sensitive bool
}

// walk collects what is in v; sensitive says that v is in a sensitive field.
func (c *collector) walk(v reflect.Value, sensitive bool) {
	switch v.Kind() {
	case reflect.Interface:
		c.walk(v.Elem(), sensitive)
	case reflect.Pointer:
		if !v.IsNil() && !c.walked(v, sensitive) {
			c.walk(v.Elem(), sensitive)
		}
	case reflect.String:
		if sensitive && v.Len() > 0 {
			c.secrets = append(c.secrets, v.String())
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		if sensitive {
			c.secrets = append(c.secrets, fmt.Sprint(v.Interface()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if sf := v.Type().Field(i); sf.IsExported() && sf.Tag.Get("json") != "-" { // a field that is not sent cannot come back
				c.walk(v.Field(i), sensitive || HasTag(sf.Tag, "sensitive"))
			}
		}
	case reflect.Map:
		if c.walked(v, sensitive) {
			return
		}
		for _, e := range entries(v) {
			c.walk(e.value, sensitive)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 || v.Kind() == reflect.Slice && c.walked(v, sensitive) {
			return
		}
		for i := range v.Len() {
			c.walk(v.Index(i), sensitive)
		}
	}
}

// walked reports whether v was walked before, and notes that it is now.
func (c *collector) walked(v reflect.Value, sensitive bool) bool {
	at := visit{v.Pointer(), v.Type(), sensitive}
	before := c.seen[at]
	c.seen[at] = true
	return before
}
