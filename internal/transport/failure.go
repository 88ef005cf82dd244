package transport

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// maxFailureBody is how much of the body a Failure keeps.
const maxFailureBody = 16 << 10

// Failure is everything known about a call that failed.
type Failure struct {
	Call   *CallID
	Method string
	Path   string // the template

	StatusCode int         // of the last answer; 0: there was none
	Header     http.Header // of the last answer
	Body       string      // its first 16 KiB
	BodySize   int         // its size in bytes, as far as it was read

	ErrorType string // these five are what the service said; empty if it was not the service
	Message   string
	URL       string
	RequestID string
	Details   string // JSON

	RetryAfter     time.Duration // what the answer asked for; 0: nothing
	Attempts       int           // how often the request was sent or tried
	OutcomeUnknown bool          // the service may have done what it was asked
	Cause          error         // why there is no answer, or none that can be used; nil if there is one
	Secrets        []string      // what the request held that no error may show
}

// firstBytes returns the beginning of a body, whole characters, without keeping the rest alive.
func firstBytes(body string) string {
	if len(body) <= maxFailureBody {
		return body
	}
	n := maxFailureBody
	for n > maxFailureBody-utf8.UTFMax && !utf8.RuneStart(body[n]) {
		n--
	}
	return strings.Clone(body[:n])
}

// fail ends the call with the error for a, the last of its attempts.
func (k *call) fail(a *answer, attempts int) error {
	k.report(a, attempts)
	return k.client.errors.Failure(&Failure{
		Call:           k.id,
		Method:         k.method,
		Path:           k.path,
		StatusCode:     a.status,
		Header:         a.header,
		Body:           firstBytes(a.body),
		BodySize:       len(a.body),
		ErrorType:      a.problem.errorType,
		Message:        a.problem.message,
		URL:            a.problem.url,
		RequestID:      a.requestID(),
		Details:        a.problem.details,
		RetryAfter:     a.retryAfter,
		Attempts:       attempts,
		OutcomeUnknown: k.outcomeUnknown(a),
		Cause:          a.err,
		Secrets:        k.secrets(),
	})
}
