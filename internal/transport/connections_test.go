package transport

import (
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestConnections makes 640 calls from 32 goroutines over the shared transport. It opens at most 32
// connections for them, and one for HTTP/2. Failing calls count as well: a connection is lost if an
// error body is not read to its end.
//
// The test allows a few more. net/http drops a connection if the goroutine that wrote the request is not
// scheduled for 50 ms, which happens on a busy machine.
func TestConnections(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		http2   bool
		most    int64
	}{
		{"success", respond(200, answerOK), false, 48},
		{"errors", respond(404, answerNotFound), false, 48},
		{"HTTP/2", respond(200, answerOK), true, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var opened atomic.Int64
			server := httptest.NewUnstartedServer(tt.handler)
			server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					opened.Add(1)
				}
			}
			shared := func(cfg *Config) { cfg.HTTPClient = nil }
			if tt.http2 {
				server.EnableHTTP2 = true
				server.StartTLS()
				shared = trusting(t, server)
			} else {
				server.Start()
			}
			defer server.Close()
			defer sharedPool().transport.CloseIdleConnections()

			c := newClient(t, server.URL, shared)
			call := func() {
				if resp, err := send(t.Context(), c, Unsent); (err == nil) != (tt.name != "errors") {
					t.Errorf("got %v, %v", resp, err)
				}
			}
			if tt.http2 {
				call() // from here on, net/http knows that one connection is enough
			}
			var callers sync.WaitGroup
			for range 32 {
				callers.Go(func() {
					for range 20 {
						call()
					}
				})
			}
			callers.Wait()
			t.Logf("opened %d connections", opened.Load())
			if n := opened.Load(); n > tt.most {
				t.Errorf("opened %d connections, want at most %d", n, tt.most)
			}
		})
	}
}

// TestNoLeaks compares the number of goroutines before and after calls with all kinds of outcomes.
func TestNoLeaks(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("calls", func(t *testing.T) {
		for _, fault := range faults {
			server := newFaultServer(t, fault.answer)
			c := newClient(t, server.url, func(cfg *Config) { cfg.MaxResponseBytes = 4096 })
			for class := range classNames {
				if _, err := send(t.Context(), c, class); err == nil {
					t.Errorf("%s: no error", fault.name)
				}
			}
		}
	})
	// The goroutines of a closed connection end a little after it. The limit is reached only if the test
	// fails.
	for start := time.Now(); runtime.NumGoroutine() > before && time.Since(start) < 10*time.Second; {
		runtime.Gosched()
	}
	if after := runtime.NumGoroutine(); after > before {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines, %d before:\n%s", after, before, stacks[:runtime.Stack(stacks, true)])
	}
}
