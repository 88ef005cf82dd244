package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/stytchgen/sdk/guard"
	"github.com/stytchgen/sdk/internal/browsertest"
	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

const phone = "+15005550006"

// site is the API and the page, on two origins.
type site struct {
	t        *testing.T
	emulator *stytchtest.Server
	api      *httptest.Server
	page     *httptest.Server
}

func newSite(t *testing.T) *site {
	s := &site{t: t, emulator: stytchtest.NewServer(t)}
	g, err := guard.New(guard.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var api http.Handler
	s.api = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { api.ServeHTTP(w, r) }))
	t.Cleanup(s.api.Close)
	s.page = httptest.NewServer(newPage(s.api.URL, s.emulator.Inbox()))
	t.Cleanup(s.page.Close)
	api = newAPI(s.emulator.Client(stytch.WithInterceptor(g.Intercept)), s.page.URL)
	return s
}

// call makes a request to the API, and returns the status, the header and the body.
func (s *site) call(method, path, bearer string, body map[string]string) (int, http.Header, map[string]any) {
	s.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.api.URL+path, bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	r.Header.Set("Origin", s.page.URL)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		s.t.Fatalf("%s %s: %d, %v", method, path, resp.StatusCode, err)
	}
	return resp.StatusCode, resp.Header, answer
}

func (s *site) login() (token, jwt string) {
	s.t.Helper()
	_, _, sent := s.call("POST", "/login", "", map[string]string{"phone_number": "+1 (500) 555-0006"})
	message, err := s.emulator.Inbox().WaitFor(s.t.Context(), phone)
	if err != nil {
		s.t.Fatal(err)
	}
	status, _, auth := s.call("POST", "/login/code", "", map[string]string{"method_id": fmt.Sprint(sent["method_id"]), "code": message.Code})
	if status != 200 {
		s.t.Fatalf("the login: %d %v", status, auth)
	}
	return auth["session_token"].(string), auth["session_jwt"].(string)
}

func TestAPI(t *testing.T) {
	s := newSite(t)
	token, jwt := s.login()
	if status, _, me := s.call("GET", "/me", jwt, nil); status != 200 || !strings.HasPrefix(fmt.Sprint(me["user_id"]), "user-test-") {
		t.Errorf("/me: %d %v", status, me)
	}
	status, _, renewed := s.call("POST", "/session/refresh", token, nil)
	if status != 200 || renewed["session_jwt"] == "" || renewed["session_token"] != nil {
		t.Errorf("refresh: %d %v", status, renewed)
	}
	if status, _, _ := s.call("POST", "/session/logout", token, nil); status != 200 {
		t.Errorf("logout: %d", status)
	}
	if status, _, answer := s.call("POST", "/session/refresh", token, nil); status != 401 || answer["code"] != stytch.CodeLoginFirst {
		t.Errorf("refresh after the logout: %d %v", status, answer)
	}
}

func TestAPIErrors(t *testing.T) {
	s := newSite(t)
	_, jwt := s.login()
	for _, c := range []struct {
		name, method, path, bearer string
		body                       map[string]string
		status                     int
		code                       string
	}{
		{"no session", "GET", "/me", "", nil, 401, stytch.CodeLoginFirst},
		{"a wrong JWT", "GET", "/me", jwt + "x", nil, 401, stytch.CodeLoginFirst},
		{"no token", "POST", "/session/refresh", "", nil, 401, stytch.CodeLoginFirst},
		{"a JWT in place of the token", "POST", "/session/refresh", jwt, nil, 401, stytch.CodeLoginFirst},
		{"no number", "POST", "/login", "", map[string]string{"phone_number": "ada"}, 400, stytch.CodeInvalidAddress},
		{"another field", "POST", "/login", "", map[string]string{"email": "ada@example.com"}, 400, "bad_request"},
		{"a large body", "POST", "/login", "", map[string]string{"phone_number": strings.Repeat("1", 5000)}, 400, "bad_request"},
		{"a wrong code", "POST", "/login/code", "", map[string]string{"method_id": "phone-number-test-1", "code": "123456"}, 400, stytch.CodeWrongCode},
		{"a code too soon", "POST", "/login", "", map[string]string{"phone_number": phone}, 429, stytch.CodeTooManyAttempts},
	} {
		status, header, answer := s.call(c.method, c.path, c.bearer, c.body)
		if status != c.status || answer["code"] != c.code || answer["status"] != float64(c.status) || answer["message"] == "" {
			t.Errorf("%s: got %d %v; want %d %s", c.name, status, answer, c.status, c.code)
		}
		if header.Get("Access-Control-Allow-Origin") != s.page.URL || header.Get("Access-Control-Allow-Credentials") != "" || header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: header %v", c.name, header)
		}
		if wait, ok := answer["retry_after"].(float64); ok != (c.status == 429) || ok && wait < 1 {
			t.Errorf("%s: retry_after %v", c.name, answer["retry_after"])
		}
	}
}

// Pages of another origin may not call the API.
func TestAPIOfAnotherOrigin(t *testing.T) {
	s := newSite(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, s.api.URL+"/login", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "https://evil.example")
	r.Header.Set("Access-Control-Request-Method", "POST")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck
	if allowed := resp.Header.Get("Access-Control-Allow-Origin"); allowed != "" {
		t.Errorf("allowed for %q", allowed)
	}
}

func TestBrowser(t *testing.T) {
	s := newSite(t)
	tab := browsertest.New(t)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		browsertest.Do(t, tab, steps...)
	}
	do(chromedp.Navigate(s.page.URL+"/"), chromedp.WaitReady(chromedp.CSS("#login input:focus")), chromedp.KeyEvent("+1 500 555 0006\r"))
	message, err := s.emulator.Inbox().WaitFor(t.Context(), phone)
	if err != nil {
		t.Fatal(err)
	}
	wrong := "000001"
	if message.Code == wrong {
		wrong = "000002"
	}
	do(chromedp.WaitReady(chromedp.CSS("#code input:focus")), chromedp.KeyEvent(wrong+"\r"), chromedp.WaitVisible(chromedp.CSS("[role=alert]:not(:empty)")))
	if text := browsertest.Get(t, tab, chromedp.Text("[role=alert]")); text == "" {
		t.Error("the page does not say that the code is wrong")
	}
	do(chromedp.SetValue(chromedp.CSS("#code input"), message.Code), chromedp.Click(chromedp.CSS("#code button")), chromedp.WaitVisible(chromedp.CSS("#member")))
	browsertest.Screenshot(t, tab, "member")

	s.emulator.Clock().Advance(6 * time.Minute) // the JWT has expired, for the service and the page
	do(chromedp.Navigate(s.page.URL+"/"), chromedp.WaitVisible(chromedp.CSS("#member")))
	if n := s.emulator.Calls("consumer.sessions.authenticate"); n == 0 {
		t.Error("the page did not renew the JWT")
	}
	do(chromedp.Click(chromedp.CSS("#logout")), chromedp.WaitVisible(chromedp.CSS("#login")))
	do(chromedp.Navigate(s.page.URL+"/"), chromedp.WaitVisible(chromedp.CSS("#login")))
}
