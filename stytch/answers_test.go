package stytch_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

// loginAnswered makes a login whose answer has the given body, and returns the reported drift.
func loginAnswered(t *testing.T, body string) (*stytch.OTPsAuthenticateResponse, []string, error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
	defer server.Close()
	var drift []string
	client, err := stytch.NewClient(wiretest.ProjectID, wiretest.Secret, stytch.WithBaseURL(server.URL),
		stytch.WithDriftReport(func(d stytch.Drift) { drift = append(drift, d.Path+": "+string(d.Kind)) }))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.OTPs.Authenticate(t.Context(), stytch.OTPsAuthenticateRequest{MethodID: "m", Code: "482913"})
	return resp, drift, err
}

// login is the start of an answer with all that the caller of a login needs.
const login = `{"user_id":"user-1","method_id":"phone-1","session_token":"token-1","session_jwt":"jwt-1",`

func TestLoginThatWorked(t *testing.T) {
	zero := time.Time{}
	tests := []struct {
		name, rest string
		drift      string // one of the reports
		expires    time.Time
	}{
		{"no request ID", `"status_code":200}`, "request_id: missing field", zero},
		{"no user", `"session":null}`, "user: missing field", zero},
		{"null for the user", `"user":null}`, "user: wrong type", zero},
		{"text for the user", `"user":"user-1"}`, "user: wrong type", zero},
		{"status as a string", `"status_code":"200"}`, "status_code: wrong type", zero},
		{"list for the session", `"session":[]}`, "session: wrong type", zero},
		{"no end of the session", `"session":{"session_id":"s","user_id":"u","expires_at":""}}`, "session.expires_at: wrong type", zero},
		{"end of the session that is no time", `"session":{"expires_at":"2026-13-01T00:00:00Z"}}`, "session.expires_at: wrong type", zero},
		{"end of the session in seconds", `"session":{"expires_at":1772444467}}`, "session.expires_at: wrong type", zero},
		{"end of the session in small letters", `"session":{"expires_at":"2026-01-02t03:04:05z"}}`, "session.expires_at: wrong type",
			time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		{"end of the session in a leap second", `"session":{"expires_at":"2016-12-31T23:59:60Z"}}`, "session.expires_at: wrong type",
			time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"number for a factor's type", `"session":{"authentication_factors":[{"type":7}]}}`, "session.authentication_factors[].type: wrong type", zero},
		{"half a character in a name", `"user":{"name":{"first_name":"Ad\ud83d"}}}`, "user.name.first_name: wrong type", zero},
		{"a name twice", `"reset_sessions":false,"reset_sessions":true}`, "reset_sessions: wrong type", zero},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			resp, drift, err := loginAnswered(t, login+test.rest)
			if err != nil {
				t.Fatal(err)
			}
			if resp.UserID != "user-1" || resp.MethodID != "phone-1" || resp.SessionToken != "token-1" || resp.SessionJWT != "jwt-1" {
				t.Errorf("the response lacks what is there: %s", resp.RawJSON())
			}
			if !slices.Contains(drift, test.drift) {
				t.Errorf("drift %q, want %q", drift, test.drift)
			}
			var got time.Time
			if resp.Session != nil && resp.Session.ExpiresAt != nil {
				got = *resp.Session.ExpiresAt
			}
			if !got.Equal(test.expires) {
				t.Errorf("the session ends %v, want %v", got, test.expires)
			}
		})
	}
}

func TestLoginThatCannotBeUsed(t *testing.T) {
	const fine = login + `"user":{}}`
	for name, body := range map[string]string{
		"no user ID":            strings.Replace(fine, `"user_id":"user-1",`, ``, 1),
		"null for the user ID":  strings.Replace(fine, `"user-1"`, `null`, 1),
		"empty user ID":         strings.Replace(fine, `"user-1"`, `""`, 1),
		"number for the ID":     strings.Replace(fine, `"user-1"`, `17`, 1),
		"malformed user ID":     strings.Replace(fine, `"user-1"`, `"user-\ud83d"`, 1),
		"two user IDs":          strings.Replace(fine, `"user-1"`, `"user-1","user_id":"user-2"`, 1),
		"no token":              strings.Replace(fine, `"session_token":"token-1",`, ``, 1),
		"object for the token":  strings.Replace(fine, `"token-1"`, `{}`, 1),
		"null for the JWT":      strings.Replace(fine, `"jwt-1"`, `null`, 1),
		"broken off":            fine[:len(fine)-1],
		"list":                  `[` + fine + `]`,
		"null":                  `null`,
		"text":                  `"user-1"`,
		"number":                `200`,
		"empty object":          `{}`,
		"more behind it":        fine + `{}`,
		"empty":                 ``,
		"white space":           "\r\n",
		"HTML":                  `<html></html>`,
		"no JSON in the middle": strings.Replace(fine, `{}`, `{user}`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			resp, _, err := loginAnswered(t, body)
			if resp != nil || !errors.Is(err, stytch.ErrOutcomeUnknown) {
				t.Errorf("got %v and the error %v, want ErrOutcomeUnknown", resp, err)
			}
		})
	}
}

// TestAnswerToNoCall checks that an answer without essential fields still has at least one required
// field.
func TestAnswerToNoCall(t *testing.T) {
	for body, ok := range map[string]bool{`{}`: false, `{"message":"ok"}`: false, `{"status_code":200}`: true, `{"request_id":null}`: true} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
		client, err := stytch.NewClient(wiretest.ProjectID, wiretest.Secret, stytch.WithBaseURL(server.URL), stytch.WithMaxRetries(0))
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Sessions.Revoke(t.Context(), stytch.SessionsRevokeRequest{SessionID: new("s")})
		if (err == nil) != ok {
			t.Errorf("%s: %v", body, err)
		}
		server.Close()
	}
}

// TestKeySets checks JWTs with unusual key sets.
func TestKeySets(t *testing.T) {
	i := newIssuer()
	good := i.jwk("key-1")
	key := fmt.Sprintf(`{"kty":"RSA","use":"sig","alg":"RS256","kid":"key-1","n":%q,"e":%q}`, good.N, good.E)
	tests := []struct {
		name, body string
		ok         bool
	}{
		{"keys alone, as RFC 7517 has it", `{"keys":[` + key + `]}`, true},
		{"no element but one can be read", `{"keys":[null,5,"key",[` + key + `],{},` + key + `]}`, true},
		{"a key of numbers beside it", `{"keys":[{"kty":"RSA","kid":1,"n":[1],"e":65537},` + key + `],"request_id":7}`, true},
		{"a key with a name twice beside it", `{"keys":[{"kid":"a","kid":"b","x5c":"none"},` + key + `]}`, true},
		{"what the check does not need is odd", `{"keys":[` + strings.Replace(key, `{`, `{"x5c":[1],"key_ops":"verify","x5tS256":null,`, 1) + `]}`, true},
		{"null", `{"keys":null,"request_id":"r"}`, false},
		{"an object", `{"keys":{"0":` + key + `}}`, false},
		{"none", `{"keys":[]}`, false},
		{"no keys", `{"request_id":"r","status_code":200}`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, test.body) }))
			defer server.Close()
			client, err := stytch.NewClient(jwtProject, "secret-test-x", stytch.WithBaseURL(server.URL), stytch.WithMaxRetries(0), stytch.WithClock(func() time.Time { return i.now }))
			if err != nil {
				t.Fatal(err)
			}
			session, err := client.Sessions.AuthenticateJWTLocal(t.Context(), rs256(i, nil))
			if test.ok && (err != nil || session.UserID != "user-test-1") || !test.ok && !errors.Is(err, stytch.ErrJWTKeysUnreachable) {
				t.Errorf("session %v, error %v", session, err)
			}
		})
	}
}

// TestSessionOfNobody checks that an answer without the user of the session is rejected.
func TestSessionOfNobody(t *testing.T) {
	const fine = `{"session":{"session_id":"s","user_id":"u"},"session_token":"t","session_jwt":"j","user":{}}`
	for session, ok := range map[string]bool{
		`{"session_id":"s","user_id":"u"}`: true, `{"session_id":"s","user_id":null}`: false, `{"session_id":"s"}`: false, `{"session_id":"s","user_id":""}`: false,
		`{"user_id":"u"}`: false, `{"session_id":7,"user_id":"u"}`: false, `{"session_id":"s","user_id":"u","user_id":"v"}`: false, `{}`: false, `null`: false, `"s"`: false, `[]`: false,
		`{"session_id":"s","user_id":"u","roles":7,"authentication_factors":[null],"expires_at":"","custom_claims":[]}`: true,
	} {
		body := strings.Replace(fine, `{"session_id":"s","user_id":"u"}`, session, 1)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
		client, err := stytch.NewClient(wiretest.ProjectID, wiretest.Secret, stytch.WithBaseURL(server.URL), stytch.WithMaxRetries(0))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: new("t")})
		if (err == nil) != ok || ok && (resp.Session.UserID != "u" || len(resp.Session.AuthenticationFactors) > 0) {
			t.Errorf("%s: %v and the error %v", session, resp, err)
		}
		server.Close()
	}
}

// TestErrorsThatAreOdd checks that an error of the service keeps its type, even in an unusual answer.
func TestErrorsThatAreOdd(t *testing.T) {
	for _, body := range []string{
		`{"error_message":{"text":"no"},"error_type":"otp_code_not_found"}`,
		`{"request_id":7,"status_code":"404","error_url":null,"error_type":"otp_code_not_found"}`,
		`{"error_message":"half \ud83d","error_message":"x","error_details":[1],"error_type":"otp_code_not_found"}`,
		"{\"error_message\":\"\xff\",\"error_type\":\"otp_code_not_found\"}",
		"\n {\"error_type\":\"otp_code_not_found\",\"error_message\":\"broken o",
	} {
		if err := fail(t, 404, body); !errors.Is(err, stytch.ErrOTPCodeNotFound) {
			t.Errorf("%s: %v", body, err)
		}
	}
	if err := fail(t, 404, `{"error_type":{"otp_code_not_found":1}}`); errors.Is(err, stytch.ErrOTPCodeNotFound) {
		t.Errorf("got %v", err)
	}
}

// TestUnknownFieldsBesideMisfits checks that unknown fields are found next to values that do not fit.
func TestUnknownFieldsBesideMisfits(t *testing.T) {
	resp, _, err := loginAnswered(t, login+`"user":{"emails":[7,{"new":1}],"name":"Ada","more":"\ud83d"},"status_code":"200","last":2}`)
	if err != nil {
		t.Fatal(err)
	}
	unknown := resp.UnknownFields()
	if len(unknown) != 3 || string(unknown["user.emails[1].new"]) != "1" || string(unknown["user.more"]) != `"\ud83d"` || string(unknown["last"]) != "2" {
		t.Errorf("unknown fields %q", unknown)
	}
}
