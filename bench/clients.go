package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/stytchgen/sdk/internal/wire"
	"github.com/stytchgen/sdk/internal/wiretest"
	"github.com/stytchgen/sdk/stytch"
)

// A request is the request of a call, ready to be sent again.
type request struct {
	method, url string
	header      http.Header // the headers that the call sets
	body        []byte      // nil if there is none
}

// A floor is the least that a call over net/http can do. The body is ready, and the response is read
// and discarded.
type floor struct{ client *http.Client }

func (f floor) call(ctx context.Context, r request) error {
	resp, err := send(ctx, f.client, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// read makes a call, then decodes a prepared response to otps.authenticate. This is the least that the SDK
// must do to return a user and a session.
func (f floor) read(ctx context.Context, r request, answer string) error {
	if err := f.call(ctx, r); err != nil {
		return err
	}
	v := new(stytch.OTPsAuthenticateResponse)
	return wire.Read(answer, func(d *wire.Reader) { readAuthenticate(v, d) })
}

// readingFloor is the name of the floor that decodes.
const readingFloor = "floor, and reads it"

// send sends r with the headers that every client sends.
func send(ctx context.Context, client *http.Client, r request) (*http.Response, error) {
	var body io.Reader // nil if there is no body
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, body)
	if err != nil {
		return nil, err
	}
	req.SetBasicAuth(wiretest.ProjectID, wiretest.Secret)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "bench/1")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	return client.Do(req)
}

// A reflective is a typical hand-written client: encoding/json for request and response, and a
// default http.Client. It does not validate, retry or redact.
type reflective struct{ client *http.Client }

// reflectiveCall sends in, unless the request has no body, and decodes the response into a new
// Out.
func reflectiveCall[Out any](ctx context.Context, c reflective, r request, in any) (*Out, error) {
	if r.body != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		r.body = body
	}
	resp, err := send(ctx, c.client, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode/100 != 2 {
		failure := new(reflectiveError)
		if err := json.Unmarshal(body, failure); err != nil {
			return nil, err
		}
		return nil, failure
	}
	out := new(Out)
	if err := json.Unmarshal(body, out); err != nil {
		return nil, err
	}
	return out, nil
}

// A reflectiveError is an error response of the service.
type reflectiveError struct {
	StatusCode   int             `json:"status_code"`
	RequestID    string          `json:"request_id"`
	ErrorType    string          `json:"error_type"`
	ErrorMessage string          `json:"error_message"`
	ErrorURL     string          `json:"error_url"`
	ErrorDetails json.RawMessage `json:"error_details"`
}

func (e *reflectiveError) Error() string {
	return fmt.Sprintf("status %d %s: %s", e.StatusCode, e.ErrorType, e.ErrorMessage)
}

// memory is a transport that responds at once, without a network. Like a real transport, it reads
// the request's body.
type memory struct {
	status int
	body   string
	seen   *request // set to the last request unless it is nil
}

var memoryHeader = http.Header{"Content-Type": {"application/json"}}

func (m memory) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.seen != nil {
		if err := m.record(r); err != nil {
			return nil, err
		}
	} else if r.Body != nil {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
	}
	return &http.Response{
		Status: http.StatusText(m.status), StatusCode: m.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: memoryHeader, ContentLength: int64(len(m.body)), Body: io.NopCloser(strings.NewReader(m.body)), Request: r,
	}, nil
}

func (m memory) record(r *http.Request) error {
	*m.seen = request{method: r.Method, url: r.URL.String(), header: http.Header{}}
	for name, values := range r.Header {
		switch name {
		case "Accept", "Authorization", "Content-Type", "User-Agent":
		default:
			m.seen.header[name] = values
		}
	}
	if r.Body == nil {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	m.seen.body = body
	return errors.Join(err, r.Body.Close())
}
