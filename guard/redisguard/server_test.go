package redisguard

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/redis/go-redis/v9"
)

// required is the environment variable that makes tests fail instead of being skipped if there is no
// server.
const required = "REQUIRE_REDIS"

// server is a Redis or Valkey server that a test has started.
type server struct {
	*redis.Client
	socket  string
	process *os.Process
}

// startServer starts a server on its own socket. The server ends with the test.
func startServer(t testing.TB, args ...string) *server {
	t.Helper()
	path := ""
	for _, name := range []string{"redis-server", "valkey-server"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv(required) != "" {
			t.Fatalf("no redis-server found, and %s is set: install Debian's package redis-server", required)
		}
		t.Skip("no redis-server found: install Debian's package redis-server to run this test")
	}
	folder, err := os.MkdirTemp("", "redis") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(folder, "s")
	command := exec.Command(path, append([]string{"--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder}, args...)...)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	client := connect(socket)
	t.Cleanup(func() {
		client.Close()
		command.Process.Kill()
		command.Wait()
		os.RemoveAll(folder)
	})
	s := &server{client, socket, command.Process}
	s.wait(t)
	return s
}

// connect returns a client for the server at a socket.
func connect(socket string) *redis.Client {
	return redis.NewClient(&redis.Options{Network: "unix", Addr: socket, ContextTimeoutEnabled: true, MaxRetries: -1})
}

// wait waits until the server answers.
func (s *server) wait(t testing.TB) {
	t.Helper()
	for t.Context().Err() == nil {
		if s.Ping(t.Context()).Err() == nil {
			return
		}
	}
	t.Fatal("the server does not respond")
}

// freePort returns a free port.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// flush empties the server.
func (s *server) flush(t *testing.T) {
	t.Helper()
	if err := s.FlushAll(context.Background()).Err(); err != nil {
		t.Fatal(err)
	}
}
