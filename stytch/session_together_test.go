package stytch_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stytchgen/sdk/stytch"
	"github.com/stytchgen/sdk/stytchtest"
)

// renewalGate calls an emulator without a network, and blocks renewals of sessions until it is opened.
type renewalGate struct {
	srv  *stytchtest.Server
	open chan struct{}
	// first runs at the first renewal, if it is not nil.
	first func()
}

func (g *renewalGate) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/sessions/authenticate") {
		if first := g.first; first != nil {
			g.first = nil
			first()
		}
		select {
		case <-g.open:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	w := httptest.NewRecorder()
	g.srv.ServeHTTP(w, r)
	return w.Result(), nil
}

// together has a session whose JWT has expired, and a client behind a gate.
type together struct {
	*testing.T
	*renewalGate
	client  *stytch.Client
	session stytchtest.Session
	group   sync.WaitGroup
}

// renewTogether runs a test in which time passes only while all goroutines wait.
func renewTogether(t *testing.T, test func(*together)) {
	srv := stytchtest.NewServer(t)
	srv.Clock().Stop()
	session, err := srv.AddSession(srv.AddUser(stytch.User{}).UserID, time.Hour, map[string]any{"plan": "pro"})
	if err != nil {
		t.Fatal(err)
	}
	srv.Clock().Advance(6 * time.Minute)
	synctest.Test(t, func(t *testing.T) {
		g := &renewalGate{srv: srv, open: make(chan struct{})}
		s := &together{T: t, renewalGate: g, session: session,
			client: srv.Client(stytch.WithHTTPClient(&http.Client{Transport: g}), stytch.WithMaxRetries(0))}
		test(s)
		s.group.Wait()
	})
}

// check checks the session in another goroutine, which waits for the gate.
func (s *together) check(ctx context.Context, req stytch.AuthenticateJWTRequest, want error, opts ...stytch.CallOption) {
	s.Helper()
	req.SessionJWT = s.session.JWT
	s.group.Go(func() {
		session, err := s.client.Sessions.AuthenticateJWT(ctx, req, opts...)
		if !errors.Is(err, want) || want == nil && (err != nil || session.SessionID != s.session.ID) {
			s.Errorf("session %v, error %v, want %v", session, err, want)
		}
	})
}

// calls checks how many renewals there were once the gate is open.
func (s *together) calls(want int, what string) {
	s.Helper()
	synctest.Wait() // until each waits for the gate, or for another
	close(s.open)
	s.group.Wait()
	if n := s.srv.Calls("consumer.sessions.authenticate"); n != want {
		s.Errorf("%s: %d calls, want %d", what, n, want)
	}
}

// TestOneRenewalForAll makes requests with an expired JWT at once, as a page with many images does.
func TestOneRenewalForAll(t *testing.T) {
	renewTogether(t, func(s *together) {
		var mu sync.Mutex
		jwts := map[string]int{}
		page := s.client.Sessions.Middleware(stytch.MiddlewareOptions{})(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			session, _ := stytch.SessionFrom(r.Context())
			if session.CustomClaims["plan"] != "pro" || session.ExpiresAt.IsZero() {
				t.Errorf("session %v", session)
			}
			session.CustomClaims["plan"], *session.ExpiresAt = "free", time.Time{} // which is no other's business
			mu.Lock()
			defer mu.Unlock()
			jwts[stytch.SessionJWTFrom(r)]++
		}))
		for range 50 {
			s.group.Go(func() {
				r, w := httptest.NewRequestWithContext(s.Context(), http.MethodGet, "/", nil), httptest.NewRecorder()
				r.AddCookie(&http.Cookie{Name: "stytch_session", Value: s.session.Token})
				r.AddCookie(&http.Cookie{Name: "stytch_session_jwt", Value: s.session.JWT})
				page.ServeHTTP(w, r)
				if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Set-Cookie"), "stytch_session_jwt=ey") {
					t.Errorf("status %d, cookies %q", w.Code, w.Header()["Set-Cookie"])
				}
			})
		}
		s.calls(1, "50 requests, each with a token and its old JWT")
		if len(jwts) != 1 {
			t.Errorf("%d JWTs, want one", len(jwts))
		}
	})
}

// TestRenewalsThatDiffer checks that a caller only gets the answer to what it asks itself.
func TestRenewalsThatDiffer(t *testing.T) {
	renewTogether(t, func(s *together) {
		for range 5 {
			s.check(s.Context(), stytch.AuthenticateJWTRequest{}, nil)
			s.check(s.Context(), stytch.AuthenticateJWTRequest{MaxTokenAge: time.Minute}, nil)
			s.check(s.Context(), stytch.AuthenticateJWTRequest{SessionDurationMinutes: new(60)}, nil)
			s.check(s.Context(), stytch.AuthenticateJWTRequest{SessionDurationMinutes: new(90)}, nil)
			s.check(s.Context(), stytch.AuthenticateJWTRequest{SessionCustomClaims: map[string]any{"a": 1, "b": []int{2}}}, nil)
			s.check(s.Context(), stytch.AuthenticateJWTRequest{SessionCustomClaims: map[string]any{"a": 2, "b": []int{2}}}, nil)
			s.check(s.Context(), stytch.AuthenticateJWTRequest{AuthorizationCheck: &stytch.AuthorizationCheck{ResourceID: "r", Action: "a"}},
				stytch.ErrConsumerSessionAuthorizationError)
		}
		s.calls(6, "six kinds of requests, of which two send the same") // an authorization check is decided by the call
	})
}

// TestRenewalsOfTheirOwn checks that a caller who always wants the service to be asked, or whose call has
// options, makes its own call.
func TestRenewalsOfTheirOwn(t *testing.T) {
	renewTogether(t, func(s *together) {
		s.check(s.Context(), stytch.AuthenticateJWTRequest{}, nil)
		for range 5 {
			s.check(s.Context(), stytch.AuthenticateJWTRequest{MaxTokenAge: -1}, nil)
			s.check(s.Context(), stytch.AuthenticateJWTRequest{}, nil, stytch.WithCallTimeout(time.Minute))
		}
		s.calls(11, "ten callers of their own, and another")
	})
}

// TestOldRenewal checks that an answer is not older than the JWT that a caller would accept.
func TestOldRenewal(t *testing.T) {
	renewTogether(t, func(s *together) {
		s.check(s.Context(), stytch.AuthenticateJWTRequest{}, nil)
		synctest.Wait()
		time.Sleep(2 * time.Second)
		for range 5 {
			s.check(s.Context(), stytch.AuthenticateJWTRequest{MaxTokenAge: 3 * time.Second}, nil)
			s.check(s.Context(), stytch.AuthenticateJWTRequest{MaxTokenAge: time.Second}, nil)
		}
		s.calls(2, "after two seconds, of which half of the callers accept one")
	})
}

// TestVisitorsWhoLeave cancels requests while others wait for the same call.
func TestVisitorsWhoLeave(t *testing.T) {
	renewTogether(t, func(s *together) {
		first, leaveFirst := context.WithCancel(s.Context())
		s.check(first, stytch.AuthenticateJWTRequest{}, context.Canceled) // makes the call
		synctest.Wait()
		second, leaveSecond := context.WithCancel(s.Context())
		short, done := context.WithTimeout(s.Context(), time.Second)
		defer done()
		s.check(second, stytch.AuthenticateJWTRequest{}, context.Canceled)
		s.check(short, stytch.AuthenticateJWTRequest{}, context.DeadlineExceeded)
		for range 10 {
			s.check(s.Context(), stytch.AuthenticateJWTRequest{}, nil)
		}
		synctest.Wait()
		leaveSecond()
		time.Sleep(2 * time.Second)
		leaveFirst()
		s.calls(1, "of those who stay") // that of the first did not reach the service
	})
}

// TestOutageForAll checks that a failure is the answer to all who wait for it.
func TestOutageForAll(t *testing.T) {
	renewTogether(t, func(s *together) {
		s.srv.Fail(stytchtest.Fault{Call: "consumer.sessions.authenticate", ErrorType: "too_many_requests"})
		for range 50 {
			s.check(s.Context(), stytch.AuthenticateJWTRequest{}, stytch.ErrTooManyRequests)
		}
		s.calls(1, "in an outage")
	})
}

// TestPanicInARenewal checks that a panic of the application's transport reaches the caller who made the
// call, and no other.
func TestPanicInARenewal(t *testing.T) {
	renewTogether(t, func(s *together) {
		entered := make(chan struct{})
		s.first = func() {
			close(entered)
			time.Sleep(time.Second) // so that the others wait for it
			panic("s3cret")
		}
		s.group.Go(func() {
			defer func() {
				if recover() != "s3cret" {
					t.Error("no panic")
				}
			}()
			_, _ = s.client.Sessions.AuthenticateJWT(s.Context(), stytch.AuthenticateJWTRequest{SessionJWT: s.session.JWT})
		})
		<-entered
		for range 10 {
			s.check(s.Context(), stytch.AuthenticateJWTRequest{}, nil)
		}
		time.Sleep(2 * time.Second)
		s.calls(1, "after the panic")
	})
}

// TestAuthenticateJWTExtends checks the duration and the claims that a caller sets.
func TestAuthenticateJWTExtends(t *testing.T) {
	srv, client, issue := served(t)
	token := issue()
	before := srv.Sessions()[0].ExpiresAt
	req := stytch.AuthenticateJWTRequest{SessionJWT: token, SessionDurationMinutes: new(120), SessionCustomClaims: map[string]any{"plan": "free"}}
	for _, step := range []struct {
		what   string
		maxAge time.Duration
		plan   any
		end    time.Time
	}{
		{"checked locally", 0, "pro", before},
		{"asked", -1, "free", srv.Clock().Now().Add(2 * time.Hour)},
	} {
		req.MaxTokenAge = step.maxAge
		session, err := client.Sessions.AuthenticateJWT(t.Context(), req)
		if err != nil || session.CustomClaims["plan"] != step.plan || !session.ExpiresAt.Equal(step.end) {
			t.Errorf("%s: session %v, ends %v, error %v; want %v, %v", step.what, session, session.ExpiresAt, err, step.plan, step.end)
		}
	}
	req.MaxTokenAge, req.SessionDurationMinutes = 0, new(4)
	if _, err := client.Sessions.AuthenticateJWT(t.Context(), req); !errors.Is(err, stytch.ErrInvalidSessionDurationMinutes) {
		t.Errorf("four minutes: error %v", err)
	}
}
