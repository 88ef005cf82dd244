package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// These tests run in a synctest bubble, whose time advances when all goroutines wait. Connections are
// pipes, because a bubble does not know of waits in the kernel.

// stall sends text and then nothing more, until the client disconnects.
func stall(text string) func(net.Conn) bool {
	return func(conn net.Conn) bool {
		io.WriteString(conn, text)
		io.Copy(io.Discard, conn)
		return false
	}
}

// newPipeClient returns a client and its server. The client has the default settings, except that each
// wait is the longest possible.
func newPipeClient(t *testing.T, answer func(net.Conn) bool, change ...func(*Config)) (*Client, *faultServer) {
	t.Helper()
	server := new(faultServer)
	own := &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go server.serve(far, answer)
			return near, nil
		},
	}
	t.Cleanup(own.CloseIdleConnections)
	pipes := func(cfg *Config) {
		cfg.HTTPClient.Transport = own
		cfg.Sleep = nil
	}
	return newClient(t, "http://localhost", append([]func(*Config){pipes}, change...)...), server
}

func TestStalls(t *testing.T) {
	const body = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"
	tests := []struct {
		name    string
		text    string
		class   RetryClass
		status  int
		reached int
		unknown bool
		elapsed time.Duration
		limit   string
	}{
		{"no answer/safe", "", Safe, 0, 3, false, 30 * time.Second, "call timeout of 30s"},
		{"no answer/unsent", "", Unsent, 0, 1, true, 10 * time.Second, "attempt timeout of 10s"},
		{"no answer/never", "", Never, 0, 1, true, 10 * time.Second, "attempt timeout of 10s"},
		{"half a header/safe", "HTTP/1.1 200 OK\r\nConte", Safe, 0, 3, false, 30 * time.Second, "call timeout of 30s"},
		{"half a header/unsent", "HTTP/1.1 200 OK\r\nConte", Unsent, 0, 1, true, 10 * time.Second, "attempt timeout of 10s"},
		{"half a header/never", "HTTP/1.1 200 OK\r\nConte", Never, 0, 1, true, 10 * time.Second, "attempt timeout of 10s"},
		{"half a body/safe", body, Safe, 200, 3, false, 30 * time.Second, "call timeout of 30s"},
		{"half a body/unsent", body, Unsent, 200, 1, true, 10 * time.Second, "attempt timeout of 10s"},
		{"half a body/never", body, Never, 200, 1, true, 10 * time.Second, "attempt timeout of 10s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, server := newPipeClient(t, stall(tt.text))
				start := time.Now()
				_, err := send(t.Context(), c, tt.class)
				f := failureOf(t, err)
				if elapsed := time.Since(start); elapsed != tt.elapsed {
					t.Errorf("failed after %v, want %v", elapsed, tt.elapsed)
				}
				if n := int(server.reached.Load()); n != tt.reached || f.Attempts != n {
					t.Errorf("reached the server %d times in %d attempts, want %d", n, f.Attempts, tt.reached)
				}
				if f.StatusCode != tt.status || f.OutcomeUnknown != tt.unknown {
					t.Errorf("status %d, outcome unknown %v, want %d, %v", f.StatusCode, f.OutcomeUnknown, tt.status, tt.unknown)
				}
				var netErr net.Error
				if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &netErr) || !netErr.Timeout() {
					t.Errorf("error %v is no timeout", err)
				}
				if !strings.Contains(err.Error(), tt.limit) {
					t.Errorf("error %q does not name the %s", err, tt.limit)
				}
			})
		})
	}
}

func TestDialTimeout(t *testing.T) {
	for class, attempts := range map[RetryClass]int{Safe: 3, Unsent: 3, Never: 1} {
		t.Run(classNames[class], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				done := make(chan struct{})
				defer close(done)
				c, _ := newPipeClient(t, nil, func(cfg *Config) {
					cfg.HTTPClient.Transport.(*http.Transport).DialContext =
						func(context.Context, string, string) (net.Conn, error) {
							<-done
							return nil, errors.New("too late")
						}
				})
				_, err := send(t.Context(), c, class)
				if f := failureOf(t, err); f.Attempts != attempts || f.OutcomeUnknown {
					t.Errorf("%d attempts, outcome unknown %v, want %d and false", f.Attempts, f.OutcomeUnknown, attempts)
				}
			})
		})
	}
}

func TestTimeoutSettings(t *testing.T) {
	const never = -1
	tests := []struct {
		name     string
		config   func(*Config)
		option   CallOption
		context  time.Duration // the deadline of the caller; 0: none
		class    RetryClass
		elapsed  time.Duration
		attempts int
		limit    string // "": the caller's
	}{
		{"attempt timeout", func(c *Config) { c.AttemptTimeout = time.Second }, nil, 0,
			Safe, 3*time.Second + 600*time.Millisecond, 3, "attempt timeout of 1s"},
		{"call timeout", func(c *Config) { c.Timeout = time.Second }, nil, 0,
			Safe, time.Second, 1, "call timeout of 1s"},
		{"call timeout of the call", nil, CallOptionFunc(func(s *CallSettings) { s.Timeout = 2 * time.Second }), 0,
			Safe, 2 * time.Second, 1, "call timeout of 2s"},
		{"call option 0 means the client's", nil, CallOptionFunc(func(s *CallSettings) { s.Timeout = 0 }), 0,
			Safe, 30 * time.Second, 3, "call timeout of 30s"},
		{"no call timeout", func(c *Config) { c.Timeout = never }, nil, 0,
			Safe, 30*time.Second + 600*time.Millisecond, 3, "attempt timeout of 10s"},
		{"no call timeout for the call", nil, CallOptionFunc(func(s *CallSettings) { s.Timeout = never }), 0,
			Safe, 30*time.Second + 600*time.Millisecond, 3, "attempt timeout of 10s"},
		{"no attempt timeout", func(c *Config) { c.AttemptTimeout = never }, nil, 0,
			Safe, 30 * time.Second, 1, "call timeout of 30s"},
		{"no timeout, but a context", func(c *Config) { c.Timeout, c.AttemptTimeout = never, never }, nil, time.Hour,
			Unsent, time.Hour, 1, ""},
		{"context before all timeouts", nil, nil, 3 * time.Second,
			Safe, 3 * time.Second, 1, ""},
		{"context in the second attempt", nil, nil, 15 * time.Second,
			Safe, 15 * time.Second, 2, ""},
		{"context too short for a wait", nil, nil, 10*time.Second + 100*time.Millisecond,
			Safe, 10 * time.Second, 1, "attempt timeout of 10s"},
		{"timeout of the given client", func(c *Config) { c.HTTPClient.Timeout = 2 * time.Second }, nil, 0,
			Unsent, 2 * time.Second, 1, "attempt timeout of 2s"},
		{"longer timeout of the given client", func(c *Config) { c.HTTPClient.Timeout = time.Minute }, nil, 0,
			Unsent, 10 * time.Second, 1, "attempt timeout of 10s"},
		{"timeout of the given client alone", func(c *Config) {
			c.HTTPClient.Timeout = time.Minute
			c.Timeout, c.AttemptTimeout = never, never
		}, nil, 0, Unsent, time.Minute, 1, "attempt timeout of 1m0s"},
		{"retries of the call", nil, CallOptionFunc(func(s *CallSettings) { s.MaxRetries = 0 }), 0,
			Safe, 10 * time.Second, 1, "attempt timeout of 10s"},
		{"negative retries of the call", nil, CallOptionFunc(func(s *CallSettings) { s.MaxRetries = -5 }), 0,
			Safe, 10 * time.Second, 1, "attempt timeout of 10s"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if tt.config == nil {
					tt.config = func(*Config) {}
				}
				c, _ := newPipeClient(t, stall(""), tt.config)
				ctx := t.Context()
				if tt.context > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.context)
					defer cancel()
				}
				start := time.Now()
				_, err := send(ctx, c, tt.class, tt.option)
				if elapsed := time.Since(start); elapsed != tt.elapsed {
					t.Errorf("failed after %v, want %v", elapsed, tt.elapsed)
				}
				if f := failureOf(t, err); f.Attempts != tt.attempts {
					t.Errorf("%d attempts, want %d", f.Attempts, tt.attempts)
				}
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error %v is not context.DeadlineExceeded", err)
				}
				var own *timeoutError
				if errors.As(err, &own) != (tt.limit != "") || !strings.Contains(err.Error(), tt.limit) {
					t.Errorf("error %q, want one that names the %q", err, tt.limit)
				}
			})
		})
	}
}

func TestWaits(t *testing.T) {
	const never = -1
	tests := []struct {
		name     string
		answer   func(net.Conn) bool
		config   func(*Config)
		elapsed  time.Duration
		attempts int
	}{
		{"backoff grows", reply(503, "text/plain", ""),
			func(c *Config) { c.MaxRetries = 8 }, (200 + 400 + 800 + 1600 + 3200 + 5000*3) * time.Millisecond, 9},
		{"backoff stays within the call", reply(503, "text/plain", ""),
			func(c *Config) { c.MaxRetries = 100 }, (200 + 400 + 800 + 1600 + 3200 + 5000*4) * time.Millisecond, 10},
		{"Retry-After is the least", reply(503, "text/plain", "", "Retry-After: 7"), nil, 14 * time.Second, 3},
		{"Retry-After as a date", reply(503, "text/plain", "",
			// The time of a bubble begins at midnight UTC 2000-01-01.
			"Retry-After: Sat, 01 Jan 2000 00:00:20 GMT"), nil, 20*time.Second + 400*time.Millisecond, 3},
		{"Retry-After past", reply(503, "text/plain", "",
			"Retry-After: Fri, 31 Dec 1999 23:59:59 GMT"), nil, 600 * time.Millisecond, 3},
		{"Retry-After not understood", reply(503, "text/plain", "", "Retry-After: soon"), nil, 600 * time.Millisecond, 3},
		{"Retry-After over the timeout", reply(503, "text/plain", "", "Retry-After: 30"), nil, 0, 1},
		{"Retry-After over the timeout in the end", reply(503, "text/plain", "", "Retry-After: 20"), nil, 20 * time.Second, 2},
		{"without a limit, not for long", reply(503, "text/plain", "", "Retry-After: 60"),
			func(c *Config) { c.Timeout = never }, 0, 1},
		{"without a limit", reply(503, "text/plain", "", "Retry-After: 59"),
			func(c *Config) { c.Timeout = never }, 118 * time.Second, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if tt.config == nil {
					tt.config = func(*Config) {}
				}
				c, _ := newPipeClient(t, tt.answer, tt.config)
				start := time.Now()
				_, err := send(t.Context(), c, Safe)
				if elapsed := time.Since(start); elapsed != tt.elapsed {
					t.Errorf("failed after %v, want %v", elapsed, tt.elapsed)
				}
				if f := failureOf(t, err); f.Attempts != tt.attempts || f.StatusCode != 503 {
					t.Errorf("status %d, %d attempts, want 503, %d", f.StatusCode, f.Attempts, tt.attempts)
				}
			})
		})
	}
}

// TestTimeLeftAfterWait gets a 429 with little time left after the wait. A call that must not happen
// twice is then not repeated.
func TestTimeLeftAfterWait(t *testing.T) {
	busy := reply(429, "application/json", answerTooMany, "Retry-After: 7")
	tests := []struct {
		name     string
		timeout  time.Duration // of the call, or of the caller's context
		attempts map[RetryClass]int
	}{
		{"nothing", 7 * time.Second, map[RetryClass]int{Safe: 1, Unsent: 1, Never: 1}},
		{"a moment", 7*time.Second + time.Millisecond, map[RetryClass]int{Safe: 2, Unsent: 1, Never: 1}},
		{"not enough", 8 * time.Second, map[RetryClass]int{Safe: 2, Unsent: 1, Never: 1}},
		{"enough", 8*time.Second + time.Millisecond, map[RetryClass]int{Safe: 2, Unsent: 2, Never: 1}},
	}
	for _, tt := range tests {
		for class, attempts := range tt.attempts {
			for _, limit := range []string{"call", "context"} {
				t.Run(fmt.Sprintf("%s/%s/%s", tt.name, classNames[class], limit), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						c, server := newPipeClient(t, busy)
						ctx := t.Context()
						var timeout CallOption = CallOptionFunc(func(s *CallSettings) { s.Timeout = tt.timeout })
						if limit == "context" {
							var cancel context.CancelFunc
							ctx, cancel = context.WithTimeout(ctx, tt.timeout)
							defer cancel()
							timeout = nil
						}
						start := time.Now()
						_, err := send(ctx, c, class, timeout)
						f := failureOf(t, err)
						if n := int(server.reached.Load()); n != attempts || f.Attempts != n {
							t.Errorf("reached the server %d times in %d attempts, want %d", n, f.Attempts, attempts)
						}
						if f.StatusCode != 429 || f.OutcomeUnknown || f.Cause != nil {
							t.Errorf("error %v, outcome unknown %v, want the 429", err, f.OutcomeUnknown)
						}
						if elapsed := time.Since(start); elapsed != time.Duration(attempts-1)*7*time.Second {
							t.Errorf("%d attempts in %v", attempts, elapsed)
						}
					})
				})
			}
		}
	}
}

// TestCancelWhileWaiting cancels the context between two attempts. The error still has the last answer.
func TestCancelWhileWaiting(t *testing.T) {
	tests := []struct {
		name   string
		answer func(net.Conn) bool
		status int
	}{
		{"after an answer", reply(503, "text/plain", "", "Retry-After: 7"), 503},
		{"after no answer", write("", false), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _ := newPipeClient(t, tt.answer)
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(100*time.Millisecond, func() { cancel(fmt.Errorf("user left")) })
				start := time.Now()
				_, err := send(ctx, c, Safe)
				f := failureOf(t, err)
				if elapsed := time.Since(start); elapsed != 100*time.Millisecond || f.Attempts != 1 {
					t.Errorf("%d attempts in %v, want 1 in 100ms", f.Attempts, elapsed)
				}
				if !errors.Is(err, context.Canceled) || f.StatusCode != tt.status {
					t.Errorf("status %d, error %v, want %d and context.Canceled", f.StatusCode, err, tt.status)
				}
			})
		})
	}
}

// TestJitter uses real random numbers: a wait is anywhere between zero and the longest.
func TestJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newPipeClient(t, reply(503, "text/plain", ""), func(cfg *Config) { cfg.Jitter = nil })
		for range 100 {
			start := time.Now()
			_, err := send(t.Context(), c, Safe)
			if elapsed := time.Since(start); failureOf(t, err).Attempts != 3 || elapsed >= 600*time.Millisecond {
				t.Errorf("waited %v in all, want less than 600ms", elapsed)
			}
		}
	})
}

// TestQueue makes two calls over one connection to a slow server. The second one's wait for the
// connection does not count against its attempt.
func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(conn net.Conn) bool {
			time.Sleep(8 * time.Second)
			return reply(200, "application/json", `{"request_id":"r","phone_id":"p"}`)(conn)
		}
		c, server := newPipeClient(t, slow, func(cfg *Config) {
			cfg.HTTPClient.Transport.(*http.Transport).MaxConnsPerHost = 1
		})
		c.sender.shared = true // the trace reports its connections
		errs := make(chan error)
		for range 2 {
			go func() {
				_, err := send(t.Context(), c, Unsent)
				errs <- err
			}()
		}
		for range 2 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if n := server.reached.Load(); n != 2 {
			t.Errorf("reached the server %d times, want twice", n)
		}
	})
}
