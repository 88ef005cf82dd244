package stytch_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
	"github.com/stytchgen/sdk/internal/share"
	"github.com/stytchgen/sdk/internal/transport"
	"github.com/stytchgen/sdk/internal/validate"
	"github.com/stytchgen/sdk/internal/wire"
	"github.com/stytchgen/sdk/stytch"
)

// Data of the tests' calls. Printed text must not contain any of it.
const (
	projectID = "project-test-00000000-1111-4222-8333-444444444444"
	secret    = "secret-test-AbCdEfGhIjKlMnOpQrStUvWxYz0="
	methodID  = "phone-number-test-1"
	code      = "482913"
)

// codeRequest and codeResponse are like generated types.
type codeRequest struct {
	MethodID string `json:"method_id"`
	Code     string `json:"code" stytch:"sensitive"`
}

func (r *codeRequest) validate(c *validate.Validator) {
	c.MinLength("method_id", r.MethodID, 1)
	c.MinLength("code", r.Code, 6)
}

func (r *codeRequest) writeJSON(w *wire.Writer) {
	w.BeginObject()
	w.Field("method_id").String(r.MethodID)
	w.Field("code").String(r.Code)
	w.EndObject()
}

type codeResponse struct {
	stytch.Response
	RequestID    string `json:"request_id"`
	SessionToken string `json:"session_token" stytch:"sensitive"`
	Emails       []codeEmail
}

type codeEmail struct{ Email string }

func (r *codeResponse) readJSON(d *wire.Reader) {
	for d.BeginObject(); d.NextField(); {
		switch d.Name() {
		case "request_id":
			r.RequestID = d.String()
		case "session_token":
			r.SessionToken = d.EssentialString(0)
		case "emails":
			r.Emails = wire.ReadSlice(d, (*codeEmail).readJSON)
		default:
			d.Unknown()
		}
	}
}

func (r *codeEmail) readJSON(d *wire.Reader) {
	for d.BeginObject(); d.NextField(); {
		switch d.Name() {
		case "email":
			r.Email = d.String()
		default:
			d.Unknown()
		}
	}
}

func (r codeResponse) Format(f fmt.State, verb rune) { redact.Format(f, verb, r) }
func (r codeResponse) LogValue() slog.Value          { return redact.LogValue(r) }

var codeAuthenticate = transport.Endpoint[*codeRequest, *codeResponse]{
	ID:       transport.CallID{API: "consumer", Service: "otps", Name: "authenticate"},
	New:      func() (*codeResponse, *transport.Result) { return new(codeResponse), new(transport.Result) },
	Method:   http.MethodPost,
	Path:     "/v1/otps/authenticate",
	Retry:    transport.Unsent,
	Validate: (*codeRequest).validate,
	Encode:   (*codeRequest).writeJSON,
	Decode:   (*codeResponse).readJSON,
	Receive: func(r *codeResponse, result *transport.Result) {
		share.Get[interface {
			ReceiveResponse(*stytch.Response, *transport.Result)
		}]().ReceiveResponse(&r.Response, result)
	},
}

// authenticate is like a generated method, for a given client.
func authenticate(ctx context.Context, url string, req codeRequest, opts []stytch.Option, callOpts ...stytch.CallOption) (*codeResponse, error) {
	t, err := share.Get[interface{ Maker() transport.Maker }]().Maker().New(projectID, secret, transport.API{}, append([]stytch.Option{stytch.WithBaseURL(url), noWaits}, opts...))
	if err != nil {
		return nil, err
	}
	return transport.Call(ctx, t, &codeAuthenticate, &req, callOpts)
}

// noWaits makes a client repeat calls without waiting.
var noWaits = transport.OptionFunc(func(c *transport.Config) {
	c.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
})

// serve starts a server that always gives the same answer.
func serve(t *testing.T, status int, body string, header ...string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return server
}

// fail returns the error of a call to a server with the given answer.
func fail(t *testing.T, status int, body string, header ...string) error {
	t.Helper()
	resp, err := authenticate(t.Context(), serve(t, status, body, header...).URL, codeRequest{methodID, code},
		[]stytch.Option{stytch.WithMaxRetries(0)})
	if resp != nil || err == nil {
		t.Fatalf("got %v and error %v, want an error alone", resp, err)
	}
	return err
}

// printed returns the output of all ways of printing and logging v.
func printed(v any) string {
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&b, verb+"\n", v)
	}
	fmt.Fprintf(&b, "%v %+v %#v\n", []any{v}, map[string]any{"v": v}, struct{ V any }{v})
	for _, h := range []slog.Handler{slog.NewJSONHandler(&b, nil), slog.NewTextHandler(&b, nil)} {
		slog.New(h).Info("printed", "v", v, "list", []any{v}, "in", struct{ V any }{v})
	}
	return b.String()
}
