package stytch

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/transport"
)

// CallOption changes one call. The functions that begin with WithCall return one, and so does
// [WithoutCallValidation]. A nil CallOption changes nothing.
type CallOption = transport.CallOption

// WithCallTimeout limits the time of this call, including all attempts and the waits between them. 0
// means the timeout of the client, a negative value no limit.
func WithCallTimeout(d time.Duration) CallOption {
	return transport.CallOptionFunc(func(s *transport.CallSettings) { s.Timeout = d })
}

// WithCallRetries sets how often this call may be repeated, if that is safe. 0 or less turns retries
// off.
func WithCallRetries(n int) CallOption {
	return transport.CallOptionFunc(func(s *transport.CallSettings) { s.MaxRetries = n })
}

// WithCallHeader adds a header to this call. The call fails for a header that the client sets itself,
// such as Authorization or User-Agent, and for one that the request has a field for.
func WithCallHeader(name, value string) CallOption {
	return transport.CallOptionFunc(func(s *transport.CallSettings) {
		if s.Header == nil {
			s.Header = http.Header{}
		}
		s.Header.Add(name, value)
	})
}

// WithoutCallValidation sends the request of this call without validating it.
func WithoutCallValidation() CallOption {
	return transport.CallOptionFunc(func(s *transport.CallSettings) { s.SkipValidation = true })
}

// CallInfo describes how a call went, whether it succeeded or failed.
type CallInfo struct {
	// Call is the full name of the call: "consumer.otps.sms.send".
	Call string
	// StatusCode is the HTTP status of the last answer, 0 if there was none.
	StatusCode int
	// Header is the HTTP header of the last answer, nil if there was none.
	Header http.Header
	// Attempts is how often the request was sent, including failed connections. It is 0 if the request
	// was rejected before it was sent.
	Attempts int
	// RequestID is the service's ID of the call, empty if it sent none.
	RequestID string

	printed string // RequestID without secrets; empty: not set by a call
}

// Format prints everything except the header, which may contain cookies.
func (i CallInfo) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "stytch.CallInfo{Call: %q, StatusCode: %d, Header: [%d fields], Attempts: %d, RequestID: %q}",
		i.Call, i.StatusCode, len(i.Header), i.Attempts, i.printedID())
}

// LogValue returns everything except the header, for a log.
func (i CallInfo) LogValue() slog.Value {
	return slog.GroupValue(slog.String("call", i.Call), slog.Int("status_code", i.StatusCode), slog.Int("attempts", i.Attempts), slog.String("request_id", i.printedID()))
}

// printedID returns the request ID without secrets.
func (i CallInfo) printedID() string {
	if i.printed != "" {
		return i.printed
	}
	return redact.ScrubID(i.RequestID, func(id string) string { return safeText(id, nil) })
}

// WithCallInfo fills in info at the end of this call, whether it succeeds or fails. Concurrent calls
// need separate CallInfos.
func WithCallInfo(info *CallInfo) CallOption {
	return transport.CallOptionFunc(func(s *transport.CallSettings) {
		if info != nil {
			s.Report = func(i transport.Info) {
				*info = CallInfo{i.Call.String(), i.StatusCode, i.Header, i.Attempts, i.RequestID, i.PrintedID}
			}
		}
	})
}
