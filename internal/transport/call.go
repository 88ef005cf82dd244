package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/validate"
	"github.com/stytchgen/sdk/internal/wire"
)

// call is a call in progress, without the types of its request and response.
type call struct {
	client    *Client
	id        *CallID
	method    string
	path      string // the template
	retry     RetryClass
	anonymous bool
	server    string // where it goes, if not to the base URL
	oauth     bool   // errors have the form of OAuth
	form      bool   // the body is a form
	settings  CallSettings

	request  any                               // a pointer to the request; its secrets are removed from errors
	url      url.URL                           // of the request
	body     []byte                            // nil: none
	decoder  interface{ decode(*wire.Reader) } // reads the response body
	bodiless bool                              // the response body is ignored
	drift    func(*answer)                     // compares an answer with the spec; nil: drift is not reported
	end      time.Time                         // when the call's timeout ends it; zero: never

	// These fields are here so that the whole call takes one allocation.
	params  Params
	checker validate.Validator
	writer  wire.Writer
	room    [bodyCapacity]byte // for the body
	first   outgoing           // what the first attempt sends
	answer  answer             // of the last attempt
}

// bodyCapacity is enough room for most bodies.
const bodyCapacity = 256

// locate sets the URL.
func (k *call) locate() []validate.Violation {
	path, escaped := k.params.expand(k.path)
	k.url = *k.client.base
	if k.server != "" && !k.client.ownBase {
		if u, err := url.Parse(k.server); err == nil { // the generator has checked it
			k.url = *u
		}
	}
	if k.url.RawPath != "" || escaped != path {
		k.url.RawPath = k.url.EscapedPath() + escaped
	}
	k.url.Path += path
	if k.params.query != nil {
		k.url.RawQuery = k.params.query.Encode()
	}
	return append(k.params.invalid, checkHeader(k.settings.Header, k.params.header)...)
}

// setBody takes the body from the writer, or reports the field that cannot be encoded. The body is not
// reused: net/http may still read it after an attempt has failed.
func (k *call) setBody() []validate.Violation {
	if err := k.writer.Err(); err != nil {
		at := new(wire.Error) // every error of a Writer is a *wire.Error
		errors.As(err, &at)
		return []validate.Violation{{Field: at.Path, Message: fmt.Sprintf("must be %s, not %s", at.Want, at.Got)}}
	}
	k.body = k.writer.Bytes()
	return nil
}

// newHeader returns a new header for each attempt, because middleware may change it.
func (k *call) newHeader() http.Header {
	h := maps.Clone(k.client.header)
	if k.anonymous {
		delete(h, "Authorization")
	}
	if k.body != nil {
		h["Content-Type"] = contentType
		if k.form {
			h["Content-Type"] = formType
		}
	}
	maps.Copy(h, k.params.header)
	maps.Copy(h, k.settings.Header)
	return h
}

var (
	contentType = []string{"application/json"}
	formType    = []string{"application/x-www-form-urlencoded"}
)

// do sends the call until it succeeds or must not be repeated. After a success, k.answer is the answer.
func (k *call) do(ctx context.Context) error {
	if ctx == nil {
		return k.fail(&answer{err: errors.New("the context is nil")}, 0)
	}
	if err := ctx.Err(); err != nil {
		return k.fail(&answer{err: err}, 0)
	}
	for attempt := 1; ; attempt++ {
		started := time.Now()
		if attempt == 1 && k.settings.Timeout > 0 {
			k.end = started.Add(k.settings.Timeout)
		}
		out := &k.first
		if attempt > 1 {
			out = new(outgoing)
		}
		a := k.attempt(ctx, attempt, started, out)
		if a.ok() {
			k.log(ctx, a, attempt, started)
			k.report(a, attempt)
			return nil
		}
		wait, again := k.again(ctx, a, attempt)
		if !again {
			k.log(ctx, a, attempt, started)
			return k.fail(a, attempt)
		}
		k.log(ctx, a, attempt, started, slog.Duration("pause", wait))
		if err := k.client.sleep(ctx, wait); err != nil {
			return k.fail(a.interrupted(err), attempt)
		}
	}
}

// report passes the Info to the caller that asked for it; a is nil if nothing was sent.
func (k *call) report(a *answer, attempts int) {
	if k.settings.Report == nil {
		return
	}
	info := Info{Call: k.id, Attempts: attempts}
	if a != nil {
		info.StatusCode, info.Header, info.RequestID = a.status, a.header, a.requestID()
		info.PrintedID = redact.ScrubID(info.RequestID, k.scrub)
	}
	k.settings.Report(info)
}

// scrub removes from a foreign text what a log must not show.
func (k *call) scrub(text string) string { return redact.Scrub(text, k.secrets()) }

// secrets returns the values that errors of this call must not show.
func (k *call) secrets() []string {
	secrets := redact.Values(k.request)
	for _, values := range k.settings.Header {
		secrets = append(secrets, values...)
	}
	return append(secrets, k.client.secrets...)
}
