package integrations

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v3"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// serve runs an application on loopback, and returns its address.
func serve(t *testing.T, handler http.Handler) string {
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return srv.URL
}

func serveFiber(t *testing.T, app *fiber.App) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true}) }()
	t.Cleanup(func() { _ = app.Shutdown() })
	return "http://" + listener.Addr().String()
}

// get makes a request with a cookie, and returns the status, the body and the cookies that the answer sets.
func get(t *testing.T, method, url, cookie, value string) (int, string, []*http.Cookie) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: cookie, Value: value})
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Cookies()
}

func TestFrameworks(t *testing.T) {
	gin.SetMode(gin.TestMode)
	for name, start := range map[string]func(*testing.T, *stytch.Client) string{
		"chi":   func(t *testing.T, c *stytch.Client) string { return serve(t, Chi(c)) },
		"gin":   func(t *testing.T, c *stytch.Client) string { return serve(t, Gin(c)) },
		"echo":  func(t *testing.T, c *stytch.Client) string { return serve(t, Echo(c)) },
		"fiber": func(t *testing.T, c *stytch.Client) string { return serveFiber(t, Fiber(c)) },
	} {
		t.Run(name, func(t *testing.T) {
			srv := stytchtest.NewServer(t)
			user := srv.AddUser(stytch.User{}).UserID
			session, err := srv.AddSession(user, time.Hour, nil)
			if err != nil {
				t.Fatal(err)
			}
			url := start(t, srv.Client())
			if status, body, _ := get(t, "GET", url+"/", "", ""); status != 200 || body != "Welcome" {
				t.Errorf("the page for everyone: %d %s", status, body)
			}
			if status, body, _ := get(t, "GET", url+"/members", "", ""); status != 401 || strings.Contains(body, "Hello") {
				t.Errorf("without a session: %d %s", status, body)
			}
			if status, body, _ := get(t, "GET", url+"/members", "stytch_session_jwt", session.JWT); status != 200 || body != "Hello "+user {
				t.Errorf("with a JWT: %d %s", status, body)
			}
			status, body, cookies := get(t, "GET", url+"/members", "stytch_session", session.Token) // renews the JWT
			if status != 200 || body != "Hello "+user || !slices.ContainsFunc(cookies, func(c *http.Cookie) bool { return c.Name == "stytch_session_jwt" && c.Value != "" }) {
				t.Errorf("with a token: %d %s, %d cookies", status, body, len(cookies))
			}
			status, body, cookies = get(t, "POST", url+"/logout", "stytch_session", session.Token)
			if status != 200 || body != "Bye" || !slices.ContainsFunc(cookies, func(c *http.Cookie) bool { return c.Name == "stytch_session" && c.Value == "" }) {
				t.Errorf("the logout: %d %s, %d cookies", status, body, len(cookies))
			}
			if status, body, _ := get(t, "GET", url+"/members", "stytch_session", session.Token); status != 401 {
				t.Errorf("after the logout: %d %s", status, body)
			}
			srv.Fail(stytchtest.Fault{Call: "consumer.sessions.authenticate", Status: 500, Times: 9})
			if status, body, _ := get(t, "GET", url+"/members", "stytch_session", session.Token); status != 503 || strings.Contains(body, "Hello") {
				t.Errorf("during an outage: %d %s", status, body)
			}
		})
	}
}

func TestTraced(t *testing.T) {
	srv := stytchtest.NewServer(t)
	recorder := tracetest.NewSpanRecorder()
	tracer := trace.NewTracerProvider(trace.WithSpanProcessor(recorder)).Tracer("test")
	client := srv.Client(Traced(tracer)...)
	srv.Fail(stytchtest.Fault{Call: "consumer.users.get", Status: 503, Times: 1})
	if _, err := client.Users.Get(t.Context(), stytch.UsersGetRequest{UserID: "user-test-00000000-0000-4000-8000-000000000000"}); err == nil {
		t.Fatal("want an error")
	}
	spans := recorder.Ended()
	var names []string
	for _, span := range spans {
		names = append(names, span.Name())
		for _, a := range span.Attributes() {
			if strings.Contains(a.Value.String(), "user-test") {
				t.Errorf("%s has the id of the user", span.Name())
			}
		}
	}
	want := []string{"consumer.users.get", "consumer.users.get", "stytch /v1/users/{user_id}"}
	if !slices.Equal(names, want) {
		t.Fatalf("got %q, want %q", names, want)
	}
	call := spans[2]
	if call.Status().Code != codes.Error || call.Status().Description != stytch.CodeNotFound {
		t.Errorf("status %v", call.Status())
	}
	for i, resend := range []int64{0, 1} {
		if spans[i].Parent().SpanID() != call.SpanContext().SpanID() || spans[i].Attributes()[0].Value.AsInt64() != resend {
			t.Errorf("attempt %d: %v", i, spans[i].Attributes())
		}
	}
}
