package stytch

import (
	"slices"
	"strings"

	"github.com/stytchgen/sdk/internal/transport"
)

// ValidationError is the error of a request that breaks rules of the API. The request was not sent.
//
// It matches the error types of its violations. So errors.Is(err, stytch.ErrInvalidCode) is true for a
// code of five digits, whether the client or the service rejects it.
type ValidationError struct {
	// Call is the full name of the call: "consumer.otps.sms.send".
	Call string
	// Violations are the broken rules, at least one.
	Violations []Violation

	id transport.CallID // of the call; empty for an error that no call made
}

// Violation is a rule that a request breaks. It never contains the value that breaks it.
type Violation struct {
	// Field is the path of the value in the request: "attributes.ip_address". It is empty if the rule is
	// about several fields.
	Field string
	// Message says what would be right: "must be between 1 and 10".
	Message string
	// Type is the error type that the service would answer with, such as [ErrInvalidCode]. It is
	// [ErrBadRequest] for rules without a type of their own.
	Type ErrorType
}

// Error lists the broken rules.
func (e *ValidationError) Error() string {
	rules := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		rules[i] = v.String()
	}
	return "stytch: " + e.Call + ": the request was not sent: " + strings.Join(rules, "; ")
}

// Is reports whether target is the type of a violation.
func (e *ValidationError) Is(target error) bool {
	t, ok := target.(ErrorType)
	return ok && t != "" && slices.ContainsFunc(e.Violations, func(v Violation) bool { return v.Type == t })
}

// String returns the field and the message on one line.
func (v Violation) String() string {
	if v.Field == "" {
		return v.Message
	}
	return v.Field + ": " + v.Message
}
