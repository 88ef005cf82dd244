package main

import (
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/stytchgen/sdk/stytchtest"
)

func newLogger(w io.Writer, format string) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// logRequest logs a request of the API, without its path and fields: a client
// may put secrets there.
func (e *emulator) logRequest(r stytchtest.Request) {
	call := "unknown"
	if r.Call != "" {
		call = r.Call
	}
	attributes := []any{"call", call, "status", r.Status, "duration", r.Duration.Round(time.Microsecond)}
	if r.ErrorType != "" {
		attributes = append(attributes, "error_type", r.ErrorType)
	}
	if r.Fault {
		attributes = append(attributes, "fault", true)
	}
	if r.Status == http.StatusNotImplemented && !r.Fault {
		for _, call := range stytchtest.SpecCalls() {
			if call.Name == r.Call {
				attributes = append(attributes, "method", call.Method, "path", call.Path)
			}
		}
		e.log.Warn("the emulator has no rules for this call", attributes...)
		return
	}
	e.log.Info("request", attributes...)
}

// logControl logs a request of the control API.
func (e *emulator) logControl(call string, status int, start time.Time) {
	e.log.Info("request", "call", "control."+call, "status", status, "duration", time.Since(start).Round(time.Microsecond))
}

// statusWriter records the status of a response.
type statusWriter struct {
	http.ResponseWriter
	status int
	// save saves what the request changed before the response says that it succeeded.
	save    func() error
	unsaved bool
}

func (w *statusWriter) WriteHeader(status int) {
	if w.save != nil && status < http.StatusBadRequest {
		if err := w.save(); err != nil {
			w.unsaved, w.save = true, nil
			w.status = http.StatusServiceUnavailable
			w.Header().Set("Content-Type", "application/json")
			w.ResponseWriter.WriteHeader(w.status)
			_, _ = w.ResponseWriter.Write(encode(map[string]string{"error": "the state could not be saved: " + err.Error()}))
			return
		}
	}
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Write drops the response to a request whose changes were not saved.
func (w *statusWriter) Write(data []byte) (int, error) {
	if w.unsaved {
		return len(data), nil
	}
	return w.ResponseWriter.Write(data)
}

// Unwrap lets a response controller flush.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
