package transport

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// maxFailureBody is how much of the body a Failure keeps.
const maxFailureBody = 16 << 10

// Failure describes a call that failed.
type Failure struct {
	Call   *CallID
	Method string
	Path   string // the template

	StatusCode int         // of the last answer; 0: no answer arrived
	Header     http.Header // of the last answer
	Body       string      // its first 16 KiB
	BodySize   int         // its size in bytes, as far as it was read

	ErrorType string // these five come from the service; empty if something else answered
	Message   string
	URL       string
	RequestID string
	Details   string // JSON

	RetryAfter     time.Duration // the wait that the answer asks for; 0: none
	Attempts       int           // how often the request was sent or tried
	OutcomeUnknown bool          // the service may have acted on the request
	Cause          error         // why there is no usable answer; nil if there is one
	Secrets        []string      // values of the call that errors must not show
}

// firstBytes returns the beginning of a body, cut between two characters. It copies, so that the rest of
// the body can be freed.
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

// fail ends the call with the error for a, the answer of its last attempt.
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
