package stytch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
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

// TestCustomClaimsKeepNumbers: a type that leaves a claim open gets every digit of a number.
func TestCustomClaimsKeepNumbers(t *testing.T) {
	session := &stytch.Session{CustomClaims: map[string]any{"seats": json.Number("9007199254740993")}}
	got, err := stytch.CustomClaims[map[string]any](session)
	if err != nil || got["seats"] != json.Number("9007199254740993") {
		t.Errorf("got %v and the error %v", got, err)
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
