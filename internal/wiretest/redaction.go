package wiretest

import (
	"bytes"
	"fmt"
	"log/slog"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// CheckRedaction fills each field of each type with its own text. It prints the value in every way, and
// reports each secret that shows.
func CheckRedaction(t *testing.T, types []Type) {
	t.Helper()
	if len(types) < 10 {
		t.Fatalf("only %d types found", len(types))
	}
	for _, typ := range types {
		v := reflect.New(reflect.TypeOf(typ.Zero))
		t.Run(v.Type().Elem().Name(), func(t *testing.T) {
			m := &marks{value: v.Elem()}
			m.variants = zeros(types)
			m.filler.text = m.text
			m.fill(v.Elem(), "")
			m.check(t, v)
		})
	}
}

// secret reports, by its name alone and without the spec, whether a field is a secret or an address.
// harmless are fields with similar names.
var (
	secret   = regexp.MustCompile(`code$|token$|jwt$|phone_number$|email$|email_address$|ip_address$|_claims$|_metadata$`)
	harmless = regexp.MustCompile(`(status|country)_code$`)
)

// marks are the texts that a value is filled with.
type marks struct {
	filler
	value        reflect.Value
	secret, open []string // their paths
}

func mark(path string) string { return "mark<" + path + ">" }

func (m *marks) text(path string) string {
	name, _, _ := strings.Cut(path[strings.LastIndex(path, ".")+1:], "[")
	if secret.MatchString(name) && !harmless.MatchString(name) {
		m.secret = append(m.secret, path)
	} else {
		m.open = append(m.open, path)
	}
	return mark(path)
}

func (m *marks) check(t *testing.T, pointer reflect.Value) {
	for how, printed := range print(pointer) {
		for _, path := range m.secret {
			if strings.Contains(printed, mark(path)) {
				t.Errorf("%s shows %s", how, path)
			}
		}
		for _, path := range m.open {
			if strings.Contains(how, "%v") && len(m.secret) > 0 && !strings.Contains(printed, mark(path)) && !tagged(m.value, path) {
				t.Errorf("%s does not show %s, which is no secret", how, path)
			}
		}
	}
}

// tagged reports whether the spec marks a field on the path as secret although its name does not look like
// one. Such a field may be hidden.
func tagged(v reflect.Value, path string) bool {
	for part := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' || r == '[' }) {
		for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
			v = v.Elem()
		}
		switch v.Kind() {
		case reflect.Struct:
			f := fieldOf(v.Type(), part)
			if slices.Contains(strings.Split(f.Tag.Get("stytch"), ","), "sensitive") {
				return true
			}
			v = v.FieldByIndex(f.Index)
		case reflect.Slice:
			i, _ := strconv.Atoi(strings.TrimSuffix(part, "]"))
			v = v.Index(i)
		case reflect.Map:
			v = v.MapIndex(v.MapKeys()[0])
		}
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
