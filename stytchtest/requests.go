package stytchtest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stytchgen/sdk/internal/wirename"
	"github.com/stytchgen/sdk/stytchtest/internal/contract"
)

// Request is a request that a project received, with its response. Secrets and
// personal data in it are replaced by "[redacted]", unless a RequestFilter asks for
// them.
type Request struct {
	// Number counts the requests of the project, from 1.
	Number       int
	At           time.Time
	Method, Path string
	// API and Call name the API and the call: "consumer" and "consumer.otps.sms.send". Both are empty
	// for an unknown path.
	API, Call string
	Header    http.Header
	Query     url.Values
	// Body has the body's fields. It is nil if the body was neither a JSON object
	// nor a form, or is no longer kept.
	Body map[string]any
	// Status is the status of the response, 0 if the connection was reset.
	Status int
	// ErrorType is the error type of the response, or empty.
	ErrorType string
	// Response has the response's fields. It is nil if there was none, or it is no
	// longer kept.
	Response map[string]any
	// Fault reports whether a fault applied to the request.
	Fault bool
	// Duration is how long the response took, by the machine's clock.
	Duration time.Duration
}

// RequestFilter selects requests. The zero RequestFilter selects all, without secrets.
type RequestFilter struct {
	// Call selects the requests for a call: "consumer.otps.sms.send".
	Call string
	// Offset is how many of the found requests are left out at the beginning. Limit is
	// the most to return after these; 0 means all.
	Offset, Limit int
	// NewestFirst begins with the last request. Otherwise, it comes last.
	NewestFirst bool
	// Secrets returns the requests as they were, with credentials, codes, tokens and
	// addresses.
	Secrets bool
}

// exchange is a request and its response, as they were.
type exchange struct {
	request      Request // without what the other fields contain
	header       http.Header
	query        string
	form         contract.Body
	body, answer []byte
}

// requestLog has the requests of a project.
type requestLog struct {
	mu   sync.Mutex
	list []*exchange
	last int // the number of the last request
	// kept is the size of the bodies and responses that are kept, from the request
	// with the index whole on.
	kept, whole int
}

// maxRequests limits the requests that a long-running emulator keeps, and maxBodies the
// bytes of their bodies and responses.
const (
	maxRequests = 10_000
	maxBodies   = 32 << 20
)

func (l *requestLog) add(e *exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.list) >= maxRequests {
		for _, old := range l.list[:maxRequests/10] {
			l.kept -= len(old.body) + len(old.answer)
		}
		l.list = slices.Delete(l.list, 0, maxRequests/10)
		l.whole = max(0, l.whole-maxRequests/10)
	}
	l.last++
	e.request.Number = l.last
	l.list = append(l.list, e)
	l.kept += len(e.body) + len(e.answer)
	for ; l.kept > maxBodies; l.whole++ {
		old := *l.list[l.whole] // readers may have the old one
		l.kept -= len(old.body) + len(old.answer)
		old.body, old.answer = nil, nil
		l.list[l.whole] = &old
	}
}

// find returns the requests that a filter selects, and how many there are without
// Offset and Limit.
func (l *requestLog) find(f RequestFilter) ([]Request, int) {
	l.mu.Lock()
	found := slices.Clone(l.list)
	l.mu.Unlock()
	if f.Call != "" {
		found = slices.DeleteFunc(found, func(e *exchange) bool { return e.request.Call != f.Call })
	}
	total := len(found)
	found = section(found, f.NewestFirst, f.Offset, f.Limit)
	requests := make([]Request, len(found))
	for i, e := range found {
		requests[i] = e.read(f.Secrets)
	}
	return requests, total
}

// count returns how many requests for a call there were.
func (l *requestLog) count(call string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, e := range l.list {
		if e.request.Call == call {
			n++
		}
	}
	return n
}

// read returns the request with the content of its header, body and response.
func (e *exchange) read(secrets bool) Request {
	r := e.request
	r.Header = e.header.Clone()
	r.Query, _ = url.ParseQuery(e.query) // what cannot be read is not shown
	if len(e.body) > 0 {
		r.Body, _ = decode(e.form, e.body)
	}
	if len(e.answer) > 0 {
		r.Response, _ = decode(contract.JSON, e.answer)
	}
	if secrets {
		return r
	}
	for _, name := range []string{"Authorization", "Cookie", "X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT"} {
		if r.Header.Get(name) != "" {
			r.Header.Set(name, redacted)
		}
	}
	for name := range r.Query {
		if !isOpen(name) {
			r.Query[name] = []string{redacted}
		}
	}
	r.Body, _ = hide("", r.Body).(map[string]any)
	r.Response, _ = hide("", r.Response).(map[string]any)
	return r
}

// redacted replaces a secret.
const redacted = "[redacted]"

// open are the fields whose values are not secret, in addition to IDs and times. Every
// other string is treated as a secret.
var open = []string{
	"locale", "set_mfa_enrollment", "action", "status", "type", "delivery_method", "error_type", "error_message", "error_url",
	"error", "error_description", "error_uri", "token_type", "grant_type", "client_type", "mfa_policy", "auth_methods",
}

// isOpen reports whether the values of a field can be shown.
func isOpen(name string) bool {
	if slices.Contains(open, name) || wirename.Time(name) {
		return true
	}
	return (strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "_ids")) && !wirename.Sensitive(name)
}

// hide replaces every string that may be a secret, and maps whose names are data.
func hide(name string, v any) any {
	switch v := v.(type) {
	case string:
		if !isOpen(name) {
			return redacted
		}
	case map[string]any:
		if v == nil {
			return v
		}
		if strings.HasSuffix(name, "_metadata") || strings.HasSuffix(name, "claims") {
			return redacted
		}
		hidden := maps.Clone(v)
		for key, value := range v {
			hidden[key] = hide(key, value)
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
