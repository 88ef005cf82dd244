package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"
)

// fromEnvironment reports whether the environment names a service. One variable is
// enough: if another is missing, the program reports that instead of starting an
// emulator.
func fromEnvironment() bool {
	for _, name := range []string{"STYTCH_PROJECT_ID", "STYTCH_SECRET", "STYTCH_BASE_URL"} {
		if os.Getenv(name) != "" {
			return true
		}
	}
	return false
}

// serve serves until ctx ends, then waits for the requests in progress.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler: handler,
		// Without timeouts, a few slow clients could use all connections.
		// WriteTimeout must be longer than the calls to the service.
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	return server.Shutdown(last)
}
