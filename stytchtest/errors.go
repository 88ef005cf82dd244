package stytchtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// apiError is an error that the service answers.
type apiError struct {
	errorType string
	message   string // "" for what errors.yaml says
	status    int    // 0 for the usual one
}

func fail(errorType string) *apiError { return &apiError{errorType: errorType} }

func failf(errorType, format string, args ...any) *apiError {
	return &apiError{errorType: errorType, message: fmt.Sprintf(format, args...)}
}

// fieldErrors are the error types of fields that break the spec.
var fieldErrors = map[string]string{
	"phone_number": "invalid_phone_number", "mfa_phone_number": "invalid_phone_number",
	"email": "invalid_email", "email_address": "invalid_email",
	"code": "invalid_code", "method_id": "invalid_method_id", "user_id": "invalid_user_id",
	"expiration_minutes": "invalid_expiration_otp", "login_expiration_minutes": "invalid_expiration_otp",
	"signup_expiration_minutes": "invalid_expiration_otp", "discovery_expiration_minutes": "invalid_expiration_otp",
	"locale": "invalid_locale", "session_duration_minutes": "invalid_session_duration_minutes",
	"session_token": "invalid_session_token", "session_jwt": "unable_to_parse_session_jwt",
	"login_template_id": "invalid_template_id", "signup_template_id": "invalid_template_id",
}

// choice is the error types of a call that takes one of several arguments:
// for none and for too many.
type choice struct{ none, many string }

var (
	oneSession = choice{"no_session_arguments", "too_many_session_arguments"}
	oneUser    = choice{"", "too_many_user_selection_arguments"}
	oneRevoked = choice{"no_session_revoke_arguments", "too_many_session_revoke_arguments"}
)

// choices are the calls that take one of several arguments.
var choices = map[string]choice{
	"consumer otps.sms.send": oneUser, "consumer otps.whatsapp.send": oneUser, "consumer otps.email.send": oneUser,
	"consumer otps.authenticate": oneSession, "consumer sessions.authenticate": oneSession, "consumer sessions.revoke": oneRevoked,
	"b2b otps.sms.send": oneSession, "b2b otps.sms.authenticate": oneSession, "b2b otps.email.authenticate": oneSession,
	"b2b sessions.authenticate": oneSession, "b2b sessions.exchange": oneSession, "b2b sessions.revoke": oneRevoked,
}

// broken turns violations of the spec into the service's error: the type of
// the first field that has one, and a message that lists them all.
func broken(op *operation, found []violation, body map[string]any) *apiError {
	e := &apiError{errorType: "bad_request"}
	var messages []string
	for _, v := range found {
		errorType, message := describe(op, v, body)
		if e.errorType == "bad_request" && errorType != "" {
			e.errorType = errorType
		}
		messages = append(messages, message)
	}
	e.message = strings.Join(messages, "; ")
	return e
}

func describe(op *operation, v violation, body map[string]any) (errorType, message string) {
	name := v.field[strings.LastIndex(v.field, ".")+1:]
	switch v.rule {
	case "required":
		return "", fmt.Sprintf("%s: the field is required", v.field)
	case "oneOf", "not", "allOf":
		if v.field == "" {
			return chosen(op, body)
		}
	}
	if v.field == "" {
		return "", "the request: " + v.reason
	}
	return fieldErrors[name], fmt.Sprintf("%s: %s", v.field, v.reason)
}

// chosen tells none from too many of the arguments of which one is wanted.
func chosen(op *operation, body map[string]any) (errorType, message string) {
	names := alternatives(op)
	var set []string
	for _, name := range names {
		if _, ok := body[name]; ok {
			set = append(set, name)
		}
	}
	c := choices[op.name]
	if len(set) == 0 {
		return c.none, "one of " + strings.Join(names, ", ") + " is needed, and none is given"
	}
	return c.many, "only one of " + strings.Join(names, ", ") + " can be given, not " + strings.Join(set, " and ")
}

// alternatives are the names in the rules of a call's body.
func alternatives(op *operation) []string {
	schema := op.route.Operation.RequestBody.Value.Content.Get("application/json").Schema.Value
	var names []string
	add := func(more []string) {
		for _, name := range more {
			if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+name+" ") {
				names = append(names, name)
			}
		}
	}
	for _, branch := range schema.OneOf {
		add(branch.Value.Required)
	}
	if schema.Not != nil {
		add(schema.Not.Value.Required)
	}
	for _, part := range schema.AllOf {
		if part.Value.Not != nil {
			add(part.Value.Not.Value.Required)
		}
	}
	return names
}

// ErrorType is an error type that the service can answer.
type ErrorType struct {
	Name   string
	Status int
}

// ErrorTypes returns every error type of the spec, by name. A [Fault] reaches
// each of them.
func ErrorTypes() []ErrorType {
	known, err := embedded.errors()
	if err != nil {
		return nil // no server knows any either, and its errors say why
	}
	var types []ErrorType
	for _, name := range slices.Sorted(maps.Keys(known)) {
		types = append(types, ErrorType{name, known[name].Status})
	}
	return types
}
