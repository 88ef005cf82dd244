package stytch

import (
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/transport"
)

// CallOption changes how one call is made. The functions whose names begin with WithCall, and
// [WithoutCallValidation], return one. A nil CallOption changes nothing.
type CallOption = transport.CallOption

// WithCallTimeout sets how long this call may take with all attempts and the waits between them. 0
// means the timeout of the client, a negative value no limit.
func WithCallTimeout(d time.Duration) CallOption {
	return transport.CallOptionFunc(func(s *transport.CallSettings) { s.Timeout = d })
}

// WithCallRetries sets how often this call may be repeated, where that does no harm. 0 or less
// turns retries off.
func WithCallRetries(n int) CallOption {
	return transport.CallOptionFunc(func(s *transport.CallSettings) { s.MaxRetries = n })
}

// WithCallHeader adds a header to this call. The headers that the client sets itself, such as
// Authorization and User-Agent, are refused, and so are those that the request has a field for.
func WithCallHeader(name, value string) CallOption {
	return transport.CallOptionFunc(func(s *transport.CallSettings) {
		if s.Header == nil {
			s.Header = http.Header{}
		}
		s.Header.Add(name, value)
	})
}

// WithoutCallValidation sends the request of this call unchecked.
func WithoutCallValidation() CallOption {
	return transport.CallOptionFunc(func(s *transport.CallSettings) { s.SkipValidation = true })
}

// CallInfo tells how a call went, whether it succeeded or not.
type CallInfo struct {
	// Call is the full name of the call: "consumer.otps.sms.send".
	Call string
	// StatusCode is the HTTP status of the last answer, 0 if there was none.
	StatusCode int
	// Header is the header of the last answer, nil if there was none.
	Header http.Header
	// Attempts is how often the request was sent, or tried to be sent. It is 0 if the request was
	// refused before.
	Attempts int
	// RequestID is the service's name for the call, empty if it gave none.
	RequestID string

	printed string // RequestID without secrets; empty: not known
}

// Format prints everything but the header, which can hold cookies, whatever the verb.
func (i CallInfo) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "stytch.CallInfo{Call: %q, StatusCode: %d, Header: [%d fields], Attempts: %d, RequestID: %q}",
		i.Call, i.StatusCode, len(i.Header), i.Attempts, i.printedID())
}

// LogValue returns everything but the header for a log.
func (i CallInfo) LogValue() slog.Value {
	return slog.GroupValue(slog.String("call", i.Call), slog.Int("status_code", i.StatusCode), slog.Int("attempts", i.Attempts), slog.String("request_id", i.printedID()))
}

// printedID returns the request ID as it may be printed.
func (i CallInfo) printedID() string {
	if i.printed != "" {
		return i.printed
	}
	return redact.ScrubID(i.RequestID, func(id string) string { return safeText(id, nil) })
}

// WithCallInfo fills in info at the end of this call, whether it succeeds or not. Calls that run at
// the same time need a CallInfo each.
func WithCallInfo(info *CallInfo) CallOption {
	return transport.CallOptionFunc(func(s *transport.CallSettings) {
		if info != nil {
			s.Report = func(i transport.Info) {
				*info = CallInfo{i.Call.String(), i.StatusCode, i.Header, i.Attempts, i.RequestID, i.PrintedID}
			}
		}
	})
}
