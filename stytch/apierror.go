package stytch

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stytchgen/sdk/internal/rbac"
	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/transport"
)

// Error is an answer other than a success: an error of the service, an answer of a gateway in front of
// it, or an answer with a 2xx status that cannot be used.
//
//	var apiErr *stytch.Error
//	if errors.As(err, &apiErr) && apiErr.StatusCode == http.StatusTooManyRequests { ... }
//
// Printed, logged or encoded as JSON, an Error shows no body and no header. Its message shows no secrets
// of the request, e-mail addresses, phone numbers or tokens. The fields themselves contain everything
// that the service sent.
type Error struct {
	// StatusCode is the HTTP status of the answer.
	StatusCode int
	// Type is the kind of error, such as [ErrOTPCodeNotFound]. It is empty if the body is not an error
	// of the service.
	Type ErrorType
	// Message is the service's explanation for developers.
	Message string
	// URL is the page that explains the type.
	URL string
	// RequestID is the service's ID of the call. Stytch's support asks for it.
	RequestID string
	// Details has more information about some types, as JSON; nil if there is none.
	Details json.RawMessage
	// RetryAfter is how long the answer asks to wait before the next call; 0 if it does not ask.
	RetryAfter time.Duration
	// Header is the HTTP header of the answer.
	Header http.Header
	// Body is the first 16 KiB of the answer's body.
	Body string

	// Call is the full name of the call: "consumer.otps.sms.send".
	Call string
	// Method is the HTTP method of the call.
	Method string
	// Path is the path of the call, with parameters by name: "/v1/sessions/jwks/{project_id}".
	Path string
	// Attempts is how often the request was sent.
	Attempts int
	// OutcomeUnknown reports whether the error matches [ErrOutcomeUnknown].
	OutcomeUnknown bool
	// Err is why the answer could not be read, or why the wait for the next attempt ended. It is nil for
	// an ordinary error of the service.
	Err error

	id    transport.CallID // of the call; empty for an error that no call made
	size  int              // of the body
	scrub func(string) string
}

// Error returns a text with the call, the status and the reason.
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

// Is reports whether target is the error's type. It also matches [ErrOutcomeUnknown] if OutcomeUnknown
// is set, and [ErrNotAllowed] for the types of a missing permission.
func (e *Error) Is(target error) bool {
	if t, ok := target.(ErrorType); ok {
		return t != "" && t == e.Type
	}
	switch target {
	case ErrOutcomeUnknown:
		return e.OutcomeUnknown
	case rbac.ErrNotAllowed:
		return slices.Contains(notAllowed, e.Type)
	}
	return false
}

// notAllowed are the types of errors that match [ErrNotAllowed], which lists them.
var notAllowed []ErrorType

// Format prints the text of Error.
func (e Error) Format(f fmt.State, _ rune) { fmt.Fprint(f, e.Error()) }

// LogValue returns the error as a group for a log, without secrets.
func (e Error) LogValue() slog.Value { return redact.LogValue(e.summary()) }

// MarshalJSON returns the error without secrets. JSON logs call it for an error inside another value.
func (e Error) MarshalJSON() ([]byte, error) { return json.Marshal(e.summary()) }

// errorSummary is the part of an Error that may be logged.
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

// safeText prepares a foreign text for printing. Without scrub, as for an error that no call returned,
// it removes what looks like a secret.
func safeText(text string, scrub func(string) string) string {
	if scrub == nil {
		return redact.Line(text, nil)
	}
	return scrub(text)
}

// safeType returns the type. A type that the SDK knows is never scrubbed, even if the request contains
// the same word.
func (e *Error) safeType() string {
	name := string(e.Type)
	if (errorMaker{}).KnownType(name) {
		return name
	}
	return e.safe(name)
}

// bodyKind describes the body without showing it.
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
