package transport

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/stytchgen/sdk/internal/wire"
)

// answer is the result of one attempt.
type answer struct {
	status int // 0: no answer arrived
	header http.Header
	body   string // as far as it could be read

	err      error // why there is no answer, or why it cannot be used
	reached  bool  // the service may have received the request
	tooLarge bool  // the body is over the limit

	problem    problem // the service's error, when the status is not 2xx
	retryAfter time.Duration
	id         string // the request ID, once requestID has looked for it
}

// problem is the body of an error answer of the service.
type problem struct {
	requestID, errorType, message, url string
	details                            string // JSON
}

// success reports whether the status is 2xx.
func (a *answer) success() bool { return a.status/100 == 2 }

// ok reports whether the attempt succeeded.
func (a *answer) ok() bool { return a.success() && a.err == nil }

// interrupted adds to a the error that ended the wait for the next attempt.
func (a *answer) interrupted(err error) *answer {
	if a.err == nil {
		a.err = err
	} else {
		a.err = fmt.Errorf("%w while waiting to try again after: %w", err, a.err)
	}
	return a
}

// errTooLarge is wrapped by the error of a body over the limit.
var errTooLarge = errors.New("the body is too large")

// bodies are buffers for reading. A body that is kept is copied into a string of its own size.
var bodies = sync.Pool{New: func() any { return new(make([]byte, 0, 4<<10)) }}

// maxPooled is the largest size of a buffer that goes back to the pool.
const maxPooled = 64 << 10

// readBody reads the body to its end, so that the connection can be reused. With an error it returns
// what it read before the error.
func (k *call) readBody(resp *http.Response) (string, error) {
	limit := k.client.maxResponseBytes
	if limit == 0 {
		limit = math.MaxInt64
	}
	buf := bodies.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= maxPooled {
			bodies.Put(buf)
		}
	}()
	body, err := readAll(resp.Body, (*buf)[:0], limit)
	*buf = body
	if int64(len(body)) > limit {
		return string(body[:limit]), fmt.Errorf("%w: over the limit of %d bytes", errTooLarge, limit)
	}
	if err != nil {
		err = fmt.Errorf("the body broke off after %d bytes: %w", len(body), err)
	}
	return string(body), err
}

// readAll is io.ReadAll into a buffer. It stops when it has read more than limit.
func readAll(r io.Reader, buf []byte, limit int64) ([]byte, error) {
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF || int64(len(buf)) > limit {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
	}
}

// understand decodes the body of an answer.
func (k *call) understand(a *answer) {
	whole := a.err == nil
	switch {
	case !a.success():
		a.problem.read(a.body, k.oauth)
		a.id = a.problem.requestID
	case whole && k.bodiless:
		k.decoder.decode(nil)
	case whole:
		a.err = decode(a.body, k.decoder.decode)
		if a.err != nil {
			if encoding := Unasked(a.header); encoding != "" {
				a.err = fmt.Errorf("the body has %s: want a JSON object", encoding)
			}
		}
	}
	if !a.ok() {
		a.tooLarge = errors.Is(a.err, errTooLarge)
		a.retryAfter = retryAfter(a.header.Get("Retry-After"), time.Now())
	}
	if k.drift != nil && (whole || !a.success()) {
		k.drift(a)
	}
}

// Unasked describes a body encoding that the client did not ask for, or returns "". net/http asks for
// gzip itself, and removes the header after decompressing.
func Unasked(header http.Header) string {
	if encoding := header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return fmt.Sprintf("the Content-Encoding %q, which the client did not ask for", encoding)
	}
	return ""
}

// decode reads a body, which must be one JSON object and nothing else. Values in it that do not fit stay
// empty: a login that worked must not fail because of a field that the caller does not need.
func decode(body string, read func(*wire.Reader)) error {
	if strings.HasPrefix(body, "{") {
		return wire.ReadLenient(body, read)
	}
	switch start := strings.TrimLeft(body, " \t\r\n"); {
	case start == "":
		return errors.New("the body is empty: want a JSON object")
	case start[0] == '<':
		return errors.New("the body is HTML or XML: want a JSON object")
	case start[0] == 'n': // null, which the Reader takes for an object without fields
		return errors.New("the body is not a JSON object")
	case start[0] == '{':
		return wire.ReadLenient(body, read)
	}
	return wire.Read(body, read)
}

// names are the names of the fields of an error body.
type names struct{ errorType, message, url string }

var (
	usualNames = names{"error_type", "error_message", "error_url"}
	oauthNames = names{"error", "error_description", "error_uri"}
)

// read reads what it can from the body of an error. A gateway's answer is not JSON, and a truncated body
// may still name the error type.
func (p *problem) read(body string, oauth bool) {
	names := &usualNames
	if oauth {
		names = &oauthNames
	}
	// The answer is an error in any case, so an error of the body does not matter.
	_ = decode(body, func(d *wire.Reader) {
		for d.BeginObject(); d.NextField(); {
			switch d.Name() {
			case "request_id":
				p.requestID = d.String()
			case names.errorType:
				p.errorType = d.String()
			case names.message:
				p.message = d.String()
			case names.url:
				p.url = d.String()
			case "error_details":
				p.details = d.Raw()
			default:
				d.Skip()
			}
		}
	})
}

// requestID returns the service's ID of the call. A successful answer is searched only here, for callers
// that want the ID.
func (a *answer) requestID() string {
	if a.id == "" && a.success() {
		var p problem
		p.read(a.body, false)
		a.id = p.requestID
	}
	return a.id
}
