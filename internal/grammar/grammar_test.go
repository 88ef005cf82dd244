package grammar

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

type answer struct {
	ID       string              `json:"id"`
	Count    *int                `json:"count"`
	Score    *float64            `json:"score"`
	OK       bool                `json:"ok"`
	At       *time.Time          `json:"at"`
	Claims   map[string]any      `json:"claims,omitzero"`
	State    *state              `json:"state"`
	States   []state             `json:"states" stytch:"nullable"`
	Child    *child              `json:"child"`
	Children []child             `json:"children"`
	Roles    []string            `json:"roles" stytch:"sensitive,nullable"`
	Friends  map[string]child    `json:"friends" stytch:"nullable"`
	Groups   map[string][]state  `json:"groups" stytch:"nullable"`
	Mood     *mood               `json:"mood"`
	Hidden   string              `json:"-"`
	_        map[string]struct{} // no part of the answer
}

type child struct {
	Name  string `json:"name" stytch:"sensitive"`
	Below *child `json:"below"`
}

type (
	state string
	mood  string // with values that are not known
)

var (
	types      = NewTypes(Enums{{Type: "grammar.state", Values: []string{"on", "off"}}})
	answerType = types.Of(reflect.TypeFor[answer]())
	childType  = types.Of(reflect.TypeFor[child]())
)

func TestCompare(t *testing.T) {
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
		{"value of an enum whose values are not known", `{` + fine + `,"mood":"new"}`, nil},
		{"number for such an enum", `{` + fine + `,"mood":1}`, []string{"mood: wrong type"}},
		{"fields that are not part of the answer", `{` + fine + `,"Hidden":"","rest":{}}`, []string{"Hidden: unknown field", "rest: unknown field"}},
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
			answerType.Compare(test.body, func(path string, what Difference) { got = append(got, path+": "+string(what)) })
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestCompareDeep(t *testing.T) {
	n := 0
	count := func(string, Difference) { n++ }
	childType.Compare(strings.Repeat(`{"below":`, 20_000), count)
	answerType.Compare(`{"claims":`+strings.Repeat("[", 200_000), count)
	childType.Compare(strings.Repeat(`{"new":1,"name":"","below":`, 9_000)+"null"+strings.Repeat("}", 9_000), count)
	if n == 0 || n > 100 {
		t.Errorf("%d differences; want those of the upper levels", n)
	}
}

func FuzzCompare(f *testing.F) {
	f.Add(`{"id":"x","ok":true,"children":[{"name":"n","new":[1,{"a":null}]}],"state":"dim"}`)
	f.Add(`{"child":{"below":{"below":{}}},"count":1e3`)
	f.Fuzz(func(t *testing.T, body string) {
		answerType.Compare(body, func(path string, what Difference) {
			if strings.ContainsAny(path, " \"\n") {
				t.Errorf("the path is %q", path)
			}
		})
	})
}
