package stytchtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestNotEmulated makes calls that the spec describes and the emulator has no rules
// for.
func TestNotEmulated(t *testing.T) {
	for _, of := range handlers {
		for _, id := range []string{"debug.whoami", "idp.introspect_token_network"} {
			if rules, ok := of[id]; ok {
				delete(of, id)
				t.Cleanup(func() { of[id] = rules })
			}
		}
	}
	srv := NewServer(t)
	for _, test := range []struct{ method, path, message, want string }{
		{http.MethodGet, "/v1/debug/whoami", "error_message", "debug.whoami is not emulated"},
		{http.MethodPost, "/v1/public/" + srv.ID + "/oauth2/introspect", "error_description", "idp.introspect_token_network is not emulated"},
	} {
		r, w := httptest.NewRequest(test.method, test.path, nil), httptest.NewRecorder()
		r.SetBasicAuth(srv.ID, srv.Secret)
		srv.ServeHTTP(w, r)
		var fields map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &fields); err != nil {
			t.Fatal(err)
		}
		if message, _ := fields[test.message].(string); w.Code != http.StatusNotImplemented || !strings.Contains(message, test.want) {
			t.Errorf("%d %v, want 501 and %q", w.Code, fields, test.want)
		}
	}
}
