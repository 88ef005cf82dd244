package stytch_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/stytchgen/sdk/stytch"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A middleware learns which call and attempt a request belongs to.
func TestAttemptFrom(t *testing.T) {
	var statuses []int
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		status := http.StatusServiceUnavailable
		if len(statuses) == 1 {
			status = http.StatusNotFound
		}
		statuses = append(statuses, status)
		w.WriteHeader(status)
	}))
	defer srv.Close()
	var attempts []stytch.Attempt
	client, err := stytch.NewClient("project-test-1", "secret-test-1", stytch.WithBaseURL(srv.URL), stytch.WithMiddleware(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			a, ok := stytch.AttemptFrom(r.Context())
			if !ok {
				t.Error("no attempt")
			}
			attempts = append(attempts, a)
			return next.RoundTrip(r)
		})
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Users.Get(t.Context(), stytch.UsersGetRequest{UserID: "user-test-1"}); err == nil {
		t.Error("want an error")
	}
	if want := []stytch.Attempt{{"consumer.users.get", 1}, {"consumer.users.get", 2}}; !slices.Equal(attempts, want) {
		t.Errorf("got %v, want %v", attempts, want)
	}
	if a, ok := stytch.AttemptFrom(t.Context()); ok {
		t.Errorf("a context of no attempt: %v", a)
	}
}
