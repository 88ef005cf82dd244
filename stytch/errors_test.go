package stytch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

const notFound = `{"status_code":404,"request_id":"request-id-test-5","error_type":"otp_code_not_found",` +
	`"error_message":"The code 482913 for ada@example.com is wrong.\nTry again.",` +
	`"error_url":"https://stytch.com/docs/api/errors/404#otp_code_not_found","error_details":{"left":4}}`

func TestError(t *testing.T) {
	err := fail(t, 404, notFound, "Retry-After", "3", "X-Served-By", "test")
	var e *stytch.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T, want *stytch.Error", err)
	}
	if e.StatusCode != 404 || e.Type != stytch.ErrOTPCodeNotFound || e.RequestID != "request-id-test-5" ||
		e.Message != "The code 482913 for ada@example.com is wrong.\nTry again." ||
		!strings.HasPrefix(e.URL, "https://stytch.com/docs") || string(e.Details) != `{"left":4}` ||
		e.RetryAfter != 3*time.Second || e.Header.Get("X-Served-By") != "test" || e.Body != notFound ||
		e.Call != "consumer.otps.authenticate" || e.Method != "POST" || e.Path != "/v1/otps/authenticate" ||
		e.Attempts != 1 || e.OutcomeUnknown || e.Err != nil {
		t.Errorf("error lacks what the service sent: %+v", e)
	}
	if !errors.Is(err, stytch.ErrOTPCodeNotFound) || !errors.Is(err, stytch.ErrorType("otp_code_not_found")) {
		t.Error("error does not match its type")
	}
	if errors.Is(err, stytch.ErrTooManyRequests) || errors.Is(err, stytch.ErrOutcomeUnknown) || errors.Is(err, stytch.ErrorType("")) {
		t.Error("error matches another")
	}
	var kind stytch.ErrorType
	if errors.As(err, &kind) {
		t.Error("errors.As takes the type out of the error, where Type is to be used")
	}
}

// TestErrorText checks the text of every kind of error, in all ways of printing it.
func TestErrorText(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	call := func(ctx context.Context, url string, req codeRequest, opts ...stytch.Option) error {
		_, err := authenticate(ctx, url, req, append(opts, stytch.WithMaxRetries(0)))
		return err
	}
	const unknown = "; the outcome is unknown, the request may have been carried out"
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"service", fail(t, 404, notFound),
			"stytch: consumer.otps.authenticate: status 404 otp_code_not_found: The code [redacted] for [redacted] is wrong. Try again. (request ID request-id-test-5)"},
		{"service without a message", fail(t, 400, `{"error_type":"bad_request"}`),
			"stytch: consumer.otps.authenticate: status 400 bad_request"},
		{"secret in the type and the request ID", fail(t, 400, `{"error_type":"x_482913","request_id":"ada@example.com"}`),
			"stytch: consumer.otps.authenticate: status 400 x_[redacted] (request ID [redacted])"},
		{"project secret in the message", fail(t, 401, `{"error_type":"unauthorized_credentials","error_message":"no `+secret+`"}`),
			"stytch: consumer.otps.authenticate: status 401 unauthorized_credentials: no [redacted]"},
		{"HTML", fail(t, 502, "<html>482913</html>"),
			"stytch: consumer.otps.authenticate: status 502 Bad Gateway: the body is HTML or XML of 19 bytes, not an error of the service" + unknown},
		{"text", fail(t, 404, "482913"),
			"stytch: consumer.otps.authenticate: status 404 Not Found: the body is text of 6 bytes, not an error of the service"},
		{"other JSON", fail(t, 403, `{"message":"482913"}`),
			"stytch: consumer.otps.authenticate: status 403 Forbidden: the body is JSON of 20 bytes, not an error of the service"},
		{"no body", fail(t, 503, ""),
			"stytch: consumer.otps.authenticate: status 503 Service Unavailable: the body is empty, not an error of the service" + unknown},
		{"redirect", fail(t, 302, "", "Location", "https://login.example.com/"),
			"stytch: consumer.otps.authenticate: status 302 Found: the answer is a redirect, which is not followed: check the base URL"},
		{"error in an encoding", fail(t, 404, "\x1b\x03\x00", "Content-Encoding", "br"),
			"stytch: consumer.otps.authenticate: status 404 Not Found: the body is text of 3 bytes with the Content-Encoding \"br\", which the client did not ask for, not an error of the service"},
		{"success in an encoding", fail(t, 200, "\x1b\x03\x00", "Content-Encoding", "deflate"),
			"stytch: consumer.otps.authenticate: status 200 OK: the body has the Content-Encoding \"deflate\", which the client did not ask for: want a JSON object" + unknown},
		{"encoding with a secret", fail(t, 200, "x", "Content-Encoding", code),
			"stytch: consumer.otps.authenticate: status 200 OK: the body has the Content-Encoding \"[redacted]\", which the client did not ask for: want a JSON object" + unknown},
		{"unknown status", fail(t, 599, ""),
			"stytch: consumer.otps.authenticate: status 599: the body is empty, not an error of the service" + unknown},
		{"empty success", fail(t, 200, ""),
			"stytch: consumer.otps.authenticate: status 200 OK: the body is empty: want a JSON object" + unknown},
		{"mistyped success", fail(t, 200, `{"session_token":482913}`),
			"stytch: consumer.otps.authenticate: status 200 OK: session_token: want a string, got a number (offset 17)" + unknown},
		{"not sent", call(canceled, closed.URL, codeRequest{methodID, code}),
			"stytch: consumer.otps.authenticate: not sent: context canceled"},
		{"invalid", call(t.Context(), closed.URL, codeRequest{"", "4829"}),
			"stytch: consumer.otps.authenticate: the request was not sent: method_id: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.err.Error(); got != tt.want && (tt.name != "invalid" || !strings.HasPrefix(got, tt.want)) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			text := printed(tt.err)
			for _, s := range []string{code, "ada@example.com", secret, "Basic"} {
				if strings.Contains(text, s) {
					t.Errorf("%s is printed: %s", s, text)
				}
			}
		})
	}
}

// TestNamesStayWhole checks that names which the SDK knows are printed, even if a field of the request
// has the same text.
func TestNamesStayWhole(t *testing.T) {
	const id = "request-id-test-b5f0d6c4-1111-4222-8333-444444444444"
	words := []stytch.CallOption{
		stytch.WithCallHeader("X-Env", "test"), stytch.WithCallHeader("X-Tier", "server"), stytch.WithCallHeader("X-Shard", "4222"),
	}
	tests := []struct{ kind, id, wantKind, wantID string }{
		{"internal_server_error", id, "internal_server_error", id},
		{"other_server_error", "other-test-5", "other_[redacted]_error", "other-[redacted]-5"},
		{"server_" + code, code, "[redacted]_[redacted]", "[redacted]"},
	}
	for _, tt := range tests {
		body := `{"status_code":400,"error_type":"` + tt.kind + `","request_id":"` + tt.id + `"}`
		var log bytes.Buffer
		var info stytch.CallInfo
		_, err := authenticate(t.Context(), serve(t, 400, body).URL, codeRequest{methodID, code},
			[]stytch.Option{stytch.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))},
			append(words, stytch.WithCallInfo(&info))...)
		if want := fmt.Sprintf("stytch: consumer.otps.authenticate: status 400 %s (request ID %s)", tt.wantKind, tt.wantID); err.Error() != want {
			t.Errorf("got %s, want %s", err, want)
		}
		summary, _ := json.Marshal(err)
		for where, text := range map[string]string{"log": log.String(), "JSON": string(summary)} {
			if !strings.Contains(text, `"`+tt.wantKind+`"`) || !strings.Contains(text, `"request_id":"`+tt.wantID+`"`) {
				t.Errorf("the %s has not %s and %s: %s", where, tt.wantKind, tt.wantID, text)
			}
		}
		if info.RequestID != tt.id {
			t.Errorf("request ID %s, want %s", info.RequestID, tt.id)
		}
		for how, text := range printedWays(info) {
			if !strings.Contains(text, tt.wantID) || strings.Contains(text, code) {
				t.Errorf("%s of the info has not %s: %s", how, tt.wantID, text)
			}
		}
	}
	made := stytch.CallInfo{RequestID: "ada@example.com"} // not filled in by a call
	if text := fmt.Sprint(made); strings.Contains(text, "ada@") {
		t.Errorf("prints an address: %s", text)
	}
}

func TestErrorValuePrinted(t *testing.T) {
	var e *stytch.Error
	if !errors.As(fail(t, 404, notFound), &e) {
		t.Fatal("no *stytch.Error")
	}
	if text := printed(*e); strings.Contains(text, code) || strings.Contains(text, "ada@") {
		t.Errorf("the value behind the pointer prints secrets: %s", text)
	}
	// An error that an application creates for its own tests.
	made := &stytch.Error{StatusCode: 404, Type: "x", Message: "no ada@example.com", Body: code}
	if got, want := fmt.Sprint(made), "stytch: status 404 x: no [redacted]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if text := printed(made); strings.Contains(text, code) {
		t.Errorf("prints secrets: %s", text)
	}
	_ = printed((*stytch.Error)(nil))
	_ = printed(&stytch.ConnectionError{})
}

func TestErrorLogged(t *testing.T) {
	got, err := json.Marshal(fail(t, 404, notFound))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"call":"consumer.otps.authenticate","status_code":404,"error_type":"otp_code_not_found",` +
		`"error_message":"The code [redacted] for [redacted] is wrong. Try again.","request_id":"request-id-test-5",` +
		`"attempts":1,"outcome_unknown":false,"cause":""}`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLongMessageIsCut(t *testing.T) {
	err := fail(t, 400, `{"error_type":"bad_request","error_message":"`+strings.Repeat("é", 9999)+`"}`)
	if n := len(err.Error()); n < 500 || n > 600 {
		t.Errorf("the text has %d bytes, want little more than 500", n)
	}
}

func TestConnectionError(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	_, err := authenticate(t.Context(), server.URL, codeRequest{methodID, code}, nil)
	var e *stytch.ConnectionError
	if !errors.As(err, &e) {
		t.Fatalf("error is %T, want *stytch.ConnectionError", err)
	}
	if e.Call != "consumer.otps.authenticate" || e.Method != "POST" || e.Path != "/v1/otps/authenticate" || e.Attempts != 1 || e.Err == nil {
		t.Errorf("error %+v", e)
	}
	if !e.OutcomeUnknown || !errors.Is(err, stytch.ErrOutcomeUnknown) {
		t.Error("the outcome is not unknown")
	}
	if text := err.Error(); strings.Contains(text, server.URL) || !strings.HasSuffix(text, "may have been carried out") {
		t.Errorf("text %s", text)
	}
	var apiErr *stytch.Error
	if errors.As(err, &apiErr) {
		t.Error("a call without an answer is an *Error")
	}
}

func TestConnectionErrorAttempts(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	_, err := authenticate(t.Context(), closed.URL, codeRequest{methodID, code}, []stytch.Option{stytch.WithMaxRetries(1)})
	if text := err.Error(); !strings.HasSuffix(text, "connection refused (attempt 2)") {
		t.Errorf("text %s", text)
	}
	if errors.Is(err, stytch.ErrOutcomeUnknown) {
		t.Error("the outcome is unknown, although nothing was sent")
	}
}

func TestValidationError(t *testing.T) {
	_, err := authenticate(t.Context(), "http://localhost:1", codeRequest{"", "4829"}, nil)
	var e *stytch.ValidationError
	if !errors.As(err, &e) {
		t.Fatalf("error is %T, want *stytch.ValidationError", err)
	}
	fields := []string{}
	for _, v := range e.Violations {
		fields = append(fields, v.Field)
		if v.Message == "" || v.String() != v.Field+": "+v.Message {
			t.Errorf("violation %q", v)
		}
	}
	if e.Call != "consumer.otps.authenticate" || !slices.Equal(fields, []string{"method_id", "code"}) {
		t.Errorf("violations of %s: %q", e.Call, fields)
	}
	if e.Violations[0].Type != stytch.ErrBadRequest || !errors.Is(err, stytch.ErrBadRequest) || errors.Is(err, stytch.ErrInvalidCode) || errors.Is(err, stytch.ErrorType("")) {
		t.Errorf("the types are %v", e.Violations)
	}
	typed := fmt.Errorf("login: %w", &stytch.ValidationError{Violations: []stytch.Violation{{Field: "code", Type: stytch.ErrInvalidCode}, {Field: "method_id", Type: stytch.ErrInvalidMethodID}, {}}})
	if !errors.Is(typed, stytch.ErrInvalidCode) || !errors.Is(typed, stytch.ErrInvalidMethodID) || errors.Is(typed, stytch.ErrBadRequest) || errors.Is(typed, stytch.ErrorType("")) {
		t.Errorf("the error does not match its types: %v", typed)
	}
	if got := (stytch.Violation{Message: "must be set"}).String(); got != "must be set" {
		t.Errorf("a violation without a field is %q", got)
	}
}
