package transport

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/stytchgen/sdk/internal/redact"
)

// log writes a record about an attempt: which call it was and how it went, without data of the request
// or the answer. more describes the next step.
func (k *call) log(ctx context.Context, a *answer, attempt int, started time.Time, more ...slog.Attr) {
	logger := k.client.logger
	if logger == nil || !logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{
		slog.String("call", k.id.String()),
		slog.String("method", k.method),
		slog.String("path", k.path),
		slog.Int("attempt", attempt),
		slog.Duration("duration", time.Since(started)),
	}
	if a.status != 0 {
		attrs = append(attrs, slog.Int("status", a.status))
	}
	// A gateway may have written the answer, so its texts are scrubbed.
	if id := a.requestID(); id != "" {
		attrs = append(attrs, slog.String("request_id", redact.ScrubID(id, k.scrub)))
	}
	if kind := a.kind(); kind != "" {
		if kind == a.problem.errorType && !k.client.errors.KnownType(kind) {
			kind = k.scrub(kind)
		}
		attrs = append(attrs, slog.String("error", kind))
	}
	if a.err != nil {
		attrs = append(attrs, slog.String("cause", k.cause(a.err)))
	}
	if a.retryAfter > 0 {
		attrs = append(attrs, slog.Duration("retry_after", a.retryAfter))
	}
	attrs = append(attrs, more...)
	logger.LogAttrs(ctx, slog.LevelDebug, "stytch call", attrs...)
}

// cause returns the text of an error for the log. It leaves out addresses, and quoted text: net/http
// quotes answers that it does not understand.
func (k *call) cause(err error) string {
	text := redact.Line(err.Error(), k.secrets())
	if before, quoted, found := strings.Cut(text, `"`); found {
		text = before + "..."
		if end := strings.LastIndexByte(quoted, '"'); end >= 0 && !strings.HasSuffix(quoted, "...") { // otherwise the line was cut
			text += quoted[end+1:]
		}
	}
	return redact.Addresses(text)
}

// kind names the kind of failure of the attempt; it is empty after a success.
func (a *answer) kind() string {
	var timeout interface{ Timeout() bool }
	switch {
	case a.problem.errorType != "":
		return a.problem.errorType
	case errors.Is(a.err, context.Canceled):
		return "canceled"
	case errors.As(a.err, &timeout) && timeout.Timeout():
		return "timeout"
	case throughProxy(a.err):
		return "proxy"
	case a.status == 0:
		return "connection"
	case a.err != nil:
		return "body"
	case !a.success():
		return "status"
	default:
		return ""
	}
}
