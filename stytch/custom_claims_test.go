package stytch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

type plan struct {
	Plan  string   `json:"plan"`
	Seats int64    `json:"seats,omitempty"`
	Roles []string `json:"roles"`
}

func TestCustomClaims(t *testing.T) {
	tests := []struct {
		name    string
		session *stytch.Session
		want    plan
	}{
		{"no session", nil, plan{}},
		{"no claims", &stytch.Session{}, plan{}},
		{"empty claims", &stytch.Session{CustomClaims: map[string]any{}}, plan{}},
		{"claims that the type does not know", &stytch.Session{CustomClaims: map[string]any{"color": "red"}}, plan{}},
		{
			"claims as the client decodes them, with an integer that no float64 holds",
			&stytch.Session{CustomClaims: map[string]any{"plan": "pro", "seats": json.Number("9007199254740993"), "roles": []any{"a"}}},
			plan{"pro", 9007199254740993, []string{"a"}},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := stytch.CustomClaims[plan](test.session)
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v and the error %v, want %+v", got, err, test.want)
			}
			pointer, err := stytch.CustomClaims[*plan](test.session)
			if err != nil || pointer != nil && !reflect.DeepEqual(*pointer, test.want) {
				t.Errorf("as a pointer: %+v and the error %v", pointer, err)
			}
		})
	}
}

// TestCustomClaimsKeepNumbers checks that a field of type any keeps every digit of a number.
func TestCustomClaimsKeepNumbers(t *testing.T) {
	session := &stytch.Session{CustomClaims: map[string]any{"seats": json.Number("9007199254740993")}}
	got, err := stytch.CustomClaims[map[string]any](session)
	if err != nil || got["seats"] != json.Number("9007199254740993") {
		t.Errorf("got %v and the error %v", got, err)
	}
}

// TestCustomClaimsNumbers checks that a number in a field of type any is the same as in the session, and
// a float64 if that does not change it.
func TestCustomClaimsNumbers(t *testing.T) {
	type claims struct {
		Seats  any
		Limits map[string]any
		List   []any
		Inner  *struct{ Any any }
		Exact  int64
		Text   json.Number
		Times  [2]any
		Custom map[string]struct{ N any }
		When   time.Time
	}
	const body = `{"Seats":3,"Limits":{"a":1.5,"b":[9007199254740993,{"c":2}]},"List":[1,"x",null,1e3],"Inner":{"Any":{"d":[4]}},
		"Exact":9007199254740993,"Text":12,"Times":[5,9007199254740993],"Custom":{"k":{"N":6}},"When":"2026-03-02T09:41:07Z"}`
	big := json.Number("9007199254740993")
	want := claims{
		Seats: 3.0, Limits: map[string]any{"a": 1.5, "b": []any{big, map[string]any{"c": 2.0}}}, List: []any{1.0, "x", nil, 1000.0},
		Inner: &struct{ Any any }{map[string]any{"d": []any{4.0}}}, Exact: 9007199254740993, Text: "12", Times: [2]any{5.0, big},
		Custom: map[string]struct{ N any }{"k": {6.0}}, When: time.Date(2026, 3, 2, 9, 41, 7, 0, time.UTC),
	}
	resp, drift, err := loginAnswered(t, login+`"session":{"custom_claims":`+body+`}}`)
	if err != nil || slices.Contains(drift, "session.custom_claims: wrong type") {
		t.Fatal(err, drift)
	}
	if seats, ok := resp.Session.CustomClaims["Seats"].(float64); !ok || seats != 3 {
		t.Errorf("seats of the session are %v", resp.Session.CustomClaims["Seats"])
	}
	got, err := stytch.CustomClaims[claims](resp.Session)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v and the error %v\nwant %+v", got, err, want)
	}
	free, err := stytch.CustomClaims[any](resp.Session)
	if err != nil || !reflect.DeepEqual(free, any(resp.Session.CustomClaims)) {
		t.Errorf("free: %v and the error %v, want %v", free, err, resp.Session.CustomClaims)
	}
	made, err := stytch.NewCustomClaims(got)
	if err != nil || made["Seats"] != 3.0 || made["Exact"] != big {
		t.Errorf("made: %v and the error %v", made, err)
	}
}

func TestCustomClaimsThatDoNotFit(t *testing.T) {
	type claims struct {
		Plan   string
		Small  int8
		Time   time.Time
		Keys   map[int]string
		Quoted int `json:",string"`
	}
	tests := []struct {
		claim string
		value any
		names bool // the error names the claim
	}{
		{"small", "s3cret", true},
		{"small", json.Number("482913"), true},
		{"time", "s3cret", false},
		{"keys", map[string]any{"s3cret": "x"}, true},
		{"quoted", "s3cret", false},
		{"plan", json.Number("s3cret"), false},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s %T", test.claim, test.value), func(t *testing.T) {
			session := &stytch.Session{CustomClaims: map[string]any{"Plan": "pro", test.claim: test.value}}
			got, err := stytch.CustomClaims[claims](session)
			if err == nil || !reflect.DeepEqual(got, claims{}) {
				t.Fatalf("got %+v and the error %v, want an error and the zero value", got, err)
			}
			for wrapped := err; wrapped != nil; wrapped = errors.Unwrap(wrapped) {
				if text := wrapped.Error(); strings.Contains(text, "s3cret") || strings.Contains(text, "482913") || test.names && !strings.Contains(strings.ToLower(text), test.claim) {
					t.Errorf("the error names the value, or not the claim: %s", text)
				}
			}
		})
	}
}

func TestNewCustomClaims(t *testing.T) {
	got, err := stytch.NewCustomClaims(plan{Plan: "pro", Seats: 9007199254740993})
	want := map[string]any{"plan": "pro", "seats": json.Number("9007199254740993"), "roles": nil}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v and the error %v, want %v", got, err, want)
	}
}

func TestNewCustomClaimsRefuses(t *testing.T) {
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"a list", []int{1}, "not an object"},
		{"nil", nil, "not an object"},
		{"a nil pointer", (*plan)(nil), "not an object"},
		{"a channel", make(chan int), "cannot be written"},
		{"more than 4 kB", map[string]string{"a": strings.Repeat("x", 4096)}, "at most 4096"},
		{"a reserved claim", map[string]string{"sub": "me"}, `"sub" is reserved`},
		{"a claim of the service", map[string]string{"https://stytch.com/session": "x"}, "is reserved"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			claims, err := stytch.NewCustomClaims(test.value)
			if err == nil || claims != nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v and the error %v, want %q", claims, err, test.want)
			}
		})
	}
}

func ExampleCustomClaims() {
	session := &stytch.Session{CustomClaims: map[string]any{"plan": "pro"}}
	claims, err := stytch.CustomClaims[struct{ Plan string }](session)
	fmt.Println(claims.Plan, err)
	// Output: pro <nil>
}
