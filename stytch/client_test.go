package stytch_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

func TestNewClient(t *testing.T) {
	client, err := stytch.NewClient(projectID, secret, nil, stytch.WithBaseURL("https://login.example.com/"))
	if err != nil {
		t.Fatal(err)
	}
	const want = `stytch.Client{ProjectID: "` + projectID + `", BaseURL: "https://login.example.com"}`
	for name, v := range map[string]any{"pointer": client, "value": *client} {
		if got := fmt.Sprintf("%+v", v); got != want {
			t.Errorf("a %s prints %s, want %s", name, got, want)
		}
		if text := printed(v); strings.Contains(text, secret) || strings.Contains(text, "Basic") {
			t.Errorf("a %s prints the secret: %s", name, text)
		}
	}
	_ = printed(new(stytch.Client))
	if got := new(stytch.Client).LogValue().String(); got != "[project_id= base_url=]" {
		t.Errorf("an empty client is logged as %s", got)
	}

	client, err = stytch.NewClient(secret, projectID)
	if client != nil || err == nil || !strings.HasPrefix(err.Error(), "stytch: the project ID and the secret are swapped") {
		t.Errorf("got %v and error %v", client, err)
	}
}

func TestFromEnv(t *testing.T) {
	tests := []struct {
		name            string
		id, secret, url string
		opts            []stytch.Option
		want            string // in the printed client, or in the error
	}{
		{"test", projectID, secret, "", nil, `BaseURL: "https://test.stytch.com"`},
		{"live", "project-live-1", "secret-live-1", "", nil, `BaseURL: "https://api.stytch.com"`},
		{"base URL", projectID, secret, "http://localhost:9", nil, `BaseURL: "http://localhost:9"`},
		{"option before environment", projectID, secret, "http://localhost:9",
			[]stytch.Option{stytch.WithBaseURL("http://localhost:7")}, `BaseURL: "http://localhost:7"`},
		{"no id", "", secret, "", nil, "STYTCH_PROJECT_ID is not set"},
		{"no secret", projectID, "", "", nil, "STYTCH_SECRET is not set"},
		{"bad id", " " + projectID, secret, "", nil, "the project ID begins or ends with white space"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("STYTCH_PROJECT_ID", tt.id)
			t.Setenv("STYTCH_SECRET", tt.secret)
			t.Setenv("STYTCH_BASE_URL", tt.url)
			client, err := stytch.FromEnv(tt.opts...)
			if got := fmt.Sprint(client, err); !strings.Contains(got, tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	var log bytes.Buffer
	var passed int
	var got *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		fmt.Fprint(w, `{"request_id":"request-id-test-1","session_token":"`+strings.Repeat("t", 44)+`"}`)
	}))
	defer server.Close()
	count := func(next http.RoundTripper) http.RoundTripper {
		passed++
		return next
	}
	opts := []stytch.Option{
		stytch.WithInsecureHTTP(),
		stytch.WithHTTPClient(&http.Client{Transport: server.Client().Transport}),
		stytch.WithTimeout(time.Minute),
		stytch.WithAttemptTimeout(time.Minute),
		stytch.WithMaxRetries(5),
		stytch.WithMaxResponseBytes(200),
		stytch.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		stytch.WithMiddleware(count),
		stytch.WithMiddleware(count, count),
		stytch.WithUserAgent("shop/1.2"),
		stytch.WithoutValidation(),
	}
	var info stytch.CallInfo
	resp, err := authenticate(t.Context(), server.URL, codeRequest{}, opts,
		nil,
		stytch.WithCallTimeout(time.Minute),
		stytch.WithCallRetries(1),
		stytch.WithCallHeader("X-Trace", "1"),
		stytch.WithCallHeader("x-trace", "2"),
		stytch.WithoutCallValidation(),
		stytch.WithCallInfo(&info),
		stytch.WithCallInfo(nil),
	)
	if err != nil {
		t.Fatal(err)
	}
	if info.Call != "consumer.otps.authenticate" {
		t.Errorf("the info is about %q", info.Call)
	}
	if passed != 3 || !strings.Contains(log.String(), "call=consumer.otps.authenticate") {
		t.Errorf("%d of 3 middlewares, log %s", passed, &log)
	}
	if strings.Contains(log.String(), resp.SessionToken) {
		t.Errorf("the log shows the session token: %s", &log)
	}
	if !strings.HasSuffix(got.UserAgent(), " shop/1.2") || fmt.Sprint(got.Header["X-Trace"]) != "[1 2]" {
		t.Errorf("header %v", got.Header)
	}
	if info.StatusCode != 200 || info.Attempts != 1 || info.RequestID != "request-id-test-1" || info.Header == nil {
		t.Errorf("info %+v", info)
	}

	_, err = authenticate(t.Context(), server.URL, codeRequest{methodID, code},
		[]stytch.Option{stytch.WithMaxResponseBytes(50)}, stytch.WithCallInfo(&info))
	if err == nil || !strings.Contains(err.Error(), "over the limit of 50 bytes") || info.StatusCode != 200 {
		t.Errorf("error %v, info %+v", err, info)
	}
	_, err = authenticate(t.Context(), server.URL, codeRequest{}, nil, stytch.WithCallInfo(&info))
	if err == nil || info.StatusCode != 0 || info.Header != nil {
		t.Errorf("error %v, and an info of an earlier call: %+v", err, info)
	}
	_, err = authenticate(t.Context(), server.URL, codeRequest{methodID, code}, nil, stytch.WithCallHeader("Authorization", code))
	var invalid *stytch.ValidationError
	if !errors.As(err, &invalid) || strings.Contains(err.Error(), code) {
		t.Errorf("error %v, want one about the header", err)
	}
}

func TestWithMaxRetries(t *testing.T) {
	for retries, want := range map[int]int{-1: 1, 0: 1, 1: 2, 2: 3} {
		server := serve(t, 429, "busy", "Retry-After", "0")
		var info stytch.CallInfo
		_, err := authenticate(t.Context(), server.URL, codeRequest{methodID, code},
			[]stytch.Option{stytch.WithMaxRetries(retries)}, stytch.WithCallInfo(&info))
		if err == nil || info.Attempts != want {
			t.Errorf("%d retries: %d attempts, want %d (%v)", retries, info.Attempts, want, err)
		}
	}
}

// TestTooManyRequests checks that a 429 is repeated only if its reason is over within seconds.
func TestTooManyRequests(t *testing.T) {
	for errorType, want := range map[stytch.ErrorType]int{stytch.ErrTooManyRequests: 3, stytch.ErrUserLockLimitReached: 1} {
		server := serve(t, 429, `{"error_type":"`+string(errorType)+`"}`)
		var info stytch.CallInfo
		_, err := authenticate(t.Context(), server.URL, codeRequest{methodID, code}, nil, stytch.WithCallInfo(&info))
		if !errors.Is(err, errorType) || info.Attempts != want {
			t.Errorf("%d attempts, want %d (%v)", info.Attempts, want, err)
		}
	}
}

func TestResponse(t *testing.T) {
	const body = `{"request_id":"r","session_token":"tttttttt","new":1,"emails":[{"email":"ada@example.com"},{"email":"b@c.d","odd key":{"x":[]}}]}`
	server := serve(t, 201, body, "X-Served-By", "test")
	resp, err := authenticate(t.Context(), server.URL, codeRequest{methodID, code}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.RawJSON() != body || resp.Header().Get("X-Served-By") != "test" || resp.HTTPStatus() != 201 {
		t.Errorf("response %s, %v, %d", resp.RawJSON(), resp.Header(), resp.HTTPStatus())
	}
	unknown := resp.UnknownFields()
	if len(unknown) != 2 || string(unknown["new"]) != "1" || string(unknown[`emails[1]."odd key"`]) != `{"x":[]}` {
		t.Errorf("unknown fields %s", unknown)
	}
	if got, want := fmt.Sprintf("%+v", resp.Response), fmt.Sprintf("stytch.Response{HTTPStatus: 201, RawJSON: [%d bytes]}", len(body)); got != want {
		t.Errorf("prints %s, want %s", got, want)
	}
	if text := printed(resp.Response); strings.Contains(text, "tttttttt") || strings.Contains(text, "ada@") {
		t.Errorf("prints secrets: %s", text)
	}
	if text := fmt.Sprintf("%v %+v %#v", resp, *resp, resp); strings.Contains(text, "tttttttt") {
		t.Errorf("prints secrets: %s", text)
	}
	marshaled, err := json.Marshal(resp)
	const fields = `{"request_id":"r","session_token":"tttttttt","Emails":[{"Email":"ada@example.com"},{"Email":"b@c.d"}]}`
	if err != nil || string(marshaled) != fields {
		t.Errorf("marshals as %s, %v, want %s", marshaled, err, fields)
	}
}

func TestResponseOfNoCall(t *testing.T) {
	var resp codeResponse
	if resp.RawJSON() != "" || resp.Header() != nil || resp.HTTPStatus() != 0 || resp.UnknownFields() != nil {
		t.Errorf("a response that no call returned has an answer: %+v", resp.Response)
	}
}
