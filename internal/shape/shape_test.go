package shape

import (
	"slices"
	"strings"
	"testing"
)

var types = Types{
	{Name: "Answer", Fields: []Field{
		{Name: "id", Kind: String, Required: true},
		{Name: "count", Kind: Integer},
		{Name: "score", Kind: Number},
		{Name: "ok", Kind: Boolean, Required: true},
		{Name: "at", Kind: Time},
		{Name: "claims", Kind: Map},
		{Name: "state", Kind: Enum, Type: "State"},
		{Name: "states", Kind: Enum, Type: "State", List: true},
		{Name: "child", Kind: Struct, Type: "Child"},
		{Name: "children", Kind: Struct, Type: "Child", List: true, Required: true},
		{Name: "roles", Kind: String, List: true},
		{Name: "friends", Kind: Struct, Type: "Child", Map: true},
		{Name: "groups", Kind: Enum, Type: "State", Map: true, List: true},
	}},
	{Name: "Child", Fields: []Field{{Name: "name", Kind: String, Required: true}, {Name: "below", Kind: Struct, Type: "Child"}}},
	{Name: "State", Values: []string{"on", "off"}},
}

func TestCheck(t *testing.T) {
	const fine = `"id":"x","ok":true,"children":[]`
	tests := []struct {
		name, body string
		want       []string
	}{
		{"all", `{"id":"x","count":3,"score":0.5,"ok":false,"at":"2026-03-02T09:41:07Z","claims":{"a":[{"b":1}]},"state":"on","states":["off","on"],"child":{"name":"n","below":{"name":"m"}},"children":[{"name":"n"}],"roles":["a"]}`, nil},
		{"the least", `{` + fine + `}`, nil},
		{"null where it may be", `{` + fine + `,"count":null,"score":null,"at":null,"claims":null,"state":null,"states":null,"child":null,"roles":null}`, nil},
		{"empty lists and objects", `{` + fine + `,"claims":{},"states":[],"roles":[]}`, nil},

		{"typed maps", `{` + fine + `,"friends":{"a":{"name":"n"}},"groups":{"a":["on"],"b":[]}}`, nil},
		{"values of typed maps", `{` + fine + `,"friends":{"a":{},"b":null,"c":[]},"groups":{"a":["dim"],"b":"on"}}`,
			[]string{"friends[].name: missing field", "friends[]: wrong type", "friends[]: wrong type", "groups[][]: unknown value", "groups[]: wrong type"}},
		{"list for a typed map", `{` + fine + `,"friends":[]}`, []string{"friends: wrong type"}},

		{"unknown field", `{` + fine + `,"new":{"a":[1]}}`, []string{"new: unknown field"}},
		{"unknown field in an object", `{` + fine + `,"child":{"name":"n","new":1}}`, []string{"child.new: unknown field"}},
		{"unknown fields in a list, in one place", `{"id":"x","ok":true,"children":[{"name":"n","new":1},{"name":"n","new":2}]}`,
			[]string{"children[].new: unknown field", "children[].new: unknown field"}},
		{"unknown field of another case", `{` + fine + `,"Count":1}`, []string{"Count: unknown field"}},
		{"name that may be data", `{` + fine + `,"+15005550006":1,"DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94=":2,"` + strings.Repeat("a", 41) + `":3}`,
			[]string{"?: unknown field", "?: unknown field", "?: unknown field"}},
		{"unknown value", `{` + fine + `,"state":"DIM"}`, []string{"state: unknown value"}},
		{"unknown value in a list", `{` + fine + `,"states":["on","dim"]}`, []string{"states[]: unknown value"}},
		{"missing fields", `{"ok":true}`, []string{"id: missing field", "children: missing field"}},
		{"missing field in a list", `{"id":"x","ok":true,"children":[{}]}`, []string{"children[].name: missing field"}},
		{"null where it must not be", `{"id":null,"ok":true,"children":null}`, []string{"id: wrong type", "children: wrong type"}},

		{"number for a string", `{"id":1,"ok":true,"children":[]}`, []string{"id: wrong type"}},
		{"string for a number", `{` + fine + `,"count":"3","score":"1"}`, []string{"count: wrong type", "score: wrong type"}},
		{"fraction for an integer", `{` + fine + `,"count":3.5}`, []string{"count: wrong type"}},
		{"string for a boolean", `{"id":"x","ok":"true","children":[]}`, []string{"ok: wrong type"}},
		{"integer that none holds", `{` + fine + `,"count":9223372036854775808}`, []string{"count: wrong type"}},
		{"number that none holds", `{` + fine + `,"score":1e999}`, []string{"score: wrong type"}},
		{"a name twice", `{` + fine + `,"child":{"name":"n","name":"m","name":"o"},"id":5,"new":1,"new":2}`,
			[]string{"child.name: wrong type", "child.name: wrong type", "id: wrong type", "new: unknown field", "new: wrong type"}},
		{"half a surrogate pair", `{"id":"\ud83d","ok":true,"children":[],"state":"\ude00","roles":["\ud83d"],"claims":{"a":"\ud83d"}}`,
			[]string{"id: wrong type", "state: wrong type", "roles[]: wrong type", "claims: wrong type"}},
		{"invalid UTF-8", `{` + fine + `,"child":{"name":"` + "\xff" + `"}}`, []string{"child.name: wrong type"}},
		{"null in a list", `{"id":"x","ok":true,"children":[null,{"name":"n"}],"roles":[null]}`, []string{"children[]: wrong type", "roles[]: wrong type"}},
		{"time in small letters", `{` + fine + `,"at":"2026-03-02t09:41:07z"}`, []string{"at: wrong type"}},
		{"time with an hour of one digit", `{` + fine + `,"at":"2026-03-02T9:41:07Z"}`, []string{"at: wrong type"}},
		{"leap second", `{` + fine + `,"at":"2016-12-31T23:59:60Z"}`, []string{"at: wrong type"}},
		{"another time", `{` + fine + `,"at":"yesterday"}`, []string{"at: wrong type"}},
		{"list for a map", `{` + fine + `,"claims":[1]}`, []string{"claims: wrong type"}},
		{"string for an object", `{` + fine + `,"child":"n"}`, []string{"child: wrong type"}},
		{"object for a list", `{"id":"x","ok":true,"children":{"name":"n"}}`, []string{"children: wrong type"}},
		{"number in a list of strings", `{` + fine + `,"roles":["a",1]}`, []string{"roles[]: wrong type"}},
		{"number for an enum", `{` + fine + `,"state":1}`, []string{"state: wrong type"}},
		{"list for the whole", `[1]`, []string{": wrong type"}},

		{"no JSON", `<html>`, nil},
		{"empty", ``, nil},
		{"broken off behind a difference", `{"new":1,"id":`, []string{"new: unknown field"}},
		{"broken off inside", `{"child":{"name"`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			types.Check(test.body, "Answer", func(path string, what Difference) { got = append(got, path+": "+string(what)) })
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestCheckDeep(t *testing.T) {
	n := 0
	count := func(string, Difference) { n++ }
	types.Check(strings.Repeat(`{"below":`, 20_000), "Child", count)
	types.Check(`{"claims":`+strings.Repeat("[", 200_000), "Answer", count)
	types.Check(strings.Repeat(`{"new":1,"name":"","below":`, 9_000)+"null"+strings.Repeat("}", 9_000), "Child", count)
	if n == 0 || n > 100 {
		t.Errorf("%d differences; want those of the upper levels", n)
	}
}

func TestUnknownType(t *testing.T) {
	types.Check(`{"a":1}`, "None", func(string, Difference) { t.Error("something was reported") })
}

func FuzzCheck(f *testing.F) {
	f.Add(`{"id":"x","ok":true,"children":[{"name":"n","new":[1,{"a":null}]}],"state":"dim"}`)
	f.Add(`{"child":{"below":{"below":{}}},"count":1e3`)
	f.Fuzz(func(t *testing.T, body string) {
		types.Check(body, "Answer", func(path string, what Difference) {
			if strings.ContainsAny(path, " \"\n") {
				t.Errorf("the path is %q", path)
			}
		})
	})
}
