package transport

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// recorder is a server that records its requests.
type recorder struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

func record(t *testing.T, h http.HandlerFunc) *recorder {
	r := new(recorder)
	r.Server = serve(t, func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		r.requests, r.bodies = append(r.requests, req), append(r.bodies, string(body))
		r.mu.Unlock()
		h(w, req)
	})
	return r
}

func TestSuccess(t *testing.T) {
	server := record(t, respond(202, answerOK, "X-Answer", "yes"))
	var info Info
	resp, err := send(t.Context(), newClient(t, server.URL+"/", func(c *Config) { c.UserAgent = "shop/1.2" }),
		Unsent, infoInto(&info), nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.PhoneID != "phone-number-test-1" || !resp.Created || resp.RequestID != "request-id-test-1" {
		t.Errorf("response %+v", resp)
	}
	if r := resp.result; r.StatusCode != 202 || r.Body != answerOK || r.Header.Get("X-Answer") != "yes" {
		t.Errorf("result %+v", r)
	}
	if info.StatusCode != 202 || info.Attempts != 1 || info.RequestID != "request-id-test-1" ||
		info.Header.Get("X-Answer") != "yes" {
		t.Errorf("info %+v", info)
	}

	req := server.requests[0]
	if req.Method != "POST" || req.RequestURI != "/v1/otps/sms/send" || req.ContentLength != int64(len(server.bodies[0])) {
		t.Errorf("request %s %s with %d bytes", req.Method, req.RequestURI, req.ContentLength)
	}
	if want := `{"phone_number":"` + testPhone + `"}`; server.bodies[0] != want {
		t.Errorf("body %s, want %s", server.bodies[0], want)
	}
	want := http.Header{
		"Accept":          {"application/json"},
		"Accept-Encoding": {"gzip"},
		"Authorization":   {"Basic " + base64.StdEncoding.EncodeToString([]byte(testProject+":"+testSecret))},
		"Content-Length":  {"31"},
		"Content-Type":    {"application/json"},
		"User-Agent":      {userAgent("shop/1.2")},
	}
	if !maps.EqualFunc(req.Header, want, slices.Equal) {
		t.Errorf("header %v, want %v", req.Header, want)
	}
}

func TestParams(t *testing.T) {
	token := "token-1"
	tests := []struct {
		name   string
		prefix string
		req    getRequest
		uri    string
		field  string // of a violation; "": none
	}{
		{"plain", "", getRequest{testProject, "u", nil}, "/v1/sessions/jwks/" + testProject + "/keys?user_id=u", ""},
		{"header", "", getRequest{"p", "u", &token}, "/v1/sessions/jwks/p/keys?user_id=u", ""},
		{"prefix", "/a%2Fb/c/", getRequest{"p", "u", nil}, "/a%2Fb/c/v1/sessions/jwks/p/keys?user_id=u", ""},
		{"slash", "", getRequest{"a/b", "u", nil}, "/v1/sessions/jwks/a%2Fb/keys?user_id=u", ""},
		{"dots within", "", getRequest{"../..", "u", nil}, "/v1/sessions/jwks/..%2F../keys?user_id=u", ""},
		{"question mark and hash", "", getRequest{"a?b#c", "u", nil}, "/v1/sessions/jwks/a%3Fb%23c/keys?user_id=u", ""},
		{"space and plus", "", getRequest{"a b+c", "a b+c&d=é", nil}, "/v1/sessions/jwks/a%20b+c/keys?user_id=a+b%2Bc%26d%3D%C3%A9", ""},
		{"per cent", "", getRequest{"a%2Fb", "100%", nil}, "/v1/sessions/jwks/a%252Fb/keys?user_id=100%25", ""},
		{"a name of a parameter", "", getRequest{"{project_id}", "u", nil}, "/v1/sessions/jwks/%7Bproject_id%7D/keys?user_id=u", ""},
		{"line break", "", getRequest{"a\r\nb", "a\nb", nil}, "/v1/sessions/jwks/a%0D%0Ab/keys?user_id=a%0Ab", ""},
		{"empty query", "", getRequest{"p", "", nil}, "/v1/sessions/jwks/p/keys?user_id=", ""},
		{"empty", "", getRequest{"", "u", nil}, "", "project_id"},
		{"dot", "", getRequest{".", "u", nil}, "", "project_id"},
		{"two dots", "", getRequest{"..", "u", nil}, "", "project_id"},
		{"line break in a header", "", getRequest{"p", "u", new("a\r\nX-Evil: 1")}, "", "X-Stytch-Member-Session"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := record(t, respond(200, answerOK))
			_, err := Call(t.Context(), newClient(t, server.URL+tt.prefix), getEndpoint(), &tt.req, nil)
			if tt.field != "" {
				var invalid invalidError
				if !errors.As(err, &invalid) || len(invalid.violations) != 1 || invalid.violations[0].Field != tt.field {
					t.Errorf("error %v, want a violation of %s", err, tt.field)
				}
				if len(server.requests) > 0 {
					t.Error("the request was sent")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			req := server.requests[0]
			if req.RequestURI != tt.uri {
				t.Errorf("sent %s, want %s", req.RequestURI, tt.uri)
			}
			if req.Header.Get("Content-Type") != "" || server.bodies[0] != "" {
				t.Errorf("a call without a body sent %q as %q", server.bodies[0], req.Header.Get("Content-Type"))
			}
			if got := req.Header.Get("X-Stytch-Member-Session"); (got == token) != (tt.req.Token != nil) {
				t.Errorf("header parameter %q", got)
			}
		})
	}
}

func TestMissingPathParameter(t *testing.T) {
	ep := getEndpoint()
	ep.Params = nil
	var invalid invalidError
	if _, err := Call(t.Context(), newClient(t, "http://localhost:1"), ep, &getRequest{}, nil); !errors.As(err, &invalid) {
		t.Errorf("error %v, want a violation", err)
	}
}

func TestAnonymous(t *testing.T) {
	server := record(t, respond(200, answerOK))
	ep := getEndpoint()
	ep.Anonymous = true
	c := newClient(t, server.URL)
	if _, err := Call(t.Context(), c, ep, &getRequest{ProjectID: "p"}, nil); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := server.requests[0].BasicAuth(); ok {
		t.Error("an anonymous call sent credentials")
	}
	if _, err := send(t.Context(), c, Safe); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := server.requests[1].BasicAuth(); !ok {
		t.Error("the call after an anonymous one sent no credentials")
	}
}

func TestInvalid(t *testing.T) {
	header := func(name, value string) CallOption {
		return CallOptionFunc(func(s *CallSettings) { s.Header = http.Header{name: {value}} })
	}
	skip := CallOptionFunc(func(s *CallSettings) { s.SkipValidation = true })
	tests := []struct {
		name  string
		req   sendRequest
		opts  []CallOption
		field string
	}{
		{"rule", sendRequest{PhoneNumber: testPhone, ExpirationMinutes: new(11)}, nil, "expiration_minutes"},
		{"invalid UTF-8", sendRequest{PhoneNumber: "\xff"}, nil, "phone_number"},
		{"invalid UTF-8, unchecked", sendRequest{PhoneNumber: "\xff"}, []CallOption{skip}, "phone_number"},
		{"unencodable", sendRequest{PhoneNumber: testPhone, Claims: map[string]any{"f": func() {}}}, nil, "claims.f"},
		{"header value", sendRequest{PhoneNumber: testPhone}, []CallOption{header("X-A", "a\nb")}, "header X-A"},
		{"header name", sendRequest{PhoneNumber: testPhone}, []CallOption{header("X A", "a")}, "header"},
		{"empty header name", sendRequest{PhoneNumber: testPhone}, []CallOption{header("", "a")}, "header"},
		{"reserved header", sendRequest{PhoneNumber: testPhone}, []CallOption{header("Authorization", "Bearer x")}, "header Authorization"},
		{"reserved header in lower case", sendRequest{PhoneNumber: testPhone}, []CallOption{header("content-length", "5")}, "header content-length"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := record(t, respond(200, answerOK))
			info := Info{Attempts: 99}
			resp, err := Call(t.Context(), newClient(t, server.URL), sendEndpoint(Safe), &tt.req,
				append(tt.opts, infoInto(&info)))
			var invalid invalidError
			if resp != nil || !errors.As(err, &invalid) || invalid.call != "consumer.otps.sms.send" ||
				len(invalid.violations) != 1 || invalid.violations[0].Field != tt.field {
				t.Errorf("got %v and error %v, want a violation of %s", resp, err, tt.field)
			}
			if len(server.requests) > 0 || info.Attempts != 0 {
				t.Errorf("the request was sent %d times, %d attempts", len(server.requests), info.Attempts)
			}
		})
	}
	t.Run("skipped", func(t *testing.T) {
		server := record(t, respond(200, answerOK))
		req := &sendRequest{ExpirationMinutes: new(11)}
		if _, err := Call(t.Context(), newClient(t, server.URL), sendEndpoint(Safe), req, []CallOption{skip}); err != nil {
			t.Error(err)
		}
		c := newClient(t, server.URL, func(c *Config) { c.SkipValidation = true })
		if _, err := Call(t.Context(), c, sendEndpoint(Safe), req, nil); err != nil {
			t.Error(err)
		}
	})
}

// TestRecovers fails twice, each time differently, and then succeeds. The response has no values of the
// broken answers.
func TestRecovers(t *testing.T) {
	var n atomic.Int64
	server := record(t, func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) {
		case 1:
			respond(503, answerHTML)(w, r)
		case 2:
			respond(200, `{"user_created":true,"phone_id":17}`)(w, r)
		default:
			respond(200, `{"request_id":"request-id-test-9"}`)(w, r)
		}
	})
	var info Info
	resp, err := send(t.Context(), newClient(t, server.URL), Safe, infoInto(&info))
	if err != nil {
		t.Fatal(err)
	}
	if resp.Created || resp.RequestID != "request-id-test-9" || info.Attempts != 3 {
		t.Errorf("response %+v after %d attempts", resp, info.Attempts)
	}
	if len(server.bodies) != 3 || server.bodies[0] != server.bodies[2] {
		t.Errorf("bodies %q, want the same three times", server.bodies)
	}
}

// TestUnsentRecovers lets the first two dials fail.
func TestUnsentRecovers(t *testing.T) {
	server := record(t, respond(200, answerOK))
	var dials atomic.Int64
	c := newClient(t, server.URL, func(cfg *Config) {
		cfg.HTTPClient.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dials.Add(1) < 3 {
				return nil, errors.New("no route")
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
	})
	if _, err := send(t.Context(), c, Unsent); err != nil || len(server.requests) != 1 {
		t.Errorf("error %v, %d requests, want success and 1", err, len(server.requests))
	}
}

func TestServiceError(t *testing.T) {
	server := serve(t, respond(404, answerNotFound, "Retry-After", "3"))
	var info Info
	_, err := send(t.Context(), newClient(t, server.URL), Unsent, infoInto(&info),
		CallOptionFunc(func(s *CallSettings) { s.Header = http.Header{"X-Token": {"token-in-a-header"}} }))
	f := failureOf(t, err)
	if f.Call.String() != "consumer.otps.sms.send" || f.Method != "POST" || f.Path != "/v1/otps/sms/send" {
		t.Errorf("call %s %s %s", f.Call, f.Method, f.Path)
	}
	if f.ErrorType != "otp_code_not_found" || f.Message != "No such code." || f.RequestID != "request-id-test-5" ||
		f.Details != `{"a":[1]}` || f.Cause != nil {
		t.Errorf("failure %+v", f)
	}
	if f.RetryAfter.Seconds() != 3 || f.Header.Get("Retry-After") != "3" || f.Body != answerNotFound || f.BodySize != len(f.Body) {
		t.Errorf("failure %+v", f)
	}
	if info.RequestID != f.RequestID || info.StatusCode != 404 {
		t.Errorf("info %+v", info)
	}
	for _, secret := range []string{testPhone, testSecret, "token-in-a-header"} {
		if !slices.Contains(f.Secrets, secret) {
			t.Errorf("secrets %q lack %q", f.Secrets, secret)
		}
	}
}

func TestFailureBodyIsCut(t *testing.T) {
	server := serve(t, respond(400, strings.Repeat("x", 20_000)))
	_, err := send(t.Context(), newClient(t, server.URL), Safe)
	if f := failureOf(t, err); len(f.Body) != 16<<10 || f.BodySize != 20_000 {
		t.Errorf("kept %d bytes of %d, want 16384 of 20000", len(f.Body), f.BodySize)
	}
}

func TestBodyAtTheLimit(t *testing.T) {
	server := serve(t, respond(200, answerOK))
	for limit, ok := range map[int64]bool{int64(len(answerOK)): true, int64(len(answerOK)) - 1: false, -1: true} {
		_, err := send(t.Context(), newClient(t, server.URL, func(c *Config) { c.MaxResponseBytes = limit }), Safe)
		if (err == nil) != ok {
			t.Errorf("limit %d: error %v", limit, err)
		}
		if err != nil && !strings.Contains(err.Error(), "over the limit of") {
			t.Errorf("error %v does not name the limit", err)
		}
	}
}

// TestNoRedirect checks that no request, and no credentials, go to the target of a redirect.
func TestNoRedirect(t *testing.T) {
	elsewhere := record(t, respond(200, answerOK))
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := serve(t, respond(status, "", "Location", elsewhere.URL))
		_, err := send(t.Context(), newClient(t, server.URL), Safe)
		if f := failureOf(t, err); f.StatusCode != status || f.Header.Get("Location") != elsewhere.URL {
			t.Errorf("status %d, location %q, want %d", f.StatusCode, f.Header.Get("Location"), status)
		}
	}
	if len(elsewhere.requests) > 0 {
		t.Error("a redirect was followed")
	}
}

type roundTripperFunc func(*http.Request) (*http.Response, error)

func (f roundTripperFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestMiddleware(t *testing.T) {
	var trace []string
	name := func(name string) func(http.RoundTripper) http.RoundTripper {
		return func(next http.RoundTripper) http.RoundTripper {
			return roundTripperFunc(func(r *http.Request) (*http.Response, error) {
				trace = append(trace, name)
				// Middleware should not do this, but some does.
				r.Header.Add("X-Name", name)
				r.Header.Del("Authorization")
				r.URL.RawQuery += name
				return next.RoundTrip(r)
			})
		}
	}
	server := record(t, respond(503, ""))
	c := newClient(t, server.URL, func(c *Config) {
		c.Middleware = append(c.Middleware, name("a"), name("b"))
		c.MaxRetries = 1
	})
	if _, err := send(t.Context(), c, Safe); err == nil {
		t.Fatal("no error")
	}
	if got := strings.Join(trace, ""); got != "abab" {
		t.Errorf("middleware ran in the order %s, want abab", got)
	}
	for _, req := range server.requests {
		if req.RequestURI != "/v1/otps/sms/send?ab" || !slices.Equal(req.Header["X-Name"], []string{"a", "b"}) {
			t.Errorf("an attempt was sent to %s with %v: what an earlier one changed", req.RequestURI, req.Header["X-Name"])
		}
	}
	if c.header.Get("Authorization") == "" {
		t.Error("middleware took the client's credentials away")
	}
}

// TestRoundTrippers uses RoundTrippers that an application could configure. Trace events that they
// report are trusted.
func TestRoundTrippers(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("refused")}
	broken := errors.New("broken")
	fails := func(err error, report ...func(*httptrace.ClientTrace)) roundTripperFunc {
		return func(r *http.Request) (*http.Response, error) {
			for _, f := range report {
				f(httptrace.ContextClientTrace(r.Context()))
			}
			return nil, err
		}
	}
	getConn := func(t *httptrace.ClientTrace) { t.GetConn("") }
	gotConn := func(t *httptrace.ClientTrace) { t.GotConn(httptrace.GotConnInfo{}) }
	wrote := func(t *httptrace.ClientTrace) { t.WroteHeaders() }
	tests := []struct {
		name     string
		rt       roundTripperFunc
		attempts int // of a call with retry class Unsent
		unknown  bool
	}{
		{"fails without a word", fails(broken), 1, true},
		{"cannot dial", fails(dial), 3, false},
		{"finds no connection", fails(broken, getConn), 3, false},
		{"loses the connection before it writes", fails(broken, getConn, gotConn), 3, false},
		{"runs out of time before it writes", fails(context.DeadlineExceeded, getConn, gotConn), 1, true},
		{"is canceled before it writes", fails(context.Canceled, getConn, gotConn), 1, true},
		{"loses the connection after it wrote", fails(broken, getConn, gotConn, wrote), 1, true},
		{"cannot dial again after it wrote", fails(dial, getConn, gotConn, wrote, getConn), 1, true},
		{"returns nothing", fails(nil), 1, true},
		{"returns no body", func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Request: r}, nil
		}, 1, true},
		{"returns no header", func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 404, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
		}, 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, "http://localhost", func(c *Config) { c.HTTPClient = &http.Client{Transport: tt.rt} })
			_, err := send(t.Context(), c, Unsent)
			if f := failureOf(t, err); f.Attempts != tt.attempts || f.OutcomeUnknown != tt.unknown {
				t.Errorf("%d attempts, outcome unknown %v, want %d, %v: %v", f.Attempts, f.OutcomeUnknown, tt.attempts, tt.unknown, err)
			}
		})
	}
}

// TestCallersTrace checks that the caller's own trace still gets its events.
func TestCallersTrace(t *testing.T) {
	var wrote atomic.Int64
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteHeaders: func() { wrote.Add(1) }})
	c := newClient(t, serve(t, respond(200, answerOK)).URL)
	for class := range classNames {
		if _, err := send(ctx, c, class); err != nil {
			t.Error(err)
		}
	}
	if n := wrote.Load(); n != 3 {
		t.Errorf("%d events, want 3", n)
	}
}

// TestHTTPClientIsCopied checks that a given client is not changed, and that its cookie jar is used.
func TestHTTPClientIsCopied(t *testing.T) {
	jar, _ := cookiejar.New(nil)
	given := &http.Client{Jar: jar, Timeout: 1 << 40}
	server := record(t, respond(200, answerOK, "Set-Cookie", "node=7"))
	c := newClient(t, server.URL, func(c *Config) { c.HTTPClient = given })
	defer sharedPool().transport.CloseIdleConnections()
	for range 2 {
		if _, err := send(t.Context(), c, Safe); err != nil {
			t.Fatal(err)
		}
	}
	if given.Transport != nil || given.CheckRedirect != nil || given.Timeout != 1<<40 {
		t.Errorf("the given client was changed: %+v", given)
	}
	if cookie, err := server.requests[1].Cookie("node"); err != nil || cookie.Value != "7" {
		t.Errorf("cookie %v, %v", cookie, err)
	}
}

// TestCarelessRoundTrippers checks that the call fails with a clear error if a RoundTripper returns less
// than it must, as fakes in tests do.
func TestCarelessRoundTrippers(t *testing.T) {
	tests := []struct {
		name   string
		answer *http.Response
		want   string
	}{
		{"nothing", nil, "neither an answer nor an error"},
		{"no body", &http.Response{StatusCode: 200}, "the body is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := roundTripperFunc(func(*http.Request) (*http.Response, error) { return tt.answer, nil })
			c := newClient(t, testURL, func(c *Config) { c.HTTPClient = &http.Client{Transport: rt} })
			_, err := send(t.Context(), c, Never)
			if f := failureOf(t, err); f.Cause == nil || !strings.Contains(f.Cause.Error(), tt.want) {
				t.Errorf("got %v, want %q", f.Cause, tt.want)
			}
		})
	}
}

// TestStatusOfAnyNumber checks that a number which is not a valid status is not printed. HTTP/2 and
// middleware can return one.
func TestStatusOfAnyNumber(t *testing.T) {
	for _, status := range []int{0, -200, -1, 1, 20, 99, 1000, 2000, 20000, 482913, math.MaxInt, math.MinInt} {
		calls := 0
		rt := roundTripperFunc(func(r *http.Request) (*http.Response, error) {
			calls++
			return &http.Response{StatusCode: status, Status: fmt.Sprint(status), Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answerOK)), Request: r}, nil
		})
		var logged bytes.Buffer
		c := newClient(t, testURL, func(c *Config) {
			c.HTTPClient = &http.Client{Transport: rt}
			c.Logger = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		var info Info
		_, err := send(t.Context(), c, Unsent, infoInto(&info))
		f := failureOf(t, err)
		if calls != 1 || f.StatusCode != 0 || info.StatusCode != 0 || !f.OutcomeUnknown || f.Cause == nil {
			t.Errorf("status %d: %d calls, failure %+v", status, calls, f)
		}
		if text := err.Error() + logged.String(); status > 10000 && strings.Contains(text, fmt.Sprint(status)) || !strings.Contains(text, "no HTTP status") {
			t.Errorf("status %d: %s", status, text)
		}
	}
	for _, status := range []int{100, 200, 299, 600, 999} {
		rt := roundTripperFunc(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answerOK)), Request: r}, nil
		})
		var info Info
		_, err := send(t.Context(), newClient(t, testURL, func(c *Config) { c.HTTPClient = &http.Client{Transport: rt} }), Never, infoInto(&info))
		if info.StatusCode != status || (err == nil) != (status/100 == 2) {
			t.Errorf("status %d: %d, %v", status, info.StatusCode, err)
		}
	}
}

func TestEndedContext(t *testing.T) {
	server := record(t, respond(200, answerOK))
	c := newClient(t, server.URL)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	tests := []struct {
		name string
		ctx  context.Context
		want error
	}{
		{"canceled", canceled, context.Canceled},
		{"late", late, context.DeadlineExceeded},
		{"nil", nil, nil},
	}
	for _, tt := range tests {
		for class, name := range classNames {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				_, err := send(tt.ctx, c, class)
				if f := failureOf(t, err); f.Attempts != 0 || f.OutcomeUnknown || f.StatusCode != 0 {
					t.Errorf("failure %+v, want one of a call that was not sent", f)
				}
				if tt.want != nil && !errors.Is(err, tt.want) {
					t.Errorf("error %v, want %v", err, tt.want)
				}
			})
		}
	}
	if len(server.requests) > 0 {
		t.Error("a request was sent")
	}
}

func TestUnknownFields(t *testing.T) {
	server := serve(t, respond(200, `{"phone_id":"a","new":[1],"user":{"b":2}}`))
	resp, err := send(t.Context(), newClient(t, server.URL), Safe)
	if err != nil {
		t.Fatal(err)
	}
	got := resp.result.UnknownFields()
	if len(got) != 2 || got[0].Path != "new" || got[0].Raw != "[1]" || got[1].Path != "user" {
		t.Errorf("unknown fields %v", got)
	}
	if got := new(Result).UnknownFields(); got != nil {
		t.Errorf("unknown fields of an empty result: %v", got)
	}
}

func TestLog(t *testing.T) {
	var n atomic.Int64
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) {
		case 1:
			respond(429, strings.Replace(answerTooMany, "request-id-test-2", testPhone, 1), "Retry-After", "7")(w, r)
		case 2:
			respond(502, answerHTML)(w, r)
		case 3:
			respond(200, "")(w, r)
		default:
			respond(200, answerOK)(w, r)
		}
	})
	var log bytes.Buffer
	level := new(slog.LevelVar)
	level.Set(slog.LevelDebug)
	c := newClient(t, server.URL, func(c *Config) {
		c.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: level}))
		c.MaxRetries = 3
	})
	if _, err := send(t.Context(), c, Safe); err != nil {
		t.Fatal(err)
	}
	type entry struct {
		Msg, Call, Method, Path, Error string
		RequestID                      string `json:"request_id"`
		Cause                          string
		Attempt, Status                int
		Duration                       *int
		RetryAfter                     time.Duration `json:"retry_after"`
		Pause                          time.Duration
	}
	const ms = time.Millisecond
	want := []entry{
		{Error: "too_many_requests", RequestID: "[redacted]", Attempt: 1, Status: 429, RetryAfter: 7 * time.Second, Pause: 7 * time.Second},
		{Error: "status", Attempt: 2, Status: 502, Pause: 400 * ms},
		{Error: "body", Cause: "the body is empty: want a JSON object", Attempt: 3, Status: 200, Pause: 800 * ms},
		{RequestID: "request-id-test-1", Attempt: 4, Status: 200},
	}
	if strings.Contains(log.String(), testPhone) {
		t.Errorf("the log shows the phone number: %s", &log)
	}
	for decoder, i := json.NewDecoder(&log), 0; ; i++ {
		var e entry
		if err := decoder.Decode(&e); err == io.EOF {
			if i != len(want) {
				t.Errorf("%d records, want %d", i, len(want))
			}
			break
		} else if err != nil || i >= len(want) {
			t.Fatalf("record %d: %v", i, err)
		}
		if e.Duration == nil {
			t.Errorf("record %d has no duration", i)
		}
		e.Duration = nil
		w := want[i]
		w.Msg, w.Call, w.Method, w.Path = "stytch call", "consumer.otps.sms.send", "POST", "/v1/otps/sms/send"
		if e != w {
			t.Errorf("record %+v, want %+v", e, w)
		}
	}

	level.Set(slog.LevelInfo)
	if _, err := send(t.Context(), c, Safe); err != nil || log.Len() > 0 {
		t.Errorf("error %v; logged above the level: %s", err, &log)
	}
}

// TestLogCauses checks that the log says why an attempt got no answer, without addresses and secrets.
func TestLogCauses(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 443}, Err: syscall.ECONNREFUSED}
	read := &net.OpError{Op: "read", Net: "tcp", Source: dial.Addr, Addr: dial.Addr, Err: syscall.ECONNRESET}
	lookup := &net.DNSError{Err: "no such host", Name: "login.example.com", Server: "192.0.2.53:53", IsNotFound: true}
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"refused", dial, "dial tcp [address]: connection refused"},
		{"reset", fmt.Errorf("http2: %w", read), "http2: read tcp [address]->[address]: connection reset by peer"},
		{"unknown host", &net.OpError{Op: "dial", Net: "tcp", Err: lookup}, "dial tcp: lookup login.example.com on [address]: no such host"},
		{"secrets", errors.New("got " + testPhone + " and " + testSecret), "got [redacted] and [redacted]"},
		{"addresses in a text", errors.New("from 192.0.2.7:443 to [2001:db8::1]:80, on ::1"), "from [address] to [address], on [address]"},
		{"quoted", errors.New(`malformed HTTP response "{\"session_token\":\"swordfish"`), "malformed HTTP response ..."},
		{"quoted, with more", errors.New(`answer "swordfish" to "swordfish", broken`), "answer ..., broken"},
		{"quoted and cut", errors.New(`answer "` + strings.Repeat("swordfish", 99)), "answer ..."},
		{"quoted, with quotes in it, and cut", errors.New(`answer "{\"a\":` + strings.Repeat("swordfish", 99) + `"`), "answer ..."},
		{"lone quotation mark", errors.New(`answer "`), "answer ..."},
		{"lines", errors.New("malformed\nHTTP\x00response"), "malformed HTTP response"},
		{"long", errors.New(strings.Repeat("é", 9999)), strings.Repeat("é", 250) + "..."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			c := newClient(t, testURL, func(c *Config) {
				c.HTTPClient = &http.Client{Transport: roundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, tt.err })}
				c.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			})
			_, err := send(t.Context(), c, Never)
			failureOf(t, err)
			var record struct{ Cause string }
			if err := json.Unmarshal(log.Bytes(), &record); err != nil || record.Cause != tt.want {
				t.Errorf("got %q, %v, want %q", record.Cause, err, tt.want)
			}
		})
	}
}

// TestLogKinds checks the word by which the log names a failure without an answer.
func TestLogKinds(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"canceled", context.Canceled, "canceled"},
		{"timeout", &timeoutError{}, "timeout"},
		{"deadline of the caller", context.DeadlineExceeded, "timeout"},
		{"other", io.ErrUnexpectedEOF, "connection"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := (&answer{err: tt.err}).kind(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestConcurrentCalls shares a client, an endpoint and options between goroutines, for the race
// detector.
func TestConcurrentCalls(t *testing.T) {
	var n atomic.Int64
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1)%3 == 0 {
			respond(503, answerHTML)(w, r)
			return
		}
		respond(200, answerOK)(w, r)
	})
	c := newClient(t, server.URL, func(c *Config) { c.MaxRetries = 50 })
	ep, req := sendEndpoint(Safe), &sendRequest{PhoneNumber: testPhone}
	opts := []CallOption{CallOptionFunc(func(s *CallSettings) { s.Header = http.Header{"X-Trace": {"1"}} })}
	var callers sync.WaitGroup
	for range 16 {
		callers.Go(func() {
			for range 10 {
				resp, err := Call(t.Context(), c, ep, req, opts)
				if err != nil || resp.PhoneID != "phone-number-test-1" || resp.result.Body != answerOK {
					t.Errorf("got %v, %v", resp, err)
				}
				_ = resp.result.UnknownFields()
			}
		})
	}
	callers.Wait()
}

// TestNoAnswerBody checks that a call without a response body succeeds, even if the service sends one.
func TestNoAnswerBody(t *testing.T) {
	for _, body := range []string{"", `{"request_id":"request-id-test-1"}`, "<html>"} {
		ep := sendEndpoint(Safe)
		ep.Decode = nil
		c := newClient(t, serve(t, respond(http.StatusOK, body)).URL)
		resp, err := Call(t.Context(), c, ep, &sendRequest{PhoneNumber: testPhone}, nil)
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		if resp.result == nil || resp.result.Body != body || len(resp.result.UnknownFields()) > 0 {
			t.Errorf("%q: the response has %+v", body, resp.result)
		}
	}
}

// formRequest is sent as a form.
type formRequest struct{ Client string }

func (r *formRequest) params(p *Params) {
	p.Form("grant_type", "client_credentials")
	p.Form("client_id", r.Client)
}

func TestForm(t *testing.T) {
	server := record(t, respond(http.StatusOK, answerOK))
	ep := &Endpoint[*formRequest, *sendResponse]{
		ID: CallID{"consumer", "m2m", "token"}, Method: http.MethodPost, Path: "/v1/public/token", Anonymous: true,
		New:    newResponse[sendResponse],
		Params: (*formRequest).params, Decode: (*sendResponse).readJSON,
	}
	if _, err := Call(t.Context(), newClient(t, server.URL), ep, &formRequest{"a&b c"}, nil); err != nil {
		t.Fatal(err)
	}
	if want := "client_id=a%26b+c&grant_type=client_credentials"; server.bodies[0] != want {
		t.Errorf("body %s, want %s", server.bodies[0], want)
	}
	if got := server.requests[0].Header.Get("Content-Type"); got != "application/x-www-form-urlencoded" {
		t.Errorf("Content-Type %q", got)
	}
}

func TestOAuthErrors(t *testing.T) {
	const body = `{"error":"invalid_client","error_description":"No such client.","error_uri":"https://example.com","error_type":"other","request_id":"request-id-test-1"}`
	for oauth, want := range map[bool][3]string{
		true:  {"invalid_client", "No such client.", "https://example.com"},
		false: {"other", "", ""},
	} {
		ep := sendEndpoint(Never)
		ep.OAuthErrors = oauth
		c := newClient(t, serve(t, respond(http.StatusUnauthorized, body)).URL)
		_, err := Call(t.Context(), c, ep, &sendRequest{PhoneNumber: testPhone}, nil)
		f := failureOf(t, err)
		if got := [3]string{f.ErrorType, f.Message, f.URL}; got != want || f.StatusCode != http.StatusUnauthorized || f.RequestID != "request-id-test-1" {
			t.Errorf("OAuth %t: %v with %d and %s", oauth, got, f.StatusCode, f.RequestID)
		}
	}
}

// TestServer wants a call to go to a host of its own, unless the application has a base URL of its own.
func TestServer(t *testing.T) {
	ep := sendEndpoint(Safe)
	ep.Server = "https://telemetry.example.com"
	for base, want := range map[string]string{
		"":                               "https://telemetry.example.com/v1/otps/sms/send",
		liveURL:                          "https://telemetry.example.com/v1/otps/sms/send",
		"http://localhost:8790/emulator": "http://localhost:8790/emulator/v1/otps/sms/send",
	} {
		got := ""
		c := newClient(t, base, func(c *Config) {
			c.TestURL, c.LiveURL = testURL, liveURL
			c.HTTPClient = &http.Client{Transport: roundTripperFunc(func(r *http.Request) (*http.Response, error) {
				got = r.URL.String()
				return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(answerOK))}, nil
			})}
		})
		if _, err := Call(t.Context(), c, ep, &sendRequest{PhoneNumber: testPhone}, nil); err != nil || got != want {
			t.Errorf("base URL %q: sent to %s (%v), want %s", base, got, err, want)
		}
	}
}
