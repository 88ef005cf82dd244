package stytch

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/transport"
)

// Error is an answer that is not a success: an error of the service, an answer of a gateway in
// front of it, or an answer with a status of 2xx that cannot be used.
//
//	var apiErr *stytch.Error
//	if errors.As(err, &apiErr) && apiErr.StatusCode == http.StatusTooManyRequests { ... }
//
// However it is printed, logged or written as JSON, an Error shows no body and no header, and
// neither secrets of the request nor e-mail addresses, phone numbers and tokens in the message. The
// fields hold what the service sent.
type Error struct {
	// StatusCode is the HTTP status of the answer.
	StatusCode int
	// Type is the kind of the error, such as [ErrOTPCodeNotFound]. It is empty if the body is not
	// one of the service's errors.
	Type ErrorType
	// Message is the service's explanation for developers.
	Message string
	// URL is the page that explains the type.
	URL string
	// RequestID is the service's name for the call, which its support asks for.
	RequestID string
	// Details is what the service adds for some types, as JSON; nil if there is nothing.
	Details json.RawMessage
	// RetryAfter is how long the answer asked to wait before another call; 0 if it did not.
	RetryAfter time.Duration
	// Header is the HTTP header of the answer.
	Header http.Header
	// Body is the answer's body, at most its first 16 KiB.
	Body string

	// Call is the full name of the call: "consumer.otps.sms.send".
	Call string
	// Method is the HTTP method of the call.
	Method string
	// Path is the path of the call, with parameters by name: "/v1/sessions/jwks/{project_id}".
	Path string
	// Attempts is how often the request was sent.
	Attempts int
	// OutcomeUnknown says that the error matches [ErrOutcomeUnknown].
	OutcomeUnknown bool
	// Err is why the answer could not be read or understood, or why a wait for another attempt
	// ended; nil if the service's answer is all there is to say.
	Err error

	id    transport.CallID // of the call; empty for an error that no call made
	size  int              // of the body
	scrub func(string) string
}

// Error says which call failed, with which status, and why.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("stytch: ")
	if e.Call != "" {
		b.WriteString(e.Call + ": ")
	}
	fmt.Fprintf(&b, "status %d", e.StatusCode)
	if e.Type != "" {
		b.WriteString(" " + e.safeType())
	} else if text := http.StatusText(e.StatusCode); text != "" {
		b.WriteString(" " + text)
	}
	switch {
	case e.Message != "":
		b.WriteString(": " + e.safe(e.Message))
	case e.Type == "" && e.Err == nil && e.StatusCode/100 == 3:
		b.WriteString(": the answer is a redirect, which is not followed: check the base URL")
	case e.Type == "" && e.Err == nil:
		fmt.Fprintf(&b, ": the body is %s, not an error of the service", e.bodyKind())
	}
	if e.Err != nil {
		b.WriteString(": " + e.safe(e.Err.Error()))
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request ID %s)", redact.ScrubID(e.RequestID, e.safe))
	}
	if e.OutcomeUnknown {
		b.WriteString(outcomeUnknown)
	}
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the error's type, or [ErrOutcomeUnknown] and that holds.
func (e *Error) Is(target error) bool {
	if t, ok := target.(ErrorType); ok {
		return t != "" && t == e.Type
	}
	return target == ErrOutcomeUnknown && e.OutcomeUnknown
}

// Format prints the text of Error, whatever the verb.
func (e Error) Format(f fmt.State, _ rune) { fmt.Fprint(f, e.Error()) }

// LogValue returns the error as a group for a log, without secrets.
func (e Error) LogValue() slog.Value { return redact.LogValue(e.summary()) }

// MarshalJSON returns the error without secrets: a log that is written as JSON gets here when the
// error is inside something else.
func (e Error) MarshalJSON() ([]byte, error) { return json.Marshal(e.summary()) }

// errorSummary is what may be logged of an Error.
type errorSummary struct {
	Call           string `json:"call"`
	StatusCode     int    `json:"status_code"`
	Type           string `json:"error_type"`
	Message        string `json:"error_message"`
	RequestID      string `json:"request_id"`
	Attempts       int    `json:"attempts"`
	OutcomeUnknown bool   `json:"outcome_unknown"`
	Cause          string `json:"cause"`
}

func (e *Error) summary() errorSummary {
	s := errorSummary{
		Call:           e.Call,
		StatusCode:     e.StatusCode,
		Type:           e.safeType(),
		Message:        e.safe(e.Message),
		RequestID:      redact.ScrubID(e.RequestID, e.safe),
		Attempts:       e.Attempts,
		OutcomeUnknown: e.OutcomeUnknown,
	}
	if e.Err != nil {
		s.Cause = e.safe(e.Err.Error())
	}
	return s
}

func (e *Error) safe(text string) string { return safeText(text, e.scrub) }

// safeText prepares a text that came from elsewhere to be printed. An error that was not made by a
// call has no scrub and is searched for what looks like a secret.
func safeText(text string, scrub func(string) string) string {
	if scrub == nil {
		return redact.Line(text, nil)
	}
	return scrub(text)
}

// safeType returns the type. A name that the SDK knows stays whole, whatever words the request held.
func (e *Error) safeType() string {
	name := string(e.Type)
	if (errorMaker{}).KnownType(name) {
		return name
	}
	return e.safe(name)
}

// bodyKind says what the body is without showing it.
func (e *Error) bodyKind() string {
	kind := "text"
	switch start := strings.TrimSpace(e.Body); {
	case start == "":
		return "empty"
	case start[0] == '<':
		kind = "HTML or XML"
	case start[0] == '{' || start[0] == '[':
		kind = "JSON"
	}
	text := fmt.Sprintf("%s of %d bytes", kind, max(e.size, len(e.Body)))
	if encoding := transport.Unasked(e.Header); encoding != "" {
		text += " with " + e.safe(encoding)
	}
	return text
}
