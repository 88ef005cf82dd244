package stytchtest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/stytch"
)

// TestBadAnswersAreFound checks that responses that break the spec are reported
// before a client sees them, error responses too.
func TestBadAnswersAreFound(t *testing.T) {
	s := NewServer(t)
	const (
		call = "/v1/otps/email/login_or_create"
		good = `{"request_id":"r","status_code":404,"error_type":"email_not_found","error_message":"m","error_url":"u"}`
		sent = `{"request_id":"r","status_code":200,"user_id":"u","email_id":"e","user_created":true}`
	)
	tests := []struct {
		name, path, body, kind string
		status                 int
		fine                   bool
	}{
		{"an error", call, good, "application/json", 404, true},
		{"an error for an unknown path", "/v1/nothing", good, "application/json", 404, true},
		{"an error of another status", call, good, "application/json", 400, false},
		{"an error without a message", call, strings.Replace(good, `"error_message":"m",`, "", 1), "application/json", 404, false},
		{"an error for an unknown path, without error_url", "/v1/nothing", strings.Replace(good, `,"error_url":"u"`, "", 1), "application/json", 404, false},
		{"an error type that is not a string", call, strings.Replace(good, `"email_not_found"`, "5", 1), "application/json", 404, false},
		{"a page", call, "<html>", "application/json", 404, false},
		{"an error with the content type text/html", call, good, "text/html", 404, false},
		{"a success", call, sent, "application/json", 200, true},
		{"a success without user_id", call, strings.Replace(sent, `"user_id":"u",`, "", 1), "application/json", 200, false},
		{"a success with a string for a boolean", call, strings.Replace(sent, "true", `"yes"`, 1), "application/json", 200, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, test.path, nil)
			err := s.checkAnswer(r, &answer{status: test.status, body: []byte(test.body), header: http.Header{"Content-Type": {test.kind}}})
			if (err == nil) != test.fine {
				t.Errorf("found: %v", err)
			}
		})
	}
}

// silent is a test that counts its failures.
type silent struct {
	*testing.T
	failed int
}

func (t *silent) Errorf(string, ...any) { t.failed++ }

// TestBadAnswersFailTheTest breaks the emulator, then logs in.
func TestBadAnswersFailTheTest(t *testing.T) {
	inner := &silent{T: t}
	s := NewServer(inner)
	call := func() error {
		_, err := s.Client().Sessions.Authenticate(t.Context(), stytch.SessionsAuthenticateRequest{SessionToken: new("none")})
		return err
	}
	err := call()
	if err == nil || inner.failed != 0 {
		t.Fatalf("error %v, %d failures for a valid response", err, inner.failed)
	}
	s.faults.add(Fault{Status: 200, Times: 1})
	_ = call()
	if inner.failed != 1 {
		t.Errorf("%d failures for an error with the status code of a success", inner.failed)
	}
}
