package wiretest

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// CheckServices prints a client, each of its services, and structs, lists and
// maps that hold them, with every verb, and reports each that shows the
// credentials.
func CheckServices(t *testing.T, client any) {
	t.Helper()
	basic := base64.StdEncoding.EncodeToString([]byte(ProjectID + ":" + Secret))
	hidden := []string{Secret, basic, "Basic", "Authorization"}
	for _, s := range hidden {
		hidden = append(hidden, fmt.Sprintf("%x", s), fmt.Sprintf("%X", s), strings.Trim(fmt.Sprint([]byte(s)), "[]"))
	}
	var services []any
	listServices(reflect.ValueOf(client), &services)
	if len(services) < 3 {
		t.Fatalf("found %d services, want more: %v", len(services), services)
	}
	for _, service := range services {
		value := reflect.ValueOf(service).Elem().Interface()
		for _, v := range []any{
			service, value, &service,
			struct{ Service any }{service}, struct{ service any }{service}, &struct{ service any }{service},
			struct{ service any }{value}, []any{service}, []any{value}, map[string]any{"service": service},
		} {
			for verb := 'A'; verb <= 'z'; verb++ {
				for _, flags := range []string{"", "+", "#"} {
					text := fmt.Sprintf("%"+flags+string(verb), v)
					for _, s := range hidden {
						if strings.Contains(text, s) {
							t.Errorf("%%%s%c of %T with a %T prints %q", flags, verb, v, service, s)
						}
					}
				}
			}
		}
	}
}

// listServices appends v, a pointer to a struct, and the services that it has.
func listServices(v reflect.Value, services *[]any) {
	*services = append(*services, v.Interface())
	for i := range v.Elem().NumField() {
		if v.Elem().Type().Field(i).IsExported() {
			listServices(v.Elem().Field(i), services)
		}
	}
}
