package stytch

import (
	"context"
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
	// Code names the kind of the error: "wrong_code".
	Code string `json:"code"`
	// Message says in English what happened and what to do.
	Message string `json:"message"`
	// RetryAfter is how long to wait, 0 if that is unknown.
	RetryAfter time.Duration `json:"-"`
}

// The codes of a PublicError.
const (
	CodeWrongCode      = "wrong_code"
	CodeExpiredCode    = "expired_code"
	CodeTooMany        = "too_many_attempts"
	CodeLocked         = "locked"
	CodeInvalidAddress = "invalid_address"
	CodeLoginFirst     = "login_first"
	CodeNotAllowed     = "not_allowed"
	CodeNotFound       = "not_found"
	CodeMayHaveWorked  = "may_have_worked"
	CodeCanceled       = "canceled"
	CodeOutage         = "outage"
)

// StatusCanceled is the status of a PublicError with [CodeCanceled]: 499, which servers log for a client
// that closed the connection before the answer. Package http has no name for it.
const StatusCanceled = sessionweb.StatusCanceled

// publicErrors are the kinds of public errors with the errors that they cover. The first match counts.
var publicErrors = []struct {
	public  PublicError
	reasons []error
}{
	{PublicError{Status: http.StatusBadRequest, Code: CodeWrongCode, Message: "That is not the code we sent. Please check it and try again."},
		[]error{ErrOTPCodeNotFound, ErrInvalidCode}},
	{PublicError{Status: http.StatusBadRequest, Code: CodeExpiredCode, Message: "That code has been used or has expired. Please ask for a new one."},
		[]error{ErrUnableToAuthOTPCode, ErrAttributeMismatch, ErrInvalidMethodID}},
	{PublicError{Status: http.StatusTooManyRequests, Code: CodeLocked, Message: "There were too many wrong codes. For your safety logging in is blocked for a while; please try again later."},
		[]error{ErrUserLockLimitReached}},
	{PublicError{Status: http.StatusTooManyRequests, Code: CodeTooMany, Message: "There were too many attempts. Please wait a moment and try again."},
		[]error{ErrTooManyRequests, ErrTooManyUnverifiedFactors}},
	{PublicError{Status: http.StatusBadRequest, Code: CodeInvalidAddress, Message: "We cannot send a code there. Please check the phone number or e-mail address."},
		[]error{ErrInvalidPhoneNumber, ErrInvalidPhoneNumberCountryCode, ErrInvalidEmail, ErrUnsubscribedPhoneNumber, ErrInactiveEmail, ErrEmailInDenylist, ErrInvalidEmailDomain,
			ErrPhoneNumberNotFound, ErrEmailNotFound, ErrDuplicatePhoneNumber, ErrDuplicateEmail, ErrDuplicatePhoneNumberForUser, ErrDuplicateEmailForUser, ErrMemberNotFound, ErrMemberPhoneNumberNotFound, ErrDuplicateMemberPhoneNumber}},
	{PublicError{Status: http.StatusForbidden, Code: CodeNotAllowed, Message: "You are not allowed to do that."},
		[]error{ErrConsumerSessionAuthorizationError, ErrSessionAuthorizationError, ErrSessionAuthorizationTenancyError, ErrInsufficientFactorsForSessionExchange}},
}

var (
	loginFirst = PublicError{Status: http.StatusUnauthorized, Code: CodeLoginFirst, Message: "Please log in."}
	notFound   = PublicError{Status: http.StatusNotFound, Code: CodeNotFound, Message: "We could not find that. Perhaps it is gone."}
	canceled   = PublicError{Status: StatusCanceled, Code: CodeCanceled, Message: "That was interrupted, and we cannot tell whether it worked. Please wait a minute before you try again."}
	outage     = PublicError{Status: http.StatusServiceUnavailable, Code: CodeOutage, Message: "Something is out of order on our side. Please try again shortly."}
)

// PublicErrorOf returns the public form of an error of any call: its kind and what to do, without text
// from the service. An error that is not the visitor's fault is [CodeOutage]. That includes a request
// with a wrong field other than a code or an address: the mistake is in the program and belongs in its
// log. nil is [CodeOutage] too, because a caller that asks has no success to report.
//
// A call whose context was canceled is [CodeCanceled]: usually the visitor has left. It is neither an
// outage nor the visitor's mistake.
//
// If the Send calls do not accept an address, the result says so. That reveals which addresses have an
// account. LoginOrCreate does not reveal it. Neither does LoginOrSignup, if the organization lets people
// join by the domain of their address.
//
// An error with the method PublicError() PublicError, such as one of an [Interceptor], provides its own
// result.
func PublicErrorOf(err error) PublicError {
	var own interface{ PublicError() PublicError }
	if errors.As(err, &own) {
		return own.PublicError()
	}
	var invalid *ValidationError
	var answer *Error
	var call transport.CallID
	if errors.As(err, &answer) {
		call = answer.id
	}
	switch {
	case errors.Is(err, context.Canceled):
		return canceled
	case errors.As(err, &invalid) && !LoggedOut(err):
		return publicViolation(invalid)
	case errors.Is(err, ErrSessionNotFound) && call.Service == sessionsService && call.Name == "revoke", // perhaps another visitor's session
		errors.Is(err, ErrMemberNotFound) && call.Service == sessionsService && !LoggedOut(err):
		return notFound
	case LoggedOut(err):
		return loginFirst
	}
	for _, kind := range publicErrors {
		for _, reason := range kind.reasons {
			if errors.Is(err, reason) {
				public := kind.public
				public.RetryAfter = RetryAfter(err)
				return public
			}
		}
	}
	switch {
	case errors.Is(err, ErrIntermediateSessionNotFound), errors.Is(err, ErrInvalidIntermediateSessionTokenForOrganization):
		return loginFirst
	case errors.Is(err, ErrUserNotFound), errors.Is(err, ErrOrganizationNotFound):
		return notFound
	case answer != nil && answer.StatusCode == http.StatusTooManyRequests:
		public := PublicErrorOf(ErrTooManyRequests)
		public.RetryAfter = answer.RetryAfter
		return public
	case errors.Is(err, ErrOutcomeUnknown):
		return PublicError{Status: http.StatusServiceUnavailable, Code: CodeMayHaveWorked, RetryAfter: RetryAfter(err),
			Message: "We cannot tell whether that worked. Please wait a minute; if nothing has happened by then, ask for a new code."}
	}
	public := outage
	public.RetryAfter = RetryAfter(err)
	return public
}

// publicViolation returns the public form of a request that was rejected before it was sent. It uses the
// first field that a person types.
func publicViolation(err *ValidationError) PublicError {
	for _, v := range err.Violations {
		switch v.Field {
		case "code":
			return PublicError{Status: http.StatusBadRequest, Code: CodeWrongCode, Message: "A code has six digits. Please check it and try again."}
		case "phone_number", "mfa_phone_number":
			return PublicError{Status: http.StatusBadRequest, Code: CodeInvalidAddress, Message: "Please give the phone number with its country code, such as +1 500 555 0006."}
		case "email", "email_address":
			return PublicError{Status: http.StatusBadRequest, Code: CodeInvalidAddress, Message: "Please check the e-mail address."}
		}
	}
	return outage
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

// ENDMANUAL(PublicError)
