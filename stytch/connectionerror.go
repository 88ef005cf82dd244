package stytch

import (
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/stytchgen/sdk/internal/redact"
)

// ConnectionError is the error of a call without an answer. There was no connection, it broke, a timeout
// passed, or the context of the call ended. [errors.Is] and [errors.As] find the cause: errors.Is(err,
// context.DeadlineExceeded) is true after a timeout of the client too.
type ConnectionError struct {
	// Call is the full name of the call: "consumer.otps.sms.send".
	Call string
	// Method is the HTTP method of the call.
	Method string
	// Path is the path of the call, with parameters by name: "/v1/sessions/jwks/{project_id}".
	Path string
	// Attempts is how often the request was sent, including failed connections.
	Attempts int
	// OutcomeUnknown reports whether the request may have reached the service. The error then matches
	// [ErrOutcomeUnknown].
	OutcomeUnknown bool
	// Err is the error of the last attempt.
	Err error

	scrub func(string) string
}

// Error returns a text with the call and the reason.
func (e *ConnectionError) Error() string {
	text := fmt.Sprintf("stytch: %s: no answer: %s", e.Call, e.cause())
	switch {
	case e.Attempts == 0:
		text = fmt.Sprintf("stytch: %s: not sent: %s", e.Call, e.cause())
	case e.Attempts > 1:
		text += fmt.Sprintf(" (attempt %d)", e.Attempts)
	}
	if e.OutcomeUnknown {
		text += outcomeUnknown
	}
	return text
}

// Unwrap returns Err.
func (e *ConnectionError) Unwrap() error { return e.Err }

// Is reports whether target is [ErrOutcomeUnknown] and OutcomeUnknown is set.
func (e *ConnectionError) Is(target error) bool {
	return target == ErrOutcomeUnknown && e.OutcomeUnknown
}

// Format prints the text of Error.
func (e ConnectionError) Format(f fmt.State, _ rune) { fmt.Fprint(f, e.Error()) }

// LogValue returns the error as a group for a log, without secrets.
func (e ConnectionError) LogValue() slog.Value { return redact.LogValue(e.summary()) }

// MarshalJSON returns the error without secrets, as [Error.MarshalJSON] does.
func (e ConnectionError) MarshalJSON() ([]byte, error) { return json.Marshal(e.summary()) }

// connectionErrorSummary is the part of a ConnectionError that may be logged.
type connectionErrorSummary struct {
	Call           string `json:"call"`
	Attempts       int    `json:"attempts"`
	OutcomeUnknown bool   `json:"outcome_unknown"`
	Cause          string `json:"cause"`
}

func (e *ConnectionError) summary() connectionErrorSummary {
	return connectionErrorSummary{e.Call, e.Attempts, e.OutcomeUnknown, e.cause()}
}

// cause returns the text of Err, scrubbed: net/http may quote a broken answer.
func (e *ConnectionError) cause() string {
	if e.Err == nil {
		return "unknown cause"
	}
	return safeText(e.Err.Error(), e.scrub)
}
