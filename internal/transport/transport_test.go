package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stytchgen/sdk/internal/validate"
	"github.com/stytchgen/sdk/internal/wire"
)

// Data of the tests' calls. Errors must not contain any of it.
const (
	testProject = "project-test-00000000-1111-4222-8333-444444444444"
	testSecret  = "secret-test-AbCdEfGhIjKlMnOpQrStUvWxYz0="
	testPhone   = "+15005550006"
	testURL     = "https://test.example.com"
	liveURL     = "https://live.example.com"
)

// sendRequest and sendResponse are like generated types.
type sendRequest struct {
	PhoneNumber       string         `json:"phone_number" stytch:"sensitive"`
	ExpirationMinutes *int           `json:"expiration_minutes,omitempty"`
	Claims            map[string]any `json:"claims,omitempty" stytch:"sensitive"`
}

func (r *sendRequest) validate(c *validate.Validator) {
	c.MinLength("phone_number", r.PhoneNumber, 1)
	if r.ExpirationMinutes != nil {
		c.Range("expiration_minutes", *r.ExpirationMinutes, 1, 10)
	}
}

func (r *sendRequest) writeJSON(w *wire.Writer) {
	w.BeginObject()
	w.Field("phone_number").String(r.PhoneNumber)
	if r.ExpirationMinutes != nil {
		w.Field("expiration_minutes").Int(*r.ExpirationMinutes)
	}
	if r.Claims != nil {
		w.Field("claims").Map(r.Claims)
	}
	w.EndObject()
}

type sendResponse struct {
	result     *Result
	RequestID  string `json:"request_id"`
	StatusCode int    `json:"status_code"`
	PhoneID    string `json:"phone_id"`
	Created    bool   `json:"user_created"`
}

func (r *sendResponse) receive(result *Result) { r.result = result }

func (r *sendResponse) readJSON(d *wire.Reader) {
	for d.BeginObject(); d.NextField(); {
		switch d.Name() {
		case "request_id":
			r.RequestID = d.String()
		case "phone_id":
			r.PhoneID = d.EssentialString(1)
		case "user_created":
			r.Created = d.Bool()
		default:
			d.Unknown()
		}
	}
}

const (
	answerOK = `{"request_id":"request-id-test-1","status_code":200,"phone_id":"phone-number-test-1","user_created":true}`

	answerTooMany = `{"status_code":429,"request_id":"request-id-test-2","error_type":"too_many_requests",` +
		`"error_message":"Slow down, +15005550006.","error_url":"https://stytch.com/docs"}`
	answerLocked   = `{"status_code":429,"request_id":"request-id-test-3","error_type":"user_lock_limit_reached","error_message":"Locked."}`
	answerInternal = `{"status_code":500,"request_id":"request-id-test-4","error_type":"internal_server_error","error_message":"Oops."}`
	answerNotFound = `{"status_code":404,"request_id":"request-id-test-5","error_type":"otp_code_not_found",` +
		`"error_message":"No such code.","error_details":{"a":[1]}}`
	answerHTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
)

// sendEndpoint returns an endpoint with a request body, of the given retry class.
func sendEndpoint(class RetryClass) *Endpoint[*sendRequest, *sendResponse] {
	return &Endpoint[*sendRequest, *sendResponse]{
		ID:       CallID{API: "consumer", Service: "otps.sms", Name: "send"},
		New:      newResponse[sendResponse],
		Method:   http.MethodPost,
		Path:     "/v1/otps/sms/send",
		Retry:    class,
		Validate: (*sendRequest).validate,
		Encode:   (*sendRequest).writeJSON,
		Decode:   (*sendResponse).readJSON,
		Receive:  (*sendResponse).receive,
	}
}

// getRequest has all kinds of parameters and no body.
type getRequest struct {
	ProjectID string
	Query     string
	Token     *string `stytch:"sensitive"`
}

func (r *getRequest) params(p *Params) {
	p.Path("project_id", r.ProjectID)
	p.Query("user_id", r.Query)
	if r.Token != nil {
		p.Header("X-Stytch-Member-Session", *r.Token)
	}
}

func getEndpoint() *Endpoint[*getRequest, *sendResponse] {
	return &Endpoint[*getRequest, *sendResponse]{
		ID:     CallID{API: "consumer", Service: "sessions", Name: "get_jwks"},
		New:    newResponse[sendResponse],
		Method: http.MethodGet,
		Path:   "/v1/sessions/jwks/{project_id}/keys",
		Retry:  Safe,
		Params: (*getRequest).params,
		Decode: (*sendResponse).readJSON,
	}
}

// testErrors returns errors that give the tests access to the whole Failure.
type testErrors struct{}

type failureError struct{ *Failure }

func (e failureError) Error() string { return fmt.Sprintf("failure %d: %v", e.StatusCode, e.Cause) }
func (e failureError) Unwrap() error { return e.Cause }

type invalidError struct {
	call       string
	violations []validate.Violation
}

func (e invalidError) Error() string { return fmt.Sprint(e.call, e.violations) }

func (testErrors) Failure(f *Failure) error { return failureError{f} }
func (testErrors) Invalid(call *CallID, v []validate.Violation) error {
	return invalidError{call.String(), v}
}
func (testErrors) RetryableType(errorType string) bool { return errorType == "too_many_requests" }
func (testErrors) KnownType(errorType string) bool {
	return errorType == "too_many_requests" || errorType == "otp_code_not_found"
}

// failureOf returns the Failure of a failed call.
func failureOf(t *testing.T, err error) *Failure {
	t.Helper()
	var f failureError
	if !errors.As(err, &f) {
		t.Fatalf("error is %T (%v), want a failure", err, err)
	}
	return f.Failure
}

// newClient returns a client for the server at url. It does not sleep, and has its own connections.
func newClient(t *testing.T, url string, change ...func(*Config)) *Client {
	t.Helper()
	own := &http.Transport{}
	t.Cleanup(own.CloseIdleConnections)
	cfg := Config{
		ProjectID:  testProject,
		Secret:     testSecret,
		BaseURL:    url,
		HTTPClient: &http.Client{Transport: own},
		Errors:     testErrors{},
		Sleep:      func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Jitter:     func(n time.Duration) time.Duration { return n },
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// serve starts a server that ends with the test.
func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

// send makes a call of the given retry class.
func send(ctx context.Context, c *Client, class RetryClass, opts ...CallOption) (*sendResponse, error) {
	return Call(ctx, c, sendEndpoint(class), &sendRequest{PhoneNumber: testPhone}, opts)
}

// answer returns a handler that always gives the same answer.
func respond(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func infoInto(info *Info) CallOption {
	return CallOptionFunc(func(s *CallSettings) { s.Report = func(i Info) { *info = i } })
}

func newResponse[Resp any]() (*Resp, *Result) { return new(Resp), new(Result) }
