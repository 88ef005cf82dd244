package stytch

import "strings"

// ValidationError is a request that breaks rules of the API. It was not sent.
type ValidationError struct {
	// Call is the call's place in the client: "otps.sms.send".
	Call string
	// Violations are the broken rules, at least one.
	Violations []Violation
}

// Violation is a rule that a request breaks. It never holds the value that breaks it.
type Violation struct {
	// Field is the place of the value in the request: "attributes.ip_address". It is empty when the
	// rule is about several fields.
	Field string
	// Message says what would be right: "must be between 1 and 10".
	Message string
}

// Error lists the broken rules.
func (e *ValidationError) Error() string {
	rules := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		rules[i] = v.String()
	}
	return "stytch: " + e.Call + ": the request was not sent: " + strings.Join(rules, "; ")
}

// String returns the field and the message on one line.
func (v Violation) String() string {
	if v.Field == "" {
		return v.Message
	}
	return v.Field + ": " + v.Message
}
