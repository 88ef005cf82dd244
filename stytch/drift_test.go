package stytch_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

// TestDriftReport answers with every kind of difference from the spec, and with a secret in every value.
func TestDriftReport(t *testing.T) {
	const secret = "SECRET-4f1c"
	body := strings.NewReplacer(
		`"status":"active"`, `"status":"`+secret+`"`,
		`"totps":[`, `"`+secret+`@example.com":1,"new_field":{"token":"`+secret+`"},"totps":[`,
		`"verified":true`, `"verified":true,"bounced":"`+secret+`"`,
		`"is_locked":false,`, ``,
		`"reset_sessions":false`, `"reset_sessions":null`,
	).Replace(exchangeOTPsAuthenticate.ResponseBody)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
	defer server.Close()
	var got []string
	client, err := stytch.NewClient(wiretest.ProjectID, wiretest.Secret, stytch.WithBaseURL(server.URL),
		stytch.WithDriftReport(func(d stytch.Drift) { got = append(got, d.String()) }))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		resp, err := client.OTPs.Authenticate(t.Context(), stytch.OTPsAuthenticateRequest{MethodID: "m", Code: "482913"})
		if err != nil || resp.User.Status != secret {
			t.Fatalf("the call does not go on as before: %v", err)
		}
	}
	want := []string{
		"consumer.otps.authenticate: reset_sessions: wrong type",
		"consumer.otps.authenticate: user.?: unknown field",
		"consumer.otps.authenticate: user.biometric_registrations[].bounced: unknown field",
		"consumer.otps.authenticate: user.crypto_wallets[].bounced: unknown field",
		"consumer.otps.authenticate: user.emails[].bounced: unknown field",
		"consumer.otps.authenticate: user.is_locked: missing field",
		"consumer.otps.authenticate: user.new_field: unknown field",
		"consumer.otps.authenticate: user.phone_numbers[].bounced: unknown field",
		"consumer.otps.authenticate: user.status: unknown value",
		"consumer.otps.authenticate: user.totps[].bounced: unknown field",
		"consumer.otps.authenticate: user.webauthn_registrations[].bounced: unknown field",
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if strings.Contains(strings.Join(got, ""), secret) {
		t.Error("a value was reported")
	}
}

// TestDriftOfErrorType checks that an error type without a constant is reported without its name.
func TestDriftOfErrorType(t *testing.T) {
	tests := map[string]bool{ // true: it is reported
		"otp_code_not_found": false, "internal_server_error": false,
		"otp_code": true, "not_found": true, "new_type": true,
		`otp_code_not_found\nunable_to_auth_otp_code`: true,
	}
	for errorType, reported := range tests {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"status_code":404,"request_id":"r","error_type":"` + errorType + `","error_message":"m","error_url":"u"}`))
		}))
		var got []string
		client, err := stytch.NewClient(wiretest.ProjectID, wiretest.Secret, stytch.WithBaseURL(server.URL),
			stytch.WithDriftReport(func(d stytch.Drift) { got = append(got, d.String()) }))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Sessions.Get(t.Context(), stytch.SessionsGetRequest{UserID: "user-test-1"}); err == nil {
			t.Fatal("no error")
		}
		server.Close()
		var want []string
		if reported {
			want = []string{"consumer.sessions.get: error_type: unknown value"}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", errorType, got, want)
		}
	}
}

// TestNullIsNoDrift: metadata can be null, lists of factors cannot.
func TestNullIsNoDrift(t *testing.T) {
	_, drift, err := loginAnswered(t, login+`"request_id":"r","status_code":200,"reset_sessions":false,"user":{"user_id":"u","status":"active","is_locked":false,
		"emails":null,"phone_numbers":[],"webauthn_registrations":[],"providers":[],"totps":[],"crypto_wallets":[],"biometric_registrations":[],"roles":[],
		"name":null,"trusted_metadata":null,"untrusted_metadata":null}}`)
	if err != nil || !slices.Equal(drift, []string{"user.emails: wrong type"}) {
		t.Errorf("drift %q, error %v", drift, err)
	}
}

func TestDriftString(t *testing.T) {
	if got := (stytch.Drift{Call: "consumer.otps.authenticate", Kind: stytch.DriftWrongType}).String(); got != "consumer.otps.authenticate: wrong type" {
		t.Errorf("got %q", got)
	}
}

func TestNoDriftReport(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"request_id":"r","status_code":200,"new":1}`))
	}))
	defer server.Close()
	client, err := stytch.NewClient(wiretest.ProjectID, wiretest.Secret, stytch.WithBaseURL(server.URL),
		stytch.WithDriftReport(func(stytch.Drift) { t.Error("reported") }), stytch.WithDriftReport(nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Sessions.Revoke(t.Context(), stytch.SessionsRevokeRequest{SessionID: new("s")}); err != nil {
		t.Fatal(err)
	}
}
