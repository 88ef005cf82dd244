package stytch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stytchgen/sdk/stytch"
)

// tokenEndpoint serves access tokens: token-1, token-2 and so on. Its clock starts at 12:00.
type tokenEndpoint struct {
	*httptest.Server
	calls  atomic.Int32
	fail   atomic.Bool
	now    atomic.Int64 // seconds since the start
	hold   chan struct{}
	fields func(r *http.Request) error
}

func newTokenEndpoint(t *testing.T) *tokenEndpoint {
	e := &tokenEndpoint{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := e.calls.Add(1)
		if e.hold != nil {
			<-e.hold
		}
		if e.fields != nil {
			if err := e.fields(r); err != nil {
				t.Error(err)
			}
		}
		w.Header().Set("Content-Type", "application/json")
		if e.fail.Load() {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"status_code": 400, "request_id": "request-id-test-1", "error": "invalid_client", "error_description": "No."}`)
			return
		}
		fmt.Fprintf(w, `{"status_code": 200, "request_id": "request-id-test-1", "access_token": "token-%d", "token_type": "bearer", "expires_in": 3600}`, n)
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *tokenEndpoint) clock() time.Time {
	return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC).Add(time.Duration(e.now.Load()) * time.Second)
}

func (e *tokenEndpoint) source(t *testing.T) *stytch.M2MTokenSource {
	t.Helper()
	client, err := stytch.NewPublicClient("project-test-1", stytch.WithBaseURL(e.URL), stytch.WithClock(e.clock), stytch.WithMaxRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	return client.M2M.TokenSource(stytch.M2MTokenRequest{ClientID: "m2m-client-test-1", ClientSecret: "quiet-secret"})
}

// wantToken asks until the source has the token, for it fetches some in the background.
func wantToken(t *testing.T, source *stytch.M2MTokenSource, want string) {
	t.Helper()
	for {
		token, err := source.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if token.AccessToken == want {
			return
		}
		runtime.Gosched()
	}
}

func TestM2MTokenSource(t *testing.T) {
	e := newTokenEndpoint(t)
	e.fields = func(r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return err
		}
		if r.URL.Path != "/v1/public/project-test-1/oauth2/token" || r.Header.Get("Authorization") != "" ||
			r.Form.Get("client_id") != "m2m-client-test-1" || r.Form.Get("client_secret") != "quiet-secret" {
			return fmt.Errorf("%s, Authorization %q, %v", r.URL.Path, r.Header.Get("Authorization"), r.Form)
		}
		return nil
	}
	source := e.source(t)
	for _, at := range []int64{0, 1000, 3299} { // kept until five minutes before the end
		e.now.Store(at)
		token, err := source.Token(t.Context())
		if err != nil || token.AccessToken != "token-1" || !token.ExpiresAt.Equal(time.Date(2026, 1, 2, 13, 0, 0, 0, time.UTC)) {
			t.Errorf("after %d s: got %q, %v, %v", at, token.AccessToken, token.ExpiresAt, err)
		}
	}
	if n := e.calls.Load(); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
	e.now.Store(3300)
	wantToken(t, source, "token-2") // fetched in the background
	e.now.Store(3300 + 3600)
	if token, err := source.Token(t.Context()); err != nil || token.AccessToken != "token-3" {
		t.Errorf("after the end: got %q, %v", token.AccessToken, err)
	}
}

// Callers that need a token at the same time share one call, and one who leaves does not stop it.
func TestM2MTokenSourceSharesCalls(t *testing.T) {
	e := newTokenEndpoint(t)
	e.hold = make(chan struct{})
	source := e.source(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := source.Token(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a canceled caller: %v", err)
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if token, err := source.Token(t.Context()); err != nil || token.AccessToken != "token-1" {
				t.Errorf("got %q, %v", token.AccessToken, err)
			}
		})
	}
	close(e.hold)
	all.Wait()
	if n := e.calls.Load(); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
}

// While the service refuses, the old token is used until it expires.
func TestM2MTokenSourceOutage(t *testing.T) {
	e := newTokenEndpoint(t)
	source := e.source(t)
	wantToken(t, source, "token-1")
	e.fail.Store(true)
	for _, at := range []int64{3400, 3401, 3599} {
		e.now.Store(at)
		if token, err := source.Token(t.Context()); err != nil || token.AccessToken != "token-1" {
			t.Errorf("after %d s: got %q, %v", at, token.AccessToken, err)
		}
	}
	e.now.Store(3600)
	_, err := source.Token(t.Context())
	if !errors.Is(err, stytch.ErrInvalidClient) {
		t.Errorf("after the end: %v, want %s", err, stytch.ErrInvalidClient)
	}
	if text := fmt.Sprintf("%v %+v %v", err, source, source.LogValue()); strings.Contains(text, "quiet-secret") {
		t.Errorf("the secret is printed: %s", text)
	}
	e.fail.Store(false)
	if _, err := source.Token(t.Context()); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

func TestM2MTransport(t *testing.T) {
	e := newTokenEndpoint(t)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s", r.Header.Get("Authorization"), body)
	}))
	defer api.Close()
	elsewhere := httptest.NewServer(http.RedirectHandler(api.URL, http.StatusTemporaryRedirect))
	defer elsewhere.Close()
	client := &http.Client{Transport: e.source(t).Transport(nil)}
	get := func(url, authorization string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close() //nolint:errcheck
		text, _ := io.ReadAll(resp.Body)
		if got := r.Header.Get("Authorization"); got != authorization {
			t.Errorf("the request was changed: Authorization %q", got)
		}
		return string(text)
	}
	if got := get(api.URL, ""); got != "Bearer token-1 body" {
		t.Errorf("got %q", got)
	}
	if got := get(api.URL, "Basic x"); got != "Basic x body" {
		t.Errorf("a request with a header of its own: got %q", got)
	}
	if got := get(elsewhere.URL, ""); got != " body" {
		t.Errorf("another host got the token by a redirect: %q", got)
	}
}

// A public client makes only the calls that need no secret.
func TestPublicClient(t *testing.T) {
	reached := false
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer srv.Close()
	client, err := stytch.NewPublicClient("project-test-1", stytch.WithBaseURL(srv.URL))
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Users.Get(t.Context(), stytch.UsersGetRequest{UserID: "user-test-1"})
	if err == nil || !strings.Contains(err.Error(), "NewPublicClient") || errors.Is(err, stytch.ErrOutcomeUnknown) || reached {
		t.Errorf("got %v, reached the service: %v", err, reached)
	}
	for _, id := range []string{"", "secret-test-1", "public-token-test-1", "project:1", " project-test-1"} {
		if _, err := stytch.NewPublicClient(id); err == nil || strings.Contains(err.Error(), "secret-test-1") {
			t.Errorf("project id %q: %v", id, err)
		}
	}
}
