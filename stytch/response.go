package stytch

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/stytchgen/sdk/internal/transport"
)

// Response gives access to the raw answer. Every response type embeds one.
type Response struct {
	// result is nil in a response that no call returned. The methods that read it have pointer receivers, because each
	// response type would get twice as many methods to compile otherwise.
	result *transport.Result
}

// receive stores the answer.
func (r *Response) receive(result *transport.Result) { r.result = result }

// ReceiveResponse is for package b2b.
func (shared) ReceiveResponse(r *Response, result *transport.Result) { r.receive(result) }

// RawJSON returns the body as the service sent it.
func (r *Response) RawJSON() string {
	if r.result == nil {
		return ""
	}
	return r.result.Body
}

// Header returns the HTTP header of the answer. Do not change it while other goroutines read it.
func (r *Response) Header() http.Header {
	if r.result == nil {
		return nil
	}
	return r.result.Header
}

// HTTPStatus returns the HTTP status of the answer, 200 for example.
func (r *Response) HTTPStatus() int {
	if r.result == nil {
		return 0
	}
	return r.result.StatusCode
}

// UnknownFields returns the fields of the body that this version of the SDK does not know, by their
// path, such as "user.new_field" or "user.emails[0].new_field". It is nil if there are none. Each call
// of UnknownFields decodes the body again.
func (r *Response) UnknownFields() map[string]json.RawMessage {
	if r.result == nil {
		return nil
	}
	var unknown map[string]json.RawMessage
	for _, f := range r.result.UnknownFields() {
		if unknown == nil {
			unknown = map[string]json.RawMessage{}
		}
		unknown[f.Path] = json.RawMessage(f.Raw)
	}
	return unknown
}

// Format prints the status and the size of the answer, but not the body, which contains secrets.
func (r Response) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "stytch.Response{HTTPStatus: %d, RawJSON: [%d bytes]}", r.HTTPStatus(), len(r.RawJSON()))
}

// LogValue returns the status and the size of the answer for a log, but not the body, which contains
// secrets.
func (r Response) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("http_status", r.HTTPStatus()), slog.Int("bytes", len(r.RawJSON())))
}
