package transport

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// In these tests, connections die silently, as they do behind a firewall that drops them: nothing
// arrives anymore, not even an error.

// deadConn discards all writes once it is dead.
type deadConn struct {
	net.Conn
	dead atomic.Bool
}

func (c *deadConn) Write(p []byte) (int, error) {
	if c.dead.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// deadNet opens pipes to a server, and counts them.
type deadNet struct {
	serve func(net.Conn)
	mu    sync.Mutex
	conns []*deadConn
}

func (n *deadNet) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	conn := &deadConn{Conn: near}
	n.mu.Lock()
	n.conns = append(n.conns, conn)
	n.mu.Unlock()
	go n.serve(far)
	return conn, nil
}

// kill makes all connections dead, and returns how many there are.
func (n *deadNet) kill() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, conn := range n.conns {
		conn.dead.Store(true)
	}
	return len(n.conns)
}

func (n *deadNet) dialed() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.conns)
}

// newDeadClient returns a client with a transport like the shared one, except for the network.
func newDeadClient(t *testing.T, n *deadNet, http2 bool, change ...func(*Config)) *Client {
	t.Helper()
	own := sharedPool().transport.Clone()
	own.DialContext = n.dial
	if http2 {
		own.Protocols = new(http.Protocols)
		own.Protocols.SetUnencryptedHTTP2(true)
	}
	t.Cleanup(own.CloseIdleConnections)
	c := newClient(t, "http://localhost", append([]func(*Config){func(cfg *Config) {
		cfg.HTTPClient.Transport = own
		cfg.Sleep = nil
	}}, change...)...)
	c.sender.pool, c.sender.shared = &pool{transport: own}, true
	return c
}

// slowly answers after a second, so that concurrent calls need one connection each.
func slowly(conn net.Conn) bool {
	time.Sleep(time.Second)
	return reply(200, "application/json", answerOK)(conn)
}

// sendAtOnce makes n concurrent calls, all of which must succeed.
func sendAtOnce(t *testing.T, c *Client, class RetryClass, n int) {
	var callers sync.WaitGroup
	for range n {
		callers.Go(func() {
			if _, err := send(t.Context(), c, class); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
}

// serveHTTP2 returns a server that accepts one HTTP/2 connection without TLS.
func serveHTTP2(t *testing.T) func(net.Conn) {
	server := &http.Server{Handler: respond(200, answerOK), Protocols: new(http.Protocols)}
	server.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(func() { server.Close() })
	return func(conn net.Conn) { _ = server.Serve(&oneConn{conn: conn}) }
}

// oneConn is a listener that accepts one connection.
type oneConn struct {
	conn net.Conn
	done bool
}

func (l *oneConn) Accept() (net.Conn, error) {
	if l.done {
		return nil, io.EOF
	}
	l.done = true
	return l.conn, nil
}
func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return l.conn.LocalAddr() }

// TestDeadHTTP1 lets three idle connections die. Only one attempt may fail: it finds the first dead
// connection, and the others are then closed.
func TestDeadHTTP1(t *testing.T) {
	for class, next := range map[RetryClass]string{Safe: "attempt", Unsent: "call"} {
		t.Run("the next "+next, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &deadNet{serve: func(conn net.Conn) { new(faultServer).serve(conn, slowly) }}
				c := newDeadClient(t, n, false)
				sendAtOnce(t, c, class, 3)
				if open := n.kill(); open != 3 {
					t.Fatalf("%d connections, want 3", open)
				}

				start := time.Now()
				var info Info
				_, err := send(t.Context(), c, class, infoInto(&info))
				if class == Unsent { // not repeated, because its outcome is unknown
					if !failureOf(t, err).OutcomeUnknown {
						t.Errorf("error %v, want an unknown outcome", err)
					}
					_, err = send(t.Context(), c, class)
					info.Attempts++
				}
				if err != nil {
					t.Fatal(err)
				}
				if elapsed := time.Since(start); info.Attempts != 2 || elapsed > 12*time.Second {
					t.Errorf("%d attempts in %v, want 2, the first of them in vain", info.Attempts, elapsed)
				}
			})
		})
	}
}

// TestDeadHTTP2 lets the only HTTP/2 connection die. A ping detects it before the attempt ends; with a
// shorter timeout, the next attempt opens another connection.
func TestDeadHTTP2(t *testing.T) {
	for name, tt := range map[string]struct{ attempt, most time.Duration }{
		"ping":                  {0, 8 * time.Second},
		"short attempt timeout": {2 * time.Second, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &deadNet{serve: serveHTTP2(t)}
				c := newDeadClient(t, n, true, func(cfg *Config) { cfg.AttemptTimeout = tt.attempt })
				if _, err := send(t.Context(), c, Safe); err != nil {
					t.Fatal(err)
				}
				n.kill()

				start := time.Now()
				var info Info
				if _, err := send(t.Context(), c, Safe, infoInto(&info)); err != nil {
					t.Fatal(err)
				}
				if elapsed := time.Since(start); info.Attempts != 2 || elapsed > tt.most {
					t.Errorf("%d attempts in %v, want 2 in at most %v", info.Attempts, elapsed, tt.most)
				}
			})
		})
	}
}

// TestImpatientCallers cancels calls to a slow but healthy service. That closes the connections of these
// calls, and the idle ones of other calls only once.
func TestImpatientCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &deadNet{serve: func(conn net.Conn) { new(faultServer).serve(conn, slowly) }}
		c := newDeadClient(t, n, false)
		const rounds = 3
		for range rounds {
			sendAtOnce(t, c, Safe, 5)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			if _, err := send(ctx, c, Unsent); err == nil {
				t.Error("an answer in no time")
			}
			cancel()
		}
		time.Sleep(time.Second) // the server finishes its current requests
		// Five at first, five after the first cancellation, one after each further one.
		if most := 5 + 5 + rounds - 2; n.dialed() > most {
			t.Errorf("%d connections, want at most %d", n.dialed(), most)
		}
	})
}

// TestPool checks which clients use the SDK's own pool, whose connections may be closed.
func TestPool(t *testing.T) {
	pass := func(next http.RoundTripper) http.RoundTripper { return next }
	tests := []struct {
		name   string
		change func(*Config)
		own    bool
	}{
		{"default", func(c *Config) { c.HTTPClient = nil }, true},
		{"client without a transport", func(c *Config) { c.HTTPClient = &http.Client{} }, true},
		{"middleware", func(c *Config) {
			c.HTTPClient = nil
			c.Middleware = append(c.Middleware, pass)
		}, true},
		{"transport of the application", func(*Config) {}, false},
		{"default transport of net/http", func(c *Config) { c.HTTPClient.Transport = http.DefaultTransport }, false},
	}
	for _, tt := range tests {
		if own := newClient(t, testURL, tt.change).sender.pool == sharedPool(); own != tt.own {
			t.Errorf("%s: own %v, want %v", tt.name, own, tt.own)
		}
	}
}

// TestDeadElsewhere checks that the SDK does not close connections of the application's own transport.
func TestDeadElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var silent atomic.Bool
		n := &deadNet{serve: func(conn net.Conn) {
			new(faultServer).serve(conn, func(conn net.Conn) bool {
				if silent.Load() {
					return stall("")(conn)
				}
				time.Sleep(time.Second)
				return reply(200, "application/json", answerOK)(conn)
			})
		}}
		c := newDeadClient(t, n, false)
		c.sender.pool = nil
		sendAtOnce(t, c, Safe, 2)
		silent.Store(true)
		_, err := send(t.Context(), c, Unsent)
		silent.Store(false)
		if !failureOf(t, err).OutcomeUnknown {
			t.Errorf("error %v, want a timeout", err)
		}
		if _, err := send(t.Context(), c, Safe); err != nil || n.dialed() != 2 {
			t.Errorf("%d connections, want the 2 that there were (%v)", n.dialed(), err)
		}
	})
}
