package stytchtest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is a request that the server received. Secrets in it are replaced by
// "[redacted]".
type Request struct {
	At           time.Time
	Method, Path string
	// API and Call name the API and the call: "consumer" and "consumer.otps.sms.send". Both are empty
	// for an unknown path.
	API, Call string
	Header    http.Header
	// Body has the body's fields. It is nil if the body was neither a JSON object
	// nor a form.
	Body map[string]any
	// Status is the status of the response, 0 if the connection was reset.
	Status int
	// ErrorType is the error type of the response, or empty.
	ErrorType string
	// Fault reports whether a fault applied to the request.
	Fault bool
	// Duration is how long the response took, by the machine's clock.
	Duration time.Duration
}

// requestLog has the requests of a server.
type requestLog struct {
	mu   sync.Mutex
	list []Request
}

// maxRequests limits the requests that a long-running emulator keeps.
const maxRequests = 10_000

func (l *requestLog) add(one Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.list) >= maxRequests {
		l.list = slices.Delete(l.list, 0, maxRequests/10)
	}
	l.list = append(l.list, one)
}

func (l *requestLog) all() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.list)
}

// redacted replaces a secret.
const redacted = "[redacted]"

// open are the fields whose values are not secret. Every other string is
// treated as a secret.
var open = []string{
	"method_id", "user_id", "organization_id", "member_id", "session_id", "member_session_id", "locale",
	"login_template_id", "signup_template_id", "set_mfa_enrollment", "resource_id", "action", "user_agent",
}

func (logged *Request) redact(r *http.Request, fields map[string]any) {
	logged.Header = r.Header.Clone()
	for _, name := range []string{"Authorization", "Cookie", "X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT"} {
		if logged.Header.Get(name) != "" {
			logged.Header.Set(name, redacted)
		}
	}
	if fields != nil {
		logged.Body, _ = hide("", fields).(map[string]any)
	}
}

// hide replaces every string that may be a secret: all except those under the
// names in open.
func hide(name string, v any) any {
	switch v := v.(type) {
	case string:
		if !slices.Contains(open, name) {
			return redacted
		}
	case map[string]any:
		hidden := map[string]any{}
		for key, value := range v {
			hidden[key] = hide(key, value)
		}
		if strings.HasSuffix(name, "_metadata") || name == "session_custom_claims" {
			return redacted
		}
		return hidden
	case []any:
		hidden := make([]any, len(v))
		for i, item := range v {
			hidden[i] = hide(name, item)
		}
		return hidden
	}
	return v
}
