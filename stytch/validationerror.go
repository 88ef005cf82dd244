package stytch

import (
	"slices"
	"strings"

	"github.com/stytchgen/sdk/internal/transport"
)

// ValidationError is a request that breaks rules of the API. It was not sent.
//
// It matches the types of its violations, so that errors.Is(err, stytch.ErrInvalidCode) is true for a
// code of five digits, be it the service that refuses it or the client.
type ValidationError struct {
	// Call is the full name of the call: "consumer.otps.sms.send".
	Call string
	// Violations are the broken rules, at least one.
	Violations []Violation

	id transport.CallID // of the call; empty for an error that no call made
}

// Violation is a rule that a request breaks. It never holds the value that breaks it.
type Violation struct {
	// Field is the place of the value in the request: "attributes.ip_address". It is empty when the
	// rule is about several fields.
	Field string
	// Message says what would be right: "must be between 1 and 10".
	Message string
	// Type is the type of the error that the service would have answered, such as [ErrInvalidCode];
	// [ErrBadRequest] where it has none of its own for the rule.
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
