package stytchtest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/stytch"
)

// TestOtherClients has requests that clients in other languages make and ours
// does not.
func TestOtherClients(t *testing.T) {
	tests := []struct {
		name, contentType, more string
		want                    string
	}{
		{"no content type", "", ``, ""},
		{"a charset", "application/json; charset=utf-8", ``, ""},
		{"a field that the spec does not know", "application/json", `,"new":{"field":1}`, ""},
		{"a choice without what is false", "application/json", `,"options":{}`, ""},
		{"a choice with what is true alone", "application/json", `,"options":{"ip_match_required":true}`, "attribute_mismatch"},
		{"a choice of another type", "application/json", `,"options":{"ip_match_required":"yes"}`, "bad_request"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			methodID, code := w.sms()
			body := `{"method_id":"` + methodID + `","code":"` + code + `"` + test.more + `}`
			r := must(http.NewRequestWithContext(w.ctx, http.MethodPost, w.URL()+"/v1/otps/authenticate", strings.NewReader(body)))(t)
			r.SetBasicAuth(w.ID, w.Secret)
			if test.contentType != "" {
				r.Header.Set("Content-Type", test.contentType)
			}
			resp := must(http.DefaultClient.Do(r))(t)
			_ = resp.Body.Close()
			if got := w.Requests()[len(w.Requests())-1].ErrorType; got != test.want {
				t.Errorf("error type %q, want %q", got, test.want)
			}
		})
	}
}

// TestRequiredFieldsOfOtherTypes has a field that is required and no boolean
// stay required.
func TestRequiredFieldsOfOtherTypes(t *testing.T) {
	w := newWorld(t)
	status, e := w.post("/v1/otps/authenticate", `{"method_id":"x","options":{}}`, w.ID, w.Secret)
	if status != http.StatusBadRequest || e["error_type"] != string(stytch.ErrBadRequest) || e["error_message"] != "code: the field is required" {
		t.Errorf("%d %v", status, e)
	}
}
