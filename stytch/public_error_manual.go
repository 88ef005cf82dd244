package stytch

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/internal/sessionweb"
	"github.com/stytchgen/sdk/internal/transport"
)

// MANUAL(PublicError)(TYPE)

// PublicError is the part of an error that can be shown to anyone: a status, a code for programs, and a
// sentence for people. It contains no text from the service.
type PublicError struct {
	// Status is the HTTP status to answer with.
	Status int `json:"status"`
	// Code names the kind of the error, such as [CodeWrongCode].
	Code string `json:"code"`
	// Message says in English what happened and what to do.
	Message string `json:"message"`
	// RetryAfter is how long to wait, 0 if that is unknown.
	RetryAfter time.Duration `json:"-"`
}

// StatusCanceled is the status of a PublicError with [CodeCanceled]: 499, which servers log for a client
// that closed the connection before the answer. Package http has no name for it.
const StatusCanceled = sessionweb.StatusCanceled

// PublicErrorOf returns the public form of an error of any call: its kind and what to do, without text
// from the service. [CodeOutage] is the form of every error that is not the visitor's fault. That
// includes a request with a wrong field that no visitor types: the mistake is in the program and belongs in
// its log. nil is [CodeOutage] too, because a caller that asks has no success to report.
//
// A call whose context was canceled is [CodeCanceled]: usually the visitor has left. It is neither an
// outage nor the visitor's mistake.
//
// No message says whether an account exists. In the calls that check a password, a wrong password and an
// unknown address are both [CodeWrongPassword]. But some calls succeed only for addresses with an
// account, or only for those without: the Send calls, the start of a password reset, and Create. That
// they fail reveals which addresses have an account. LoginOrCreate does not reveal it. Neither does
// LoginOrSignup, if the organization lets people join by the domain of their address.
//
// An error with the method PublicError() PublicError, such as one of an [Interceptor], provides its own
// result.
func PublicErrorOf(err error) PublicError {
	var own interface{ PublicError() PublicError }
	if errors.As(err, &own) {
		return own.PublicError()
	}
	var invalid *ValidationError
	if errors.As(err, &invalid) && !LoggedOut(err) && !errors.Is(err, context.Canceled) {
		return publicViolation(invalid)
	}
	public := publicError(publicCodeOf(err))
	if public.Status != http.StatusUnauthorized && public.Status != http.StatusNotFound {
		public.RetryAfter = RetryAfter(err)
	}
	return public
}

// publicError returns the public error with a code of errors_gen.go.
func publicError(code string) PublicError {
	status, message := publicText(code)
	return PublicError{Status: status, Code: code, Message: message}
}

// publicCodeOf returns the code for any error but a request that was rejected before it was sent.
func publicCodeOf(err error) string {
	answer := new(Error)
	_ = errors.As(err, &answer)
	code := publicCode(err)
	switch {
	case errors.Is(err, context.Canceled):
		return CodeCanceled
	case checksPassword(answer.id) && (answer.Type == ErrUnauthorizedCredentials || answer.Type == ErrMemberPasswordNotFound || code == CodeInvalidAddress):
		return CodeWrongPassword
	case answer.Type == ErrSessionNotFound && answer.id.Service == sessionsService && answer.id.Name == "revoke", // perhaps another visitor's session
		answer.Type == ErrMemberNotFound && answer.id.Service == sessionsService && !LoggedOut(err):
		return CodeNotFound
	case LoggedOut(err):
		return CodeLoginFirst
	case code != "":
		return code
	case errors.Is(err, ErrNotAllowed):
		return CodeNotAllowed
	case answer.StatusCode == http.StatusTooManyRequests:
		return CodeTooManyAttempts
	case errors.Is(err, ErrOutcomeUnknown):
		return CodeMayHaveWorked
	}
	return CodeOutage
}

// publicCode returns the code that errors.yaml gives the type of an error, "" if it gives none.
func publicCode(err error) string {
	for _, public := range publicTypes {
		for _, t := range public.types {
			if errors.Is(err, t) {
				return public.code
			}
		}
	}
	return ""
}

// checksPassword reports whether the visitor of a call gives the password of an account. If it is wrong,
// the service answers with the type that it has for wrong credentials of the project.
func checksPassword(call transport.CallID) bool {
	switch call.Service {
	case "passwords", "passwords.discovery":
		return call.Name == "authenticate"
	case "passwords.existing_password":
		return call.Name == "reset"
	}
	return false
}

// publicViolation returns the public form of a request that was rejected before it was sent. It uses the
// first field that a person types.
func publicViolation(err *ValidationError) PublicError {
	for _, v := range err.Violations {
		var public PublicError
		switch v.Field {
		case "code", "totp_code":
			public = publicError(CodeWrongCode)
			public.Message = "A code has six digits. Please check it and try again."
		case "phone_number", "mfa_phone_number":
			public = publicError(CodeInvalidAddress)
			public.Message = "Please give the phone number with its country code, such as +1 500 555 0006."
		case "email", "email_address":
			public = publicError(CodeInvalidAddress)
			public.Message = "Please check the e-mail address."
		case "recovery_code":
			public = publicError(CodeWrongCode)
		case "password", "new_password", "existing_password":
			public = publicError(cmp.Or(publicCode(v.Type), CodeWrongPassword))
		default:
			continue
		}
		return public
	}
	return publicError(CodeOutage)
}

// Write answers a request with the status, Retry-After if it is known, and the message.
func (e PublicError) Write(w http.ResponseWriter) {
	sessionweb.SetRetryAfter(w, e.RetryAfter)
	w.Header().Set("Cache-Control", "no-store")
	if e.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	http.Error(w, e.Message, e.Status)
}

// WriteJSON is [PublicError.Write] for programs, such as the scripts of a page or a mobile application. The body is
//
//	{"status": 429, "code": "too_many_attempts", "message": "...", "retry_after": 30}
//
// Scripts of other origins cannot read the header Retry-After, so its seconds are in the body too. They are left
// out if the time is unknown.
func (e PublicError) WriteJSON(w http.ResponseWriter) {
	sessionweb.SetRetryAfter(w, e.RetryAfter)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if e.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(struct { // it fails only if the visitor has left
		PublicError
		RetryAfter int64 `json:"retry_after,omitzero"`
	}{e, sessionweb.Seconds(e.RetryAfter)})
}

// ENDMANUAL(PublicError)
