package stytchtest

import (
	"reflect"
	"testing"
)

// TestStateIsStored finds fields of the state that neither a snapshot nor a store would
// have.
func TestStateIsStored(t *testing.T) {
	seen := map[string]bool{metaTable: true, messageTable: true}
	of := reflect.TypeFor[state]()
	for i := range of.NumField() {
		field := of.Field(i)
		name := field.Tag.Get("json")
		if !field.IsExported() || name == "" || name == "-" || seen[name] {
			t.Errorf("the field %s is not stored: it must be exported, and its json tag a name of its own", field.Name)
		}
		seen[name] = true
	}
}
