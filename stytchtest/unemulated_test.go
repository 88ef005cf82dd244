package stytchtest

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
)

// TestNotEmulated makes calls that the spec describes and the emulator has no rules
// for.
func TestNotEmulated(t *testing.T) {
	for api, calls := range handlers {
		all := maps.Clone(calls)
		t.Cleanup(func() { handlers[api] = all })
		handlers[api] = map[string]handler{}
	}
	s := NewServer(t)
	for _, test := range []struct {
		method, path, secret string
		status               int
		want                 string
	}{
		{http.MethodGet, "/v1/debug/whoami", s.Secret, 501, `"error_message":"consumer.debug.whoami is not emulated`},
		{http.MethodPost, "/v1/public/" + s.ID + "/oauth2/introspect", s.Secret, 501, `"error_description":"b2b.idp.introspect_token_network is not emulated`},
		{http.MethodGet, "/v1/debug/whoami", "wrong", 401, `"error_type":"unauthorized_credentials"`},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, s.URL()+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(s.ID, test.secret)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != test.status || !strings.Contains(string(body), test.want) {
			t.Errorf("%s: %d %s, %v", test.path, resp.StatusCode, body, err)
		}
	}
	if _, err := s.Perform("consumer.users.create", nil); err == nil || !strings.Contains(err.Error(), "status 501") {
		t.Errorf("Perform: %v", err)
	}
}
