package stytch

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/transport"
	"github.com/stytchgen/sdk/internal/validate"
)

// ErrorType is the kind of an [*Error], by the name that the service gives it. It is an error itself, so
// that errors.Is can match it: errors.Is(err, stytch.ErrOTPCodeNotFound). The service may send types
// without a constant here; match them with errors.Is(err, stytch.ErrorType("some_type")).
type ErrorType string

// Error returns the name of the type.
func (t ErrorType) Error() string { return string(t) }

// ErrOutcomeUnknown matches the error of a call that may have taken effect although no answer confirms
// it. The connection broke or a timeout passed after the request was sent, the status was 5xx, or the
// answer could not be read. It matches only for calls that must not simply be repeated, such as one that
// sends a code.
var ErrOutcomeUnknown = errors.New("stytch: the outcome is unknown, the request may have been carried out")

// outcomeUnknown ends the text of an error that matches ErrOutcomeUnknown.
const outcomeUnknown = "; the outcome is unknown, the request may have been carried out"

// errorMaker implements [transport.ErrorMaker] with the errors of this package.
type errorMaker struct{}

func (errorMaker) Failure(f *transport.Failure) error {
	scrub := func(text string) string { return redact.Line(text, f.Secrets) }
	cause := quiet(f.Cause, scrub)
	if f.StatusCode == 0 {
		return &ConnectionError{
			Call:           f.Call.String(),
			Method:         f.Method,
			Path:           f.Path,
			Attempts:       f.Attempts,
			OutcomeUnknown: f.OutcomeUnknown,
			Err:            cause,
			scrub:          scrub,
		}
	}
	e := &Error{
		StatusCode:     f.StatusCode,
		Type:           ErrorType(f.ErrorType),
		Message:        f.Message,
		URL:            f.URL,
		RequestID:      f.RequestID,
		RetryAfter:     f.RetryAfter,
		Header:         f.Header,
		Body:           f.Body,
		Call:           f.Call.String(),
		Method:         f.Method,
		Path:           f.Path,
		Attempts:       f.Attempts,
		OutcomeUnknown: f.OutcomeUnknown,
		Err:            cause,
		id:             *f.Call,
		size:           f.BodySize,
		scrub:          scrub,
	}
	if f.Details != "" {
		e.Details = json.RawMessage(f.Details)
	}
	return e
}

// quietError hides the text of an error of net/http or of the decoder, which may quote the answer.
// errors.Is and errors.As match the hidden error, but Unwrap does not return it.
type quietError struct {
	err  error
	text string
}

func quiet(err error, scrub func(string) string) error {
	if err == nil {
		return nil
	}
	return &quietError{err, safeText(err.Error(), scrub)}
}

func (e *quietError) Error() string        { return e.text }
func (e *quietError) Is(target error) bool { return errors.Is(e.err, target) }
func (e *quietError) As(target any) bool   { return errors.As(e.err, target) }

// Format prints the text of Error.
func (e *quietError) Format(f fmt.State, _ rune) { fmt.Fprint(f, e.text) }

// badRequest is the error type of the service for mistakes without a type of their own.
const badRequest ErrorType = "bad_request"

func (errorMaker) Invalid(call *transport.CallID, violations []validate.Violation) error {
	e := &ValidationError{Call: call.String(), Violations: make([]Violation, len(violations)), id: *call}
	for i, v := range violations {
		e.Violations[i] = Violation{Field: v.Field, Message: v.Message, Type: cmp.Or(ErrorType(v.Type), badRequest)}
	}
	return e
}

func (errorMaker) KnownType(errorType string) bool {
	return !strings.Contains(errorType, "\n") && strings.Contains(knownTypes, "\n"+errorType+"\n")
}

func (errorMaker) RetryableType(errorType string) bool {
	return retryableType(ErrorType(errorType))
}
