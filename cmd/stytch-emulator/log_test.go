package main

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/stytchgen/sdk/stytchtest"
)

// TestLogOfCallsWithoutRules checks that the log names a call that is not emulated,
// with its path in the spec and without its parameters.
func TestLogOfCallsWithoutRules(t *testing.T) {
	var log strings.Builder
	e := &emulator{log: slog.New(slog.NewTextHandler(&log, nil))}
	e.logRequest(stytchtest.Request{Call: "consumer.users.get", Method: "GET", Path: "/v1/users/user-test-1", Status: 501})
	if got := log.String(); !strings.Contains(got, "level=WARN") || !strings.Contains(got, "path=/v1/users/{user_id}") || strings.Contains(got, "user-test-1") {
		t.Errorf("the log says %s", got)
	}
}
