package wiretest

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// CheckServices prints a client, its services, and structs, lists and maps that contain them, with every
// verb. It reports each output that shows the credentials.
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

// listServices appends v, a pointer to a struct, and its services.
func listServices(v reflect.Value, services *[]any) {
	*services = append(*services, v.Interface())
	for i := range v.Elem().NumField() {
		if v.Elem().Type().Field(i).IsExported() {
			listServices(v.Elem().Field(i), services)
		}
	}
}

// CheckUnmade makes every call of nil and empty services, which no client has made. It reports each call
// that does not fail with an error that says so.
func CheckUnmade(t *testing.T, client reflect.Type) {
	t.Helper()
	calls := 0
	var check func(service reflect.Type)
	check = func(service reflect.Type) {
		for _, s := range []reflect.Value{reflect.Zero(service), reflect.New(service.Elem())} {
			for i := range s.NumMethod() {
				m, name := s.Method(i), service.Elem().Name()+"."+service.Method(i).Name
				if m.Type().NumIn() < 2 || m.Type().NumOut() != 2 {
					continue
				}
				calls++
				arguments := []reflect.Value{reflect.ValueOf(t.Context())}
				for i := 1; i < m.Type().NumIn() && !(m.Type().IsVariadic() && i == m.Type().NumIn()-1); i++ {
					arguments = append(arguments, reflect.Zero(m.Type().In(i)))
				}
				results := m.Call(arguments)
				err, _ := results[1].Interface().(error)
				if !results[0].IsZero() || err == nil || !strings.Contains(err.Error(), "the client is nil or empty: make one with NewClient or FromEnv") && !strings.Contains(err.Error(), "JWT") {
					t.Errorf("%s of %v: %v and the error %v", name, s, results[0], err)
				}
			}
		}
		for i := range service.Elem().NumField() {
			if f := service.Elem().Field(i); f.IsExported() && f.Type.Kind() == reflect.Pointer {
				check(f.Type)
			}
		}
	}
	check(client)
	if calls < 10 {
		t.Errorf("%d calls were made", calls)
	}
}
