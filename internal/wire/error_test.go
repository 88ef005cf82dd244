package wire

import (
	"errors"
	"strings"
	"testing"
)

func TestReadErrors(t *testing.T) {
	deep := strings.Repeat(`{"lo":[`, maxDepth/2) + `{"s":1`
	deepPath := strings.TrimPrefix(strings.Repeat(".lo[0]", maxPathLevels/2), ".") + "..."

	tests := []struct {
		name string
		src  string
		want string // the error when src is read as a sample
	}{
		// Kinds.
		{"string for boolean", `{"b":"secret"}`, `b: want a boolean, got a string (offset 5)`},
		{"number for string", `{"s":4711}`, `s: want a string, got a number (offset 5)`},
		{"object for integer", `{"i":{}}`, `i: want an integer, got an object (offset 5)`},
		{"array for float", `{"f":[]}`, `f: want a number, got an array (offset 5)`},
		{"boolean for time", `{"t":true}`, `t: want a string with a time, got a boolean (offset 5)`},
		{"boolean for object", `{"o":false}`, `o: want an object, got a boolean (offset 5)`},
		{"object for list", `{"ls":{}}`, `ls: want an array, got an object (offset 6)`},
		{"string for free-form", `{"ma":"secret"}`, `ma: want an object, got a string (offset 6)`},
		{"string for optional", `{"ii":"secret"}`, `ii: want an integer, got a string (offset 6)`},
		{"array for all", `[]`, `want an object, got an array (offset 0)`},
		{"null in capitals", `{"s":NULL}`, `s: want a string, got a letter (offset 5)`},

		// Paths.
		{"in a list", `{"lo":[{},{"ls":["a","b",3]}]}`, `lo[1].ls[2]: want a string, got a number (offset 25)`},
		{"in a map", `{"mo":{"first":{"y":"secret"}}}`, `mo.first.y: want an integer, got a string (offset 20)`},
		{"in a map, odd key", `{"mo":{"ada@example.com":{"y":""}}}`, `mo.?.y: want an integer, got a string (offset 30)`},
		{"in a map, long key", `{"mo":{"WJtR5BCy38Szd5AfoDpf0iqFKEt4EE5JhjlWUY7l3FtY":1}}`,
			`mo.?: want an object, got a number (offset 54)`},
		{"in an unknown field", `{"new":{"a":[1,{"b":tru}]}}`, `new.a[1].b: want a boolean, got a letter (offset 20)`},
		{"after a list", `{"lo":[{"s":""}],"s":1}`, `s: want a string, got a number (offset 21)`},
		{"deep", deep, deepPath + `: want at most 10000 levels of nesting, got more (offset 35000)`},

		// Integers.
		{"fraction", `{"i":1.0}`, `i: want an integer, got a number with a fraction or an exponent (offset 5)`},
		{"exponent", `{"i":1e2}`, `i: want an integer, got a number with a fraction or an exponent (offset 5)`},
		{"too large", `{"ii":99999999999999999999}`, `ii: want an integer of at most 64 bits, got a larger one (offset 6)`},
		{"too large a float", `{"f":-1e999}`, `f: want a number that a float64 can hold, got a larger one (offset 5)`},

		// Numbers.
		{"plus", `{"f":+1}`, `f: want a number, got '+' (offset 5)`},
		{"leading zero", `{"f":01}`, `f: want a comma or '}', got a number (offset 6)`},
		{"no digit", `{"f":-}`, `f: want a number, got a malformed number (offset 5)`},
		{"no digit before the point", `{"f":.5}`, `f: want a number, got '.' (offset 5)`},
		{"no digit after the point", `{"f":1.}`, `f: want a number, got a malformed number (offset 5)`},
		{"no digit in the exponent", `{"i":1e+}`, `i: want an integer, got a malformed number (offset 5)`},
		{"not a number", `{"f":NaN}`, `f: want a number, got a letter (offset 5)`},

		// Times.
		{"date", `{"t":"2026-03-02"}`, `t: want a time in the format of RFC 3339, got another string (offset 5)`},
		{"empty time", `{"t":""}`, `t: want a time in the format of RFC 3339, got another string (offset 5)`},
		{"hour of one digit", `{"t":"2026-03-02T9:41:07Z"}`,
			`t: want a time in the format of RFC 3339, got another string (offset 5)`},
		{"comma before the fraction", `{"tt":"2026-03-02T09:41:07,5Z"}`,
			`tt: want a time in the format of RFC 3339, got another string (offset 6)`},
		{"offset of a day", `{"t":"2026-03-02T09:41:07+24:00"}`,
			`t: want a time in the format of RFC 3339, got another string (offset 5)`},
		{"offset of 60 minutes", `{"t":"2026-03-02T09:41:07+00:60"}`,
			`t: want a time in the format of RFC 3339, got another string (offset 5)`},
		{"no such day", `{"t":"2026-02-30T09:41:07Z"}`,
			`t: want a time in the format of RFC 3339, got another string (offset 5)`},

		// Strings.
		{"control character", "{\"s\":\"a\nb\"}", `s: want control characters in strings escaped, got a control character (offset 7)`},
		{"zero byte", "{\"s\":\"\x00\"}", `s: want control characters in strings escaped, got a control character (offset 6)`},
		{"unknown escape", `{"s":"a\x41"}`, `s: want one of "\/bfnrtu after a backslash, got another escape sequence (offset 7)`},
		{"bad hexadecimal", `{"s":"\u12g4"}`, `s: want four hexadecimal digits after \u, got another escape sequence (offset 6)`},
		{"signed hexadecimal", `{"s":"\u+123"}`, `s: want four hexadecimal digits after \u, got another escape sequence (offset 6)`},
		{"high surrogate alone", `{"s":"\ud83dx"}`, `s: want a pair of surrogates, got another escape sequence (offset 6)`},
		{"low surrogate alone", `{"s":"\ude00"}`, `s: want a pair of surrogates, got another escape sequence (offset 6)`},
		{"two high surrogates", `{"s":"\ud83d\ud83d"}`, `s: want a pair of surrogates, got another escape sequence (offset 6)`},
		{"invalid UTF-8", "{\"s\":\"ok\xff\"}", `s: want valid UTF-8, got an invalid byte (offset 8)`},
		{"encoded surrogate", "{\"s\":\"\xed\xa0\x80\"}", `s: want valid UTF-8, got an invalid byte (offset 6)`},
		{"invalid UTF-8 in an unknown field", "{\"new\":\"\xff\"}", `new: want valid UTF-8, got an invalid byte (offset 8)`},
		{"invalid UTF-8 in a name", "{\"o\":{\"x\":\"\",\"\xff\":1}}", `o: want valid UTF-8, got an invalid byte (offset 14)`},
		{"no closing quote", `{"s":"secret`, `s: want a closing quote, got the end of the text (offset 12)`},
		{"backslash at the end", `{"s":"secret\`, `s: want one of "\/bfnrtu after a backslash, got another escape sequence (offset 12)`},

		// Duplicates.
		{"known name twice", `{"o":{"x":"","y":1,"x":""}}`, `o.x: want each name once, got a duplicate (offset 19)`},
		{"unknown name twice", `{"new":1,"new":1}`, `new: want each name once, got a duplicate (offset 9)`},
		{"name twice in an unknown field", `{"new":[{"a":1,"b":2,"a":3}]}`,
			`new[0].a: want each name once, got a duplicate (offset 21)`},
		{"name twice in free-form data", `{"ma":{"a":{"b":2,"b":3}}}`, `ma.a.b: want each name once, got a duplicate (offset 18)`},
		{"name twice in a map", `{"mo":{"a":{},"a":{}}}`, `mo.a: want each name once, got a duplicate (offset 14)`},
		{"name twice, once escaped", `{"s":"","\u0073":""}`, `s: want each name once, got a duplicate (offset 8)`},
		{"empty name twice", `{"":1,"":1}`, `?: want each name once, got a duplicate (offset 6)`},

		// Structure.
		{"empty", ``, `want an object, got the end of the text (offset 0)`},
		{"white space", ` `, `want an object, got the end of the text (offset 1)`},
		{"HTML", `<html>`, `want an object, got '<' (offset 0)`},
		{"plain text", `not found`, `want an object, got a letter (offset 0)`},
		{"byte order mark", "\ufeff{}", `want an object, got a character outside ASCII (offset 0)`},
		{"zero byte for white space", "\x00{}", `want an object, got a control character (offset 0)`},
		{"form feed for white space", "{\f}", `want a name, got a control character (offset 1)`},
		{"truncated", `{"o":{"x":"a"`, `o.x: want a comma or '}', got the end of the text (offset 13)`},
		{"truncated at the start", `{`, `want a name, got the end of the text (offset 1)`},
		{"truncated after a name", `{"s"`, `want a colon, got the end of the text (offset 4)`},
		{"truncated after a colon", `{"s":`, `s: want a string, got the end of the text (offset 5)`},
		{"truncated in a list", `{"ls":["a"`, `ls[0]: want a comma or ']', got the end of the text (offset 10)`},
		{"truncated at the start of a list", `{"ls":[`, `ls[0]: want a string, got the end of the text (offset 7)`},
		{"no comma between fields", `{"s":"" "e":""}`, `s: want a comma or '}', got a string (offset 8)`},
		{"no comma between elements", `{"ls":["" ""]}`, `ls[0]: want a comma or ']', got a string (offset 10)`},
		{"comma at the end of an object", `{"o":{"y":1,}}`, `o: want a name, got '}' (offset 12)`},
		{"comma at the end of a list", `{"ls":["",]}`, `ls[1]: want a string, got ']' (offset 10)`},
		{"comma at the start of an object", `{,"s":""}`, `want a name, got ',' (offset 1)`},
		{"comma at the start of a list", `{"ls":[,""]}`, `ls[0]: want a string, got ',' (offset 7)`},
		{"two commas", `{"s":"",,"e":""}`, `want a name, got ',' (offset 8)`},
		{"name without quotes", `{s:""}`, `want a name, got a letter (offset 1)`},
		{"no colon", `{"s" ""}`, `want a colon, got a string (offset 5)`},
		{"wrong bracket", `{"ls":["a"}}`, `ls[0]: want a comma or ']', got '}' (offset 10)`},
		{"more", `{} {}`, `want the end of the text, got an object (offset 3)`},
		{"more, zero byte", "{}\x00", `want the end of the text, got a control character (offset 2)`},
		{"letter after a literal", `{"b":truest}`, `b: want a comma or '}', got a letter (offset 9)`},
		{"letter after null", `{"o":nullx}`, `o: want a comma or '}', got a letter (offset 9)`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := NewReader(test.src)
			new(sample).readJSON(r)
			err := r.End()
			if err == nil {
				t.Fatalf("no error, want %s", test.want)
			}
			if err.Error() != test.want {
				t.Errorf("got  %s\nwant %s", err, test.want)
			}
			if typed := new(Error); !errors.As(err, &typed) {
				t.Errorf("got a %T", err)
			}
		})
	}
}

func TestIsFieldName(t *testing.T) {
	for _, test := range []struct {
		name string
		want bool
	}{
		{"session_token", true},
		{"x5t#S256", true},
		{"external_connection_implicit_role_assignments", true},
		{"", false},
		{"+15005550006", false},
		{"VM_JshCnVg7aASJXC1evPqtBzOCCxQkY9wvlAySO43f3", false},
		{"member_test_c3ccb28f_0412_40bb_92fb_605699b30a69", false},
		{strings.Repeat("a", 41), false},
		{strings.Repeat("long_", 13), false},
	} {
		if got := IsFieldName(test.name); got != test.want {
			t.Errorf("%q: %t, want %t", test.name, got, test.want)
		}
	}
}
