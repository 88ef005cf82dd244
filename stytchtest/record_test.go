package stytchtest

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stytchgen/sdk/stytch"
)

// TestRecords writes records and reads them again.
func TestRecords(t *testing.T) {
	u := user{
		Profile: stytch.User{
			UserID: "a<b>&\u2028\"", ExternalID: new(""), Roles: []string{}, Emails: []stytch.UserEmail{{}},
			TrustedMetadata: map[string]any{
				"digits": json.Number("12345678901234567890.10"), "deep": []any{map[string]any{"n": json.Number("1e400")}, nil, true, "x", 1.5},
			},
			UntrustedMetadata: map[string]any{},
		},
		Methods: []*method{{Code: &code{}}},
	}
	var again user
	data := must(encodeRecord(&u))(t)
	if err := decodeRecord(data, &again); err != nil {
		t.Fatal(err)
	}
	u.Profile.TrustedMetadata["deep"].([]any)[4] = json.Number("1.5") // every number keeps its digits
	if !reflect.DeepEqual(again, u) {
		t.Errorf("read %+v from %s", again, data)
	}
	for name, wrong := range map[string]string{
		"an unknown field": `{"later":1}`, "another case": `{"Profile":{}}`, "more data": `{}{}`, "another type": `{"methods":1}`, "truncated": `{"methods":[`,
	} {
		if err := decodeRecord([]byte(wrong), new(user)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}
